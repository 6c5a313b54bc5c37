//! `kpi snapshot` in time: as it was then, again and again into a file, and from a collector's feed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Output};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use stack::Stack;

const PATIENCE: Duration = Duration::from_secs(40);

const CONFIG: &str = r#"
[database]
schema = "kpi"

[[dashboard]]
name = "Shop"
range = "1h"
refresh = "100ms"
timezone = "UTC"
notes = true
columns = ["1fr", "1fr"]
rows = ["6", "1fr"]
areas = """
count whole
chart chart
"""
[dashboard.panel.count]
kind = "stat"
sql = "select count(*) as orders from samples where metric = 'orders' and $__timeFilter(ts)"
[dashboard.panel.whole]
kind = "stat"
range = "1d"
sql = "select count(*) as orders from samples where metric = 'orders' and $__timeFilter(ts)"
[dashboard.panel.chart]
kind = "timeseries"
live = "orders"
sql = "select $__timeGroup(ts, $__interval) as time, avg(value) as orders from samples where metric = 'orders' and $__timeFilter(ts) group by 1 order by 1"
"#;

/// An order a minute from 08:00 to 12:00 of a day that is over, and a note at 11:00.
const PAST: &str = "
    insert into kpi.samples (metric, ts, value)
    select 'orders', '2026-03-02T08:00:00Z'::timestamptz + n * interval '1 minute', n from generate_series(0, 240) n;
    insert into kpi.annotations (ts, text) values ('2026-03-02T11:00:00Z', 'deployed');
";

fn stack() -> Stack {
    let stack = Stack::start(&["orders"], CONFIG);
    stack.sql(PAST);
    stack
}

fn run(stack: &Stack, arguments: &[&str]) -> Output {
    stack.command(arguments).output().unwrap()
}

fn json(output: &Output) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn orders(taken: &Value, panel: usize) -> i64 {
    taken["panels"][panel]["rows"][0][0].as_i64().unwrap()
}

#[test]
fn at_a_time_ranges_end_there_and_the_clock_stands_there() {
    let stack = stack();
    let at = |more: &[&str]| {
        let taken = [
            "snapshot",
            "--format",
            "json",
            "--at",
            "2026-03-02T10:30:00Z",
        ];
        json(&run(&stack, &[&taken, more].concat()))
    };
    // 09:30 to 10:30, both ends in it; and a day.
    let taken = at(&[]);
    assert_eq!((orders(&taken, 0), orders(&taken, 1)), (61, 151));
    assert_eq!(taken["taken_at"], "2026-03-02T10:30:00Z");
    assert_eq!(taken["panels"][0]["asked_at"], "2026-03-02T10:30:00Z");
    assert_eq!(taken["links"]["redis"]["state"], "off");
    assert_eq!(orders(&at(&["--range", "10m"]), 0), 11);
    assert_eq!(orders(&at(&["--range", "now/d to now"]), 0), 151);
    assert_eq!(
        orders(&at(&["--range", "2026-03-02 08:00 to 08:10"]), 0),
        11
    );
    // Of a range that goes on, what had happened by then.
    assert_eq!(orders(&at(&["--range", "now/d to now/d"]), 0), 151);
    assert_eq!(
        orders(&at(&["--range", "2026-03-02 10:00 to 12:00"]), 0),
        31
    );

    let frame = |at: &str| {
        let frame = run(&stack, &["snapshot", "--size", "80x24", "--at", at]);
        String::from_utf8(frame.stdout).unwrap()
    };
    let before = frame("2026-03-02T10:30:00Z");
    assert!(
        before
            .lines()
            .next()
            .unwrap()
            .contains("2026-03-02 10:30 UTC"),
        "{before}"
    );
    assert!(
        before.contains("last 1 h") && before.contains("10:20"),
        "{before}"
    );
    // The note came later, and so did these orders: then nobody saw them.
    assert!(!before.contains('▲'), "{before}");
    assert!(frame("2026-03-02T11:30:00Z").contains('▲'));
    stack.sql("insert into kpi.samples (metric, ts, value) values ('orders', '2026-03-02T10:30:01Z', 99999)");
    assert_eq!(frame("1772447400"), before);
    assert_eq!(frame("2026-03-02 10:30"), before);
}

