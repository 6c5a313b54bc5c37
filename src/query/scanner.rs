//! Where in a statement we are: PostgreSQL's own lexical rules (`src/backend/parser/scan.l`, with
//! `standard_conforming_strings` on), character by character, so that what variables put into a
//! statement is read the way the server will read it.

/// A quoted thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quote {
    /// `'…'`, `N'…'`.
    Plain,
    /// `E'…'`: backslashes escape.
    Escape,
    /// `U&'…'`: backslashes, or a character named behind it, escape.
    Unicode,
    /// `B'…'`, `X'…'`: no way to escape anything.
    Bits,
    /// `"…"`.
    Name,
    /// `U&"…"`.
    UnicodeName,
}

impl Quote {
    /// The character at both its ends.
    pub(super) fn mark(self) -> char {
        match self {
            Self::Name | Self::UnicodeName => '"',
            _ => '\'',
        }
    }
}

/// Where the next character stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// In plain SQL.
    #[default]
    Outside,
    /// In quotes.
    Quoted(Quote),
    /// In `$tag$ … $tag$`; holds `$tag$`.
    Dollar(String),
    /// In `-- …`.
    LineComment,
    /// In `/* … */`, this deep.
    BlockComment(usize),
}

impl Place {
    /// In a comment of either kind.
    pub(super) fn is_comment(&self) -> bool {
        matches!(self, Self::LineComment | Self::BlockComment(_))
    }
}

/// What a character did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It belongs to the statement.
    Keep,
    /// It and the character before it open a comment.
    Opens,
    /// It is a comment's.
    Drop,
    /// It ends a dollar quote, whose last mark begins at this byte.
    Closes(usize),
}

/// The state after some text. The text itself is handed in with every character, comments left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Scanner {
    place: Place,
    /// The quoted thing that has just ended, and whether a line has ended since: another of its marks
    /// would go on with it (`'it''s'`, and in PostgreSQL `'a'⏎'b'`).
    ended: Option<(Quote, bool)>,
    /// The same before the last character: that may turn out to begin a comment, which changes nothing.
    ended_before: Option<(Quote, bool)>,
    /// The character before was a backslash that escapes this one.
    escaped: bool,
    /// Inside a block comment, its character before, unless that ended a mark.
    before: Option<char>,
    /// No mark begins before this byte: what stands there is used up.
    used_up: usize,
}

impl Scanner {
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// An escape of `E'…'` waits for its next character.
    pub(super) fn is_escaping(&self) -> bool {
        self.escaped
    }

    /// A text in single quotes ends right here: one that follows could become part of it.
    pub(super) fn is_behind_text(&self) -> bool {
        self.ended.is_some_and(|(quote, _)| quote.mark() == '\'')
    }

    /// Takes note of a whole quoted thing that was written up to byte `end`.
    pub(super) fn has_written(&mut self, quote: Quote, end: usize) {
        self.ended = Some((quote, false));
        self.used_up = end;
    }

    /// Reads `c`, which follows `text`.
    pub(super) fn step(&mut self, text: &str, c: char) -> Step {
        match &mut self.place {
            Place::Outside => self.outside(text, c),
            Place::Quoted(quote) => {
                if self.escaped {
                    self.escaped = false;
                } else if *quote == Quote::Escape && c == '\\' {
                    self.escaped = true;
                } else if c == quote.mark() {
                    self.ended = Some((*quote, false));
                    self.place = Place::Outside;
                    self.used_up = text.len() + 1;
                }
                Step::Keep
            }
            Place::Dollar(tag) => {
                let body = text.get(self.used_up..).unwrap_or_default();
                let is_end = c == '$' && body.ends_with(&tag[..tag.len() - 1]);
                if !is_end {
                    return Step::Keep;
                }
                let start = text.len() + 1 - tag.len();
                self.place = Place::Outside;
                self.ended = None;
                self.used_up = text.len() + 1;
                Step::Closes(start)
            }
            Place::LineComment => {
                // The end of the line is no part of the comment.
                if c != '\n' && c != '\r' {
                    return Step::Drop;
                }
                self.place = Place::Outside;
                self.outside(text, c)
            }
            Place::BlockComment(depth) => {
                let pair = (self.before.take(), c);
                match pair {
                    (Some('/'), '*') => *depth += 1,
                    (Some('*'), '/') => *depth -= 1,
                    _ => self.before = Some(c),
                }
                if *depth == 0 {
                    self.place = Place::Outside;
                }
                Step::Drop
            }
        }
    }

