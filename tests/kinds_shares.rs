//! What pie, bargauge, canvas-map and candlestick claim: rows to shapes, and shapes to pictures.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with tests/panels.rs, which uses the rest")]
mod fixtures;
#[path = "panels/shaping.rs"]
#[allow(dead_code, reason = "shared with the tests of other kinds")]
mod shaping;

use std::fmt::Write as _;

use fixtures::samples_shares::{bar_gauge, candlestick, map, pie};
use fixtures::{ASCII, BLOCKS, UNICODE, data, drawn, panel, rising, text, view};
use jiff::tz::TimeZone;
use kpi_dashboard::config::Panel;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Bar, PanelData, Shape};
use kpi_dashboard::model::rowset::ColumnKind;
use kpi_dashboard::ui::{Depth, Look};
use proptest::prelude::*;
use ratatui::style::Color;
use shaping::{numbers, rows, seen, shaped, times, words};

const NO_COLOR: Look = Look {
    depth: Depth::None,
    ..UNICODE
};

fn bars(values: &[f64]) -> PanelData {
    let bar = |(index, value): (usize, &f64)| Bar {
        label: format!("name{index}"),
        value: *value,
    };
    data(Shape::Bars(values.iter().enumerate().map(bar).collect()))
}

// ── Pictures ────────────────────────────────────────────────────────────────────────────────────

#[test]
fn three_looks_at_two_sizes() {
    for (panel, data) in [pie(), bar_gauge(), map(), candlestick()] {
        let mut out = String::new();
        for size in [(100, 24), (48, 12)] {
            for (name, look) in [("braille", UNICODE), ("blocks", BLOCKS), ("ascii", ASCII)] {
                let seen = seen(&panel, &data, look, size);
                writeln!(out, "{name}, {} x {}\n{seen}", size.0, size.1).unwrap();
            }
        }
        insta::assert_snapshot!(format!("looks_{}", panel.kind.name()), out);
    }
}

#[test]
fn ascii_is_ascii_and_no_colour_is_none() {
    for (panel, data) in [pie(), bar_gauge(), candlestick()] {
        for size in [(100, 24), (30, 9), (12, 30), (9, 1)] {
            let seen = seen(&panel, &data, ASCII, size);
            assert!(seen.is_ascii(), "{seen}");
            let buf = drawn(&panel, &data, &view(NO_COLOR, &TimeZone::UTC), size);
            let coloured = |style: &ratatui::buffer::Cell| {
                style.fg != Color::Reset || style.bg != Color::Reset
            };
            assert!(!buf.content.iter().any(coloured));
        }
    }
}

// ── Pie ─────────────────────────────────────────────────────────────────────────────────────────

/// Every percentage with a decimal that stands in the picture, in tenths.
fn percentages(seen: &str) -> Vec<u32> {
    let found = seen
        .split_whitespace()
        .filter_map(|word| word.strip_suffix('%'));
    let tenths = found.filter(|number| number.contains('.') && !number.starts_with('<'));
    tenths
        .map(|number| number.replace('.', "").parse().unwrap())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shares_sum_to_a_hundred_percent(values in prop::collection::vec(0.0..1e6_f64, 1..30), height in 4_u16..30) {
        prop_assume!(values.iter().any(|value| *value > 0.0));
        let panel = panel(PanelKind::Pie, "", "");
        for look in [UNICODE, ASCII] {
            let seen = seen(&panel, &bars(&values), look, (90, height));
            let mut tenths = percentages(&seen);
            if seen.contains("total") {
                prop_assert_eq!(tenths.pop(), Some(1000));
            }
            let hidden = seen.matches("<0.1%").count();
            prop_assert_eq!(tenths.iter().sum::<u32>(), 1000, "{} hidden\n{}", hidden, seen);
        }
    }
}

