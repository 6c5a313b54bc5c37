//! What `--linear` tells: which changes are worth a line, and the program in a pipe.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use common::fixtures::{
    HOUR, MINUTE, NOW, SECOND, all_live, all_waiting, config, dashboard, failed, latest, live,
    operations, panel, shares, variable, variable_state,
};
use jiff::tz::TimeZone;
use kpi_dashboard::config::Config;
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::front::linear::Teller;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::live::LiveLevel;
use kpi_dashboard::model::panel_data::{Failure, Link, LogLine, PanelData, Shape, Snapshot};
use kpi_dashboard::model::series::{Point, Series};
use kpi_dashboard::model::time::Moment;
use rustix::process::{Pid, Signal, kill_process};

struct Story {
    config: Arc<Config>,
    snapshot: Snapshot,
    teller: Teller,
    now: Moment,
}

impl Story {
    fn new(config: Config, snapshot: Snapshot) -> Self {
        let config = Arc::new(config);
        Self {
            teller: Teller::new(Arc::clone(&config), 0, None),
            config,
            snapshot,
            now: NOW,
        }
    }

    fn board() -> Self {
        let config = config(vec![operations()]);
        let snapshot = all_live(&config);
        Self::new(config, snapshot)
    }

    fn tell(&mut self) -> Vec<String> {
        self.teller.tell(&self.snapshot, self.now)
    }

    fn later(&mut self, micros: i64) -> &mut Self {
        self.now = self.now.plus(micros);
        self
    }

    fn set(&mut self, id: &str, change: impl FnOnce(PanelData) -> PanelData) {
        let panels = &self.config.dashboards[0].panels;
        let index = panels.iter().position(|panel| panel.id == id).unwrap();
        let data = PanelData::clone(&self.snapshot.panels[index]);
        self.snapshot.panels[index] = Arc::new(change(data));
    }

    fn set_value(&mut self, id: &str, value: f64) {
        self.set(id, |data| PanelData {
            shape: Arc::new(Shape::Series(vec![Series {
                name: id.into(),
                points: vec![Point { at: NOW, value }],
            }])),
            ..data
        });
    }
}

#[test]
fn it_begins_with_the_dashboard_and_every_panel_in_words() {
    let mut story = Story::board();
    insta::assert_snapshot!(story.tell().join("\n"));
}

#[test]
fn a_title_says_what_its_variables_stand_for() {
    let mut story = Story::board();
    let region = variable("region", &["eu", "us"]);
    let mut config = Config::clone(&story.config);
    config.dashboards[0].panels[0].title = "Orders in $region".into();
    story.snapshot.variables = [variable_state(&region, &["us"])].into();
    let mut story = Story::new(config, story.snapshot);
    let told = story.tell().join("\n");
    assert!(told.contains("Orders in us: "), "{told}");
}

#[test]
fn a_panel_that_has_not_answered_is_told_when_it_has() {
    let board = config(vec![operations()]);
    let waiting = all_waiting(&board);
    let mut story = Story::new(board, waiting);
    let lines = story.tell();
    // The date, the dashboard, and the words that need no answer.
    assert_eq!(lines.len(), 3, "{lines:?}");
    let orders = live(&story.config.dashboards[0].panels[0]);
    story.set("orders", |_| orders);
    story.set_value("orders", 62.0);
    assert_eq!(story.tell(), ["14:03:20 Orders / min: 62, good"]);
}

#[test]
fn polls_that_bring_nothing_new_are_not_told() {
    let mut story = Story::board();
    story.tell();
    for _ in 0..100 {
        story.later(5 * SECOND);
        assert_eq!(story.tell(), [""; 0]);
    }
}

#[test]
fn a_threshold_is_told_when_it_is_crossed_and_a_drift_once_a_minute() {
    let mut story = Story::board();
    story.set_value("orders", 62.0);
    story.tell();
    story.set_value("orders", 58.0);
    assert_eq!(story.later(2 * MINUTE).tell(), [""; 0], "less than a tenth");
    story.set_value("orders", 19.0);
    assert_eq!(
        story.later(SECOND).tell(),
        ["14:05:21 Orders / min: 19, bad; was 62, good"]
    );
    story.set_value("orders", 12.0);
    assert_eq!(story.later(SECOND).tell(), [""; 0], "told a second ago");
    assert_eq!(
        story.later(MINUTE).tell(),
        ["14:06:22 Orders / min: 12, bad, down from 19"]
    );
    story.set_value("orders", f64::NAN);
    assert_eq!(
        story.later(SECOND).tell(),
        ["14:06:23 Orders / min: no data; was 12, bad"]
    );
}

