//! An earlier window beside today's: where its points lie on today's axis, and how much changed.

use std::ops::Range;

use jiff::ToSpan;
use jiff::tz::TimeZone;

use super::compare::Compare;
use super::series::Point;
use super::time::{MINUTE, Moment, TimeWindow};

/// Changes of clocks happen at whole quarters of an hour.
const QUARTER: i64 = 15 * MINUTE;

/// Points that move by the same distance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which of the points.
    pub points: Range<usize>,
    /// How far, in microseconds.
    pub shift: i64,
}

/// How `points` (ascending) of the earlier window come onto the axis of `window`: [`Compare::onto`]
/// without asking the calendar for each of a million points. Moved points ascend too: an hour that
/// today's clocks skip is left out, and of an hour the earlier day had twice the first is kept.
pub fn runs(points: &[Point], compare: Compare, window: TimeWindow, zone: &TimeZone) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut reached = i64::MIN;
    let mut start = 0;
    while let Some(first) = points.get(start).map(|point| point.at) {
        let there = compare.onto(first, window, zone);
        let shift = there.since(first);
        let until = same_shift_until(first, there, compare, zone);
        let length = points[start..].partition_point(|point| point.at < until.max(first.plus(1)));
        let end = start + length.max(1);
        if is_same_wall_clock(first, there, compare, zone) {
            // What would go back in time was there already.
            let kept =
                points[start..end].partition_point(|point| point.at.plus(shift).0 <= reached);
            let from = start + kept;
            if from < end {
                reached = points[end - 1].at.plus(shift).0;
                match runs.last_mut() {
                    Some(last) if last.shift == shift && last.points.end == from => {
                        last.points.end = end;
                    }
                    _ => runs.push(Run {
                        points: from..end,
                        shift,
                    }),
                }
            }
        }
        start = end;
    }
    runs
}

/// Until when (exclusively) points move by the same distance as the one at `first`, which is `there`
/// on the axis; maybe too early, never too late.
fn same_shift_until(first: Moment, there: Moment, compare: Compare, zone: &TimeZone) -> Moment {
    if compare == Compare::PreviousPeriod || compare == Compare::Off {
        return Moment::INFINITY;
    }
    if !is_same_wall_clock(first, there, compare, zone) {
        return Moment(
            first
                .0
                .div_euclid(QUARTER)
                .saturating_add(1)
                .saturating_mul(QUARTER),
        );
    }
    let next = |at: Moment| {
        zone.following(at.to_timestamp())
            .next()
            .map_or(Moment::INFINITY, |change| {
                Moment::from_timestamp(change.timestamp())
            })
    };
    let back = first.since(there);
    let (here, over_there) = (next(first), next(there));
    if over_there.is_finite() {
        here.min(over_there.plus(back))
    } else {
        here
    }
}

/// False for a time of day that today's clocks skip.
fn is_same_wall_clock(first: Moment, there: Moment, compare: Compare, zone: &TimeZone) -> bool {
    let days = match compare {
        Compare::Off | Compare::PreviousPeriod => return true,
        Compare::Yesterday => 1.day(),
        Compare::LastWeek => 7.days(),
    };
    let wanted = first.zoned(zone).datetime().checked_add(days);
    wanted.is_ok_and(|wanted| wanted == there.zoned(zone).datetime())
}

