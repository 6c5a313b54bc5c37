//! Dates far beyond jiff's years −9999 to 9999: PostgreSQL's reach from 4713 BC to 5874897.

use crate::model::time::{DAY, HOUR, MINUTE, Moment, SECOND};

/// Year (0 is 1 BC), month and day of a day since 1970-01-01 in the proleptic Gregorian calendar
/// (Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`).
fn from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// `2026-08-01`, and whether ` BC` belongs to the end.
fn date_parts(days: i64) -> (String, bool) {
    let (year, month, day) = from_days(days);
    let before = year <= 0;
    let shown = if before { 1 - year } else { year };
    (format!("{shown:04}-{month:02}-{day:02}"), before)
}

/// `2026-08-01`, `0044-03-15 BC`.
pub(super) fn date(days: i64) -> String {
    let (text, before) = date_parts(days);
    text + if before { " BC" } else { "" }
}

/// A wall-clock reading as if it were UTC: `2026-08-01 12:00:00.5`, `separator` between its halves.
pub(super) fn datetime(at: Moment, separator: char) -> String {
    let (text, before) = date_parts(at.0.div_euclid(DAY));
    let clock = time(at.0.rem_euclid(DAY));
    let era = if before { " BC" } else { "" };
    format!("{text}{separator}{clock}{era}")
}

/// Microseconds as `12:00:00.5`; more than a day goes on counting hours.
pub(super) fn time(micros: i64) -> String {
    let micros = micros.unsigned_abs();
    let part = |size: i64| micros / size.unsigned_abs();
    let mut text = format!(
        "{:02}:{:02}:{:02}",
        part(HOUR),
        part(MINUTE) % 60,
        part(SECOND) % 60
    );
    let fraction = micros % SECOND.unsigned_abs();
    if fraction > 0 {
        let digits = format!("{fraction:06}");
        text.push('.');
        text.push_str(digits.trim_end_matches('0'));
    }
    text
}
