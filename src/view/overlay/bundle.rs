//! The name of a bundle being typed.

use ratatui::buffer::Buffer;

use super::{field, frame};
use crate::ui::overlay::bundle::{BundleName, HINTS, WORDS};
use crate::ui::palette::Role;
use crate::view::Screen;

/// Draws the field and what will be written.
pub(super) fn draw(screen: &Screen<'_>, name: &BundleName, buf: &mut Buffer) {
    let look = screen.look;
    let place = BundleName::place(screen.layout.screen);
    frame::draw(&place, "Bundle", &HINTS, look, buf);
    field::draw(&name.field, place.field, look, buf);
    field::note(WORDS, Role::Muted, place.note, look, buf);
}
