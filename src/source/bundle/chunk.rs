//! Chunks: bytes that stand for themselves, and finding them again in a file that is damaged.

use std::ops::Range;

use miniz_oxide::deflate::compress_to_vec_zlib;
use sha2::{Digest, Sha256};

/// Before each chunk; not the beginning of any text.
const MARKER: [u8; 4] = [0xb5, b'K', b'P', b'C'];
/// Bytes of a check.
const CHECK: usize = 8;
/// Kind, length of the key, stored and plain size, check of the body.
const FIELDS: usize = 1 + 2 + 4 + 4 + CHECK;
/// Chunks read at most.
const MOST: usize = 20_000;
/// Compression: a file is written once and sent around.
const LEVEL: u8 = 7;

/// What a chunk holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Contents = 1,
    Definitions = 2,
    Panel = 3,
    Choices = 4,
    Annotations = 5,
    Events = 6,
}

/// A chunk whose head is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub kind: u8,
    pub key: Range<usize>,
    /// None for one that is damaged.
    pub body: Option<Body>,
}

/// Where a body is, and how large it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub at: Range<usize>,
    pub plain: usize,
}

/// Writes a chunk.
pub(super) fn put(out: &mut Vec<u8>, kind: Kind, key: &[u8], plain: &[u8]) {
    let body = compress_to_vec_zlib(plain, LEVEL);
    out.extend(MARKER);
    let head = out.len();
    out.push(kind as u8);
    // Names are held to much less by the configuration; a longer key would not be found again.
    out.extend((key.len() as u16).to_le_bytes());
    out.extend((body.len() as u32).to_le_bytes());
    out.extend((plain.len() as u32).to_le_bytes());
    out.extend(check(&body));
    out.extend(key);
    let sum = check(&out[head..]);
    out.extend(sum);
    out.extend(body);
}

/// The chunks of a file in their order, and whether there is anything else in it.
pub(super) fn scan(bytes: &[u8]) -> (Vec<Chunk>, bool) {
    let mut chunks = Vec::new();
    let mut is_damaged = false;
    // The file's own head is no chunk.
    let mut at = 8.min(bytes.len());
    // A file whose chunks claim each other's bytes must not cost the square of its size.
    let mut patience = bytes.len().saturating_mul(4);
    while at < bytes.len() && chunks.len() < MOST {
        let Some((chunk, next)) = chunk_at(bytes, at, &mut patience) else {
            is_damaged = true;
            let Some(found) = marker_after(bytes, at + 1) else {
                break;
            };
            at = found;
            continue;
        };
        is_damaged |= chunk.body.is_none();
        chunks.push(chunk);
        at = next;
    }
    (chunks, is_damaged)
}

fn marker_after(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found = rest.windows(MARKER.len()).position(|some| some == MARKER)?;
    Some(from + found)
}

/// The chunk that begins here, and where the next one may; none where no head is whole.
fn chunk_at(bytes: &[u8], at: usize, patience: &mut usize) -> Option<(Chunk, usize)> {
    let rest = bytes.get(at..)?.strip_prefix(&MARKER)?;
    let head = at + MARKER.len();
    let number = |from: usize, count: usize| -> Option<usize> {
        let digits = rest.get(from..from + count)?.iter().rev();
        Some(digits.fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let (key, stored, plain) = (number(1, 2)?, number(3, 4)?, number(7, 4)?);
    let end = FIELDS + key;
    if rest.get(end..end + CHECK)? != check(rest.get(..end)?) {
        return None;
    }
    let start = head + end + CHECK;
    let stop = start.checked_add(stored)?;
    let body = bytes.get(start..stop).filter(|body| {
        let affordable = body.len() <= *patience;
        *patience = patience.saturating_sub(body.len());
        affordable && check(body) == rest[11..11 + CHECK]
    });
    // The length of a body that is damaged may be right all the same.
    let next = match body {
        Some(_) => stop,
        None if bytes.get(stop..stop + MARKER.len()) == Some(&MARKER) => stop,
        None => start,
    };
    let chunk = Chunk {
        kind: rest[0],
        key: head + FIELDS..head + end,
        body: body.map(|_| Body {
            at: start..stop,
            plain,
        }),
    };
    Some((chunk, next))
}

pub(super) fn check(bytes: &[u8]) -> [u8; CHECK] {
    let mut check = [0; CHECK];
    check.copy_from_slice(&Sha256::digest(bytes)[..CHECK]);
    check
}
