//! What is wrong in a file, where, and how it is shown to a person.

use std::fmt;
use std::ops::Range;

use serde::Serialize;
use unicode_width::UnicodeWidthChar;

use super::secret;

/// Cells a tab is shown as.
const TAB: &str = "    ";
/// Cells of a source line that are shown; a longer line is cut around the caret.
const SHOWN: usize = 100;
/// A hint up to this length stands beside the caret, a longer one below.
const BESIDE: usize = 64;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, as short as it can be named from the current folder.
    pub file: String,
    /// Counted from 1; none where the problem has no place in the file.
    pub line: Option<usize>,
    /// In characters, counted from 1.
    pub column: Option<usize>,
    /// What is wrong, without a secret.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    #[serde(skip)]
    excerpt: Option<Box<Excerpt>>,
}

/// A place in a file, for a problem that only another room can find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(Box<Problem>);

impl Mark {
    /// Line and column, for sorting.
    pub(super) fn position(&self) -> (Option<usize>, Option<usize>) {
        (self.0.line, self.0.column)
    }

    /// A problem there.
    pub fn problem(&self, message: impl Into<String>) -> Problem {
        Problem {
            message: secret::mask(&message.into()),
            ..Problem::clone(&self.0)
        }
    }
}

/// The line a problem is in, made fit for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Excerpt {
    /// Secrets masked, tabs and control characters replaced, cut to a readable width.
    line: String,
    /// Cells before the caret.
    start: usize,
    /// Carets, at least one.
    width: usize,
}

impl Problem {
    /// A problem of a file as a whole, or of something outside files.
    pub fn of_file(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            column: None,
            message: secret::mask(&message.into()),
            hint: None,
            excerpt: None,
        }
    }

    /// A problem at these bytes of a text that is in no file: an argument, called `name`.
    pub fn of_text(
        name: impl Into<String>,
        text: impl Into<String>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Source::new(name, text).problem(span, message)
    }

    /// With what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = secret::mask(&hint.into());
        self.hint = (!hint.is_empty()).then_some(hint);
        self
    }
}

impl Problem {
    /// Where it is, with the line, carets and what to do: everything but the words of what is wrong. No line end
    /// at the end.
    pub fn place(&self) -> String {
        let file = &self.file;
        let (Some(line), Some(column), Some(excerpt)) = (self.line, self.column, &self.excerpt)
        else {
            let line = self
                .line
                .map_or_else(String::new, |line| format!(":{line}"));
            let hint = self.hint.as_ref();
            let hint = hint.map_or_else(String::new, |hint| format!("\n  = help: {hint}"));
            return format!("  --> {file}{line}{hint}");
        };
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        let carets = "^".repeat(excerpt.width);
        let indent = " ".repeat(excerpt.start);
        let source = format!("{number} | {}", excerpt.line);
        let source = source.trim_end();
        let hint = match &self.hint {
            Some(hint) if hint.chars().count() <= BESIDE => format!(" {hint}"),
            Some(hint) => format!("\n{gutter} = help: {hint}"),
            None => String::new(),
        };
        format!(
            "{gutter}--> {file}:{line}:{column}\n{gutter} |\n{source}\n{gutter} | {indent}{carets}{hint}"
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}\n{}", self.message, self.place())
    }
}

