//! Which rows of a table a viewer's words leave.
//!
//! Words are searched for like in every list: each must be found in some cell of the row, in a text by its
//! letters in this order, in everything else as it stands. Between slashes they are a regular expression that
//! some cell must match.

use jiff::tz::TimeZone;
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use regex::{Regex, RegexBuilder};

use crate::model::rowset::{ColumnKind, Rowset};
use crate::model::value::Value;

/// Bytes a compiled expression may take; a greater one is refused.
const EXPRESSION: usize = 1 << 20;

/// Characters of a cell that are searched for letters far apart: in a long text every word would be found.
const SEARCHED: usize = 200;

/// What a cell must be like.
#[derive(Debug)]
pub enum Filter {
    /// Found.
    Words(Words),
    /// Matched.
    Expression(Regex),
}

/// Words to be found.
#[derive(Debug)]
pub struct Words {
    /// In texts.
    loose: Vec<Atom>,
    /// In everything else; the same words.
    strict: Vec<Atom>,
    /// They hold a character that no number and no time has.
    wordy: Vec<bool>,
}

impl Filter {
    /// What is meant by `text`; none where it says nothing, and in words why an expression is none.
    pub fn parse(text: &str) -> Option<Result<Self, String>> {
        if let Some(expression) = text.strip_prefix('/') {
            // The second slash may not be typed yet.
            let expression = expression.strip_suffix('/').unwrap_or(expression);
            return (!expression.is_empty()).then(|| regex(expression).map(Self::Expression));
        }
        let atoms =
            |kind| Pattern::new(text, CaseMatching::Ignore, Normalization::Smart, kind).atoms;
        let loose = atoms(AtomKind::Fuzzy);
        let of_numbers = |c: char| c.is_ascii_digit() || ".,:+-infatyebcNIBC ".contains(c);
        let wordy = |atom: &Atom| !atom.needle_text().chars().all(of_numbers);
        (!loose.is_empty()).then(|| {
            Ok(Self::Words(Words {
                strict: atoms(AtomKind::Substring),
                wordy: loose.iter().map(wordy).collect(),
                loose,
            }))
        })
    }

    /// True when every row that `self` leaves is left by `wider` too, so that only those need a look.
    pub fn narrows(text: &str, wider: &str) -> bool {
        // A trailing backslash makes a blank part of the word before it.
        text.starts_with(wider) && !text.starts_with('/') && !wider.ends_with('\\')
    }

    /// For each row whether it is left. Looks into `columns` only, and only at rows that were left `before`.
    pub fn leaves(
        &self,
        rows: &Rowset,
        columns: &[usize],
        zone: &TimeZone,
        before: Option<&[bool]>,
    ) -> Box<[bool]> {
        let columns: Vec<_> = columns
            .iter()
            .filter_map(|index| rows.columns.get(*index))
            .collect();
        let mut matcher = Matcher::new(Config::DEFAULT);
        let mut characters = Vec::new();
        let is_left = |row: usize| match self {
            Self::Expression(expression) => columns.iter().any(|column| {
                let value = column.values.get(row);
                value.is_some_and(|value| expression.is_match(&value.display(zone)))
            }),
            Self::Words(words) => (0..words.loose.len()).all(|word| {
                columns.iter().any(|column| {
                    let Some(value) = column.values.get(row).filter(|v| **v != Value::Null) else {
                        return false;
                    };
                    let atom = match column.kind {
                        ColumnKind::Number | ColumnKind::Time
                            if words.wordy.get(word) == Some(&true) =>
                        {
                            return false;
                        }
                        ColumnKind::Text => &words.loose[word],
                        _ => &words.strict[word],
                    };
                    let text = value.display(zone);
                    let text = match text.char_indices().nth(SEARCHED) {
                        Some((end, _)) if atom.kind == AtomKind::Fuzzy => {
                            // Behind that it is searched for as it stands.
                            let whole = Utf32Str::new(&text, &mut characters);
                            let strict = &words.strict[word];
                            if strict.score(whole, &mut matcher).is_some() {
                                return true;
                            }
                            &text[..end]
                        }
                        _ => &text,
                    };
                    let text = Utf32Str::new(text, &mut characters);
                    atom.score(text, &mut matcher).is_some()
                })
            }),
        };
        left(rows.len(), before, is_left)
    }
}

