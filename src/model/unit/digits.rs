//! Digits as JavaScript and Grafana's `toFixed` write them.

use std::fmt::Write as _;

/// How many decimals Grafana shows where none are configured (`getDecimalsForValue`): none for a
/// whole number, else `1 − ⌊log10 |v|⌋`, one more when `v` in that scale exceeds 2.25. The last
/// step compares the signed value, so a negative number gets one decimal less: as in Grafana.
pub(super) fn auto_decimals(value: f64) -> usize {
    if value % 1.0 == 0.0 || !value.is_finite() {
        return 0;
    }
    let mut decimals = 1 - value.abs().log10().floor() as i32;
    if value * 10_f64.powi(decimals) > 2.25 {
        decimals += 1;
    }
    decimals.max(0) as usize
}

/// Grafana's `toFixed`: rounds half up, pads with zeros; numbers JavaScript would write with an
/// exponent keep it.
pub(super) fn fixed(value: f64, decimals: Option<u8>) -> String {
    if let Some(text) = not_finite(value) {
        return text.to_owned();
    }
    let decimals = decimals.map_or_else(|| auto_decimals(value), usize::from);
    if value == 0.0 {
        return format!("{:.decimals$}", 0.0);
    }
    let factor = 10_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
    let scaled = (value * factor + 0.5).floor();
    let rounded = if scaled.is_finite() {
        scaled / factor
    } else {
        value
    };
    if rounded != 0.0 && has_exponent(rounded) {
        return javascript(rounded);
    }
    // `+ 0.0` makes −0 a plain 0.
    format!("{:.decimals$}", rounded + 0.0)
}

/// What stands for NaN and the infinities.
pub(super) fn not_finite(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("-")
    } else if value == f64::INFINITY {
        Some("∞")
    } else if value == f64::NEG_INFINITY {
        Some("-∞")
    } else {
        None
    }
}

fn has_exponent(value: f64) -> bool {
    value.abs() >= 1e21 || value.abs() < 1e-6
}

/// `String(value)` in JavaScript.
pub(super) fn javascript(value: f64) -> String {
    if value == 0.0 || !value.is_finite() || !has_exponent(value) {
        return not_finite(value).map_or_else(|| (value + 0.0).to_string(), str::to_owned);
    }
    signed_exponent(&format!("{value:e}"))
}

/// `value.toExponential(decimals)` in JavaScript: `1.23e+4`.
pub(super) fn exponential(value: f64, decimals: Option<u8>) -> String {
    let text = match decimals {
        Some(decimals) => format!("{value:.*e}", usize::from(decimals)),
        None => format!("{value:e}"),
    };
    signed_exponent(&text)
}

fn signed_exponent(text: &str) -> String {
    if text.contains("e-") {
        text.to_owned()
    } else {
        text.replace('e', "e+")
    }
}

/// `1234567.8` → `1,234,567.8`; at most `decimals` (3 where none are configured) decimals.
pub(super) fn with_separators(value: f64, decimals: Option<u8>) -> String {
    let most = usize::from(decimals.unwrap_or(3));
    let text = format!("{value:.most$}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, whole) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut grouped = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        grouped.push('.');
        grouped.push_str(fraction);
    }
    if grouped == "-0" {
        "0".to_owned()
    } else {
        grouped
    }
}

/// `value.toString(16)` in upper case; up to eight digits of a fraction.
pub(super) fn hexadecimal(value: f64) -> String {
    let mut text = String::new();
    if value < 0.0 {
        text.push('-');
    }
    let magnitude = value.abs();
    // Writing to a String cannot fail.
    let _ = write!(text, "{:X}", magnitude.trunc() as u128);
    let mut fraction = magnitude.fract();
    if fraction > 0.0 {
        text.push('.');
        for _ in 0..8 {
            fraction *= 16.0;
            let _ = write!(text, "{:X}", fraction.trunc() as u8);
            fraction = fraction.fract();
            if fraction == 0.0 {
                break;
            }
        }
    }
    text
}
