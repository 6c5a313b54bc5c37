//! The box every overlay stands in: its geometry, and what a mouse on it means.

use ratatui::layout::{Position, Rect};
use unicode_width::UnicodeWidthStr;

use crate::ui::event::{Event, Key};

/// What an overlay needs of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Columns inside the border and its margin.
    pub width: u16,
    /// It has a line to type in.
    pub has_field: bool,
    /// Lines under that one: an error, what the text means.
    pub notes: u16,
    /// Lines of a list or text.
    pub lines: usize,
}

/// Where an overlay's parts are; what has no room is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The whole, with its border.
    pub area: Rect,
    /// The line to type in.
    pub field: Rect,
    /// The lines under it.
    pub note: Rect,
    /// The list or text.
    pub list: Rect,
}

/// A key worth a word at the box's foot. Written in letters, so that it is as wide on every terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What is pressed.
    pub key: Key,
    /// How it is written: `Enter`.
    pub label: &'static str,
    /// What it does: `choose`.
    pub words: &'static str,
}

/// A hint.
pub const fn hint(key: Key, label: &'static str, words: &'static str) -> Hint {
    Hint { key, label, words }
}

/// Where a box that needs this stands: in the middle of `screen`, three quarters of it high at most unless that
/// is nothing. Of a height that is too small the field stays longest, then one line of the list.
pub fn place(need: Need, screen: Rect) -> Place {
    let above = u16::from(need.has_field) + need.notes;
    let lines = u16::try_from(need.lines).unwrap_or(u16::MAX);
    let most = (screen.height / 4 * 3).max(screen.height.min(12));
    let width = need.width.saturating_add(4).min(screen.width);
    let height = lines.saturating_add(above).saturating_add(2).min(most);
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height - height) / 2,
        width,
        height,
    };
    let margin = if width > 12 { 2 } else { 1 };
    let inner = Rect {
        x: area.x + margin.min(width),
        y: area.y + 1.min(height),
        width: width.saturating_sub(2 * margin),
        height: height.saturating_sub(2),
    };
    let field = u16::from(need.has_field).min(inner.height);
    let kept = u16::from(need.lines > 0).min(inner.height - field);
    let notes = need.notes.min(inner.height - field - kept);
    let part = |y: u16, height: u16| Rect {
        y: inner.y + y,
        height,
        ..inner
    };
    Place {
        area,
        field: part(0, field),
        note: part(field, notes),
        list: part(field + notes, inner.height - field - notes),
    }
}

impl Place {
    /// The hints that fit the foot of the box and where they are.
    pub fn hints<'h>(&self, hints: &'h [Hint]) -> impl Iterator<Item = (Rect, &'h Hint)> {
        let end = self.area.right().saturating_sub(2);
        let y = self.area.bottom().saturating_sub(1);
        let mut x = self.area.x + 2;
        hints
            .iter()
            .map(move |hint| {
                let width = (hint.label.width() + 1 + hint.words.width()) as u16;
                let spot = Rect::new(x, y, width, 1);
                x = x.saturating_add(width + 2);
                (spot, hint)
            })
            .take_while(move |(spot, _)| spot.right() <= end)
    }

    /// What an event means to this box: a click on a hint is that key, a press outside closes (none).
    pub fn read(&self, event: &Event, hints: &[Hint]) -> Option<Event> {
        let (Event::Click(x, y) | Event::RightClick(x, y)) = event else {
            return Some(event.clone());
        };
        let cell = Position::new(*x, *y);
        if !self.area.contains(cell) {
            return None;
        }
        let pressed = self.hints(hints).find(|(spot, _)| spot.contains(cell));
        Some(pressed.map_or_else(|| event.clone(), |(_, hint)| Event::Key(hint.key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINTS: [Hint; 2] = [
        hint(Key::Enter, "Enter", "choose"),
        hint(Key::Esc, "Esc", "close"),
    ];

    const NEED: Need = Need {
        width: 40,
        has_field: true,
        notes: 1,
        lines: 30,
    };

    #[test]
    fn the_parts_are_inside_one_below_the_other_on_any_screen() {
        for (width, height) in (0..60).flat_map(|width| (0..40).map(move |height| (width, height)))
        {
            let screen = Rect::new(3, 2, width, height);
            let place = place(NEED, screen);
            assert_eq!(place.area.intersection(screen), place.area);
            for part in [place.field, place.note, place.list] {
                assert_eq!(part.intersection(place.area).area(), part.area());
            }
            assert!(place.field.bottom() <= place.note.y.max(place.field.bottom()));
            assert!(place.note.bottom() <= place.list.y.max(place.note.bottom()));
        }
    }

    #[test]
    fn the_field_and_a_line_of_the_list_outlive_the_notes() {
        let parts = |height| {
            let place = place(NEED, Rect::new(0, 0, 80, height));
            (place.field.height, place.note.height, place.list.height)
        };
        assert_eq!(parts(2), (0, 0, 0));
        assert_eq!(parts(3), (1, 0, 0));
        assert_eq!(parts(4), (1, 0, 1));
        assert_eq!(parts(5), (1, 1, 1));
        assert_eq!(parts(12), (1, 1, 8));
        assert_eq!(parts(40), (1, 1, 26));
    }

    #[test]
    fn a_click_on_a_hint_is_its_key_and_one_outside_closes() {
        let place = place(NEED, Rect::new(0, 0, 80, 24));
        let (spot, _) = place.hints(&HINTS).nth(1).unwrap();
        let click = |x, y| place.read(&Event::Click(x, y), &HINTS);
        assert_eq!(click(spot.x, spot.y), Some(Event::Key(Key::Esc)));
        assert_eq!(click(place.area.x, place.area.y - 1), None);
        let inside = (place.list.x, place.list.y);
        assert_eq!(
            click(inside.0, inside.1),
            Some(Event::Click(inside.0, inside.1))
        );
    }
}
