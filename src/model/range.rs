//! Durations and time ranges as people type them, and the bucket width that suits a range.

mod duration;
mod edge;
mod interval;

use jiff::tz::TimeZone;

use self::edge::Edge;
use super::time::{Moment, SECOND, TimeWindow};

pub use self::duration::{duration_text, parse_duration};
pub use self::interval::{interval, interval_text};

/// A time range as a dashboard or a viewer asks for it; relative to now, fixed, or mixed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RangeSpec {
    /// As typed, for the header: `1h`, `now-2d/d to now-1d/d`.
    pub text: String,
    from: Edge,
    to: Edge,
}

/// What a range may look like, for error messages.
const EXAMPLES: &str =
    "a range is `6h`, `now-1d/d to now`, `2026-11-01 08:00 to 12:00` or `2026-11-01 to now`";

impl RangeSpec {
    /// Reads a range:
    ///
    /// - `6h`, `1h30m`, `2w`: that long until now (units `ms s m h d w M y`);
    /// - `last 2 hours`, `2h ago`, `-2h`: the same in words, kept as `2h`;
    /// - `now-6h`, `now-1d/d`, `now/w`: from there until now;
    /// - `FROM to TO`, each `now` with steps and roundings as in Grafana, or a local date and time
    ///   (`2026-11-01`, `2026-11-01 08:00`, `2026-11-01T08:00:00`), or an RFC 3339 time with a zone;
    ///   TO may be a time of FROM's day (`12:00`), and as a bare date means the end of that day;
    /// - `2026-11-01`: that day.
    ///
    /// A rounding (`/d`) goes down in FROM and up (to the unit's last millisecond) in TO, as in
    /// Grafana. Weeks start on Monday.
    pub fn parse(text: &str) -> Result<Self, String> {
        let plain = in_words(text.trim());
        let trimmed = plain.as_deref().unwrap_or(text.trim());
        if trimmed.is_empty() {
            return Err(format!("an empty range; {EXAMPLES}"));
        }
        let (from, to) = match split(trimmed) {
            Some((from, to)) => {
                let from = Edge::parse(from).map_err(|why| format!("{why}; {EXAMPLES}"))?;
                let to = to.trim();
                let to = from
                    .time_of_same_day(to)
                    .map_or_else(|| Edge::parse(to), Ok)
                    .map_err(|why| format!("{why}; {EXAMPLES}"))?;
                (from, to)
            }
            None => match Edge::parse_ago(trimmed).or_else(|| Edge::parse(trimmed).ok()) {
                Some(from @ Edge::Date(_)) => (from.clone(), from),
                Some(from) => (from, Edge::now()),
                None => {
                    let why = Edge::parse(trimmed).err().unwrap_or_default();
                    return Err(format!("{why}; {EXAMPLES}"));
                }
            },
        };
        let spec = Self {
            text: trimmed.to_owned(),
            from,
            to,
        };
        if spec.runs_backwards() {
            return Err(format!("`{trimmed}` ends before it starts"));
        }
        Ok(spec)
    }

    /// This window in whole seconds and words of `zone`: a span of whole seconds stays as long as it is (and
    /// begins with the second it began in), any other is rounded outwards. None outside the calendar.
    pub fn fixed(window: TimeWindow, zone: &TimeZone) -> Option<Self> {
        let second = |at: Moment| Moment(at.0.div_euclid(SECOND) * SECOND);
        let from = second(window.from);
        let to = if window.span() % SECOND == 0 {
            from.plus(window.span())
        } else {
            second(window.to.plus(SECOND - 1))
        };
        let (start, end) = (from.zoned(zone), to.zoned(zone));
        let same_day = start.date() == end.date();
        let format = if same_day {
            "%H:%M:%S"
        } else {
            "%Y-%m-%d %H:%M:%S"
        };
        let text = format!(
            "{} to {}",
            start.strftime("%Y-%m-%d %H:%M:%S"),
            end.strftime(format)
        );
        let wanted = TimeWindow { from, to };
        // In the hour that a change of clocks repeats, only the offset says which one is meant.
        [text, format!("{} to {}", from.rfc3339(), to.rfc3339())]
            .into_iter()
            .filter_map(|text| Self::parse(&text).ok())
            .find(|range| range.resolve(to, zone) == wanted)
    }

    /// The window this range means at `now` in `zone`. Days, weeks, months and years follow the
    /// zone's calendar (a day may have 23 or 25 hours); hours and less are exact.
    pub fn resolve(&self, now: Moment, zone: &TimeZone) -> TimeWindow {
        let from = self.from.resolve(now, zone, false);
        let to = self.to.resolve(now, zone, true);
        TimeWindow {
            from: from.min(to),
            to,
        }
    }

    /// True when the range ends at now, so that new data belongs to it.
    pub fn is_live(&self) -> bool {
        self.to.reaches_now()
    }

