//! Migrations on real servers: racing processes, poolers, refusals, roles, retention.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::{Child, Command, Stdio};

use kpi_dashboard::demo::servers::{
    Pgbouncer, PgbouncerOptions, PoolMode, Postgres, PostgresOptions,
};
use kpi_dashboard::source::postgres::migrate::{Migration, State, apply, embedded, status};
use tokio_postgres::{Client, NoTls};

fn server() -> Postgres {
    Postgres::start(&PostgresOptions::default()).unwrap()
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn migration(file: &str, sql: &str) -> Migration {
    Migration::parse(file, sql).unwrap()
}

const CONFIG: &str = r#"
[database]
schema = "kpi"
test_schema = "checks"

[[dashboard]]
name = "none"
[dashboard.panel.words]
kind = "text"
text = "no query"
"#;

/// `kpi migrate ARGUMENTS` in a folder of its own, with nothing of this process's environment.
fn kpi_migrate(url: Option<&str>, arguments: &[&str]) -> (Child, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
    command
        .arg("migrate")
        .args(arguments)
        .env_clear()
        .envs(url.map(|url| ("DIRECT_URL", url)))
        .env("HOME", folder.path())
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    (command.spawn().unwrap(), folder)
}

/// Its exit code, data and words.
fn ended(child: Child) -> (i32, String, String) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn run_migrate(url: &str, arguments: &[&str]) -> (i32, String, String) {
    let (child, _folder) = kpi_migrate(Some(url), arguments);
    ended(child)
}

fn race(postgres: &Postgres, database: &str, url: &str) {
    postgres.create_database(database).unwrap();
    let racers: Vec<_> = (0..3).map(|_| kpi_migrate(Some(url), &[])).collect();
    let mut said = String::new();
    for (racer, _folder) in racers {
        let (code, data, words) = ended(racer);
        assert_eq!(code, 0, "{data}{words}");
        said.push_str(&data);
    }
    let known = embedded().unwrap();
    for migration in &known {
        let line = format!("applied {}", migration.file());
        assert_eq!(said.matches(&line).count(), 1, "{line} once in:\n{said}");
    }
    let applied = postgres
        .psql(
            database,
            "select version, count(*) from kpi.kpi_migrations group by 1 order by 1",
        )
        .unwrap();
    let wanted: Vec<String> = known
        .iter()
        .map(|migration| format!("{}|1", migration.version))
        .collect();
    assert_eq!(applied, wanted.join("\n"));
}

#[test]
fn three_racing_processes_on_an_empty_database_all_succeed_and_apply_each_migration_once() {
    let postgres = server();
    for round in 0..3 {
        let database = format!("race{round}");
        race(&postgres, &database, &postgres.url(&database));
    }
}

#[test]
fn three_racing_processes_succeed_through_a_transaction_pooler_too() {
    let postgres = server();
    for pool_size in [1, 3] {
        let options = PgbouncerOptions {
            mode: PoolMode::Transaction,
            pool_size,
            ..PgbouncerOptions::default()
        };
        let pooler = Pgbouncer::start(&postgres, &options).unwrap();
        let database = format!("pooled{pool_size}");
        race(&postgres, &database, &pooler.url(&database));
    }
}

#[tokio::test]
async fn a_second_run_finds_nothing_to_do_and_the_status_says_so() {
    let postgres = server();
    let client = connect(&postgres.url("postgres")).await;
    let known = embedded().unwrap();
    let before = status(&client, "kpi", &known).await.unwrap();
    assert!(
        before
            .iter()
            .all(|entry| entry.state == State::Pending && entry.at.is_none())
    );
    let nothing = postgres
        .psql(
            "postgres",
            "select count(*) from pg_namespace where nspname = 'kpi'",
        )
        .unwrap();
    assert_eq!(nothing, "0", "the status changes nothing");
    assert_eq!(
        apply(&client, "kpi", &known).await.unwrap().len(),
        known.len()
    );
    assert_eq!(
        apply(&client, "kpi", &known).await.unwrap(),
        Vec::<String>::new()
    );
    let after = status(&client, "kpi", &known).await.unwrap();
    assert_eq!(after.len(), known.len());
    assert!(
        after
            .iter()
            .all(|entry| entry.state == State::Applied && entry.at.is_some())
    );
}

#[tokio::test]
async fn edited_missing_and_late_migrations_are_refused_and_nothing_is_applied() {
    let postgres = server();
    let client = connect(&postgres.url("postgres")).await;
    let first = migration("0001_first.sql", "create table first (n int)");
    let third = migration("0003_third.sql", "create table third (n int)");
    let fourth = migration("0004_fourth.sql", "create table fourth (n int)");
    apply(&client, "kpi", &[first.clone(), third.clone()])
        .await
        .unwrap();

    let edited = migration("0001_first.sql", "create table first (n bigint)");
    let second = migration("0002_second.sql", "create table second (n int)");
    for (known, words) in [
        (
            vec![edited, third.clone(), fourth.clone()],
            "0001_first.sql was edited",
        ),
        (
            vec![first.clone(), fourth.clone()],
            "0003_third.sql was applied to this database, but",
        ),
        (
            vec![first.clone(), second, third.clone(), fourth.clone()],
            "0002_second.sql comes before",
        ),
    ] {
        let failure = apply(&client, "kpi", &known).await.unwrap_err();
        assert!(failure.summary.contains(words), "{failure:?}");
        assert!(!failure.details.is_empty(), "it says what to do");
    }
    let tables = "select string_agg(tablename, ' ' order by tablename) from pg_tables where schemaname = 'kpi'";
    assert_eq!(
        postgres.psql("postgres", tables).unwrap(),
        "first kpi_migrations third"
    );
    let done = apply(&client, "kpi", &[first, third, fourth])
        .await
        .unwrap();
    assert_eq!(done, ["sql/migrations/0004_fourth.sql"]);
}

#[tokio::test]
async fn a_migration_that_fails_names_file_and_line_and_takes_everything_back() {
    let postgres = server();
    let client = connect(&postgres.url("postgres")).await;
    let good = migration("0001_good.sql", "create table good (n int)");
    let bad = migration(
        "0002_bad.sql",
        "-- größer\ncreate table bad (n int);\nselect * from nowhere",
    );
    let failure = apply(&client, "kpi", &[good, bad]).await.unwrap_err();
    assert!(
        failure
            .summary
            .starts_with("sql/migrations/0002_bad.sql:3 failed"),
        "{failure:?}"
    );
    assert!(
        failure.summary.contains("\"nowhere\" does not exist"),
        "{failure:?}"
    );
    let left = postgres
        .psql(
            "postgres",
            "select count(*) from pg_namespace where nspname = 'kpi'",
        )
        .unwrap();
    assert_eq!(left, "0");
    // The connection is usable: nothing is left open.
    assert_eq!(
        apply(&client, "kpi", &embedded().unwrap())
            .await
            .unwrap()
            .len(),
        embedded().unwrap().len()
    );
}

#[test]
fn schema_test_means_the_configured_test_schema_and_leaves_the_other_alone() {
    let postgres = server();
    for given in ["test", "odd \"name"] {
        let (code, data, words) = run_migrate(&postgres.url("postgres"), &["--schema", given]);
        assert_eq!(code, 0, "{data}{words}");
    }
    let sql = "select schemaname from pg_tables where tablename = 'samples' order by 1";
    assert_eq!(
        postgres.psql("postgres", sql).unwrap(),
        "checks\nodd \"name"
    );
}

#[test]
fn the_command_says_what_it_did_and_answers_with_its_exit_code() {
    let postgres = server();
    let url = postgres.url("postgres");
    let (code, data, _) = run_migrate(&url, &["status"]);
    assert_eq!(
        (code, data.matches("pending").count()),
        (0, embedded().unwrap().len()),
        "{data}"
    );
    let (code, data, _) = run_migrate(&url, &[]);
    assert_eq!(
        (code, data.matches("applied").count()),
        (0, embedded().unwrap().len()),
        "{data}"
    );
    let (code, data, _) = run_migrate(&url, &[]);
    assert_eq!((code, data.as_str()), (0, "schema `kpi` is up to date\n"));
    postgres
        .psql(
            "postgres",
            "update kpi.kpi_migrations set checksum = 'x' where version = 1",
        )
        .unwrap();
    let (code, data, _) = run_migrate(&url, &["status"]);
    assert_eq!(code, 1);
    assert!(
        data.starts_with("0001  edited        metrics_and_samples"),
        "{data}"
    );
    let (code, _, words) = run_migrate(&url, &[]);
    assert_eq!(code, 1);
    assert!(
        words.contains("0001_metrics_and_samples.sql was edited"),
        "{words}"
    );
    let (code, _, words) = run_migrate(&postgres.url("nowhere"), &[]);
    assert_eq!(code, 1);
    assert!(
        words.contains("database \"nowhere\" does not exist"),
        "{words}"
    );
    let (child, _folder) = kpi_migrate(None, &[]);
    let (code, _, words) = ended(child);
    assert_eq!(code, 2);
    assert!(words.contains("set DIRECT_URL"), "{words}");
}

#[tokio::test]
async fn somebody_who_may_not_create_schemas_migrates_one_that_exists() {
    // As on Supabase: the migrating user is no superuser.
    let postgres = server();
    postgres
        .psql(
            "postgres",
            "create role owner login; create schema kpi authorization owner",
        )
        .unwrap();
    let client = connect(&postgres.url_as("owner", "postgres")).await;
    assert_eq!(
        apply(&client, "kpi", &embedded().unwrap())
            .await
            .unwrap()
            .len(),
        embedded().unwrap().len()
    );
    let failure = apply(&client, "other", &embedded().unwrap())
        .await
        .unwrap_err();
    assert!(failure.summary.contains("permission denied"), "{failure:?}");
}

async fn refused(client: &Client, sql: &str) {
    let error = client.simple_query(sql).await.expect_err(sql);
    assert_eq!(
        error.code().map(tokio_postgres::error::SqlState::code),
        Some("42501"),
        "{sql}: {error:?}"
    );
}

#[tokio::test]
async fn the_reader_reads_the_writer_adds_and_neither_does_more() {
    let postgres = server();
    let client = connect(&postgres.url("postgres")).await;
    apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/sql/roles.sql");
    // Twice: it is idempotent.
    for _ in 0..2 {
        postgres
            .psql_with("postgres", &["-v", "schema=kpi", "-f", file])
            .unwrap();
    }
    let writer = connect(&postgres.url_as("kpi_writer", "postgres")).await;
    writer
        .batch_execute(
            "insert into kpi.metrics (name) values ('orders');
             insert into kpi.samples (metric, value) values ('orders', 12.50);
             insert into kpi.annotations (text) values ('deploy')",
        )
        .await
        .unwrap();
    for sql in [
        "select * from kpi.samples",
        "update kpi.samples set value = 0",
        "delete from kpi.samples",
        "delete from kpi.metrics",
        "select kpi.purge_samples('1 day')",
        "select * from kpi.kpi_migrations",
    ] {
        refused(&writer, sql).await;
    }
    let reader = connect(&postgres.url_as("kpi_reader", "postgres")).await;
    let rows = reader
        .query_typed(
            "select s.value::text, current_setting('statement_timeout'), current_setting('default_transaction_read_only')
             from kpi.samples s join kpi.metrics m on m.name = s.metric, kpi.annotations",
            &[],
        )
        .await
        .unwrap();
    let row: Vec<&str> = (0..3).map(|column| rows[0].get(column)).collect();
    assert_eq!(row, ["12.50", "5s", "on"]);
    // The default alone is no wall: the grants are.
    reader
        .batch_execute("set default_transaction_read_only = off")
        .await
        .unwrap();
    for sql in [
        "insert into kpi.samples (metric, value) values ('orders', 1)",
        "update kpi.metrics set title = 'x'",
        "delete from kpi.annotations",
        "select kpi.purge_samples('1 day')",
        "create table kpi.mine ()",
    ] {
        refused(&reader, sql).await;
    }
}

#[tokio::test]
async fn somebody_with_grants_but_no_policy_sees_nothing() {
    // Supabase grants new tables of `public` to `anon`.
    let postgres = server();
    let client = connect(&postgres.url("postgres")).await;
    apply(&client, "public", &embedded().unwrap())
        .await
        .unwrap();
    postgres
        .psql(
            "postgres",
            "create role anon login; grant usage on schema public to anon; grant all on all tables in schema public to anon;
             insert into metrics (name) values ('orders'); insert into samples (metric, value) values ('orders', 1)",
        )
        .unwrap();
    let anon = connect(&postgres.url_as("anon", "postgres")).await;
    let rows = anon
        .query_typed("select value::text from samples", &[])
        .await
        .unwrap();
    assert!(rows.is_empty());
    refused(
        &anon,
        "insert into samples (metric, value) values ('orders', 1)",
    )
    .await;
}

#[tokio::test]
async fn the_retention_removes_what_is_older_in_portions_and_nothing_else() {
    let postgres = server();
    let client = connect(&postgres.url("postgres")).await;
    apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
    postgres
        .psql(
            "postgres",
            "insert into kpi.metrics (name) values ('orders');
             insert into kpi.samples (metric, ts, value) select 'orders', now() - make_interval(hours => h), h
             from generate_series(0, 99) h",
        )
        .unwrap();
    // From a search path that knows nothing of the schema.
    let purge = |call: &str| {
        postgres
            .psql("postgres", &format!("select kpi.purge_samples({call})"))
            .unwrap()
    };
    assert_eq!(purge("'0 seconds'"), "0");
    assert_eq!(purge("'-1 day'"), "0");
    assert_eq!(purge("null"), "0");
    assert_eq!(purge("interval '49.5 hours', most => 30"), "30");
    assert_eq!(purge("interval '49.5 hours', most => 30"), "20");
    assert_eq!(purge("interval '49.5 hours', most => 30"), "0");
    let left = postgres
        .psql("postgres", "select count(*), max(value) from kpi.samples")
        .unwrap();
    assert_eq!(left, "50|49");
}

#[tokio::test]
async fn a_chart_reads_the_index_alone() {
    let postgres = server();
    let client = connect(&postgres.url("postgres")).await;
    apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
    postgres
        .psql(
            "postgres",
            "insert into kpi.metrics (name) select 'm' || n from generate_series(1, 10) n;
             insert into kpi.samples (metric, ts, value)
             select 'm' || n, now() - make_interval(secs => s), s from generate_series(1, 5000) s, generate_series(1, 10) n",
        )
        .unwrap();
    postgres
        .psql("postgres", "vacuum analyze kpi.samples")
        .unwrap();
    let plan = postgres
        .psql(
            "postgres",
            "explain select ts, value from kpi.samples where metric = 'm3' and ts >= now() - interval '5 minutes' order by ts",
        )
        .unwrap();
    assert!(
        plan.contains("Index Only Scan") && plan.contains("samples_metric_ts"),
        "{plan}"
    );
}
