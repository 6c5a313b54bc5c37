//! Units that change with the size of the number.

use super::Written;
use super::digits::{fixed, not_finite};

/// SI prefixes; the seventh is none. Without c, d, da and h: nobody writes hectowatts.
pub(super) const SI: [&str; 14] = [
    "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E", "Z", "Y",
];
const SI_BASE: i32 = 5;
/// Prefixes of powers of 1024.
pub(super) const BINARY: [&str; 9] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"];
/// `short`.
pub(super) const SHORT: [&str; 9] = [
    "", " K", " Mil", " Bil", " Tri", " Quadr", " Quint", " Sext", " Sept",
];
/// Counts and currencies.
pub(super) const COUNT: [&str; 5] = ["", "K", "M", "B", "T"];
/// `pressurepsi`.
pub(super) const PSI: [&str; 3] = ["psi", "ksi", "Mpsi"];

/// Grafana's `scaledUnits`: the number divided by the power of `factor` that fits it, and which of
/// `steps` suffixes that is; `base` is the suffix of an unscaled number. Zero is unscaled.
pub(super) fn scaled(
    value: f64,
    factor: f64,
    base: i32,
    steps: i32,
    decimals: Option<u8>,
) -> (String, usize) {
    let most = steps - base - 1;
    let mut power = 0;
    if value != 0.0 && value.is_finite() {
        let size = value.abs();
        // Compared with exact powers: a logarithm would put 1000 below 1000 on some machines.
        while power < most && size >= factor.powi(power + 1) {
            power += 1;
        }
        while power > -base && size < factor.powi(power) {
            power -= 1;
        }
    }
    (
        fixed(value / factor.powi(power), decimals),
        (base + power) as usize,
    )
}

/// The lists above are short.
fn count_of(list: &[&str]) -> i32 {
    i32::try_from(list.len()).unwrap_or(i32::MAX)
}

/// `1.50 kW`: `offset` is the prefix the configured unit already has (1 for kW, −1 for mW).
pub(super) fn si(value: f64, unit: &str, offset: i8, decimals: Option<u8>) -> Written {
    let base = SI_BASE + i32::from(offset);
    prefixed(value, 1000.0, &SI, base, unit, decimals)
}

/// `1.50 KiB`.
pub(super) fn binary(value: f64, unit: &str, offset: i8, decimals: Option<u8>) -> Written {
    prefixed(value, 1024.0, &BINARY, i32::from(offset), unit, decimals)
}

fn prefixed(
    value: f64,
    factor: f64,
    prefixes: &[&str],
    base: i32,
    unit: &str,
    decimals: Option<u8>,
) -> Written {
    if let Some(text) = not_finite(value) {
        return Written::bare(text);
    }
    let steps = count_of(prefixes);
    let base = base.clamp(0, steps - 1);
    let (number, step) = scaled(value, factor, base, steps, decimals);
    Written {
        number,
        suffix: format!(" {}{unit}", prefixes[step]),
        ..Written::default()
    }
}

/// `98.8 K`, `1.20ksi`: a suffix of its own for each thousand.
pub(super) fn steps(value: f64, suffixes: &[&str], decimals: Option<u8>) -> Written {
    if let Some(text) = not_finite(value) {
        return Written::bare(text);
    }
    let (number, step) = scaled(value, 1000.0, 0, count_of(suffixes), decimals);
    Written {
        number,
        suffix: suffixes[step].to_owned(),
        ..Written::default()
    }
}

/// `1.20K req/s`.
pub(super) fn count(value: f64, unit: &str, decimals: Option<u8>) -> Written {
    let mut written = steps(value, &COUNT, decimals);
    if value.is_finite() {
        written.suffix.push(' ');
        written.suffix.push_str(unit);
    }
    written
}

/// `-$1.53K`, or `1.53Kkr` where the symbol comes after.
pub(super) fn currency(value: f64, symbol: &str, after: bool, decimals: Option<u8>) -> Written {
    if !value.is_finite() {
        return steps(value, &COUNT, decimals);
    }
    let mut written = steps(value.abs(), &COUNT, decimals);
    if after {
        written.suffix.push_str(symbol);
    } else {
        symbol.clone_into(&mut written.prefix);
    }
    if value < 0.0 {
        written.prefix.insert(0, '-');
    }
    written
}

/// The prefix `text` starts with and what follows it, for `si:kX`: the offset and the unit.
/// A lone prefix letter (`si:m`, metres) is a unit.
pub(super) fn split_si(text: &str) -> (i8, &str) {
    let Some(first) = text.chars().next() else {
        return (0, text);
    };
    let rest = &text[first.len_utf8()..];
    let first = if first == 'μ' { 'µ' } else { first };
    let mut buffer = [0; 4];
    let letter: &str = first.encode_utf8(&mut buffer);
    match SI.iter().position(|prefix| *prefix == letter) {
        Some(index) if !rest.is_empty() => (index as i8 - SI_BASE as i8, rest),
        _ => (0, text),
    }
}
