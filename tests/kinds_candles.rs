//! What candlestick claims, and what it, pie, bargauge and canvas-map claim together.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with tests/panels.rs, which uses the rest")]
mod fixtures;
#[path = "panels/shaping.rs"]
#[allow(dead_code, reason = "shared with the tests of other kinds")]
mod shaping;

use std::time::{Duration, Instant};

use fixtures::samples_shares::{bar_gauge, candlestick, map, pie};
use fixtures::{ASCII, BLOCKS, HOUR, LOOKS, SECOND, UNICODE, data, panel, rising};
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Bar, Candle, Shape, Site};
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
    let why = shaped(PanelKind::Candlestick, &open_only).unwrap_err();
    assert!(
        why.summary.contains("open (") && why.details[1].contains("`close`"),
        "{why:?}"
    );
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
fn the_screen_knows_where_the_candles_times_are() {
    let (panel, data) = candlestick();
    let zone = jiff::tz::TimeZone::UTC;
    let area = ratatui::layout::Rect::new(0, 0, 100, 24);
    let mut buf = ratatui::buffer::Buffer::empty(area);
    let view = fixtures::view(UNICODE, &zone);
    let axis = kpi_dashboard::view::panel::draw(&panel, &data, &view, area, &mut buf).unwrap();
    assert!(axis.window.from <= HOUR.from && axis.window.to >= HOUR.to);
    assert!(area.intersection(axis.area) == axis.area && axis.area.width > 80);
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
    let bar = |(label, value): (&String, &f64)| Bar {
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

fn odd_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => -1e6..1e6_f64,
        1 => prop::sample::select(vec![0.0, -0.0, 1e-300, f64::MAX, f64::MIN, NAN]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Odd numbers at odd sizes: no panic, and ASCII where ASCII was asked for.
    #[test]
    fn any_area_can_be_drawn_into(
        numbers in prop::collection::vec((odd_number(), odd_number(), 0..4_000_i64), 0..40),
        size in (1_u16..80, 1_u16..30),
        look in prop::sample::select(LOOKS.to_vec()),
        ends in (prop::option::of(odd_number()), prop::option::of(odd_number())),
        has_thresholds in any::<bool>(),
        donut in any::<bool>(),
    ) {
        let name = |value: &f64| format!("日本 {}", value.is_sign_negative());
        let bars = numbers.iter().map(|(value, ..)| Bar { label: name(value), value: *value });
        let bars: Vec<Bar> = bars.collect();
        let sites = numbers.iter().map(|(a, b, _)| {
            let [a, b] = [a, b].map(|value| if value.is_finite() { *value } else { 0.0 });
            site(&name(&a), a % 90.0, b % 180.0, b)
        });
        let mut candles: Vec<Candle> = numbers
            .iter()
            .filter(|(open, close, _)| open.is_finite() && close.is_finite())
            .map(|(open, close, at)| candle(*at, [*open, open.max(*close), open.min(*close), *close], *open))
            .collect();
        candles.sort_by_key(|candle| candle.at);
        for (kind, shape) in [
            (PanelKind::Pie, Shape::Bars(bars.clone())),
            (PanelKind::BarGauge, Shape::Bars(bars)),
            (PanelKind::Map, Shape::Sites(sites.collect())),
            (PanelKind::Candlestick, Shape::Candles(candles)),
        ] {
            let mut panel = panel(kind, "odd", "");
            (panel.min, panel.max) = ends;
            panel.donut = donut;
            if has_thresholds {
                panel.thresholds = rising(10.0, 1e5);
            }
            let seen = seen(&panel, &data(shape), look, size);
            prop_assert!(look != ASCII || seen.is_ascii(), "{seen}");
            prop_assert!(!seen.contains("NaN") && !seen.contains("inf"), "{seen}");
        }
    }
}
