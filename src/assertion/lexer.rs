//! Text → symbols, in one pass.

use std::ops::Range;

use super::tree::{begins_word, is_in_word};
use super::{LONGEST, Mistake};

/// One symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    /// A name or keyword.
    Word(String),
    /// What was between quotes.
    Text(String),
    /// Digits and what belongs to them, as written.
    Number(String),
    /// One of `( ) [ ] . + - * / < <= > >= == !=`.
    Sign(&'static str),
    /// Nothing more.
    End,
}

/// A symbol and its bytes.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub symbol: Symbol,
    pub span: Range<usize>,
}

/// The longer first.
const SIGNS: [&str; 15] = [
    "<=", ">=", "==", "!=", "<", ">", "(", ")", "[", "]", ".", "+", "-", "*", "/",
];

/// What people write from habit, and what it is here. The longer first.
const HABITS: [(&str, &str); 14] = [
    ("&&", "and"),
    ("||", "or"),
    ("<>", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("=~", "=="),
    ("=", "=="),
    ("&", "and"),
    ("|", "or"),
    ("!", "not"),
    ("≤", "<="),
    ("≥", ">="),
    ("≠", "!="),
    ("×", "*"),
];

/// The symbols of `text`, the last one [`Symbol::End`].
pub(super) fn symbols(text: &str) -> Result<Vec<Placed>, Mistake> {
    if text.len() > LONGEST {
        let mut end = LONGEST;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let message = format!("the expression is longer than {LONGEST} bytes");
        return Err(Mistake::new(end..end, message));
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (symbol, length) = symbol(&text[at..], c, at)?;
        found.push(Placed {
            symbol,
            span: at..at + length,
        });
        at += length;
    }
    found.push(Placed {
        symbol: Symbol::End,
        span: text.len()..text.len(),
    });
    Ok(found)
}

/// The symbol `rest` begins with, and its length.
fn symbol(rest: &str, first: char, at: usize) -> Result<(Symbol, usize), Mistake> {
    if begins_word(first) {
        let length = rest.len() - rest.trim_start_matches(is_in_word).len();
        return Ok((Symbol::Word(rest[..length].to_owned()), length));
    }
    if first.is_ascii_digit() {
        let length = number(rest);
        return Ok((Symbol::Number(rest[..length].to_owned()), length));
    }
    if first == '"' || first == '\'' {
        return quoted(rest, first, at);
    }
    for (habit, instead) in HABITS {
        let is_sign = SIGNS
            .iter()
            .any(|sign| sign.len() >= habit.len() && rest.starts_with(sign));
        if rest.starts_with(habit) && !is_sign {
            let wrong = format!("`{habit}` is not known here");
            return Err(
                Mistake::new(at..at + habit.len(), wrong).hint(format!("write `{instead}`"))
            );
        }
    }
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        return Ok((Symbol::Sign(sign), sign.len()));
    }
    let message = match first {
        '$' => "there are no variables here".to_owned(),
        c if c.is_control() => "a control character has no meaning here".to_owned(),
        c => format!("`{c}` has no meaning here"),
    };
    let mistake = Mistake::new(at..at + first.len_utf8(), message);
    Err(match first {
        '$' => mistake.hint("choose a variable's value with --var NAME=VALUE"),
        '.' | ',' => mistake.hint("numbers are written like 0.5"),
        _ => mistake,
    })
}

/// The length of a number: digits, a point, an exponent and letters of a unit.
fn number(rest: &str) -> usize {
    let mut before = '0';
    let mut only_digits = true;
    for (at, c) in rest.char_indices() {
        let is_exponent = only_digits && matches!(before, 'e' | 'E') && matches!(c, '+' | '-');
        // A point belongs to it only before a digit.
        let is_point = c == '.' && rest[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !(c.is_alphanumeric() || c == '%' || c == '_' || is_point || is_exponent) {
            return at;
        }
        only_digits &= c.is_ascii_digit() || c == '.' || matches!(c, 'e' | 'E');
        before = c;
    }
    rest.len()
}

/// A text between quotes, a backslash before a quote or a backslash.
fn quoted(rest: &str, quote: char, at: usize) -> Result<(Symbol, usize), Mistake> {
    let mut text = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((here, c)) = chars.next() {
        if c == quote {
            return Ok((Symbol::Text(text), here + c.len_utf8()));
        }
        if c == '\\' {
            match chars.next() {
                Some((_, escaped @ ('"' | '\'' | '\\'))) => text.push(escaped),
                Some((there, other)) => {
                    let span = at + here..at + there + other.len_utf8();
                    let message = "a backslash stands before a quote or a backslash only";
                    return Err(Mistake::new(span, message).hint("write two for one: `\\\\`"));
                }
                None => break,
            }
        } else {
            text.push(c);
        }
    }
    Err(Mistake::new(
        at..at + 1,
        format!("the text that begins here has no closing {quote}"),
    ))
}
