//! Values as text and JSON.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::{Value, civil};
use crate::model::time::{DAY, Moment, SECOND};

pub(super) fn display<'a>(value: &'a Value, zone: &TimeZone) -> Cow<'a, str> {
    text(value, &|at| {
        let offset = offset(at, zone);
        civil::datetime(at.plus(offset * SECOND), ' ')
    })
}

pub(super) fn export<'a>(value: &'a Value, zone: &TimeZone) -> Cow<'a, str> {
    text(value, &|at| with_offset(at, offset(at, zone)))
}

/// Seconds east of UTC; UTC beyond jiff's calendar.
fn offset(at: Moment, zone: &TimeZone) -> i64 {
    let inside = Moment::from_timestamp(at.to_timestamp()) == at;
    if inside {
        i64::from(zone.to_offset(at.to_timestamp()).seconds())
    } else {
        0
    }
}

fn with_offset(at: Moment, offset: i64) -> String {
    let mut text = civil::datetime(at.plus(offset * SECOND), 'T');
    let zone = if offset == 0 {
        "Z".to_owned()
    } else {
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.abs() / 60;
        format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    };
    // `… BC` has its zone before the era.
    let end = text.strip_suffix(" BC").map_or(text.len(), str::len);
    text.insert_str(end, &zone);
    text
}

fn text<'a>(value: &'a Value, timestamp: &dyn Fn(Moment) -> String) -> Cow<'a, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Float(number) => float(*number),
        Value::Decimal(text) | Value::Text(text) | Value::Json(text) => Cow::Borrowed(text),
        Value::Bytes(bytes) => Cow::Owned(hex(bytes)),
        Value::Timestamp(at) => infinite(*at).unwrap_or_else(|| Cow::Owned(timestamp(*at))),
        Value::Datetime(at) => {
            infinite(*at).unwrap_or_else(|| Cow::Owned(civil::datetime(*at, ' ')))
        }
        Value::Date(i32::MIN) => Cow::Borrowed("-infinity"),
        Value::Date(i32::MAX) => Cow::Borrowed("infinity"),
        Value::Date(days) => Cow::Owned(civil::date(i64::from(*days))),
        Value::Time(micros) => Cow::Owned(civil::time((*micros).clamp(0, DAY))),
        Value::Interval {
            months,
            days,
            micros,
        } => interval(*months, *days, *micros),
        Value::Uuid(bytes) => Cow::Owned(uuid(bytes)),
        Value::List(items) => Cow::Owned(list(items, timestamp)),
        Value::Undecoded(name) => Cow::Owned(format!("<{name}>")),
    }
}

fn infinite(at: Moment) -> Option<Cow<'static, str>> {
    match at {
        Moment::INFINITY => Some(Cow::Borrowed("infinity")),
        Moment::NEG_INFINITY => Some(Cow::Borrowed("-infinity")),
        _ => None,
    }
}

/// Shortest digits that read back the same, with an exponent where PostgreSQL has one.
fn float(number: f64) -> Cow<'static, str> {
    if number.is_nan() {
        return Cow::Borrowed("NaN");
    }
    if number.is_infinite() {
        return Cow::Borrowed(if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
    }
    let size = number.abs();
    if size == 0.0 || (1e-4..1e15).contains(&size) {
        return Cow::Owned(number.to_string());
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    Cow::Owned(match exponent.strip_prefix('-') {
        Some(exponent) => format!("{digits}e-{exponent:0>2}"),
        None => format!("{digits}e+{exponent:0>2}"),
    })
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 + bytes.len() * 2);
    text.push_str("\\x");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn uuid(bytes: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// PostgreSQL's `postgres` interval style (`EncodeInterval`): after a negative part a positive one
/// carries its sign.
fn interval(months: i32, days: i32, micros: i64) -> Cow<'static, str> {
    match (months, days, micros) {
        (i32::MAX, i32::MAX, i64::MAX) => return Cow::Borrowed("infinity"),
        (i32::MIN, i32::MIN, i64::MIN) => return Cow::Borrowed("-infinity"),
        _ => {}
    }
    let mut parts = Vec::new();
    let mut before = false;
    for (count, name) in [(months / 12, "year"), (months % 12, "mon"), (days, "day")] {
        if count != 0 {
            let sign = if before && count > 0 { "+" } else { "" };
            let plural = if count == 1 { "" } else { "s" };
            parts.push(format!("{sign}{count} {name}{plural}"));
            before = count < 0;
        }
    }
    if micros != 0 || parts.is_empty() {
        let sign = match (micros < 0, before) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        parts.push(format!("{sign}{}", civil::time(micros)));
    }
    Cow::Owned(parts.join(" "))
}

/// PostgreSQL's array text: elements are quoted where they must be.
fn list(items: &[Value], timestamp: &dyn Fn(Moment) -> String) -> String {
    let mut written = String::from("{");
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            written.push(',');
        }
        match item {
            Value::Null => written.push_str("NULL"),
            Value::List(items) => written.push_str(&list(items, timestamp)),
            other => element(&text(other, timestamp), &mut written),
        }
    }
    written.push('}');
    written
}

fn element(text: &str, into: &mut String) {
    let special = |c: char| matches!(c, '{' | '}' | ',' | '"' | '\\') || c.is_whitespace();
    let quoted = text.is_empty() || text.eq_ignore_ascii_case("null") || text.contains(special);
    if !quoted {
        into.push_str(text);
        return;
    }
    into.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            into.push('\\');
        }
        into.push(c);
    }
    into.push('"');
}

pub(super) fn json(value: &Value) -> serde_json::Value {
    use serde_json::Value as Json;
    let utc = |value: &Value| Json::String(export(value, &TimeZone::UTC).into_owned());
    match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(number) => Json::from(*number),
        Value::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| Json::String(float(*number).into_owned()), Json::Number),
        // With `arbitrary_precision` a number keeps its digits as written.
        Value::Decimal(digits) => digits
            .parse::<serde_json::Number>()
            .map_or_else(|_| Json::String(digits.to_string()), Json::Number),
        Value::Json(document) => {
            serde_json::from_str(document).unwrap_or_else(|_| Json::String(document.to_string()))
        }
        Value::List(items) => Json::Array(items.iter().map(json).collect()),
        Value::Datetime(at) if at.is_finite() => Json::String(civil::datetime(*at, 'T')),
        other => utc(other),
    }
}