/// The change from `before` to `now` in percent: 12.3 is 12.3 % more. Of a negative number less is
/// up, as with [`change`](super::reduce::change). `None` where there is nothing to compare: a gap, or
/// an earlier value of 0.
pub fn change_percent(now: f64, before: f64) -> Option<f64> {
    let change = (now - before) / before.abs() * 100.0;
    change.is_finite().then_some(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::{DAY, HOUR, SECOND};

    fn at(text: &str) -> Moment {
        Moment::from_timestamp(text.parse().unwrap())
    }

    /// A point every five minutes from `from` to `to` (exclusively).
    fn points(from: &str, to: &str) -> Vec<Point> {
        let (from, to) = (at(from), at(to));
        (0..to.since(from) / (5 * MINUTE))
            .map(|index| Point {
                at: from.plus(index * 5 * MINUTE),
                value: index as f64,
            })
            .collect()
    }

    fn moved(
        points: &[Point],
        compare: Compare,
        window: TimeWindow,
        zone: &TimeZone,
    ) -> Vec<Point> {
        let mut out = Vec::new();
        for run in runs(points, compare, window, zone) {
            out.extend(points[run.points].iter().map(|point| Point {
                at: point.at.plus(run.shift),
                ..*point
            }));
        }
        out
    }

    #[test]
    fn runs_are_the_calendars_answer_for_each_point() {
        for (name, from, to) in [
            // A day of 23 hours, one of 25, and a quiet one, in two zones.
            (
                "Europe/Berlin",
                "2026-03-27T23:00:00Z",
                "2026-03-30T22:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-23T22:00:00Z",
                "2026-10-27T23:00:00Z",
            ),
            (
                "America/New_York",
                "2026-03-06T05:00:00Z",
                "2026-03-10T04:00:00Z",
            ),
            (
                "America/New_York",
                "2026-10-30T04:00:00Z",
                "2026-11-03T05:00:00Z",
            ),
            (
                "Australia/Lord_Howe",
                "2026-04-03T00:00:00Z",
                "2026-04-07T00:00:00Z",
            ),
            ("UTC", "2026-03-27T23:00:00Z", "2026-03-30T22:00:00Z"),
        ] {
            let zone = TimeZone::get(name).unwrap();
            let points = points(from, to);
            let window = TimeWindow {
                from: at(from).plus(DAY),
                to: at(to).plus(DAY),
            };
            for compare in Compare::ALL {
                let fast = moved(&points, compare, window, &zone);
                assert!(
                    fast.windows(2).all(|pair| pair[0].at < pair[1].at),
                    "{name} {compare:?}"
                );
                // Point by point: what the calendar says, where it has that time and it goes on.
                let mut slow: Vec<Point> = Vec::new();
                for point in &points {
                    let there = compare.onto(point.at, window, &zone);
                    let exists = is_same_wall_clock(point.at, there, compare, &zone);
                    if exists && slow.last().is_none_or(|last| last.at < there) {
                        slow.push(Point {
                            at: there,
                            ..*point
                        });
                    }
                }
                assert_eq!(fast, slow, "{name} {compare:?}");
            }
        }
    }

    #[test]
    fn a_skipped_hour_is_left_out_and_a_repeated_one_is_shown_once() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let window = |from: &str, to: &str| TimeWindow {
            from: at(from),
            to: at(to),
        };
        // Saturday's hours onto the Sunday without 02:00 to 03:00.
        let saturday = points("2026-03-28T00:00:00Z", "2026-03-28T04:00:00Z");
        let sunday = window("2026-03-29T00:00:00Z", "2026-03-29T04:00:00Z");
        let seen = moved(&saturday, Compare::Yesterday, sunday, &zone);
        assert_eq!(saturday.len() - seen.len(), 12, "one hour of five minutes");
        // The Sunday with 02:00 twice onto Monday.
        let sunday = points("2026-10-24T23:00:00Z", "2026-10-25T04:00:00Z");
        let monday = window("2026-10-25T23:00:00Z", "2026-10-26T04:00:00Z");
        let seen = moved(&sunday, Compare::Yesterday, monday, &zone);
        assert_eq!(sunday.len() - seen.len(), 12);
    }

    #[test]
    fn a_million_points_are_a_few_runs() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let points: Vec<Point> = (0..1_000_000)
            .map(|index| Point {
                at: Moment(1_780_000_000 * SECOND + index * SECOND),
                value: 0.0,
            })
            .collect();
        let window = TimeWindow {
            from: points[0].at,
            to: points[999_999].at.plus(HOUR),
        };
        assert_eq!(runs(&points, Compare::LastWeek, window, &zone).len(), 1);
    }

    #[test]
    fn a_change_is_relative_to_what_was() {
        assert_eq!(change_percent(112.5, 100.0), Some(12.5));
        assert_eq!(change_percent(50.0, 100.0), Some(-50.0));
        assert_eq!(
            change_percent(-5.0, -10.0),
            Some(50.0),
            "less of a loss is up"
        );
        for (now, before) in [(1.0, 0.0), (f64::NAN, 1.0), (1.0, f64::NAN), (0.0, 0.0)] {
            assert_eq!(change_percent(now, before), None);
        }
    }

    #[test]
    fn ends_of_the_calendar_do_no_harm() {
        let zone = TimeZone::get("America/New_York").unwrap();
        let points = [i64::MIN, -1, 0, i64::MAX].map(|at| Point {
            at: Moment(at),
            value: 1.0,
        });
        let window = TimeWindow {
            from: Moment(0),
            to: Moment(DAY),
        };
        for compare in Compare::ALL {
            let _ = runs(&points, compare, window, &zone);
        }
    }
}
