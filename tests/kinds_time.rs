//! Heatmaps, histograms, state timelines and status histories: what is drawn is what the rows say.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code)]
mod fixtures;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use fixtures::samples_time::{kinds, latencies, services, shaped, totals};
use fixtures::{ASCII, BLOCKS, HOUR, SECOND, UNICODE, column, drawn, panel, rising, text, view};
use jiff::civil::date;
use jiff::tz::TimeZone;
use kpi_dashboard::config::Panel;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::PanelData;
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::model::value::Value;
use kpi_dashboard::ui::{Depth, Look};
use ratatui::buffer::Buffer;

const KINDS: [PanelKind; 4] = [
    PanelKind::Heatmap,
    PanelKind::Histogram,
    PanelKind::StateTimeline,
    PanelKind::StatusHistory,
];

const MONO: Look = Look {
    depth: Depth::None,
    ..UNICODE
};

fn times(name: &str, at: impl IntoIterator<Item = Moment>) -> Column {
    let values = at.into_iter().map(Value::Timestamp).collect();
    column(name, "timestamptz", ColumnKind::Time, values)
}

fn numbers(name: &str, values: impl IntoIterator<Item = f64>) -> Column {
    let values = values.into_iter().map(Value::Float).collect();
    column(name, "float8", ColumnKind::Number, values)
}

fn words<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Column {
    let values = values
        .into_iter()
        .map(|text| Value::Text(text.into()))
        .collect();
    column(name, "text", ColumnKind::Text, values)
}

fn rows(columns: Vec<Column>) -> Rowset {
    Rowset {
        columns,
        truncated: false,
    }
}

fn minute(minutes: i64) -> Moment {
    Moment(HOUR.from.0 + minutes * 60 * SECOND)
}

/// The panel over `window` in `zone`.
fn over(
    panel: &Panel,
    rows: &Rowset,
    window: TimeWindow,
    zone: &TimeZone,
    look: Look,
    size: (u16, u16),
) -> Buffer {
    let shape = shape(panel.kind, panel.reduce, rows, window).unwrap();
    let data = PanelData {
        window,
        asked_at: Some(window.to),
        newest_at: Some(window.to),
        ..fixtures::data(shape)
    };
    let view = kpi_dashboard::view::panel::PanelView {
        now: window.to,
        ..view(look, zone)
    };
    drawn(panel, &data, &view, size)
}

fn seen(panel: &Panel, rows: &Rowset, look: Look, size: (u16, u16)) -> String {
    text(&over(panel, rows, HOUR, &TimeZone::UTC, look, size))
}

#[test]
fn in_every_look_at_two_sizes() {
    for (panel, data) in kinds() {
        let mut out = String::new();
        let looks = [
            ("colours", UNICODE),
            ("no colour", MONO),
            ("sixteen, blocks", BLOCKS),
            ("ASCII", ASCII),
        ];
        for size in [(100, 16), (48, 10)] {
            for (name, look) in looks {
                let buf = drawn(&panel, &data, &view(look, &TimeZone::UTC), size);
                writeln!(out, "{name}, {} x {}\n{}", size.0, size.1, text(&buf)).unwrap();
            }
        }
        insta::assert_snapshot!(format!("looks_{}", panel.kind.name()), out);
    }
}

