//! The theme picker.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{choices, field, frame};
use crate::ui::overlay::frame::place;
use crate::ui::overlay::theme::{HINTS, ThemePicker, items, need};
use crate::view::Screen;

/// Draws it over the middle of `area`.
pub fn draw(screen: &Screen<'_>, picker: &ThemePicker, area: Rect, buf: &mut Buffer) {
    let place = place(need(), area);
    let look = screen.look;
    frame::draw(&place, "Theme", &HINTS, look, buf);
    field::draw(&picker.choices.field, place.field, look, buf);
    choices::draw(&picker.choices, &items(), place.list, look, buf);
}
