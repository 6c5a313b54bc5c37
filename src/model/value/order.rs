//! Which value comes first.

use std::cmp::Ordering;

use super::{Value, natural_key};
use crate::model::time::{DAY, Moment};

pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    use Value::{
        Bool, Bytes, Date, Datetime, Decimal, Float, Int, Interval, Json, List, Text, Time,
        Timestamp, Uuid,
    };
    match (left, right) {
        (Bool(a), Bool(b)) => a.cmp(b),
        (Int(a), Int(b)) | (Time(a), Time(b)) => a.cmp(b),
        (Int(a), Decimal(b)) => decimals(&a.to_string(), b),
        (Decimal(a), Int(b)) => decimals(a, &b.to_string()),
        (Decimal(a), Decimal(b)) => decimals(a, b),
        (Int(_) | Float(_) | Decimal(_), Int(_) | Float(_) | Decimal(_)) => {
            floats(left.as_f64(), right.as_f64())
        }
        (Text(a), Text(b)) | (Json(a), Json(b)) => words(a, b),
        (Bytes(a), Bytes(b)) => a.cmp(b),
        (Timestamp(_) | Datetime(_) | Date(_), Timestamp(_) | Datetime(_) | Date(_)) => {
            let at = |value: &Value| value.as_moment().unwrap_or(Moment::INFINITY);
            at(left).cmp(&at(right))
        }
        (Interval { .. }, Interval { .. }) => length(left).cmp(&length(right)),
        (Uuid(a), Uuid(b)) => a.cmp(b),
        (List(a), List(b)) => {
            let parts = a.iter().zip(b).map(|(a, b)| compare(a, b));
            let first = parts.into_iter().find(|order| order.is_ne());
            first.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        _ => rank(left).cmp(&rank(right)),
    }
}

/// Values of different sorts do not meet in one column, except NULL.
fn rank(value: &Value) -> u8 {
    match value {
        Value::Bool(_) => 0,
        Value::Int(_) | Value::Float(_) | Value::Decimal(_) => 1,
        Value::Timestamp(_) | Value::Datetime(_) | Value::Date(_) => 2,
        Value::Time(_) => 3,
        Value::Interval { .. } => 4,
        Value::Text(_) => 5,
        Value::Uuid(_) => 6,
        Value::Json(_) => 7,
        Value::Bytes(_) => 8,
        Value::List(_) => 9,
        Value::Undecoded(_) => 10,
        Value::Null => 11,
    }
}

/// NaN above everything, as in PostgreSQL; −0 equals 0.
fn floats(left: Option<f64>, right: Option<f64>) -> Ordering {
    let (left, right) = (left.unwrap_or(f64::NAN), right.unwrap_or(f64::NAN));
    left.partial_cmp(&right)
        .unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}

/// By value with every digit; floats decide where they can.
fn decimals(left: &str, right: &str) -> Ordering {
    match floats(left.parse().ok(), right.parse().ok()) {
        Ordering::Equal => digits(left, right),
        order => order,
    }
}

/// Two plain decimals that are equal as floats.
fn digits(left: &str, right: &str) -> Ordering {
    let split = |text: &str| -> Option<(bool, String, String)> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        (plain(whole) && plain(fraction)).then(|| {
            let whole = whole.trim_start_matches('0').to_owned();
            (negative, whole, fraction.trim_end_matches('0').to_owned())
        })
    };
    let (Some((negative, whole, fraction)), Some((other_negative, other_whole, other_fraction))) =
        (split(left), split(right))
    else {
        return Ordering::Equal;
    };
    let size = (whole.len().cmp(&other_whole.len()))
        .then_with(|| whole.cmp(&other_whole))
        .then_with(|| fraction.cmp(&other_fraction));
    match (negative, other_negative) {
        (true, true) => size.reverse(),
        (false, false) => size,
        // Signs differ only for zeros: other values were told apart as floats.
        _ => Ordering::Equal,
    }
}

/// In natural order; what differs in case only keeps a fixed order.
fn words(left: &str, right: &str) -> Ordering {
    let key = |text: &str| {
        let mut key = Vec::new();
        natural_key(text, &mut key);
        key
    };
    key(left).cmp(&key(right)).then_with(|| left.cmp(right))
}

/// An interval in microseconds with PostgreSQL's months of 30 days.
fn length(value: &Value) -> i128 {
    match value {
        Value::Interval {
            months,
            days,
            micros,
        } => {
            let days = i128::from(*months) * 30 + i128::from(*days);
            days * i128::from(DAY) + i128::from(*micros)
        }
        _ => 0,
    }
}
