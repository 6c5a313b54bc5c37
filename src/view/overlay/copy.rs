//! The copy menu.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{choices, frame};
use crate::ui::overlay::copy::{CopyMenu, HINTS, items, need, parts};
use crate::ui::overlay::frame::place;
use crate::view::Screen;

/// Draws it over the middle of `area`.
pub fn draw(screen: &Screen<'_>, menu: &CopyMenu, area: Rect, buf: &mut Buffer) {
    let now = screen.situation();
    let parts = parts(&now);
    let title = now.focused().map_or_else(
        || "Copy".to_owned(),
        |panel| format!("Copy from {}", panel.title),
    );
    let place = place(need(parts.len()), area);
    let look = screen.look;
    frame::draw(&place, &title, &HINTS, look, buf);
    choices::draw(&menu.choices, &items(&parts), place.list, look, buf);
}