#[test]
fn a_failure_is_told_once_with_the_age_of_what_is_left_and_so_is_recovery() {
    let mut story = Story::board();
    story.tell();
    story.set("revenue", failed);
    assert_eq!(
        story.later(SECOND).tell(),
        [
            "14:03:21 Revenue: failed: relation \"kpi_sample\" does not exist; the last answer is from 14:01:18"
        ]
    );
    for _ in 0..100 {
        assert_eq!(story.later(5 * SECOND).tell(), [""; 0]);
    }
    let revenue = live(&story.config.dashboards[0].panels[1]);
    story.set("revenue", |_| revenue);
    assert_eq!(
        story.later(SECOND).tell(),
        ["14:11:42 Revenue: answers again: €10.9K"]
    );
}

#[test]
fn a_connection_that_breaks_is_one_line_and_not_one_for_each_panel() {
    let mut story = Story::board();
    story.tell();
    let why = Arc::new(Failure::new("connection refused (127.0.0.1:5432)"));
    story.snapshot.links.database = Link::Down { since: NOW, why };
    for id in ["orders", "revenue", "errors"] {
        story.set(id, failed);
    }
    assert_eq!(
        story.later(SECOND).tell(),
        ["14:03:21 PostgreSQL: down: connection refused (127.0.0.1:5432)"]
    );
    story.snapshot.links.database = Link::Up;
    assert_eq!(
        story.later(SECOND).tell(),
        ["14:03:22 PostgreSQL: up again"]
    );
}

#[test]
fn rows_that_come_and_go_are_counted() {
    let mut story = Story::board();
    story.tell();
    story.set("latest", |data| PanelData {
        rows: Arc::new(latest(61)),
        ..data
    });
    assert_eq!(story.later(SECOND).tell(), [""; 0]);
    assert_eq!(
        story.later(MINUTE).tell(),
        ["14:04:21 Latest orders: 61 rows, was 60"]
    );
}

#[test]
fn every_new_line_of_a_log_is_told_once_the_oldest_first() {
    let events = panel("events", PanelKind::Log, (0, 0, 1, 1));
    let board = config(vec![dashboard("Log", shares(1), shares(1), vec![events])]);
    let snapshot = all_live(&board);
    let mut story = Story::new(board, snapshot);
    assert_eq!(
        story.tell()[2],
        "14:03:20 events: 3 lines; the newest: 2026-11-22 14:03:00 info deployed 1.4"
    );
    let add = |story: &mut Story, from: i64, count: i64| {
        story.set("events", |data| {
            let Shape::Log(lines) = data.shape.as_ref() else {
                unreachable!("a log")
            };
            let mut lines = lines.clone();
            for number in from..from + count {
                lines.insert(
                    0,
                    LogLine {
                        at: NOW.plus(number * SECOND),
                        level: LiveLevel::Warning,
                        text: format!("queue at {number}\u{1b}[31m"),
                    },
                );
            }
            PanelData {
                shape: Arc::new(Shape::Log(lines)),
                ..data
            }
        });
    };
    add(&mut story, 0, 2);
    let lines = story.tell();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("14:03:20 events: warning: queue at 0"));
    assert!(lines[1].starts_with("14:03:20 events: warning: queue at 1"));
    assert!(lines.iter().all(|line| !line.contains(char::is_control)));
    assert_eq!(story.tell(), [""; 0]);
    add(&mut story, 2, 50);
    let lines = story.tell();
    assert_eq!(lines.len(), 21);
    assert_eq!(lines[0], "14:03:20 events: 30 new lines not told");
}

