//! One value of one column, typed, as the database answered it.

mod civil;
mod natural;
mod order;
mod write;

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::tz::TimeZone;

use super::time::{DAY, Moment};

pub use natural::natural_key;

/// A decoded database value. Text inside is already free of control characters.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int2`, `int4`, `int8`, `oid`.
    Int(i64),
    /// `float4`, `float8`; NaN and infinities included.
    Float(f64),
    /// `numeric` and `money`, every digit kept: `-12.340`, `NaN`, `Infinity`, `-Infinity`.
    Decimal(Box<str>),
    /// Any kind of text; also enum labels, `inet`, composites `(a,b)` and ranges `[1,5)`.
    Text(Box<str>),
    /// `bytea`.
    Bytes(Box<[u8]>),
    /// `timestamptz`: a point in time.
    Timestamp(Moment),
    /// `timestamp`: a wall-clock reading, as if it were UTC.
    Datetime(Moment),
    /// `date`: days since 1970-01-01; `i32::MIN`/`MAX` are `-infinity`/`infinity`.
    Date(i32),
    /// `time`: microseconds since midnight.
    Time(i64),
    /// `interval`, in PostgreSQL's three parts.
    Interval {
        /// Whole months.
        months: i32,
        /// Whole days.
        days: i32,
        /// The rest, in microseconds.
        micros: i64,
    },
    /// `uuid`.
    Uuid([u8; 16]),
    /// `json`, `jsonb`: the document's text.
    Json(Box<str>),
    /// An array; nested for more than one dimension.
    List(Box<[Value]>),
    /// A type nobody here can read; holds its name and shows as `<name>`.
    Undecoded(Box<str>),
}

impl Value {
    /// The value for a screen, every digit of it: `timestamptz` as the wall clock of `zone` without
    /// its offset, fractions without trailing zeros, everything else as PostgreSQL writes it
    /// (`1 day 02:03:04`, `\\x0aff`, `{a,NULL,"b c"}`, `infinity`). NULL is empty, an undecoded
    /// value `<type>`.
    pub fn display(&self, zone: &TimeZone) -> Cow<'_, str> {
        write::display(self, zone)
    }

    /// The value for a file: as [`Value::display`], but a `timestamptz` in RFC 3339 with its offset
    /// in `zone`, so that it means one point in time.
    pub fn export(&self, zone: &TimeZone) -> Cow<'_, str> {
        write::export(self, zone)
    }

    /// The value as JSON: numbers with all their digits, what JSON's numbers cannot say (`NaN`,
    /// `Infinity`) as strings, a `timestamptz` in RFC 3339 and UTC, a `timestamp` without a zone,
    /// `json` as itself, arrays as arrays, the rest as PostgreSQL's text.
    pub fn to_json(&self) -> serde_json::Value {
        write::json(self)
    }

    /// The number it holds; a `bool` is 1 or 0. None for NULL and everything that is no number.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Decimal(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// The point in time it holds; a `timestamp` and a `date` count as UTC.
    pub fn as_moment(&self) -> Option<Moment> {
        match self {
            Self::Timestamp(at) | Self::Datetime(at) => Some(*at),
            Self::Date(i32::MIN) => Some(Moment::NEG_INFINITY),
            Self::Date(i32::MAX) => Some(Moment::INFINITY),
            Self::Date(days) => Some(Moment(i64::from(*days).saturating_mul(DAY))),
            _ => None,
        }
    }

    /// The order for sorting a table by a column: numbers by value (exactly, NaN above all others as
    /// in PostgreSQL), times by time, text without regard to case first, NULL last.
    pub fn compare(&self, other: &Self) -> Ordering {
        order::compare(self, other)
    }
}

#[cfg(test)]
mod tests;
