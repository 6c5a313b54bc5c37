//! One panel being drawn, and what every kind of panel asks about it.

use ratatui::style::Style;

use super::{PanelView, ink};
use crate::config::Panel;
use crate::model::panel_data::PanelData;
use crate::model::unit::{Unit, Written};
use crate::query;
use crate::ui::Look;
use crate::ui::palette::{self, Role};

/// One panel being drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scene<'a> {
    pub(super) panel: &'a Panel,
    pub(super) data: &'a PanelData,
    pub(super) view: &'a PanelView<'a>,
}

impl Scene<'_> {
    pub(super) fn look(&self) -> Look {
        self.view.look
    }

    pub(super) fn role(&self, role: Role) -> Style {
        palette::role(role, self.view.look)
    }

    /// The title with what its variables stand for.
    pub(super) fn title(&self) -> String {
        query::title(&self.panel.title, self.view.variables)
    }

    /// The least and greatest number of a column, where they are known.
    pub(super) fn extent(&self, name: &str) -> Option<(f64, f64)> {
        let columns = &self.data.rows.columns;
        let index = columns.iter().position(|column| column.name == name)?;
        *self.view.table?.arranged?.extents.get(index)?
    }

    /// First row or line in sight, before it is held inside what there is.
    pub(super) fn top(&self) -> usize {
        self.view.table.map_or(0, |table| table.state.top)
    }

    /// `value` in the panel's unit.
    pub(super) fn write(&self, value: f64) -> Written {
        self.write_with(value, self.panel.decimals)
    }

    /// `value` in the panel's unit with that many decimals.
    pub(super) fn write_with(&self, value: f64, decimals: Option<u8>) -> Written {
        self.write_in(&self.panel.unit, value, decimals)
    }

    /// `value` in `unit`; points in time in the dashboard's zone and relative to when the data was
    /// asked for: relative to now, the words would change without new data.
    pub(super) fn write_in(&self, unit: &Unit, value: f64, decimals: Option<u8>) -> Written {
        let now = self.data.asked_at.unwrap_or(self.view.now);
        unit.write_at(value, decimals, self.view.zone, now)
    }

    /// The style a value's threshold asks for, else the panel's colour, else none.
    pub(super) fn tone(&self, value: f64) -> Option<Style> {
        let color = self.panel.thresholds.of(value).map(|step| step.color);
        color
            .or(self.panel.color)
            .map(|color| palette::color(color, self.view.look))
    }

    /// The sign of a value's threshold; empty without thresholds or opinion.
    pub(super) fn sign(&self, value: f64) -> &'static str {
        self.panel
            .thresholds
            .of(value)
            .map_or("", |step| palette::sign(step.color, self.view.look))
    }

    /// `value` as it fits into `room` cells: with its sign and unit, without the sign, the digits
    /// alone; never digits that are cut, which would be another number.
    pub(super) fn fitting(&self, value: f64, room: u16) -> String {
        let written = self.write(value);
        let sign = self.sign(value);
        let gap = if sign.is_empty() { "" } else { " " };
        let forms = [
            format!("{sign}{gap}{written}"),
            written.to_string(),
            written.number,
        ];
        let fits = |text: &String| ink::width(text, self.look()) <= usize::from(room);
        forms
            .into_iter()
            .find(fits)
            .unwrap_or_else(|| "…".to_owned())
    }

    /// The style of the `index`-th series of a chart: what the panel says of its name, else as
    /// [`series_style`](Self::series_style).
    pub(super) fn line_style(&self, index: usize, name: &str) -> Style {
        match self.panel.chart.color_of(name) {
            Some(color) => palette::color(color, self.view.look),
            None => self.series_style(index),
        }
    }

    /// The style of the `index`-th series: the panel's colour for the first, the palette's after it.
    pub(super) fn series_style(&self, index: usize) -> Style {
        match (index, self.panel.color) {
            (0, Some(color)) => palette::color(color, self.view.look),
            _ => palette::series(index, self.view.look),
        }
    }
}
