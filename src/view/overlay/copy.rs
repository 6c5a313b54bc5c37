//! The copy menu.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{choices, frame};
use crate::ui::overlay::copy::{CopyMenu, HINTS, items, need, parts};
use crate::ui::overlay::frame::place;
use crate::view::Screen;

/// Draws it over the middle of `area`.
pub fn draw(screen: &Screen<'_>, menu: &CopyMenu, area: Rect, buf: &mut Buffer) {
    let parts = parts(&screen.situation());
    let place = place(need(parts.len()), area);
    let look = screen.look;
    frame::draw(&place, "Copy", &HINTS, look, buf);
    choices::draw(&menu.choices, &items(&parts), place.list, look, buf);
}
