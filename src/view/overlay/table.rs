//! What opens over a table: the list of its columns, one cell in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{choices, field, frame};
use crate::model::color::Color;
use crate::ui::Look;
use crate::ui::palette::{self, Role, role};
use crate::ui::table::chooser::{Columns, HINTS};
use crate::ui::table::detail::Detail;
use crate::ui::table::json::Part;
use crate::view::Screen;
use crate::view::panel::ink::Ink;

/// Draws the list of columns.
pub fn columns(screen: &Screen<'_>, columns: &Columns, buf: &mut Buffer) {
    let (now, look) = (screen.situation(), screen.look);
    let items = columns.items(&now);
    let place = Columns::place(&items, &now);
    frame::draw(&place, "Columns", HINTS, look, buf);
    field::draw(&columns.choices.field, place.field, look, buf);
    choices::draw(&columns.choices, &items, place.list, look, buf);
}

/// Draws a cell, or its row.
pub fn cell(screen: &Screen<'_>, detail: &Detail, buf: &mut Buffer) {
    let look = screen.look;
    let (place, lines) = detail.place(&screen.situation());
    frame::draw(&place, &detail.title(), detail.hints(), look, buf);
    let page = usize::from(place.list.height);
    let first = detail.top.min(lines.len().saturating_sub(page));
    let scrolls = lines.len() > page && place.list.width > 8;
    let text = Rect {
        width: place.list.width - if scrolls { 2 } else { 0 },
        ..place.list
    };
    let mut ink = Ink::new(buf, look);
    for (line, y) in lines.iter().skip(first).zip(text.top()..text.bottom()) {
        let mut x = text.x;
        for (part, words) in line {
            let room = text.right().saturating_sub(x);
            x += ink.put(x, y, room, words, style(*part, look));
        }
    }
    if scrolls && page > 0 {
        choices::bar(first, lines.len(), place.list, look, buf);
    }
}

/// The colours of a document. Its signs say the same without them.
fn style(part: Part, look: Look) -> Style {
    match part {
        Part::Plain => role(Role::Text, look),
        Part::Name => palette::color(Color::Blue, look).add_modifier(Modifier::BOLD),
        Part::Text => palette::color(Color::Green, look),
        Part::Number => palette::color(Color::Yellow, look),
        Part::Word => palette::color(Color::Purple, look).add_modifier(Modifier::ITALIC),
    }
}