fn left(
    count: usize,
    before: Option<&[bool]>,
    mut is_left: impl FnMut(usize) -> bool,
) -> Box<[bool]> {
    let was = |row: usize| before.is_none_or(|before| before.get(row) == Some(&true));
    (0..count).map(|row| was(row) && is_left(row)).collect()
}

/// Without regard to case unless a capital letter is written in it.
fn regex(expression: &str) -> Result<Regex, String> {
    let mut escaped = false;
    let capital = expression.chars().any(|c| {
        let counts = !escaped && c.is_uppercase();
        escaped = c == '\\' && !escaped;
        counts
    });
    RegexBuilder::new(expression)
        .case_insensitive(!capital)
        .size_limit(EXPRESSION)
        .build()
        .map_err(|why| match why {
            regex::Error::CompiledTooBig(_) => "the expression is too large".to_owned(),
            why => {
                // Its last line says why, those before it draw where.
                let text = why.to_string();
                let last = text.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rowset::Column;

    fn column(kind: ColumnKind, values: Vec<Value>) -> Column {
        Column {
            name: "c".into(),
            type_name: String::new(),
            kind,
            values,
        }
    }

    fn rows() -> Rowset {
        let words = ["Müller GmbH", "O'Brien & Sons", "Acme", "Ada"];
        let text = |t: &str| Value::Text(t.into());
        Rowset {
            columns: vec![
                column(ColumnKind::Text, words.map(text).to_vec()),
                column(
                    ColumnKind::Number,
                    vec![
                        Value::Int(120),
                        Value::Int(102),
                        Value::Null,
                        Value::Int(77),
                    ],
                ),
                column(
                    ColumnKind::Json,
                    vec![
                        Value::Json(r#"{"gift": true}"#.into()),
                        Value::Json("{}".into()),
                        Value::Null,
                        Value::Null,
                    ],
                ),
            ],
            truncated: false,
        }
    }

    fn left(text: &str) -> Vec<usize> {
        let filter = Filter::parse(text).unwrap().unwrap();
        let rows = rows();
        let left = filter.leaves(&rows, &[0, 1, 2], &TimeZone::UTC, None);
        (0..4).filter(|row| left[*row]).collect()
    }

    #[test]
    fn letters_find_a_text_and_numbers_are_found_as_they_stand() {
        assert_eq!(left("mlr"), [0]);
        assert_eq!(left("ae"), [2], "of Ada no e");
        assert_eq!(left("12"), [0], "102 has something between");
        assert_eq!(left("gift"), [0]);
        assert_eq!(left("gft"), Vec::<usize>::new(), "a document is no word");
        assert_eq!(left("o 10"), [1], "each word in any cell");
        assert!(Filter::parse("  ").is_none());
    }

    #[test]
    fn between_slashes_is_a_regular_expression() {
        assert_eq!(left("/^a/"), [2, 3]);
        assert_eq!(left("/^a"), [2, 3], "while it is typed");
        assert_eq!(left("/A.*a$/"), [3], "a capital letter means itself");
        assert_eq!(left(r"/^\D+$/"), [0, 1, 2, 3]);
        assert_eq!(left("/ü/"), [0]);
        assert!(Filter::parse("/").is_none());
        let why = Filter::parse("/a(b/").unwrap().unwrap_err();
        assert_eq!(why, "unclosed group");
        let why = Filter::parse("/(a{1000}){1000}/").unwrap().unwrap_err();
        assert_eq!(why, "the expression is too large");
    }

    #[test]
    fn more_letters_look_only_at_what_was_left() {
        assert!(Filter::narrows("acme", "acm"));
        assert!(!Filter::narrows("acm", "acme"));
        assert!(!Filter::narrows("/ab", "/a"));
        let filter = Filter::parse("a").unwrap().unwrap();
        let none = filter.leaves(&rows(), &[0], &TimeZone::UTC, Some(&[false; 4]));
        assert!(none.iter().all(|left| !left));
    }
}
