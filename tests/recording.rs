//! `kpi serve` records panels and rolls them up, as the role that only reads, with what sql/roles.sql grants.
#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

use std::collections::BTreeMap;
use std::process::Child;
use std::time::{Duration, Instant};

use kpi_dashboard::config::Config;
use rustix::process::{Pid, Signal, kill_process};
use stack::Stack;

const CONFIG: &str = r#"
[[dashboard]]
name = "Shop"
refresh = "300ms"
[dashboard.panel.orders]
kind = "bars"
record = true
sql = "select region, orders from (values ('eu', 40.5), ('us', 2)) as t (region, orders)"
[dashboard.panel.other]
kind = "stat"
sql = "select 1 as one"
"#;

/// Ended with the test.
struct Running(Child);

impl Running {
    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wait_for(stack: &Stack, sql: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while stack.sql(sql) != "t" {
        assert!(Instant::now() < deadline, "{sql}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn what_shows_no_numbers_cannot_be_recorded() {
    let wrong = CONFIG.replacen("\"bars\"", "\"table\"", 1);
    let problems = Config::from_toml("config.toml", &wrong, &BTreeMap::new()).unwrap_err();
    let said = problems.to_string();
    assert!(
        said.contains("config.toml:7:") && said.contains("a `table` panel has no number to record"),
        "{said}"
    );
    assert!(
        said.contains("stat, timeseries, bars, gauge, pie, bargauge"),
        "{said}"
    );
}

#[test]
fn a_collector_that_may_not_record_says_so_once() {
    let mut stack = Stack::start(&[], CONFIG);
    let roles = include_str!("../sql/roles.sql");
    let schema = [("schema", "kpi")];
    stack.postgres.script("postgres", &schema, roles).unwrap();
    let url = stack.postgres.url_as("kpi_reader", "postgres");
    stack.set("DATABASE_URL", Some(&url));
    let errors = stack.folder.path().join("errors");
    let mut command = stack.command(&["serve", "--port", "0"]);
    let serve = Running(
        command
            .stderr(std::fs::File::create(&errors).unwrap())
            .spawn()
            .unwrap(),
    );
    let told = |words: &str| {
        let text = std::fs::read_to_string(&errors).unwrap();
        let lines = text.lines().filter(|line| line.starts_with(words));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let said = loop_until(|| told("panels cannot be recorded: ").pop());
    assert!(said.contains("sql/roles.sql"), "{said}");
    // It goes on trying: each is a transaction of the database that is taken back.
    let failed = "select xact_rollback from pg_stat_database where datname = 'postgres'";
    let before: i64 = stack.sql(failed).parse().unwrap();
    wait_for(&stack, &format!("select ({failed}) >= {}", before + 3));
    drop(serve);
    assert_eq!(told("panels cannot be recorded: ").len(), 1);
}

/// What is there within a minute.
fn loop_until<T>(mut there: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(Instant::now() < deadline, "it never comes");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn recorded_panels_are_polled_unwatched_and_become_history() {
    let mut stack = Stack::start(&[], CONFIG);
    let roles = include_str!("../sql/roles.sql");
    stack
        .postgres
        .script("postgres", &[("schema", "kpi")], roles)
        .unwrap();
    // The lines of sql/roles.sql that are for whoever wants it.
    let granted = roles
        .lines()
        .skip_while(|line| !line.contains("`record = true`"))
        .skip(1);
    let granted: Vec<&str> = granted
        .map_while(|line| line.strip_prefix("--   "))
        .collect();
    assert_eq!(granted.len(), 4);
    stack.sql(&granted.join("\n"));
    let url = stack.postgres.url_as("kpi_reader", "postgres");
    stack.set("DATABASE_URL", Some(&url));

    let serve = Running(stack.command(&["serve", "--port", "0"]).spawn().unwrap());
    let rows = "select count(*) > 5 and count(distinct ts) > 2 from kpi.samples
        where metric = 'panel:Shop/orders' and labels ->> 'series' = 'eu' and value = 40.5";
    wait_for(&stack, rows);
    wait_for(
        &stack,
        "select count(*) = 2 from kpi.rollups where seconds = 86400",
    );
    drop(serve);
    // Each poll once.
    let twice = "select count(*) = 0 from (select from kpi.samples group by metric, ts, labels having count(*) > 1) as twice";
    assert_eq!(stack.sql(twice), "t");
    assert_eq!(
        stack.sql("select string_agg(name, ' ') from kpi.metrics"),
        "panel:Shop/orders"
    );
    let history = "select count(distinct labels) = 2 and sum(sum) > 200
        from kpi.history('panel:Shop/orders', now() - interval '1 d', now() + interval '1 min', '1 min')";
    wait_for(&stack, history);
}

#[test]
fn check_finds_what_the_role_lacks_to_record() {
    let mut stack = Stack::start(&[], CONFIG);
    let roles = include_str!("../sql/roles.sql");
    let script = [("schema", "kpi")];
    stack.postgres.script("postgres", &script, roles).unwrap();
    let url = stack.postgres.url_as("kpi_reader", "postgres");
    stack.set("DATABASE_URL", Some(&url));
    let check = |code: i32, arguments: &[&str]| {
        let arguments = [&["check"], arguments].concat();
        let output = stack.command(&arguments).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    let said = check(1, &[]);
    assert!(
        said.contains("warning Shop / orders: cannot be recorded: no INSERT on kpi.metrics, no INSERT on kpi.samples")
            && said.contains("`record = true` in sql/roles.sql"),
        "{said}"
    );
    assert_eq!(said.matches("cannot be recorded").count(), 1, "{said}");
    stack.sql("grant insert on kpi.samples, kpi.metrics to kpi_reader");
    let said = check(1, &["--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    let finding = &report["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["panel"]),
        (&"record".into(), &"orders".into())
    );
    let message = finding["message"].as_str().unwrap();
    assert!(
        message.contains("no policy for INSERT on kpi.samples"),
        "{message}"
    );
    for table in ["samples", "metrics"] {
        stack.sql(&format!(
            "create policy record on kpi.{table} for insert to kpi_reader with check (true)"
        ));
    }
    check(0, &[]);
    // Nobody records without the tables.
    stack.sql("drop schema kpi cascade");
    let said = check(1, &[]);
    assert!(
        said.contains("no schema kpi") && said.contains("kpi migrate"),
        "{said}"
    );
}

/// Notes with each sample, when it is committed, who wrote it and who holds the lease.
const WITNESS: &str = "
    create table public.witness (writer text, holder text);
    create function public.slowly() returns trigger language plpgsql as $$
    begin perform pg_sleep(0.4); return new; end $$;
    create function public.witness() returns trigger language plpgsql as $$
    begin
        insert into public.witness
        select current_setting('application_name'), split_part(holder, '-', 1) from kpi.lease;
        return null;
    end $$;
    create trigger slowly before insert on kpi.samples for each row execute function public.slowly();
    create constraint trigger witness after insert on kpi.samples deferrable initially deferred
    for each row execute function public.witness()";

#[test]
fn a_leader_that_is_frozen_while_it_records_commits_nothing_when_it_wakes() {
    let stack = Stack::start(&[], CONFIG);
    stack.sql(WITNESS);
    let replica = |name: &str| {
        let url = format!("{}?application_name={name}", stack.postgres.url("postgres"));
        let mut command = stack.command(&["serve", "--port", "0"]);
        Running(command.env("DATABASE_URL", url).spawn().unwrap())
    };
    let replicas = [replica("one"), replica("two")];
    let pids = replicas.each_ref().map(|one| one.0.id());
    let mut caught = false;
    for _ in 0..3 {
        let led = "select split_part(holder, '-', 1) from kpi.lease where expires > now()";
        wait_for(&stack, &format!("select exists ({led})"));
        let holder = stack.sql(led);
        let led = pids
            .iter()
            .position(|pid| pid.to_string() == holder)
            .unwrap();
        // In the middle of a statement: PostgreSQL finishes it, and the frozen one is to commit.
        let name = ["one", "two"][led];
        let of_it = format!("from pg_stat_activity where application_name = '{name}'");
        let writes =
            format!("select count(*) > 0 {of_it} and state = 'active' and query like '%.samples%'");
        wait_for(&stack, &writes);
        replicas[led].signal(Signal::STOP);
        let holder = format!("holder like '{holder}-%'");
        wait_for(&stack, &format!("select not {holder} from kpi.lease"));
        let open = format!("select count(*) = 0 {of_it} and xact_start < now() - interval '1 s'");
        caught |= stack.sql(&open) == "f";
        replicas[led].signal(Signal::CONT);
        wait_for(&stack, &open);
    }
    assert!(caught, "never frozen between the statement and its commit");
    // Whoever was caught with its first sample wrote none; whatever was written, its writer held the lease.
    wait_for(&stack, "select count(*) > 5 from witness");
    let pairs = stack.sql("select distinct writer || ' ' || holder from witness order by 1");
    let [one, two] = pids;
    let right = [format!("one {one}"), format!("two {two}")];
    assert!(
        pairs
            .lines()
            .all(|pair| right.iter().any(|right| right == pair)),
        "{right:?}, not {pairs}"
    );
}
