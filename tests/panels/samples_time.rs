//! One live panel each of heatmap, histogram, statetimeline and statushistory.

use std::sync::Arc;

use kpi_dashboard::config::Panel;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::PanelData;
use kpi_dashboard::model::rowset::{ColumnKind, Rowset};
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::value::Value;

use super::{HOUR, SECOND, column, data, panel, rising, wave};

/// A panel and what it draws of `rows`.
pub fn shaped(panel: Panel, rows: Rowset) -> (Panel, PanelData) {
    let shape = shape(panel.kind, panel.reduce, &rows, HOUR).unwrap();
    let data = PanelData {
        rows: Arc::new(rows),
        ..data(shape)
    };
    (panel, data)
}

pub fn kinds() -> Vec<(Panel, PanelData)> {
    let mut heat = panel(PanelKind::Heatmap, "Latency", "ms");
    heat.min = Some(0.0);
    let histogram = panel(PanelKind::Histogram, "Order totals", "currencyEUR");
    let timeline = panel(PanelKind::StateTimeline, "Services", "none");
    let mut history = panel(PanelKind::StatusHistory, "CPU by host", "percent");
    history.decimals = Some(0);
    history.thresholds = rising(70.0, 85.0);
    vec![
        shaped(heat, latencies()),
        shaped(histogram, totals(1_000)),
        shaped(timeline, services()),
        shaped(history, hosts()),
    ]
}

/// Three series of readings with an incident in their middle.
pub fn latencies() -> Rowset {
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for (name, middle, swing, phase) in [
        ("api", 110.0, 40.0, 0.0),
        ("checkout", 180.0, 50.0, 0.4),
        ("search", 70.0, 25.0, 0.8),
    ] {
        for (index, point) in wave(name, middle, swing, phase, 10)
            .points
            .into_iter()
            .enumerate()
        {
            let slow = if (190..240).contains(&index) {
                1.9
            } else {
                1.0
            };
            times.push(Value::Timestamp(point.at));
            values.push(Value::Float(point.value * slow));
        }
    }
    Rowset {
        columns: vec![
            column("time", "timestamptz", ColumnKind::Time, times),
            column("latency", "float8", ColumnKind::Number, values),
        ],
        truncated: false,
    }
}

/// Totals of `count` orders: many small ones, few large ones.
pub fn totals(count: u32) -> Rowset {
    let values = (0..count).map(|index| {
        let part = f64::from((index * 7_919 + 13) % count) / f64::from(count);
        Value::Float(20.0 - 35.0 * (1.0 - part).ln())
    });
    Rowset {
        columns: vec![column(
            "total",
            "numeric",
            ColumnKind::Number,
            values.collect(),
        )],
        truncated: false,
    }
}

/// Changes of state: minutes of the hour, the service and its state.
pub fn services() -> Rowset {
    let changes: [(i64, &str, Option<&str>); 11] = [
        (0, "checkout", Some("ok")),
        (0, "search", Some("ok")),
        (0, "nightly import", Some("idle")),
        (11, "nightly import", Some("running")),
        (19, "checkout", Some("degraded")),
        (27, "checkout", Some("down")),
        (31, "checkout", Some("ok")),
        (34, "nightly import", Some("failed")),
        (36, "nightly import", Some("running")),
        (40, "search", None),
        (48, "search", Some("ok")),
    ];
    let times = changes.iter().map(|(minute, ..)| at(*minute));
    let names = changes
        .iter()
        .map(|(_, name, _)| Value::Text((*name).into()));
    let states = changes
        .iter()
        .map(|(.., state)| state.map_or(Value::Null, |state| Value::Text(state.into())));
    Rowset {
        columns: vec![
            column("time", "timestamptz", ColumnKind::Time, times.collect()),
            column("service", "text", ColumnKind::Text, names.collect()),
            column("state", "text", ColumnKind::Text, states.collect()),
        ],
        truncated: false,
    }
}

fn at(minute: i64) -> Value {
    Value::Timestamp(Moment(HOUR.from.0 + minute * 60 * SECOND))
}

/// A reading per host and five minutes, one of them missing.
fn hosts() -> Rowset {
    let (mut times, mut names, mut values) = (Vec::new(), Vec::new(), Vec::new());
    for (host, middle, phase) in [
        ("web-1", 62.0, 0.0),
        ("web-2", 55.0, 0.3),
        ("db-1", 34.0, 0.6),
    ] {
        for (index, point) in wave(host, middle, 26.0, phase, 300)
            .points
            .into_iter()
            .enumerate()
        {
            if (host, index) == ("db-1", 6) {
                continue;
            }
            times.push(Value::Timestamp(point.at));
            names.push(Value::Text(host.into()));
            values.push(Value::Float(point.value));
        }
    }
    Rowset {
        columns: vec![
            column("time", "timestamptz", ColumnKind::Time, times),
            column("host", "text", ColumnKind::Text, names),
            column("cpu", "float8", ColumnKind::Number, values),
        ],
        truncated: false,
    }
}
