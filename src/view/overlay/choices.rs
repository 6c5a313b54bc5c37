//! The lines of a list to choose from.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use crate::ui::choices::{Choices, Item};
use crate::ui::palette::{Role, role};
use crate::ui::{Glyphs, Look};
use crate::view::panel::ink::{Ink, cut, width};

/// Draws what is found into `area`: a sign at the cursor, marks where there are any, what matches in bold, and
/// a bar at the right where not all is in sight.
pub fn draw(choices: &Choices, items: &[Item], area: Rect, look: Look, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let found = choices.found(items);
    if found.is_empty() {
        let words = if items.is_empty() && choices.field.is_empty() {
            "nothing to choose from"
        } else {
            "nothing like that"
        };
        let quiet = role(Role::Muted, look);
        Ink::new(buf, look).put_cut(area.x, area.y, area.width, words, quiet);
        return;
    }
    let page = usize::from(area.height);
    let (first, at) = (choices.first(page, found.len()), choices.at(found.len()));
    let scrolls = found.len() > page && area.width > 8;
    let lines = Rect {
        width: area.width - 2 * u16::from(scrolls),
        ..area
    };
    for (index, y) in (first..found.len()).zip(lines.top()..lines.bottom()) {
        let row = Rect {
            y,
            height: 1,
            ..lines
        };
        line(choices, &items[found[index]], index == at, row, look, buf);
    }
    if scrolls {
        bar(first, found.len(), area, look, buf);
    }
}

fn line(choices: &Choices, item: &Item, is_here: bool, row: Rect, look: Look, buf: &mut Buffer) {
    let here = if is_here {
        role(Role::Selected, look)
    } else {
        Style::new()
    };
    let text = role(Role::Text, look).patch(here);
    if is_here {
        buf.set_style(row, here);
    }
    let mut ink = Ink::new(buf, look);
    let mark = match (item.mark, look.glyphs) {
        (None, _) => "",
        (Some(true), Glyphs::Ascii | Glyphs::Blocks) => "[x] ",
        (Some(false), Glyphs::Ascii | Glyphs::Blocks) => "[ ] ",
        (Some(true), Glyphs::Braille) => "◉ ",
        (Some(false), Glyphs::Braille) => "○ ",
    };
    // Without colours and without reverse the cursor is still seen.
    let sign = match (is_here, look.glyphs) {
        (true, Glyphs::Braille) => "▸ ",
        (true, _) => "> ",
        (false, _) => "  ",
    };
    let mut x = row.x + ink.put(row.x, row.y, row.width, sign, text);
    x += ink.put(x, row.y, row.right().saturating_sub(x), mark, text);
    let room = row.right().saturating_sub(x);
    let aside_room = room
        .saturating_sub(width(&item.text, look) as u16 + 2)
        .max(room / 3);
    let aside = cut(&item.aside, usize::from(aside_room), look);
    let taken = width(&aside, look) as u16;
    if taken > 0 {
        let quiet = role(Role::Muted, look).patch(here);
        ink.put_right(row.right(), row.y, taken, &aside, quiet);
    }
    let room = room.saturating_sub(if taken > 0 { taken + 2 } else { 0 });
    let matched = choices.matched(&item.text);
    let shown = cut(&item.text, usize::from(room), look);
    let found = if is_here {
        Style::new().add_modifier(Modifier::UNDERLINED)
    } else {
        role(Role::FocusedBorder, look)
    };
    let strong = text.add_modifier(Modifier::BOLD).patch(found);
    for (index, grapheme) in shown.graphemes(true).enumerate() {
        let is_match = matched.binary_search(&(index as u32)).is_ok();
        let style = if is_match { strong } else { text };
        x += ink.put(x, row.y, row.right().saturating_sub(x), grapheme, style);
    }
}

/// Which part of the list is in sight.
pub(super) fn bar(first: usize, count: usize, area: Rect, look: Look, buf: &mut Buffer) {
    let page = usize::from(area.height);
    let length = (page * page / count).clamp(1, page);
    let last = count - page;
    let from = (first * (page - length) + last / 2) / last.max(1);
    let (thumb, rail) = match look.glyphs {
        Glyphs::Ascii => ('#', ':'),
        Glyphs::Braille | Glyphs::Blocks => ('█', '│'),
    };
    let mut ink = Ink::new(buf, look);
    for line in 0..page {
        let is_thumb = (from..from + length).contains(&line);
        let symbol = if is_thumb { thumb } else { rail };
        let y = area.y + line as u16;
        ink.cell(area.right() - 1, y, symbol, role(Role::Border, look));
    }
}
