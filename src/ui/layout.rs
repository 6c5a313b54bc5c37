//! Geometry: where the header, the panels and the status line are.

use ratatui::layout::Rect;

use super::Ui;
use crate::config::Dashboard;

/// One panel's place on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Index into the dashboard's panels.
    pub panel: usize,
    /// Where, clipped to the body; empty when scrolled out of sight.
    pub area: Rect,
}

/// The screen, divided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The whole.
    pub screen: Rect,
    /// Top line; empty on very small screens.
    pub header: Rect,
    /// The panels' part.
    pub body: Rect,
    /// Bottom line; empty on very small screens.
    pub status: Rect,
    /// Every panel that is (partly) in sight.
    pub places: Vec<Place>,
    /// The screen is too small for the drawing: panels are stacked and scroll.
    pub stacked: bool,
    /// Height of the stack; the body's where nothing is stacked.
    pub content_height: u16,
}

impl Layout {
    /// Divides `screen` for what `ui` shows of `dashboard`.
    pub fn solve(dashboard: &Dashboard, ui: &Ui, screen: Rect) -> Self {
        let _ = (dashboard, ui);
        Self {
            screen,
            body: screen,
            ..Self::default()
        }
    }
}
