//! Bars over time: as wide as their buckets, side by side or on each other.

use ratatui::layout::Rect;

use super::super::Scene;
use super::axis::Scale;
use super::buckets::Buckets;
use super::canvas::Canvas;
use super::plan::Plan;
use crate::config::ChartStyle;
use crate::ui::{Depth, Glyphs, Look};

/// From the bottom.
const EIGHTHS: [char; 8] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇'];

/// Bars in ASCII.
const CHARACTERS: [char; 8] = ['#', '=', 'o', '%', '+', 'x', '@', '&'];

/// Bars that must differ without colour.
const SHADES: [char; 4] = ['█', '▒', '▓', '░'];

/// What the bars of the `index`-th series are made of. Side by side their order tells them apart, on
/// each other it does not where one is missing.
pub(super) fn texture(index: usize, is_stacked: bool, look: Look) -> char {
    match (look.glyphs, look.depth) {
        (Glyphs::Ascii, _) => CHARACTERS[index % CHARACTERS.len()],
        (_, Depth::None) => SHADES[index % SHADES.len()],
        _ if is_stacked => SHADES[index % SHADES.len()],
        _ => '█',
    }
}

/// Draws the bars of all lines that are.
pub(super) fn draw(scene: &Scene<'_>, plan: &Plan<'_, '_>, canvas: &mut Canvas) {
    let Some(buckets) = &plan.columns.buckets else {
        return;
    };
    let members = members(plan);
    let look = scene.look();
    for bucket in 0..buckets.len() {
        let Some((from, to)) = cells(plan, bucket) else {
            continue;
        };
        let span = |index: &usize| plan.columns.spans[*index].get(bucket).copied();
        let mut here: Vec<(usize, (f64, f64))> = members
            .iter()
            .filter_map(|index| Some((*index, span(index)?)))
            .filter(|(_, (_, value))| value.is_finite())
            .collect();
        let is_stacked = plan.lines[members[0]].is_stacked;
        let side_by_side = !is_stacked && has_room(plan, members.len());
        if !is_stacked && !side_by_side {
            // No room side by side: the lower one in front.
            here.sort_by(|(_, a), (_, b)| b.1.abs().total_cmp(&a.1.abs()));
        }
        let highest = here.iter().map(|(_, span)| span.1).fold(0.0, f64::max);
        for (index, (ground, value)) in here {
            let place = members.iter().position(|member| *member == index);
            let (from, to) = match place {
                Some(place) if side_by_side => share((from, to), place, members.len()),
                _ => (from, to),
            };
            let bar = Bar {
                owner: index as u16,
                texture: texture(index, is_stacked, look),
                is_ascii: look.glyphs == Glyphs::Ascii,
                top: height(plan, value),
                // Only the end of a whole stack is finer than a cell.
                is_fine: !is_stacked || value >= highest,
                ground: if ground.is_nan() {
                    height(plan, plan.left.range.base())
                } else {
                    height(plan, ground)
                },
            };
            for x in from..to {
                bar.draw(canvas, plan.plot, x);
            }
        }
    }
}

/// The heights of the ghosts of bars: a line across each bucket, through what is higher.
pub(super) fn draw_ghosts(plan: &Plan<'_, '_>, glyphs: Glyphs, canvas: &mut Canvas) {
    let Some(buckets) = &plan.columns.buckets else {
        return;
    };
    let count = plan.lines.len();
    let members = members(plan);
    let dash = if glyphs == Glyphs::Ascii { '-' } else { '╌' };
    for bucket in 0..buckets.len() {
        let Some((from, to)) = cells(plan, bucket) else {
            continue;
        };
        let mut across = |value: Option<&f64>, (from, to): (i32, i32), owner: usize| {
            let Some(value) = value.filter(|value| value.is_finite()) else {
                return;
            };
            let y = i32::from(plan.plot.height) - 1 - (height(plan, *value) - 1).max(0) / 8;
            for x in from..to {
                canvas.mark(x, y, dash, (count + owner) as u16);
            }
        };
        for (place, index) in members.iter().enumerate() {
            let span = if has_room(plan, members.len()) {
                share((from, to), place, members.len())
            } else {
                (from, to)
            };
            across(plan.columns.bar_ghosts[*index].get(bucket), span, *index);
        }
        across(plan.columns.total_ghost.get(bucket), (from, to), members[0]);
    }
}

