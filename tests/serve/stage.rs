//! The servers, replicas of the collector, and viewers that read its feed.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{Pgbouncer, PgbouncerOptions};
use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, kill_process};

use crate::stack::Stack;
use crate::terminal::Terminal;

/// How long anything may take on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// A table, a number and a chart, of what a sequence counts: each poll is seen by its side effect nowhere, and
/// by its text in `pg_stat_activity` and the pooler's log everywhere.
pub const CONFIG: &str = r#"
environment = "staging"
[database]
url = "${DATABASE_URL}"
schema = "kpi"
[redis]
url = "${REDIS_URL}"

[[dashboard]]
name = "Shop"
range = "1h"
refresh = "1s"
timezone = "UTC"
columns = ["1fr", "1fr"]
rows = ["5", "1fr"]
areas = """
count price
list  chart
"""
[[dashboard.variable]]
name = "region"
kind = "query"
sql = "select name from public.regions order by 1"
[[dashboard.variable]]
name = "city"
kind = "query"
sql = "select name from public.cities where region = $region order by 1"

[dashboard.panel.count]
title = "Orders in ${city}"
kind = "table"
sql = "select count(*)::int as orders from public.orders where city = $city"
[dashboard.panel.price]
kind = "table"
sql = "select price from public.price"
[dashboard.panel.list]
kind = "table"
sql = "select id, city, amount, at from public.orders order by id limit 5"
[dashboard.panel.chart]
kind = "timeseries"
sql = "select $__timeGroup(at, '10m') as time, sum(amount) as amount from public.orders where $__timeFilter(at) group by 1 order by 1"

[[dashboard]]
name = "Unseen"
refresh = "1s"
areas = "secret"
[dashboard.panel.secret]
kind = "table"
sql = "select 424242 as rarely_watched"
"#;

const TABLES: &str = "
    create table regions (name text);
    create table cities (name text, region text);
    create table price (price int);
    create table orders (id int, city text, amount numeric(10, 2), at timestamptz);
    insert into regions values ('asia'), ('europe');
    insert into cities values ('Tokyo', 'asia'), ('Bern', 'europe'), ('Oslo', 'europe');
    insert into price values (111);
    insert into orders
    select i, (array['Tokyo', 'Bern', 'Oslo'])[1 + i % 3], i * 1.25,
        date_trunc('minute', now()) - i * interval '1 minute' from generate_series(1, 120) i";

/// Everything but the programs.
pub struct Stage {
    pub stack: Stack,
    pub pooler: Pgbouncer,
}

impl Stage {
    pub fn start(config: &str) -> Self {
        Self::with(config, &PgbouncerOptions::default())
    }

    /// The same behind another pooler.
    pub fn with(config: &str, pooler: &PgbouncerOptions) -> Self {
        let mut stack = Stack::start(&[], config);
        stack.sql(TABLES);
        let pooler = Pgbouncer::start(&stack.postgres, pooler).unwrap();
        let url = pooler.url("postgres");
        stack.set("DATABASE_URL", Some(&url));
        Self { stack, pooler }
    }

    /// One more replica of the collector.
    pub fn replica(&self) -> Replica {
        self.replica_with(&[])
    }

    /// The same with this in its environment besides.
    pub fn replica_with(&self, environment: &[(&str, &str)]) -> Replica {
        let mut command = self.stack.command(&["serve", "--port", "0"]);
        command.envs(environment.iter().copied());
        Replica::of(command.spawn().unwrap())
    }

    /// A viewer that knows the feed's URL and nothing else: no configuration, no database.
    pub fn fed(&self, columns: u16, lines: u16) -> Terminal {
        self.viewer(&["--from", &self.stack.redis.url()], columns, lines)
    }

