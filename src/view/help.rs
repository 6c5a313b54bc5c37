//! The help: every key that does something right now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_width::UnicodeWidthStr;

use super::Screen;
use super::overlay::frame;
use super::panel::ink::Ink;
use crate::ui::Glyphs;
use crate::ui::help::{self, Entry, Help, LABEL, Shape};
use crate::ui::keys::Line;
use crate::ui::palette::{Role, role};

/// Draws the help over the middle of `area`.
pub fn draw(screen: &Screen<'_>, help: Help, area: Rect, buf: &mut Buffer) {
    let now = screen.situation();
    let entries = help::entries(&now);
    let shape = help::shape(&entries, area);
    border(screen, shape, buf);
    for (spot, entry) in shape.seen(&entries, help.row) {
        match entry {
            Entry::Line(entry) => line(screen, entry, spot, buf),
            Entry::Heading(section) => {
                let style = role(Role::TableHead, screen.look);
                let mut ink = Ink::new(buf, screen.look);
                ink.put_cut(spot.x, spot.y, spot.width, section.title(), style);
            }
            Entry::Blank => {}
        }
    }
}

fn line(screen: &Screen<'_>, line: &Line, place: Rect, buf: &mut Buffer) {
    let look = screen.look;
    let label = line.label(&screen.situation(), look.glyphs);
    let bold = role(Role::Text, look).add_modifier(Modifier::BOLD);
    let mut ink = Ink::new(buf, look);
    ink.put_cut(place.x, place.y, place.width.min(LABEL - 1), &label, bold);
    let room = place.width.saturating_sub(LABEL);
    let text = role(Role::Text, look);
    ink.put_cut(
        place.x + LABEL.min(place.width),
        place.y,
        room,
        &line.said(),
        text,
    );
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