#[test]
fn a_heatmap_of_readings_is_that_of_counts_computed_elsewhere() {
    let readings = latencies();
    let mut counted: BTreeMap<(i64, i64), f64> = BTreeMap::new();
    for (at, value) in readings.columns[0]
        .values
        .iter()
        .zip(&readings.columns[1].values)
    {
        let slot = at.as_moment().unwrap().0.div_euclid(300 * SECOND);
        let bucket = (value.as_f64().unwrap() / 50.0).floor() as i64;
        *counted.entry((slot, bucket)).or_default() += 1.0;
    }
    let slots: Vec<i64> = counted.keys().map(|(slot, _)| *slot).collect();
    // Every bucket is there in both, also those without a value.
    let (first, top) = (slots[0], 10);
    for bucket in 0..=top {
        counted.entry((first, bucket)).or_default();
    }
    let each = |f: &dyn Fn(&(i64, i64)) -> i64| counted.keys().map(f).collect::<Vec<_>>();
    let at = each(&|(slot, _)| slot * 300 * SECOND)
        .into_iter()
        .map(Moment);
    let from = each(&|(_, bucket)| bucket * 50)
        .into_iter()
        .map(|from| from as f64);
    let counts = rows(vec![
        times("time", at),
        numbers("bucket", from),
        numbers("count", counted.values().copied()),
    ]);
    let mut panel = panel(PanelKind::Heatmap, "Latency", "ms");
    panel.bucket_size = Some(50.0);
    (panel.min, panel.max) = (Some(0.0), Some(500.0));
    for look in [UNICODE, MONO, ASCII] {
        // Too narrow for the axis, whose labels differ.
        let size = (20, 24);
        let drawn = |rows: &Rowset| over(&panel, rows, HOUR, &TimeZone::UTC, look, size);
        let (mine, theirs) = (drawn(&readings), drawn(&counts));
        assert_eq!(mine, theirs, "{}\n{}", text(&mine), text(&theirs));
        assert!(
            mine.content
                .iter()
                .filter(|cell| cell.symbol() != " ")
                .count()
                > 100
        );
    }
}

/// The whole numbers inside the border, by where they stand.
fn counts_drawn(seen: &str, lines: std::ops::Range<usize>) -> Vec<f64> {
    let mut found = Vec::new();
    for line in &seen.lines().collect::<Vec<_>>()[lines] {
        let cells: Vec<char> = line.chars().collect();
        let mut at = 8;
        while at < cells.len() {
            let digits: String = cells[at..]
                .iter()
                .take_while(|c| c.is_ascii_digit())
                .collect();
            if let Ok(number) = digits.parse::<f64>() {
                found.push((at, number));
            }
            at += digits.len().max(1);
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, number)| number).collect()
}

#[test]
fn a_histogram_counts_what_a_loop_counts() {
    let all = totals(777);
    let mut panel = panel(PanelKind::Histogram, "Totals", "none");
    panel.bucket_size = Some(20.0);
    let mut expected: BTreeMap<i64, f64> = BTreeMap::new();
    for value in &all.columns[0].values {
        *expected
            .entry((value.as_f64().unwrap() / 20.0).floor() as i64)
            .or_default() += 1.0;
    }
    let expected: Vec<f64> = expected.into_values().collect();
    for look in [UNICODE, ASCII] {
        let seen = seen(&panel, &all, look, (120, 20));
        assert_eq!(counts_drawn(&seen, 1..16), expected, "{seen}");
    }
}

#[test]
fn quantiles_are_written_and_marked() {
    let values = (1..=1_000).map(f64::from);
    let panel = panel(PanelKind::Histogram, "Ms", "none");
    let seen = seen(
        &panel,
        &rows(vec![numbers("v", values)]),
        UNICODE,
        (100, 14),
    );
    assert!(seen.contains("p50 501  p95 950  p99 990  n 1K"), "{seen}");
    let marks = seen.lines().find(|line| line.contains("▲p50")).unwrap();
    let marks = marks.chars().enumerate().filter(|(_, c)| *c == '▲');
    let marks: Vec<f64> = marks.map(|(at, _)| f64::from(at as u32)).collect();
    let (p50, p95) = (marks[0], marks[1]);
    // From 0 at the left edge: twice as far, nearly.
    assert!(
        ((p95 - 8.0) / (p50 - 8.0) - 1.9).abs() < 0.1,
        "{p50} {p95}\n{seen}"
    );
}

