//! Floor 3: drawing. Pure: no clock, lock, I/O or `&mut` state; `now` is an argument.

pub mod panel;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::Config;
use crate::model::panel_data::Snapshot;
use crate::model::time::Moment;
use crate::ui::{Layout, Look, Ui};

/// Everything a frame is made of.
#[derive(Clone, Copy, Debug)]
pub struct Screen<'a> {
    /// The configuration: names, panels.
    pub config: &'a Config,
    /// The viewer.
    pub ui: &'a Ui,
    /// The divided screen; must be solved for the area drawn into.
    pub layout: &'a Layout,
    /// The data.
    pub snapshot: &'a Snapshot,
    /// The terminal.
    pub look: Look,
    /// The clock, read by the caller.
    pub now: Moment,
}

/// Draws the whole screen.
pub fn draw(screen: &Screen<'_>, area: Rect, buf: &mut Buffer) {
    let _ = (screen, area, buf);
}

/// When the frame would look different with the same data (the header's minute, an age), if ever.
pub fn next_change(screen: &Screen<'_>) -> Option<Moment> {
    let _ = screen;
    None
}
