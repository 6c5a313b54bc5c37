//! Which state each thing is in, as spans over time.
//!
//! ```text
//! web-1  ███ ok ████████▓▓ slow ▓▓▓███ ok ██   text where it fits; gaps stay gaps
//! web-2  ███████ ok ███████    ████ ok █████
//!          14:00     14:20     14:40
//! █ ok 94.1%  ▓ slow 5.9%                      states with their part of the known time
//! ```

pub(super) mod classes;
pub(super) mod lanes;

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::chart::time_plot::TimePlot;
use super::ink::Ink;
use super::{Note, Scene, message};
use crate::model::states::{Span, States, shares};

use self::classes::Classes;
use self::lanes::Lanes;

/// Draws `states` into `area`: names, times and legend where they leave room for the spans.
pub(super) fn draw(scene: &Scene<'_>, states: &States, area: Rect, ink: &mut Ink<'_>) -> Note {
    let Some(lanes) = Lanes::new(scene, states, area) else {
        message::no_data(scene, area, ink);
        return Note::default();
    };
    let classes = Classes::of(scene, states);
    let window = scene.data.window;
    let merged: Vec<Vec<Span>> = states
        .lanes
        .iter()
        .map(|lane| lane.merged(window, |state| classes.of_state(state)))
        .collect();
    if merged.iter().all(Vec::is_empty) {
        message::no_data(scene, area, ink);
        return Note::default();
    }
    lanes.draw_frame(scene, states, ink);
    for (index, spans) in merged.iter().take(lanes.shown).enumerate() {
        for (from, to, class) in runs(&lanes.plot, &classes, spans) {
            let band = lanes.band(index, from, to);
            fill(&classes, class, band, ink);
        }
    }
    if let Some(line) = lanes.legend {
        classes.draw_legend(scene, &shares(&merged, classes.len()), line, ink);
    }
    Note {
        time_axis: Some(lanes.plot.axis()),
        ..Note::default()
    }
}

/// Spans as runs of columns (from, to, class). A column that several states share shows the worst of
/// them, and of equally bad ones the longest: what is bad for a moment is never hidden.
pub(super) fn runs(plot: &TimePlot, classes: &Classes, spans: &[Span]) -> Vec<(u16, u16, u32)> {
    let mut runs: Vec<(u16, u16, u32)> = Vec::new();
    let mut first = 0;
    for column in 0..plot.area.width {
        let (from, to) = (plot.start(column), plot.start(column + 1));
        first += spans[first..].partition_point(|span| span.to <= from);
        let mut best: Option<(u8, i64, u32)> = None;
        for span in spans[first..].iter().take_while(|span| span.from < to) {
            let held = span.to.min(to).since(span.from.max(from));
            let candidate = (classes.severity(span.state), held, span.state);
            if best.is_none_or(|best| (candidate.0, candidate.1) > (best.0, best.1)) {
                best = Some(candidate);
            }
        }
        let Some((_, _, class)) = best else { continue };
        match runs.last_mut() {
            Some(run) if run.1 == column && run.2 == class => run.1 = column + 1,
            _ => runs.push((column, column + 1, class)),
        }
    }
    runs
}

/// One run: its pattern, and its words where they fit.
fn fill(classes: &Classes, class: u32, band: Rect, ink: &mut Ink<'_>) {
    let class = classes.class(class);
    let words = class.words(usize::from(band.width), ink.look());
    put_band(band, (class.symbol, class.style), &words, ink);
}

/// A band of one symbol with words in its middle.
pub(super) fn put_band(band: Rect, (symbol, style): (char, Style), words: &str, ink: &mut Ink<'_>) {
    if band.is_empty() {
        return;
    }
    for y in band.y..band.bottom() {
        for x in band.x..band.right() {
            ink.cell(x, y, symbol, style);
        }
    }
    // Out of a full band letters are cut: the terminal's own background is their colour.
    let words_style = if symbol == '█' {
        style.add_modifier(Modifier::REVERSED)
    } else {
        style
    };
    ink.put_centred(band, band.y + (band.height - 1) / 2, words, words_style);
}
