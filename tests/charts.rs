//! Charts as they are seen: styles, stacks and axes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod fixtures;

use std::fmt::Write as _;

use fixtures::{ASCII, HOUR, LOOKS, SECOND, UNICODE, data, drawn, panel, rising, text, view, wave};
use jiff::ToSpan;
use jiff::tz::TimeZone;
use kpi_dashboard::config::{AxisScale, Chart, ChartStyle, Config, Panel, Stacking};
use kpi_dashboard::model::color::Color;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{PanelData, Shape};
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::time::{DAY, Moment, TimeWindow};
use kpi_dashboard::model::unit::Unit;
use kpi_dashboard::ui::{Depth, Look};
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color as Ink;

const NO_COLOR: Look = Look {
    depth: Depth::None,
    ..UNICODE
};

const SIZES: [(u16, u16); 2] = [(76, 14), (40, 9)];

fn chart(style: ChartStyle, stack: Stacking) -> Panel {
    let mut panel = panel(PanelKind::Timeseries, "Requests", "short");
    panel.chart = Chart {
        style,
        stack,
        ..Chart::default()
    };
    panel
}

/// Three series with a reading every `step` seconds; the first has a hole.
fn three(step: i64) -> PanelData {
    let mut series = vec![
        wave("web", 50.0, 20.0, 0.0, step),
        wave("api", 90.0, 30.0, 0.3, step),
        wave("jobs", 25.0, 8.0, 0.6, step),
    ];
    let points = &mut series[0].points;
    let (from, to) = (points.len() * 2 / 5, points.len() / 2);
    for point in &mut points[from..to] {
        point.value = f64::NAN;
    }
    PanelData {
        interval: step * SECOND,
        ..data(Shape::Series(series))
    }
}

/// In every look and at both sizes.
fn everywhere(panel: &Panel, data: &PanelData) -> String {
    let zone = TimeZone::UTC;
    let mut out = String::new();
    for look in [LOOKS[0], LOOKS[1], LOOKS[2], NO_COLOR] {
        for size in SIZES {
            let name = (look.depth, look.glyphs);
            let seen = text(&drawn(panel, data, &view(look, &zone), size));
            writeln!(out, "{name:?} {}x{}\n{seen}", size.0, size.1).unwrap();
        }
    }
    out
}

#[test]
fn lines_areas_points_and_steps() {
    for (name, style) in [
        ("area", ChartStyle::Area),
        ("points", ChartStyle::Points),
        ("step", ChartStyle::Step),
    ] {
        let panel = chart(style, Stacking::None);
        insta::assert_snapshot!(format!("style_{name}"), everywhere(&panel, &three(120)));
    }
}

#[test]
fn bars_are_as_wide_as_their_buckets() {
    let panel = chart(ChartStyle::Bars, Stacking::None);
    insta::assert_snapshot!("bars_grouped", everywhere(&panel, &three(600)));
    insta::assert_snapshot!("bars_overlaid", everywhere(&panel, &three(120)));
    let stacked = chart(ChartStyle::Bars, Stacking::Values);
    insta::assert_snapshot!("bars_stacked", everywhere(&stacked, &three(300)));
}

#[test]
fn areas_on_each_other_differ_without_colour() {
    let panel = chart(ChartStyle::Area, Stacking::Values);
    insta::assert_snapshot!("area_stacked", everywhere(&panel, &three(60)));
    let percent = chart(ChartStyle::Area, Stacking::Percent);
    insta::assert_snapshot!("area_percent", everywhere(&percent, &three(60)));
    let lines = chart(ChartStyle::Line, Stacking::Values);
    insta::assert_snapshot!("line_stacked", everywhere(&lines, &three(60)));
}

#[test]
fn a_logarithmic_axis_is_marked_at_powers_of_ten() {
    let mut panel = chart(ChartStyle::Line, Stacking::None);
    panel.chart.scale = AxisScale::Log;
    let growing = |name: &str, start: f64, per_minute: f64| Series {
        name: name.to_owned(),
        points: (0..60)
            .map(|minute| Point {
                at: Moment(HOUR.from.0 + minute * 60 * SECOND),
                value: start * 10_f64.powf(per_minute * minute as f64),
            })
            .collect(),
    };
    let mut all = vec![growing("slow", 2.0, 0.02), growing("fast", 1.0, 0.09)];
    insta::assert_snapshot!("log", everywhere(&panel, &data(Shape::Series(all.clone()))));
    // What is zero or less has a row of its own at the bottom.
    for point in &mut all[0].points[20..30] {
        point.value = 0.0;
    }
    all[0].points[25].value = -3.0;
    insta::assert_snapshot!(
        "log_with_zero",
        everywhere(&panel, &data(Shape::Series(all.clone())))
    );
    panel.chart.style = ChartStyle::Bars;
    insta::assert_snapshot!("log_bars", everywhere(&panel, &data(Shape::Series(all))));
}