#[test]
fn several_distributions_stand_side_by_side_and_differ_without_colour() {
    let values = |from: f64| (0..200).map(move |index| from + f64::from(index % 40));
    let region = std::iter::repeat_n("eu", 200).chain(std::iter::repeat_n("us", 200));
    let all = rows(vec![
        words("region", region),
        numbers("v", values(0.0).chain(values(20.0))),
    ]);
    let panel = panel(PanelKind::Histogram, "By region", "none");
    for (look, fills) in [(MONO, ["█", "░"]), (ASCII, ["#", "o"])] {
        let seen = seen(&panel, &all, look, (80, 14));
        for (name, fill) in ["eu", "us"].into_iter().zip(fills) {
            let legend = seen
                .lines()
                .find(|line| line.contains(&format!("{name}  p50")))
                .unwrap();
            assert!(legend.contains(fill), "{seen}");
        }
    }
}

#[test]
fn equal_neighbours_are_one_span_and_gaps_stay_gaps() {
    let at = [0, 5, 10, 15, 20, 30, 40].map(minute);
    let states = words("state", ["up", "up", "up", "down", "up", "", "up"]);
    let panel = panel(PanelKind::StateTimeline, "One", "none");
    let seen = seen(
        &panel,
        &rows(vec![times("time", at), states]),
        MONO,
        (80, 7),
    );
    let lane = seen.lines().nth(1).unwrap();
    assert_eq!(lane.matches("✔ up").count(), 3, "{seen}");
    assert_eq!(lane.matches("down").count(), 1, "{seen}");
    // Ten of sixty minutes are not known: a sixth of the lane, less the rounding at its ends.
    let inside = lane
        .split("✔ up ")
        .nth(2)
        .unwrap()
        .trim_end_matches(['│', ' ']);
    let blank = inside.chars().filter(|c| *c == ' ').count();
    assert!((10..=14).contains(&blank), "{blank}\n{seen}");
    // 45 and 5 of the 50 known minutes.
    assert!(
        seen.contains("✔ up 90.0%") && seen.contains("✖ down 10.0%"),
        "{seen}"
    );
}

#[test]
fn a_bad_moment_is_never_hidden() {
    let day = TimeWindow {
        from: Moment(HOUR.to.0 - 86_400 * SECOND),
        to: HOUR.to,
    };
    let at = [0, 40_000, 40_010].map(|second| Moment(day.from.0 + second * SECOND));
    let all = rows(vec![
        times("time", at),
        words("state", ["ok", "down", "ok"]),
    ]);
    let panel = panel(PanelKind::StateTimeline, "Day", "none");
    for (look, sign) in [(UNICODE, '✖'), (MONO, '✖'), (ASCII, 'x')] {
        let seen = text(&over(&panel, &all, day, &TimeZone::UTC, look, (60, 7)));
        assert!(seen.lines().nth(1).unwrap().contains(sign), "{seen}");
        assert!(seen.contains("<0.1%") && seen.contains("99.9%"), "{seen}");
    }
}

#[test]
fn numbers_are_states_by_their_thresholds() {
    let at = (0..12).map(|index| minute(index * 5));
    let load = [
        10.0, 20.0, 69.9, 70.0, 84.0, 85.0, 99.0, 30.0, 20.0, 10.0, 20.0, 10.0,
    ];
    let mut panel = panel(PanelKind::StateTimeline, "Load", "percent");
    panel.thresholds = rising(70.0, 85.0);
    let seen = seen(
        &panel,
        &rows(vec![times("time", at), numbers("cpu", load)]),
        MONO,
        (90, 7),
    );
    assert!(seen.contains("< 70%: 66.7%"), "{seen}");
    assert!(seen.contains("70% – 85%: 16.7%"), "{seen}");
    assert!(seen.contains("≥ 85%: 16.7%"), "{seen}");
    let lane = seen.lines().nth(1).unwrap();
    assert_eq!(lane.matches('✔').count(), 2, "{seen}");
}

