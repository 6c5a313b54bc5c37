//! The pool against real servers: one round trip, read-only, limited, and alive again after every accident.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "common/wire.rs"]
mod wire;

use std::sync::LazyLock;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kpi_dashboard::config::{self, Secret};
use kpi_dashboard::demo::servers::{Pgbouncer, PgbouncerOptions, Postgres, PostgresOptions};
use kpi_dashboard::model::panel_data::Failure;
use kpi_dashboard::model::rowset::Rowset;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::source::postgres::{Database, Query, QueryError, Target, direct, feed};
use kpi_dashboard::source::{Answer, Request};
use tokio::sync::mpsc;
use wire::counting_proxy;

fn config(url: String) -> config::Database {
    config::Database {
        url: Some(Secret(url)),
        ..config::Database::default()
    }
}

fn connect(url: String) -> Database {
    Database::connect(&config(url)).unwrap()
}

fn query(sql: &str) -> Query<'_> {
    Query {
        sql,
        timeout: Duration::from_secs(20),
        row_limit: 1000,
        time_zone: None,
    }
}

async fn ask(database: &Database, sql: &str) -> Rowset {
    match database.query(query(sql)).await {
        Ok(Answer { rowset, .. }) => rowset,
        Err(error) => panic!("{sql}: {:?}", error.failure(|_| None)),
    }
}

async fn value(database: &Database, sql: &str) -> Value {
    ask(database, sql).await.columns[0].values[0].clone()
}

async fn failure(database: &Database, sql: &str) -> Failure {
    let error = database.query(query(sql)).await.expect_err(sql);
    error.failure(|at| Some((1, at, sql.to_owned())))
}

fn shown(failure: &Failure) -> String {
    format!("{}\n{}", failure.summary, failure.details.join("\n"))
}

/// Waits until `condition` holds; panics with `what` when it does not in time.
async fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// One server for the tests that do it no harm; its watchdog ends it with this program.
static SHARED: LazyLock<Postgres> = LazyLock::new(|| {
    Postgres::start(&PostgresOptions {
        tcp: true,
        ..PostgresOptions::default()
    })
    .unwrap()
});

