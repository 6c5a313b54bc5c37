//! Panels, data and viewers to draw, all made from fixed numbers: no clock, no randomness.

#[path = "samples_shares.rs"]
pub mod samples_shares;
#[path = "samples_time.rs"]
pub mod samples_time;

use std::f64::consts::TAU;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kpi_dashboard::config::Panel;
use kpi_dashboard::model::color::Color;
use kpi_dashboard::model::heat::Heat;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::live::LiveLevel;
use kpi_dashboard::model::panel_data::{Bar, Failure, Health, LogLine, PanelData, Shape};
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::states::States;
use kpi_dashboard::model::threshold::{Threshold, Thresholds};
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::model::unit::Unit;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::ui::{Depth, Glyphs, Look};
use kpi_dashboard::view::panel::PanelView;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub const SECOND: i64 = 1_000_000;
/// 2026-06-01 14:03:00 UTC.
pub const NOW: Moment = Moment(1_780_322_580 * SECOND);
pub const HOUR: TimeWindow = TimeWindow {
    from: Moment(NOW.0 - 3_600 * SECOND),
    to: NOW,
};

pub const UNICODE: Look = Look {
    depth: Depth::True,
    glyphs: Glyphs::Braille,
    theme: kpi_dashboard::ui::Theme::Terminal,
};
pub const BLOCKS: Look = Look {
    depth: Depth::Ansi16,
    glyphs: Glyphs::Blocks,
    theme: kpi_dashboard::ui::Theme::Terminal,
};
pub const ASCII: Look = Look {
    depth: Depth::None,
    glyphs: Glyphs::Ascii,
    theme: kpi_dashboard::ui::Theme::Terminal,
};
pub const LOOKS: [Look; 3] = [UNICODE, BLOCKS, ASCII];

pub fn panel(kind: PanelKind, title: &str, unit: &str) -> Panel {
    Panel {
        title: title.to_owned(),
        sql: Some("select 1".to_owned()),
        unit: if unit.is_empty() {
            Unit::default()
        } else {
            Unit::parse(unit).unwrap()
        },
        ..Panel::new("panel", kind)
    }
}

/// Green from the start, yellow and red from where they are told.
pub fn rising(yellow: f64, red: f64) -> Thresholds {
    Thresholds(
        [
            (f64::MIN, Color::Green),
            (yellow, Color::Yellow),
            (red, Color::Red),
        ]
        .map(|(at, color)| Threshold { at, color })
        .to_vec(),
    )
}

/// A daily-looking wave with something like noise, a reading every `step` seconds of the last hour.
pub fn wave(name: &str, middle: f64, swing: f64, phase: f64, step: i64) -> Series {
    let points = (0..3_600 / step)
        .map(|index| {
            let x = (index * step) as f64 / 3_600.0;
            let noise = ((index * 7_919 + 13) % 101) as f64 / 101.0 - 0.5;
            Point {
                at: Moment(HOUR.from.0 + index * step * SECOND),
                value: middle + swing * ((x * 2.0 + phase) * TAU).sin() + swing * 0.3 * noise,
            }
        })
        .collect();
    Series {
        name: name.to_owned(),
        points,
    }
}

pub fn data(shape: Shape) -> PanelData {
    PanelData {
        shape: Arc::new(shape),
        health: Health::Live,
        asked_at: Some(NOW),
        newest_at: Some(NOW),
        window: HOUR,
        interval: 10 * SECOND,
        ..PanelData::waiting()
    }
}

pub fn column(name: &str, type_name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
    Column {
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        kind,
        values,
    }
}

pub fn orders(count: usize) -> Rowset {
    let customers = [
        "Ada Lovelace",
        "日本語の株式会社",
        "O'Brien & Söhne\nsecond line",
        "Grace Hopper",
    ];
    let each = |f: &dyn Fn(usize) -> Value| (0..count).map(f).collect::<Vec<_>>();
    Rowset {
        columns: vec![
            column(
                "id",
                "int8",
                ColumnKind::Number,
                each(&|i| Value::Int(10_400 + i64::try_from(i).unwrap())),
            ),
            column(
                "customer",
                "text",
                ColumnKind::Text,
                each(&|i| Value::Text(customers[i % 4].into())),
            ),
            column(
                "total",
                "numeric",
                ColumnKind::Number,
                each(&|i| match i % 5 {
                    3 => Value::Null,
                    other => {
                        Value::Decimal(["12.50", "1299.00", "7.25", "", "103.10"][other].into())
                    }
                }),
            ),
            column(
                "state",
                "order_state",
                ColumnKind::Text,
                each(&|i| Value::Text(["paid", "open", "shipped"][i % 3].into())),
            ),
            column(
                "note",
                "jsonb",
                ColumnKind::Json,
                each(&|_| {
                    Value::Json(
                        r#"{"gift": true, "source": "newsletter", "tags": ["new", "eu"]}"#.into(),
                    )
                }),
            ),
        ],
        truncated: false,
    }
}

pub fn table(rows: Rowset) -> PanelData {
    PanelData {
        rows: Arc::new(rows),
        ..data(Shape::Rows)
    }
}