#[test]
fn a_day_is_taken_to_its_end_on_the_dashboards_clocks() {
    let stack = stack();
    let config = CONFIG.replace("timezone = \"UTC\"", "timezone = \"Asia/Tokyo\"");
    stack.configure(&config);
    let arguments = ["--format", "json", "--range", "now/d to now"];
    let at = ["snapshot", "--at", "2026-03-02"];
    let taken = json(&run(&stack, &[&at[..], &arguments[..]].concat()));
    // From 15:00 UTC to 15:00 UTC: the day of Tokyo, with all orders in it.
    assert_eq!(
        taken["panels"][0]["window"],
        serde_json::json!({"from": "2026-03-01T15:00:00Z", "to": "2026-03-02T14:59:59Z"})
    );
    assert_eq!(orders(&taken, 0), 241);
    let frame = run(&stack, &["snapshot", "--at", "2026-03-02"]);
    let frame = String::from_utf8(frame.stdout).unwrap();
    let header = frame.lines().next().unwrap();
    assert!(header.contains("2026-03-02 23:59 JST"), "{header}");
}

#[test]
fn at_a_time_compares_with_the_time_before_it() {
    let stack = stack();
    stack.sql("insert into kpi.samples (metric, ts, value) select metric, ts - interval '1 day', 7 from kpi.samples");
    let frame = run(
        &stack,
        &[
            "snapshot",
            "--at",
            "2026-03-02T10:30:00Z",
            "--compare",
            "yesterday",
        ],
    );
    let frame = String::from_utf8(frame.stdout).unwrap();
    assert!(frame.contains("vs yesterday"), "{frame}");
    // 61 orders on both days.
    assert!(frame.contains("→ 0%"), "{frame}");
}

#[test]
fn the_data_of_the_earlier_time_stands_beside_todays() {
    let stack = stack();
    // Ten more the day before.
    stack.sql("insert into kpi.samples (metric, ts, value) select metric, ts - interval '1 day', value from kpi.samples");
    stack.sql("insert into kpi.samples (metric, ts, value) select 'orders', '2026-03-01T10:00:30Z'::timestamptz + n * interval '1 s', 0 from generate_series(1, 10) n");
    let at = ["snapshot", "--at", "2026-03-02T10:30:00Z", "--format"];
    let taken = |more: &[&str]| run(&stack, &[&at, more].concat());
    let data = json(&taken(&["json", "--compare", "yesterday"]));
    assert_eq!(
        (data["version"].as_i64(), data["compare"].as_str()),
        (Some(1), Some("yesterday"))
    );
    let panel = &data["panels"][0];
    assert_eq!(orders(&data, 0), 61);
    assert_eq!(panel["earlier"]["rows"], serde_json::json!([[71]]));
    assert_eq!(panel["earlier"]["columns"], panel["columns"]);
    assert_eq!(panel["earlier"]["health"], "live");
    assert_eq!(panel["earlier"]["window"]["to"], "2026-03-01T10:30:00Z");
    // Nothing else is there, and without --compare it is as it ever was.
    let plain = json(&taken(&["json"]));
    let mut stripped = data.clone();
    stripped.as_object_mut().unwrap().remove("compare");
    for panel in stripped["panels"].as_array_mut().unwrap() {
        assert!(panel.as_object_mut().unwrap().remove("earlier").is_some());
    }
    assert_eq!(stripped, plain);

    let csv = |more: &[&str]| {
        let output = taken(&[&["csv", "--panel", "count"], more].concat());
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(csv(&[]), "orders\r\n61\r\n");
    let compared = csv(&["--compare", "yesterday"]);
    assert_eq!(compared, "orders,period\r\n61,now\r\n71,yesterday\r\n");

    // What cannot be told of then is said.
    stack.sql("create function kpi.n(timestamptz) returns bigint language plpgsql as $$ begin if $1 < '2026-03-02' then raise 'too long ago'; end if; return 1; end $$");
    let config = CONFIG.replace("select count(*) as orders from samples where metric = 'orders' and $__timeFilter(ts)\"\n[dashboard.panel.whole]", "select kpi.n($__timeFrom()) as orders\"\n[dashboard.panel.whole]");
    stack.configure(&config);
    let output = taken(&["csv", "--panel", "count", "--compare", "yesterday"]);
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "orders,period\r\n1,now\r\n"
    );
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        (output.status.code(), said.as_str()),
        (Some(1), "count, yesterday: too long ago\n")
    );
}

