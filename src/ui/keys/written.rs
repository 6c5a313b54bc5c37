//! How keys are written: in the configuration, in the help, on the status line.

use std::borrow::Cow;

use crate::ui::Glyphs;
use crate::ui::event::Key;

/// Names of keys in the configuration; of several for one key the first is the one messages use.
const NAMES: [(&str, Key); 25] = [
    ("Enter", Key::Enter),
    ("Return", Key::Enter),
    ("Esc", Key::Esc),
    ("Escape", Key::Esc),
    ("Tab", Key::Tab),
    ("Shift-Tab", Key::BackTab),
    ("BackTab", Key::BackTab),
    ("Backspace", Key::Backspace),
    ("Delete", Key::Delete),
    ("Del", Key::Delete),
    ("Up", Key::Up),
    ("Down", Key::Down),
    ("Left", Key::Left),
    ("Right", Key::Right),
    ("Shift-Left", Key::ShiftLeft),
    ("Shift-Right", Key::ShiftRight),
    ("PageUp", Key::PageUp),
    ("PgUp", Key::PageUp),
    ("PageDown", Key::PageDown),
    ("PgDn", Key::PageDown),
    ("Home", Key::Home),
    ("End", Key::End),
    ("Space", Key::Char(' ')),
    ("Comma", Key::Char(',')),
    ("Minus", Key::Char('-')),
];

/// Reads a key as the configuration writes it: a character (`q`, `Q`, `+`), `Ctrl-X`, or a name (`Enter`, `PageUp`,
/// `Shift-Tab`; capitals do not matter).
///
/// # Errors
/// What is wrong with it and what to write.
pub fn parse(text: &str) -> Result<Key, String> {
    let mut letters = text.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return match letter {
            letter if letter.is_control() => Err("this is no key".to_owned()),
            letter => Ok(Key::Char(letter)),
        };
    }
    let named = NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text));
    if let Some((_, key)) = named {
        return Ok(*key);
    }
    let lower = text.to_ascii_lowercase();
    let held = ["ctrl-", "ctrl+", "control-", "c-", "^"]
        .iter()
        .find_map(|prefix| lower.strip_prefix(prefix));
    let mut letters = held.unwrap_or("").chars();
    match (letters.next(), letters.next()) {
        (Some('i'), None) => Err("a terminal sends Ctrl-I as `Tab`".to_owned()),
        (Some('m'), None) => Err("a terminal sends Ctrl-M as `Enter`".to_owned()),
        (Some('['), None) => Err("a terminal sends Ctrl-[ as `Esc`".to_owned()),
        (Some(letter @ 'a'..='z'), None) => Ok(Key::Ctrl(letter)),
        _ => Err(
            "a key is a character (`q`), `Ctrl-X`, or a name: Enter, Esc, Tab, Shift-Tab, Space, Backspace, \
             Delete, Up, Down, Left, Right, Shift-Left, Shift-Right, PageUp, PageDown, Home, End"
                .to_owned(),
        ),
    }
}

/// A key as the configuration writes it.
pub fn name(key: Key) -> String {
    match key {
        Key::Char(' ') => "Space".to_owned(),
        Key::Char(letter) => letter.to_string(),
        Key::Ctrl(letter) => format!("Ctrl-{}", letter.to_ascii_uppercase()),
        key => NAMES
            .iter()
            .find(|(_, named)| *named == key)
            .map_or_else(String::new, |(name, _)| (*name).to_owned()),
    }
}

/// A key as short as the help writes it.
pub fn label(key: Key, glyphs: Glyphs) -> Cow<'static, str> {
    let has_signs = glyphs == Glyphs::Braille;
    Cow::Borrowed(match key {
        Key::Enter if has_signs => "⏎",
        Key::Up if has_signs => "↑",
        Key::Down if has_signs => "↓",
        Key::Left if has_signs => "←",
        Key::Right if has_signs => "→",
        Key::ShiftLeft if has_signs => "⇧←",
        Key::ShiftRight if has_signs => "⇧→",
        Key::BackTab if has_signs => "⇧Tab",
        Key::BackTab => "S-Tab",
        Key::Up => "up",
        Key::Down => "down",
        Key::Left => "left",
        Key::Right => "right",
        Key::ShiftLeft => "S-left",
        Key::ShiftRight => "S-right",
        Key::PageUp => "PgUp",
        Key::PageDown => "PgDn",
        Key::Backspace => "Bksp",
        Key::Delete => "Del",
        Key::Ctrl(letter) => return Cow::Owned(format!("^{}", letter.to_ascii_uppercase())),
        // An ASCII terminal may not have it; the keyboard does.
        Key::Char(letter) if !letter.is_ascii() && glyphs == Glyphs::Ascii => "?",
        key => return Cow::Owned(name(key)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for (text, key) in [
            ("q", Key::Char('q')),
            ("Q", Key::Char('Q')),
            ("-", Key::Char('-')),
            ("é", Key::Char('é')),
            ("enter", Key::Enter),
            ("Ctrl-C", Key::Ctrl('c')),
            ("ctrl+w", Key::Ctrl('w')),
            ("^L", Key::Ctrl('l')),
            ("SHIFT-TAB", Key::BackTab),
            ("PgUp", Key::PageUp),
            ("Space", Key::Char(' ')),
        ] {
            assert_eq!(parse(text), Ok(key), "{text}");
            assert_eq!(parse(&name(key)), Ok(key), "{text} goes round");
        }
        for text in ["", "F13", "Ctrl-", "Ctrl-Enter", "qq", "\u{7}", "Hyper-x"] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert!(parse("Ctrl-I").unwrap_err().contains("`Tab`"));
    }

    #[test]
    fn every_named_key_has_a_label_in_seven_bits() {
        for (_, key) in NAMES {
            assert!(label(key, Glyphs::Ascii).is_ascii());
            assert!(!label(key, Glyphs::Braille).is_empty());
        }
    }
}
