//! How often each range of values comes, over time.
//!
//! ```text
//! 400 ms      ▄   ▀█▄          a cell or half a cell per time and bucket, its colour (without
//! 200 ms  ▄▄██▄▄██▄▄▄█         colours: its shade) how often
//!   0 ms  ██▀▀▀██▀▀▀██
//!         14:00   14:30
//!              1 ░▒▓█ 24 per 1m
//! ```

mod slots;

use ratatui::layout::Rect;

use super::chart::axis;
use super::chart::time_plot::TimePlot;
use super::ink::{self, Ink};
use super::shades::{has_halves, put_halves, shade, tint};
use super::{Note, Scene, message};
use crate::config::Legend;
use crate::model::heat::Heat;
use crate::model::range::interval_text;
use crate::model::unit::Unit;
use crate::ui::palette::Role;

use self::slots::{Rows, Slots};

/// Draws `heat` into `area`: axes and legend where they leave room for the cells.
pub(super) fn draw(scene: &Scene<'_>, heat: &Heat, area: Rect, ink: &mut Ink<'_>) -> Note {
    let Some(frame) = Frame::new(scene, heat, area) else {
        message::no_data(scene, area, ink);
        return Note::default();
    };
    let slots = Slots::new(scene, heat, &frame.plot, &frame.rows);
    let Some(scale) = Scale::of(&slots) else {
        message::no_data(scene, area, ink);
        return Note::default();
    };
    cells(scene, &frame, &slots, &scale, ink);
    labels(scene, &frame, area, ink);
    if frame.has_times {
        frame.plot.draw_times(scene, ink);
    }
    if let Some(line) = frame.legend {
        legend(scene, &scale, &slots, line, ink);
    }
    Note {
        time_axis: Some(frame.plot.axis()),
        ..Note::default()
    }
}

/// What is where.
struct Frame {
    plot: TimePlot,
    rows: Rows,
    /// Half cells in a cell's height.
    halves: usize,
    label_width: u16,
    has_times: bool,
    legend: Option<Rect>,
}

impl Frame {
    /// None where there is nothing to draw.
    fn new(scene: &Scene<'_>, heat: &Heat, area: Rect) -> Option<Self> {
        if area.is_empty() {
            return None;
        }
        let wants_legend = scene.panel.legend != Legend::Hide;
        let has_legend = wants_legend && area.height >= 7 && area.width >= 24;
        let has_times = area.height >= 5 && area.width >= 16;
        let mut cells = area;
        cells.height -= u16::from(has_legend) + u16::from(has_times);
        let halves = if has_halves(scene.look()) { 2 } else { 1 };
        let rows = Rows::new(scene, heat, usize::from(cells.height), halves, area.width)?;
        let widest = rows
            .labels
            .iter()
            .map(|(_, text)| ink::width(text, scene.look()));
        let widest = widest.max().unwrap_or(0).max(4) as u16;
        let has_labels = area.width >= 24 && widest * 3 <= area.width && cells.height >= 2;
        let label_width = if has_labels { widest } else { 0 };
        if has_labels {
            cells.x += label_width + 1;
            cells.width -= label_width + 1;
        }
        let legend = Rect::new(cells.x, area.bottom() - 1, cells.width, 1);
        Some(Self {
            plot: TimePlot::new(scene.data.window, cells),
            rows,
            halves,
            label_width,
            has_times,
            legend: has_legend.then_some(legend),
        })
    }
}

/// What is little and what is much.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(slots: &Slots) -> Option<Self> {
        let counts = || {
            slots
                .counts
                .iter()
                .copied()
                .filter(|count| count.is_finite())
        };
        let high = counts().reduce(f64::max)?;
        let low = counts().reduce(f64::min)?.min(0.0);
        (high > low).then_some(Self { low, high })
    }

    /// Above 0 to 1, none for nothing. The root lets the rare be seen beside the frequent, as Grafana's
    /// default exponent of 0.5 does.
    fn part(&self, count: f64) -> Option<f64> {
        (count.is_finite() && count > self.low)
            .then(|| ((count - self.low) / (self.high - self.low)).sqrt())
    }
}

fn cells(scene: &Scene<'_>, frame: &Frame, slots: &Slots, scale: &Scale, ink: &mut Ink<'_>) {
    let look = scene.look();
    let area = frame.plot.area;
    for column in 0..area.width {
        let Some(slot) = slots.at(frame.plot.middle(column)) else {
            continue;
        };
        // Dot rows are counted from below, where the lowest bucket is.
        let part = |row: usize| {
            let bucket = frame.rows.bucket(row)?;
            scale.part(slots.count(slot, bucket))
        };
        let tinted = |row: usize| part(row).map(|part| tint(scene.panel.scheme, part, look));
        let x = area.x + column;
        for line in 0..area.height {
            let y = area.bottom() - 1 - line;
            let row = usize::from(line) * frame.halves;
            if frame.halves == 2 {
                put_halves(x, y, (tinted(row + 1), tinted(row)), ink);
            } else if let Some(part) = part(row) {
                ink.cell(
                    x,
                    y,
                    shade(part, look),
                    tint(scene.panel.scheme, part, look),
                );
            }
        }
    }
}

fn labels(scene: &Scene<'_>, frame: &Frame, area: Rect, ink: &mut Ink<'_>) {
    if frame.label_width == 0 {
        return;
    }
    for (row, text) in &frame.rows.labels {
        let y = frame
            .plot
            .area
            .bottom()
            .saturating_sub(1 + (row / frame.halves) as u16);
        if y >= frame.plot.area.y {
            let end = area.x + frame.label_width;
            ink.put_right(end, y, frame.label_width, text, scene.role(Role::Muted));
        }
    }
}

/// `1 ░▒▓█ 24 per 1m`, on the right.
fn legend(scene: &Scene<'_>, scale: &Scale, slots: &Slots, line: Rect, ink: &mut Ink<'_>) {
    let look = scene.look();
    let muted = scene.role(Role::Muted);
    let unit = Unit::parse("short").unwrap_or_default();
    let write = |count: f64| unit.write(count, None).to_string();
    let low = if scale.low < 0.0 {
        write(scale.low)
    } else {
        "0".to_owned()
    };
    let per = slots
        .width
        .map(|width| format!(" per {}", interval_text(width)));
    let high = write(scale.high);
    let bar: u16 = if line.width >= 60 { 16 } else { 8 };
    let cells = |text: &str| ink::width(text, look) as u16;
    let forms = [
        format!(" {high}{}", per.unwrap_or_default()),
        format!(" {high}"),
    ];
    let Some(after) = forms
        .iter()
        .find(|after| cells(&low) + 1 + bar + cells(after) <= line.width)
    else {
        return;
    };
    let mut x = line.right() - cells(after) - bar - 1 - cells(&low);
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
    ink.put(x + bar, line.y, cells(after), after, muted);
}

/// A value on the axis, with no more decimals than it needs.
fn written(scene: &Scene<'_>, value: f64) -> String {
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    axis::label(scene, value)
}