/// Everything that is wrong, in the order of the files and lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{problem}")?;
        }
        if self.0.len() > 1 {
            write!(f, "\n\n{} problems", self.0.len())?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// A file's name and text, with its lines found.
#[derive(Debug)]
pub struct Source {
    /// As problems name it.
    pub(super) name: String,
    /// The text.
    pub(super) text: String,
    /// Byte offsets of the lines' first characters.
    starts: Vec<usize>,
    /// Byte ranges of values no message may show.
    pub(super) secrets: Vec<Range<usize>>,
}

impl Source {
    /// The text of a file that problems call `name`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0)
            .chain(ends.map(|(at, _)| at + 1))
            .collect();
        Self {
            name: name.into(),
            text,
            starts,
            secrets: Vec::new(),
        }
    }

    /// The line that holds byte `at`, counted from 1.
    pub(super) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at).max(1)
    }

    /// Bytes of line `number`, without its end.
    fn line_range(&self, number: usize) -> Range<usize> {
        let start = self.starts[number - 1];
        let end = self
            .starts
            .get(number)
            .map_or(self.text.len(), |next| next - 1);
        let line = &self.text[start..end];
        start..start + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Line and column of byte `at`, each counted from 1; the column in characters.
    pub(super) fn position(&self, at: usize) -> (usize, usize) {
        let line = self.line(at);
        let before = &self.text[self.line_range(line).start..self.boundary(at)];
        (line, before.chars().count() + 1)
    }

    /// The byte at line and column, each counted from 1; the column in characters. Behind the end of a line
    /// its end.
    pub(super) fn byte(&self, line: usize, column: usize) -> usize {
        let line = self.line_range(line.clamp(1, self.starts.len()));
        let mut characters = self.text[line.clone()].char_indices();
        let at = characters.nth(column.saturating_sub(1));
        at.map_or(line.end, |(at, _)| line.start + at)
    }

    /// `at`, moved back into the text and onto a character's start.
    fn boundary(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    /// A problem at `span`, in bytes, with its line.
    pub fn problem(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        let mut start = self.boundary(span.start);
        let end = self.boundary(span.end).max(start);
        // The end of the file is shown on its last line with something in it.
        let last = self.text.trim_end().len();
        if start > last {
            start = last;
        }
        let (line, column) = self.position(start);
        Problem {
            line: Some(line),
            column: Some(column),
            excerpt: Some(Box::new(self.excerpt(line, start..end.max(start)))),
            ..Problem::of_file(self.name.clone(), message)
        }
    }

    /// A place to report problems at later.
    pub(super) fn mark(&self, span: Range<usize>) -> Mark {
        Mark(Box::new(self.problem(span, "")))
    }

    fn excerpt(&self, line: usize, span: Range<usize>) -> Excerpt {
        let whole = self.line_range(line);
        let text = &self.text[whole.clone()];
        let mut masks: Vec<Range<usize>> = secret::hidden(text)
            .into_iter()
            .map(|mask| mask.start + whole.start..mask.end + whole.start)
            .collect();
        masks.extend(self.secrets.iter().cloned());
        let mut pieces: Vec<(String, usize)> = Vec::new();
        let (mut first, mut count) = (None, 0);
        let mut masked = false;
        for (at, c) in text.char_indices() {
            let at = at + whole.start;
            let hide = masks.iter().any(|mask| mask.contains(&at));
            if !(hide && masked) {
                pieces.push(if hide {
                    (secret::MASK.to_owned(), secret::MASK.len())
                } else {
                    shown(c)
                });
            }
            masked = hide;
            if at >= span.start && (at < span.end || at == span.start) {
                let index = pieces.len() - 1;
                count = index + 1 - *first.get_or_insert(index);
            }
        }
        let first = first.unwrap_or(pieces.len());
        cut(&pieces, first, count)
    }
}

/// How one character of a source line is shown, and in how many cells.
fn shown(c: char) -> (String, usize) {
    match c {
        '\t' => (TAB.to_owned(), TAB.len()),
        // Bidirectional marks would turn the line around; other controls could drive the terminal.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            ("\u{fffd}".to_owned(), 1)
        }
        c if c.is_control() => ("\u{fffd}".to_owned(), 1),
        c => (c.to_string(), c.width().unwrap_or(0)),
    }
}

