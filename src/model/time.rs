//! Points in time without a clock.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// Microseconds since 1970-01-01T00:00:00Z; PostgreSQL's resolution and wider than its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

impl Moment {
    /// PostgreSQL's `-infinity`.
    pub const NEG_INFINITY: Self = Self(i64::MIN);
    /// PostgreSQL's `infinity`.
    pub const INFINITY: Self = Self(i64::MAX);

    /// `wait` later.
    #[must_use]
    pub fn after(self, wait: std::time::Duration) -> Self {
        Self(
            self.0
                .saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)),
        )
    }

    /// Microseconds from `earlier` to `self`, negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `micros` later (earlier when negative), saturating.
    #[must_use]
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// False for PostgreSQL's two infinities.
    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEG_INFINITY
    }

    /// The same point for jiff, held within its years −9999 to 9999.
    pub fn to_timestamp(self) -> Timestamp {
        Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        })
    }

    /// The same point from jiff; parts of a microsecond are cut.
    pub fn from_timestamp(timestamp: Timestamp) -> Self {
        Self(timestamp.as_microsecond())
    }

    /// The wall clock in `zone`.
    pub fn zoned(self, zone: &TimeZone) -> Zoned {
        self.to_timestamp().to_zoned(zone.clone())
    }

    /// RFC 3339 in UTC with as many fraction digits as it takes: `2026-08-01T11:55:00.5Z`.
    pub fn rfc3339(self) -> String {
        self.to_timestamp().to_string()
    }
}

/// From (inclusive) and to (exclusive) of what a panel shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeWindow {
    /// Start.
    pub from: Moment,
    /// End.
    pub to: Moment,
}

impl TimeWindow {
    /// Length in microseconds, never negative.
    pub fn span(&self) -> i64 {
        self.to.since(self.from).max(0)
    }
}

/// An age in its largest whole unit, for narrow places: `12s`, `3m`, `2h`, `5d`. What lies in the
/// future (a server's clock ahead of ours) is `0s`.
pub fn compact_age(micros: i64) -> String {
    let micros = micros.max(0);
    let (size, letter) = match micros {
        DAY.. => (DAY, 'd'),
        HOUR.. => (HOUR, 'h'),
        MINUTE.. => (MINUTE, 'm'),
        _ => (SECOND, 's'),
    };
    format!("{}{letter}", micros / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc3339_has_only_the_digits_it_needs() {
        assert_eq!(Moment(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Moment(1_500_000).rfc3339(), "1970-01-01T00:00:01.5Z");
        assert_eq!(Moment(-1).rfc3339(), "1969-12-31T23:59:59.999999Z");
    }

    #[test]
    fn moments_beyond_the_calendar_are_held_at_its_ends() {
        assert!(Moment::INFINITY.rfc3339().starts_with("9999-12-30"));
        assert!(Moment::NEG_INFINITY.rfc3339().starts_with("-009999-01"));
        assert!(!Moment::INFINITY.is_finite());
        assert_eq!(Moment::INFINITY.plus(1), Moment::INFINITY);
    }

    #[test]
    fn ages_are_written_in_their_largest_unit() {
        let ages = [
            (-5, "0s"),
            (12 * SECOND, "12s"),
            (MINUTE - 1, "59s"),
            (3 * MINUTE + 59 * SECOND, "3m"),
            (2 * HOUR, "2h"),
            (5 * DAY + HOUR, "5d"),
        ];
        for (micros, text) in ages {
            assert_eq!(compact_age(micros), text, "{micros}");
        }
    }
}
