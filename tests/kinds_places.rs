//! What canvas-map and candlestick claim: places on the world, candles in time.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with tests/panels.rs, which uses the rest")]
mod fixtures;
#[path = "panels/shaping.rs"]
#[allow(dead_code, reason = "shared with the tests of other kinds")]
mod shaping;

use std::time::{Duration, Instant};

use fixtures::{
    ASCII, BLOCKS, HOUR, SECOND, UNICODE, bar_gauge, candlestick, data, map, panel, pie,
};
use kpi_dashboard::model::globe::{Projection, outlines};
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Candle, Shape, Site};
use kpi_dashboard::model::rowset::ColumnKind;
use kpi_dashboard::model::shape::merge;
use kpi_dashboard::model::time::Moment;
use proptest::prelude::*;
use shaping::{numbers, rows, seen, shaped, times, words};

const NAN: f64 = f64::NAN;

fn site(name: &str, latitude: f64, longitude: f64, value: f64) -> Site {
    Site {
        name: name.to_owned(),
        latitude,
        longitude,
        value,
    }
}

// ── The world ───────────────────────────────────────────────────────────────────────────────────

/// Whether a place is on land: how often a line from it to the north pole crosses a coast.
fn is_land(latitude: f64, longitude: f64) -> bool {
    let mut crossings = 0;
    for outline in outlines().filter(|outline| !outline.is_border) {
        let points: Vec<(f64, f64)> = outline.points().collect();
        for pair in points.windows(2) {
            let ((from, west), (to, east)) = (pair[0], pair[1]);
            let is_jump = f64::abs(west - east) > 180.0;
            if !is_jump && (west > longitude) != (east > longitude) {
                let at = from + (to - from) * (longitude - west) / (east - west);
                crossings += usize::from(at > latitude);
            }
        }
    }
    crossings % 2 == 1
}

#[test]
fn the_outline_has_land_and_sea_where_the_world_has() {
    for (name, latitude, longitude) in [
        ("Berlin", 52.52, 13.40),
        ("Kansas City", 39.10, -94.58),
        ("Brasilia", -15.79, -47.88),
        ("Nairobi", -1.29, 36.82),
        ("Alice Springs", -23.70, 133.88),
        ("Novosibirsk", 55.03, 82.92),
        ("Nagpur", 21.15, 79.09),
        ("Madrid", 40.42, -3.70),
    ] {
        assert!(is_land(latitude, longitude), "{name}");
    }
    for (name, latitude, longitude) in [
        ("the Azores' deep", 35.0, -40.0),
        ("the Pacific", 0.0, -140.0),
        ("the Indian Ocean", -20.0, 80.0),
        ("the Mediterranean", 34.5, 19.0),
        ("the Gulf of Mexico", 25.0, -90.0),
        ("the Tasman Sea", -38.0, 160.0),
    ] {
        assert!(!is_land(latitude, longitude), "{name}");
    }
}

