//! Each thing's state at each time, as cells.
//!
//! ```text
//! web-1  ✔42 ✔44 ▲71 ▲78 ✔52   the value where it fits, else its sign
//! db-1   ✔24 ✔21 ✔22     ✔20
//!        14:00   14:10
//! ```

use ratatui::layout::Rect;

use super::chart::time_plot::TimePlot;
use super::ink::{self, Ink};
use super::shades::{shade, tint};
use super::state_timeline::classes::Classes;
use super::state_timeline::lanes::Lanes;
use super::state_timeline::{put_band, runs};
use super::{Note, Scene, message};
use crate::model::states::{Lane, Span, State, States, shares};
use crate::model::time::Moment;
use crate::ui::palette::Role;

/// Draws `states` into `area`: names, times and legend where they leave room for the cells.
pub(super) fn draw(scene: &Scene<'_>, states: &States, area: Rect, ink: &mut Ink<'_>) -> Note {
    let Some(lanes) = Lanes::new(scene, states, area) else {
        message::no_data(scene, area, ink);
        return Note::default();
    };
    let window = lanes.plot.window();
    let classes = Classes::of(scene, states);
    let seen: Vec<Vec<Span>> = states
        .lanes
        .iter()
        .map(|lane| lane.merged(window, |state| classes.of_state(state)))
        .collect();
    if seen.iter().all(Vec::is_empty) {
        message::no_data(scene, area, ink);
        return Note::default();
    }
    lanes.draw_frame(scene, states, ink);
    let scale = Scale::of(scene, states);
    for (index, lane) in states.lanes.iter().take(lanes.shown).enumerate() {
        let usual = usual_length(lane);
        let room = usual / lanes.plot.step();
        if room >= 2 {
            let form = Form::of(scene, states, &classes, lane, (room - 1).min(200) as usize);
            for span in &lane.spans {
                let (from, to) = (
                    column(&lanes.plot, span.from),
                    column(&lanes.plot, cut(*span, usual)),
                );
                // A blank between two cells, where they can spare one.
                let to = if to.saturating_sub(from) >= 2 {
                    to - 1
                } else {
                    to
                };
                let band = lanes.band(index, from, to);
                cell(
                    scene,
                    states,
                    &classes,
                    (scale.as_ref(), form),
                    span.state,
                    band,
                    ink,
                );
            }
        } else if scale.is_some() {
            for (x, state) in greatest(&lanes.plot, states, lane) {
                let band = lanes.band(index, x, x + 1);
                cell(
                    scene,
                    states,
                    &classes,
                    (scale.as_ref(), Form::Sign),
                    state,
                    band,
                    ink,
                );
            }
        } else {
            for (from, to, class) in runs(&lanes.plot, &classes, &seen[index]) {
                let class = classes.class(class);
                for x in from..to {
                    let band = lanes.band(index, x, x + 1);
                    put_band(band, (class.symbol, class.style), class.sign, ink);
                }
            }
        }
    }
    match (lanes.legend, scale) {
        (Some(line), Some(scale)) => scale.draw_legend(scene, line, ink),
        (Some(line), None) => {
            classes.draw_legend(scene, &shares(&seen, classes.len()), line, ink);
        }
        (None, _) => {}
    }
    Note {
        time_axis: Some(lanes.plot.axis()),
        ..Note::default()
    }
}

/// The middle one of the lengths of a lane's spans; 0 without spans.
fn usual_length(lane: &Lane) -> i64 {
    let mut lengths: Vec<i64> = lane
        .spans
        .iter()
        .map(|span| span.to.since(span.from))
        .collect();
    let middle = lengths.len() / 2;
    if lengths.is_empty() {
        return 0;
    }
    *lengths.select_nth_unstable(middle).1
}

/// The end of a cell: of a lane that misses a time nothing is known then.
fn cut(span: Span, usual: i64) -> Moment {
    let is_long = span.to.since(span.from) > usual.saturating_mul(3) / 2;
    if is_long {
        span.from.plus(usual)
    } else {
        span.to
    }
}

/// What is written into the cells of a lane: in all of them the same, so that they can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Sign, number and unit.
    Full,
    /// Number and unit.
    Number,
    /// The digits.
    Digits,
    /// The sign.
    Sign,
}

impl Form {
    /// The longest that fits into `room` cells for every state of the lane.
    fn of(scene: &Scene<'_>, states: &States, classes: &Classes, lane: &Lane, room: usize) -> Self {
        let mut seen = vec![false; states.states.len()];
        for span in &lane.spans {
            if let Some(seen) = seen.get_mut(span.state as usize) {
                *seen = true;
            }
        }
        let fits = |form: &Self| {
            let mut used = (0..seen.len()).filter(|state| seen[*state]);
            used.all(|state| {
                let State::Number(number) = states.states[state] else {
                    return true;
                };
                let sign = classes.class(classes.of_state(state as u32)).sign;
                ink::width(&form.write(scene, number, sign), scene.look()) <= room
            })
        };
        let forms = [Self::Full, Self::Number, Self::Digits];
        forms.into_iter().find(fits).unwrap_or(Self::Sign)
    }

