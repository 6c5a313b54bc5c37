//! Points in time on the command line.

use jiff::tz::TimeZone;

use crate::model::range::RangeSpec;
use crate::model::time::{Moment, SECOND};

/// Reads what `flag` says: RFC 3339, relative to `now`, or seconds since 1970.
pub(super) fn read(flag: &str, text: &str, now: Moment) -> Result<Moment, String> {
    let text = text.trim();
    point(text, now, &TimeZone::system()).ok_or_else(|| {
        format!(
            "`{text}` is no time for {flag}: write 2026-11-22T09:00:00Z, now-5m, or seconds since 1970"
        )
    })
}

/// The same, and what the end of a range may be besides: `2h ago`, a time or a day on the clocks of `zone`. A day is
/// taken to its end, or to `now` while it lasts.
pub(super) fn read_end(
    flag: &str,
    text: &str,
    now: Moment,
    zone: &TimeZone,
) -> Result<Moment, String> {
    let text = text.trim();
    if let Some(at) = point(text, now, zone) {
        return Ok(at);
    }
    let wrong = || {
        format!(
            "`{text}` is no time for {flag}: write 2026-11-22T09:00:00Z, 2026-11-22 09:00, 2026-11-22, now-2h, \
             2h ago, or seconds since 1970"
        )
    };
    if text.starts_with("now") || text.contains(" to ") {
        return Err(wrong());
    }
    if text.ends_with(" ago") {
        let range = RangeSpec::parse(text).map_err(|_| wrong())?;
        return Ok(range.resolve(now, zone).from);
    }
    let day = RangeSpec::parse(&format!("{text} to {text}"))
        .ok()
        .map(|range| range.resolve(now, zone));
    if let Some(day) = day {
        return Ok(if day.from <= now {
            day.to.min(now)
        } else {
            day.to
        });
    }
    end(text, now, zone).ok_or_else(wrong)
}

/// None for what is no such time.
fn point(text: &str, now: Moment, zone: &TimeZone) -> Option<Moment> {
    if let Some(at) = epoch(text) {
        return Some(at);
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Moment::from_timestamp(at));
    }
    if !text.starts_with("now") || text.contains(' ') {
        return None;
    }
    if text == "now" {
        return Some(now);
    }
    // A range's start rounds down (`now/d` is midnight); its end may lie in the future.
    if text.contains('/') {
        let range = RangeSpec::parse(text).ok()?;
        return Some(range.resolve(now, zone).from);
    }
    end(text, now, zone)
}

/// What `text` means as the end of a range.
fn end(text: &str, now: Moment, zone: &TimeZone) -> Option<Moment> {
    let range = RangeSpec::parse(&format!("now-1000y to {text}")).ok()?;
    Some(range.resolve(now, zone).to)
}

/// `1764579600`, `1764579600.25`; digits beyond microseconds are cut.
fn epoch(text: &str) -> Option<Moment> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(fraction) {
        return None;
    }
    let micros: i64 = format!("{fraction:0<6}")[..6].parse().ok()?;
    let seconds: i64 = whole.parse().ok()?;
    let at = seconds.checked_mul(SECOND)?.checked_add(micros)?;
    let at = Moment(at.checked_mul(sign)?);
    // Within the calendar, or it would be held at its end.
    (Moment::from_timestamp(at.to_timestamp()) == at).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_795_338_000_000_000); // 2026-11-22T09:00:00Z

    #[test]
    fn times_are_rfc3339_relative_or_seconds() {
        for (text, wanted) in [
            ("2026-11-22T08:55:00Z", "2026-11-22T08:55:00Z"),
            ("2026-11-22T09:55:00+01:00", "2026-11-22T08:55:00Z"),
            ("now", "2026-11-22T09:00:00Z"),
            ("now-5m", "2026-11-22T08:55:00Z"),
            ("now+1h", "2026-11-22T10:00:00Z"),
            ("1795337700", "2026-11-22T08:55:00Z"),
            ("1795337700.25", "2026-11-22T08:55:00.25Z"),
            ("-1.5", "1969-12-31T23:59:58.5Z"),
        ] {
            assert_eq!(
                read("--at", text, NOW).map(Moment::rfc3339),
                Ok(wanted.to_owned()),
                "{text}"
            );
        }
        for wrong in [
            "",
            "yesterday",
            "now-5",
            "now -5m",
            "12:00",
            "1e9",
            "99999999999999999",
        ] {
            let why = read("--at", wrong, NOW).expect_err(wrong);
            assert!(why.contains("--at"), "{why}");
        }
    }

    #[test]
    fn an_end_may_be_a_day_or_a_time_of_the_zone() {
        let zone = TimeZone::get("Europe/Berlin").expect("a known zone");
        let read = |text| read_end("--at", text, NOW, &zone).map(Moment::rfc3339);
        for (text, wanted) in [
            ("2026-11-21", "2026-11-21T22:59:59.999Z"),
            // Clocks went back that night: a day of 25 hours.
            ("2026-10-25", "2026-10-25T22:59:59.999Z"),
            ("2026-11-22", "2026-11-22T09:00:00Z"),
            ("2026-11-23", "2026-11-23T22:59:59.999Z"),
            ("2026-11-21 09:00", "2026-11-21T08:00:00Z"),
            ("2026-11-21T09:00:30", "2026-11-21T08:00:30Z"),
            ("2h ago", "2026-11-22T07:00:00Z"),
            ("now/d", "2026-11-21T23:00:00Z"),
            ("now-2h", "2026-11-22T07:00:00Z"),
            ("2026-11-22T08:55:00Z", "2026-11-22T08:55:00Z"),
            ("1795337700", "2026-11-22T08:55:00Z"),
        ] {
            assert_eq!(read(text), Ok(wanted.to_owned()), "{text}");
        }
        for wrong in [
            "",
            "yesterday",
            "12:00",
            "2h",
            "last 2 hours",
            "2026-13-01",
            "2026-11-20 to 2026-11-21",
            "to 2026-11-21",
            "soon ago",
        ] {
            let why = read(wrong).expect_err(wrong);
            assert!(why.contains("2026-11-22 09:00"), "{why}");
        }
    }
}
