//! Marks of a time axis, on round times of the wall clock.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};

use crate::model::time::{DAY, HOUR, MINUTE, Moment, SECOND, TimeWindow};

/// One mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    /// Where.
    pub at: Moment,
    /// `15:04:05`, `15:04`, `Nov 22` (midnight), `Mon`, `Nov`, `2026`.
    pub label: String,
}

/// How far apart marks are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Microseconds, a divisor of an hour.
    Exact(i64),
    /// Hours of the wall clock, a divisor of a day.
    Hours(i8),
    Days(i32),
    /// Mondays.
    Week,
    Months(i32),
    Years(i32),
}

const STEPS: [Step; 32] = [
    Step::Exact(1_000),
    Step::Exact(10_000),
    Step::Exact(100_000),
    Step::Exact(200_000),
    Step::Exact(500_000),
    Step::Exact(SECOND),
    Step::Exact(2 * SECOND),
    Step::Exact(5 * SECOND),
    Step::Exact(10 * SECOND),
    Step::Exact(15 * SECOND),
    Step::Exact(30 * SECOND),
    Step::Exact(MINUTE),
    Step::Exact(2 * MINUTE),
    Step::Exact(5 * MINUTE),
    Step::Exact(10 * MINUTE),
    Step::Exact(15 * MINUTE),
    Step::Exact(30 * MINUTE),
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Week,
    Step::Months(1),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
];

impl Step {
    fn micros(self) -> i64 {
        match self {
            Self::Exact(micros) => micros,
            Self::Hours(hours) => i64::from(hours) * HOUR,
            Self::Days(days) => i64::from(days) * DAY,
            Self::Week => 7 * DAY,
            Self::Months(months) => i64::from(months) * 30 * DAY,
            Self::Years(years) => i64::from(years) * 365 * DAY,
        }
    }

    /// Cells its widest label takes, and two for the distance to the next.
    fn cells(self) -> usize {
        let label = match self {
            Self::Exact(micros) if micros < SECOND => 12,
            Self::Exact(micros) if micros < MINUTE => 8,
            Self::Years(_) => 4,
            _ => 6,
        };
        label + 2
    }
}

/// Marks within `window` on round times of `zone`'s wall clock, at most `most`. They stay where they
/// are as the window slides. Midnight is written as its date; a mark every day or more as the day,
/// month or year.
pub fn time_ticks(window: TimeWindow, zone: &TimeZone, most: usize) -> Vec<TimeTick> {
    if most == 0 {
        return Vec::new();
    }
    let room = |_: Step| most;
    fitting(window, zone, &room)
}

/// As [`time_ticks`], as many as `columns` cells have room for labels.
pub fn time_ticks_in(window: TimeWindow, zone: &TimeZone, columns: usize) -> Vec<TimeTick> {
    let room = |step: Step| columns / step.cells();
    fitting(window, zone, &room)
}

fn fitting(window: TimeWindow, zone: &TimeZone, room: &dyn Fn(Step) -> usize) -> Vec<TimeTick> {
    let span = window.span();
    if span == 0 {
        return Vec::new();
    }
    let decades = (1..4).map(|power| Step::Years(10 * 10_i32.pow(power)));
    for step in STEPS.into_iter().chain(decades) {
        let most = room(step);
        // One more may fit by luck of alignment; what is surely too many is not even listed.
        let surely = i64::try_from(most).unwrap_or(i64::MAX);
        if most == 0 || span / step.micros() > surely {
            continue;
        }
        let times = times(window, zone, step);
        if times.len() <= most {
            return times
                .into_iter()
                .map(|at| TimeTick {
                    at,
                    label: label(&at.zoned(zone), step, span),
                })
                .collect();
        }
    }
    Vec::new()
}

