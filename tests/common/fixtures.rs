//! Made-up dashboards and data, the same on every run.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use kpi_dashboard::config::{
    Area, Config, Dashboard, Panel, SourceSpot, Track, Variable, VariableKind,
};
use kpi_dashboard::model::color::Color;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::live::LiveLevel;
use kpi_dashboard::model::panel_data::{
    Bar, Failure, Health, Link, Links, LiveCounts, LogLine, PanelData, Shape, Snapshot,
};
use kpi_dashboard::model::range::RangeSpec;
use kpi_dashboard::model::reduce::Reduction;
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::threshold::{Threshold, Thresholds};
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::model::unit::Unit;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::model::variable::{Choice, VariableState, VariableValue};
use kpi_dashboard::ui::Layout;
use kpi_dashboard::ui::layout::Plot;
use ratatui::layout::Rect;

pub use kpi_dashboard::model::time::{HOUR, MINUTE, SECOND};

/// 2026-11-22T14:03:20Z.
pub const NOW: Moment = Moment(1_795_356_200 * SECOND);

/// Shares of equal size.
pub fn shares(count: usize) -> Vec<Track> {
    vec![Track::Share(1); count]
}

/// A panel at (row, column, rows, columns) of the drawing.
pub fn panel(id: &str, kind: PanelKind, area: (usize, usize, usize, usize)) -> Panel {
    let (row, column, rows, columns) = area;
    Panel {
        id: id.into(),
        title: id.into(),
        kind,
        area: Area {
            row,
            column,
            rows,
            columns,
        },
        sql: Some("select 1".into()),
        ..Panel::new(id, kind)
    }
}

pub fn unit(id: &str) -> Unit {
    Unit::parse(id).expect("a known unit")
}

pub fn range(text: &str) -> RangeSpec {
    RangeSpec::parse(text).expect("a range")
}

pub fn dashboard(
    name: &str,
    columns: Vec<Track>,
    rows: Vec<Track>,
    panels: Vec<Panel>,
) -> Dashboard {
    Dashboard {
        name: name.into(),
        range: range("1h"),
        refresh: Duration::from_secs(5),
        time_zone: TimeZone::UTC,
        columns,
        rows,
        panels,
        variables: Vec::new(),
        annotations: Vec::new(),
        notes: false,
    }
}

pub fn config(dashboards: Vec<Dashboard>) -> Config {
    Config {
        environment: Some("production".into()),
        dashboards,
        ..Config::default()
    }
}

fn limits(levels: [(f64, Color); 3]) -> Thresholds {
    Thresholds(levels.map(|(at, color)| Threshold { at, color }).to_vec())
}

/// A dashboard with every kind of panel:
///
/// ```text
/// orders   revenue  errors   load          5 lines
/// traffic  traffic  traffic  regions       2 shares
/// latest   latest   latest   notes         3 shares
/// ```
pub fn operations() -> Dashboard {
    let panels = vec![
        Panel {
            title: "Orders / min".into(),
            thresholds: limits([
                (0.0, Color::Red),
                (20.0, Color::Yellow),
                (50.0, Color::Green),
            ]),
            ..panel("orders", PanelKind::Stat, (0, 0, 1, 1))
        },
        Panel {
            title: "Revenue".into(),
            unit: unit("currencyEUR"),
            reduce: Reduction::Sum,
            ..panel("revenue", PanelKind::Stat, (0, 1, 1, 1))
        },
        Panel {
            title: "Errors".into(),
            unit: unit("percentunit"),
            thresholds: limits([
                (0.0, Color::Green),
                (0.01, Color::Yellow),
                (0.05, Color::Red),
            ]),
            ..panel("errors", PanelKind::Stat, (0, 2, 1, 1))
        },
        Panel {
            title: "Load".into(),
            unit: unit("percent"),
            min: Some(0.0),
            max: Some(100.0),
            thresholds: limits([
                (0.0, Color::Green),
                (70.0, Color::Yellow),
                (90.0, Color::Red),
            ]),
            ..panel("load", PanelKind::Gauge, (0, 3, 1, 1))
        },
        Panel {
            title: "Traffic".into(),
            unit: unit("reqps"),
            ..panel("traffic", PanelKind::Timeseries, (1, 0, 1, 3))
        },
        Panel {
            title: "Orders by region".into(),
            ..panel("regions", PanelKind::Bars, (1, 3, 1, 1))
        },
        Panel {
            title: "Latest orders".into(),
            column_units: vec![("amount".into(), unit("currencyEUR"))],
            ..panel("latest", PanelKind::Table, (2, 0, 1, 3))
        },
        Panel {
            title: "Notes".into(),
            sql: None,
            text: Some(
                "On call: see the rota.\nRunbooks are in the wiki under \"Operations\".".into(),
            ),
            ..panel("notes", PanelKind::Text, (2, 3, 1, 1))
        },
    ];
    dashboard(
        "Operations",
        shares(4),
        vec![Track::Cells(5), Track::Share(2), Track::Share(3)],
        panels,
    )
}

