//! A plot of whole cells over time: which cell stands for when.

use ratatui::layout::Rect;

use super::super::ink::{self, Ink};
use super::super::{Scene, TimeAxis};
use super::times;
use super::trace::TimeGrid;
use crate::model::time::{Moment, TimeWindow};
use crate::ui::palette::Role;

/// The cells between the axes, and the time each column of them stands for.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct TimePlot {
    /// The cells.
    pub(in super::super) area: Rect,
    grid: TimeGrid,
}

impl TimePlot {
    /// `area` for `window`, on the same grid as a line chart's of that width.
    pub(in super::super) fn new(window: TimeWindow, area: Rect) -> Self {
        Self {
            area,
            grid: TimeGrid::new(window, area.width, 1),
        }
    }

    /// What the columns cover: the window and a little more, in even steps.
    pub(in super::super) fn window(&self) -> TimeWindow {
        self.grid.window()
    }

    /// Where the time axis runs.
    pub(in super::super) fn axis(&self) -> TimeAxis {
        TimeAxis {
            area: self.area,
            window: self.window(),
        }
    }

    /// The time one column stands for, in microseconds.
    pub(in super::super) fn step(&self) -> i64 {
        (self.window().span() / i64::from(self.area.width.max(1))).max(1)
    }

    /// When `column` (from the left, 0 is the first) begins.
    pub(in super::super) fn start(&self, column: u16) -> Moment {
        self.window().from.plus(self.step() * i64::from(column))
    }

    /// When `column` is half over.
    pub(in super::super) fn middle(&self, column: u16) -> Moment {
        self.start(column).plus(self.step() / 2)
    }

    /// The local times on the line below, and the cross-hair where it is in sight: its line where
    /// nothing is drawn, its time on the axis.
    pub(in super::super) fn draw_times(&self, scene: &Scene<'_>, ink: &mut Ink<'_>) {
        times::labels(scene, &self.grid, 1, self.area, ink);
        let at = scene.view.cross_hair;
        let Some((at, column)) = at.and_then(|at| Some((at, self.grid.column(at)?))) else {
            return;
        };
        let x = self.area.x + column as u16;
        let symbol = ink.glyph("│", "|");
        for y in self.area.top()..self.area.bottom() {
            if ink.is_blank(x, y) {
                ink.put(x, y, 1, symbol, scene.role(Role::Text));
            }
        }
        let text = times::written(scene, self.step(), self.window().span(), at);
        let text = format!(" {text} ");
        let cells = ink::width(&text, scene.look()) as u16;
        if cells <= self.area.width {
            let start = x.saturating_sub(cells / 2);
            let start = start.clamp(self.area.x, self.area.right() - cells);
            ink.put(
                start,
                self.area.bottom(),
                cells,
                &text,
                scene.role(Role::Selected),
            );
        }
    }
}
