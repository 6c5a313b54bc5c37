//! A [`Published`] as bytes: a version byte, then a zlib stream of the fields in order.
//!
//! Numbers are LEB128 varints (signed ones in zigzag), floats their IEEE 754 bits, texts and byte strings a
//! length and the bytes. Rows go column by column, which compresses best. Reading trusts nothing: every
//! length is held against what is left, and nesting and size are bounded.

use std::sync::Arc;
use std::time::Duration;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{Published, Rows};
use crate::model::inspection::Timings;
use crate::model::panel_data::Failure;
use crate::model::rowset::{Column, ColumnKind, Rowset};
use crate::model::text::sanitize;
use crate::model::time::{Moment, TimeWindow};
use crate::model::value::Value;

/// The first byte; another one is another format.
const VERSION: u8 = 1;
/// Compression: above this there is little to gain and much to pay.
const LEVEL: u8 = 4;
/// A payload of more bytes before compression is not published.
pub const LARGEST: usize = 8 << 20;
/// A value takes more room in memory than in a payload: so many are read at most.
const MOST_VALUES: usize = 2_000_000;
/// Arrays in arrays at most; PostgreSQL has six dimensions.
const DEEPEST: usize = 16;

/// Larger than [`LARGEST`], by so many bytes in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge(pub usize);

/// Writes a payload.
///
/// # Errors
/// It would be larger than a viewer reads.
pub fn encode(published: &Published) -> Result<Vec<u8>, TooLarge> {
    let mut out = Writer(Vec::new());
    out.option(published.rows.as_ref(), |out, rows| {
        out.signed(rows.asked_at.0);
        out.signed(rows.window.from.0);
        out.signed(rows.window.to.0);
        for part in [
            rows.timings.wait,
            rows.timings.round_trip,
            rows.timings.decode,
        ] {
            out.number(u64::try_from(part.as_micros()).unwrap_or(u64::MAX));
        }
        out.rowset(&rows.rowset);
    });
    out.option(published.failing.as_deref(), |out, why| {
        out.text(&why.summary);
        out.number(why.details.len() as u64);
        why.details.iter().for_each(|line| out.text(line));
    });
    if out.0.len() > LARGEST {
        return Err(TooLarge(out.0.len()));
    }
    let mut bytes = vec![VERSION];
    bytes.extend(compress_to_vec_zlib(&out.0, LEVEL));
    Ok(bytes)
}

/// Why a payload cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Another version of the format.
    #[error("the collector publishes in version {0} of the format: run the same version of kpi")]
    Version(u8),
    /// Not this format at all.
    #[error("a published result is damaged")]
    Damaged,
}

