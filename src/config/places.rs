//! Back from a place in a checked text, such as a panel's SQL, to the file it was read from.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::dashboard::SourceSpot;
use super::problem::{Mark, Source};
use super::reader::{parse, secrets};

/// The files of a configuration, each read when it is first pointed into.
#[derive(Debug)]
pub struct Places {
    /// Names of files count from here.
    folder: PathBuf,
    files: RefCell<HashMap<PathBuf, Option<Rc<Source>>>>,
}

impl Places {
    /// For messages to somebody who is in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            files: RefCell::default(),
        }
    }

    /// Where the word at `line` and `column` of `text` stands in the file that `spot` says `text` is written in.
    /// None for a text that is in no file, and where the file cannot be read any more.
    pub fn word(&self, spot: &SourceSpot, text: &str, line: usize, column: usize) -> Option<Mark> {
        let inner = Source::new("", text);
        let start = inner.byte(line, column);
        self.mark(spot, text, start..end_of_word(text, start))
    }

    /// The same for the first line of `text`.
    pub fn beginning(&self, spot: &SourceSpot, text: &str) -> Option<Mark> {
        let start = text.len() - text.trim_start().len();
        let line = text[start..].lines().next().unwrap_or_default().trim_end();
        self.mark(spot, text, start..start + line.len())
    }

    /// The same for bytes of `text`.
    pub fn mark(&self, spot: &SourceSpot, text: &str, range: Range<usize>) -> Option<Mark> {
        if spot.line == 0 || spot.file.as_os_str().is_empty() {
            return None;
        }
        let source = self.source(&spot.file)?;
        let begins = source.byte(spot.line, spot.column);
        let written = Written::new(&source.text, begins);
        let start = written.byte(text, range.start);
        let end = written.byte(text, range.end).max(start);
        Some(source.mark(start..end))
    }

    fn source(&self, file: &Path) -> Option<Rc<Source>> {
        let read = || {
            let text = std::fs::read_to_string(file).ok()?;
            let name = file.strip_prefix(&self.folder).unwrap_or(file);
            let mut source = Source::new(name.display().to_string(), text);
            let text = source.text.clone();
            secrets(parse(&text).0.get_ref(), &mut source.secrets);
            Some(Rc::new(source))
        };
        let mut files = self.files.borrow_mut();
        files.entry(file.to_path_buf()).or_insert_with(read).clone()
    }
}

/// Behind the word, `$word` or `${word}` that begins at `start`; behind one character where none does.
fn end_of_word(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    if let Some(inner) = rest.strip_prefix("${") {
        let end = inner.find('}').unwrap_or(0);
        return start + 2 + end + usize::from(end > 0);
    }
    if rest.starts_with('$') && !rest[1..].is_empty() {
        return end_of_word(text, start + 1);
    }
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match word.unwrap_or(rest.len()) {
        0 => start + rest.chars().next().map_or(0, char::len_utf8),
        length => start + length,
    }
}

/// A text as TOML writes it.
struct Written<'a> {
    /// From its first character on.
    file: &'a str,
    begins: usize,
    /// Backslashes mean something: the quotes are `"`.
    has_escapes: bool,
}

impl<'a> Written<'a> {
    fn new(file: &'a str, begins: usize) -> Self {
        // A line end right behind three quotes is no part of the text.
        let before = file[..begins].trim_end_matches(['\n', '\r']);
        Self {
            file: &file[begins..],
            begins,
            has_escapes: before.ends_with('"'),
        }
    }

    /// The byte of the file where byte `at` of the text is written.
    fn byte(&self, text: &str, at: usize) -> usize {
        let mut here = 0;
        for (index, c) in text.char_indices() {
            let rest = &self.file[here..];
            if self.has_escapes && rest.starts_with('\\') {
                here += self.joined_lines(here);
            }
            if index >= at {
                break;
            }
            here += self.length(here, c);
        }
        self.begins + here
    }

    /// A backslash at the end of a line takes the blanks up to the next word away.
    fn joined_lines(&self, here: usize) -> usize {
        let mut length = 0;
        while let Some(rest) = self.file[here + length..].strip_prefix('\\') {
            let kept = rest.trim_start_matches([' ', '\t']);
            if !kept.starts_with(['\n', '\r']) {
                break;
            }
            length += 1 + rest.len() - rest.trim_start().len();
        }
        length
    }

