//! Points in time without a clock.

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
        Self(self.0.saturating_add(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Microseconds from `earlier` to `self`, negative when `earlier` is later.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// RFC 3339 in UTC with as many fraction digits as it takes: `2026-08-01T11:55:00.5Z`.
    pub fn rfc3339(self) -> String {
        jiff::Timestamp::from_microsecond(self.0)
            .map_or_else(|_| String::new(), |time| time.to_string())
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
