//! Comparing with an earlier time: which window, and where its points lie on today's axis.

use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

use super::time::{Moment, TimeWindow};

/// What is drawn beside the data.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// Nothing.
    #[default]
    Off,
    /// The window of the same length right before.
    PreviousPeriod,
    /// The same local time a day earlier.
    Yesterday,
    /// The same local time a week earlier.
    LastWeek,
}

impl Compare {
    /// In the order the key goes through them.
    pub const ALL: [Self; 4] = [
        Self::Off,
        Self::PreviousPeriod,
        Self::Yesterday,
        Self::LastWeek,
    ];

    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Off => Self::PreviousPeriod,
            Self::PreviousPeriod => Self::Yesterday,
            Self::Yesterday => Self::LastWeek,
            Self::LastWeek => Self::Off,
        }
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::PreviousPeriod => "previous",
            Self::Yesterday => "yesterday",
            Self::LastWeek => "last-week",
        }
    }

    /// The comparison of this name.
    ///
    /// # Errors
    /// A sentence that lists the names.
    pub fn parse(name: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|one| one.name() == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("there is no comparison `{name}`; there is {names}")
        })
    }

    /// In words, after "compared with".
    pub fn words(self) -> &'static str {
        match self {
            Self::Off => "",
            Self::PreviousPeriod => "the period before",
            Self::Yesterday => "yesterday",
            Self::LastWeek => "last week",
        }
    }

    /// The window to compare `window` with. Days are the zone's: they may have 23 or 25 hours.
    pub fn earlier(self, window: TimeWindow, zone: &TimeZone) -> TimeWindow {
        TimeWindow {
            from: self.back(window.from, window, zone),
            to: self.back(window.to, window, zone),
        }
    }

    /// Where on the axis of `window` a point at `at` of the earlier window belongs: at the same local
    /// time a day or week later, or a window's length later.
    pub fn onto(self, at: Moment, window: TimeWindow, zone: &TimeZone) -> Moment {
        match self.days() {
            None => at.plus(self.length(window)),
            Some(days) => by_calendar(at, days, zone),
        }
    }

    fn back(self, at: Moment, window: TimeWindow, zone: &TimeZone) -> Moment {
        match self.days() {
            None => at.plus(-self.length(window)),
            Some(days) => by_calendar(at, -days, zone),
        }
    }

    fn length(self, window: TimeWindow) -> i64 {
        match self {
            Self::PreviousPeriod => window.span(),
            Self::Off | Self::Yesterday | Self::LastWeek => 0,
        }
    }

    fn days(self) -> Option<Span> {
        match self {
            Self::Off | Self::PreviousPeriod => None,
            Self::Yesterday => Some(1.day()),
            Self::LastWeek => Some(7.days()),
        }
    }
}

/// The same time on the wall that many days away. A time that the wall does not show that day is the one
/// right after the gap.
fn by_calendar(at: Moment, days: Span, zone: &TimeZone) -> Moment {
    at.zoned(zone)
        .checked_add(days)
        .map_or(at, |there| Moment::from_timestamp(there.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::from_timestamp(text.parse().unwrap())
    }

    fn window(from: &str, to: &str) -> TimeWindow {
        TimeWindow {
            from: at(from),
            to: at(to),
        }
    }

    #[test]
    fn the_period_before_ends_where_this_one_begins() {
        let now = window("2026-11-22T08:00:00Z", "2026-11-22T09:30:00Z");
        let earlier = Compare::PreviousPeriod.earlier(now, &TimeZone::UTC);
        assert_eq!(earlier.to, now.from);
        assert_eq!(earlier.span(), now.span());
        let moved = Compare::PreviousPeriod.onto(earlier.from, now, &TimeZone::UTC);
        assert_eq!(moved, now.from);
    }

    #[test]
    fn yesterday_is_the_same_time_on_the_wall_over_a_change_of_clocks() {
        // Berlin left summer time on 2026-10-25; New York on 2026-11-01.
        for (zone, day_after, from) in [
            (
                "Europe/Berlin",
                "2026-10-25T11:00:00Z",
                "2026-10-24T10:00:00Z",
            ),
            (
                "America/New_York",
                "2026-11-01T17:00:00Z",
                "2026-10-31T16:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-03-29T10:00:00Z",
                "2026-03-28T11:00:00Z",
            ),
        ] {
            let zone = TimeZone::get(zone).unwrap();
            let now = TimeWindow {
                from: at(day_after),
                to: at(day_after).plus(1),
            };
            let earlier = Compare::Yesterday.earlier(now, &zone);
            assert_eq!(earlier.from, at(from));
            assert_eq!(Compare::Yesterday.onto(earlier.from, now, &zone), now.from);
        }
    }
}
