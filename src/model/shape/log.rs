//! Rows to the lines of a log.

use crate::model::live::LiveLevel;
use crate::model::panel_data::{Failure, LogLine};
use crate::model::rowset::{Column, ColumnKind, Rowset};
use crate::model::text::single_line;
use crate::model::value::Value;
use jiff::tz::TimeZone;

/// Names of the column that says how bad a line is.
const LEVELS: [&str; 3] = ["level", "severity", "lvl"];
/// Names of the column with the words, best first; else the first text column.
const WORDS: [&str; 5] = ["text", "message", "event", "title", "msg"];

/// A line per row, newest first. Needs a time column and one with words.
pub(super) fn lines(rows: &Rowset) -> Result<Vec<LogLine>, Failure> {
    if rows.columns.is_empty() {
        return Ok(Vec::new());
    }
    let named = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| rows.columns.iter().find(|column| column.name == *name))
    };
    let level = named(&LEVELS);
    let first = |kind: ColumnKind| {
        rows.columns.iter().find(|column| {
            column.kind == kind && level.is_none_or(|level| level.name != column.name)
        })
    };
    let time = named(&["time"]).or_else(|| first(ColumnKind::Time));
    let words = named(&WORDS).or_else(|| first(ColumnKind::Text));
    let (Some(time), Some(words)) = (time, words) else {
        return Err(wrong(&rows.columns));
    };
    let mut lines: Vec<LogLine> = (0..rows.len())
        .filter_map(|row| {
            Some(LogLine {
                at: time.values[row].as_moment()?,
                level: level.map_or(LiveLevel::Info, |column| level_of(&column.values[row])),
                text: single_line(&words.values[row].display(&TimeZone::UTC)).into_owned(),
            })
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    Ok(lines)
}

/// The words databases and loggers use, by how they begin; anything else is for the record.
fn level_of(value: &Value) -> LiveLevel {
    let name = value.display(&TimeZone::UTC).to_ascii_lowercase();
    let begins = |words: &[&str]| words.iter().any(|word| name.starts_with(word));
    if begins(&["err", "fatal", "panic", "crit", "alert", "emerg"]) {
        LiveLevel::Error
    } else if begins(&["warn"]) {
        LiveLevel::Warning
    } else {
        LiveLevel::Info
    }
}

fn wrong(columns: &[Column]) -> Failure {
    let found: Vec<String> = columns
        .iter()
        .map(|column| format!("{} ({})", column.name, column.type_name))
        .collect();
    Failure::new("a log needs a time and a text")
        .detail(format!("found: {}", found.join(", ")))
        .detail("for example: select ts as time, text, level from …")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Moment;

    fn column(name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
        Column {
            name: name.into(),
            type_name: "text".into(),
            kind,
            values,
        }
    }

    #[test]
    fn rows_become_lines_newest_first_with_their_level() {
        let rows = Rowset {
            columns: vec![
                column(
                    "level",
                    ColumnKind::Text,
                    ["warn", "FATAL"].map(|t| Value::Text(t.into())).into(),
                ),
                column(
                    "ts",
                    ColumnKind::Time,
                    [1, 2].map(|at| Value::Timestamp(Moment(at))).into(),
                ),
                column(
                    "what",
                    ColumnKind::Text,
                    ["disk\nfull", "down"].map(|t| Value::Text(t.into())).into(),
                ),
            ],
            truncated: false,
        };
        let lines = lines(&rows).unwrap();
        assert_eq!(
            lines[0],
            LogLine {
                at: Moment(2),
                level: LiveLevel::Error,
                text: "down".into()
            }
        );
        assert_eq!(lines[1].level, LiveLevel::Warning);
        assert!(!lines[1].text.contains('\n'), "{:?}", lines[1]);
    }

    #[test]
    fn without_words_it_says_what_it_found() {
        let rows = Rowset {
            columns: vec![column("ts", ColumnKind::Time, vec![])],
            truncated: false,
        };
        let failure = lines(&rows).unwrap_err();
        assert_eq!(failure.details[0], "found: ts (text)");
    }
}
