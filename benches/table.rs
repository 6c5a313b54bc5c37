//! A key press → the bytes of the frame that shows what it did, on a table of 100,000 rows and 8 columns that fills
//! 200×50 cells.
//!
//! `cargo bench --bench table`. No criterion: percentiles count here, and sorting the sorted again would measure
//! nothing. What is asserted holds for an optimised build.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kpi_dashboard::config::Config;
use kpi_dashboard::model::panel_data::{Health, Link, Links, PanelData, Shape, Snapshot};
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::time::{MINUTE, Moment, SECOND, TimeWindow};
use kpi_dashboard::model::value::Value;
use kpi_dashboard::session::surface::Surface;
use kpi_dashboard::ui::event::{Event, Key};
use kpi_dashboard::ui::{Depth, Layout, Look, Ui, update};
use kpi_dashboard::view::{self, Screen};
use ratatui::layout::Rect;

const AREA: Rect = Rect::new(0, 0, 200, 50);
const ROWS: i64 = 100_000;
/// 2026-11-22T14:03:20Z.
const NOW: Moment = Moment(1_795_356_200 * SECOND);
/// A frame at 60 a second.
const FRAME: Duration = Duration::from_millis(16);

const CONFIG: &str = r#"
[[dashboard]]
name = "Orders"
[dashboard.panel.orders]
kind = "table"
units = { amount = "currencyEUR" }
columns.amount = { cells = "bar", thresholds = [{ at = 0, color = "red" }, { at = 100, color = "green" }] }
columns.score = { cells = "heat" }
columns.state = { cells = "color", colors = { paid = "green", open = "yellow" } }
sql = "select 1"
"#;

/// Made-up orders, the same on every run.
fn orders() -> Rowset {
    let mut random = fastrand::Rng::with_seed(7);
    let mut column =
        |name: &str, kind, make: &mut dyn FnMut(i64, &mut fastrand::Rng) -> Value| Column {
            name: name.into(),
            type_name: String::new(),
            kind,
            values: (0..ROWS).map(|row| make(row, &mut random)).collect(),
        };
    let towns = ["Berlin", "Łódź", "東京", "São Paulo", "Oslo", "New York"];
    let states = ["paid", "open", "refunded", "sent"];
    let text = |text: String| Value::Text(text.into());
    Rowset {
        columns: vec![
            column("id", ColumnKind::Number, &mut |row, _| {
                Value::Int(1_000_000 + row)
            }),
            column("time", ColumnKind::Time, &mut |row, _| {
                Value::Timestamp(Moment(NOW.0 - row * 37 * SECOND))
            }),
            column("customer", ColumnKind::Text, &mut |_, random| {
                text(format!("customer {} GmbH & Co. KG", random.u32(0..40_000)))
            }),
            column("town", ColumnKind::Text, &mut |_, random| {
                text(towns[random.usize(0..towns.len())].to_owned())
            }),
            column("amount", ColumnKind::Number, &mut |_, random| {
                Value::Decimal(format!("{}.{:02}", random.u32(0..900), random.u32(0..100)).into())
            }),
            column("score", ColumnKind::Number, &mut |_, random| {
                Value::Float(random.f64() * 10.0)
            }),
            column("state", ColumnKind::Text, &mut |_, random| {
                text(states[random.usize(0..states.len())].to_owned())
            }),
            column("details", ColumnKind::Json, &mut |row, random| {
                let gift = random.bool();
                Value::Json(
                    format!(
                        r#"{{"gift": {gift}, "items": {}, "source": "mail"}}"#,
                        row % 9
                    )
                    .into(),
                )
            }),
        ],
        truncated: false,
    }
}

struct Viewer {
    config: Config,
    snapshot: Snapshot,
    ui: Ui,
    surface: Surface,
}

impl Viewer {
    fn new(rows: &Arc<Rowset>) -> Self {
        let path = Path::new("config.toml");
        let config = Config::from_toml(path.to_str().unwrap(), CONFIG, &[].into())
            .unwrap_or_else(|problems| panic!("{problems}"));
        let mut viewer = Self {
            config,
            snapshot: snapshot(rows, 1),
            ui: Ui {
                full_screen: true,
                ..Ui::default()
            },
            surface: Surface::new(AREA.width, AREA.height),
        };
        viewer.frame();
        viewer
    }

    /// What a session does between a key and the bytes for the terminal.
    fn press(&mut self, key: Key) -> (Duration, usize) {
        let start = Instant::now();
        let layout = self.layout();
        update(
            &mut self.ui,
            &Event::Key(key),
            &self.config,
            &layout,
            &self.snapshot,
        );
        let bytes = self.frame();
        (start.elapsed(), bytes)
    }

    fn layout(&self) -> Layout {
        Layout::solve(&self.config.dashboards[0], &self.ui, AREA)
    }