/// [`operations`] and two more dashboards.
pub fn three_dashboards() -> Config {
    let small = |name: &str| {
        let panels = vec![
            panel("left", PanelKind::Stat, (0, 0, 1, 1)),
            panel("right", PanelKind::Stat, (0, 1, 1, 1)),
        ];
        dashboard(name, shares(2), shares(1), panels)
    };
    config(vec![operations(), small("Sales"), small("Infrastructure")])
}

fn wave(name: &str, base: f64, height: f64, phase: f64) -> Series {
    let points = (0..=240)
        .map(|step| {
            let turn = f64::from(step) / 240.0 * std::f64::consts::TAU;
            // A gap in the data must stay one on the chart.
            let value = if (100..=112).contains(&step) {
                f64::NAN
            } else {
                base + height * ((turn * 2.0 + phase).sin() + 0.3 * (turn * 11.0 + phase).sin())
            };
            Point {
                at: Moment(NOW.0 - HOUR + i64::from(step) * 15 * SECOND),
                value,
            }
        })
        .collect();
    Series {
        name: name.into(),
        points,
    }
}

fn rows_of_series(series: &[Series]) -> Rowset {
    let times = series[0]
        .points
        .iter()
        .map(|p| Value::Timestamp(p.at))
        .collect();
    let time = column("time", "timestamptz", ColumnKind::Time, times);
    let values = series.iter().map(|line| {
        let values = line.points.iter().map(|p| {
            if p.value.is_nan() {
                Value::Null
            } else {
                Value::Float(p.value)
            }
        });
        column(&line.name, "float8", ColumnKind::Number, values.collect())
    });
    Rowset {
        columns: std::iter::once(time).chain(values).collect(),
        truncated: false,
    }
}

pub fn column(name: &str, type_name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
    Column {
        name: name.into(),
        type_name: type_name.into(),
        kind,
        values,
    }
}

/// What a panel of [`operations`] shows when all is well.
pub fn live(panel: &Panel) -> PanelData {
    let (rows, shape) = match panel.id.as_str() {
        "events" => (Rowset::default(), Shape::Log(events())),
        "orders" => of_series(vec![wave("orders", 62.0, 14.0, 0.5)]),
        "revenue" => of_series(vec![wave("revenue", 48.0, 20.0, 1.0)]),
        "errors" => of_series(vec![wave("errors", 0.013, 0.006, 2.0)]),
        "load" => of_series(vec![wave("load", 71.0, 8.0, 0.0)]),
        "traffic" => of_series(vec![
            wave("web", 420.0, 120.0, 0.0),
            wave("api", 260.0, 80.0, 1.4),
            wave("batch", 90.0, 40.0, 2.6),
        ]),
        "regions" => regions(),
        "latest" => (latest(60), Shape::Rows),
        _ => (Rowset::default(), Shape::Rows),
    };
    PanelData {
        revision: 1,
        rows: Arc::new(rows),
        shape: Arc::new(shape),
        health: Health::Live,
        asked_at: Some(Moment(NOW.0 - 2 * SECOND)),
        newest_at: Some(Moment(NOW.0 - 3 * SECOND)),
        window: TimeWindow {
            from: Moment(NOW.0 - HOUR),
            to: NOW,
        },
        interval: 15 * SECOND,
        as_of: None,
        held: None,
        inspection: None,
    }
}

fn events() -> Vec<LogLine> {
    [
        (20, LiveLevel::Info, "deployed 1.4"),
        (95, LiveLevel::Error, "payment provider: 世界 is down"),
        (3_700, LiveLevel::Warning, "queue backlog"),
    ]
    .map(|(ago, level, text)| LogLine {
        at: Moment(NOW.0 - ago * SECOND),
        level,
        text: text.to_owned(),
    })
    .to_vec()
}

fn of_series(series: Vec<Series>) -> (Rowset, Shape) {
    (rows_of_series(&series), Shape::Series(series))
}

fn regions() -> (Rowset, Shape) {
    let counts = [
        ("Europe", 412.0),
        ("North America", 305.0),
        ("アジア", 188.0),
        ("South America", 74.0),
    ];
    let bars = counts.map(|(label, value)| Bar {
        label: label.into(),
        value,
    });
    let labels = counts.map(|(label, _)| Value::Text(label.into()));
    let values = counts.map(|(_, value)| Value::Int(value as i64));
    let rows = Rowset {
        columns: vec![
            column("region", "text", ColumnKind::Text, labels.to_vec()),
            column("orders", "int8", ColumnKind::Number, values.to_vec()),
        ],
        truncated: false,
    };
    (rows, Shape::Bars(bars.to_vec()))
}