#[test]
fn known_cities_stand_where_the_formula_says() {
    let cities = [
        (51.5, -0.1),
        (40.7, -74.0),
        (35.7, 139.7),
        (-33.9, 151.2),
        (-23.5, -46.6),
        (64.1, -21.9),
    ];
    // Twice as wide as high, and cells twice as high as wide: a degree is as long both ways.
    let map = Projection::fit(cities.into_iter(), (135 * 4, 135));
    let per_degree = 135.0 / (78.0 - -57.0);
    for (latitude, longitude) in cities {
        let (x, y) = map.place(latitude, longitude);
        let expected = (270.0 + longitude * 1.5, (78.0 - latitude) * per_degree);
        assert!(
            (x - expected.0).abs() < 1e-9 && (y - expected.1).abs() < 1e-9,
            "{x} {y} {expected:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_point_is_in_sight_and_east_is_right(
        centre in -180.0..180.0_f64,
        spread in 0.0..400.0_f64,
        points in prop::collection::vec((-90.0..=90.0_f64, 0.0..1.0_f64), 1..20),
        size in (1_u16..200, 1_u16..60),
    ) {
        let wrapped = |offset: f64| (centre + offset + 180.0).rem_euclid(360.0) - 180.0;
        let points: Vec<(f64, f64)> =
            points.into_iter().map(|(latitude, part)| (latitude, wrapped(part * spread))).collect();
        let map = Projection::fit(points.iter().copied(), size);
        let (width, height) = (f64::from(size.0), f64::from(size.1));
        for (latitude, longitude) in &points {
            let (x, y) = map.place(*latitude, *longitude);
            prop_assert!((-1e-6..=width + 1e-6).contains(&x), "{x} of {width}: {map:?}");
            prop_assert!((-1e-6..=height + 1e-6).contains(&y), "{y} of {height}: {map:?}");
            prop_assert!(map.place(*latitude - 1.0, *longitude).1 > y);
        }
    }
}

#[test]
fn neighbours_across_the_date_line_are_neighbours() {
    let panel = panel(PanelKind::Map, "Pacific", "");
    let sites = vec![
        site("Suva", -18.1, 178.4, 1.0),
        site("Apia", -13.8, -171.8, 2.0),
    ];
    let seen = seen(&panel, &data(Shape::Sites(sites)), UNICODE, (60, 16));
    let column = |name: &str| seen.lines().find_map(|line| line.find(name)).unwrap();
    assert!(
        column("Apia") > column("Suva"),
        "Apia is east of Suva:\n{seen}"
    );
}

// ── Map panels ──────────────────────────────────────────────────────────────────────────────────

#[test]
fn places_on_one_spot_are_one_number_and_the_worst_speaks() {
    let (mut panel, _) = map();
    panel.legend = kpi_dashboard::config::Legend::Auto;
    let mut sites = vec![site("Lima", -12.0, -77.0, 30.0)];
    for index in 0..5 {
        let value = if index == 3 { 400.0 } else { 20.0 };
        sites.push(site(
            &format!("rack {index}"),
            50.1,
            8.68 + f64::from(index) * 0.01,
            value,
        ));
    }
    let seen = seen(&panel, &data(Shape::Sites(sites)), UNICODE, (90, 24));
    assert!(seen.contains("✖5 rack 3 +4"), "{seen}");
    assert!(seen.contains("✔ Lima 30 ms"), "{seen}");
    assert!(seen.contains("6 places, near ones as a number"), "{seen}");
}

#[test]
fn numbers_of_marks_never_touch_and_add_up() {
    let mut sites = Vec::new();
    for index in 0..3_000_u32 {
        let (a, b) = (
            f64::from(index * 7_919 % 3_001),
            f64::from(index * 104_729 % 2_999),
        );
        sites.push(site(
            "",
            a / 3_001.0 * 130.0 - 55.0,
            b / 2_999.0 * 360.0 - 180.0,
            NAN,
        ));
    }
    let panel = panel(PanelKind::Map, "", "");
    let buf = fixtures::drawn(
        &panel,
        &data(Shape::Sites(sites)),
        &fixtures::view(UNICODE, &jiff::tz::TimeZone::UTC),
        (120, 30),
    );
    let mut sum = 0;
    for y in 1..29 {
        let mut digits = String::new();
        for x in 1..120 {
            let cell = &buf[(x, y)];
            if cell.modifier.contains(ratatui::style::Modifier::REVERSED) {
                digits.push_str(cell.symbol());
            } else {
                sum += digits.parse().unwrap_or(0);
                digits.clear();
                sum += u32::from(cell.symbol() == "●" || cell.symbol() == "•");
            }
        }
    }
    assert_eq!(sum, 3_000, "{}", fixtures::text(&buf));
}

#[test]
fn columns_are_found_by_grafanas_names() {
    let expected = Shape::Sites(vec![site("Berlin", 52.5, 13.4, 7.0)]);
    let place = ("city", ColumnKind::Text, words(&["Berlin"]));
    let number = ("orders", ColumnKind::Number, numbers(&[7.0]));
    for (north, east) in [("latitude", "longitude"), ("lat", "lon"), ("LAT", "Lng")] {
        let rows = rows(vec![
            number.clone(),
            (east, ColumnKind::Number, numbers(&[13.4])),
            place.clone(),
            (north, ColumnKind::Number, numbers(&[52.5])),
        ]);
        assert_eq!(
            shaped(PanelKind::Map, &rows),
            Ok(expected.clone()),
            "{north} {east}"
        );
    }
    let hashed = rows(vec![
        ("geohash", ColumnKind::Text, words(&["u33dc0", "no!", ""])),
        ("orders", ColumnKind::Number, numbers(&[7.0, 8.0, 9.0])),
    ]);
    let Ok(Shape::Sites(sites)) = shaped(PanelKind::Map, &hashed) else {
        panic!("a geohash is a place");
    };
    assert_eq!(sites.len(), 1, "what is no geohash is left out");
    assert!((sites[0].latitude - 52.5).abs() < 0.1 && (sites[0].longitude - 13.4).abs() < 0.1);
}

#[test]
fn wrong_columns_are_named_with_what_is_needed() {
    let number = |name| (name, ColumnKind::Number, numbers(&[1.0]));
    let text = |name| (name, ColumnKind::Text, words(&["1"]));
    let time = ("time", ColumnKind::Time, times(&[0]));
    for (kind, columns, needed) in [
        (
            PanelKind::Map,
            vec![number("lat"), number("x")],
            "`longitude`, `lon` or `lng`",
        ),
        (
            PanelKind::Map,
            vec![number("a"), number("b")],
            "`latitude` and `longitude`",
        ),
        (
            PanelKind::Map,
            vec![text("lat"), number("lon")],
            "`lat::float8`",
        ),
        (
            PanelKind::Candlestick,
            vec![number("open"), number("close")],
            "there is no time column",
        ),
        (
            PanelKind::Candlestick,
            vec![time.clone(), number("price")],
            "`open`",
        ),
        (
            PanelKind::Candlestick,
            vec![time, text("open")],
            "`open::float8 as open`",
        ),
    ] {
        let first = columns[0].0;
        let failure = shaped(kind, &rows(columns)).unwrap_err();
        let said = format!("{}\n{}", failure.summary, failure.details.join("\n"));
        assert!(
            said.contains(needed) || needed == "`latitude` and `longitude`",
            "{needed}:\n{said}"
        );
        assert!(
            failure
                .summary
                .contains(&format!("a {} panel needs", kind.name())),
            "{said}"
        );
        assert!(
            failure
                .summary
                .contains(&format!("the query gives {first} (")),
            "{said}"
        );
        assert!(said.contains("for example: select"), "{said}");
    }
}

// ── Candles ─────────────────────────────────────────────────────────────────────────────────────

fn candle(second: i64, [open, high, low, close]: [f64; 4], volume: f64) -> Candle {
    Candle {
        at: Moment(HOUR.from.0 + second * SECOND),
        open,
        high,
        low,
        close,
        volume,
    }
}

#[test]
fn candle_columns_are_found_by_grafanas_names_in_any_case() {
    let expected = Shape::Candles(vec![
        candle(0, [1.0, 4.0, 0.5, 2.0], 9.0),
        candle(60, [2.0, 3.0, 1.0, 1.5], NAN),
    ]);
    for names in [
        ["open", "high", "low", "close", "volume"],
        ["Open", "HIGH", "Low", "Close", "Volume"],
        ["o", "h", "l", "c", "v"],
        ["o", "max", "min", "c", "v"],
    ] {
        let number =
            |index: usize, values: &[f64]| (names[index], ColumnKind::Number, numbers(values));
        // The later row first.
        let rows = rows(vec![
            ("time", ColumnKind::Time, times(&[60, 0])),
            number(4, &[NAN, 9.0]),
            number(3, &[1.5, 2.0]),
            number(2, &[1.0, 0.5]),
            number(1, &[3.0, 4.0]),
            number(0, &[2.0, 1.0]),
        ]);
        let shape = shaped(PanelKind::Candlestick, &rows).unwrap();
        assert_eq!(format!("{shape:?}"), format!("{expected:?}"), "{names:?}");
    }
}

#[test]
fn what_is_missing_comes_from_the_neighbours_as_in_grafana() {
    let close_only = rows(vec![
        ("time", ColumnKind::Time, times(&[0, 60, 120])),
        ("close", ColumnKind::Number, numbers(&[1.0, 3.0, 2.0])),
    ]);
    let Ok(Shape::Candles(candles)) = shaped(PanelKind::Candlestick, &close_only) else {
        panic!("a close is enough");
    };
    let seen: Vec<_> = candles
        .iter()
        .map(|c| (c.open, c.high, c.low, c.close))
        .collect();
    assert_eq!(
        seen,
        [
            (1.0, 1.0, 1.0, 1.0),
            (1.0, 3.0, 1.0, 3.0),
            (3.0, 3.0, 2.0, 2.0)
        ]
    );
    let open_only = rows(vec![
        ("time", ColumnKind::Time, times(&[0, 60, 120])),
        ("open", ColumnKind::Number, numbers(&[1.0, 3.0, 2.0])),
    ]);
    let Ok(Shape::Candles(candles)) = shaped(PanelKind::Candlestick, &open_only) else {
        panic!("an open is enough");
    };
    let seen: Vec<_> = candles.iter().map(|c| (c.open, c.close)).collect();
    assert_eq!(seen, [(1.0, 3.0), (3.0, 2.0), (2.0, 2.0)]);
}

#[test]
fn candles_of_several_things_are_refused() {
    let rows = rows(vec![
        ("time", ColumnKind::Time, times(&[0, 0])),
        ("symbol", ColumnKind::Text, words(&["ABC", "XYZ"])),
        ("close", ColumnKind::Number, numbers(&[1.0, 2.0])),
    ]);
    let failure = shaped(PanelKind::Candlestick, &rows).unwrap_err();
    assert!(
        failure
            .summary
            .contains("`symbol` holds several: `ABC`, `XYZ`"),
        "{failure:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_is_first_open_last_close_and_the_ends_of_all(
        values in prop::collection::vec((-1e3..1e3_f64, -1e3..1e3_f64, 0.0..9.0_f64, prop::option::of(0.0..1e6_f64)), 1..40),
        cut in 0..40_usize,
    ) {
        let candles: Vec<Candle> = (0..)
            .zip(&values)
            .map(|(at, (open, close, reach, volume))| {
                let (high, low) = (open.max(*close) + reach, open.min(*close) - reach);
                candle(at, [*open, high, low, *close], volume.unwrap_or(NAN))
            })
            .collect();
        let all = merge(&candles).unwrap();
        prop_assert_eq!(all.at, candles[0].at);
        prop_assert_eq!((all.open, all.close), (values[0].0, values[values.len() - 1].1));
        let mut highs: Vec<f64> = candles.iter().map(|candle| candle.high).collect();
        let mut lows: Vec<f64> = candles.iter().map(|candle| candle.low).collect();
        highs.sort_by(f64::total_cmp);
        lows.sort_by(f64::total_cmp);
        prop_assert_eq!((Some(&all.high), Some(&all.low)), (highs.last(), lows.first()));
        let known: Vec<f64> = values.iter().filter_map(|value| value.3).collect();
        if known.is_empty() {
            prop_assert!(all.volume.is_nan());
        } else {
            prop_assert!((all.volume - known.iter().sum::<f64>()).abs() < 1e-6);
        }
        // In one go or in two: the same.
        let (before, after) = candles.split_at(cut.min(candles.len()));
        let halves: Vec<Candle> = [merge(before), merge(after)].into_iter().flatten().collect();
        let again = merge(&halves).unwrap();
        prop_assert_eq!((again.open, again.high, again.low, again.close), (all.open, all.high, all.low, all.close));
    }
}

#[test]
fn a_candle_in_pieces_is_drawn_as_the_whole() {
    let (panel, whole) = candlestick();
    let Shape::Candles(candles) = whole.shape.as_ref() else {
        panic!("candles");
    };
    let pieces = candles.iter().flat_map(|candle| {
        let middle = f64::midpoint(candle.high, candle.low);
        let first = Candle {
            close: middle,
            low: middle.min(candle.open),
            volume: candle.volume / 4.0,
            ..*candle
        };
        let last = Candle {
            at: candle.at.plus(1),
            open: middle,
            high: middle.max(candle.close),
            volume: candle.volume * 0.75,
            ..*candle
        };
        [first, last]
    });
    let pieces = data(Shape::Candles(pieces.collect()));
    // The first line is about the newest candle alone.
    let below = |text: String| text.lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
    for look in [UNICODE, BLOCKS, ASCII] {
        for size in [(100, 24), (50, 12)] {
            let [one, two] = [&whole, &pieces].map(|data| below(seen(&panel, data, look, size)));
            assert_eq!(one, two);
        }
    }
}

#[test]
fn rising_and_falling_differ_without_colour() {
    let panel = panel(PanelKind::Candlestick, "", "");
    let one = |open: f64, close: f64, count: i64| {
        let candle = |index: i64| candle(index * 3_500 / count, [open, 12.0, 0.0, close], NAN);
        data(Shape::Candles((0..count).map(candle).collect()))
    };
    let signs = |seen: &str, signs: &[char]| seen.chars().filter(|c| signs.contains(c)).count();
    for count in [8, 30] {
        for (look, solid) in [(UNICODE, '█'), (BLOCKS, '█'), (ASCII, '#')] {
            let rising = seen(&panel, &one(3.0, 9.0, count), look, (90, 14));
            let falling = seen(&panel, &one(9.0, 3.0, count), look, (90, 14));
            assert_eq!(signs(&rising, &[solid]), 0, "{rising}");
            assert!(signs(&falling, &[solid]) >= 8, "{falling}");
            assert!(
                rising.contains(['▲', '^']) && falling.contains(['▼', 'v']),
                "{rising}{falling}"
            );
        }
    }
}

// ── All of them ─────────────────────────────────────────────────────────────────────────────────

#[test]
fn nothing_and_one_row_are_drawn() {
    let one = [
        Shape::Sites(vec![site("Berlin", 52.5, 13.4, 7.0)]),
        Shape::Candles(vec![candle(1_800, [1.0, 4.0, 0.5, 2.0], 9.0)]),
    ];
    for (kind, (one, none)) in [PanelKind::Map, PanelKind::Candlestick].into_iter().zip(
        one.into_iter()
            .zip([Shape::Sites(Vec::new()), Shape::Candles(Vec::new())]),
    ) {
        let empty = rows(Vec::new());
        assert_eq!(
            shaped(kind, &empty),
            Ok(none.clone()),
            "before the first answer"
        );
        let panel = panel(kind, "", "");
        for size in [(1, 1), (3, 1), (20, 1), (1, 9), (30, 3), (70, 20)] {
            for look in [UNICODE, BLOCKS, ASCII] {
                let drawn = seen(&panel, &data(one.clone()), look, size);
                assert!(size.0 < 3 || !drawn.trim().is_empty(), "{kind:?} {size:?}");
                seen(&panel, &data(none.clone()), look, size);
            }
        }
        let empty = seen(&panel, &data(none), UNICODE, (40, 9));
        assert!(empty.contains("no "), "{empty}");
    }
}

#[test]
fn a_hundred_thousand_rows_are_drawn_at_once() {
    let many = 100_000_u32;
    let at = |index: u32| f64::from(index.wrapping_mul(2_654_435_761)) / f64::from(u32::MAX);
    let values: Vec<f64> = (0..many).map(|index| 1.0 + at(index)).collect();
    let labels: Vec<String> = (0..many).map(|index| format!("row {index}")).collect();
    let bar = |(label, value): (&String, &f64)| kpi_dashboard::model::panel_data::Bar {
        label: label.clone(),
        value: *value,
    };
    let bars = Shape::Bars(labels.iter().zip(&values).map(bar).collect());
    let sites = (0..many).map(|index| {
        site(
            "x",
            at(index) * 170.0 - 85.0,
            at(index + 7) * 359.0 - 180.0,
            at(index),
        )
    });
    let candles = (0..many).map(|index| {
        let open = values[index as usize];
        let mut candle = candle(0, [open, open + 0.5, open - 0.5, open + 0.2], 1.0);
        candle.at = candle.at.plus(i64::from(index) * 36_000);
        candle
    });
    for ((panel, _), shape) in [pie(), bar_gauge(), map(), candlestick()].into_iter().zip([
        bars.clone(),
        bars,
        Shape::Sites(sites.collect()),
        Shape::Candles(candles.collect()),
    ]) {
        let data = data(shape);
        let start = Instant::now();
        for _ in 0..3 {
            seen(&panel, &data, UNICODE, (120, 40));
        }
        let each = start.elapsed() / 3;
        // Without optimisation; with it about a tenth.
        assert!(
            each < Duration::from_millis(400),
            "{}: {each:?}",
            panel.kind.name()
        );
    }
}
