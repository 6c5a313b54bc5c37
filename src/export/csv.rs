//! Rows as CSV (RFC 4180: CRLF line ends, quotes doubled, a header line).
//!
//! Numbers keep every digit, times are RFC 3339 in UTC. NULL is an empty field and an empty text is
//! `""`, as `COPY … CSV` writes it. Texts are written as they are: a spreadsheet that opens the file
//! runs those that begin with `=` as formulas, so import untrusted data as text there.
//!
//! Rows that are compared with earlier ones have one more column, the last: `period` is `now`, or what they are
//! compared with (`previous`, `yesterday`, `last-week`). The earlier rows follow; their times are those of then.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::model::compare::Compare;
use crate::model::rowset::{Column, Rowset};

/// The column names, then one line per row.
pub fn csv(rows: &Rowset) -> String {
    let mut text = String::new();
    head(&mut text, rows, None);
    body(&mut text, rows, rows, None);
    text
}

/// The same with the rows of an earlier time, where there are any.
pub fn csv_compared(rows: &Rowset, compare: Compare, earlier: Option<&Rowset>) -> String {
    let none = Rowset::default();
    let earlier = earlier.unwrap_or(&none);
    // Without an answer of now, the columns are those of then.
    let columns = if rows.columns.is_empty() {
        earlier
    } else {
        rows
    };
    let mut text = String::new();
    head(&mut text, columns, Some("period"));
    body(&mut text, columns, rows, Some("now"));
    body(&mut text, columns, earlier, Some(compare.name()));
    text
}

fn head(text: &mut String, columns: &Rowset, mark: Option<&str>) {
    let names = columns.columns.iter().map(|column| column.name.as_str());
    line(text, names.chain(mark).map(|name| quoted(name).into()));
}

/// The rows, field by field below the `columns` of the head.
fn body(text: &mut String, columns: &Rowset, rows: &Rowset, mark: Option<&str>) {
    for row in 0..rows.len() {
        let value = |column: &Column| column.values.get(row).map(|value| field(&value.to_json()));
        let fields = (0..columns.columns.len())
            .map(|index| rows.columns.get(index).and_then(value).unwrap_or_default());
        line(text, fields.chain(mark.map(str::to_owned)));
    }
}

fn line(text: &mut String, fields: impl Iterator<Item = String>) {
    for (index, field) in fields.enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&field);
    }
    text.push_str("\r\n");
}

fn field(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) if text.is_empty() => "\"\"".to_owned(),
        Json::String(text) => quoted(text).into_owned(),
        other => quoted(&other.to_string()).into_owned(),
    }
}

fn quoted(text: &str) -> Cow<'_, str> {
    let special =
        text.contains([',', '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if special {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}