    /// A viewer that is fed, and has a configuration and credentials of its own.
    pub fn both(&self, columns: u16, lines: u16) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
        command.args(["--from", &self.stack.redis.url()]);
        command.env_clear();
        command.cwd(self.stack.folder.path());
        for (name, value) in &self.stack.environment {
            command.env(name, value);
        }
        Terminal::start(command, columns, lines)
    }

    /// A viewer that asks the database itself.
    pub fn direct(&self, columns: u16, lines: u16) -> Terminal {
        self.stack.viewer(columns, lines)
    }

    /// A program that knows nothing of this stage but what it is told.
    pub fn viewer(&self, arguments: &[&str], columns: u16, lines: u16) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
        command.args(arguments);
        command.env_clear();
        let nowhere = self.stack.folder.path().join("nowhere");
        std::fs::create_dir_all(&nowhere).unwrap();
        command.cwd(&nowhere);
        command.env("HOME", &nowhere);
        for (name, value) in &self.stack.environment {
            if !matches!(name.as_str(), "DATABASE_URL" | "REDIS_URL" | "HOME") {
                command.env(name, value);
            }
        }
        Terminal::start(command, columns, lines)
    }

    /// Has PostgreSQL count statements.
    pub fn count_statements(&mut self) {
        let stack = &mut self.stack;
        stack.sql("alter system set shared_preload_libraries = 'pg_stat_statements'");
        stack.postgres.restart().unwrap();
        stack.sql("create extension pg_stat_statements");
    }

    /// How often PostgreSQL was asked for a panel or a variable so far.
    pub fn statements(&self) -> u64 {
        let asked = "select coalesce(sum(calls), 0) from pg_stat_statements \
            where query like 'select%' and query like '%public.%'";
        self.stack.sql(asked).parse().unwrap()
    }

    /// What the feed's sign of life says.
    pub fn beat(&self, field: &str) -> Option<String> {
        let mut control = self.stack.control();
        let mut command = redis::cmd("HGET");
        command.arg("{kpi}:feed:beat").arg(field);
        command.query(&mut control).unwrap()
    }
}

/// A `kpi serve` process.
pub struct Replica {
    child: Child,
    said: Arc<Mutex<Vec<String>>>,
    address: Arc<Mutex<String>>,
}

impl Replica {
    fn of(mut child: Child) -> Self {
        let said = Arc::new(Mutex::new(Vec::new()));
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let address = Arc::new(Mutex::new(String::new()));
        let (into, answers_on) = (Arc::clone(&said), Arc::clone(&address));
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // How it stands is asked of the newest line; where it answers is no standing.
                if let Some((_, place)) = line.split_once("http://") {
                    place.clone_into(&mut answers_on.lock().unwrap());
                    continue;
                }
                into.lock().unwrap().push(line);
            }
        });
        Self {
            child,
            said,
            address,
        }
    }

    /// Where it answers HTTP.
    pub fn address(&self) -> String {
        wait("an address", || !self.address.lock().unwrap().is_empty());
        self.address.lock().unwrap().clone()
    }

    /// What it has said on standard error.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Waits until it has said this.
    pub fn says(&self, words: &str) {
        let start = Instant::now();
        while !self.said().iter().any(|line| line.contains(words)) {
            let said = self.said();
            let failed = said.iter().any(|line| line.starts_with("error"));
            assert!(
                !failed && start.elapsed() < PATIENCE,
                "no `{words}`: {said:#?}"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// True when it says that it leads, as the newest of its words about how it stands.
    pub fn leads(&self) -> bool {
        let said = self.said();
        let mut standings = said
            .iter()
            .rev()
            .filter(|line| !line.contains("collector is heard") && !line.contains("configuration"));
        standings
            .next()
            .is_some_and(|line| line.starts_with("leader"))
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for its end; the exit code.
    pub fn ended(&mut self) -> Option<i32> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(
                start.elapsed() < PATIENCE,
                "still running: {:?}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is true.
pub fn wait(what: &str, mut wanted: impl FnMut() -> bool) {
    let start = Instant::now();
    while !wanted() {
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