#[test]
fn a_day_of_25_hours_is_25_hours_long_and_leaves_no_hole() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let midnight = |day: i8| {
        let at = date(2026, 10, day)
            .to_zoned(zone.clone())
            .unwrap()
            .timestamp();
        Moment(at.as_microsecond())
    };
    let window = TimeWindow {
        from: midnight(23),
        to: midnight(28),
    };
    let days = || [23, 24, 25, 26, 27].map(midnight);
    let timeline = panel(PanelKind::StateTimeline, "Days", "none");
    let all = rows(vec![
        times("time", days()),
        words("state", ["a", "b", "c", "d", "e"]),
    ]);
    let seen = text(&over(&timeline, &all, window, &zone, MONO, (100, 7)));
    // 25 of 121 hours and 24 of them.
    assert!(
        seen.contains("c 20.7%") && seen.contains("b 19.8%"),
        "{seen}"
    );
    for day in ["24", "25", "26", "27"] {
        assert!(seen.contains(&format!("Oct {day}")), "{seen}");
    }
    let blanks = |lane: &str| lane.trim_matches(['│', ' ']).matches("  ").count();
    for kind in [PanelKind::Heatmap, PanelKind::StatusHistory] {
        let all = rows(vec![
            times("time", days()),
            words("le", ["1"; 5]),
            numbers("count", [4.0, 5.0, 6.0, 7.0, 8.0]),
        ]);
        let panel = panel(kind, "Days", "none");
        let seen = text(&over(&panel, &all, window, &zone, MONO, (22, 7)));
        let lane = seen.lines().nth(3).unwrap();
        assert_eq!(blanks(lane), 0, "{seen}");
    }
}

#[test]
fn a_missing_time_is_a_blank_cell() {
    let at = [0, 5, 10, 15, 20, 30, 35, 40].map(minute);
    let mut panel = panel(PanelKind::StatusHistory, "Checks", "none");
    panel.thresholds = rising(10.0, 20.0);
    let values = [1.0, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 9.0];
    let seen = seen(
        &panel,
        &rows(vec![times("time", at), numbers("v", values)]),
        MONO,
        (110, 6),
    );
    let lane = seen.lines().nth(1).unwrap();
    let numbers: Vec<&str> = lane
        .split(['░', ' ', '✔', '│'])
        .filter(|text| !text.is_empty())
        .collect();
    assert_eq!(
        numbers,
        ["v", "1", "2", "3", "4", "5", "7", "8", "9"],
        "{seen}"
    );
    let hole = lane.split('5').nth(1).unwrap().split('7').next().unwrap();
    let cell = lane.split('1').nth(1).unwrap().split('2').next().unwrap();
    assert!(
        hole.chars().count() > cell.chars().count() * 3 / 2,
        "{seen}"
    );
}

#[test]
fn nothing_and_a_single_row_are_drawn() {
    let one = |kind| match kind {
        PanelKind::Histogram => rows(vec![numbers("v", [42.0])]),
        PanelKind::Heatmap => rows(vec![times("time", [minute(30)]), numbers("v", [42.0])]),
        _ => rows(vec![times("time", [minute(30)]), words("state", ["up"])]),
    };
    for kind in KINDS {
        let panel = panel(kind, "One", "none");
        let mut none = one(kind);
        for column in &mut none.columns {
            column.values.clear();
        }
        for look in [UNICODE, MONO, BLOCKS, ASCII] {
            for size in [(60, 12), (24, 6), (9, 3), (3, 2), (1, 1)] {
                let seen = seen(&panel, &none, look, size);
                assert!(size.0 < 24 || seen.contains("no data"), "{seen}");
                let seen = self::seen(&panel, &one(kind), look, size);
                assert!(size.0 < 24 || !seen.contains("no data"), "{seen}");
            }
        }
        let nulls = Rowset {
            columns: one(kind)
                .columns
                .into_iter()
                .map(|column| Column {
                    values: vec![Value::Null],
                    ..column
                })
                .collect(),
            truncated: false,
        };
        let seen = seen(&panel, &nulls, UNICODE, (60, 12));
        assert!(seen.contains("no data"), "{seen}");
    }
}

