//! One value of one column, typed, as the database answered it.

use super::time::Moment;

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
    /// As JSON, every digit kept; what JSON cannot write as a number is a text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Int(value) => (*value).into(),
            Self::Float(value) => (*value).into(),
            Self::Decimal(text) => serde_json::from_str(text)
                .unwrap_or_else(|_| serde_json::Value::String(text.to_string())),
            Self::Timestamp(at) | Self::Datetime(at) => at.rfc3339().into(),
            Self::Text(text) => text.as_ref().into(),
            other => format!("{other:?}").into(),
        }
    }

    /// The value as a person reads it, times in `zone`.
    pub fn display(&self, zone: &jiff::tz::TimeZone) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            Self::Float(value) => value.to_string(),
            Self::Decimal(text) | Self::Text(text) | Self::Json(text) => text.to_string(),
            Self::Timestamp(at) => jiff::Timestamp::from_microsecond(at.0).map_or_else(
                |_| "infinity".to_owned(),
                |time| {
                    time.to_zoned(zone.clone())
                        .strftime("%Y-%m-%d %H:%M:%S")
                        .to_string()
                },
            ),
            other => format!("{other:?}"),
        }
    }
}