    fn outside(&mut self, text: &str, c: char) -> Step {
        let ended = self.ended.take();
        let before = std::mem::replace(&mut self.ended_before, ended);
        let fresh = text.get(self.used_up..).unwrap_or_default();
        match c {
            '\'' | '"' => {
                let again = ended.filter(|(quote, line_ended)| {
                    let touches = self.used_up == text.len() && *quote != Quote::Bits;
                    quote.mark() == c && (touches || (c == '\'' && *line_ended))
                });
                let quote = again.map_or_else(|| opened(fresh, c), |(quote, _)| quote);
                self.place = Place::Quoted(quote);
                self.escaped = false;
            }
            '-' if fresh.ends_with('-') => {
                self.place = Place::LineComment;
                self.ended = before;
                return Step::Opens;
            }
            '*' if fresh.ends_with('/') => {
                self.place = Place::BlockComment(1);
                self.before = None;
                self.ended = before;
                return Step::Opens;
            }
            '$' => {
                if let Some(tag) = dollar_tag(fresh) {
                    self.place = Place::Dollar(tag);
                    self.used_up = text.len() + 1;
                }
            }
            ' ' | '\t' | '\n' | '\r' | '\x0c' | '\x0b' => {
                self.ended =
                    ended.map(|(quote, line_ended)| (quote, line_ended || c == '\n' || c == '\r'));
            }
            _ => {}
        }
        Step::Keep
    }
}

/// Which quotes `mark` opens behind `text`: the letter before it says, where it is a word of its own.
fn opened(text: &str, mark: char) -> Quote {
    let alone = |letters: [char; 2]| {
        text.strip_suffix(letters)
            .is_some_and(|before| !before.ends_with(is_name))
    };
    let unicode = text.strip_suffix('&').is_some_and(|before| {
        before
            .strip_suffix(['u', 'U'])
            .is_some_and(|before| !before.ends_with(is_name))
    });
    match mark {
        '"' if unicode => Quote::UnicodeName,
        '"' => Quote::Name,
        _ if unicode => Quote::Unicode,
        _ if alone(['e', 'E']) => Quote::Escape,
        _ if alone(['b', 'B']) || alone(['x', 'X']) => Quote::Bits,
        _ => Quote::Plain,
    }
}

/// The `$tag$` that a `$` behind `text` completes.
fn dollar_tag(text: &str) -> Option<String> {
    let name = text.trim_end_matches(|c| is_name(c) && c != '$');
    let tag = &text[name.len()..];
    let before = name.strip_suffix('$')?;
    let is_tag = !tag.starts_with(|c: char| c.is_ascii_digit()) && !before.ends_with(is_name);
    is_tag.then(|| format!("${tag}$"))
}

/// A character of an SQL name.
pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// The length of the quoted thing that begins with the mark at byte `at`, both marks included; up to the
/// end of `text` where it never ends.
pub(super) fn quoted(text: &str, at: usize) -> usize {
    let mut scanner = Scanner::default();
    let rest = &text[at..];
    let mark = rest.chars().next();
    for (index, c) in rest.char_indices() {
        scanner.step(&text[..at + index], c);
        let after = &rest[index + c.len_utf8()..];
        if *scanner.place() == Place::Outside && after.chars().next() != mark {
            return index + c.len_utf8();
        }
    }
    rest.len()
}
