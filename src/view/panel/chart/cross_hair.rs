//! The cross-hair: a line through every chart at one instant, and what was then.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::Scene;
use super::super::ink::{self, Ink};
use super::events::Events;
use super::plan::Plan;
use super::time_plot::TimePlot;
use super::{events, legend, times};
use crate::model::time::Moment;
use crate::ui::palette::{self, Role};

/// A piece of a line of the box, and its style.
type Piece = (String, Style);

/// Draws the line, where `is_taken` says that no data are; returns the cell column it is in.
pub(in super::super) fn draw_line(
    scene: &Scene<'_>,
    time: &TimePlot,
    is_taken: &dyn Fn(u16, u16) -> bool,
    ink: &mut Ink<'_>,
) -> Option<(Moment, u16)> {
    let at = scene.view.cross_hair?;
    let x = time.x_of(at)?;
    let symbol = if ink.is_ascii() { '|' } else { '│' };
    for y in time.area.top()..time.area.bottom() {
        if !is_taken(x, y) {
            ink.cell(x, y, symbol, scene.role(Role::Text));
        }
    }
    Some((at, x))
}

/// Draws what lies over a chart that is made of whole cells: events and the cross-hair in what is blank (a
/// cell turned around would be another value), the part being marked reversed.
pub(in super::super) fn draw_over(scene: &Scene<'_>, time: &TimePlot, ink: &mut Ink<'_>) {
    let area = time.area;
    let cells = area.positions().collect::<Vec<_>>();
    let blank = |ink: &Ink<'_>| -> Vec<bool> {
        let blank = cells.iter().map(|cell| ink.is_blank(cell.x, cell.y));
        blank.collect()
    };
    let before = blank(ink);
    let is_taken = |x: u16, y: u16| {
        let index = usize::from(y - area.y) * usize::from(area.width) + usize::from(x - area.x);
        !before.get(index).copied().unwrap_or(false)
    };
    let at = draw_line(scene, time, &is_taken, ink).map(|(_, x)| x);
    Events::new(scene, time).draw_lines(scene, time, &is_taken, at, ink);
    draw_marked(scene, time, ink);
}

/// Reverses the part being marked.
pub(in super::super) fn draw_marked(scene: &Scene<'_>, time: &TimePlot, ink: &mut Ink<'_>) {
    if let Some((from, to)) = times::marked_columns(scene, time) {
        for y in time.area.top()..time.area.bottom() {
            for x in from..=to {
                ink.stress(x, y, Modifier::REVERSED);
            }
        }
    }
}

/// Draws what was then beside the line: the values where no legend says them, and the texts of events.
pub(in super::super) fn draw_box(
    scene: &Scene<'_>,
    plan: &Plan<'_, '_>,
    (at, x): (Moment, u16),
    has_legend: bool,
    ink: &mut Ink<'_>,
) {
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    if !plan.has_times {
        lines.push(vec![(
            times::time_of(scene, &plan.time(), at),
            scene.role(Role::Muted),
        )]);
    }
    if !has_legend {
        lines.extend(values(scene, plan, at));
    }
    // What begins in the same cell is under the line, too.
    let cell = plan.time().step();
    let start = plan.grid.window().from;
    let first = start.plus(at.since(start).div_euclid(cell) * cell);
    for event in events::at(scene, first, cell) {
        let style = event.color.map_or_else(
            || scene.role(Role::Text),
            |color| palette::color(color, scene.look()),
        );
        let mark = ink.glyph("▲ ", "^ ");
        lines.push(vec![
            (mark.to_owned(), style),
            (event.text.clone(), scene.role(Role::Text)),
        ]);
    }
    put(scene, plan, x, &lines, ink);
}

/// A line per series: sign, name, value and how it changed.
fn values(scene: &Scene<'_>, plan: &Plan<'_, '_>, at: Moment) -> Vec<Vec<Piece>> {
    let entries = legend::entries_at(scene, plan.lines, at, plan.reach(scene));
    let names = plan.lines.len() > 1;
    let muted = scene.role(Role::Muted);
    let piece = |entry: &legend::Entry<'_>| {
        let mut pieces = vec![(format!("{} ", entry.sign), entry.style)];
        if names {
            pieces.push((format!("{} ", entry.name), scene.role(Role::Text)));
        }
        for (index, number) in entry.numbers.iter().enumerate() {
            let style = if index == 0 {
                super::super::bold(scene.role(Role::Text))
            } else {
                muted
            };
            let gap = if index == 0 { "" } else { "  " };
            pieces.push((format!("{gap}{number}"), style));
        }
        pieces
    };
    entries.iter().map(piece).collect()
}

/// Writes `lines` at the top of the plot on the side of column `x` that has more room; never over it.
fn put(scene: &Scene<'_>, plan: &Plan<'_, '_>, x: u16, lines: &[Vec<Piece>], ink: &mut Ink<'_>) {
    let plot = plan.plot;
    let look = scene.look();
    let cells =
        |line: &Vec<Piece>| -> usize { line.iter().map(|(text, _)| ink::width(text, look)).sum() };
    let Some(widest) = lines.iter().map(cells).max() else {
        return;
    };
    let (left, right) = (x - plot.x, plot.right() - x - 1);
    // A blank on either side.
    let wanted = u16::try_from(widest + 2).unwrap_or(u16::MAX);
    let (start, width) = if right >= wanted || right >= left {
        (x + 1, right.min(wanted))
    } else {
        (x - left.min(wanted), left.min(wanted))
    };
    if width < 6 || plot.height < 2 {
        return;
    }
    let height = lines.len().min(usize::from(plot.height));
    let area = Rect::new(start, plot.y, width, height as u16);
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        let is_last = y + 1 == area.bottom() && lines.len() > height;
        ink.put(start, y, width, &" ".repeat(width.into()), Style::new());
        if is_last {
            let more = format!("+{} more", lines.len() - height + 1);
            ink.put_cut(start + 1, y, width - 2, &more, scene.role(Role::Muted));
            break;
        }
        let mut at = start + 1;
        let end = start + width - 1;
        for (text, style) in line {
            at += ink.put_cut(at, y, end.saturating_sub(at), text, *style);
        }
    }
}