    fn frame(&mut self) -> usize {
        self.ui.follow(&self.config, &self.snapshot);
        let layout = self.layout();
        let screen = Screen {
            config: &self.config,
            ui: &self.ui,
            layout: &layout,
            snapshot: &self.snapshot,
            look: Look {
                depth: Depth::True,
                ..Look::default()
            },
            now: NOW,
        };
        let bytes = self.surface.frame(|area, buf| {
            view::draw(&screen, area, buf);
        });
        // The session asks for it after each frame.
        view::table(&screen);
        bytes.map_or(0, |bytes| bytes.len())
    }
}

fn snapshot(rows: &Arc<Rowset>, revision: u64) -> Snapshot {
    let links = Links {
        database: Link::Up,
        redis: Link::Off,
        notify: Link::Off,
        feed: None,
        recorded: None,
    };
    let data = PanelData {
        revision,
        rows: Arc::clone(rows),
        shape: Arc::new(Shape::Rows),
        health: Health::Live,
        asked_at: Some(NOW),
        newest_at: Some(NOW),
        window: TimeWindow {
            from: Moment(NOW.0 - 15 * MINUTE),
            to: NOW,
        },
        interval: 10 * SECOND,
        as_of: None,
        held: None,
        inspection: None,
    };
    Snapshot {
        revision,
        panels: [Arc::new(data)].into(),
        ..Snapshot::empty(0, links)
    }
}

/// Prints the percentiles; returns the 99th.
fn report(what: &str, mut times: Vec<(Duration, usize)>) -> Duration {
    let bytes: usize = times.iter().map(|(_, bytes)| bytes).sum();
    let mean = bytes / times.len();
    times.sort();
    let share = |part: f64| times[((times.len() - 1) as f64 * part) as usize].0;
    let milliseconds = |part| share(part).as_secs_f64() * 1000.0;
    println!(
        "{what:40} median {:7.2} ms  p90 {:7.2}  p99 {:7.2}  max {:7.2}   {mean} bytes a frame, of {}",
        milliseconds(0.5),
        milliseconds(0.9),
        milliseconds(0.99),
        milliseconds(1.0),
        times.len(),
    );
    share(0.99)
}

fn main() {
    // `cargo test --all-targets` starts benchmarks too: there it is enough that they start.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let rows = Arc::new(orders());
    let mut viewer = Viewer::new(&rows);
    let press = |viewer: &mut Viewer, keys: &[Key], times: usize| -> Vec<(Duration, usize)> {
        let keys = keys.iter().cycle().take(keys.len() * times);
        keys.map(|key| viewer.press(*key)).collect()
    };
    let mut slowest = Duration::ZERO;
    for (what, keys) in [
        ("a row down", &[Key::Down][..]),
        ("a page down", &[Key::PageDown]),
        ("to the end and back", &[Key::End, Key::Home]),
        ("a column right and left", &[Key::Right, Key::Left]),
    ] {
        slowest = slowest.max(report(what, press(&mut viewer, keys, 500)));
    }
    for column in 0..8 {
        let name = &rows.columns[column].name;
        report(
            &format!("sort by {name}"),
            press(&mut viewer, &[Key::Char('s')], 20),
        );
        press(&mut viewer, &[Key::Char('s'); 1], 1);
        slowest = slowest.max(report(
            "  a page down while sorted",
            press(&mut viewer, &[Key::PageDown], 200),
        ));
        press(
            &mut viewer,
            &[Key::Char('s'), Key::Char('s'), Key::Right],
            1,
        );
    }
    for words in ["customer 77", "oslo paid", "/gmbh.*kg$/", "/true.*[1-3]/"] {
        press(&mut viewer, &[Key::Char('f')], 1);
        let keys: Vec<Key> = words.chars().map(Key::Char).collect();
        for (typed, key) in keys.iter().enumerate() {
            let so_far: String = words.chars().take(typed + 1).collect();
            report(&format!("filter `{so_far}`"), vec![viewer.press(*key)]);
        }
        press(&mut viewer, &[Key::Enter], 1);
        slowest = slowest.max(report(
            "  a page down while filtered",
            press(&mut viewer, &[Key::PageDown, Key::Up], 200),
        ));
        press(&mut viewer, &[Key::Char('f'), Key::Esc], 1);
    }
    let mut refreshed = Vec::new();
    press(&mut viewer, &[Key::Char('s'), Key::End], 1);
    for revision in 2..22 {
        let other = Arc::new(rows.as_ref().clone());
        viewer.snapshot = snapshot(&other, revision);
        let start = Instant::now();
        let bytes = viewer.frame();
        refreshed.push((start.elapsed(), bytes));
    }
    report("new rows, sorted, last one selected", refreshed);
    println!(
        "scroll and page: p99 at most {:.2} ms",
        slowest.as_secs_f64() * 1000.0
    );
    if !cfg!(debug_assertions) {
        assert!(
            slowest <= FRAME,
            "scrolling takes {slowest:?}, more than a frame"
        );
    }
}