    /// Only ends of the same sort can be compared without knowing now.
    fn runs_backwards(&self) -> bool {
        if self.from.is_relative() != self.to.is_relative() {
            return false;
        }
        let noon = Moment(1_781_699_696_789_000); // a Wednesday 2026-06-17T12:34:56.789Z: on no edge
        let zone = TimeZone::UTC;
        self.from.resolve(noon, &zone, false) >= self.to.resolve(noon, &zone, true)
    }
}

/// `last 2 hours`, `2 h ago`, `-2h`: that long until now, as `2h`. None for anything else.
fn in_words(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let (start, end) = if lower.starts_with("last ") || lower.starts_with("past ") {
        ("last ".len(), text.len())
    } else if lower.ends_with(" ago") {
        (0, text.len() - " ago".len())
    } else {
        (text.strip_prefix('-').map(|_| 1)?, text.len())
    };
    let (mut plain, mut rest) = (String::new(), text.get(start..end)?.trim());
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = &rest[..rest.len() - after.len()];
        let after = after.trim_start();
        let next = after.trim_start_matches(char::is_alphabetic);
        let unit = &after[..after.len() - next.len()];
        if number.is_empty() {
            return None;
        }
        plain.push_str(number);
        plain.push_str(match unit.to_ascii_lowercase().as_str() {
            "ms" | "s" | "m" | "h" | "d" | "w" | "y" => unit,
            "second" | "seconds" | "sec" | "secs" => "s",
            "minute" | "minutes" | "min" | "mins" => "m",
            "hour" | "hours" => "h",
            "day" | "days" => "d",
            "week" | "weeks" => "w",
            "month" | "months" => "M",
            "year" | "years" => "y",
            _ => return None,
        });
        rest = next.trim_start();
    }
    (!plain.is_empty()).then_some(plain)
}

