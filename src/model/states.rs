//! Which state something is in, and for how long: what state timelines and status histories draw.

use super::time::{Moment, TimeWindow};

/// Lanes of states.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct States {
    /// Every different state once.
    pub states: Vec<State>,
    /// One per thing that has a state, in the order in which they first appear.
    pub lanes: Vec<Lane>,
}

/// A state.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// A finite number; thresholds say what it means.
    Number(f64),
    /// A word, on one line.
    Text(String),
}

/// One thing and its states.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Its name.
    pub name: String,
    /// Ascending, never overlapping; a span per row, so that neighbours may be equal. What lies between
    /// two of them is not known.
    pub spans: Vec<Span>,
}

/// From (inclusive) when to (exclusive) when a state held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Since when.
    pub from: Moment,
    /// Until when; after `from`.
    pub to: Moment,
    /// Index into the states, or into what a caller sorts them into.
    pub state: u32,
}

impl Lane {
    /// The spans inside `window`, cut at its ends, each state sorted into its class; neighbours of one
    /// class that touch are one.
    pub fn merged(&self, window: TimeWindow, class: impl Fn(u32) -> u32) -> Vec<Span> {
        let mut merged: Vec<Span> = Vec::new();
        for span in &self.spans {
            let span = Span {
                from: span.from.max(window.from),
                to: span.to.min(window.to),
                state: class(span.state),
            };
            if span.from >= span.to {
                continue;
            }
            match merged.last_mut() {
                Some(last) if last.to == span.from && last.state == span.state => last.to = span.to,
                _ => merged.push(span),
            }
        }
        merged
    }
}

/// For how much of the known time each class held, over all lanes: parts of 1 by class.
pub fn shares(lanes: &[Vec<Span>], classes: usize) -> Vec<f64> {
    let mut held = vec![0.0; classes];
    for span in lanes.iter().flatten() {
        if let Some(held) = held.get_mut(span.state as usize) {
            *held += span.to.since(span.from) as f64;
        }
    }
    let all: f64 = held.iter().sum();
    if all > 0.0 {
        for held in &mut held {
            *held /= all;
        }
    }
    held
}
