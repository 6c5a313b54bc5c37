//! `kpi serve` as a process: its port, its token, a panel through the collector's hub, its figures, and its end.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;
mod web;

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use stack::Stack;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use web::{Reply, TOKEN};

const CONFIG: &str = r#"
[[dashboard]]
name = "Shop"
range = "1h"
refresh = "300ms"
areas = "orders"
[dashboard.panel.orders]
kind = "stat"
sql = "select value from samples where metric = 'orders' order by ts desc limit 1"
"#;
const PATIENCE: Duration = Duration::from_secs(60);

/// The process, and what it says. Killed when dropped.
struct Served {
    child: Child,
    said: Receiver<String>,
    address: String,
}

impl Served {
    fn start(stack: &Stack, arguments: &[&str]) -> Self {
        let mut child = stack.command(arguments).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut served = Self {
            child,
            said,
            address: String::new(),
        };
        let line = served.until("http://");
        line.trim_start_matches("http://")
            .clone_into(&mut served.address);
        served
    }

    fn until(&self, wanted: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.said.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("never said `{wanted}`"));
            if line.contains(wanted) {
                return line;
            }
        }
    }

    async fn get(&self, path: &str, token: &str) -> Reply {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
        read.expect("an answer in time").unwrap();
        Reply::parse(&answer)
    }

    async fn until_answer(&self, path: &str, wanted: impl Fn(&Reply) -> bool) -> Reply {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let reply = self.get(path, TOKEN).await;
            if wanted(&reply) {
                return reply;
            }
            assert!(Instant::now() < deadline, "{path} stays {reply:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_process_says_its_port_asks_for_a_token_serves_counts_and_ends_on_sigterm() {
    let mut stack = Stack::start(&["orders"], CONFIG);
    stack.set("KPI_TOKEN", Some(TOKEN));
    stack.sql("insert into kpi.samples (metric, ts, value) values ('orders', now(), 42)");
    // A file's port would do as well; the flag wins over the environment.
    stack.set("PORT", Some("1"));
    let mut served = Served::start(&stack, &["serve", "--port", "0"]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        served
            .until_answer("/readyz", |reply| reply.status == 200)
            .await;
        let shows =
            |value: i64| move |reply: &Reply| reply.json()["panels"][0]["rows"] == json!([[value]]);
        served
            .until_answer("/api/panels/Shop/orders", shows(42))
            .await;
        stack.sql("insert into kpi.samples (metric, ts, value) values ('orders', now(), 43)");
        served.until_answer("/snapshot/Shop.json", shows(43)).await;
        let stranger = served.get("/metrics", "wrong-0123456789abcdef").await;
        assert_eq!(stranger.status, 401);
        let figures = served.get("/metrics", TOKEN).await;
        let figure = |name: &str| -> f64 {
            let line = figures
                .text()
                .lines()
                .find(|line| line.starts_with(&format!("{name} ")));
            let line = line.unwrap_or_else(|| panic!("no {name} in {}", figures.text()));
            line.rsplit_once(' ').unwrap().1.parse().unwrap()
        };
        assert!(figure("kpi_queries_total") >= 2.0);
        assert!(figure("kpi_query_rows_total") >= 2.0);
        assert!(figure("kpi_query_duration_seconds_count") >= 2.0);
        assert_eq!(figure("kpi_lease_held"), 1.0);
        assert!(figure("kpi_lease_epoch") >= 1.0);
    });
    let pid = Pid::from_raw(served.child.id() as i32).unwrap();
    kill_process(pid, Signal::TERM).unwrap();
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = served.child.try_wait().unwrap() {
            break status;
        }
        assert!(Instant::now() < deadline, "it does not end");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(status.code(), Some(0));
}

#[test]
fn what_cannot_be_recorded_or_rolled_up_is_counted() {
    let config = CONFIG.replace(
        "[dashboard.panel.orders]",
        "[dashboard.panel.orders]\nrecord = true",
    );
    let config = config.replace("kind = \"stat\"", "kind = \"bars\"");
    let config = config.replace("select value", "select metric, value");
    let mut stack = Stack::start(&["orders"], &config);
    stack.sql("insert into kpi.samples (metric, ts, value) values ('orders', now(), 42)");
    let roles = include_str!("../sql/roles.sql");
    let script = stack
        .postgres
        .script("postgres", &[("schema", "kpi")], roles);
    script.unwrap();
    // Only who is asked for `record = true` may write samples; and somebody took the roll-ups away.
    stack.sql("revoke execute on function kpi.roll_up(bigint) from kpi_reader");
    let url = stack.postgres.url_as("kpi_reader", "postgres");
    stack.set("DATABASE_URL", Some(&url));
    stack.set("KPI_TOKEN", Some(TOKEN));
    let served = Served::start(&stack, &["serve", "--port", "0"]);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let counts = |name: &'static str| {
        move |reply: &Reply| {
            let mut lines = reply.text().lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
            value.is_some_and(|value| value != "0")
        }
    };
    runtime.block_on(async {
        for name in ["kpi_record_failures_total", "kpi_rollup_failures_total"] {
            served.until_answer("/metrics", counts(name)).await;
        }
        stack.sql(
            "grant execute on function kpi.roll_up(bigint) to kpi_reader;
             grant insert on kpi.samples, kpi.metrics to kpi_reader;
             create policy record on kpi.samples for insert to kpi_reader with check (true);
             create policy record on kpi.metrics for insert to kpi_reader with check (true)",
        );
        let recorded = counts("kpi_recorded_total");
        served.until_answer("/metrics", recorded).await;
    });
}

