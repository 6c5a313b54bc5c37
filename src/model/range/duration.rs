//! Durations as people type them.

use std::fmt::Write as _;
use std::time::Duration;

/// Nanoseconds per unit, largest first.
const UNITS: [(&str, u128); 9] = [
    ("w", 7 * 86_400_000_000_000),
    ("d", 86_400_000_000_000),
    ("h", 3_600_000_000_000),
    ("m", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", 1),
];

/// Reads `500ms`, `5s`, `1h30m`, `1.5h`, `2d`, `1w`. Days have 24 hours here. Zero is refused: no
/// duration of a configuration means anything then.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let trimmed = text.trim();
    let mut rest = trimmed;
    let mut total = 0_u128;
    if rest.is_empty() {
        return Err("an empty duration; write `5s`, `1m30s`, `2h` or `500ms`".to_owned());
    }
    while !rest.is_empty() {
        let digits = prefix(rest, |c| c.is_ascii_digit() || c == '.');
        let (number, after) = rest.split_at(digits);
        if number.is_empty() {
            return Err(format!(
                "`{trimmed}` is not a duration; write `5s`, `1m30s`, `2h` or `500ms`"
            ));
        }
        let (unit, next) = after.split_at(prefix(after, char::is_alphabetic));
        let size = UNITS.iter().find(|(name, _)| *name == unit);
        let Some((_, size)) = size else {
            return Err(unknown(trimmed, number, unit));
        };
        let too_long = || format!("`{trimmed}` is too long");
        let part = nanoseconds(number, *size).ok_or_else(|| {
            if number.matches('.').count() > 1 || number == "." {
                format!("`{number}` is not a number")
            } else {
                too_long()
            }
        })?;
        total = total.checked_add(part).ok_or_else(too_long)?;
        rest = next.trim_start();
    }
    if total == 0 {
        return Err(format!("`{trimmed}` must be more than zero"));
    }
    // 292 years fit into i64 microseconds a thousand times over; nobody polls that rarely.
    u64::try_from(total)
        .map(Duration::from_nanos)
        .map_err(|_| format!("`{trimmed}` is too long"))
}

/// Writes a duration so that [`parse_duration`] reads it again, largest units first: `1h30m`.
pub fn duration_text(duration: Duration) -> String {
    let mut rest = duration.as_nanos();
    let mut text = String::new();
    for (name, size) in UNITS.iter().filter(|(name, _)| *name != "us") {
        let count = rest / size;
        if count > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, "{count}{name}");
            rest %= size;
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

fn prefix(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.len() - text.trim_start_matches(accept).len()
}

/// `1.5` × size, without the rounding of floats.
fn nanoseconds(number: &str, size: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) || fraction.len() > 18 {
        return None;
    }
    let whole: u128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let mut total = whole.checked_mul(size)?;
    if !fraction.is_empty() {
        let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        total = total.checked_add(fraction.parse::<u128>().ok()?.checked_mul(size)? / scale)?;
    }
    Some(total)
}

fn unknown(text: &str, number: &str, unit: &str) -> String {
    match unit {
        "" => format!("`{text}` needs a unit, such as `{number}s`"),
        "M" | "y" | "mo" => format!(
            "`{text}`: months and years differ in length; write days (`30d`) or weeks (`4w`)"
        ),
        "min" | "mins" | "minutes" | "minute" => format!("`{text}`: write `{number}m`"),
        "sec" | "secs" | "seconds" | "second" => format!("`{text}`: write `{number}s`"),
        "hour" | "hours" | "hr" => format!("`{text}`: write `{number}h`"),
        "day" | "days" => format!("`{text}`: write `{number}d`"),
        _ => format!("`{text}`: unknown unit `{unit}` (ms s m h d w)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_typed() {
        let cases = [
            ("500ms", 500),
            ("5s", 5_000),
            ("1h30m", 5_400_000),
            ("1h 30m", 5_400_000),
            ("1.5h", 5_400_000),
            ("0.1s", 100),
            ("2d", 172_800_000),
            ("1w", 604_800_000),
        ];
        for (text, millis) in cases {
            assert_eq!(
                parse_duration(text),
                Ok(Duration::from_millis(millis)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["1ms", "1h30m", "1w2d", "90m", "1500ms", "250µs"] {
            let duration = parse_duration(text).unwrap();
            assert_eq!(parse_duration(&duration_text(duration)), Ok(duration));
        }
        assert_eq!(duration_text(Duration::from_secs(90)), "1m30s");
        assert_eq!(duration_text(Duration::ZERO), "0s");
    }

    #[test]
    fn bad_durations_say_what_to_write() {
        let cases = [
            ("", "empty"),
            ("5", "`5s`"),
            ("soon", "not a duration"),
            ("5min", "`5m`"),
            ("1M", "30d"),
            ("5x", "unknown unit `x`"),
            ("0s", "more than zero"),
            ("1..5s", "not a number"),
            ("99999999999999999999w", "too long"),
            ("-5s", "not a duration"),
        ];
        for (text, part) in cases {
            let why = parse_duration(text).unwrap_err();
            assert!(why.contains(part), "{text}: {why}");
        }
    }
}
