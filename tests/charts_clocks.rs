//! Charts over changes of clocks, with the real zones.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod fixtures;

use std::fmt::Write as _;

use fixtures::{UNICODE, data, drawn, panel, text, view};
use jiff::tz::TimeZone;
use kpi_dashboard::config::Panel;
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{PanelData, Shape};
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::time::{HOUR as AN_HOUR, MINUTE, Moment, TimeWindow};

fn at(text: &str) -> Moment {
    Moment::from_timestamp(text.parse().unwrap())
}

fn lines() -> Panel {
    panel(PanelKind::Timeseries, "Requests", "short")
}

/// A reading every ten minutes, the hour of the local day as its value.
fn by_the_clock(window: TimeWindow, zone: &TimeZone) -> PanelData {
    let points = (0..window.span() / (10 * MINUTE))
        .map(|index| {
            let at = window.from.plus(index * 10 * MINUTE);
            Point {
                at,
                value: f64::from(at.zoned(zone).hour()),
            }
        })
        .collect();
    let series = Series {
        name: "hour".to_owned(),
        points,
    };
    PanelData {
        window,
        interval: 10 * MINUTE,
        asked_at: Some(window.to),
        newest_at: Some(window.to),
        ..data(Shape::Series(vec![series]))
    }
}

#[test]
fn days_of_25_and_23_hours_are_drawn_as_long_as_they_are() {
    let mut out = String::new();
    for (name, from, to) in [
        (
            "Europe/Berlin",
            "2026-10-24T22:00:00Z",
            "2026-10-25T23:00:00Z",
        ),
        (
            "Europe/Berlin",
            "2026-03-28T23:00:00Z",
            "2026-03-29T22:00:00Z",
        ),
        (
            "America/New_York",
            "2026-11-01T04:00:00Z",
            "2026-11-02T05:00:00Z",
        ),
        (
            "America/New_York",
            "2026-03-08T05:00:00Z",
            "2026-03-09T04:00:00Z",
        ),
    ] {
        let zone = TimeZone::get(name).unwrap();
        let window = TimeWindow {
            from: at(from),
            to: at(to),
        };
        let data = by_the_clock(window, &zone);
        let ghost = by_the_clock(Compare::Yesterday.earlier(window, &zone), &zone);
        for width in [150, 76] {
            let mut view = view(UNICODE, &zone);
            view.now = window.to;
            view.compare = Compare::Yesterday;
            view.ghost = Some(&ghost);
            let seen = text(&drawn(&lines(), &data, &view, (width, 9)));
            writeln!(out, "{name}, {} h\n{seen}", window.span() / AN_HOUR).unwrap();
        }
    }
    insta::assert_snapshot!(out);
}

#[test]
fn yesterday_is_compared_at_the_same_time_of_the_wall_clock() {
    // Both days' values are the hour on the wall: at every instant of the day after a change of clocks
    // the ghost is what the day itself is.
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let window = TimeWindow {
        from: at("2026-10-25T23:00:00Z"),
        to: at("2026-10-26T23:00:00Z"),
    };
    let data = by_the_clock(window, &zone);
    let ghost = by_the_clock(Compare::Yesterday.earlier(window, &zone), &zone);
    assert_eq!(ghost.window.span(), 25 * AN_HOUR);
    for hour in 0..24 {
        let mut view = view(UNICODE, &zone);
        view.compare = Compare::Yesterday;
        view.ghost = Some(&ghost);
        view.cross_hair = Some(window.from.plus(hour * AN_HOUR + 31 * MINUTE));
        let seen = text(&drawn(&lines(), &data, &view, (100, 12)));
        let change = if hour == 0 { "–" } else { "→ 0%" };
        assert!(
            seen.contains(&format!(" {hour}  {hour}  {change}")),
            "{hour}:\n{seen}"
        );
    }
}

#[test]
fn the_cross_hair_tells_a_repeated_hour_apart() {
    let zone = TimeZone::get("America/New_York").unwrap();
    let window = TimeWindow {
        from: at("2026-11-01T04:00:00Z"),
        to: at("2026-11-02T05:00:00Z"),
    };
    let data = by_the_clock(window, &zone);
    for (instant, words) in [
        ("2026-11-01T05:30:00Z", "01:30 EDT"),
        ("2026-11-01T06:30:00Z", "01:30 EST"),
    ] {
        let mut view = view(UNICODE, &zone);
        view.cross_hair = Some(at(instant));
        let seen = text(&drawn(&lines(), &data, &view, (100, 12)));
        assert!(seen.contains(words), "{words}:\n{seen}");
    }
}