#[test]
fn without_colours_there_are_none_and_ascii_is_ascii() {
    for (panel, data) in kinds() {
        for look in [MONO, ASCII] {
            let buf = drawn(&panel, &data, &view(look, &TimeZone::UTC), (90, 16));
            for cell in &buf.content {
                let plain = ratatui::style::Color::Reset;
                assert_eq!((cell.fg, cell.bg), (plain, plain), "{}", panel.kind.name());
            }
            assert!(look != ASCII || text(&buf).is_ascii(), "{}", text(&buf));
        }
    }
}

#[test]
fn a_hundred_thousand_rows_are_shaped_and_drawn_at_once() {
    let count = 100_000_i64;
    let at = || (0..count).map(|index| Moment(HOUR.from.0 + index * 36_000));
    let wave = || (0..count).map(|index| ((index * 7_919) % 1_000) as f64 / 10.0);
    let state = || {
        (0..count).map(|index| {
            ["ok", "slow", "down"][usize::from(index % 500 > 480) + usize::from(index % 9_000 < 20)]
        })
    };
    let host = || (0..count).map(|index| ["a", "b", "c", "d"][(index % 4) as usize]);
    let zone = TimeZone::UTC;
    for kind in KINDS {
        let rows = match kind {
            PanelKind::StateTimeline => rows(vec![
                times("time", at()),
                words("host", host()),
                words("state", state()),
            ]),
            _ => rows(vec![
                times("time", at()),
                words("host", host()),
                numbers("v", wave()),
            ]),
        };
        let mut panel = panel(kind, "Many", "none");
        panel.thresholds = rising(50.0, 90.0);
        let begun = Instant::now();
        let (panel, data) = shaped(panel, rows);
        let shaped = begun.elapsed();
        let begun = Instant::now();
        let buf = drawn(&panel, &data, &view(UNICODE, &zone), (200, 50));
        let drawing = begun.elapsed();
        assert!(text(&buf).len() > 2_000);
        // An unoptimized build on a busy machine; what is quadratic takes minutes.
        assert!(
            shaped + drawing < Duration::from_secs(5),
            "{}: {shaped:?} {drawing:?}",
            kind.name()
        );
    }
}

#[test]
fn services_are_told_apart_by_words_signs_and_patterns() {
    let panel = panel(PanelKind::StateTimeline, "Services", "none");
    let seen = seen(&panel, &services(), MONO, (110, 12));
    let legend = seen.lines().find(|line| line.contains("ok 58.1%")).unwrap();
    let fills: Vec<char> = legend.chars().filter(|c| "░▒·┄▓█".contains(*c)).collect();
    let mut different = fills.clone();
    different.sort_unstable();
    different.dedup();
    assert!(different.len() >= 5, "{seen}");
}

#[test]
fn the_cross_hair_stands_at_its_time_and_hides_no_data() {
    let zone = TimeZone::UTC;
    for (panel, data) in kinds()
        .into_iter()
        .filter(|(panel, _)| panel.kind != PanelKind::Histogram)
    {
        for look in [UNICODE, ASCII] {
            let without = drawn(&panel, &data, &view(look, &zone), (90, 14));
            let crossed = kpi_dashboard::view::panel::PanelView {
                cross_hair: Some(minute(44)),
                ..view(look, &zone)
            };
            let with = drawn(&panel, &data, &crossed, (90, 14));
            let seen = text(&with);
            assert!(seen.contains(" 13:47:00 "), "{seen}");
            let changed = without.content.iter().zip(&with.content);
            let hidden = changed.filter(|(before, after)| {
                let symbol = before.symbol();
                before != after && symbol != " " && symbol != ":" && symbol.parse::<u8>().is_err()
            });
            let hidden: Vec<_> = hidden.collect();
            assert!(hidden.is_empty(), "{hidden:?}\n{seen}");
        }
    }
}