    fn write(self, scene: &Scene<'_>, number: f64, sign: &str) -> String {
        match self {
            Self::Full if sign.is_empty() => scene.write(number).to_string(),
            Self::Full => format!("{sign} {}", scene.write(number)),
            Self::Number => scene.write(number).to_string(),
            Self::Digits => scene.write(number).number,
            Self::Sign => sign.to_owned(),
        }
    }
}

/// The first column whose middle is not before `at`.
fn column(plot: &TimePlot, at: Moment) -> u16 {
    let past = at.since(plot.middle(0));
    let column = past.div_euclid(plot.step()) + i64::from(past.rem_euclid(plot.step()) > 0);
    column.clamp(0, i64::from(plot.area.width)) as u16
}

/// Of the states that share a column the greatest number.
fn greatest(plot: &TimePlot, states: &States, lane: &Lane) -> Vec<(u16, u32)> {
    let number = |state: u32| match states.states.get(state as usize) {
        Some(State::Number(number)) => *number,
        _ => f64::NEG_INFINITY,
    };
    let mut cells = Vec::new();
    let mut first = 0;
    for column in 0..plot.area.width {
        let (from, to) = (plot.start(column), plot.start(column + 1));
        first += lane.spans[first..].partition_point(|span| span.to <= from);
        let here = lane.spans[first..].iter().take_while(|span| span.from < to);
        let best = here.max_by(|a, b| number(a.state).total_cmp(&number(b.state)));
        cells.extend(best.map(|span| (column, span.state)));
    }
    cells
}

/// Numbers that no threshold sorts: from the least to the greatest.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// None where there are thresholds, or states that are no numbers.
    fn of(scene: &Scene<'_>, states: &States) -> Option<Self> {
        if !scene.panel.thresholds.0.is_empty() || !scene.panel.chart.colors.is_empty() {
            return None;
        }
        let mut ends: Option<(f64, f64)> = None;
        for state in &states.states {
            let State::Number(number) = state else {
                return None;
            };
            let (low, high) = ends.unwrap_or((*number, *number));
            ends = Some((low.min(*number), high.max(*number)));
        }
        let (low, high) = ends?;
        let low = scene.panel.min.unwrap_or(low);
        let high = scene.panel.max.unwrap_or(high);
        Some(Self {
            low,
            high: high.max(low),
        })
    }

    fn part(&self, number: f64) -> f64 {
        let part = (number - self.low) / (self.high - self.low);
        if part.is_finite() {
            part.clamp(0.0, 1.0)
        } else {
            1.0
        }
    }

    /// `low ░▒▓█ high`.
    fn draw_legend(&self, scene: &Scene<'_>, line: Rect, ink: &mut Ink<'_>) {
        let look = scene.look();
        let muted = scene.role(Role::Muted);
        let [low, high] = [self.low, self.high].map(|end| scene.write(end).to_string());
        let bar: u16 = if line.width >= 60 { 16 } else { 8 };
        let cells = |text: &str| ink::width(text, look) as u16;
        let width = cells(&low) + cells(&high) + bar + 2;
        if width > line.width {
            return;
        }
        let mut x = line.right() - width;
        x += ink.put(x, line.y, line.width, &low, muted) + 1;
        for step in 0..bar {
            let part = (f64::from(step) + 0.5) / f64::from(bar);
            ink.cell(
                x + step,
                line.y,
                shade(part, look),
                tint(scene.panel.scheme, part, look),
            );
        }
        ink.put(x + bar + 1, line.y, line.width, &high, muted);
    }
}

/// One cell, with its value where it fits.
fn cell(
    scene: &Scene<'_>,
    states: &States,
    classes: &Classes,
    (scale, form): (Option<&Scale>, Form),
    state: u32,
    band: Rect,
    ink: &mut Ink<'_>,
) {
    let class = classes.class(classes.of_state(state));
    let look = scene.look();
    let room = usize::from(band.width);
    let Some(State::Number(number)) = states.states.get(state as usize) else {
        let words = class.words(room, look);
        put_band(band, (class.symbol, class.style), words.trim(), ink);
        return;
    };
    let words = form.write(scene, *number, class.sign);
    let words = if ink::width(&words, look) <= room {
        &words
    } else {
        class.sign
    };
    let drawn = scale.map_or((class.symbol, class.style), |scale| {
        let part = scale.part(*number);
        (shade(part, look), tint(scene.panel.scheme, part, look))
    });
    put_band(band, drawn, words, ink);
}