#[test]
fn what_makes_no_sense_is_refused_before_anybody_is_asked() {
    let stack = stack();
    for (arguments, says) in [
        (&["--at", "soon"][..], "`soon` is no time for --at"),
        (&["--at", "2999-01-01"], "lies in the future"),
        (&["--watch", "60s"], "--output"),
        (
            &["--watch", "10ms", "--output", "x"],
            "at most once a second",
        ),
        (
            &["--watch", "60s", "--output", "x", "--at", "now-1h"],
            "cannot be used with",
        ),
        (
            &["--at", "2020-01-01", "--range", "2020-02-01 to 2020-02-03"],
            "the range `2020-02-01 to 2020-02-03` begins after that",
        ),
        (
            &["--at", "now-1h", "--from", "redis://127.0.0.1:1"],
            "knows only now",
        ),
    ] {
        let done = run(&stack, &[&["snapshot"], arguments].concat());
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(says), "{arguments:?}: {said}");
        assert!(!stack.folder.path().join("x").exists());
    }
}

/// A snapshot that goes on.
struct Watch {
    child: Child,
    file: PathBuf,
}

impl Watch {
    fn start(stack: &Stack, arguments: &[&str]) -> Self {
        let file = stack.folder.path().join("frame.json");
        let mut command = stack.command(&["snapshot", "--format", "json", "--watch", "1s"]);
        command.args(["--output", "frame.json"]).args(arguments);
        Self {
            child: command.spawn().unwrap(),
            file,
        }
    }

    /// Reads the file until it says so; whatever is there meanwhile is whole.
    fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Ok(text) = fs::read_to_string(&self.file) {
                let taken: Value = serde_json::from_str(&text).expect("never half a file");
                if wanted(&taken) {
                    return taken;
                }
            }
            assert!(Instant::now() < deadline, "{what} not within {PATIENCE:?}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends it; its exit code, and what it said.
    fn end(mut self, signal: Signal) -> (Option<i32>, String) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let mut said = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

#[test]
fn a_watched_file_follows_the_data_and_what_fails_is_said_once() {
    let stack = stack();
    let at_now = "insert into kpi.samples (metric, ts, value) values ('orders', now(), 1)";
    let watch = Watch::start(&stack, &[]);
    watch.until("the first", |taken| taken["panels"][0]["health"] == "live");
    stack.sql(at_now);
    watch.until("one order", |taken| orders(taken, 0) == 1);

    stack.sql("alter table kpi.samples rename to gone");
    let failing = |taken: &Value| taken["panels"][0]["health"] == "failed";
    let first = watch.until("the failure", failing);
    watch.until("another round", |taken| {
        failing(taken) && taken["taken_at"] != first["taken_at"]
    });
    stack.sql("alter table kpi.gone rename to samples");
    stack.sql(at_now);
    watch.until("two orders", |taken| orders(taken, 0) == 2);

    let (code, said) = watch.end(Signal::TERM);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches("count: ").count(), 1, "{said}");
    assert!(said.ends_with("all is well again\n"), "{said}");
    let left: Vec<_> = fs::read_dir(&stack.folder)
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().starts_with(".tmp")),
        "{left:?}"
    );
}

