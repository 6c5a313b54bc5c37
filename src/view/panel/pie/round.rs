//! The round form: slices in quarters of cells.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::super::ink::{self, Ink};
use super::super::{Scene, bold};
use super::Entry;
use crate::model::share::Shares;
use crate::ui::palette::Role;

/// Of the radius, where `donut` is set.
const HOLE: f64 = 0.56;

/// The slices, clockwise from the top, each cell in the colours of the two that fill most of it.
pub(super) fn draw(
    scene: &Scene<'_>,
    all: &Shares,
    entries: &[Entry],
    pie: Rect,
    ink: &mut Ink<'_>,
) {
    let radius = f64::from(pie.height) / 2.0;
    let hole = if scene.panel.donut {
        radius * HOLE
    } else {
        0.0
    };
    let ends: Vec<f64> = all
        .shares
        .iter()
        .scan(0.0, |end, share| {
            *end += share.part;
            Some(*end)
        })
        .collect();
    // Lines from the middle; two cells are as wide as one is high.
    let slice_at = |x: f64, y: f64| -> Option<usize> {
        let (dx, dy) = (x / 2.0 - radius, radius - y);
        let distance = dx.hypot(dy);
        if distance > radius || distance < hole {
            return None;
        }
        let turn = dx.atan2(dy) / std::f64::consts::TAU;
        let turn = if turn < 0.0 { turn + 1.0 } else { turn };
        let slice = ends.partition_point(|end| *end <= turn);
        Some(slice.min(entries.len() - 1))
    };
    for row in 0..pie.height {
        for column in 0..pie.width {
            let corner = |right: f64, down: f64| {
                slice_at(
                    f64::from(column) + 0.25 + right,
                    f64::from(row) + 0.25 + down,
                )
            };
            let quarters = [
                corner(0.0, 0.0),
                corner(0.5, 0.0),
                corner(0.0, 0.5),
                corner(0.5, 0.5),
            ];
            if let Some((symbol, style)) = cell(quarters, entries) {
                ink.cell(pie.x + column, pie.y + row, symbol, style);
            }
        }
    }
    if hole > 0.0 {
        draw_total(scene, all, hole, pie, ink);
    } else {
        draw_percents(all, entries, pie, ink);
    }
}

/// Quadrants by bits: upper left 1, upper right 2, lower left 4, lower right 8.
const QUADRANTS: [char; 16] = [
    ' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█',
];

/// What shows four quarters of a cell: one colour on nothing, or one on another.
fn cell(quarters: [Option<usize>; 4], entries: &[Entry]) -> Option<(char, Style)> {
    let count = |slice: usize| quarters.iter().filter(|one| **one == Some(slice)).count();
    let main = quarters
        .iter()
        .flatten()
        .copied()
        .max_by_key(|slice| count(*slice))?;
    let mask = |wanted: &dyn Fn(Option<usize>) -> bool| {
        let bit = |(index, one): (usize, &Option<usize>)| usize::from(wanted(*one)) << index;
        quarters.iter().enumerate().map(bit).sum::<usize>()
    };
    let style = entries[main].style;
    if quarters.iter().any(Option::is_none) {
        return Some((QUADRANTS[mask(&|one| one.is_some())], style));
    }
    let others = quarters
        .iter()
        .flatten()
        .copied()
        .filter(|slice| *slice != main);
    let Some(other) = others.max_by_key(|slice| count(*slice)) else {
        return Some(('█', style));
    };
    // Both halves are the pie's own, so the background here is no terminal's.
    let behind = Style {
        bg: entries[other].style.fg,
        ..style
    };
    Some((QUADRANTS[mask(&|one| one != Some(other))], behind))
}

/// The percentages in the slices that are wide enough.
fn draw_percents(all: &Shares, entries: &[Entry], pie: Rect, ink: &mut Ink<'_>) {
    let radius = f64::from(pie.height) / 2.0;
    if radius < 3.5 {
        return;
    }
    let mut start = 0.0;
    for (share, entry) in all.shares.iter().zip(entries) {
        let middle = (start + share.part / 2.0) * std::f64::consts::TAU;
        start += share.part;
        let text = format!("{}%", (share.tenths + 5) / 10);
        let cells = text.len() as u16;
        let out = if share.part > 0.999 {
            0.0
        } else {
            radius * 0.62
        };
        // The slice's width across, at the text's distance from the middle, in cells.
        let across = 2.0 * out * (share.part * std::f64::consts::PI).min(1.5).sin() * 2.0;
        if share.part <= 0.999 && across < f64::from(cells + 3) {
            continue;
        }
        let x = f64::from(pie.width) / 2.0 + 2.0 * out * middle.sin() - f64::from(cells) / 2.0;
        let y = radius - out * middle.cos() - 0.5;
        let style = entry
            .style
            .add_modifier(Modifier::REVERSED | Modifier::BOLD);
        let (x, y) = (x.round().max(0.0) as u16, y.round().max(0.0) as u16);
        ink.put(pie.x + x, pie.y + y, cells, &text, style);
    }
}

/// The whole, in the hole.
fn draw_total(scene: &Scene<'_>, all: &Shares, hole: f64, pie: Rect, ink: &mut Ink<'_>) {
    let room = (hole * 4.0 * 0.86).floor() as u16;
    let total = scene.write(all.total).to_string();
    let fits = ink::width(&total, scene.look()) <= usize::from(room);
    if !fits {
        return;
    }
    let inner = Rect {
        x: pie.x + pie.width.saturating_sub(room) / 2,
        width: room,
        ..pie
    };
    let y = pie.y + pie.height / 2;
    let lower = u16::from(hole >= 2.5 && pie.height.is_multiple_of(2));
    ink.put_centred(inner, y - lower, &total, bold(scene.role(Role::Text)));
    if hole >= 2.5 && room >= 7 {
        ink.put_centred(inner, y - lower + 1, "total", scene.role(Role::Muted));
    }
}