/// The lines that are bars.
fn members(plan: &Plan<'_, '_>) -> Vec<usize> {
    let lines = plan.lines.iter().enumerate();
    let bars = lines.filter(|(_, line)| line.form == ChartStyle::Bars);
    bars.map(|(index, _)| index).collect()
}

/// Cells of a bucket of the usual width; some have one more.
fn usual(plan: &Plan<'_, '_>) -> i64 {
    let width = plan.columns.buckets.as_ref().map_or(0, Buckets::width);
    width / plan.time().step()
}

/// A bucket is wide enough for a blank after it.
fn has_gap(plan: &Plan<'_, '_>) -> bool {
    usual(plan) >= 3
}

/// Whether every bucket has a cell for each of `count` bars.
fn has_room(plan: &Plan<'_, '_>, count: usize) -> bool {
    usual(plan) - i64::from(has_gap(plan)) >= count as i64
}

/// The cells of one of `count` bars side by side in a bucket's cells.
fn share((from, to): (i32, i32), place: usize, count: usize) -> (i32, i32) {
    let (place, count) = (place as i32, count.max(1) as i32);
    let each = (to - from) / count;
    let spare = (to - from - each * count) / 2;
    let from = from + spare + each * place;
    (from, from + each)
}

/// The cell columns of a bucket, counted from the plot's first, with a blank between it and the next
/// where there is room; none out of sight.
fn cells(plan: &Plan<'_, '_>, bucket: usize) -> Option<(i32, i32)> {
    let (from, to) = plan.columns.buckets.as_ref()?.span(bucket);
    let start = plan.grid.window().from;
    let cell = plan.time().step();
    // The last moment of a bucket still belongs to it.
    let column = |micros: i64| i32::try_from(micros.div_euclid(cell)).ok();
    let width = i32::from(plan.plot.width);
    let first = column(from.since(start))?;
    let end = column(to.since(start)).unwrap_or(width).max(first + 1);
    let gap = i32::from(has_gap(plan));
    let (first, end) = (first.max(0), (end - gap).min(width));
    (first < end).then_some((first, end))
}

/// How high a value stands, in eighths of a cell from the bottom.
fn height(plan: &Plan<'_, '_>, value: f64) -> i32 {
    let range = &plan.left.range;
    let cells = f64::from(plan.plot.height);
    let (below, cells) = match range.scale {
        Scale::Log { lane: Some(_) } if value <= 0.0 => return 0,
        Scale::Log { lane: Some(_) } => (1.0, cells - 1.0),
        _ => (0.0, cells),
    };
    let part = range.part(value).clamp(0.0, 1.0);
    ((below + part * cells) * 8.0).round() as i32
}

/// One bar, in eighths from the bottom of the plot.
struct Bar {
    owner: u16,
    texture: char,
    is_ascii: bool,
    ground: i32,
    top: i32,
    is_fine: bool,
}

impl Bar {
    fn draw(&self, canvas: &mut Canvas, plot: Rect, x: i32) {
        // A bar begins at a whole cell: only its end can be drawn in eighths.
        let ground = (self.ground + 4).div_euclid(8);
        let rows = i32::from(plot.height);
        let mut put = |cell: i32, symbol: char| {
            canvas.mark(x, rows - 1 - cell, symbol, self.owner);
        };
        if self.top < self.ground {
            for cell in (self.top + 4).div_euclid(8)..ground {
                put(cell, self.texture);
            }
            return;
        }
        let (full, rest) = if self.is_fine {
            (self.top.div_euclid(8), self.top.rem_euclid(8))
        } else {
            ((self.top + 4).div_euclid(8), 0)
        };
        for cell in ground..full {
            put(cell, self.texture);
        }
        if rest > 0 && full >= ground {
            if !self.is_ascii {
                put(full, EIGHTHS[rest as usize]);
            } else if rest >= 4 {
                put(full, self.texture);
            }
        }
        let is_seen = full > ground || rest > 0 && (!self.is_ascii || rest >= 4);
        if self.is_fine && !is_seen && full >= ground {
            // Zero is seen as a hair, not as nothing.
            put(ground.min(rows - 1), if self.is_ascii { '_' } else { '▁' });
        }
    }
}