fn times(window: TimeWindow, zone: &TimeZone, step: Step) -> Vec<Moment> {
    let mut times = Vec::new();
    let mut add = |at: Moment| {
        if at >= window.from && at <= window.to && times.last().is_none_or(|last| *last < at) {
            times.push(at);
        }
        at <= window.to
    };
    let first = window.from.zoned(zone);
    match step {
        Step::Exact(micros) => {
            // Offsets are whole minutes and rarely change by less than half an hour, so steps that
            // divide an hour stay aligned over a change of clocks.
            let offset = i64::from(first.offset().seconds()) * SECOND;
            let local = window.from.0.saturating_add(offset);
            let start = local.div_euclid(micros).saturating_mul(micros) - offset;
            let mut at = Moment(start);
            while add(at) {
                at = at.plus(micros);
            }
        }
        Step::Hours(hours) => {
            let mut day = first.date();
            loop {
                let mut inside = true;
                for hour in (0..24).step_by(hours.unsigned_abs() as usize) {
                    let Ok(time) = Time::new(hour, 0, 0, 0) else {
                        continue;
                    };
                    // An hour the clocks skip has no mark.
                    if let Some(at) = existing(day.to_datetime(time), zone) {
                        inside = add(at);
                    }
                }
                match day.tomorrow() {
                    Ok(next) if inside => day = next,
                    _ => break,
                }
            }
        }
        Step::Days(_) | Step::Week | Step::Months(_) | Step::Years(_) => {
            let mut day = first_day(first.date(), step);
            while let Some(start) = day.and_then(|day| midnight(day, zone)) {
                if !add(start) {
                    break;
                }
                day = day.and_then(|day| next_day(day, step));
            }
        }
    }
    times
}

fn existing(local: DateTime, zone: &TimeZone) -> Option<Moment> {
    let zoned = local.to_zoned(zone.clone()).ok()?;
    (zoned.datetime() == local).then(|| Moment::from_timestamp(zoned.timestamp()))
}

/// A day's first moment; not always 00:00.
fn midnight(day: Date, zone: &TimeZone) -> Option<Moment> {
    let zoned = day.to_zoned(zone.clone()).ok()?;
    Some(Moment::from_timestamp(zoned.timestamp()))
}

/// The last aligned day that is not after `day`.
fn first_day(day: Date, step: Step) -> Option<Date> {
    match step {
        Step::Days(days) => {
            // Counted from the epoch, so that marks stay as the window slides.
            let epoch = Date::new(1970, 1, 1).ok()?;
            let since = day.since(epoch).ok()?.get_days();
            day.checked_sub(since.rem_euclid(days.max(1)).days()).ok()
        }
        Step::Week => {
            let back = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(back.days()).ok()
        }
        Step::Months(months) => {
            let month = i32::from(day.month()) - 1;
            let month = month - month.rem_euclid(months.max(1)) + 1;
            Date::new(day.year(), i8::try_from(month).ok()?, 1).ok()
        }
        Step::Years(years) => {
            let year = i32::from(day.year());
            let year = year - year.rem_euclid(years.max(1));
            Date::new(i16::try_from(year).ok()?, 1, 1).ok()
        }
        Step::Exact(_) | Step::Hours(_) => Some(day),
    }
}

fn next_day(day: Date, step: Step) -> Option<Date> {
    let further = match step {
        Step::Days(days) => days.days(),
        Step::Week => 1.week(),
        Step::Months(months) => months.months(),
        Step::Years(years) => years.years(),
        Step::Exact(_) | Step::Hours(_) => return None,
    };
    day.checked_add(further).ok()
}

