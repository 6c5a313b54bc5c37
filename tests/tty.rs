//! The program in a real terminal, on a real PostgreSQL: start, keys, sizes, and every way to end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod terminal;

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::hub::{Hub, Sources};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::ui::{Look, Ui};
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use tempfile::TempDir;
use terminal::{PATIENCE, Terminal};

const DASHBOARDS: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "500ms"
rows = ["7", "1fr"]
areas = """
orders  queue
traffic latest
"""
[dashboard.panel.orders]
title = "Orders"
kind = "stat"
sql = "select 4711 as orders"
[dashboard.panel.queue]
title = "Queue"
kind = "gauge"
min = 0
max = 100
sql = "select 42 as queue"
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
refresh = "500ms"
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

    fn command(&self) -> CommandBuilder {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
        self.environment(&mut command);
        command
    }

    fn environment(&self, command: &mut CommandBuilder) {
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
    }

    fn started(&self, columns: u16, lines: u16) -> Terminal {
        let terminal = Terminal::start(self.command(), columns, lines);
        terminal.wait_for("the first answers", |screen| screen.contains("row 1"));
        terminal
    }
}

fn is_given_back(terminal: &Terminal) {
    assert!(!terminal.is_alternate(), "still on the alternate screen");
    assert!(!terminal.is_touched(), "cursor hidden or mouse captured");
}

#[test]
fn it_shows_the_panels_and_q_gives_the_terminal_back() {
    let setup = Setup::new();
    let mut terminal = setup.started(120, 40);
    let screen = terminal.screen();
    for word in ["Shop", "Orders", "Queue", "Traffic", "Latest"] {
        assert!(screen.contains(word), "{word} is not on\n{screen}");
    }
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
    is_given_back(&terminal);
}

#[test]
fn keys_open_help_full_screen_and_other_dashboards() {
    let setup = Setup::new();
    let mut terminal = setup.started(120, 40);
    terminal.send("?");
    terminal.wait_for("the help", |screen| {
        screen.contains("full screen") && screen.contains("quit")
    });
    terminal.send("\x1b");
    terminal.wait_for("the panels again", |screen| screen.contains("row 1"));
    terminal.send("\r");
    terminal.wait_for("Orders alone", |screen| {
        screen.contains("Orders") && !screen.contains("Traffic")
    });
    terminal.send("\r");
    terminal.wait_for("all panels", |screen| screen.contains("Traffic"));
    terminal.send("2");
    terminal.wait_for("the second dashboard", |screen| {
        screen.contains("nothing but words")
    });
    terminal.send("[");
    terminal.wait_for("the first dashboard at once", |screen| {
        screen.contains("row 1")
    });
    terminal.send("\x03");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
    is_given_back(&terminal);
}

#[test]
fn signals_end_it_and_the_terminal_is_given_back() {
    let setup = Setup::new();
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut terminal = setup.started(80, 24);
        terminal.signal(signal);
        assert_eq!(terminal.wait(PATIENCE).exit_code(), 0, "{signal:?}");
        is_given_back(&terminal);
    }
}

fn state(pid: u32) -> char {
    let line = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output()
        .unwrap();
    String::from_utf8(line.stdout)
        .unwrap()
        .trim()
        .chars()
        .next()
        .unwrap_or('?')
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "waited for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_fg_takes_it_again() {
    let setup = Setup::new();
    let mut terminal = setup.started(100, 30);
    for stop in ["key", "signal"] {
        match stop {
            "key" => terminal.send("\x1a"),
            _ => terminal.signal(Signal::TSTP),
        }
        wait_until("the program to stop", || state(terminal.pid()) == 'T');
        wait_until("the terminal to be given back", || {
            !terminal.is_alternate() && !terminal.is_touched()
        });
        terminal.resize(90, 28);
        terminal.signal(Signal::CONT);
        terminal.wait_for("the panels again", |screen| screen.contains("row 1"));
        assert!(terminal.is_alternate());
    }
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
    is_given_back(&terminal);
}

#[test]
fn two_hundred_sizes_in_a_row_end_in_a_right_picture() {
    let setup = Setup::new();
    let mut terminal = setup.started(120, 40);
    let mut rng = fastrand::Rng::with_seed(3);
    for _ in 0..200 {
        terminal.resize(rng.u16(1..=250), rng.u16(1..=80));
        std::thread::yield_now();
    }
    terminal.resize(1, 1);
    terminal.resize(120, 40);
    terminal.wait_for("all panels at the last size", |screen| {
        ["Orders", "Queue", "Traffic", "Latest", "row 1"]
            .iter()
            .all(|word| screen.contains(word))
            && screen.lines().count() == 40
    });
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
}

