//! `kpi serve` records panels and rolls them up, as the role that only reads, with what sql/roles.sql grants.
#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

use std::collections::BTreeMap;
use std::process::Child;
use std::time::{Duration, Instant};

use kpi_dashboard::config::Config;
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
