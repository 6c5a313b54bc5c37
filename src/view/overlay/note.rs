//! An annotation being written.

use ratatui::buffer::Buffer;

use super::{field, frame};
use crate::ui::overlay::note::{HINTS, Note};
use crate::ui::palette::{Role, role};
use crate::view::Screen;
use crate::view::panel::ink::Ink;

/// Draws the field and when the annotation will be dated.
pub(super) fn draw(screen: &Screen<'_>, note: &Note, buf: &mut Buffer) {
    let Some(dashboard) = screen.config.dashboards.get(screen.ui.dashboard) else {
        return;
    };
    let look = screen.look;
    let place = Note::place(screen.layout.screen);
    frame::draw(&place, "Annotate", &HINTS, look, buf);
    field::draw(&note.field, place.field, look, buf);
    let style = if note.is_missing {
        role(Role::Bad, look)
    } else {
        role(Role::Muted, look)
    };
    let words = note.words(&dashboard.time_zone);
    let area = place.note;
    if !area.is_empty() {
        Ink::new(buf, look).put_cut(area.x, area.y, area.width, &words, style);
    }
}
