//! A plot of whole cells over time: which cell stands for when.

use ratatui::layout::Rect;

use super::super::ink::Ink;
use super::super::{Scene, TimeAxis};
use super::events::Events;
use super::times;
use super::trace::TimeGrid;
use crate::model::time::{Moment, TimeWindow};

/// The cells between the axes, and the time each column of them stands for.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct TimePlot {
    /// The cells.
    pub(in super::super) area: Rect,
    window: TimeWindow,
}

impl TimePlot {
    /// `area` for `window`, on the same grid as a line chart's of that width.
    pub(in super::super) fn new(window: TimeWindow, area: Rect) -> Self {
        Self {
            area,
            window: TimeGrid::new(window, area.width, 1).window(),
        }
    }

    /// The same where it is known what the columns cover.
    pub(in super::super) fn of(window: TimeWindow, area: Rect) -> Self {
        Self { area, window }
    }

    /// Where the time axis runs.
    pub(in super::super) fn axis(&self) -> TimeAxis {
        TimeAxis {
            area: self.area,
            window: self.window,
        }
    }

    /// The column of the screen that holds an instant.
    pub(in super::super) fn x_of(&self, at: Moment) -> Option<u16> {
        let into = at.0.checked_sub(self.window().from.0)?;
        let column = u16::try_from(into.div_euclid(self.step())).ok()?;
        (column < self.area.width).then(|| self.area.x + column)
    }

    /// What the columns cover: the window and a little more, in even steps.
    pub(in super::super) fn window(&self) -> TimeWindow {
        self.window
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
        times::draw(scene, self, &Events::new(scene, self), ink);
    }
}
