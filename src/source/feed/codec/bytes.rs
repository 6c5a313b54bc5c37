//! Numbers, texts and rows as bytes, and back.

use std::time::Duration;

use crate::model::inspection::Timings;
use crate::model::panel_data::Failure;
use crate::model::rowset::{Column, ColumnKind, Rowset};
use crate::model::text::sanitize;
use crate::model::time::{Moment, TimeWindow};
use crate::model::value::Value;

/// A value takes more room in memory than in a payload: so many are read at most.
const MOST_VALUES: usize = 2_000_000;
/// Arrays in arrays at most; PostgreSQL has six dimensions.
const DEEPEST: usize = 16;

/// What is written so far.
#[derive(Debug, Default)]
pub(in crate::source) struct Writer {
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Writer {
    pub fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend(bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    pub fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.bytes.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    pub fn window(&mut self, window: TimeWindow) {
        self.signed(window.from.0);
        self.signed(window.to.0);
    }

    pub fn timings(&mut self, timings: Timings) {
        for part in [timings.wait, timings.round_trip, timings.decode] {
            self.number(u64::try_from(part.as_micros()).unwrap_or(u64::MAX));
        }
    }

    pub fn failure(&mut self, why: &Failure) {
        self.text(&why.summary);
        self.number(why.details.len() as u64);
        why.details.iter().for_each(|line| self.text(line));
    }

    /// The rows; not all of them where more than `most` bytes are there: that is refused anyway.
    pub fn rowset(&mut self, rows: &Rowset, most: usize) {
        self.bytes.push(u8::from(rows.truncated));
        self.number(rows.len() as u64);
        self.number(rows.columns.len() as u64);
        for column in &rows.columns {
            self.text(&column.name);
            self.text(&column.type_name);
            self.bytes.push(match column.kind {
                ColumnKind::Number => 0,
                ColumnKind::Time => 1,
                ColumnKind::Bool => 2,
                ColumnKind::Text => 3,
                ColumnKind::Json => 4,
            });
            column.values.iter().for_each(|value| self.value(value));
            if self.bytes.len() > most {
                return;
            }
        }
    }

    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes.push(0),
            Value::Bool(flag) => self.bytes.extend([1, u8::from(*flag)]),
            Value::Int(number) => {
                self.bytes.push(2);
                self.signed(*number);
            }
            Value::Float(number) => {
                self.bytes.push(3);
                self.bytes.extend(number.to_bits().to_le_bytes());
            }
            Value::Decimal(text) => self.tagged(4, text),
            Value::Text(text) => self.tagged(5, text),
            Value::Bytes(bytes) => {
                self.bytes.push(6);
                self.bytes(bytes);
            }
            Value::Timestamp(at) => {
                self.bytes.push(7);
                self.signed(at.0);
            }
            Value::Datetime(at) => {
                self.bytes.push(8);
                self.signed(at.0);
            }
            Value::Date(days) => {
                self.bytes.push(9);
                self.signed((*days).into());
            }
            Value::Time(micros) => {
                self.bytes.push(10);
                self.signed(*micros);
            }
            Value::Interval {
                months,
                days,
                micros,
            } => {
                self.bytes.push(11);
                self.signed((*months).into());
                self.signed((*days).into());
                self.signed(*micros);
            }
            Value::Uuid(id) => {
                self.bytes.push(12);
                self.bytes.extend(id);
            }
            Value::Json(text) => self.tagged(13, text),
            Value::List(items) => {
                self.bytes.push(14);
                self.number(items.len() as u64);
                items.iter().for_each(|item| self.value(item));
            }
            Value::Undecoded(text) => self.tagged(15, text),
        }
    }

    pub fn tagged(&mut self, tag: u8, text: &str) {
        self.bytes.push(tag);
        self.text(text);
    }
}