#[test]
fn a_series_may_have_its_axis_on_the_right() {
    let mut panel = chart(ChartStyle::Bars, Stacking::None);
    panel.chart.right = vec!["conversion".to_owned()];
    panel.chart.right_unit = Some(Unit::parse("percent").unwrap());
    let series = vec![
        wave("visits", 9_000.0, 3_000.0, 0.0, 300),
        wave("conversion", 3.2, 0.8, 0.4, 300),
    ];
    let data = PanelData {
        interval: 300 * SECOND,
        ..data(Shape::Series(series))
    };
    insta::assert_snapshot!("right_axis", everywhere(&panel, &data));
}

#[test]
fn a_series_has_the_colour_its_name_is_given() {
    let mut panel = chart(ChartStyle::Line, Stacking::None);
    panel.chart.colors = vec![("api".to_owned(), Color::Red)];
    let zone = TimeZone::UTC;
    let look = Look {
        depth: Depth::Ansi16,
        ..UNICODE
    };
    let seen = drawn(&panel, &three(60), &view(look, &zone), (76, 14));
    let legend = 12;
    let sign_of = |name: &str| {
        let line: String = (0..76).map(|x| seen[(x, legend)].symbol()).collect();
        let at = line.chars().collect::<Vec<_>>();
        let name: Vec<char> = name.chars().collect();
        let start = at
            .windows(name.len())
            .position(|part| part == name)
            .unwrap();
        seen[(start as u16 - 2, legend)].fg
    };
    assert_eq!(sign_of("api"), Ink::Red);
    assert_eq!(sign_of("web"), Ink::Green, "the palette's first");
    let line = seen.content.iter().filter(|cell| cell.fg == Ink::Red);
    assert!(line.count() > 20, "the line itself");
}

#[test]
fn thresholds_are_seen_through_areas_and_behind_bars() {
    let zone = TimeZone::UTC;
    for style in [ChartStyle::Area, ChartStyle::Bars] {
        let mut panel = chart(style, Stacking::None);
        panel.thresholds = rising(60.0, 100.0);
        let data = PanelData {
            interval: 300 * SECOND,
            ..data(Shape::Series(vec![wave("load", 70.0, 40.0, 0.0, 300)]))
        };
        let seen = text(&drawn(&panel, &data, &view(UNICODE, &zone), (76, 14)));
        let dashes = seen.matches('╌').count();
        assert!(dashes > 30, "{style:?}: {dashes}\n{seen}");
    }
}

#[test]
fn statistics_of_each_series_fill_a_whole_screen() {
    let zone = TimeZone::UTC;
    let panel = chart(ChartStyle::Area, Stacking::Values);
    let mut view = view(UNICODE, &zone);
    view.full_screen = true;
    let mut out = String::new();
    for size in [(120, 24), (60, 24)] {
        out += &text(&drawn(&panel, &three(60), &view, size));
    }
    insta::assert_snapshot!(out);
}

#[test]
fn months_and_days_with_a_change_of_clocks_have_a_bar_each() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let at = |text: &str| Moment::from_timestamp(text.parse().unwrap());
    let bars = |starts: Vec<Moment>, window: TimeWindow| {
        let points = starts.iter().map(|at| Point {
            at: *at,
            value: 10.0,
        });
        let series = Series {
            name: "orders".to_owned(),
            points: points.collect(),
        };
        let data = PanelData {
            window,
            interval: DAY,
            ..data(Shape::Series(vec![series]))
        };
        let mut panel = chart(ChartStyle::Bars, Stacking::None);
        panel.min = Some(0.0);
        let seen = drawn(&panel, &data, &view(UNICODE, &zone), (140, 12));
        // Runs of blocks in the lowest row of the plot.
        let row: String = (0..140).map(|x| seen[(x, 9)].symbol()).collect();
        row.split(|c| c != '█')
            .filter(|run| !run.is_empty())
            .count()
    };
    let local = |date: jiff::civil::Date| {
        Moment::from_timestamp(date.to_zoned(zone.clone()).unwrap().timestamp())
    };
    // October 25 has 25 hours, March 29 has 23.
    for first in [
        jiff::civil::date(2026, 10, 20),
        jiff::civil::date(2026, 3, 24),
    ] {
        let days: Vec<Moment> = first.series(1.day()).take(10).map(local).collect();
        let window = TimeWindow {
            from: days[0],
            to: days[9].plus(DAY),
        };
        assert_eq!(bars(days, window), 10, "{first}");
    }
    let months: Vec<Moment> = (1..=12)
        .map(|month| local(jiff::civil::date(2026, month, 1)))
        .collect();
    let window = TimeWindow {
        from: months[0],
        to: at("2026-12-31T23:00:00Z"),
    };
    assert_eq!(bars(months, window), 12);
}

