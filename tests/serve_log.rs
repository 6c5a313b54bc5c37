//! What `kpi serve` writes down: who it is, and each outage once.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stack::Stack;

const CONFIG: &str = r#"
[[dashboard]]
name = "Shop"
refresh = "300ms"
[dashboard.panel.orders]
kind = "bars"
record = true
sql = "select region, orders from (values ('eu', 40.5), ('us', 2)) as t (region, orders)"
"#;

/// A replica whose log goes to its standard error. Killed when dropped.
struct Replica {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Replica {
    fn start(stack: &mut Stack) -> Self {
        // No folder: as in a container with a read-only file system.
        let file = stack.folder.path().join("config.toml");
        stack.set("HOME", Some(&file.display().to_string()));
        let mut child = stack.command(&["serve", "--port", "0"]).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let into = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                into.lock().unwrap().push(line);
            }
        });
        Self { child, lines }
    }

    fn with(&self, words: &str) -> Vec<String> {
        let lines = self.lines.lock().unwrap();
        let with = lines.iter().filter(|line| line.contains(words));
        with.cloned().collect()
    }

    /// The first line with these words.
    fn says(&self, words: &str) -> String {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(line) = self.with(words).into_iter().next() {
                return line;
            }
            let lines = self.lines.lock().unwrap();
            assert!(Instant::now() < deadline, "no `{words}`: {lines:#?}");
            drop(lines);
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How often Redis did not take something, by the figures.
    fn failures(&self) -> u64 {
        let address = self.says("http://").replace("http://", "");
        let mut stream = TcpStream::connect(address).unwrap();
        let head = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let mut lines = text.lines();
        let value = lines.find_map(|line| line.strip_prefix("kpi_publish_failures_total "));
        value.unwrap().parse().unwrap()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_log_says_who_writes_it_and_every_line_has_its_process() {
    let mut stack = Stack::start(&[], CONFIG);
    let replica = Replica::start(&mut stack);
    let serves = replica.says(" serves ");
    let address = replica.says("http://").replace("http://", "");
    let pid = replica.child.id();
    for part in [
        format!("pid={pid}"),
        format!("address={address}"),
        format!("version=\"{}\"", env!("CARGO_PKG_VERSION")),
        "replica=\"".to_owned(),
    ] {
        assert!(serves.contains(&part), "{part} in {serves}");
    }
    replica.says("this replica's standing");
    for line in replica.with(" INFO ") {
        assert!(line.contains(&format!("Z {pid} ")), "{line}");
    }
}

#[test]
fn an_outage_of_redis_is_one_line_and_its_end_another() {
    let mut stack = Stack::start(&[], CONFIG);
    let replica = Replica::start(&mut stack);
    replica.says("standing=leader");
    for outage in 1..=2 {
        stack.redis.stop();
        let cannot = "the feed cannot be written";
        let deadline = Instant::now() + Duration::from_secs(60);
        while replica.with(cannot).len() < outage {
            assert!(Instant::now() < deadline, "it is never told");
            std::thread::sleep(Duration::from_millis(20));
        }
        let tries = replica.failures() + 5;
        while replica.failures() < tries {
            assert!(Instant::now() < deadline, "it is not tried again");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(replica.with(cannot).len(), outage);
        if outage == 2 {
            replica.says("no collector is heard in Redis");
        }
        stack.redis.restart().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while replica.with("the feed can be written again").len() < outage {
            assert!(Instant::now() < deadline, "its end is never told");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(replica.with(cannot).len(), outage);
    }
    replica.says("a collector is heard in Redis again");
}

#[test]
fn who_may_not_record_is_told_which_rights_that_takes() {
    let mut stack = Stack::start(&[], CONFIG);
    let roles = include_str!("../sql/roles.sql");
    let script = [("schema", "kpi")];
    stack.postgres.script("postgres", &script, roles).unwrap();
    let url = stack.postgres.url_as("kpi_reader", "postgres");
    stack.set("DATABASE_URL", Some(&url));
    let replica = Replica::start(&mut stack);
    let told = replica.says("panels cannot be recorded");
    assert!(
        told.contains("`record = true` in sql/roles.sql") && !told.contains("notes"),
        "{told}"
    );
}
