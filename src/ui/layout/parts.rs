//! What drawing tells of the screen, so that the mouse finds it: time axes and a table's cells.

use ratatui::layout::Rect;

use crate::model::time::{Moment, TimeWindow};

/// Where on the screen a chart's time axis runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plot {
    /// Index into the dashboard's panels.
    pub panel: usize,
    /// The cells between the axes.
    pub area: Rect,
    /// What its first to last column stand for.
    pub window: TimeWindow,
}

impl Plot {
    /// The instant a column of the screen stands for, held inside the plot; the middle of the cell counts.
    pub fn moment(&self, x: u16) -> Moment {
        let width = i64::from(self.area.width.max(1));
        let column = i64::from(x.saturating_sub(self.area.x)).min(width - 1) * 2 + 1;
        // Divided before it is multiplied where the product would not fit.
        let span = self.window.span();
        let into = span.checked_mul(column).map_or_else(
            || span / (2 * width) * column,
            |product| product / (2 * width),
        );
        self.window.from.plus(into)
    }

    /// The column that stands for an instant; held inside the plot.
    pub fn column(&self, at: Moment) -> u16 {
        let width = self.area.width.max(1);
        let into = at.since(self.window.from) as f64 / self.window.span().max(1) as f64;
        let column = (into * f64::from(width)).clamp(0.0, f64::from(width - 1));
        self.area.x.saturating_add(column as u16)
    }
}

/// Where on the screen a table's cells are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePlace {
    /// Index into the dashboard's panels.
    pub panel: usize,
    /// The cells inside the border that are in sight.
    pub area: Rect,
    /// The line of the head; none when it is cut off.
    pub head: Option<u16>,
    /// The row shown in the first line of `area` below the head, counted in the order shown.
    pub first: usize,
    /// Columns after the first that are scrolled past.
    pub past: usize,
    /// The columns in sight: index into the result's, first cell, and the cell after the last.
    pub columns: Vec<(usize, u16, u16)>,
}

impl TablePlace {
    /// The column of the result that is drawn at `x`; the blank between two belongs to the one before.
    pub fn column_at(&self, x: u16) -> Option<usize> {
        let behind = self.columns.iter().rev();
        let mut reached = behind.filter(|(_, from, _)| x >= *from);
        reached.next().map(|(index, _, _)| *index)
    }

    /// The row that is drawn at `y`, counted in the order shown.
    pub fn row_at(&self, y: u16) -> Option<usize> {
        let top = self.head.map_or(self.area.y, |head| head + 1);
        (y >= top && y < self.area.bottom()).then(|| self.first + usize::from(y - top))
    }
}