#[test]
fn more_slices_than_hues_become_one_other() {
    let values: Vec<f64> = (1..=20).map(f64::from).collect();
    let panel = panel(PanelKind::Pie, "Many", "");
    let round = seen(&panel, &bars(&values), UNICODE, (80, 20));
    assert!(
        round.contains("other (13)"),
        "seven hues and the rest:\n{round}"
    );
    // 1 + … + 13 of 1 + … + 20.
    assert!(round.contains("43.3%"), "{round}");
    let ranked = seen(&panel, &bars(&values), ASCII, (60, 6));
    assert!(
        ranked.contains("other (17)") && ranked.contains("name19"),
        "{ranked}"
    );
}

#[test]
fn the_area_of_a_slice_is_its_share() {
    let mut panel = panel(PanelKind::Pie, "Area", "");
    panel.legend = kpi_dashboard::config::Legend::Hide;
    panel.donut = true;
    let buf = drawn(
        &panel,
        &bars(&[50.0, 30.0, 20.0]),
        &view(UNICODE, &TimeZone::UTC),
        (40, 20),
    );
    let mut cells = std::collections::HashMap::new();
    for cell in buf.content.iter().filter(|cell| cell.symbol() == "█") {
        *cells.entry(cell.fg).or_insert(0.0) += 1.0;
    }
    let mut counts: Vec<f64> = cells.into_values().collect();
    counts.sort_by(f64::total_cmp);
    let all: f64 = counts.iter().sum();
    for (count, share) in counts.iter().zip([0.2, 0.3, 0.5]) {
        assert!((count / all - share).abs() < 0.03, "{counts:?}");
    }
}

#[test]
fn what_cannot_be_a_share_is_said() {
    let panel = panel(PanelKind::Pie, "Shares", "");
    let some = seen(
        &panel,
        &bars(&[8.0, -3.0, -1.0, f64::NAN, 2.0]),
        UNICODE,
        (60, 12),
    );
    assert!(some.contains("80.0%") && some.contains("20.0%"), "{some}");
    assert!(some.contains("2 negative values are in no share"), "{some}");
    let none = seen(&panel, &bars(&[0.0, 0.0]), UNICODE, (60, 12));
    assert!(none.contains("nothing to share out"), "{none}");
    let below = seen(&panel, &bars(&[-5.0]), UNICODE, (60, 12));
    assert!(below.contains("nothing is above 0"), "{below}");
    let empty = seen(&panel, &bars(&[]), UNICODE, (60, 12));
    assert!(empty.contains("no rows"), "{empty}");
    let one = seen(&panel, &bars(&[7.0]), UNICODE, (60, 12));
    assert!(one.contains("100.0%"), "{one}");
}

#[test]
fn a_pie_takes_rows_columns_and_series_as_grafana_does() {
    let named = rows(vec![
        ("region", ColumnKind::Text, words(&["eu", "us"])),
        ("n", ColumnKind::Number, numbers(&[3.0, 1.0])),
    ]);
    let one_row = rows(vec![
        ("eu", ColumnKind::Number, numbers(&[3.0])),
        ("us", ColumnKind::Number, numbers(&[1.0])),
    ]);
    let series = rows(vec![
        ("time", ColumnKind::Time, times(&[10, 20])),
        ("eu", ColumnKind::Number, numbers(&[9.0, 3.0])),
        ("us", ColumnKind::Number, numbers(&[9.0, 1.0])),
    ]);
    let bar = |label: &str, value| Bar {
        label: label.to_owned(),
        value,
    };
    for kind in [PanelKind::Pie, PanelKind::BarGauge] {
        for rows in [&named, &one_row, &series] {
            let expected = Shape::Bars(vec![bar("eu", 3.0), bar("us", 1.0)]);
            assert_eq!(shaped(kind, rows), Ok(expected));
        }
        let unnamed = rows(vec![("n", ColumnKind::Number, numbers(&[3.0, 1.0]))]);
        let failure = shaped(kind, &unnamed).unwrap_err();
        let name = kind.name();
        assert!(
            failure
                .summary
                .starts_with(&format!("a {name} panel needs")),
            "{failure:?}"
        );
        assert!(failure.summary.contains("n (float8)"), "{failure:?}");
    }
}

