//! Marks of a time axis, also over changes of clocks.

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

#[test]
fn an_hour_the_clocks_repeat_has_two_marks_that_can_be_told_apart() {
    // Berlin, 2026-10-25: 03:00 becomes 02:00. New York, 2026-11-01: 02:00 becomes 01:00.
    assert_eq!(
        labels(
            "2026-10-24T22:30:00Z",
            "2026-10-25T03:30:00Z",
            "Europe/Berlin",
            8
        ),
        ["01:00", "02:00 CEST", "02:00 CET", "03:00", "04:00"]
    );
    assert_eq!(
        labels(
            "2026-11-01T03:30:00Z",
            "2026-11-01T08:30:00Z",
            "America/New_York",
            8
        ),
        ["Nov 1", "01:00 EDT", "01:00 EST", "02:00", "03:00"]
    );
    assert_eq!(
        labels(
            "2026-10-25T00:15:00Z",
            "2026-10-25T01:45:00Z",
            "Europe/Berlin",
            3
        ),
        ["02:30 CEST", "02:00 CET", "02:30 CET"]
    );
    // Coarser marks come once an hour of the clock.
    assert_eq!(
        labels(
            "2026-10-24T20:00:00Z",
            "2026-10-25T08:00:00Z",
            "Europe/Berlin",
            8
        ),
        ["22:00", "Oct 25", "02:00 CEST", "04:00", "06:00", "08:00"]
    );
}

#[test]
fn an_hour_the_clocks_skip_has_no_mark() {
    assert_eq!(
        labels(
            "2026-03-08T05:30:00Z",
            "2026-03-08T09:30:00Z",
            "America/New_York",
            8
        ),
        ["01:00", "03:00", "04:00", "05:00"]
    );
    assert_eq!(
        labels(
            "2026-03-29T00:45:00Z",
            "2026-03-29T01:20:00Z",
            "Europe/Berlin",
            4
        ),
        ["01:50", "03:00", "03:10", "03:20"]
    );
}

#[test]
fn days_of_23_and_25_hours_have_one_mark_each() {
    for (zone, from, to) in [
        (
            "Europe/Berlin",
            "2026-10-22T12:00:00Z",
            "2026-10-28T12:00:00Z",
        ),
        (
            "Europe/Berlin",
            "2026-03-26T12:00:00Z",
            "2026-04-01T12:00:00Z",
        ),
        (
            "America/New_York",
            "2026-10-29T12:00:00Z",
            "2026-11-04T12:00:00Z",
        ),
        (
            "America/New_York",
            "2026-03-05T12:00:00Z",
            "2026-03-11T12:00:00Z",
        ),
    ] {
        let days = labels(from, to, zone, 7);
        assert_eq!(days.len(), 6, "{zone}: {days:?}");
    }
}

#[test]
fn a_day_that_begins_twice_is_named_once() {
    // Havana, 2026-11-01: 01:00 becomes 00:00.
    let seen = labels(
        "2026-11-01T03:30:00Z",
        "2026-11-01T07:30:00Z",
        "America/Havana",
        8,
    );
    assert_eq!(seen, ["Nov 1", "00:00 CST", "01:00", "02:00"]);
}

#[test]
fn longer_labels_still_leave_a_blank_between_them() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let window = TimeWindow {
        from: at("2026-10-24T20:00:00Z"),
        to: at("2026-10-25T06:00:00Z"),
    };
    for columns in 10..200 {
        let ticks = time_ticks_in(window, &zone, columns);
        for pair in ticks.windows(2) {
            let column =
                |tick: &TimeTick| tick.at.since(window.from) * columns as i64 / window.span();
            let cells = |tick: &TimeTick| tick.label.len() as i64;
            let (a, b) = (&pair[0], &pair[1]);
            let free = column(b) - cells(b) / 2 - (column(a) - cells(a) / 2 + cells(a));
            assert!(free >= 0, "{columns}: {ticks:?}");
        }
    }
}
