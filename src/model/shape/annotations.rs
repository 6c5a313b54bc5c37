//! Rows to events on the time axis.

use jiff::tz::TimeZone;

use super::columns::{moment_of, time_column};
use crate::model::annotation::Annotation;
use crate::model::color::Color;
use crate::model::panel_data::Failure;
use crate::model::rowset::{Column, ColumnKind, Rowset};
use crate::model::text::single_line;
use crate::model::value::Value;

/// Names of the column with the end, as Grafana writes it and as people do.
const ENDS: [&str; 3] = ["timeend", "timeEnd", "time_end"];
/// Names of the column with the words, best first; else the first text column.
const WORDS: [&str; 4] = ["text", "title", "message", "event"];
/// The column with the tags.
const TAGS: &str = "tags";
/// What `kpi push` tags an event with that is nothing special.
const PLAIN: &str = "info";

/// An event per row that has a time, by time. Needs a time column (`time`, or the first that is one) and
/// one with words; an end and tags where there are any. Tags follow the words as `#tag`.
///
/// # Errors
/// Columns that cannot be events, named.
pub fn annotations(rows: &Rowset, color: Option<Color>) -> Result<Vec<Annotation>, Failure> {
    if rows.columns.is_empty() {
        return Ok(Vec::new());
    }
    let named = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| rows.columns.iter().find(|column| column.name == *name))
    };
    let tags = named(&[TAGS]);
    let end = named(&ENDS);
    let time = time_column(rows).map(|index| &rows.columns[index]);
    let words = named(&WORDS).or_else(|| {
        rows.columns
            .iter()
            .find(|column| column.kind == ColumnKind::Text && column.name != TAGS)
    });
    let (Some(time), Some(words)) = (time, words) else {
        return Err(wrong(&rows.columns));
    };
    let mut annotations: Vec<Annotation> = (0..rows.len())
        .filter_map(|row| {
            let at = moment_of(&time.values[row]).filter(|at| at.is_finite())?;
            let mut text = plain(&words.values[row]);
            if let Some(tags) = tags {
                for tag in tags_of(&tags.values[row]) {
                    text.push_str(" #");
                    text.push_str(&tag);
                }
            }
            Some(Annotation {
                at,
                until: end
                    .and_then(|end| moment_of(&end.values[row]))
                    .filter(|until| *until > at),
                text: single_line(text.trim()).into_owned(),
                color,
            })
        })
        .collect();
    annotations.sort_by_key(|annotation| annotation.at);
    Ok(annotations)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        value => value.display(&TimeZone::UTC).to_string(),
    }
}

/// A list, or a text with commas as Grafana takes it.
fn tags_of(value: &Value) -> Vec<String> {
    let tags: Vec<String> = match value {
        Value::List(values) => values.iter().map(plain).collect(),
        value => plain(value).split(',').map(str::to_owned).collect(),
    };
    tags.into_iter()
        .map(|tag| tag.trim().to_owned())
        .filter(|tag| !tag.is_empty() && tag != PLAIN)
        .collect()
}

fn wrong(columns: &[Column]) -> Failure {
    let found: Vec<String> = columns
        .iter()
        .map(|column| format!("{} ({})", column.name, column.type_name))
        .collect();
    Failure::new("an annotation needs a time and a text")
        .detail(format!("found: {}", found.join(", ")))
        .detail("for example: select ts as time, text from deploys where $__timeFilter(ts)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Moment;

    fn column(name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
        Column {
            name: name.into(),
            type_name: "any".into(),
            kind,
            values,
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn rows_become_events_by_time_with_their_end_and_tags() {
        let at = |micros| Value::Timestamp(Moment(micros));
        let rows = Rowset {
            columns: vec![
                column(
                    "tags",
                    ColumnKind::Text,
                    vec![
                        Value::List(vec![text("info"), text("deploy")].into()),
                        text("a, b"),
                        Value::Null,
                    ],
                ),
                column("time", ColumnKind::Time, vec![at(5), at(3), Value::Null]),
                column("timeend", ColumnKind::Time, vec![at(9), at(3), at(4)]),
                column(
                    "text",
                    ColumnKind::Text,
                    vec![text("1.4\nout"), text("sale"), text("never")],
                ),
            ],
            truncated: false,
        };
        let color = Some(Color::Red);
        let event = |at, until: Option<i64>, text: &str| Annotation {
            at: Moment(at),
            until: until.map(Moment),
            text: text.into(),
            color,
        };
        assert_eq!(
            annotations(&rows, color),
            Ok(vec![
                event(3, None, "sale #a #b"),
                event(5, Some(9), "1.4 out #deploy"),
            ])
        );
    }

    #[test]
    fn without_words_it_says_what_it_found() {
        let rows = Rowset {
            columns: vec![column("ts", ColumnKind::Time, vec![])],
            truncated: false,
        };
        let failure = annotations(&rows, None).unwrap_err();
        assert_eq!(failure.details[0], "found: ts (any)");
    }
}