// ── Bar gauge ───────────────────────────────────────────────────────────────────────────────────

/// How many cells of row `y` are a full block in each colour, left to right.
fn runs(buf: &ratatui::buffer::Buffer, y: u16) -> Vec<(Color, usize)> {
    let mut runs: Vec<(Color, usize)> = Vec::new();
    for x in 0..buf.area.width {
        let cell = &buf[(x, y)];
        if cell.symbol() == "█" {
            match runs.last_mut().filter(|(color, _)| *color == cell.fg) {
                Some((_, count)) => *count += 1,
                None => runs.push((cell.fg, 1)),
            }
        }
    }
    runs
}

#[test]
fn a_bar_shows_every_threshold_it_passes() {
    let mut panel = panel(PanelKind::BarGauge, "Disks", "percent");
    panel.thresholds = rising(50.0, 75.0);
    let buf = drawn(
        &panel,
        &bars(&[100.0, 60.0, 40.0]),
        &view(UNICODE, &TimeZone::UTC),
        (100, 5),
    );
    let steps = [1, 2, 3].map(|y| runs(&buf, y));
    let [all, two, one] = &steps;
    assert_eq!([all.len(), two.len(), one.len()], [3, 2, 1], "{steps:?}");
    let (green, yellow, red) = (all[0].1 as f64, all[1].1 as f64, all[2].1 as f64);
    let whole = green + yellow + red;
    assert!((green / whole - 0.5).abs() < 0.02 && (yellow / whole - 0.25).abs() < 0.02);
    assert!((two[1].1 as f64 / whole - 0.1).abs() < 0.02, "{steps:?}");
    let seen = text(&buf);
    assert!(
        seen.contains("✖ 100%") && seen.contains("▲ 60%") && seen.contains("✔ 40%"),
        "{seen}"
    );
}

#[test]
fn without_ends_the_scale_comes_from_the_data_and_with_them_it_does_not() {
    let mut panel = panel(PanelKind::BarGauge, "Scale", "");
    let full = |panel: &Panel| {
        let buf = drawn(
            panel,
            &bars(&[20.0, 10.0]),
            &view(UNICODE, &TimeZone::UTC),
            (60, 4),
        );
        [1, 2].map(|y| runs(&buf, y).iter().map(|run| run.1).sum::<usize>() as f64)
    };
    let [twenty, ten] = full(&panel);
    assert!(
        (twenty / ten - 2.0).abs() < 0.1 && twenty > 30.0,
        "{twenty} {ten}"
    );
    panel.max = Some(80.0);
    let [less, _] = full(&panel);
    assert!((less / twenty - 0.25).abs() < 0.1, "{less} of {twenty}");
    panel.min = Some(10.0);
    let [_, none] = full(&panel);
    assert!(none < 1.0, "a bar begins at `min`");
}

#[test]
fn a_narrow_high_gauge_stands_upright() {
    let (panel, data) = bar_gauge();
    let seen = seen(&panel, &data, UNICODE, (40, 30));
    let lines: Vec<&str> = seen.lines().collect();
    for name in ["db-1", "db-2", "backup", "cache"] {
        assert!(lines[28].contains(name), "names below:\n{seen}");
    }
    assert!(lines[1].contains("▲ 71%"), "values above:\n{seen}");
    let heights = |name: &str| {
        let at = lines[28].chars().collect::<String>().find(name).unwrap();
        lines
            .iter()
            .filter(|line| line.chars().nth(at) == Some('█'))
            .count()
    };
    assert!(heights("backup") > heights("db-2") && heights("db-2") > heights("db-1"));
}

#[test]
fn bars_without_room_are_counted() {
    let panel = panel(PanelKind::BarGauge, "Many", "");
    let values: Vec<f64> = (0..20).map(f64::from).collect();
    let seen = seen(&panel, &bars(&values), UNICODE, (40, 8));
    assert!(
        seen.contains("name0") && seen.contains("+15 more"),
        "{seen}"
    );
}