    /// Bytes that `c` of the text takes.
    fn length(&self, here: usize, c: char) -> usize {
        let rest = &self.file[here..];
        if c == '\n' && rest.starts_with("\r\n") {
            return 2;
        }
        if !(self.has_escapes && rest.starts_with('\\')) {
            return rest.chars().next().map_or(0, char::len_utf8);
        }
        let length = match rest.as_bytes().get(1) {
            Some(b'x') => 4,
            Some(b'u') => 6,
            Some(b'U') => 10,
            _ => 2,
        };
        let mut length = length.min(rest.len());
        while !rest.is_char_boundary(length) {
            length -= 1;
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use std::collections::BTreeMap;

    /// Line, column and what is marked, for the word at `wanted` of the panel's SQL in this file.
    fn found(sql: &str, wanted: &str) -> (usize, usize, String) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let text = format!(
            "[[dashboard]]\nname = \"A\"\n[dashboard.panel.a]\nkind = \"stat\"\nsql = {sql}\nunit = \"short\"\n"
        );
        std::fs::write(&file, &text).unwrap();
        let config = Config::from_toml("x", &text, &BTreeMap::new()).unwrap();
        let panel = &config.dashboards[0].panels[0];
        let spot = SourceSpot {
            file,
            ..panel.sql_at.clone()
        };
        let sql = panel.sql.as_deref().unwrap();
        let at = sql.find(wanted).unwrap();
        let before = &sql[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        let places = Places::new(folder.path());
        let problem = places
            .word(&spot, sql, line, column)
            .unwrap()
            .problem("wrong");
        assert_eq!(problem.file, "config.toml");
        let shown = problem.place();
        let lines: Vec<&str> = shown.lines().collect();
        let from = lines[3].find('^').unwrap();
        let carets = lines[3].matches('^').count();
        // Carets stand by cells: these tests have none that are wide before the mark.
        let marked = lines[2].chars().skip(from).take(carets).collect();
        (problem.line.unwrap(), problem.column.unwrap(), marked)
    }

    #[test]
    fn a_place_in_sql_is_found_in_the_file_however_it_is_quoted() {
        let word = |line, column| (line, column, "oops".to_owned());
        assert_eq!(found("\"select oops\"", "oops"), word(5, 15));
        assert_eq!(found("'select oops'", "oops"), word(5, 15));
        assert_eq!(found("\"\"\"select oops\"\"\"", "oops"), word(5, 17));
        assert_eq!(
            found("\"\"\"\nselect 1,\n  oops\n\"\"\"", "oops"),
            word(7, 3)
        );
        assert_eq!(found("'''\nselect 1,\r\n  oops'''", "oops"), word(7, 3));
        assert_eq!(found(r#""select \"a b\", oops""#, "oops"), word(5, 24));
        assert_eq!(found(r#""select 'é',\n\toops""#, "oops"), word(5, 23));
        assert_eq!(found(r#""select '\u00e9', oops""#, "oops"), word(5, 25));
        assert_eq!(
            found("\"\"\"\\\n   select 1, \\\n\n   oops\"\"\"", "oops"),
            word(8, 4)
        );
    }

    #[test]
    fn what_is_in_no_file_has_no_place() {
        let places = Places::new("/");
        assert!(
            places
                .beginning(&SourceSpot::default(), "select 1")
                .is_none()
        );
        let gone = SourceSpot {
            file: "/nowhere/config.toml".into(),
            line: 1,
            column: 1,
        };
        assert!(places.beginning(&gone, "select 1").is_none());
    }

    #[test]
    fn a_file_that_is_another_one_by_now_is_pointed_into_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, "sql = \"\\").unwrap();
        let spot = SourceSpot {
            file,
            line: 9,
            column: 8,
        };
        let places = Places::new(folder.path());
        for text in ["select é", "", "\n\n\nselect 1"] {
            for line in 1..4 {
                assert!(places.word(&spot, text, line, 5).is_some(), "{text}");
            }
        }
    }
}
