//! The program as a script meets it: exit codes, what goes to which stream, files; on a real PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use serde_json::Value;
use tempfile::TempDir;

/// One server for all; its watchdog ends it with this program. A password is needed over TCP.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let options = PostgresOptions {
        tcp: true,
        hba: vec!["host all all 127.0.0.1/32 scram-sha-256".to_owned()],
        ..PostgresOptions::default()
    };
    Postgres::start(&options).unwrap()
});

const WELL: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
areas = """
orders   big
latest   latest
"""
[dashboard.panel.orders]
kind = "stat"
sql = "select 4711 as orders"
[dashboard.panel.big]
kind = "stat"
sql = "select 12345678901234567890.123456789012345::numeric as big"
[dashboard.panel.latest]
kind = "table"
sql = "select 'row ' || n as name, n from generate_series(1, 3) n"
"#;

/// The error is in the second line of the SQL, at its 18th character.
const ONE_BROKEN: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
areas = "orders broken"
[dashboard.panel.orders]
kind = "stat"
sql = "select 4711 as orders"
[dashboard.panel.broken]
kind = "table"
sql = """
select n as one,
       'ü' as u, oops as two
from generate_series(1, 2) n
where $__timeFilter(now())
"""
"#;

/// A home and working folder of its own.
struct Place(TempDir);

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with(config: &str) -> Self {
        let place = Self::new();
        fs::write(place.path().join("config.toml"), config).unwrap();
        place
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
        command
            .args(words)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("XDG_STATE_HOME", self.path().join("state"))
            .env("LANG", "C.UTF-8")
            .env("DATABASE_URL", SERVER.url("postgres"))
            .current_dir(self.path())
            .stdin(Stdio::null());
        command
    }

    fn kpi(&self, words: &[&str]) -> Said {
        said(self.command(words))
    }

    /// What the log files hold.
    fn log(&self) -> String {
        let files = fs::read_dir(self.path().join("state/kpi")).unwrap();
        files
            .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
            .collect()
    }
}

fn said(mut command: Command) -> Said {
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

impl Said {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("{}{}", self.out, self.err))
    }
}

fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is not in:\n{text}");
    }
}

#[test]
fn help_and_version_are_data() {
    let place = Place::new();
    let help = place.kpi(&["--help"]);
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    says(&help.out, &["snapshot", "migrate", "--config", "Examples:"]);
    let widest = help.out.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(100), "{}", help.out);
    let version = place.kpi(&["--version"]);
    let expected = format!("kpi {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((version.code, version.out), (0, expected));
}

#[test]
fn every_command_named_in_the_help_has_help() {
    let place = Place::new();
    let help = place.kpi(&["--help"]).out;
    let commands = help.split("Commands:\n").nth(1).unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    assert!(commands.len() > 5, "{commands:?}");
    for command in commands {
        let said = place.kpi(&[command, "--help"]);
        assert_eq!(said.code, 0, "{command}: {}", said.err);
    }
}

#[test]
fn wrong_usage_is_exit_code_2_and_prints_no_data() {
    let place = Place::with(WELL);
    for words in [
        &["--no-such-flag"][..],
        &["snapsot"],
        &["snapshot", "--format", "gif"],
        &["snapshot", "--size", "0x10"],
        &["snapshot", "--format", "csv"],
        &["snapshot", "--panel", "nowhere"],
        &["snapshot", "--dashboard", "Nowhere"],
        &["snapshot", "--range", "soon"],
        &["--dashboard", "Shop", "snapshot"],
        // Not a terminal.
        &[],
        &["demo"],
    ] {
        let said = place.kpi(words);
        assert_eq!(said.code, 2, "{words:?}: {}", said.err);
        assert_eq!(said.out, "", "{words:?}");
        assert!(said.err.starts_with("error: "), "{words:?}: {}", said.err);
    }
    let said = place.kpi(&["snapshot", "--panel", "nowhere"]);
    says(&said.err, &["nowhere", "orders", "big", "latest"]);
}

#[test]
fn a_missing_configuration_is_looked_for_aloud() {
    let place = Place::new();
    for words in [&["snapshot"][..], &["check"], &["migrate"]] {
        let said = place.kpi(words);
        assert_eq!(said.code, 2, "{words:?}");
        let text = format!("{}{}", said.out, said.err);
        says(&text, &["config.toml", ".config/kpi", "kpi init"]);
    }
    let said = place.kpi(&["--config", "elsewhere.toml", "snapshot"]);
    assert_eq!(said.code, 2);
    says(&said.err, &["elsewhere.toml"]);
}

