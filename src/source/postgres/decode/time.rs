//! Dates and times: PostgreSQL counts from 2000-01-01, we from 1970-01-01.

use std::fmt::Write as _;

use crate::model::time::Moment;
use crate::model::value::Value;

const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// The last half century that PostgreSQL knows (up to the year 294276) is beyond a [`Moment`] and becomes its last but one.
pub(super) fn moment(micros: i64) -> Moment {
    match micros {
        i64::MIN => Moment::NEG_INFINITY,
        i64::MAX => Moment::INFINITY,
        micros => Moment(
            micros
                .saturating_add(EPOCH_MICROS)
                .clamp(i64::MIN + 1, i64::MAX - 1),
        ),
    }
}

pub(super) fn date(days: i32) -> i32 {
    match days {
        i32::MIN | i32::MAX => days,
        days => days
            .saturating_add(EPOCH_DAYS)
            .clamp(i32::MIN + 1, i32::MAX - 1),
    }
}

/// `13:14:15.5+02`; `west` counts seconds west of Greenwich.
pub(super) fn time_tz(micros: i64, west: i32) -> String {
    let sign = if west > 0 { '-' } else { '+' };
    let offset = west.unsigned_abs();
    let mut text = super::print::clock(micros);
    let _ = write!(text, "{sign}{:02}", offset / 3600);
    let (minutes, seconds) = (offset / 60 % 60, offset % 60);
    if minutes != 0 || seconds != 0 {
        let _ = write!(text, ":{minutes:02}");
    }
    if seconds != 0 {
        let _ = write!(text, ":{seconds:02}");
    }
    text
}

/// Infinite ones exist since PostgreSQL 17.
pub(super) fn interval(micros: i64, days: i32, months: i32) -> Value {
    match (micros, days, months) {
        (i64::MAX, i32::MAX, i32::MAX) => Value::Text("infinity".into()),
        (i64::MIN, i32::MIN, i32::MIN) => Value::Text("-infinity".into()),
        (micros, days, months) => Value::Interval {
            months,
            days,
            micros,
        },
    }
}
