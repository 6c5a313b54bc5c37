//! The mouse and the clipboard of a real terminal on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod terminal;

use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use portable_pty::CommandBuilder;
use tempfile::TempDir;
use terminal::{PATIENCE, Terminal};

const DASHBOARDS: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "500ms"
rows = ["2fr", "1fr"]
areas = """
traffic
latest
"""
[dashboard.panel.traffic]
title = "Traffic"
kind = "timeseries"
sql = """
select t as time, extract(minute from t) as minute
from generate_series($__timeFrom()::timestamptz, $__timeTo()::timestamptz, interval '1 minute') t
"""
[dashboard.panel.latest]
title = "Latest"
kind = "table"
sql = "select 'row ' || n as name, n from generate_series(1, 500) n"

[[dashboard]]
name = "Second"
areas = "words"
[dashboard.panel.words]
title = "Words"
kind = "text"
text = "nothing but words"
"#;

struct Setup {
    postgres: Postgres,
    folder: TempDir,
}

impl Setup {
    fn new() -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).expect("a private PostgreSQL");
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), DASHBOARDS).unwrap();
        Self { postgres, folder }
    }

    fn started(&self) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
        command.env_clear();
        command.cwd(self.folder.path());
        for (name, value) in [
            ("TERM", "xterm-256color"),
            ("LANG", "C.UTF-8"),
            ("TZ", "UTC"),
        ] {
            command.env(name, value);
        }
        command.env("HOME", self.folder.path());
        command.env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("DATABASE_URL", self.postgres.url("postgres"));
        let terminal = Terminal::start(command, 120, 40);
        terminal.wait_for("the first answers", |screen| screen.contains("row 1"));
        terminal
    }
}

/// A mouse report in SGR form; columns and rows count from 1.
fn mouse(button: u8, x: u16, y: u16, end: char) -> String {
    format!("\x1b[<{button};{x};{y}{end}")
}

fn header(screen: &str) -> &str {
    screen.lines().next().unwrap_or("")
}

#[test]
fn a_drag_over_a_chart_zooms_and_zero_is_live_again() {
    let setup = Setup::new();
    let mut terminal = setup.started();
    // The chart's part of the body, well inside its axes.
    let (from, to, y) = (40, 80, 10);
    terminal.send(&mouse(0, from, y, 'M'));
    for x in from + 1..=to {
        terminal.send(&mouse(32, x, y, 'M'));
    }
    terminal.send(&mouse(0, to, y, 'm'));
    let screen = terminal.wait_for("a fixed range", |screen| header(screen).contains(" to "));
    assert!(screen.contains("Latest"), "no full screen:\n{screen}");
    terminal.send("?");
    terminal.wait_for("the key of the chart", |screen| {
        screen.contains("values at an instant")
    });
    terminal.send("\x1b");
    terminal.wait_for("the panels again", |screen| !screen.contains("Esc closes"));
    terminal.send("0");
    terminal.wait_for("the dashboard's range", |screen| {
        header(screen).contains("last 1 h")
    });
    // A press and a release on one cell is a click: the focused chart fills the screen.
    terminal.send(&mouse(0, from, y, 'M'));
    terminal.send(&mouse(0, from, y, 'm'));
    terminal.wait_for("the chart alone", |screen| !screen.contains("Latest"));
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
    assert!(!terminal.is_touched(), "the mouse is still captured");
}

#[test]
fn moving_over_a_board_without_charts_writes_nothing() {
    let setup = Setup::new();
    let mut terminal = setup.started();
    terminal.send("2");
    terminal.wait_for("the second dashboard", |screen| {
        screen.contains("nothing but words")
    });
    let before = terminal.written();
    for x in 1..=120 {
        for y in [1, 5, 20, 40] {
            terminal.send(&mouse(35, x, y, 'M'));
        }
    }
    // The answer to a key behind them: when it is there, they all have been read.
    terminal.send("?");
    terminal.wait_for("the help", |screen| screen.contains("this help"));
    let frames = terminal.written().0 - before.0;
    // One for the help, one more if a minute has just passed on the header's clock.
    assert!((1..=2).contains(&frames), "{frames} frames for 480 moves");
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
}

#[test]
fn a_paste_of_many_kilobytes_arrives_whole_at_once() {
    let setup = Setup::new();
    let mut terminal = setup.started();
    terminal.send("t");
    terminal.wait_for("the picker", |screen| screen.contains("Time range"));
    // More than the terminal library reads at once; its end is what the field shows.
    let text = format!("{} the end", "x".repeat(3000));
    terminal.send(&format!("\x1b[200~{text}\x1b[201~"));
    terminal.wait_for("the end of it", |screen| screen.contains("xxx the end"));
    terminal.send("\x1b");
    terminal.wait_for("the panels again", |screen| !screen.contains("Time range"));
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
}

#[test]
fn pasted_text_goes_into_the_range_picker_and_no_letter_of_it_is_a_key() {
    let setup = Setup::new();
    let mut terminal = setup.started();
    terminal.send("t");
    terminal.wait_for("the picker", |screen| screen.contains("Time range"));
    terminal.send("\x1b[200~now-2d/d to now-1d/d\x1b[201~");
    terminal.wait_for("what is pasted", |screen| {
        screen.contains("now-2d/d to now-1d/d")
    });
    terminal.send("\r");
    terminal.wait_for("that range", |screen| {
        header(screen).contains("now-2d/d to now-1d/d") && screen.contains("row 1")
    });
    // Outside a field pasted letters are no keys either: a `q` in it would have ended the program.
    terminal.send("\x1b[200~qqq\x1b[201~");
    terminal.send("?");
    terminal.wait_for("the help", |screen| screen.contains("this help"));
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
}
