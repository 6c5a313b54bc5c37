//! Types that are shown as text: addresses, bits, shapes, and what extensions bring.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::buffer::Buffer;
use super::number::float8;
use super::text;

/// `"char"`: one byte; beyond ASCII as PostgreSQL 16 shows it, in octal.
pub(super) fn char(byte: u8) -> Box<str> {
    match byte {
        0 => "".into(),
        1..128 => text(&[byte]),
        _ => format!("\\{byte:03o}").into(),
    }
}

/// `inet` and `cidr`: family, bits, is-cidr, length, address.
pub(super) fn inet(from: &mut Buffer<'_>) -> Option<String> {
    let _family = from.u8()?;
    let bits = from.u8()?;
    let cidr = from.u8()? != 0;
    let (address, full) = match from.u8()? {
        4 => (Ipv4Addr::from(from.array::<4>()?).to_string(), 32),
        16 => (Ipv6Addr::from(from.array::<16>()?).to_string(), 128),
        _ => return None,
    };
    Some(if bits == full && !cidr {
        address
    } else {
        format!("{address}/{bits}")
    })
}

pub(super) fn mac(bytes: &[u8]) -> String {
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}

pub(super) fn bits(from: &mut Buffer<'_>) -> Option<String> {
    let count = usize::try_from(from.i32()?).ok()?;
    let bytes = from.take(count.div_ceil(8))?;
    Some(
        (0..count)
            .map(|at| {
                let set = bytes
                    .get(at / 8)
                    .is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0);
                if set { '1' } else { '0' }
            })
            .collect(),
    )
}

pub(super) fn point(from: &mut Buffer<'_>) -> Option<String> {
    let (x, y) = (from.f64()?, from.f64()?);
    Some(format!("({},{})", float8(x), float8(y)))
}

pub(super) fn line(from: &mut Buffer<'_>) -> Option<String> {
    let (a, b, c) = (from.f64()?, from.f64()?, from.f64()?);
    Some(format!("{{{},{},{}}}", float8(a), float8(b), float8(c)))
}

pub(super) fn segment(from: &mut Buffer<'_>) -> Option<String> {
    Some(format!("[{},{}]", point(from)?, point(from)?))
}

pub(super) fn rectangle(from: &mut Buffer<'_>) -> Option<String> {
    Some(format!("{},{}", point(from)?, point(from)?))
}

pub(super) fn path(from: &mut Buffer<'_>) -> Option<String> {
    let closed = from.u8()? != 0;
    let points = points(from)?;
    Some(if closed {
        format!("({points})")
    } else {
        format!("[{points}]")
    })
}

pub(super) fn polygon(from: &mut Buffer<'_>) -> Option<String> {
    Some(format!("({})", points(from)?))
}

fn points(from: &mut Buffer<'_>) -> Option<String> {
    let count = from.count(16)?;
    let all: Option<Vec<String>> = (0..count).map(|_| point(from)).collect();
    Some(all?.join(","))
}

pub(super) fn circle(from: &mut Buffer<'_>) -> Option<String> {
    let center = point(from)?;
    Some(format!("<{center},{}>", float8(from.f64()?)))
}

pub(super) fn lsn(position: u64) -> String {
    format!("{:X}/{:X}", position >> 32, position & 0xffff_ffff)
}

/// `xmin:xmax:xip,xip`.
pub(super) fn snapshot(from: &mut Buffer<'_>) -> Option<String> {
    let count = usize::try_from(from.i32()?).ok()?;
    let (min, max) = (from.i64()?, from.i64()?);
    if count.checked_mul(8)? > from.0.len() {
        return None;
    }
    let open: Option<Vec<String>> = (0..count)
        .map(|_| from.i64().map(|id| id.to_string()))
        .collect();
    Some(format!("{min}:{max}:{}", open?.join(",")))
}

/// `'word':1A,2 'other':3`: words and their places, each with a weight in its upper two bits.
pub(super) fn text_vector(from: &mut Buffer<'_>) -> Option<String> {
    let count = from.count(3)?;
    let mut out = String::new();
    for index in 0..count {
        if index > 0 {
            out.push(' ');
        }
        let word = text(from.c_string()?);
        let _ = write!(out, "'{}'", word.replace('\\', "\\\\").replace('\'', "''"));
        for place in 0..from.u16()? {
            let entry = from.u16()?;
            out.push(if place == 0 { ':' } else { ',' });
            let _ = write!(out, "{}", entry & 0x3fff);
            out.push_str(["", "C", "B", "A"][usize::from(entry >> 14)]);
        }
    }
    Some(out)
}

/// `"a"=>"1", "b"=>NULL`.
pub(super) fn hstore(from: &mut Buffer<'_>) -> Option<String> {
    let escape = |bytes: &[u8]| text(bytes).replace('\\', "\\\\").replace('"', "\\\"");
    let count = from.count(8)?;
    let pairs: Option<Vec<String>> = (0..count)
        .map(|_| {
            let key = escape(from.field()??);
            Some(match from.field()? {
                Some(value) => format!("\"{key}\"=>\"{}\"", escape(value)),
                None => format!("\"{key}\"=>NULL"),
            })
        })
        .collect();
    Some(pairs?.join(", "))
}

/// pgvector: `[1,2.5]`.
pub(super) fn vector(from: &mut Buffer<'_>) -> Option<String> {
    let count = from.u16()?;
    from.u16()?;
    let numbers: Option<Vec<String>> = (0..count)
        .map(|_| from.u32().map(|bits| f32::from_bits(bits).to_string()))
        .collect();
    Some(format!("[{}]", numbers?.join(",")))
}
