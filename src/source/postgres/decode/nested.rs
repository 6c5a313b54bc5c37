//! Types made of others: arrays, ranges, rows.

use super::Decoder;
use super::buffer::Buffer;
use super::print::print;
use crate::model::value::Value;

/// Rows may hold rows; nobody nests them this deep on purpose.
pub(super) const DEEPEST: u8 = 24;
/// PostgreSQL's `MAXDIM`.
const DIMENSIONS: usize = 6;

/// An array of any number of dimensions; lower bounds are not kept.
pub(super) fn array(from: &mut Buffer<'_>, of: Option<&Decoder>, depth: u8) -> Option<Value> {
    let dimensions = usize::try_from(from.i32()?)
        .ok()
        .filter(|count| *count <= DIMENSIONS)?;
    from.i32()?;
    let element = from.u32()?;
    let own = match of {
        Some(_) => None,
        None => Some(Decoder::built_in(element)?),
    };
    let decoder = of.or(own.as_ref())?;
    if dimensions == 0 {
        return Some(Value::List([].into()));
    }
    let mut sizes = [0; DIMENSIONS];
    let mut total: usize = 1;
    for size in &mut sizes[..dimensions] {
        *size = usize::try_from(from.i32()?).ok()?;
        from.i32()?;
        total = total.checked_mul(*size)?;
    }
    // Every element has a length of four bytes at least.
    if total.checked_mul(4)? > from.0.len() {
        return None;
    }
    level(from, decoder, &sizes[..dimensions], depth)
}

fn level(from: &mut Buffer<'_>, of: &Decoder, sizes: &[usize], depth: u8) -> Option<Value> {
    let (size, deeper) = sizes.split_first()?;
    let items: Option<Vec<Value>> = (0..*size)
        .map(|_| {
            if deeper.is_empty() {
                value(from, of, depth)
            } else {
                level(from, of, deeper, depth)
            }
        })
        .collect();
    Some(Value::List(items?.into()))
}

fn value(from: &mut Buffer<'_>, of: &Decoder, depth: u8) -> Option<Value> {
    match from.field()? {
        None => Some(Value::Null),
        Some(bytes) => of.read(bytes, depth + 1),
    }
}

/// `[1,5)`, as `range_out` writes it.
pub(super) fn range(from: &mut Buffer<'_>, of: &Decoder, depth: u8) -> Option<String> {
    const EMPTY: u8 = 0x01;
    const LOWER_INCLUSIVE: u8 = 0x02;
    const UPPER_INCLUSIVE: u8 = 0x04;
    const LOWER_INFINITE: u8 = 0x08;
    const UPPER_INFINITE: u8 = 0x10;
    let flags = from.u8()?;
    if flags & EMPTY != 0 {
        return Some("empty".to_owned());
    }
    let mut text = String::from(if flags & LOWER_INCLUSIVE != 0 {
        '['
    } else {
        '('
    });
    if flags & LOWER_INFINITE == 0 {
        quoted(&value(from, of, depth)?, "()[],", &mut text);
    }
    text.push(',');
    if flags & UPPER_INFINITE == 0 {
        quoted(&value(from, of, depth)?, "()[],", &mut text);
    }
    text.push(if flags & UPPER_INCLUSIVE != 0 {
        ']'
    } else {
        ')'
    });
    Some(text)
}

/// `{[1,3),[5,7)}`.
pub(super) fn multirange(from: &mut Buffer<'_>, of: &Decoder, depth: u8) -> Option<String> {
    let count = from.count(4)?;
    let mut text = String::from("{");
    for index in 0..count {
        if index > 0 {
            text.push(',');
        }
        let mut inside = Buffer(from.field()??);
        text.push_str(&range(&mut inside, of, depth)?);
    }
    text.push('}');
    Some(text)
}

/// `(a,"b c",)`, as `record_out` writes it.
pub(super) fn composite(
    from: &mut Buffer<'_>,
    fields: &[(u32, Decoder)],
    depth: u8,
) -> Option<String> {
    let count = from.count(8)?;
    let mut text = String::from("(");
    for index in 0..count {
        if index > 0 {
            text.push(',');
        }
        let oid = from.u32()?;
        let known = fields
            .get(index)
            .filter(|(of, _)| *of == oid)
            .or_else(|| fields.iter().find(|(of, _)| *of == oid));
        let field = match known {
            Some((_, decoder)) => value(from, decoder, depth)?,
            None => match from.field()? {
                None => Value::Null,
                Some(bytes) => Decoder::built_in(oid)?.read(bytes, depth + 1)?,
            },
        };
        if field != Value::Null {
            quoted(&field, "(),", &mut text);
        }
    }
    text.push(')');
    Some(text)
}

/// In double quotes where it is empty or holds white space, a quote, a backslash or one of `special`.
fn quoted(value: &Value, special: &str, into: &mut String) {
    let start = into.len();
    print(value, into);
    let text = &into[start..];
    let plain = !text.is_empty()
        && !text
            .chars()
            .any(|c| c.is_ascii_whitespace() || matches!(c, '"' | '\\') || special.contains(c));
    if !plain {
        let inside = text.replace('\\', "\\\\").replace('"', "\"\"");
        into.truncate(start);
        into.push('"');
        into.push_str(&inside);
        into.push('"');
    }
}