/// Reads what may come from anybody.
#[derive(Debug)]
pub(in crate::source) struct Reader<'a> {
    /// What is left.
    pub left: &'a [u8],
    /// How many values there may still be.
    values: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            left: bytes,
            values: MOST_VALUES,
        }
    }

    pub fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, rest) = self.left.split_at_checked(count)?;
        self.left = rest;
        Some(head)
    }

    pub fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    pub fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    pub fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    pub fn small(&mut self) -> Option<i32> {
        self.signed()?.try_into().ok()
    }

    pub fn moment(&mut self) -> Option<Moment> {
        self.signed().map(Moment)
    }

    /// How many things follow, each of at least one byte: a false count must not make room for them.
    pub fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.left.len()).then_some(count)
    }

    pub fn bytes(&mut self) -> Option<&[u8]> {
        let count = self.count()?;
        self.take(count)
    }

    /// Cleaned again: what is in Redis may come from anybody.
    pub fn text(&mut self) -> Option<Box<str>> {
        let text = std::str::from_utf8(self.bytes()?).ok()?;
        Some(sanitize(text).into())
    }

    pub fn float(&mut self) -> Option<f64> {
        let bits = self.take(8)?.try_into().ok()?;
        Some(f64::from_bits(u64::from_le_bytes(bits)))
    }

    /// What may follow; none where that cannot be read.
    #[expect(
        clippy::option_option,
        reason = "unreadable is not the same as not there"
    )]
    pub fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    pub fn window(&mut self) -> Option<TimeWindow> {
        Some(TimeWindow {
            from: self.moment()?,
            to: self.moment()?,
        })
    }

    pub fn timings(&mut self) -> Option<Timings> {
        Some(Timings {
            wait: Duration::from_micros(self.number()?),
            round_trip: Duration::from_micros(self.number()?),
            decode: Duration::from_micros(self.number()?),
        })
    }

    pub fn failure(&mut self) -> Option<Failure> {
        let summary = self.text()?.into();
        let count = self.count()?;
        let details = (0..count).map(|_| self.text().map(String::from));
        let details = details.collect::<Option<_>>()?;
        Some(Failure {
            summary,
            details,
            at: None,
        })
    }

    pub fn rowset(&mut self) -> Option<Rowset> {
        let truncated = self.byte()? == 1;
        let length = usize::try_from(self.number()?).ok()?;
        let count = self.count()?;
        let columns = (0..count).map(|_| {
            let name = self.text()?.into();
            let type_name = self.text()?.into();
            let kind = match self.byte()? {
                0 => ColumnKind::Number,
                1 => ColumnKind::Time,
                2 => ColumnKind::Bool,
                3 => ColumnKind::Text,
                4 => ColumnKind::Json,
                _ => return None,
            };
            if length > self.left.len() {
                return None;
            }
            let values = (0..length).map(|_| self.value(0));
            Some(Column {
                name,
                type_name,
                kind,
                values: values.collect::<Option<_>>()?,
            })
        });
        Some(Rowset {
            columns: columns.collect::<Option<_>>()?,
            truncated,
        })
    }

    pub fn value(&mut self, depth: usize) -> Option<Value> {
        self.values = self.values.checked_sub(1)?;
        Some(match self.byte()? {
            0 => Value::Null,
            1 => Value::Bool(self.byte()? == 1),
            2 => Value::Int(self.signed()?),
            3 => Value::Float(self.float()?),
            4 => Value::Decimal(self.text()?),
            5 => Value::Text(self.text()?),
            6 => Value::Bytes(self.bytes()?.into()),
            7 => Value::Timestamp(self.moment()?),
            8 => Value::Datetime(self.moment()?),
            9 => Value::Date(self.small()?),
            10 => Value::Time(self.signed()?),
            11 => Value::Interval {
                months: self.small()?,
                days: self.small()?,
                micros: self.signed()?,
            },
            12 => Value::Uuid(self.take(16)?.try_into().ok()?),
            13 => Value::Json(self.text()?),
            14 if depth < DEEPEST => {
                let count = self.count()?;
                let items = (0..count).map(|_| self.value(depth + 1));
                Value::List(items.collect::<Option<_>>()?)
            }
            15 => Value::Undecoded(self.text()?),
            _ => return None,
        })
    }
}
