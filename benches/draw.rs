//! Data → cells → bytes: the twelve panels of `peers.toml` at 200×50 in 24-bit colour, and one chart
//! of a million points.
//!
//! `cargo bench --bench draw`. The same dashboard in a terminal, with its CPU, memory and bytes, is
//! `kpi --config benches/peers.toml` on a table `kpi_samples (ts, metric, value)`; compare programs
//! side by side on one machine, by their ratio.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::Criterion;
use kpi_dashboard::config::{
    AxisScale, Chart, ChartStyle, Config, LoadOptions, Panel, Stacking, load,
};
use kpi_dashboard::model::compare::Compare;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Health, Link, Links, PanelData, Shape, Snapshot};
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::{DAY, MINUTE, Moment, SECOND, TimeWindow};
use kpi_dashboard::model::value::Value;
use kpi_dashboard::session::surface::Surface;
use kpi_dashboard::ui::{Depth, Layout, Look, Ui};
use kpi_dashboard::view::{self, Screen};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const AREA: Rect = Rect::new(0, 0, 200, 50);
/// 2026-11-22T14:03:20Z.
const NOW: Moment = Moment(1_795_356_200 * SECOND);
const MILLION: i64 = 1_000_000;

fn peers() -> Config {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let options = LoadOptions {
        path: Some(here.join("benches/peers.toml")),
        environment: [("DATABASE_URL", "postgresql://localhost/kpi")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        current_dir: here.to_path_buf(),
        config_folder: None,
        built_in: Vec::new(),
    };
    load(&options).unwrap_or_else(|problems| panic!("{problems}"))
}

fn column(name: &str, kind: ColumnKind, count: i64, value: &dyn Fn(i64) -> Value) -> Column {
    Column {
        name: name.into(),
        type_name: String::new(),
        kind,
        values: (0..count).map(value).collect(),
    }
}

/// Made-up rows such as the panel's query gives; other ones for another `turn`.
fn rows(panel: &Panel, points: i64, turn: i64) -> Rowset {
    let wave = move |row: i64| {
        let at = (row + turn) as f64;
        (100.0 + 40.0 * (at / 9.0).sin() + 9.0 * (at * 1.7).sin()).round()
    };
    let times = |count: i64, step: i64| {
        column("time", ColumnKind::Time, count, &move |row| {
            Value::Timestamp(Moment(NOW.0 - (count - 1 - row) * step))
        })
    };
    let values = |count| {
        column("value", ColumnKind::Number, count, &move |row| {
            Value::Float(wave(row))
        })
    };
    let names = |count| {
        let name = |row: i64| {
            Value::Text(
                ["orders", "carts", "signups", "tickets", "queue", "refunds"][row as usize % 6]
                    .into(),
            )
        };
        column("metric", ColumnKind::Text, count, &name)
    };
    let columns = match panel.kind {
        PanelKind::Timeseries => vec![times(points, 15 * MINUTE / points), values(points)],
        PanelKind::Stat | PanelKind::Gauge => vec![values(1)],
        PanelKind::Bars => vec![names(6), values(6)],
        _ => {
            vec![times(20, SECOND), names(20), values(20)]
        }
    };
    Rowset {
        columns,
        truncated: false,
    }
}

fn snapshot(config: &Config, points: i64, turn: i64) -> Snapshot {
    let window = TimeWindow {
        from: Moment(NOW.0 - 15 * MINUTE),
        to: NOW,
    };
    let data = |panel: &Panel| {
        let rows = rows(panel, points, turn);
        let shape =
            shape(panel.kind, panel.reduce, &rows, window).unwrap_or_else(|why| panic!("{why:?}"));
        Arc::new(PanelData {
            revision: turn as u64 + 1,
            rows: Arc::new(rows),
            shape: Arc::new(shape),
            health: Health::Live,
            asked_at: Some(NOW),
            newest_at: Some(NOW),
            window,
            interval: 10 * SECOND,
            as_of: None,
            held: None,
            inspection: None,
        })
    };
    let links = Links {
        feed: None,
        recorded: None,
        database: Link::Up,
        redis: Link::Off,
        notify: Link::Off,
    };
    Snapshot {
        revision: turn as u64 + 1,
        panels: config.dashboards[0].panels.iter().map(data).collect(),
        ..Snapshot::empty(0, links)
    }
}

fn main() {
    let config = peers();
    let look = Look {
        depth: Depth::True,
        ..Look::default()
    };
    let all = Ui::default();
    let turns = [snapshot(&config, 90, 0), snapshot(&config, 90, 1)];

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("12 panels at 200x50");
    let mut buf = Buffer::empty(AREA);
    group.bench_function("draw", |bench| {
        bench.iter(|| {
            buf.reset();
            draw(&config, look, &all, black_box(&turns[0]), &mut buf);
        });
    });
    let mut surface = Surface::new(AREA.width, AREA.height);
    let mut turn = 0;
    let mut changed = || {
        turn += 1;
        surface.frame(|_, buf| draw(&config, look, &all, &turns[turn % 2], buf))
    };
    assert!(changed().is_some());
    let bytes = changed().map_or(0, |bytes| bytes.len());
    assert!(bytes > 0, "the two turns look the same");
    group.bench_function(format!("a changed frame ({bytes} bytes)"), |bench| {
        bench.iter(&mut changed);
    });
    let mut surface = Surface::new(AREA.width, AREA.height);
    let mut same = || surface.frame(|_, buf| draw(&config, look, &all, black_box(&turns[0]), buf));
    same();
    assert_eq!(same(), None);
    group.bench_function("an unchanged frame (0 bytes)", |bench| {
        bench.iter(&mut same);
    });
    group.bench_function("the whole screen", |bench| {
        let mut surface = Surface::new(AREA.width, AREA.height);
        bench.iter(|| {
            surface.forget();
            surface.frame(|_, buf| draw(&config, look, &all, &turns[0], buf))
        });
    });
    group.finish();

    charts(&mut criterion, config, look);
    criterion.final_summary();
}

/// The first panel is a chart; alone on the screen, in every style and beside an earlier time.
fn charts(criterion: &mut Criterion, config: Config, look: Look) {
    let one = Ui {
        full_screen: true,
        ..Ui::default()
    };
    let mut million = snapshot(&config, MILLION, 0);
    let ghost = earlier(&million.panels[0]);
    let mut group = criterion.benchmark_group("a chart of 1,000,000 points at 200x50");
    group.sample_size(20);
    let mut buf = Buffer::empty(AREA);
    let line = Chart::default();
    let area = Chart {
        style: ChartStyle::Area,
        ..Chart::default()
    };
    let bars = Chart {
        style: ChartStyle::Bars,
        ..Chart::default()
    };
    let stacked = |chart: &Chart| Chart {
        stack: Stacking::Values,
        ..chart.clone()
    };
    let log = Chart {
        scale: AxisScale::Log,
        ..Chart::default()
    };
    let styles = [
        ("draw", line.clone()),
        ("area", area.clone()),
        ("bars", bars.clone()),
        (
            "points",
            Chart {
                style: ChartStyle::Points,
                ..Chart::default()
            },
        ),
        (
            "step",
            Chart {
                style: ChartStyle::Step,
                ..Chart::default()
            },
        ),
        ("stacked area", stacked(&area)),
        ("stacked bars", stacked(&bars)),
        ("logarithmic", log),
    ];
    let mut config = config;
    for compare in [Compare::Off, Compare::Yesterday] {
        million.compare = compare;
        million.ghosts = match compare {
            Compare::Off => Box::default(),
            _ => [Some(Arc::clone(&ghost))].into(),
        };
        for (name, chart) in &styles {
            config.dashboards[0].panels[0].chart = chart.clone();
            let beside = if compare == Compare::Off {
                ""
            } else {
                " beside 1,000,000 of yesterday"
            };
            group.bench_function(format!("{name}{beside}"), |bench| {
                bench.iter(|| {
                    buf.reset();
                    draw(&config, look, &one, black_box(&million), &mut buf);
                });
            });
        }
    }
    group.finish();
}

/// The same a day earlier.
fn earlier(data: &PanelData) -> Arc<PanelData> {
    let Shape::Series(series) = data.shape.as_ref() else {
        panic!("the first panel is a chart");
    };
    let mut series = series.clone();
    for point in series.iter_mut().flat_map(|one| &mut one.points) {
        point.at = point.at.plus(-DAY);
    }
    Arc::new(PanelData {
        shape: Arc::new(Shape::Series(series)),
        ..data.clone()
    })
}

fn draw(config: &Config, look: Look, ui: &Ui, snapshot: &Snapshot, buf: &mut Buffer) {
    let layout = Layout::solve(&config.dashboards[0], ui, AREA);
    let screen = Screen {
        config,
        ui,
        layout: &layout,
        snapshot,
        look,
        now: NOW,
    };
    view::draw(&screen, AREA, buf);
}
