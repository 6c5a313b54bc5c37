//! The built-in dashboard of a database's health on real servers: as different roles, with and without
//! pg_stat_statements, while somebody waits and somebody dawdles.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::source::postgres::{Target, direct};
use serde_json::Value;
use tempfile::TempDir;
use tokio_postgres::Client;

const ROLES: &str =
    "create role plain login; create role watcher login; grant pg_monitor to watcher;
    create role heir login noinherit; grant pg_monitor to heir;
    create table orders (id int primary key, n int); insert into orders values (1, 1);
    revoke connect on database template1 from public";

/// A server, and an empty folder: no configuration anywhere.
struct Stage {
    postgres: Postgres,
    folder: TempDir,
}

impl Stage {
    fn new(settings: &[(&str, &str)]) -> Self {
        let settings = settings.iter();
        let settings = settings.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let options = PostgresOptions {
            settings: settings.collect(),
            ..PostgresOptions::default()
        };
        let postgres = Postgres::start(&options).unwrap();
        postgres.psql("postgres", ROLES).unwrap();
        Self {
            postgres,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn kpi(&self, role: &str, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TZ", "UTC")
            .env("DATABASE_URL", self.postgres.url_as(role, "postgres"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said =
            String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), said)
    }

    /// Every panel's rows as JSON text, by panel.
    fn seen(&self, role: &str) -> Value {
        let (code, said) = self.kpi(
            role,
            &["snapshot", "--dashboard", "supabase", "--format", "json"],
        );
        assert_eq!(code, 0, "{said}");
        serde_json::from_str(&said).unwrap()
    }

    async fn session(&self, name: &str) -> Client {
        let target = Target::parse(&self.postgres.url("postgres")).unwrap();
        let (client, _) = direct::connect(&target).await.unwrap();
        let set = format!("set application_name = '{name}'");
        client.batch_execute(&set).await.unwrap();
        client
    }
}

fn panel(seen: &Value, id: &str) -> String {
    let panels = seen["panels"].as_array().unwrap();
    let found = panels.iter().find(|panel| panel["id"] == id);
    found.unwrap_or_else(|| panic!("{id} in {seen}"))["rows"].to_string()
}

#[test]
fn every_role_gets_an_answer_from_every_panel() {
    let stage = Stage::new(&[]);
    for role in ["postgres", "watcher", "plain", "heir"] {
        let (code, said) = stage.kpi(role, &["check", "--run", "--dashboard", "Supabase"]);
        assert_eq!(code, 0, "{role}: {said}");
        assert_eq!(said.matches("ok      Supabase / ").count(), 13, "{said}");
    }
    let all = stage.seen("watcher");
    assert!(
        panel(&all, "statements").contains("not installed: create extension"),
        "{all}"
    );
    assert!(panel(&all, "rights").contains("pg_monitor: yes"), "{all}");
    assert!(panel(&all, "waits").contains("nobody waits"), "{all}");
    assert!(panel(&all, "slots").contains("no slots"), "{all}");
    assert!(panel(&all, "wal").contains("off"), "{all}");
    assert!(!all.to_string().contains("hidden"), "{all}");

    let little = stage.seen("plain");
    assert!(
        panel(&little, "rights").contains("`grant pg_monitor to plain`"),
        "{little}"
    );
    assert!(
        panel(&little, "databases").contains("template1 (size hidden: needs pg_monitor)"),
        "{little}"
    );
    let heir = stage.seen("heir");
    assert!(
        panel(&heir, "rights").contains("`alter role heir inherit`"),
        "{heir}"
    );
}

#[test]
fn statements_say_what_is_missing_until_they_are_counted() {
    let stage = Stage::new(&[]);
    stage
        .postgres
        .psql("postgres", "create extension pg_stat_statements")
        .unwrap();
    let unloaded = panel(&stage.seen("watcher"), "statements");
    assert!(
        unloaded.contains("not loaded: add pg_stat_statements to shared_preload_libraries"),
        "{unloaded}"
    );

    let stage = Stage::new(&[("shared_preload_libraries", "pg_stat_statements")]);
    // As on Supabase, in a schema of its own; and a statement no XML could hold.
    let install = "create schema extensions; create extension pg_stat_statements schema extensions";
    stage.postgres.psql("postgres", install).unwrap();
    stage
        .postgres
        .psql("postgres", "select pg_sleep(0.2) /* <a> & \"b\" \u{1} € */")
        .unwrap();
    let closed = panel(&stage.seen("plain"), "statements");
    assert!(
        closed.contains("not allowed: grant usage on schema extensions"),
        "{closed}"
    );
    stage
        .postgres
        .psql("postgres", "grant usage on schema extensions to public")
        .unwrap();
    let all = panel(&stage.seen("watcher"), "statements");
    assert!(all.contains("select pg_sleep($1) /* <a> & "), "{all}");
    assert!(!all.contains("hidden: "), "{all}");
    let little = panel(&stage.seen("plain"), "statements");
    assert!(little.contains("hidden: needs pg_monitor"), "{little}");
    assert!(!little.contains("pg_sleep"), "{little}");
}

#[tokio::test]
async fn who_waits_for_whom_and_who_dawdles_is_named() {
    let stage = Stage::new(&[
        ("max_prepared_transactions", "2"),
        ("wal_level", "logical"),
        ("max_wal_senders", "4"),
    ]);
    let stage_sql = "select pg_create_physical_replication_slot('forgotten', true)";
    stage.postgres.psql("postgres", stage_sql).unwrap();
    let (idle, locker) = (
        stage.session("dawdler").await,
        stage.session("locker").await,
    );
    idle.batch_execute("begin; update orders set n = 2")
        .await
        .unwrap();
    // A table that is locked exclusively must not make the dashboard wait too.
    locker
        .batch_execute("create table shut (a int)")
        .await
        .unwrap();
    locker
        .batch_execute("begin; lock table shut")
        .await
        .unwrap();
    let (row, table) = (stage.session("row").await, stage.session("table").await);
    let row = tokio::spawn(async move { row.batch_execute("update orders set n = 3").await });
    let table = tokio::spawn(async move { table.batch_execute("select * from shut").await });
    let deadline = Instant::now() + Duration::from_secs(30);
    let older = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' \
        and xact_start < clock_timestamp() - interval '1.1 s'";
    while stage.postgres.psql("postgres", older).unwrap() != "2" {
        assert!(Instant::now() < deadline, "nobody waits");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let all = stage.seen("watcher");
    let waits = panel(&all, "waits");
    for wanted in [
        "\"a row\"",
        "shut, AccessShareLock",
        "update orders set n = 3",
        "idle in transaction: begin; update orders set n = 2",
        "idle in transaction: begin; lock table shut",
    ] {
        assert!(waits.contains(wanted), "{wanted} in {waits}");
    }
    let long = panel(&all, "transactions");
    assert!(long.contains("begin; update orders set n = 2"), "{long}");
    assert!(
        panel(&all, "tables").contains("shut (locked: estimated)"),
        "{all}"
    );
    assert!(panel(&all, "slots").contains("INACTIVE"), "{all}");
    assert!(panel(&all, "clients").contains("dawdler"), "{all}");

    // Who may not see statements sees who stands in whose way, and that there is more.
    let little = stage.seen("plain");
    let waits = panel(&little, "waits");
    assert!(
        waits.contains("hidden: needs pg_monitor") && waits.contains("shut, AccessShareLock"),
        "{waits}"
    );
    assert!(
        panel(&little, "transactions").contains("4 sessions are hidden: needs pg_monitor"),
        "{little}"
    );

    idle.batch_execute("rollback").await.unwrap();
    locker.batch_execute("rollback").await.unwrap();
    row.await.unwrap().unwrap();
    table.await.unwrap().unwrap();
    idle.batch_execute("begin; update orders set n = 4; prepare transaction 'left behind'")
        .await
        .unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let long = panel(&stage.seen("plain"), "transactions");
        if long.contains("prepared postgres") && long.contains("left behind") {
            break;
        }
        assert!(Instant::now() < deadline, "{long}");
    }
}

#[test]
fn the_archiver_that_fails_is_told() {
    let stage = Stage::new(&[
        ("wal_level", "replica"),
        ("archive_mode", "on"),
        ("archive_command", "test ! -e archived && touch archived"),
    ]);
    assert!(panel(&stage.seen("plain"), "wal").contains("nothing yet"));
    let until = |wanted: &str| {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // A file of WAL with something in it.
            stage
                .postgres
                .psql(
                    "postgres",
                    "insert into orders values ((select max(id) + 1 from orders), 0)",
                )
                .unwrap();
            stage
                .postgres
                .psql("postgres", "select pg_switch_wal()")
                .unwrap();
            let said = panel(&stage.seen("plain"), "wal");
            if said.contains(wanted) {
                return said;
            }
            assert!(Instant::now() < deadline, "{said}");
        }
    };
    until(" ago");
    let failing = until("FAILS");
    assert!(
        failing.contains("last ok") && failing.contains("ago"),
        "{failing}"
    );
}

#[test]
fn it_is_listed_where_a_name_is_wrong_and_stands_behind_ones_own() {
    let stage = Stage::new(&[]);
    let own =
        "[[dashboard]]\nname = \"Shop\"\n[dashboard.panel.a]\nkind = \"text\"\ntext = \"open\"\n";
    std::fs::write(stage.folder.path().join("config.toml"), own).unwrap();
    let (code, said) = stage.kpi("plain", &["snapshot", "--dashboard", "nope"]);
    assert_eq!(code, 2);
    assert!(
        said.contains("there is: Shop; and built in: supabase"),
        "{said}"
    );
    let (_, said) = stage.kpi("plain", &["snapshot", "--dashboard", "supabase"]);
    assert!(said.contains("Who waits for whom"), "{said}");
    let (_, said) = stage.kpi("plain", &["check"]);
    assert!(said.contains("1 dashboard, 1 panel"), "{said}");
}