#[test]
fn an_invalid_configuration_is_shown_with_its_place() {
    let wrong = WELL.replacen("kind = \"stat\"", "kind = \"stad\"", 1);
    let place = Place::with(&wrong);
    let said = place.kpi(&["snapshot"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    says(&said.err, &["config.toml:10:8", "`stat`"]);
    let lines: Vec<&str> = said.err.lines().collect();
    let shown = lines
        .iter()
        .position(|line| line.contains("kind = \"stad\""))
        .unwrap();
    assert_eq!(lines[shown].find("\"stad\""), lines[shown + 1].find('^'));

    let said = place.kpi(&["check", "--format", "json"]);
    assert_eq!(said.code, 2);
    assert_eq!(
        said.json()["problems"].as_array().unwrap().len(),
        1,
        "{}",
        said.out
    );
}

#[test]
fn flags_for_all_commands_stand_on_either_side() {
    let place = Place::new();
    fs::write(place.path().join("other.toml"), WELL).unwrap();
    for words in [
        ["--config", "other.toml", "check", "--offline"],
        ["check", "--offline", "--config", "other.toml"],
    ] {
        let said = place.kpi(&words);
        assert_eq!(said.code, 0, "{}{}", said.out, said.err);
        says(&said.out, &["other.toml: 1 dashboard, 3 panels"]);
    }
}

#[test]
fn a_snapshot_is_text_or_colours() {
    let place = Place::with(WELL);
    let text = place.kpi(&["snapshot", "--size", "80x24"]);
    assert_eq!((text.code, text.err.as_str()), (0, ""));
    says(&text.out, &["Shop", "orders", "latest", "row 3"]);
    assert!(!text.out.contains('\x1b'), "escape sequences in text");
    let widths = text.out.lines().map(|line| line.chars().count());
    assert_eq!(text.out.lines().count(), 24);
    assert!(widths.max() <= Some(80));

    let ansi = place.kpi(&["snapshot", "--size", "80x24", "--format", "ansi"]);
    assert_eq!(ansi.code, 0);
    let mut terminal = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
    terminal.process(ansi.out.replace('\n', "\r\n").trim_end().as_bytes());
    says(&terminal.screen().contents(), &["Shop", "row 3"]);
    assert!(ansi.out.contains("\x1b["), "no colour");

    let plain = place.kpi(&["snapshot", "--ascii", "--panel", "latest"]);
    assert!(plain.out.is_ascii(), "{}", plain.out);
    says(&plain.out, &["row 3"]);
    assert!(!plain.out.contains("orders"), "only the panel asked for");
}

#[test]
fn a_snapshot_wears_the_theme_that_was_asked_for() {
    let place = Place::with(WELL);
    let ansi = |theme: &str| place.kpi(&["snapshot", "--format", "ansi", "--theme", theme]);
    says(&ansi("dark").out, &["48;2;17;18;23"]);
    assert!(!ansi("terminal").out.contains("48;2;"), "a background");
    let wrong = ansi("pink");
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    says(&wrong.err, &["pink", "terminal, dark, light"]);
}

#[test]
fn data_keeps_every_digit() {
    const DIGITS: &str = "12345678901234567890.123456789012345";
    let place = Place::with(WELL);
    let csv = place.kpi(&["snapshot", "--format", "csv", "--panel", "big"]);
    assert_eq!((csv.code, csv.out), (0, format!("big\r\n{DIGITS}\r\n")));
    let json = place.kpi(&["snapshot", "--format", "json"]);
    assert_eq!(json.code, 0, "{}", json.err);
    let panels = &json.json()["panels"];
    let ids: Vec<&str> = (0..3).map(|n| panels[n]["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["orders", "big", "latest"]);
    assert_eq!(panels[1]["rows"][0][0].to_string(), DIGITS);
    assert_eq!(panels[2]["rows"].as_array().unwrap().len(), 3);
}

#[test]
fn an_output_file_is_replaced_as_a_whole_and_keeps_its_mode() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let place = Place::with(WELL);
    let file = place.path().join("latest.csv");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let old = fs::metadata(&file).unwrap();
    let mut reader = fs::File::open(&file).unwrap();
    let words = [
        "snapshot",
        "--format",
        "csv",
        "--panel",
        "latest",
        "--output",
        "latest.csv",
    ];
    let said = place.kpi(&words);
    assert_eq!(
        (said.code, said.out, said.err),
        (0, String::new(), String::new())
    );
    let fresh = fs::metadata(&file).unwrap();
    assert_ne!(
        old.ino(),
        fresh.ino(),
        "written in place: a reader could see half of it"
    );
    assert_eq!(fresh.mode() & 0o777, 0o640);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text, "name,n\r\nrow 1,1\r\nrow 2,2\r\nrow 3,3\r\n");
    // Who had it open still reads the old one.
    assert_eq!(std::io::read_to_string(&mut reader).unwrap(), "old");
    let names = fs::read_dir(place.path()).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(
        names,
        ["config.toml", "latest.csv", "state"],
        "something is left over"
    );

    let said = place.kpi(&["snapshot", "--output", "no/such/folder/frame.txt"]);
    assert_eq!(said.code, 1);
    says(&said.err, &["no/such/folder/frame.txt"]);
}

#[test]
fn one_failing_panel_is_exit_code_1_and_the_others_are_printed() {
    let place = Place::with(ONE_BROKEN);
    let text = place.kpi(&["snapshot", "--size", "120x30"]);
    assert_eq!(text.code, 1);
    says(&text.err, &["broken: column \"oops\" does not exist"]);
    says(&text.out, &["orders", "column \"oops\" does not exist"]);
    let json = place.kpi(&["snapshot", "--format", "json"]);
    assert_eq!(json.code, 1);
    let panels = &json.json()["panels"];
    assert_eq!(panels[0]["rows"][0][0], 4711);
    assert_eq!(panels[1]["health"], "failed");
    // Asked for alone, the good one is fine.
    assert_eq!(place.kpi(&["snapshot", "--panel", "orders"]).code, 0);
}

#[test]
fn check_points_into_the_sql_as_it_was_written() {
    let place = Place::with(ONE_BROKEN);
    let said = place.kpi(&["check"]);
    assert_eq!(said.code, 1, "{}", said.err);
    says(&said.out, &["ok      Shop / orders: 1 column", "1 error\n"]);
    let lines: Vec<&str> = said.out.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains("13 | "))
        .unwrap();
    assert!(
        lines[at].ends_with("13 |        'ü' as u, oops as two"),
        "{}",
        said.out
    );
    let column = |line: &str, what: &str| line.split(what).next().unwrap().chars().count();
    assert_eq!(
        column(lines[at + 1], "^"),
        column(lines[at], "oops"),
        "{}",
        said.out
    );

    let json = place.kpi(&["check", "--format", "json"]);
    assert_eq!(json.code, 1);
    let panels = json.json()["panels"].clone();
    assert_eq!(panels[0]["ok"], true);
    assert_eq!(panels[1]["ok"], false);
    says(panels[1]["why"].as_str().unwrap(), &["oops"]);
}

#[test]
fn an_offline_check_connects_to_nothing() {
    let place = Place::with(ONE_BROKEN);
    let mut command = place.command(&["check", "--offline"]);
    command.env("DATABASE_URL", "postgresql://127.0.0.1:1/nothing");
    let said = said(command);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    says(&said.out, &["1 dashboard, 2 panels"]);
}

#[test]
fn a_password_is_in_no_output_and_no_log() {
    const PASSWORD: &str = "sesame-4711";
    let place = Place::with(WELL);
    let port = SERVER.port();
    for (url, why) in [
        (
            format!("postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"),
            "password",
        ),
        (
            format!("postgresql://postgres:{PASSWORD}@127.0.0.1:1/postgres"),
            "127.0.0.1:1",
        ),
        (
            format!("postgresql://postgres:{PASSWORD}@no-such-host.invalid/postgres"),
            "no-such-host",
        ),
        (
            format!("postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/x?sslmode=maybe"),
            "sslmode",
        ),
        (
            format!("postgresql://postgres:{PASSWORD}@127.0.0.1:99999/x"),
            "port",
        ),
    ] {
        for words in [
            &["-vv", "check"][..],
            &["-vv", "check", "--format", "json"],
            &["-vv", "snapshot", "--size", "200x60"],
            &["-vv", "snapshot", "--format", "json"],
            &["-vv", "migrate"],
        ] {
            let mut command = place.command(words);
            command
                .env("DATABASE_URL", &url)
                .env("RUST_BACKTRACE", "full");
            let said = said(command);
            let text = format!("{}{}", said.out, said.err);
            assert_ne!(said.code, 0, "{words:?}: {text}");
            says(&text, &[why]);
            for hidden in [PASSWORD, "sesame"] {
                assert!(!text.contains(hidden), "{words:?} says it:\n{text}");
                assert!(
                    !place.log().contains(hidden),
                    "{words:?} logs it:\n{}",
                    place.log()
                );
            }
        }
    }
}

#[test]
fn the_log_is_one_file_a_day_in_the_state_folder() {
    let place = Place::with(WELL);
    let said = place.kpi(&["snapshot"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let files = fs::read_dir(place.path().join("state/kpi")).unwrap();
    let names: Vec<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let [name] = &names[..] else {
        panic!("{names:?}")
    };
    let day = name
        .strip_prefix("kpi.")
        .and_then(|rest| rest.strip_suffix(".log"));
    assert!(
        day.is_some_and(|day| day.parse::<jiff::civil::Date>().is_ok()),
        "{name}"
    );
    says(&place.log(), &["started"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let place = Place::with(WELL);
    for words in [
        &["config", "schema"][..],
        &["init", "new"],
        &["snapshot", "--format", "json"],
        &["check"],
        &["migrate"],
        &["migrate", "status"],
        &["--help"],
    ] {
        let mut command = place.command(words);
        let (read, write) = std::io::pipe().unwrap();
        // Nobody reads: every write fails.
        drop(read);
        let url = SERVER.url("postgres");
        let child = command
            .env("DIRECT_URL", url)
            .stdout(write)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{words:?}: {err}");
        assert_eq!(err, "", "{words:?}");
    }
    // One line, then no more, as `| head -1` does.
    let mut command = place.command(&["config", "schema"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert_eq!(line, "{\n");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn init_then_check_then_a_second_init() {
    let place = Place::new();
    let made = place.kpi(&["init"]);
    assert_eq!((made.code, made.err.as_str()), (0, ""));
    says(&made.out, &["config.toml", ".env"]);
    let check = place.kpi(&["check", "--offline"]);
    assert_eq!(check.code, 0, "{}{}", check.out, check.err);
    fs::write(place.path().join("config.toml"), "# mine").unwrap();
    assert_eq!(place.kpi(&["init"]).code, 2);
    assert_eq!(
        fs::read_to_string(place.path().join("config.toml")).unwrap(),
        "# mine"
    );
}

#[test]
fn offline_finds_a_macro_that_does_not_exist() {
    let place = Place::with(&WELL.replace("select", "select $__timeFrm() as t,"));
    let said = place.kpi(&["check", "--offline"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("$__timeFrm"), "{}", said.out);
    assert!(said.out.contains("$__timeFrom"), "no hint: {}", said.out);
}

#[test]
fn no_color_means_no_colours_in_a_snapshot_either() {
    let place = Place::with(WELL);
    let colours = |name: &str| {
        let mut command = place.command(&["snapshot", "--format", "ansi"]);
        let output = command.env(name, "1").output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains("38;2;")
    };
    assert!(colours("KPI_NOTHING"));
    assert!(!colours("NO_COLOR"));
}

#[test]
fn a_snapshot_has_no_keys_and_no_focus() {
    let place = Place::with(WELL);
    let text = place.kpi(&["snapshot"]).out;
    assert!(!text.contains("help") && !text.contains('▸'), "{text}");
}

#[test]
fn a_check_without_a_database_says_so_once() {
    let place = Place::with(WELL);
    let check = || {
        let mut command = place.command(&["check"]);
        command.env_remove("DATABASE_URL");
        said(command)
    };
    let alone = check();
    assert_eq!(alone.code, 1, "{}{}", alone.out, alone.err);
    says(
        &alone.out,
        &[
            "no database is configured: 3 panels were not asked",
            "config.toml, or DATABASE_URL in the environment\n",
        ],
    );
    assert_eq!(alone.out.matches("no database").count(), 1, "{}", alone.out);
    assert_eq!(
        alone.out.matches("DATABASE_URL").count(),
        1,
        "{}",
        alone.out
    );
    fs::write(place.path().join(".env"), "OTHER=1\n").unwrap();
    says(&check().out, &["in the environment or in", ".env"]);
}
