//! The formats of variables, `${name:format}` (names from Grafana, `formatRegistry.ts`), and how a text
//! is written so that quotes cannot be left.

use std::borrow::Cow;

use super::scanner::Quote;
use crate::model::variable::VariableValue;

/// A format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// None given: a text where SQL wants one, the bare value inside quotes.
    Default,
    /// `sqlstring`, `singlequote`: texts.
    Texts,
    /// `identifier`, `doublequote`: names.
    Names,
    /// `json`.
    Json,
    /// One of those that put no quotes around values.
    Bare(Bare),
}

/// A format without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bare {
    /// `raw`: `a,b`, not even escaped inside quotes.
    Raw,
    /// `csv`: `a,b`.
    Csv,
    /// `pipe`: `a|b`.
    Pipe,
    /// `glob`: `{a,b}`.
    Glob,
    /// `regex`: `(a|b)`, escaped for a regular expression.
    Regex,
    /// `text`: as people read them, `A + B`.
    Text,
    /// `join`, `join:SEPARATOR`.
    Join(String),
}

/// Every format, for messages.
const NAMES: &str = "`csv`, `sqlstring`, `singlequote`, `doublequote`, `identifier`, `raw`, `pipe`, \
                     `json`, `regex`, `text`, `glob` or `join`";

impl Format {
    /// The format that stands behind the `:`; `Err` says what is wrong.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, String> {
        let bare = |bare| Ok(Self::Bare(bare));
        match text {
            None => Ok(Self::Default),
            Some("sqlstring" | "singlequote") => Ok(Self::Texts),
            Some("identifier" | "doublequote") => Ok(Self::Names),
            Some("json") => Ok(Self::Json),
            Some("raw") => bare(Bare::Raw),
            Some("csv") => bare(Bare::Csv),
            Some("pipe") => bare(Bare::Pipe),
            Some("glob") => bare(Bare::Glob),
            Some("regex") => bare(Bare::Regex),
            Some("text") => bare(Bare::Text),
            Some("join") => bare(Bare::Join(",".to_owned())),
            Some(other) => match other.strip_prefix("join:") {
                Some(separator) => bare(Bare::Join(separator.to_owned())),
                None => Err(format!("unknown format `{other}`; there are {NAMES}")),
            },
        }
    }
}

/// The values without quotes. More than one are written as the format says.
pub(super) fn bare(format: &Bare, value: &VariableValue) -> String {
    let values: Vec<&str> = values(value).collect();
    match format {
        Bare::Raw | Bare::Csv => values.join(","),
        Bare::Pipe => values.join("|"),
        Bare::Join(separator) => values.join(separator),
        Bare::Glob => match values.as_slice() {
            [one] => (*one).to_owned(),
            many => format!("{{{}}}", many.join(",")),
        },
        Bare::Regex => {
            let escaped: Vec<String> = values.iter().map(|value| regex(value)).collect();
            match escaped.as_slice() {
                [one] => one.clone(),
                many => format!("({})", many.join("|")),
            }
        }
        Bare::Text if value.is_all => "All".to_owned(),
        Bare::Text => {
            let texts: Vec<&str> = value
                .chosen
                .iter()
                .map(|choice| choice.text.as_str())
                .collect();
            texts.join(" + ")
        }
    }
}

fn values(value: &VariableValue) -> impl Iterator<Item = &str> {
    value.chosen.iter().map(|choice| choice.value.as_str())
}

/// `'a','b'`; NULL for no value at all, so that `in (…)` stays a statement and finds nothing.
pub(super) fn texts(value: &VariableValue) -> String {
    if value.chosen.is_empty() {
        return "NULL".to_owned();
    }
    values(value).map(text).collect::<Vec<_>>().join(",")
}

/// `"a","b"`; always quoted, for a value may be a word of SQL. None where a name would be empty.
pub(super) fn names(value: &VariableValue) -> Option<String> {
    let is_empty = value.chosen.is_empty() || values(value).any(str::is_empty);
    let quoted = values(value).map(|name| format!("\"{}\"", escape(name, Quote::Name)));
    (!is_empty).then(|| quoted.collect::<Vec<_>>().join(","))
}

/// `["a","b"]` for a variable that may have several values, else `"a"`.
pub(super) fn json(value: &VariableValue) -> String {
    let list: Vec<&str> = values(value).collect();
    match list.first() {
        _ if value.is_list => serde_json::Value::from(list).to_string(),
        Some(one) => serde_json::Value::from(*one).to_string(),
        None => "null".to_owned(),
    }
}

/// A text of SQL. `standard_conforming_strings` is on: a backslash is a backslash.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", escape(value, Quote::Plain))
}

/// `value` inside these quotes; only for quotes that have a way to escape (not `U&` and `B`, `X`).
pub(super) fn escape(value: &str, quote: Quote) -> Cow<'_, str> {
    match quote {
        Quote::Name if value.contains('"') => Cow::Owned(value.replace('"', "\"\"")),
        Quote::Escape if value.contains(['\'', '\\']) => {
            Cow::Owned(value.replace('\\', "\\\\").replace('\'', "''"))
        }
        Quote::Plain if value.contains('\'') => Cow::Owned(value.replace('\'', "''")),
        _ => Cow::Borrowed(value),
    }
}

/// Escaped for PostgreSQL's regular expressions (and everybody else's).
fn regex(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if "\\^$*+?.()|[]{}/".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
