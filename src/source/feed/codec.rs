//! A [`Published`] as bytes: a version byte, then a zlib stream of the fields in order.
//!
//! Numbers are LEB128 varints (signed ones in zigzag), floats their IEEE 754 bits, texts and byte strings a
//! length and the bytes. Rows go column by column, which compresses best. Reading trusts nothing: every
//! length is held against what is left, and nesting and size are bounded.

mod bytes;

use std::sync::Arc;

use miniz_oxide::deflate::compress_to_vec_zlib;
use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::{Failing, Published, Rows};
pub(in crate::source) use bytes::{Reader, Writer};

/// The first byte; another one is another format.
const VERSION: u8 = 2;
/// Compression: above this there is little to gain and much to pay.
const LEVEL: u8 = 4;
/// A payload of more bytes before compression is not published.
pub const LARGEST: usize = 8 << 20;

/// Larger than [`LARGEST`], by so many bytes in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge(pub usize);

/// Writes a payload.
///
/// # Errors
/// It would be larger than a viewer reads.
pub fn encode(published: &Published) -> Result<Vec<u8>, TooLarge> {
    let mut out = Writer::default();
    out.option(published.rows.as_ref(), |out, rows| {
        out.signed(rows.asked_at.0);
        out.window(rows.window);
        out.timings(rows.timings);
        out.rowset(&rows.rowset, LARGEST);
    });
    out.option(published.failing.as_ref(), |out, failing| {
        out.failure(&failing.why);
        out.signed(failing.retry_at.0);
    });
    if out.bytes.len() > LARGEST {
        return Err(TooLarge(out.bytes.len()));
    }
    let mut bytes = vec![VERSION];
    bytes.extend(compress_to_vec_zlib(&out.bytes, LEVEL));
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
    let mut reader = Reader::new(&plain);
    published(&mut reader)
        .filter(|_| reader.left.is_empty())
        .ok_or(Unreadable::Damaged)
}

fn published(reader: &mut Reader<'_>) -> Option<Published> {
    Some(Published {
        rows: reader.option(rows)?,
        failing: reader.option(failing)?,
    })
}

fn failing(reader: &mut Reader<'_>) -> Option<Failing> {
    Some(Failing {
        why: Arc::new(reader.failure()?),
        retry_at: reader.moment()?,
    })
}

fn rows(reader: &mut Reader<'_>) -> Option<Rows> {
    Some(Rows {
        asked_at: reader.moment()?,
        window: reader.window()?,
        timings: reader.timings()?,
        rowset: Arc::new(reader.rowset()?),
    })
}

#[cfg(test)]
mod tests;
