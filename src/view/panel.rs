//! One panel: border, title, health, and its kind's drawing inside.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::Panel;
use crate::model::panel_data::PanelData;
use crate::model::time::Moment;
use crate::ui::Look;

/// What drawing one panel needs besides the panel and its data.
#[derive(Clone, Copy, Debug)]
pub struct PanelView<'a> {
    /// The terminal.
    pub look: Look,
    /// The dashboard's zone.
    pub zone: &'a TimeZone,
    /// The clock.
    pub now: Moment,
    /// Whether the viewer's focus is on it.
    pub focused: bool,
    /// Whether it fills the screen (then: more detail, statistics per series).
    pub full_screen: bool,
    /// How often it is polled, in microseconds: ages matter from a multiple of it.
    pub refresh: i64,
    /// First row of a table.
    pub table_row: usize,
}

/// Draws the panel with its border into `area`.
pub fn draw(panel: &Panel, data: &PanelData, view: &PanelView<'_>, area: Rect, buf: &mut Buffer) {
    let _ = (panel, data, view, area, buf);
}

/// When the panel would look different with the same data, if ever.
pub fn next_change(data: &PanelData, view: &PanelView<'_>) -> Option<Moment> {
    let _ = (data, view);
    None
}
