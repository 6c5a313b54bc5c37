//! The help: every key that does something right now.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::symbols::border;
use ratatui::widgets::{Block, Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::Screen;
use super::panel::ink::cut;
use crate::ui::Glyphs;
use crate::ui::help::{self, COLUMN, Help, LABEL, Shape, WORDS};
use crate::ui::keys::{self, Binding};
use crate::ui::palette::{Role, role};

const ASCII_BORDER: border::Set<'_> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Draws the help over the middle of `area`.
pub fn draw(screen: &Screen<'_>, help: Help, area: Rect, buf: &mut Buffer) {
    let now = screen.situation();
    let bindings: Vec<&Binding> = keys::valid(&now).collect();
    let shape = help::shape(bindings.len(), area);
    clear(shape.area, buf);
    frame(screen, shape, buf);
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

/// Clears `area`, and the wide characters whose second half is in it: a terminal would draw them over
/// the border.
fn clear(area: Rect, buf: &mut Buffer) {
    Clear.render(area, buf);
    let Some(before) = area.x.checked_sub(1) else {
        return;
    };
    for y in area.top()..area.bottom() {
        if let Some(cell) = buf.cell_mut((before, y))
            && cell.symbol().width() > 1
        {
            cell.set_symbol(" ");
        }
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

fn frame(screen: &Screen<'_>, shape: Shape, buf: &mut Buffer) {
    let look = screen.look;
    let ascii = look.glyphs == Glyphs::Ascii;
    let set = match look.glyphs {
        Glyphs::Ascii => ASCII_BORDER,
        Glyphs::Blocks => border::PLAIN,
        Glyphs::Braille => border::ROUNDED,
    };
    let more = match (shape.last_row() > 0, ascii) {
        (false, _) => " Esc closes ",
        (true, false) => " ↑ ↓ scroll, Esc closes ",
        (true, true) => " up, down scroll, Esc closes ",
    };
    let mut block = Block::bordered()
        .border_set(set)
        .border_style(role(Role::FocusedBorder, look))
        .style(role(Role::Text, look))
        .title_style(role(Role::Title, look))
        .title_top(" Keys ");
    if more.width() + 2 <= usize::from(shape.area.width) {
        block = block.title_bottom(more);
    }
    block.render(shape.area, buf);
}
