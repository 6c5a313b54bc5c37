//! A line of text being typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_segmentation::UnicodeSegmentation;

use crate::ui::field::Field;
use crate::ui::palette::{Role, role};
use crate::ui::{Glyphs, Look};
use crate::view::panel::ink::{Ink, width};

/// Columns of the sign before the text.
const SIGN: u16 = 2;

/// Draws the field into one line: a sign, then the part of the text around the cursor, the cursor reversed.
pub fn draw(field: &Field, area: Rect, look: Look, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let mut ink = Ink::new(buf, look);
    let sign = ink.glyph("❯ ", "> ");
    let sign = if look.glyphs == Glyphs::Blocks {
        "> "
    } else {
        sign
    };
    let used = if area.width > 3 * SIGN { SIGN } else { 0 };
    ink.put(area.x, area.y, used, sign, role(Role::FocusedBorder, look));
    let (start, room) = (area.x + used, area.width - used);
    let text = role(Role::Text, look);
    let reversed = text.add_modifier(Modifier::REVERSED);
    if field.is_empty() {
        let quiet = role(Role::Muted, look);
        ink.put(start, area.y, 1, " ", reversed);
        ink.put_cut(start + 1, area.y, room - 1, field.placeholder, quiet);
        return;
    }
    let (before, after) = field.text().split_at(field.cursor());
    let under = after.graphemes(true).next().unwrap_or(" ");
    let cells = (width(under, look) as u16).clamp(1, room);
    let head = tail_of(before, usize::from(room - cells), look);
    let mut x = start + ink.put(start, area.y, room, head, text);
    x += ink.put(x, area.y, (start + room).saturating_sub(x), under, reversed);
    let rest = after.get(under.len()..).unwrap_or("");
    ink.put_cut(x, area.y, (start + room).saturating_sub(x), rest, text);
}

/// The end of `text` that fits `room` cells.
fn tail_of(text: &str, room: usize, look: Look) -> &str {
    let (mut left, mut from) = (room, text.len());
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        let cells = width(grapheme, look);
        if cells > left {
            break;
        }
        left -= cells;
        from = at;
    }
    &text[from..]
}

/// What is wrong with the text, or what it means: a line under it.
pub fn note(words: &str, of: Role, area: Rect, look: Look, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let mut ink = Ink::new(buf, look);
    let indent = if area.width > 3 * SIGN { SIGN } else { 0 };
    let sign = match of {
        Role::Bad => ink.glyph("✖ ", "x "),
        _ => "",
    };
    let text = format!("{sign}{words}");
    let lines = crate::view::panel::ink::wrap(&text, usize::from(area.width - indent), look);
    let count = lines.len();
    for (line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        let is_last = y + 1 == area.bottom() && usize::from(y - area.top()) + 1 < count;
        let line = if is_last { format!("{line} …") } else { line };
        ink.put_cut(
            area.x + indent,
            y,
            area.width - indent,
            &line,
            role(of, look),
        );
    }
}
