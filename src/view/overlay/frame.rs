//! The box itself: border, title, the keys at its foot.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::symbols::border;
use ratatui::widgets::{Block, Clear, Widget};
use unicode_width::UnicodeWidthStr;

use crate::ui::overlay::frame::{Hint, Place};
use crate::ui::palette::{Role, role};
use crate::ui::{Glyphs, Look};
use crate::view::panel::ink::Ink;

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

/// An empty box with a title, over whatever was there, and the keys that fit its foot.
pub fn draw(place: &Place, title: &str, hints: &[Hint], look: Look, buf: &mut Buffer) {
    bordered(place.area, title, look, buf);
    let bold = role(Role::Text, look).add_modifier(Modifier::BOLD);
    let words = role(Role::Chrome, look);
    let mut ink = Ink::new(buf, look);
    for (spot, hint) in place.hints(hints) {
        let (before, width) = (spot.x.saturating_sub(1), spot.width);
        ink.put(before, spot.y, 1, " ", words);
        let used = ink.put(spot.x, spot.y, width, hint.label, bold);
        let text = format!(" {} ", hint.words);
        ink.put(spot.x + used, spot.y, width + 1 - used, &text, words);
    }
}

/// An empty box with a title, over whatever was there.
pub fn bordered(area: Rect, title: &str, look: Look, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    clear(area, buf);
    let set = match look.glyphs {
        Glyphs::Ascii => ASCII_BORDER,
        Glyphs::Blocks => border::PLAIN,
        Glyphs::Braille => border::ROUNDED,
    };
    Block::bordered()
        .border_set(set)
        .border_style(role(Role::FocusedBorder, look))
        .style(role(Role::Text, look))
        .render(area, buf);
    let room = area.width.saturating_sub(4);
    if room > 0 {
        let title = format!(" {title} ");
        let style = role(Role::Title, look);
        Ink::new(buf, look).put_cut(area.x + 1, area.y, room + 1, &title, style);
    }
}

/// Clears `area`, and the wide characters whose second half is in it: a terminal would draw them over
/// the border.
pub fn clear(area: Rect, buf: &mut Buffer) {
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
