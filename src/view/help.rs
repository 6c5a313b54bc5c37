//! The help: every key that does something right now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::Screen;
use super::overlay::frame;
use super::panel::ink::{Ink, cut};
use crate::ui::Glyphs;
use crate::ui::help::{self, COLUMN, Help, LABEL, Shape, WORDS};
use crate::ui::keys::{self, Binding};
use crate::ui::palette::{Role, role};

/// Draws the help over the middle of `area`.
pub fn draw(screen: &Screen<'_>, help: Help, area: Rect, buf: &mut Buffer) {
    let now = screen.situation();
    let bindings: Vec<&Binding> = keys::valid(&now).collect();
    let shape = help::shape(bindings.len(), area);
    border(screen, shape, buf);
    let inner = Rect {
        x: shape.area.x + 1,
        y: shape.area.y + 1,
        width: shape.area.width.saturating_sub(2),
        height: shape.rows_in_sight(),
    };
    let first = help.row.min(shape.last_row());
    for (index, binding) in bindings.into_iter().enumerate() {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let (column, row) = (index / shape.rows.max(1), index % shape.rows.max(1));
        let Some(line) = row.checked_sub(first).filter(|line| *line < inner.height) else {
            continue;
        };
        let x = inner.x + column * COLUMN + 1;
        let place = Rect::new(x, inner.y + line, LABEL + WORDS, 1).intersection(inner);
        entry(screen, binding, place, buf);
    }
}

fn entry(screen: &Screen<'_>, binding: &Binding, place: Rect, buf: &mut Buffer) {
    if place.is_empty() {
        return;
    }
    let look = screen.look;
    let label = binding.label(&screen.situation(), look.glyphs);
    let width = usize::from(place.width);
    let bold = role(Role::Text, look).add_modifier(Modifier::BOLD);
    buf.set_stringn(place.x, place.y, label, width, bold);
    let room = usize::from(place.width.saturating_sub(LABEL));
    let words = cut(binding.words, room, look);
    let text = role(Role::Text, look);
    buf.set_stringn(place.x + LABEL.min(place.width), place.y, words, room, text);
}

fn border(screen: &Screen<'_>, shape: Shape, buf: &mut Buffer) {
    let look = screen.look;
    let ascii = look.glyphs == Glyphs::Ascii;
    let more = match (shape.last_row() > 0, ascii) {
        (false, _) => " Esc closes ",
        (true, false) => " ↑ ↓ scroll, Esc closes ",
        (true, true) => " up, down scroll, Esc closes ",
    };
    frame::bordered(shape.area, "Keys", look, buf);
    if more.width() + 2 <= usize::from(shape.area.width) {
        let (x, y) = (shape.area.x + 1, shape.area.bottom().saturating_sub(1));
        let style = role(Role::Title, look);
        Ink::new(buf, look).put(x, y, shape.area.width - 2, more, style);
    }
}
