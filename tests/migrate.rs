//! Migrations on real servers: racing processes, poolers, refusals, roles, retention.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::process::{Child, Command, ExitCode, Stdio};

use kpi_dashboard::cli::migrate::{Action, run, schema};
use kpi_dashboard::config::{Config, Secret};
use kpi_dashboard::demo::servers::{
    Pgbouncer, PgbouncerOptions, PoolMode, Postgres, PostgresOptions,
};
use kpi_dashboard::source::postgres::migrate::{Migration, State, apply, embedded, status};
use tokio_postgres::{Client, NoTls};

fn config(url: &str) -> Config {
    let mut config = Config::default();
    config.database.direct_url = Some(Secret(url.to_owned()));
    config.database.test_schema = "checks".into();
    config
}

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

/// Started by the race below, each as a process of its own.
#[test]
#[ignore = "a racer for the test that races three"]
fn racer() {
    let url = std::env::var("KPI_TEST_URL").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // Ready: the test lets all racers go at once.
    eprintln!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    let code = runtime
        .block_on(run(&config(&url), None, Action::Apply))
        .unwrap();
    assert_eq!(code, ExitCode::SUCCESS);
}

fn start_racer(url: &str) -> Child {
    use std::io::{BufRead, BufReader};
    let mut racer = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "racer", "--ignored", "--nocapture"])
        .env("KPI_TEST_URL", url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut words = BufReader::new(racer.stderr.as_mut().unwrap());
    words.read_line(&mut String::new()).unwrap();
    racer
}

fn race(postgres: &Postgres, database: &str, url: &str) {
    postgres.create_database(database).unwrap();
    let mut racers: Vec<Child> = (0..3).map(|_| start_racer(url)).collect();
    for racer in &mut racers {
        // The end of their input is the starting shot.
        drop(racer.stdin.take());
    }
    let mut said = String::new();
    for racer in racers {
        let output = racer.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "{text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        said.push_str(&text);
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
        3
    );
}

#[tokio::test]
async fn schema_test_means_the_configured_test_schema_and_leaves_the_other_alone() {
    let postgres = server();
    let config = config(&postgres.url("postgres"));
    assert_eq!(schema(&config, None), "kpi");
    assert_eq!(schema(&config, Some("test")), "checks");
    assert_eq!(schema(&config, Some("odd \"name")), "odd \"name");
    for given in ["test", "odd \"name"] {
        let code = run(&config, Some(given), Action::Apply).await.unwrap();
        assert_eq!(code, ExitCode::SUCCESS);
    }
    let schemas = postgres
        .psql(
            "postgres",
            "select schemaname from pg_tables where tablename = 'samples' order by 1",
        )
        .unwrap();
    assert_eq!(schemas, "checks\nodd \"name");
}

#[tokio::test]
async fn the_command_answers_with_its_exit_code() {
    let postgres = server();
    let mut config = config(&postgres.url("postgres"));
    assert_eq!(
        run(&config, None, Action::Status).await.unwrap(),
        ExitCode::SUCCESS
    );
    assert_eq!(
        run(&config, None, Action::Apply).await.unwrap(),
        ExitCode::SUCCESS
    );
    postgres
        .psql(
            "postgres",
            "update kpi.kpi_migrations set checksum = 'x' where version = 1",
        )
        .unwrap();
    assert_eq!(
        run(&config, None, Action::Status).await.unwrap(),
        ExitCode::FAILURE
    );
    assert_eq!(
        run(&config, None, Action::Apply).await.unwrap(),
        ExitCode::FAILURE
    );
    config.database.direct_url = Some(Secret(postgres.url("no_such_database")));
    assert_eq!(
        run(&config, None, Action::Apply).await.unwrap(),
        ExitCode::FAILURE
    );
    config.database.direct_url = None;
    assert_eq!(
        run(&config, None, Action::Apply).await.unwrap(),
        ExitCode::from(2)
    );
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
        3
    );
    let failure = apply(&client, "other", &embedded().unwrap())
        .await
        .unwrap_err();
    assert!(failure.summary.contains("permission denied"), "{failure:?}");
}

async fn refused(client: &Client, sql: &str) {
    let error = client.simple_query(sql).await.expect_err(sql);
    assert_eq!(
        error.code().map(|code| code.code()),
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
