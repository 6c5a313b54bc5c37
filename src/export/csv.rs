//! Rows as CSV (RFC 4180: CRLF line ends, quotes doubled, a header line).
//!
//! Numbers keep every digit, times are RFC 3339 in UTC. NULL is an empty field and an empty text is
//! `""`, as `COPY … CSV` writes it. Texts are written as they are: a spreadsheet that opens the file
//! runs those that begin with `=` as formulas, so import untrusted data as text there.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::model::rowset::Rowset;

/// The column names, then one line per row.
pub fn csv(rows: &Rowset) -> String {
    let mut text = String::new();
    let names = rows
        .columns
        .iter()
        .map(|column| quoted(&column.name).into());
    line(&mut text, names);
    for row in 0..rows.len() {
        let fields = rows.columns.iter().map(|column| {
            column
                .values
                .get(row)
                .map_or_else(String::new, |v| field(&v.to_json()))
        });
        line(&mut text, fields);
    }
    text
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