#[test]
fn where_no_file_can_be_written_the_log_goes_to_standard_error() {
    let mut stack = Stack::start(&[], CONFIG);
    // No folder: as in a container with a read-only file system.
    let file = stack.folder.path().join("config.toml");
    stack.set("HOME", Some(&file.display().to_string()));
    let arguments = ["serve", "--port", "0"];
    let mut child = stack.command(&arguments).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    let first = lines.next().unwrap();
    assert!(first.starts_with("no log file in "), "{first}");
    let logged = lines.find(|line| line.contains("this replica's standing"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(logged.unwrap().contains("INFO"));
}

#[test]
fn a_broken_edit_is_told_on_standard_error_with_its_line_and_the_old_dashboards_stay() {
    let stack = Stack::start(&[], CONFIG);
    let file = stack.folder.path().join("config.toml");
    let mut child = stack.command(&["serve", "--port", "0"]).spawn().unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut lines = lines.map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("http://")));
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("colour = \"red\"\n{good}")).unwrap();
    let told = lines.any(|line| line.starts_with("the configuration that is running stays:"));
    let where_it_is = lines.any(|line| line.contains("config.toml:1:1"));
    std::fs::write(&file, &good).unwrap();
    let taken_back = lines.any(|line| line.starts_with("the configuration can be read again"));
    std::fs::write(&file, good.replace("\"Shop\"", "\"Store\"")).unwrap();
    let read = lines.any(|line| line == "the configuration was read again");
    std::fs::write(&file, format!("[serve]\nport = 1\n{good}")).unwrap();
    let restart = lines.any(|line| line.contains("where `kpi serve` answers takes a restart"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told && where_it_is && taken_back && read && restart);
}

#[test]
fn an_address_is_no_name_and_is_called_bind() {
    let stack = Stack::start(&[], &format!("[serve]\nhost = \"0.0.0.0\"\n{CONFIG}"));
    for (arguments, says) in [
        (
            &["serve", "--bind", "localhost"][..],
            "127.0.0.1 is this machine",
        ),
        (
            &["serve", "--bind", "127.0.0.1:80"],
            "--port takes the port",
        ),
        (&["serve", "--bind", "example.org"], "such as 127.0.0.1"),
        (&["serve"], "did you mean `bind`?"),
    ] {
        let output = stack.command(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(says), "{arguments:?}: {said}");
    }
}

#[test]
fn without_a_token_it_stays_on_this_machine() {
    let stack = Stack::start(&[], CONFIG);
    let arguments = ["serve", "--bind", "0.0.0.0", "--port", "0"];
    let output = stack.command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("there is no token"), "{said}");
    assert!(said.contains("KPI_TOKEN"), "{said}");
}

#[test]
fn a_configuration_that_lacks_something_is_wrong_and_a_port_that_is_taken_may_get_free() {
    let mut stack = Stack::start(&[], CONFIG);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ended = |stack: &Stack, port: &str, code: i32, says: &str| {
        let arguments = ["serve", "--port", port];
        let output = stack.command(&arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.starts_with("error: ") && said.contains(says), "{said}");
    };
    ended(&stack, &port, 1, "0 takes a free one");
    let (database, redis) = (stack.postgres.url("postgres"), stack.redis.url());
    for (name, wrong, says) in [
        ("REDIS_URL", None, "no Redis is configured"),
        ("REDIS_URL", Some("http://here"), "redis"),
        ("DATABASE_URL", None, "no database is configured"),
        (
            "DATABASE_URL",
            Some("mysql://here"),
            "starts with postgres://",
        ),
    ] {
        stack.set("DATABASE_URL", Some(&database));
        stack.set("REDIS_URL", Some(&redis));
        stack.set(name, wrong);
        ended(&stack, "0", 2, says);
    }
}
