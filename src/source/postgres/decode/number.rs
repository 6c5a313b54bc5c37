//! Numbers with every digit they came with.

use std::fmt::Write as _;

use super::buffer::Buffer;
use crate::model::value::Value;

/// `numeric`: groups of four decimal digits (`src/backend/utils/adt/numeric.c`).
pub(super) fn numeric(from: &mut Buffer<'_>) -> Option<String> {
    let count = from.u16()?;
    let weight = i32::from(from.i16()?);
    let sign = from.u16()?;
    let scale = usize::from(from.u16()?);
    let groups = from.take(usize::from(count) * 2)?;
    match sign {
        0x0000 | 0x4000 => {}
        0xC000 => return Some("NaN".to_owned()),
        0xD000 => return Some("Infinity".to_owned()),
        0xF000 => return Some("-Infinity".to_owned()),
        _ => return None,
    }
    let group = |index: i32| {
        usize::try_from(index)
            .ok()
            .and_then(|index| groups.get(index * 2..index * 2 + 2))
            .map_or(0, |pair| u16::from_be_bytes([pair[0], pair[1]]))
    };
    let mut text = String::with_capacity(usize::from(count) * 4 + scale.min(64) + 2);
    if sign == 0x4000 {
        text.push('-');
    }
    let _ = write!(text, "{}", group(0) * u16::from(weight >= 0));
    for index in 1..=weight {
        let _ = write!(text, "{:04}", group(index));
    }
    if scale > 0 {
        text.push('.');
        let end = text.len() + scale;
        let mut index = weight + 1;
        while text.len() < end {
            // Before the first group there are zeros: 0.00001 has weight -2.
            let _ = write!(text, "{:04}", group(index));
            index += 1;
        }
        text.truncate(end);
    }
    Some(text)
}

/// `money`: hundredths. How many digits it means depends on the server's locale; two nearly everywhere.
pub(super) fn money(amount: i64) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let amount = amount.unsigned_abs();
    format!("{sign}{}.{:02}", amount / 100, amount % 100)
}

/// Beyond `i64`, all digits are kept.
pub(super) fn unsigned(number: u64) -> Value {
    i64::try_from(number).map_or_else(|_| Value::Decimal(number.to_string().into()), Value::Int)
}

/// `0.1::float4` is 0.1, not 0.10000000149: the digits that name it among the four-byte numbers.
pub(super) fn float4(number: f32) -> f64 {
    let wide = f64::from(number);
    if !wide.is_finite() || wide.fract() == 0.0 {
        return wide;
    }
    number.to_string().parse().unwrap_or(wide)
}

/// As PostgreSQL writes a `float8`: the shortest digits, with an exponent outside of 1e-4 … 1e15.
pub(super) fn float8(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..15).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => number.to_string(),
    }
}
