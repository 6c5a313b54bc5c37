//! Durations and time ranges as people type them.

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
    /// The window this range means at `now` in `zone`.
    pub fn resolve(&self, now: Moment, zone: &TimeZone) -> TimeWindow {
        let _ = zone;
        TimeWindow {
            from: Moment(now.0 - self.micros),
            to: now,
        }
    }
}