/// That many orders, newest first; the customer's name has wide characters now and then.
pub fn latest(count: i64) -> Rowset {
    let customers = ["Müller GmbH", "株式会社サンプル", "O'Brien & Sons", "Acme"];
    let states = ["paid", "open", "refunded"];
    let of = |make: &dyn Fn(i64) -> Value| (0..count).map(make).collect::<Vec<_>>();
    Rowset {
        columns: vec![
            column(
                "time",
                "timestamptz",
                ColumnKind::Time,
                of(&|row| Value::Timestamp(Moment(NOW.0 - row * 37 * SECOND))),
            ),
            column(
                "id",
                "int8",
                ColumnKind::Number,
                of(&|row| Value::Int(90_412 - row)),
            ),
            column(
                "customer",
                "text",
                ColumnKind::Text,
                of(&|row| Value::Text(customers[row as usize % customers.len()].into())),
            ),
            column(
                "amount",
                "numeric",
                ColumnKind::Number,
                of(&|row| {
                    let cents = 1_999 + row * 7_331 % 50_000;
                    Value::Decimal(format!("{}.{:02}", cents / 100, cents % 100).into())
                }),
            ),
            column(
                "state",
                "order_state",
                ColumnKind::Text,
                of(&|row| Value::Text(states[row as usize % states.len()].into())),
            ),
        ],
        truncated: false,
    }
}

pub fn failure() -> Arc<Failure> {
    Arc::new(
        Failure::new("relation \"kpi_sample\" does not exist")
            .detail("from kpi_sample where metric = 'orders'")
            .detail("     ^"),
    )
}

/// The last poll failed two minutes after the data came.
pub fn failed(data: PanelData) -> PanelData {
    PanelData {
        health: Health::Failed {
            why: failure(),
            retry_at: Moment(NOW.0 + 5 * SECOND),
        },
        asked_at: data.asked_at.map(|at| Moment(at.0 - 2 * MINUTE)),
        newest_at: data.newest_at.map(|at| Moment(at.0 - 2 * MINUTE)),
        ..data
    }
}

/// A snapshot of the first dashboard, each panel's data made by `data`.
pub fn snapshot(config: &Config, data: impl Fn(&Panel) -> PanelData) -> Snapshot {
    let links = Links {
        feed: None,
        recorded: None,
        database: Link::Up,
        redis: Link::Up,
        notify: Link::Off,
    };
    let panels = &config.dashboards[0].panels;
    Snapshot {
        revision: 1,
        panels: panels.iter().map(|panel| Arc::new(data(panel))).collect(),
        ..Snapshot::empty(0, links)
    }
}

/// Every panel live.
pub fn all_live(config: &Config) -> Snapshot {
    snapshot(config, live)
}

/// Before the first answer.
pub fn all_waiting(config: &Config) -> Snapshot {
    let links = Links {
        feed: None,
        recorded: None,
        database: Link::Connecting,
        redis: Link::Off,
        notify: Link::Off,
    };
    Snapshot {
        links,
        ..snapshot(config, |_| PanelData::waiting())
    }
}

/// One panel never answered, the others keep their last rows; both connections are down.
pub fn all_failing(config: &Config) -> Snapshot {
    let down = || Link::Down {
        since: Moment(NOW.0 - 2 * MINUTE),
        why: Arc::new(Failure::new("connection refused (127.0.0.1:5432)")),
    };
    Snapshot {
        links: Links {
            feed: None,
            recorded: None,
            database: down(),
            redis: down(),
            notify: Link::Off,
        },
        live: LiveCounts {
            dropped: 12,
            ..LiveCounts::default()
        },
        ..snapshot(config, |panel| match panel.id.as_str() {
            "orders" | "regions" => failed(PanelData::waiting()),
            _ => failed(live(panel)),
        })
    }
}

/// A variable that the configuration lists the values of.
pub fn variable(name: &str, values: &[&str]) -> Variable {
    Variable {
        name: name.into(),
        label: name.into(),
        kind: VariableKind::List(values.iter().map(|value| Choice::of(*value)).collect()),
        is_multi: false,
        has_all: false,
        all_value: None,
        default: None,
        is_hidden: false,
        sql_at: SourceSpot::default(),
    }
}

/// What the hub says of a variable with these values chosen.
pub fn variable_state(variable: &Variable, chosen: &[&str]) -> VariableState {
    let choices = match &variable.kind {
        VariableKind::List(choices) | VariableKind::Interval(choices) => choices.clone(),
        _ => Vec::new(),
    };
    VariableState {
        revision: 1,
        value: VariableValue {
            name: variable.name.clone(),
            chosen: chosen.iter().map(|value| Choice::of(*value)).collect(),
            is_listed: true,
            is_list: variable.is_multi || variable.has_all,
            ..VariableValue::default()
        },
        choices: choices.into(),
        health: Health::Live,
    }
}

/// A time axis in every panel in sight, one minute a column, inside the border.
pub fn plots(layout: &Layout) -> Vec<Plot> {
    layout
        .places
        .iter()
        .map(|place| {
            let area = Rect {
                x: place.area.x + 1,
                y: place.area.y + 1,
                width: place.area.width.saturating_sub(2),
                height: place.area.height.saturating_sub(2),
            };
            Plot {
                panel: place.panel,
                area,
                window: TimeWindow {
                    from: NOW.plus(-i64::from(area.width) * MINUTE),
                    to: NOW,
                },
            }
        })
        .filter(|plot| !plot.area.is_empty())
        .collect()
}
