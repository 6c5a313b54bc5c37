//! Charts as they are seen: styles, stacks and axes.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod fixtures;

use std::fmt::Write as _;

use fixtures::{ASCII, HOUR, LOOKS, NOW, SECOND, UNICODE, data, drawn, panel, rising, text, view, wave};
use jiff::tz::TimeZone;
use kpi_dashboard::config::{AxisScale, Chart, ChartStyle, Config, Panel, Stacking};
use kpi_dashboard::model::color::Color;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{PanelData, Shape};
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::unit::Unit;
use kpi_dashboard::ui::{Depth, Glyphs, Look};

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
