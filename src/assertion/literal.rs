//! Numbers as people write them.

use std::ops::Range;

use super::Mistake;
use crate::model::range::parse_duration;
use crate::model::unit::Measure;

/// Suffixes and what they multiply by.
const SUFFIXES: [(&str, f64); 13] = [
    ("%", 0.01),
    ("k", 1e3),
    ("M", 1e6),
    ("G", 1e9),
    ("T", 1e12),
    ("Ki", 1024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
];

/// What a number written like that measures; its value is in parts of the whole, seconds or bytes.
pub(super) fn measure(text: &str) -> Option<Measure> {
    let suffix = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    match suffix {
        "%" => Some(Measure::Share),
        _ if suffix.ends_with('B') => Some(Measure::Data),
        _ if SUFFIXES.iter().any(|(known, _)| *known == suffix) => None,
        _ => parse_duration(text).ok().map(|_| Measure::Time),
    }
}

/// How much `text` is; a duration in seconds.
pub(super) fn value(text: &str, span: Range<usize>) -> Result<f64, Mistake> {
    let plain = text.parse::<f64>().ok();
    let value = plain.or_else(|| {
        let (suffix, factor) = SUFFIXES
            .iter()
            .rev()
            .find(|(suffix, _)| text.ends_with(suffix))?;
        let digits = text.strip_suffix(suffix)?;
        let number = digits.parse::<f64>().ok()?;
        // A hundredth is not a number of its own: 7% is the number that 0.07 is.
        Some(if *suffix == "%" {
            number / 100.0
        } else {
            number * factor
        })
    });
    if let Some(value) = value {
        return if value.is_finite() {
            Ok(value)
        } else {
            Err(Mistake::new(span, format!("`{text}` is too large")))
        };
    }
    match parse_duration(text) {
        Ok(duration) => Ok(duration.as_secs_f64()),
        Err(why) => {
            let known = "a number may end in %, k, M, G, T, Ki, Mi, Gi, Ti (with B or not), or be a duration such as 5m";
            let message =
                if text.ends_with(|c: char| c.is_ascii_digit()) || why.contains("unknown unit") {
                    format!("`{text}` is not a number")
                } else {
                    why
                };
            Err(Mistake::new(span, message).hint(known))
        }
    }
}