/// Reads a payload.
///
/// # Errors
/// It is none.
pub fn decode(bytes: &[u8]) -> Result<Published, Unreadable> {
    let body = match bytes.split_first() {
        Some((&VERSION, body)) => body,
        Some((other, _)) => return Err(Unreadable::Version(*other)),
        None => return Err(Unreadable::Damaged),
    };
    let plain =
        decompress_to_vec_zlib_with_limit(body, LARGEST).map_err(|_| Unreadable::Damaged)?;
    let mut reader = Reader(&plain, MOST_VALUES);
    reader
        .published()
        .filter(|_| reader.0.is_empty())
        .ok_or(Unreadable::Damaged)
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend(bytes);
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.push(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn rowset(&mut self, rows: &Rowset) {
        self.0.push(u8::from(rows.truncated));
        self.number(rows.len() as u64);
        self.number(rows.columns.len() as u64);
        for column in &rows.columns {
            self.text(&column.name);
            self.text(&column.type_name);
            self.0.push(match column.kind {
                ColumnKind::Number => 0,
                ColumnKind::Time => 1,
                ColumnKind::Bool => 2,
                ColumnKind::Text => 3,
                ColumnKind::Json => 4,
            });
            column.values.iter().for_each(|value| self.value(value));
            if self.0.len() > LARGEST {
                // It is refused anyway: no need to write the rest.
                return;
            }
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.push(0),
            Value::Bool(flag) => self.0.extend([1, u8::from(*flag)]),
            Value::Int(number) => {
                self.0.push(2);
                self.signed(*number);
            }
            Value::Float(number) => {
                self.0.push(3);
                self.0.extend(number.to_bits().to_le_bytes());
            }
            Value::Decimal(text) => self.tagged(4, text),
            Value::Text(text) => self.tagged(5, text),
            Value::Bytes(bytes) => {
                self.0.push(6);
                self.bytes(bytes);
            }
            Value::Timestamp(at) => {
                self.0.push(7);
                self.signed(at.0);
            }
            Value::Datetime(at) => {
                self.0.push(8);
                self.signed(at.0);
            }
            Value::Date(days) => {
                self.0.push(9);
                self.signed((*days).into());
            }
            Value::Time(micros) => {
                self.0.push(10);
                self.signed(*micros);
            }
            Value::Interval {
                months,
                days,
                micros,
            } => {
                self.0.push(11);
                self.signed((*months).into());
                self.signed((*days).into());
                self.signed(*micros);
            }
            Value::Uuid(id) => {
                self.0.push(12);
                self.0.extend(id);
            }
            Value::Json(text) => self.tagged(13, text),
            Value::List(items) => {
                self.0.push(14);
                self.number(items.len() as u64);
                items.iter().for_each(|item| self.value(item));
            }
            Value::Undecoded(text) => self.tagged(15, text),
        }
    }

    fn tagged(&mut self, tag: u8, text: &str) {
        self.0.push(tag);
        self.text(text);
    }
}

/// What is left, and how many values there may still be.
struct Reader<'a>(&'a [u8], usize);

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    fn number(&mut self) -> Option<u64> {
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

    fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    fn small(&mut self) -> Option<i32> {
        self.signed()?.try_into().ok()
    }

    fn moment(&mut self) -> Option<Moment> {
        self.signed().map(Moment)
    }

    /// How many things follow, each of at least one byte: a false count must not make room for them.
    fn count(&mut self) -> Option<usize> {
        let count = usize::try_from(self.number()?).ok()?;
        (count <= self.0.len()).then_some(count)
    }

    fn bytes(&mut self) -> Option<&[u8]> {
        let count = self.count()?;
        self.take(count)
    }

    /// Cleaned again: what is in Redis may come from anybody.
    fn text(&mut self) -> Option<Box<str>> {
        let text = std::str::from_utf8(self.bytes()?).ok()?;
        Some(sanitize(text).into())
    }

    /// Whether something follows.
    fn is_there(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn published(&mut self) -> Option<Published> {
        let mut published = Published {
            rows: None,
            failing: None,
        };
        if self.is_there()? {
            published.rows = Some(self.rows()?);
        }
        if self.is_there()? {
            published.failing = Some(Arc::new(self.failure()?));
        }
        Some(published)
    }

    fn rows(&mut self) -> Option<Rows> {
        Some(Rows {
            asked_at: self.moment()?,
            window: TimeWindow {
                from: self.moment()?,
                to: self.moment()?,
            },
            timings: Timings {
                wait: Duration::from_micros(self.number()?),
                round_trip: Duration::from_micros(self.number()?),
                decode: Duration::from_micros(self.number()?),
            },
            rowset: Arc::new(self.rowset()?),
        })
    }

    fn failure(&mut self) -> Option<Failure> {
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

    fn rowset(&mut self) -> Option<Rowset> {
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
            if length > self.0.len() {
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

    fn value(&mut self, depth: usize) -> Option<Value> {
        self.1 = self.1.checked_sub(1)?;
        Some(match self.byte()? {
            0 => Value::Null,
            1 => Value::Bool(self.byte()? == 1),
            2 => Value::Int(self.signed()?),
            3 => {
                let bits = self.take(8)?.try_into().ok()?;
                Value::Float(f64::from_bits(u64::from_le_bytes(bits)))
            }
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

#[cfg(test)]
mod tests;