fn label(at: &Zoned, step: Step, span: i64) -> String {
    let date = |pattern: &str| at.strftime(pattern).to_string();
    match step {
        Step::Exact(micros) if micros < SECOND => {
            let fraction = if micros >= 100_000 {
                "%H:%M:%S%.1f"
            } else {
                "%H:%M:%S%.3f"
            };
            date(fraction)
        }
        Step::Exact(micros) if micros < MINUTE => date("%H:%M:%S"),
        Step::Exact(_) | Step::Hours(_) => {
            if at.time() == Time::midnight() {
                date("%b %-d")
            } else {
                date("%H:%M")
            }
        }
        // A weekday is unique within a week only.
        Step::Days(1) if span <= 7 * DAY => date("%a"),
        Step::Days(_) | Step::Week => date("%b %-d"),
        Step::Months(_) if at.month() == 1 => date("%Y"),
        Step::Months(_) => date("%b"),
        Step::Years(_) => date("%Y"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Moment {
        Moment::from_timestamp(text.parse().unwrap())
    }

    fn labels(from: &str, to: &str, zone: &str, most: usize) -> Vec<String> {
        let window = TimeWindow {
            from: at(from),
            to: at(to),
        };
        let zone = TimeZone::get(zone).unwrap();
        let ticks = time_ticks(window, &zone, most);
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn labels_are_as_short_as_they_can_be() {
        let utc = |from, to, most| labels(from, to, "UTC", most);
        assert_eq!(
            utc("2026-11-22T10:00:03Z", "2026-11-22T10:00:33Z", 4),
            ["10:00:10", "10:00:20", "10:00:30"]
        );
        assert_eq!(
            utc("2026-11-22T10:03:00Z", "2026-11-22T11:03:00Z", 4),
            ["10:15", "10:30", "10:45", "11:00"]
        );
        assert_eq!(
            utc("2026-11-21T14:00:00Z", "2026-11-22T14:00:00Z", 4),
            ["18:00", "Nov 22", "06:00", "12:00"]
        );
        assert_eq!(
            utc("2026-11-16T10:00:00Z", "2026-11-20T10:00:00Z", 5),
            ["Tue", "Wed", "Thu", "Fri"]
        );
        assert_eq!(
            utc("2026-11-01T10:00:00Z", "2026-11-30T10:00:00Z", 5),
            ["Nov 2", "Nov 9", "Nov 16", "Nov 23", "Nov 30"]
        );
        assert_eq!(
            utc("2026-08-01T10:00:00Z", "2027-03-01T10:00:00Z", 8),
            ["Sep", "Oct", "Nov", "Dec", "2027", "Feb", "Mar"]
        );
        assert_eq!(
            utc("2020-08-01T00:00:00Z", "2023-02-01T00:00:00Z", 4),
            ["2021", "2022", "2023"]
        );
    }

    #[test]
    fn marks_follow_the_wall_clock_over_a_change_of_clocks() {
        // Berlin, 2026-03-29: 02:00 becomes 03:00.
        let zone = "Europe/Berlin";
        let spring = labels("2026-03-28T22:30:00Z", "2026-03-29T04:30:00Z", zone, 6);
        assert_eq!(
            spring,
            ["Mar 29", "01:00", "03:00", "04:00", "05:00", "06:00"]
        );
        let days = labels("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z", zone, 6);
        assert_eq!(
            days,
            ["18:00", "Mar 29", "12:00", "Mar 30", "12:00"].map(String::from)[1..]
        );
    }

    #[test]
    fn half_hour_zones_have_round_local_times() {
        assert_eq!(
            labels(
                "2026-11-22T10:03:00Z",
                "2026-11-22T13:03:00Z",
                "Asia/Kolkata",
                4
            ),
            ["16:00", "17:00", "18:00"]
        );
    }

    #[test]
    fn labels_fit_the_columns() {
        let window = TimeWindow {
            from: at("2026-11-22T10:00:00Z"),
            to: at("2026-11-22T10:01:00Z"),
        };
        assert_eq!(time_ticks_in(window, &TimeZone::UTC, 30).len(), 3);
        assert!(time_ticks_in(window, &TimeZone::UTC, 3).is_empty());
    }

    proptest! {
        #[test]
        fn marks_are_few_ascending_and_inside(
            from in -2_000_000_000_i64..4_000_000_000, span in 1_i64..3_000_000_000,
            most in 1_usize..30,
            zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/Sao_Paulo"]),
        ) {
            let window = TimeWindow { from: Moment(from * SECOND), to: Moment((from + span) * SECOND) };
            let ticks = time_ticks(window, &TimeZone::get(zone).unwrap(), most);
            prop_assert!(ticks.len() <= most);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].at < pair[1].at));
            prop_assert!(ticks.iter().all(|tick| tick.at >= window.from && tick.at <= window.to));
        }
    }
}
