//! A line of text being typed: the cursor moves by grapheme, nothing that steers a terminal gets in, and the
//! length is bounded. Knows no keys of the panels: what it does not take, its owner may.

use unicode_segmentation::UnicodeSegmentation;

use super::event::{Event, Key};
use crate::model::text::single_line;

/// Bytes a field holds at most: what is typed by hand never gets there, what is pasted may.
pub const MOST: usize = 4096;

/// One line of text and where the cursor is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    text: String,
    /// In bytes, at the start of a grapheme or at the end.
    cursor: usize,
    /// Shown while nothing is typed.
    pub placeholder: &'static str,
}

/// What an event did to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// It is not for a field.
    Ignored,
    /// The text stayed: the cursor moved, or there was nothing to remove.
    Moved,
    /// The text changed.
    Changed,
}

impl Field {
    /// An empty field that says what to type.
    pub fn new(placeholder: &'static str) -> Self {
        Self {
            placeholder,
            ..Self::default()
        }
    }

    /// The same with `text` in it and the cursor at its end.
    #[must_use]
    pub fn with(mut self, text: &str) -> Self {
        self.text.clear();
        self.cursor = 0;
        self.insert(text);
        self
    }

    /// What is typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor is, in bytes; always at the start of a grapheme or at the end.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.text.clear();
        self.cursor = 0;
    }

    /// Puts `text` at the cursor, on one line and without what steers a terminal, as far as there is room.
    /// True when that was anything.
    pub fn insert(&mut self, text: &str) -> bool {
        let clean = single_line(text);
        let room = MOST.saturating_sub(self.text.len());
        let mut end = clean.len().min(room);
        while !clean.is_char_boundary(end) {
            end -= 1;
        }
        self.text.insert_str(self.cursor, &clean[..end]);
        self.cursor += end;
        // A combining mark joins what is around it: the cursor goes behind what it joined.
        self.cursor = self.boundary_from(self.cursor);
        end > 0
    }

    /// Applies keys and pasted text. Enter, Esc, Tab, up and down are not for a field.
    pub fn update(&mut self, event: &Event) -> Edit {
        let before = self.text.len();
        match event {
            Event::Paste(text) => {
                self.insert(text);
            }
            Event::Key(Key::Char(letter)) => {
                let mut bytes = [0; 4];
                self.insert(letter.encode_utf8(&mut bytes));
            }
            Event::Key(Key::Backspace | Key::Ctrl('h')) => self.remove(self.before()),
            Event::Key(Key::Delete | Key::Ctrl('d')) => {
                let to = self.after();
                self.text.replace_range(self.cursor..to, "");
                self.cursor = self.boundary_from(self.cursor);
            }
            Event::Key(Key::Ctrl('w')) => self.remove(self.word()),
            Event::Key(Key::Ctrl('u')) => self.remove(0),
            Event::Key(Key::Ctrl('k')) => self.text.truncate(self.cursor),
            Event::Key(Key::Left | Key::Ctrl('b')) => self.cursor = self.before(),
            Event::Key(Key::Right | Key::Ctrl('f')) => self.cursor = self.after(),
            Event::Key(Key::Home | Key::Ctrl('a')) => self.cursor = 0,
            Event::Key(Key::End | Key::Ctrl('e')) => self.cursor = self.text.len(),
            _ => return Edit::Ignored,
        }
        if self.text.len() == before {
            Edit::Moved
        } else {
            Edit::Changed
        }
    }

    /// Removes from `from` to the cursor.
    fn remove(&mut self, from: usize) {
        self.text.replace_range(from..self.cursor, "");
        self.cursor = self.boundary_from(from);
    }

    /// The start of the grapheme before the cursor.
    fn before(&self) -> usize {
        self.text[..self.cursor]
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    /// The end of the grapheme at the cursor.
    fn after(&self) -> usize {
        let next = self.text[self.cursor..].graphemes(true).next();
        self.cursor + next.map_or(0, str::len)
    }

    /// The start of the word before the cursor, as a shell's Ctrl-W: blanks, then what is no blank.
    fn word(&self) -> usize {
        let text = self.text[..self.cursor].trim_end();
        text.rfind(char::is_whitespace).map_or(0, |at| {
            at + text[at..].chars().next().map_or(0, char::len_utf8)
        })
    }

    /// The first start of a grapheme from `at` on.
    fn boundary_from(&self, at: usize) -> usize {
        self.text
            .grapheme_indices(true)
            .map(|(start, _)| start)
            .find(|start| *start >= at)
            .unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(keys: &[Key]) -> Field {
        let mut field = Field::default();
        for key in keys {
            field.update(&Event::Key(*key));
        }
        field
    }

    #[test]
    fn letters_go_in_where_the_cursor_is() {
        let field = typed(&[
            Key::Char('a'),
            Key::Char('c'),
            Key::Left,
            Key::Char('b'),
            Key::End,
            Key::Char('d'),
        ]);
        assert_eq!((field.text(), field.cursor()), ("abcd", 4));
    }

    #[test]
    fn the_cursor_and_backspace_go_by_what_is_seen_as_one_character() {
        let mut field = Field::default().with("a👩‍🚒e\u{301}");
        assert_eq!(field.update(&Event::Key(Key::Backspace)), Edit::Changed);
        assert_eq!(field.text(), "a👩‍🚒");
        field.update(&Event::Key(Key::Left));
        assert_eq!(field.cursor(), 1);
        field.update(&Event::Key(Key::Delete));
        assert_eq!(field.text(), "a");
    }

    #[test]
    fn words_and_lines_go_at_once() {
        let mut field = Field::default().with("now-2d/d to  now ");
        field.update(&Event::Key(Key::Ctrl('w')));
        assert_eq!(field.text(), "now-2d/d to  ");
        field.update(&Event::Key(Key::Ctrl('w')));
        assert_eq!(field.text(), "now-2d/d ");
        field.update(&Event::Key(Key::Ctrl('u')));
        assert_eq!(field.text(), "");
        assert_eq!(field.update(&Event::Key(Key::Ctrl('w'))), Edit::Moved);
    }

    #[test]
    fn pasted_lines_become_one_without_escapes_and_within_the_bound() {
        let mut field = Field::default();
        field.update(&Event::Paste("a\nb\x1b[2J".into()));
        assert_eq!(field.text(), "a b␛[2J");
        field.update(&Event::Paste("x".repeat(MOST)));
        assert_eq!(field.text().len(), MOST);
        assert_eq!(field.update(&Event::Key(Key::Char('x'))), Edit::Moved);
    }

    #[test]
    fn what_belongs_to_a_list_or_a_dialog_is_left_to_it() {
        let mut field = Field::default().with("a");
        for key in [
            Key::Enter,
            Key::Esc,
            Key::Tab,
            Key::Up,
            Key::Down,
            Key::PageUp,
        ] {
            assert_eq!(field.update(&Event::Key(key)), Edit::Ignored);
        }
    }

    proptest! {
        #[test]
        fn the_cursor_is_always_between_graphemes(
            events in proptest::collection::vec((0..9_u8, "[ab é\u{301}👩\u{200d}🚒\u{7}]{0,3}"), 0..40)
        ) {
            let mut field = Field::default();
            for (code, text) in events {
                let key = [
                    Key::Left, Key::Right, Key::Home, Key::End, Key::Backspace, Key::Delete,
                    Key::Ctrl('w'), Key::Ctrl('k'),
                ];
                match key.get(usize::from(code)) {
                    Some(key) => field.update(&Event::Key(*key)),
                    None => field.update(&Event::Paste(text)),
                };
                let edges: Vec<usize> = field
                    .text()
                    .grapheme_indices(true)
                    .map(|(at, _)| at)
                    .chain([field.text().len()])
                    .collect();
                prop_assert!(edges.contains(&field.cursor()), "{field:?}");
                prop_assert!(!field.text().chars().any(char::is_control));
            }
        }
    }
}