/// A database of its own on the shared server.
struct Own(&'static str);

impl Own {
    fn create(name: &'static str) -> Self {
        SHARED.create_database(name).unwrap();
        Self(name)
    }

    fn url(&self) -> String {
        SHARED.url(self.0)
    }

    fn psql(&self, sql: &str) -> String {
        SHARED.psql(self.0, sql).unwrap()
    }
}

/// A server to be stopped, frozen or robbed of its connections.
fn server() -> Postgres {
    Postgres::start(&PostgresOptions::default()).unwrap()
}

const TYPES: &str = "create type state as enum ('new', 'paid'); create domain amount as numeric(10,2);
    create type pair as (state state, amount amount);
    create table orders (id int, state state, amount amount, pair pair, tags state[]);
    insert into orders select i, 'paid', i, row('new', i)::pair, array['new','paid']::state[] from generate_series(1, 3) i";

#[tokio::test]
async fn through_the_harshest_pooler_nothing_fails_and_a_query_is_one_round_trip() {
    let server = server();
    for sql in TYPES.split(';') {
        server.psql("postgres", sql).unwrap();
    }
    let pooler = Pgbouncer::start(&server, &PgbouncerOptions::default()).unwrap();
    let (port, trips, _) = counting_proxy(pooler.port()).await;
    let url =
        format!("postgresql://postgres@127.0.0.1:{port}/postgres?pgbouncer=true&sslmode=disable");
    let pools: Vec<Database> = (0..3).map(|_| connect(url.clone())).collect();
    let queries = [
        "select * from orders order by id",
        "select * from orders where false",
        "select state, count(*) from orders group by 1",
        "select pair, tags from orders",
    ];
    for pool in &pools {
        pool.warm(4, Duration::from_secs(10)).await.unwrap();
        for sql in queries {
            ask(pool, sql).await;
        }
    }
    let before = trips.load(Ordering::SeqCst);
    let mut tasks = Vec::new();
    for pool in &pools {
        for start in 0..4 {
            let pool = pool.clone();
            tasks.push(tokio::spawn(async move {
                for round in 0..25 {
                    let rows = ask(&pool, queries[(start + round) % 4]).await;
                    let names: Vec<&str> =
                        rows.columns.iter().map(|c| c.type_name.as_str()).collect();
                    match (start + round) % 4 {
                        0 => {
                            assert_eq!(names, ["int4", "state", "numeric", "pair", "_state"]);
                            assert_eq!(rows.len(), 3);
                            assert_eq!(rows.columns[1].values[0], Value::Text("paid".into()));
                            assert_eq!(rows.columns[3].values[2], Value::Text("(new,3.00)".into()));
                        }
                        1 => {
                            assert_eq!(names, ["int4", "state", "numeric", "pair", "_state"]);
                            assert!(rows.is_empty());
                        }
                        2 => assert_eq!(names, ["state", "int8"]),
                        _ => assert_eq!(rows.len(), 3),
                    }
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let each = (trips.load(Ordering::SeqCst) - before) as f64 / 300.0;
    assert!((0.99..1.05).contains(&each), "{each} round trips per query");
}

#[tokio::test]
async fn an_empty_result_keeps_its_columns_and_a_command_has_none() {
    let server = Own::create("empty");
    let database = connect(server.url());
    let rows = ask(&database, "select 1 as a, 'x' as b, now() as c where false").await;
    let names: Vec<_> = rows
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.type_name.as_str()))
        .collect();
    assert_eq!(names, [("a", "int4"), ("b", "text"), ("c", "timestamptz")]);
    assert!(rows.is_empty());
    // Tags without a row count: these do have rows.
    assert_eq!(
        value(&database, "show server_encoding").await,
        Value::Text("UTF8".into())
    );
    assert!(ask(&database, "explain select 1").await.len() == 1);
    assert_eq!(ask(&database, "values (null), (null)").await.len(), 2);
    assert!(
        ask(&database, "set local application_name = 'x'")
            .await
            .columns
            .is_empty()
    );
    assert!(ask(&database, "-- nothing").await.columns.is_empty());
}

#[tokio::test]
async fn every_query_is_pinned_read_only_and_leaves_nothing_behind() {
    let server = Own::create("pinned");
    server.psql("create table t (n int)");
    let mut config = config(server.url());
    config.pool_size = 1;
    config.schema = "odd \"name".to_owned();
    config
        .settings
        .insert("app.tenant".to_owned(), "it's \\ 7".to_owned());
    config
        .settings
        .insert("timezone".to_owned(), "Asia/Tokyo".to_owned());
    let database = Database::connect(&config).unwrap();
    for (setting, expected) in [
        ("search_path", "\"odd \"\"name\", public, extensions"),
        ("statement_timeout", "5s"),
        ("lock_timeout", "1s"),
        ("jit", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("app.tenant", "it's \\ 7"),
        ("timezone", "Asia/Tokyo"),
        ("transaction_read_only", "on"),
    ] {
        let seen = value(&database, &format!("select current_setting('{setting}')")).await;
        assert_eq!(seen, Value::Text(expected.into()), "{setting}");
    }
    for sql in [
        "insert into public.t values (1)",
        "with w as (insert into public.t values (1) returning n) select n from w",
    ] {
        let why = failure(&database, sql).await;
        assert!(why.summary.starts_with("panels are read-only"), "{why:?}");
    }
    // Nor can a query end its transaction and leave a writable one to the next.
    let pid = value(&database, "select pg_backend_pid()").await;
    ask(&database, "commit").await;
    ask(&database, "set transaction_read_only = off").await;
    assert_eq!(
        value(&database, "select current_setting('transaction_read_only')").await,
        Value::Text("on".into())
    );
    assert_eq!(
        value(&database, "select pg_backend_pid()").await,
        pid,
        "errors cost no connection"
    );
    assert_eq!(server.psql("select count(*) from t"), "0");
    assert_eq!(
        server.psql("select count(*) from pg_stat_activity where state like 'idle in%' and datname = current_database()"
            ),
        "0"
    );
}

#[tokio::test]
async fn a_refused_setting_keeps_the_query_from_running() {
    let server = Own::create("refused");
    server.psql("create sequence s");
    let mut config = config(server.url());
    config.role = Some("nobody_here".to_owned());
    let database = Database::connect(&config).unwrap();
    let why = shown(&failure(&database, "select nextval('s')").await);
    assert!(
        why.contains("\"nobody_here\" does not exist") && why.contains("[database]"),
        "{why}"
    );
    assert_eq!(server.psql("select is_called from s"), "f");
}

#[tokio::test]
async fn row_level_security_sees_role_and_claims() {
    let server = Own::create("rls");
    for sql in [
        "create role rls_reader",
        "create table orders (owner text, n int)",
        "insert into orders values ('ann', 1), ('bob', 2)",
        "alter table orders enable row level security",
        "create policy own on orders to rls_reader using (owner = current_setting('request.jwt.claims')::json ->> 'sub')",
        "grant select on orders to rls_reader",
        "create table secrets (n int)",
    ] {
        server.psql(sql);
    }
    let mut config = config(server.url());
    config.role = Some("rls_reader".to_owned());
    config.claims = Some(r#"{"sub": "bob", "note": "it's \\ \"quoted\""}"#.to_owned());
    let bob = Database::connect(&config).unwrap();
    let rows = ask(&bob, "select owner from orders").await;
    assert_eq!(rows.columns[0].values, [Value::Text("bob".into())]);
    let why = shown(&failure(&bob, "select * from secrets").await);
    assert!(
        why.contains("permission denied for table secrets") && why.contains("GRANT SELECT"),
        "{why}"
    );
    let all = connect(server.url());
    assert_eq!(ask(&all, "select owner from orders").await.len(), 2);
}

#[tokio::test]
async fn long_results_are_cut_and_say_so() {
    let server = Own::create("cut");
    let mut config = config(server.url());
    config.pool_size = 1;
    let database = Database::connect(&config).unwrap();
    let cut = |sql: &'static str, row_limit| Query {
        row_limit,
        time_zone: None,
        ..query(sql)
    };
    let pid = value(&database, "select pg_backend_pid()").await;
    let exact = database
        .query(cut("select generate_series(1, 10)", 10))
        .await
        .unwrap()
        .rowset;
    assert_eq!((exact.len(), exact.truncated), (10, false));
    let more = database
        .query(cut("select generate_series(1, 50)", 10))
        .await
        .unwrap()
        .rowset;
    assert_eq!((more.len(), more.truncated), (10, true));
    assert_eq!(
        value(&database, "select pg_backend_pid()").await,
        pid,
        "a short rest costs no connection"
    );
    let started = Instant::now();
    let endless = database
        .query(cut(
            "select repeat('x', 1000), generate_series(1, 100000000)",
            10,
        ))
        .await
        .unwrap()
        .rowset;
    assert_eq!((endless.len(), endless.truncated), (10, true));
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "{:?}",
        started.elapsed()
    );
    // By bytes, too; and a single row beyond all measure is an error, not memory.
    let wide = database
        .query(cut(
            "select repeat('x', 1000000) from generate_series(1, 100)",
            1000,
        ))
        .await
        .unwrap()
        .rowset;
    assert!(wide.truncated && wide.len() < 40, "{}", wide.len());
    let why = shown(&failure(&database, "select repeat('x', 50000000)").await);
    assert!(why.contains("a row of 47 MB"), "{why}");
    assert_eq!(value(&database, "select 1").await, Value::Int(1));
}

#[tokio::test]
async fn errors_point_into_the_sql_and_say_what_to_do() {
    let server = Own::create("errors");
    let mut config = config(server.url());
    config.statement_timeout = Duration::from_millis(200);
    let database = Database::connect(&config).unwrap();
    let why = failure(&database, "select 'é', nope from pg_class").await;
    assert_eq!(why.summary, "column \"nope\" does not exist");
    assert_eq!(why.details[0], "1 | select 'é', nope from pg_class");
    assert_eq!(why.details[1], "                ^");
    let why = shown(&failure(&database, "select 1; select 2").await);
    assert!(
        why.contains("multiple commands") && why.contains("one statement"),
        "{why}"
    );
    let why = shown(&failure(&database, "select pg_sleep(5)").await);
    assert!(
        why.contains("after 200ms") && why.contains("statement_timeout"),
        "{why}"
    );
    let why = shown(
        &failure(
            &database,
            "select relacl from pg_class where relacl is not null",
        )
        .await,
    );
    assert!(why.contains("column::text"), "{why}");
    let why = shown(&failure(&database, "select '\0'").await);
    assert!(why.contains("zero byte"), "{why}");
    assert_eq!(value(&database, "select 1").await, Value::Int(1));
}

#[tokio::test]
async fn terminated_connections_are_replaced_without_an_error() {
    let server = server();
    let database = connect(server.url("postgres"));
    database.warm(4, Duration::from_secs(10)).await.unwrap();
    for _ in 0..5 {
        server
            .psql("postgres", "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kpi'")
            .unwrap();
        let asked = (0..4).map(|_| value(&database, "select 1"));
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer, Value::Int(1));
        }
    }
}

#[tokio::test]
async fn a_pooler_that_starts_again_goes_unnoticed() {
    let mut pooler = Pgbouncer::start(&SHARED, &PgbouncerOptions::default()).unwrap();
    let database = connect(pooler.url("postgres"));
    for _ in 0..3 {
        database.warm(4, Duration::from_secs(10)).await.unwrap();
        pooler.stop();
        pooler.restart().unwrap();
        let asked = (0..4).map(|_| value(&database, "select 1"));
        for answer in futures_util::future::join_all(asked).await {
            assert_eq!(answer, Value::Int(1));
        }
    }
}

#[tokio::test]
async fn a_query_whose_server_ends_is_asked_again() {
    let mut server = server();
    let database = connect(server.url("postgres"));
    database.warm(2, Duration::from_secs(10)).await.unwrap();
    let asking = tokio::spawn({
        let database = database.clone();
        async move { value(&database, "select pg_sleep(1)::text").await }
    });
    let busy =
        "select count(*) from pg_stat_activity where application_name = 'kpi' and state = 'active'";
    wait_for("a running query", || {
        server.psql("postgres", busy).unwrap() == "1"
    })
    .await;
    server
        .psql(
            "postgres",
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'kpi'",
        )
        .unwrap();
    assert_eq!(asking.await.unwrap(), Value::Text("".into()));
    server.stop();
    let error = database.query(query("select 1")).await.unwrap_err();
    assert!(
        error.is_link() && matches!(error, QueryError::Connect { .. }),
        "{error:?}"
    );
    server.restart().unwrap();
    assert_eq!(value(&database, "select 1").await, Value::Int(1));
}

#[tokio::test]
async fn a_frozen_server_costs_the_deadline_and_not_more() {
    let server = server();
    let database = connect(server.url("postgres"));
    database.warm(4, Duration::from_secs(10)).await.unwrap();
    server.freeze().unwrap();
    let limited = Query {
        timeout: Duration::from_millis(500),
        ..query("select 1")
    };
    // More than the pool has connections: those that wait in line are late at the same moment.
    let started = Instant::now();
    let asked = (0..10).map(|_| database.query(limited));
    for outcome in futures_util::future::join_all(asked).await {
        assert!(
            matches!(outcome, Err(QueryError::Timeout { .. })),
            "{outcome:?}"
        );
    }
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    server.thaw();
    assert_eq!(value(&database, "select 1").await, Value::Int(1));
}

#[tokio::test]
async fn days_begin_in_the_dashboards_zone() {
    let server = Own::create("zones");
    let database = connect(server.url());
    let sql = "select date_trunc('day', timestamptz '2026-11-22 03:00:00Z')::text as day";
    for (zone, day) in [
        ("America/New_York", "2026-11-21 00:00:00-05"),
        ("Asia/Tokyo", "2026-11-22 00:00:00+09"),
    ] {
        let asked = Query {
            time_zone: Some(zone),
            ..query(sql)
        };
        let rows = database.query(asked).await.unwrap().rowset;
        assert_eq!(rows.columns[0].values[0], Value::Text(day.into()), "{zone}");
    }
}

#[tokio::test]
async fn a_dropped_query_does_not_hand_its_connection_on() {
    let server = Own::create("dropped");
    let mut config = config(server.url());
    config.pool_size = 1;
    let database = Database::connect(&config).unwrap();
    let first = value(&database, "select pg_backend_pid()").await;
    let dropped = tokio::time::timeout(
        Duration::from_millis(100),
        database.query(query("select pg_sleep(4)")),
    )
    .await;
    assert!(dropped.is_err());
    let started = Instant::now();
    assert_ne!(value(&database, "select pg_backend_pid()").await, first);
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn the_feed_answers_every_request_side_by_side() {
    let server = Own::create("feed");
    let database = connect(server.url());
    let (requests, inbox) = mpsc::channel(32);
    let (outbox, mut updates) = mpsc::channel(32);
    let task = feed::spawn(database, inbox, outbox);
    let started = Instant::now();
    for key in 0..4 {
        let sql = if key == 3 {
            "select nope".to_owned()
        } else {
            format!("select {key}, pg_sleep(1)::text")
        };
        let request = Request {
            identity: None,
            refresh: None,
            is_own: false,
            key,
            sql,
            timeout: Duration::from_secs(10),
            row_limit: 10,
            time_zone: None,
        };
        requests.send(request).await.unwrap();
    }
    let mut keys = Vec::new();
    for _ in 0..4 {
        let update = updates.recv().await.unwrap();
        assert_eq!(
            update.result.is_err(),
            update.key == 3,
            "{:?}",
            update.result
        );
        keys.push(update.key);
    }
    keys.sort_unstable();
    assert_eq!(keys, [0, 1, 2, 3]);
    assert!(
        started.elapsed() < Duration::from_millis(2800),
        "{:?}",
        started.elapsed()
    );
    drop(requests);
    task.await.unwrap();
    let ours = "select count(*) from pg_stat_activity where application_name = 'kpi' and datname = current_database()";
    wait_for("the end of all connections", || server.psql(ours) == "0").await;
}

#[tokio::test]
async fn a_direct_connection_serves_migrations_through_a_pooler_too() {
    let server = &*SHARED;
    let pooler = Pgbouncer::start(server, &PgbouncerOptions::default()).unwrap();
    for url in [server.url("postgres"), pooler.url("postgres")] {
        let target = Target::parse(&url).unwrap();
        let (client, _task) = direct::connect(&target).await.unwrap();
        client
            .batch_execute("begin; create table if not exists m (n int)")
            .await
            .unwrap();
        // Unfiltered: no made-up row in an empty result.
        assert!(
            client
                .query_typed("select n from m", &[])
                .await
                .unwrap()
                .is_empty()
        );
        client.batch_execute("commit").await.unwrap();
        let error = direct::explain(client.batch_execute("select nope").await.unwrap_err());
        assert_eq!(error.to_string(), "column \"nope\" does not exist");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_target_is_said_without_its_password() {
    let server = &*SHARED;
    let pooler = Pgbouncer::start(server, &PgbouncerOptions::default()).unwrap();
    let port = server.port();
    let cases = [
        (
            format!("postgresql://postgres:hunter2@127.0.0.1:{port}/nowhere"),
            "\"nowhere\" does not exist",
        ),
        (
            format!("postgresql://nobody:hunter2@127.0.0.1:{port}/postgres"),
            "role \"nobody\" does not exist",
        ),
        (
            "postgresql://u:hunter2@127.0.0.1:1/x".to_owned(),
            "cannot reach 127.0.0.1:1",
        ),
        (
            "postgresql://u:hunter2@no-such-host.invalid/x".to_owned(),
            "cannot reach no-such-host.invalid",
        ),
        (
            format!("{}?options=-c%20geqo%3Doff", pooler.url("postgres")),
            "unsupported startup parameter",
        ),
        (
            pooler.url_as("stranger", "postgres"),
            "authentication failed",
        ),
    ];
    for (url, expected) in cases {
        let why = shown(&failure(&connect(url.clone()), "select 1").await);
        assert!(
            why.contains(expected) && !why.contains("hunter2"),
            "{expected}: {why}"
        );
    }
    let error = Database::connect(&config("postgresql://u:hun@ter2@h/x".to_owned())).unwrap_err();
    assert!(
        error.summary.contains("percent-encode") && !error.summary.contains("ter2"),
        "{error:?}"
    );
}