/// A terminal program that dies: starts `kpi` with SIGHUP ignored, says its process id, and is gone.
/// Does nothing unless the next test started it.
#[test]
fn a_terminal_program_that_dies() {
    let Ok(database) = std::env::var("KPI_TEST_VANISH") else {
        return;
    };
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\"", env!("CARGO_BIN_EXE_kpi")]);
    command.env("DATABASE_URL", database);
    command.cwd(std::env::current_dir().unwrap());
    let terminal = Terminal::start(command, 80, 24);
    terminal.wait_for("the first answers", |screen| screen.contains("row 1"));
    println!("pid={}", terminal.pid());
    // No destructor runs: nobody tells the program anything.
    std::process::exit(0);
}

#[test]
fn a_terminal_that_vanishes_without_a_signal_ends_it_within_two_seconds() {
    let setup = Setup::new();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_terminal_program_that_dies", "--nocapture"])
        .current_dir(setup.folder.path())
        .env("HOME", setup.folder.path())
        .env("TERM", "xterm-256color")
        .env("KPI_TEST_VANISH", setup.postgres.url("postgres"))
        .output()
        .unwrap();
    let vanished = Instant::now();
    let said = String::from_utf8_lossy(&output.stdout);
    let pid = said
        .split("pid=")
        .nth(1)
        .and_then(|rest| rest.split_whitespace().next());
    let pid: u32 = pid
        .unwrap_or_else(|| panic!("no program was started: {output:?}"))
        .parse()
        .unwrap();
    while !matches!(state(pid), '?' | 'Z') {
        assert!(
            vanished.elapsed() < Duration::from_secs(2),
            "still running: {}",
            state(pid)
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn without_a_terminal_it_points_to_snapshot() {
    let setup = Setup::new();
    let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
        .current_dir(setup.folder.path())
        .env("HOME", setup.folder.path())
        .env("DATABASE_URL", setup.postgres.url("postgres"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("kpi snapshot"),
        "{output:?}"
    );
}

static TICKS: AtomicU32 = AtomicU32::new(0);

/// A clock that breaks after the first frames.
fn broken_clock() -> Moment {
    assert!(
        TICKS.fetch_add(1, Ordering::SeqCst) < 50,
        "the clock fell from the wall"
    );
    Moment(jiff::Timestamp::now().as_microsecond())
}

/// Runs the front in this process' terminal; does nothing unless the next test started it there.
#[test]
fn front_with_a_broken_clock() {
    let Ok(config) = std::env::var("KPI_TEST_BROKEN_CLOCK") else {
        return;
    };
    let options = kpi_dashboard::config::LoadOptions {
        path: Some(config.into()),
        ..Default::default()
    };
    let config = Arc::new(kpi_dashboard::config::load(&options).unwrap());
    kpi_dashboard::front::tty::restore_on_panic();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let hub = Hub::spawn(Arc::clone(&config), Sources::default(), broken_clock);
        let session =
            kpi_dashboard::front::tty::run(&hub, Ui::default(), Look::default(), broken_clock);
        session.await.unwrap();
    });
}

#[test]
fn a_panic_gives_the_terminal_back_and_its_message_can_be_read() {
    let setup = Setup::new();
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["--exact", "front_with_a_broken_clock", "--nocapture"]);
    setup.environment(&mut command);
    command.env(
        "KPI_TEST_BROKEN_CLOCK",
        setup.folder.path().join("config.toml"),
    );
    let mut terminal = Terminal::start(command, 100, 30);
    terminal.wait_for("the dashboard", |screen| screen.contains("Orders"));
    for _ in 0..40 {
        terminal.send("?");
        std::thread::sleep(Duration::from_millis(20));
    }
    terminal.wait(PATIENCE);
    let screen = terminal.screen();
    assert!(
        screen.contains("the clock fell from the wall"),
        "no message on:\n{screen}"
    );
    is_given_back(&terminal);
}

#[test]
fn when_the_database_goes_away_the_data_stays_and_comes_back_to_life() {
    let mut setup = Setup::new();
    let mut terminal = setup.started(140, 40);
    let alive = |screen: &str| screen.contains("row 1") && !screen.contains('✖');
    terminal.wait_for("health", alive);
    for what in ["stopped", "frozen", "terminated"] {
        match what {
            "stopped" => setup.postgres.stop(),
            "frozen" => setup.postgres.freeze().unwrap(),
            _ => {
                let kill = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'";
                setup.postgres.psql("postgres", kill).unwrap();
            }
        }
        if what != "terminated" {
            let screen = terminal.wait_for("a mark", |screen| screen.contains('✖'));
            assert!(
                screen.contains("row 1"),
                "the last rows are gone ({what}):\n{screen}"
            );
        }
        match what {
            "stopped" => setup.postgres.restart().unwrap(),
            "frozen" => setup.postgres.thaw(),
            _ => {}
        }
        let back = Instant::now();
        terminal.wait_for("recovery", alive);
        assert!(
            back.elapsed() < Duration::from_secs(15),
            "{what}: {:?}",
            back.elapsed()
        );
    }
    terminal.send("q");
    assert_eq!(terminal.wait(PATIENCE).exit_code(), 0);
}