/// One live panel of each kind.
pub fn kinds() -> Vec<(Panel, PanelData)> {
    let mut stat = panel(PanelKind::Stat, "Orders / min", "short");
    stat.thresholds = rising(150.0, 180.0);
    let mut lines = panel(PanelKind::Timeseries, "Latency", "ms");
    lines.thresholds = rising(140.0, 400.0);
    let bars = panel(PanelKind::Bars, "Revenue by region", "currencyEUR");
    let mut gauge = panel(PanelKind::Gauge, "Pool in use", "percent");
    gauge.thresholds = rising(60.0, 85.0);
    let rows = panel(PanelKind::Table, "Latest orders", "");
    let mut words = panel(PanelKind::Text, "Runbook", "");
    words.text = Some(
        "# On call\nIf **errors** rise, see `kpi alerts`.\n\n- restart the worker\n- tell #ops, then wait for the queue to drain\n1. breathe"
            .to_owned(),
    );
    let regions = [
        ("Europe", 48_230.0),
        ("North America", 31_980.5),
        ("Asia", 55_120.0),
        ("Africa", 4_100.0),
        ("Refunds", -6_300.0),
    ];
    let regions = regions.map(|(label, value)| Bar {
        label: label.to_owned(),
        value,
    });
    let mut latency = vec![
        wave("p50", 80.0, 20.0, 0.0, 10),
        wave("p95", 160.0, 60.0, 0.3, 10),
        wave("p99", 260.0, 90.0, 0.6, 10),
    ];
    for point in &mut latency[0].points[120..170] {
        point.value = f64::NAN;
    }
    let mut all = vec![
        (
            stat,
            data(Shape::Series(vec![wave("orders", 128.0, 30.0, 0.1, 10)])),
        ),
        (lines, data(Shape::Series(latency))),
        (bars, data(Shape::Bars(regions.to_vec()))),
        (
            gauge,
            data(Shape::Series(vec![wave("used", 70.0, 6.0, 0.2, 10)])),
        ),
        (rows, table(orders(40))),
        (words, data(Shape::Rows)),
        (
            panel(PanelKind::Log, "Events", "none"),
            data(Shape::Log(events())),
        ),
    ];
    all.extend(samples_time::kinds());
    all.extend(samples_shares::kinds());
    all
}

fn events() -> Vec<LogLine> {
    let line = |ago: i64, level, text: &str| LogLine {
        at: Moment(NOW.0 - ago * SECOND),
        level,
        text: text.to_owned(),
    };
    vec![
        line(20, LiveLevel::Info, "deployed 1.4"),
        line(
            95,
            LiveLevel::Error,
            "payment provider: 世界 is down, every third order fails",
        ),
        line(3_700, LiveLevel::Warning, "queue backlog"),
        line(7_400, LiveLevel::Info, "newsletter sent"),
    ]
}

/// A query's failure as `PostgreSQL` tells it.
pub fn failure() -> Failure {
    Failure::new("column \"reveneu\" does not exist")
        .detail(
            "select date_trunc('minute', created_at) as time, sum(reveneu) as revenue from orders",
        )
        .detail("                                                     ^")
        .detail("Hint: Perhaps you meant to reference the column \"orders.revenue\".")
}

pub fn failed(data: &PanelData) -> PanelData {
    PanelData {
        health: Health::Failed {
            why: Arc::new(failure()),
            retry_at: Moment(NOW.0 + 20 * SECOND),
        },
        ..data.clone()
    }
}

pub fn never_answered(data: &PanelData) -> PanelData {
    PanelData {
        asked_at: None,
        newest_at: None,
        shape: Arc::new(Shape::Rows),
        rows: Arc::default(),
        ..failed(data)
    }
}

/// Every health state of one panel, with its name.
pub fn states(data: &PanelData) -> Vec<(&'static str, PanelData)> {
    let old = PanelData {
        asked_at: Some(Moment(NOW.0 - 130 * SECOND)),
        newest_at: Some(Moment(NOW.0 - 4_000 * SECOND)),
        ..data.clone()
    };
    let empty = match data.shape.as_ref() {
        Shape::Series(_) => Shape::Series(Vec::new()),
        Shape::Bars(_) => Shape::Bars(Vec::new()),
        Shape::Rows => Shape::Rows,
        Shape::Log(_) => Shape::Log(Vec::new()),
        Shape::Heat(_) => Shape::Heat(Heat::Readings(Vec::new())),
        Shape::Distributions(_) => Shape::Distributions(Vec::new()),
        Shape::States(_) => Shape::States(States::default()),
        Shape::Sites(_) => Shape::Sites(Vec::new()),
        Shape::Candles(_) => Shape::Candles(Vec::new()),
    };
    let mut no_rows = data.rows.as_ref().clone();
    for column in &mut no_rows.columns {
        column.values.clear();
    }
    let mut cut_rows = if data.rows.is_empty() {
        orders(1_000)
    } else {
        data.rows.as_ref().clone()
    };
    cut_rows.truncated = true;
    vec![
        ("waiting", PanelData::waiting()),
        ("live", data.clone()),
        ("stale", old.clone()),
        ("failed", failed(&old)),
        ("failed, never answered", never_answered(data)),
        (
            "empty",
            PanelData {
                shape: Arc::new(empty),
                rows: Arc::new(no_rows),
                ..data.clone()
            },
        ),
        (
            "truncated",
            PanelData {
                rows: Arc::new(cut_rows),
                ..data.clone()
            },
        ),
    ]
}

pub fn view(look: Look, zone: &TimeZone) -> PanelView<'_> {
    PanelView {
        refresh: 5 * SECOND,
        ..PanelView::new(look, zone, NOW)
    }
}

pub fn drawn(panel: &Panel, data: &PanelData, view: &PanelView<'_>, size: (u16, u16)) -> Buffer {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buf = Buffer::empty(area);
    kpi_dashboard::view::panel::draw(panel, data, view, area, &mut buf);
    buf
}

/// The characters of a buffer, blanks at line ends removed; a wide character is written once.
pub fn text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in buf.area.top()..buf.area.bottom() {
        let mut line = String::new();
        let mut x = buf.area.left();
        while x < buf.area.right() {
            let symbol = buf[(x, y)].symbol();
            line.push_str(symbol);
            x += (unicode_width::UnicodeWidthStr::width(symbol) as u16).max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