#[test]
fn between_two_rounds_nothing_is_asked() {
    let stack = stack();
    let watch = Watch::start(&stack, &["--panel", "count"]);
    let asked_at = |taken: &Value| taken["panels"][0]["asked_at"].clone();
    let mut rounds = vec![asked_at(&watch.until("the first", |_| true))];
    let commits = || -> i64 {
        let count = "select xact_commit from pg_stat_database where datname = 'postgres'";
        stack.sql(count).parse().unwrap()
    };
    let before = commits();
    for _ in 0..4 {
        let last = rounds.last().unwrap().clone();
        rounds.push(asked_at(
            &watch.until("the next", |taken| asked_at(taken) != last),
        ));
    }
    // With ten questions a second there would be forty; the test's own two are among these.
    let asked = commits() - before;
    assert!(asked < 20, "{asked}");
    let (code, said) = watch.end(Signal::INT);
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn a_file_that_cannot_be_written_is_said_and_tried_again() {
    let stack = stack();
    let folder = stack.folder.path().join("later");
    let mut command = stack.command(&["snapshot", "--watch", "1s", "--output", "later/frame.txt"]);
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = said.next().unwrap().unwrap();
    assert!(line.contains("cannot write later/frame.txt"), "{line}");
    fs::create_dir(&folder).unwrap();
    let deadline = Instant::now() + PATIENCE;
    while !folder.join("frame.txt").exists() {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(said.next().unwrap().unwrap(), "all is well again");
}

/// A collector, ended when dropped.
#[cfg(feature = "serve")]
struct Serving(Child);

#[cfg(feature = "serve")]
impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(feature = "serve")]
#[test]
fn a_snapshot_from_a_feed_needs_neither_configuration_nor_database() {
    let mut stack = stack();
    stack.sql("insert into kpi.samples (metric, ts, value) values ('orders', now() - interval '1 minute', 5)");
    let mut serve = stack.command(&["serve", "--port", "0"]);
    let _serving = Serving(
        serve
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap(),
    );
    let elsewhere = tempfile::tempdir().unwrap();
    stack.set("DATABASE_URL", None);
    let url = stack.redis.url();
    let from = |arguments: &[&str]| {
        let mut command = stack.command(&[&["snapshot"], arguments].concat());
        command.current_dir(&elsewhere);
        command
    };
    let mut fed = from(&["--format", "json", "--from", &url]);
    let taken = json(&fed.env_remove("REDIS_URL").output().unwrap());
    assert_eq!(
        (taken["dashboard"].as_str(), orders(&taken, 0)),
        (Some("Shop"), 1)
    );

    let mut frame = from(&["--from", &url, "--size", "100x30"]);
    let frame = frame.env_remove("REDIS_URL").output().unwrap();
    let said = String::from_utf8_lossy(&frame.stderr).into_owned();
    assert!(frame.status.success(), "{said}");
    let frame = String::from_utf8(frame.stdout).unwrap();
    // How old the collector's sign of life is stands there from the first answer on.
    let age = frame.split(" feed ").nth(1).unwrap_or_default();
    assert!(
        age.starts_with(|c: char| c.is_ascii_digit()),
        "{frame}{said}"
    );

    // Without a database's URL, Redis is where the numbers come from: as with `kpi`.
    let plain = run(&stack, &["snapshot", "--format", "json"]);
    assert_eq!(orders(&json(&plain), 0), 1);

    // Again and again, too.
    let watch = Watch::start(&stack, &["--from", &url]);
    watch.until("the first", |taken| taken["panels"][0]["health"] == "live");
    stack.sql("insert into kpi.samples (metric, ts, value) values ('orders', now(), 6)");
    watch.until("the next order", |taken| orders(taken, 0) == 2);
    assert_eq!(watch.end(Signal::INT).0, Some(0));
}