#[test]
fn options_are_read_from_the_configuration() {
    let text = r##"
        [[dashboard]]
        name = "Main"
        [dashboard.panel.sales]
        kind = "timeseries"
        sql = "select now() as time, 1"
        style = "bars"
        stack = "percent"
        right = ["conversion"]
        right_unit = "percent"
        colors = { shop = "blue", app = "#102030" }
    "##;
    let config = Config::from_toml("config.toml", text, &std::collections::BTreeMap::new())
        .unwrap_or_else(|problems| panic!("{problems}"));
    let read = &config.dashboards[0].panels[0].chart;
    let expected = Chart {
        style: ChartStyle::Bars,
        stack: Stacking::Percent,
        scale: AxisScale::Linear,
        right: vec!["conversion".to_owned()],
        right_unit: Some(Unit::parse("percent").unwrap()),
        colors: vec![
            ("shop".to_owned(), Color::Blue),
            ("app".to_owned(), Color::Rgb(0x10, 0x20, 0x30)),
        ],
    };
    assert_eq!(*read, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_series_in_any_size_stays_in_its_place(
        size in (0_u16..90, 0_u16..26), at in (0_u16..4, 0_u16..4),
        values in prop::collection::vec(prop::collection::vec(prop_oneof![
            4 => -1e3_f64..1e3, 1 => Just(f64::NAN), 1 => Just(0.0), 1 => any::<f64>(),
        ], 0..40), 0..4),
        step in prop::sample::select(vec![0, 1, 7 * SECOND, 60 * SECOND, 600 * SECOND, DAY]),
        style in prop::sample::select(vec![
            ChartStyle::Line, ChartStyle::Area, ChartStyle::Bars, ChartStyle::Points, ChartStyle::Step,
        ]),
        stack in prop::sample::select(vec![Stacking::None, Stacking::Values, Stacking::Percent]),
        is_log in any::<bool>(), has_right in any::<bool>(), full_screen in any::<bool>(),
        look in prop::sample::select(vec![UNICODE, LOOKS[1], ASCII, NO_COLOR]),
    ) {
        let mut panel = chart(style, stack);
        panel.chart.scale = if is_log { AxisScale::Log } else { AxisScale::Linear };
        if has_right {
            panel.chart.right = vec!["s0".to_owned()];
        }
        let series = values.iter().enumerate().map(|(index, values)| Series {
            name: format!("s{index}"),
            points: (0..).zip(values).map(|(index, value)| Point {
                at: Moment(HOUR.from.0 + index * step),
                value: *value,
            }).collect(),
        }).collect();
        let data = PanelData { interval: step, ..data(Shape::Series(series)) };
        let whole = Rect::new(0, 0, 100, 32);
        let area = Rect::new(at.0, at.1, size.0, size.1);
        let mut buf = Buffer::filled(whole, Cell::new("~"));
        let zone = TimeZone::UTC;
        let mut view = view(look, &zone);
        view.full_screen = full_screen;
        let axis = kpi_dashboard::view::panel::draw(&panel, &data, &view, area, &mut buf);
        for y in 0..whole.height {
            for x in 0..whole.width {
                let inside = area.contains((x, y).into());
                prop_assert!(inside || buf[(x, y)].symbol() == "~", "{x}, {y} of {area:?}");
            }
        }
        if let Some(axis) = axis {
            prop_assert_eq!(axis.area.intersection(area), axis.area);
            prop_assert!(axis.window.from < axis.window.to);
        }
    }
}