#[test]
fn times_are_the_dashboards_and_a_new_day_has_a_line_of_its_own() {
    let mut board = operations();
    board.time_zone = TimeZone::get("Europe/Berlin").unwrap();
    let board = config(vec![board]);
    let snapshot = all_live(&board);
    let mut story = Story::new(board, snapshot);
    assert_eq!(story.tell()[0], "Sunday, 2026-11-22, CET");
    story.set_value("orders", 5.0);
    assert_eq!(
        story.later(9 * HOUR).tell(),
        [
            "Monday, 2026-11-23, CET",
            "00:03:20 Orders / min: 5, bad; was 70.7, good"
        ]
    );
}

const CONFIG: &str = r#"
[[dashboard]]
name = "Shop"
refresh = "200ms"
timezone = "UTC"
areas = "orders latest"
[dashboard.panel.orders]
title = "Orders"
kind = "stat"
thresholds = [{ at = 0, color = "red" }, { at = 20, color = "green" }]
sql = "select v from k"
[dashboard.panel.latest]
title = "Latest"
kind = "table"
sql = "select 'é' as name from generate_series(1, 3)"
"#;

struct Running {
    postgres: Postgres,
    _folder: tempfile::TempDir,
    child: Child,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).expect("a private PostgreSQL");
        let make = "create table k (v int); insert into k values (42)";
        postgres.psql("postgres", make).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(arguments)
            .env_clear()
            .env("HOME", folder.path())
            .env("TERM", "xterm-256color")
            .env("DATABASE_URL", postgres.url("postgres"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            postgres,
            _folder: folder,
            child,
        }
    }

    fn lines(&mut self) -> Receiver<String> {
        let stdout = self.child.stdout.take().unwrap();
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        lines
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    fn code(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(start.elapsed() < Duration::from_secs(10), "still running");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The next line that has these words.
fn wait_for(lines: &Receiver<String>, words: &str) -> String {
    let mut seen = Vec::new();
    loop {
        match lines.recv_timeout(Duration::from_secs(30)) {
            Ok(line) if line.contains(words) => return line,
            Ok(line) => seen.push(line),
            Err(why) => panic!("waited for `{words}`: {why}; saw {seen:#?}"),
        }
    }
}

#[test]
fn in_a_pipe_it_tells_what_the_database_does_and_ends_on_a_signal() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut running = Running::start(&["--linear", "--ascii", "--range", "6h"]);
        let lines = running.lines();
        assert!(wait_for(&lines, "Shop").ends_with("2 panels, range 6h"));
        let mut first = [wait_for(&lines, ": "), wait_for(&lines, ": ")];
        first.sort_by_key(|line| line[9..].to_owned());
        assert_eq!(&first[0][8..], " Latest: 3 rows");
        assert_eq!(&first[1][8..], " Orders: 42, good");
        running
            .postgres
            .psql("postgres", "update k set v = 7")
            .unwrap();
        let line = wait_for(&lines, "Orders");
        assert_eq!(&line[8..], " Orders: 7, bad; was 42, good");
        running
            .postgres
            .psql("postgres", "alter table k rename to l")
            .unwrap();
        let line = wait_for(&lines, "Orders");
        assert!(
            line.contains("failed: relation \"k\" does not exist"),
            "{line}"
        );
        running
            .postgres
            .psql("postgres", "alter table l rename to k")
            .unwrap();
        assert!(wait_for(&lines, "Orders").ends_with("answers again: 7, bad"));
        running.signal(signal);
        assert_eq!(running.code(), Some(0));
        assert!(lines.iter().all(|line| line.is_ascii()));
    }
}

#[test]
fn it_ends_when_nobody_reads_any_more_though_there_is_nothing_to_say() {
    let mut running = Running::start(&["--linear"]);
    let mut stdout = BufReader::new(running.child.stdout.take().unwrap());
    let mut text = String::new();
    while !(text.contains("Orders: 42") && text.contains("Latest: 3 rows")) {
        assert!(stdout.read_line(&mut text).unwrap() > 0, "{text}");
    }
    assert!(!text.contains('\x1b'));
    drop(stdout);
    assert_eq!(running.code(), Some(0));
}

#[test]
fn an_unknown_dashboard_is_refused_with_the_names() {
    let mut running = Running::start(&["--linear", "--dashboard", "Nope"]);
    assert_eq!(running.code(), Some(2));
    let mut text = String::new();
    let mut stdout = running.child.stdout.take().unwrap();
    stdout.read_to_string(&mut text).unwrap();
    assert_eq!(text, "");
}
