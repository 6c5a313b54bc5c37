//! Points in time: epoch milliseconds to dates.

use jiff::tz::TimeZone;

use super::moment_js;
use crate::model::time::Moment;

/// How a point in time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Stamp {
    Iso,
    IsoNoDateIfToday,
    Us,
    UsNoDateIfToday,
    FromNow,
}

/// Writes epoch milliseconds.
pub(super) fn stamp(millis: f64, how: Stamp, zone: &TimeZone, now: Option<Moment>) -> String {
    let today = || now.is_some_and(|now| same_day(moment(millis), now, zone));
    let pattern = match how {
        Stamp::FromNow => {
            if let Some(now) = now {
                return from_now(moment(millis).since(now));
            }
            "YYYY-MM-DD HH:mm:ss"
        }
        Stamp::IsoNoDateIfToday if today() => "HH:mm:ss",
        Stamp::UsNoDateIfToday if today() => "h:mm:ss a",
        Stamp::Iso | Stamp::IsoNoDateIfToday => "YYYY-MM-DD HH:mm:ss",
        Stamp::Us | Stamp::UsNoDateIfToday => "MM/DD/YYYY h:mm:ss a",
    };
    pattern_text(millis, pattern, zone)
}

/// Writes epoch milliseconds by a moment.js pattern.
pub(super) fn pattern_text(millis: f64, pattern: &str, zone: &TimeZone) -> String {
    if millis.is_nan() {
        return "-".to_owned();
    }
    moment_js::format(pattern, &moment(millis).zoned(zone))
}

fn moment(millis: f64) -> Moment {
    Moment((millis * 1_000.0).round() as i64)
}

fn same_day(left: Moment, right: Moment, zone: &TimeZone) -> bool {
    left.zoned(zone).date() == right.zoned(zone).date()
}

/// moment.js `fromNow` with its default thresholds.
fn from_now(micros: i64) -> String {
    let seconds = (micros as f64 / 1e6).abs().round();
    let minutes = (seconds / 60.0).round();
    let hours = (seconds / 3_600.0).round();
    let days = (seconds / 86_400.0).round();
    let months = (seconds / 2_629_746.0).round();
    let years = (seconds / 31_556_952.0).round();
    let text = if seconds < 45.0 {
        "a few seconds".to_owned()
    } else if minutes <= 1.0 {
        "a minute".to_owned()
    } else if minutes < 45.0 {
        format!("{minutes} minutes")
    } else if hours <= 1.0 {
        "an hour".to_owned()
    } else if hours < 22.0 {
        format!("{hours} hours")
    } else if days <= 1.0 {
        "a day".to_owned()
    } else if days < 26.0 {
        format!("{days} days")
    } else if months <= 1.0 {
        "a month".to_owned()
    } else if months < 11.0 {
        format!("{months} months")
    } else if years <= 1.0 {
        "a year".to_owned()
    } else {
        format!("{years} years")
    };
    if micros > 0 {
        format!("in {text}")
    } else {
        format!("{text} ago")
    }
}
