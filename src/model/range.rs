//! Durations and time ranges as people type them.

use std::time::Duration;

use super::time::{Moment, TimeWindow};
use jiff::tz::TimeZone;

/// A time range relative to now (or, later, fixed): what a dashboard or a viewer asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RangeSpec {
    /// As typed, for the header: `1h`, `now-2d/d to now-1d/d`.
    pub text: String,
    /// Microseconds back from now.
    pub micros: i64,
}

impl RangeSpec {
    /// Reads a range such as `1h`; the error is a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let micros = parse_duration(text)?.as_micros();
        Ok(Self {
            text: text.to_owned(),
            micros: i64::try_from(micros).map_err(|_| format!("`{text}` is too long"))?,
        })
    }

    /// The window this range means at `now` in `zone`.
    pub fn resolve(&self, now: Moment, zone: &TimeZone) -> TimeWindow {
        let _ = zone;
        TimeWindow {
            from: Moment(now.0 - self.micros),
            to: now,
        }
    }
}

/// Reads a duration such as `500ms`, `5s`, `1h30m`, `2d`, `1w`; the error is a sentence.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration such as `500ms`, `5s`, `1h30m` or `2d`");
    let mut rest = text.trim();
    let mut total: u64 = 0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_alphabetic()).len();
        let (unit, after) = after.split_at(letters);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let millis = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(millis).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = after;
    }
    Ok(Duration::from_millis(total))
}
