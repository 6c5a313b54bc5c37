//! Text from a database is data: it must not be able to steer a terminal.

use std::borrow::Cow;

/// Replaces what could steer a terminal or reorder a line: C0 and DEL become their control pictures
/// (`␛`), C1 controls, bidirectional overrides and isolates, and line separators become `U+FFFD`.
///
/// Line feed and tab stay: text panels and JSON need them, and whoever draws a single line replaces
/// them ([`single_line`]).
pub fn sanitize(text: &str) -> Cow<'_, str> {
    replace(text, |c| matches!(c, '\n' | '\t'))
}

/// As [`sanitize`], for one line: line feeds and tabs become spaces.
pub fn single_line(text: &str) -> Cow<'_, str> {
    match replace(text, |_| false) {
        Cow::Owned(text) => Cow::Owned(text.replace(['␊', '␉'], " ")),
        unchanged @ Cow::Borrowed(_) => unchanged,
    }
}

fn replace(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Every character in question starts with one of these bytes; most text has none of them.
    let suspicious = |byte: u8| byte < 0x20 || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2);
    if !text.bytes().any(suspicious) || !text.chars().any(|c| picture(c).is_some() && !keep(c)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match picture(c) {
                Some(shown) if !keep(c) => shown,
                _ => c,
            })
            .collect(),
    )
}

/// What stands for a character that must not reach a terminal; none for every other.
fn picture(c: char) -> Option<char> {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(c)),
        '\x7f' => Some('␡'),
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => Some(char::REPLACEMENT_CHARACTER),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_escape_sequence_becomes_pictures() {
        assert_eq!(sanitize("\x1b[2Jx\r\n\ty"), "␛[2Jx␍\n\ty");
        assert_eq!(
            sanitize("\u{9b}31m\u{202e}a\x7f\0"),
            "\u{fffd}31m\u{fffd}a␡␀"
        );
        assert_eq!(single_line("a\nb\tc"), "a b c");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        for text in [
            "",
            "plain",
            "naïve – “quotes” ☃",
            "a\n\tb",
            "日本語 😀",
            "عربي",
        ] {
            assert!(matches!(sanitize(text), Cow::Borrowed(_)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_steers_is_left(text in any::<String>()) {
            let clean = sanitize(&text);
            prop_assert!(!clean.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            prop_assert!(!single_line(&text).chars().any(char::is_control));
            prop_assert_eq!(clean.chars().count(), text.chars().count());
        }
    }
}