/// Joins `pieces` and finds the cells of the carets under `count` of them from `first` on.
fn cut(pieces: &[(String, usize)], first: usize, count: usize) -> Excerpt {
    let cells = |range: &[(String, usize)]| range.iter().map(|(_, width)| width).sum::<usize>();
    let (mut from, mut to) = (0, pieces.len());
    let mut all = cells(pieces);
    if all > SHOWN {
        let mut before = cells(&pieces[..first]);
        while before > SHOWN / 2 {
            before -= pieces[from].1;
            all -= pieces[from].1;
            from += 1;
        }
        while all > SHOWN {
            to -= 1;
            all -= pieces[to].1;
        }
    }
    let marked = first.min(to)..(first + count).min(to);
    let (head, tail) = (
        if from > 0 { "…" } else { "" },
        if to < pieces.len() { "…" } else { "" },
    );
    let middle: String = pieces[from..to]
        .iter()
        .map(|(text, _)| text.as_str())
        .collect();
    Excerpt {
        line: format!("{head}{middle}{tail}"),
        start: head.chars().count() + cells(&pieces[from..marked.start]),
        width: cells(&pieces[marked]).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(text: &str, marked: &str) -> String {
        let at = text.find(marked).unwrap();
        Source::new("config.toml", text)
            .problem(at..at + marked.len(), "wrong")
            .to_string()
    }

    /// The shown source line and the line of carets, without the gutter.
    fn lines(rendered: &str) -> (String, String) {
        let mut lines = rendered.lines().skip(3).map(|line| {
            let (_, rest) = line.split_once("| ").unwrap();
            rest.to_owned()
        });
        (lines.next().unwrap(), lines.next().unwrap())
    }

    #[test]
    fn carets_stand_under_the_span() {
        let (line, carets) = lines(&render("a = 1\ntreshold = 3\n", "treshold"));
        assert_eq!(line, "treshold = 3");
        assert_eq!(carets, "^^^^^^^^");
    }

    #[test]
    fn tabs_and_wide_characters_move_the_carets_by_their_cells() {
        let (line, carets) = lines(&render("\tx = \"日本\" # y", "y"));
        assert_eq!(line, "    x = \"日本\" # y");
        assert_eq!(carets, format!("{}^", " ".repeat(4 + 4 + 6 + 3)));
        let (_, carets) = lines(&render("x = \"日本\"", "日本"));
        assert_eq!(carets, "     ^^^^");
    }

    #[test]
    fn the_column_counts_characters() {
        let source = Source::new("f", "\té = 日x");
        let at = source.text.find('x').unwrap();
        assert_eq!(source.position(at), (1, 7));
    }

    #[test]
    fn carriage_returns_are_not_shown() {
        let rendered = render("a = 1\r\nb = 2\r\n", "b");
        assert!(!rendered.contains('\r'));
        assert!(rendered.contains("config.toml:2:1"), "{rendered}");
    }

    #[test]
    fn escape_sequences_cannot_reach_the_terminal() {
        assert!(!render("a = \"\u{1b}[31m\"", "a").contains('\u{1b}'));
    }

    #[test]
    fn a_long_line_is_cut_around_the_caret() {
        let text = format!("{} here {}", "x".repeat(400), "y".repeat(400));
        let (line, carets) = lines(&render(&text, "here"));
        assert!(line.chars().count() <= SHOWN + 2, "{line}");
        let at = carets.find('^').unwrap();
        let under: String = line.chars().skip(at).take(carets.len() - at).collect();
        assert_eq!(under, "here");
    }

    #[test]
    fn passwords_are_masked_in_the_shown_line() {
        let (line, carets) = lines(&render(
            "[database]\nurl = \"postgres://u:hunter2@db/x\" # here",
            "here",
        ));
        assert!(!line.contains("hunter2"), "{line}");
        let under: String = line.chars().skip(carets.find('^').unwrap()).collect();
        assert_eq!(under, "here");
    }

    #[test]
    fn the_end_of_the_file_is_a_place() {
        let rendered = Source::new("f", "a = \n\n\n")
            .problem(7..7, "ends")
            .to_string();
        assert!(rendered.contains("f:1:4"), "{rendered}");
        assert!(
            Source::new("f", "")
                .problem(0..0, "empty")
                .to_string()
                .contains("f:1:1")
        );
    }
}
