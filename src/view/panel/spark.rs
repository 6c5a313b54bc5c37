//! A small area chart without axes.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Scene;
use super::chart::axis::ValueRange;
use super::chart::canvas::Canvas;
use super::chart::summary::Summary;
use super::chart::trace::{TimeGrid, Trace};
use super::ink::Ink;
use crate::model::series::Point;
use crate::model::unit::Unit;
use crate::ui::Glyphs;

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ASCII_LEVELS: [char; 4] = ['_', '.', '-', '^'];

/// Whether `points` make a line at all.
pub(super) fn is_worthwhile(points: &[Point]) -> bool {
    let finite = points.iter().filter(|point| point.value.is_finite());
    finite.take(2).count() == 2
}

/// Draws `points` over the data's window into `area`, and where the cross-hair is.
pub(super) fn draw(
    scene: &Scene<'_>,
    points: &[Point],
    style: Style,
    area: Rect,
    ink: &mut Ink<'_>,
) {
    if area.is_empty() {
        return;
    }
    let glyphs = ink.look().glyphs;
    let (columns, levels) = match glyphs {
        Glyphs::Braille => (2, 4),
        Glyphs::Blocks => (1, 8),
        Glyphs::Ascii => (1, 4),
    };
    let grid = TimeGrid::new(scene.data.window, area.width, columns);
    let values = Trace::new(points, &grid).filled(false, |reach| reach.max);
    let range = ValueRange::new(
        &Unit::default(),
        Summary::new(points, grid.window()).map(|one| (one.min, one.max)),
        None,
        None,
        4,
    );
    let rows = i32::from(area.height) * levels;
    let mut canvas = Canvas::new(area, glyphs);
    for (column, value) in (0u16..).zip(values) {
        if value.is_nan() {
            continue;
        }
        let top = range.row(value, rows).clamp(0, rows - 1);
        match glyphs {
            Glyphs::Braille => {
                for row in top..rows {
                    canvas.dot(i32::from(column), row, 0);
                }
            }
            Glyphs::Blocks => {
                let height = rows - top;
                for cell in 0..i32::from(area.height) {
                    let filled = (height - cell * 8).clamp(0, 8);
                    if filled > 0 {
                        let y = area.bottom() - 1 - cell as u16;
                        ink.cell(area.x + column, y, EIGHTHS[filled as usize], style);
                    }
                }
            }
            Glyphs::Ascii => {
                let level = (rows - 1 - top) as u16;
                let y = area.bottom() - 1 - level / 4;
                let symbol = ASCII_LEVELS[usize::from(level % 4)];
                ink.cell(area.x + column, y, symbol, style);
            }
        }
    }
    canvas.paint(&[style], ink);
    let at = scene.view.cross_hair.and_then(|at| grid.column(at));
    if let Some(column) = at {
        let x = area.x + column as u16 / columns;
        for y in area.top()..area.bottom() {
            ink.stress(x, y, Modifier::REVERSED);
        }
    }
}