/// Splits at the word `to`.
fn split(text: &str) -> Option<(&str, &str)> {
    text.split_once(" to ")
        .map(|(from, to)| (from.trim(), to.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment::from_timestamp(text.parse().unwrap())
    }

    fn resolved(range: &str, now: &str, zone: &str) -> (String, String) {
        let zone = TimeZone::get(zone).unwrap();
        let window = RangeSpec::parse(range).unwrap().resolve(at(now), &zone);
        (window.from.rfc3339(), window.to.rfc3339())
    }

    #[test]
    fn ranges_mean_what_grafana_means() {
        let now = "2026-11-22T10:20:30Z";
        let cases = [
            ("6h", "2026-11-22T04:20:30Z", now),
            ("1h30m", "2026-11-22T08:50:30Z", now),
            ("500ms", "2026-11-22T10:20:29.5Z", now),
            ("now-6h", "2026-11-22T04:20:30Z", now),
            ("now-6h to now", "2026-11-22T04:20:30Z", now),
            (
                "now-6h to now-5m",
                "2026-11-22T04:20:30Z",
                "2026-11-22T10:15:30Z",
            ),
            (
                "now-2d/d to now-1d/d",
                "2026-11-20T00:00:00Z",
                "2026-11-21T23:59:59.999Z",
            ),
            (
                "now/d to now/d",
                "2026-11-22T00:00:00Z",
                "2026-11-22T23:59:59.999Z",
            ),
            ("now/h", "2026-11-22T10:00:00Z", now),
            ("now/w", "2026-11-16T00:00:00Z", now),
            ("now/M", "2026-11-01T00:00:00Z", now),
            ("now/y", "2026-01-01T00:00:00Z", now),
            (
                "now-1M/M to now-1M/M",
                "2026-10-01T00:00:00Z",
                "2026-10-31T23:59:59.999Z",
            ),
            ("1M", "2026-10-22T10:20:30Z", now),
            ("2y", "2024-11-22T10:20:30Z", now),
            (
                "2026-11-01 08:00 to 12:00",
                "2026-11-01T08:00:00Z",
                "2026-11-01T12:00:00Z",
            ),
            ("2026-11-01 to now", "2026-11-01T00:00:00Z", now),
            (
                "2026-11-01",
                "2026-11-01T00:00:00Z",
                "2026-11-01T23:59:59.999Z",
            ),
            (
                "2026-11-01 to 2026-11-03",
                "2026-11-01T00:00:00Z",
                "2026-11-03T23:59:59.999Z",
            ),
            (
                "2026-11-01T08:00:00+02:00 to 2026-11-01T08:00:00Z",
                "2026-11-01T06:00:00Z",
                "2026-11-01T08:00:00Z",
            ),
        ];
        for (range, from, to) in cases {
            let expected = (from.to_owned(), to.to_owned());
            assert_eq!(resolved(range, now, "UTC"), expected, "{range}");
        }
    }

    #[test]
    fn days_follow_the_calendar_over_a_change_of_clocks() {
        // Berlin left summer time on 2026-10-25 at 03:00: that day has 25 hours.
        let now = "2026-10-26T11:00:00Z"; // 12:00 local
        let (from, _) = resolved("1d", now, "Europe/Berlin");
        assert_eq!(from, "2026-10-25T11:00:00Z");
        let (from, _) = resolved("2d", now, "Europe/Berlin");
        assert_eq!(
            from, "2026-10-24T10:00:00Z",
            "12:00 on the wall two days ago"
        );
        let (from, _) = resolved("48h", now, "Europe/Berlin");
        assert_eq!(from, "2026-10-24T11:00:00Z", "48 hours are 48 hours");
        let day = resolved("now-1d/d to now-1d/d", now, "Europe/Berlin");
        assert_eq!(
            day,
            (
                "2026-10-24T22:00:00Z".to_owned(),
                "2026-10-25T22:59:59.999Z".to_owned()
            )
        );
        let fixed = resolved("2026-10-25 02:00 to 04:00", now, "Europe/Berlin");
        assert_eq!(fixed.0, "2026-10-25T00:00:00Z");
        assert_eq!(fixed.1, "2026-10-25T03:00:00Z");
    }

    #[test]
    fn live_ranges_end_at_now() {
        for live in ["6h", "now-1d/d", "2026-11-01 to now", "now/d to now/d"] {
            assert!(RangeSpec::parse(live).unwrap().is_live(), "{live}");
        }
        for fixed in ["now-6h to now-1m", "2026-11-01", "now-1d/d to now-1d/d"] {
            assert!(!RangeSpec::parse(fixed).unwrap().is_live(), "{fixed}");
        }
    }

    #[test]
    fn a_length_in_words_is_that_long_until_now() {
        for (words, plain) in [
            ("last 2 hours", "2h"),
            ("Last 2 h", "2h"),
            ("past 90 minutes", "90m"),
            ("2h ago", "2h"),
            ("1 hour 30 min ago", "1h30m"),
            ("-2h", "2h"),
            ("last 2 M", "2M"),
            ("last 2 months", "2M"),
        ] {
            assert_eq!(RangeSpec::parse(words), RangeSpec::parse(plain), "{words}");
        }
        // Which week that is, and how many hours, is not said.
        for words in ["last week", "ago", "-", "last ", "last 2 parsecs", "2 last"] {
            assert!(RangeSpec::parse(words).is_err(), "{words}");
        }
    }

    #[test]
    fn the_text_is_kept_for_the_header() {
        assert_eq!(RangeSpec::parse(" 6h ").unwrap().text, "6h");
    }

    #[test]
    fn bad_ranges_say_why() {
        let cases = [
            ("", "an empty range"),
            ("soon", "`soon`"),
            ("6", "needs a unit"),
            ("now-6x", "unknown unit `x`"),
            ("now-1d/q", "unknown unit `q`"),
            ("now to now-6h", "ends before it starts"),
            ("2026-11-05 to 2026-11-01", "ends before it starts"),
            ("2026-13-01 to now", "`2026-13-01`"),
            ("6h to now", "`6h`"),
        ];
        for (text, part) in cases {
            let why = RangeSpec::parse(text).unwrap_err();
            assert!(why.contains(part), "{text}: {why}");
        }
    }

    #[test]
    fn absurd_distances_do_not_overflow() {
        let zone = TimeZone::UTC;
        let window = RangeSpec::parse("now-9000000000y to now")
            .unwrap()
            .resolve(Moment(0), &zone);
        assert!(window.from < window.to);
    }

    #[test]
    fn a_fixed_window_off_the_seconds_keeps_its_span() {
        let fixed = |from: &str, to: &str| {
            let window = TimeWindow {
                from: at(from),
                to: at(to),
            };
            RangeSpec::fixed(window, &TimeZone::UTC).unwrap().text
        };
        assert_eq!(
            fixed("2026-11-21T03:01:15.4Z", "2026-11-22T03:01:15.4Z"),
            "2026-11-21 03:01:15 to 2026-11-22 03:01:15"
        );
        assert_eq!(
            fixed("2026-11-21T03:01:15.4Z", "2026-11-21T03:01:17.3Z"),
            "2026-11-21 03:01:15 to 03:01:18",
            "no whole seconds: outwards, nothing is cut off"
        );
    }

    #[test]
    fn a_fixed_window_is_itself_again_also_where_the_clock_repeats_an_hour() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let at = |text: &str| Moment::from_timestamp(text.parse().unwrap());
        for (from, to) in [
            ("2026-11-22T08:00:00Z", "2026-11-22T09:00:00Z"),
            ("2026-11-21T23:30:00Z", "2026-11-22T00:30:00Z"),
            ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"),
            ("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"),
        ] {
            let window = TimeWindow {
                from: at(from),
                to: at(to),
            };
            let range = RangeSpec::fixed(window, &zone).unwrap();
            assert_eq!(range.resolve(Moment(0), &zone), window, "{}", range.text);
            assert!(!range.is_live());
        }
    }
}
