//! `LISTEN kpi` on real servers: what is told, what the trigger tells, what is lost and how that is seen,
//! and that a transaction pooler is found out.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{
    Pgbouncer, PgbouncerOptions, PoolMode, Postgres, PostgresOptions,
};
use kpi_dashboard::model::live::{LiveItem, LiveSample};
use kpi_dashboard::model::panel_data::{Failure, Link};
use kpi_dashboard::source::LiveUpdate;
use kpi_dashboard::source::notify::{follow, follow_probing};
use kpi_dashboard::source::postgres::migrate::{apply, embedded};
use kpi_dashboard::source::postgres::pooling::{Pooling, measure};
use kpi_dashboard::source::postgres::{Target, direct};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A migrated server with the metric `orders`.
async fn server() -> Postgres {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    let target = Target::parse(&postgres.url("postgres")).unwrap();
    let (client, _) = direct::connect(&target).await.unwrap();
    apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
    sql(
        &postgres,
        "insert into kpi.metrics (name) values ('orders')",
    );
    postgres
}

fn sql(postgres: &Postgres, text: &str) -> String {
    postgres.psql("postgres", text).unwrap()
}

fn pooler(postgres: &Postgres, mode: PoolMode, pool_size: usize, settings: &[&str]) -> Pgbouncer {
    let options = PgbouncerOptions {
        mode,
        pool_size,
        settings: settings.iter().map(|line| (*line).to_owned()).collect(),
        ..PgbouncerOptions::default()
    };
    Pgbouncer::start(postgres, &options).unwrap()
}

struct Ear {
    updates: mpsc::Receiver<LiveUpdate>,
    task: JoinHandle<()>,
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Ear {
    fn at(url: &str) -> Self {
        let (sender, updates) = mpsc::channel(16);
        let target = Target::parse(url).unwrap();
        let task = tokio::spawn(follow(target, "kpi".to_owned(), sender));
        Self { updates, task }
    }

    /// Up, and told to poll: what comes now is news.
    async fn listening(postgres: &Postgres) -> Self {
        let mut ear = Self::at(&postgres.url("postgres"));
        ear.until("NOTIFY begins now").await;
        ear
    }

    async fn next(&mut self) -> LiveUpdate {
        tokio::time::timeout(Duration::from_secs(15), self.updates.recv())
            .await
            .expect("an update in time")
            .expect("a source that goes on")
    }

    /// Waits for this resync; before it, only the link may change. Answers the links.
    async fn until(&mut self, wanted: &str) -> Vec<Link> {
        let mut links = Vec::new();
        loop {
            match self.next().await {
                LiveUpdate::Link(link) => links.push(link),
                LiveUpdate::Resync { why, metrics: None } if why == wanted => return links,
                other => panic!("{other:?} before `{wanted}`"),
            }
        }
    }

    async fn samples(&mut self, count: usize) -> Vec<LiveSample> {
        let mut samples = Vec::new();
        while samples.len() < count {
            match self.next().await {
                LiveUpdate::Items(items) => {
                    samples.extend(items.into_iter().map(|item| match item {
                        LiveItem::Sample(sample) => sample,
                        LiveItem::Event(event) => panic!("{event:?}"),
                    }));
                }
                other => panic!("{other:?}"),
            }
        }
        samples
    }

    async fn down(&mut self) -> Failure {
        loop {
            match self.next().await {
                LiveUpdate::Link(Link::Down { why, .. }) => return (*why).clone(),
                LiveUpdate::Link(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn what_is_notified_by_hand_is_heard() {
    let postgres = server().await;
    let mut ear = Ear::listening(&postgres).await;
    sql(
        &postgres,
        r#"notify kpi, '{"metric":"orders","value":"4.20","labels":{"region":"eu"}}'"#,
    );
    let heard = ear.samples(1).await.remove(0);
    assert_eq!(
        (heard.metric.as_str(), heard.text.as_str()),
        ("orders", "4.20")
    );
    assert_eq!(heard.labels["region"], "eu");
    sql(&postgres, "notify kpi, 'orders'");
    assert_eq!(ear.next().await, LiveUpdate::Refresh("orders".to_owned()));
    sql(&postgres, "notify kpi");
    assert!(matches!(
        ear.next().await,
        LiveUpdate::Resync { metrics: None, .. }
    ));
    sql(&postgres, r"notify kpi, '{nonsense'");
    assert_eq!(ear.next().await, LiveUpdate::Dropped(1));
}

#[tokio::test]
async fn the_trigger_tells_inserts_only_while_it_is_on() {
    let postgres = server().await;
    let mut ear = Ear::listening(&postgres).await;
    let insert = |value: &str| {
        let text = format!(
            "insert into kpi.samples values ('orders', '2026-11-22 10:00:00.5+01', {value}, '{{\"region\": \"eu\"}}')"
        );
        sql(&postgres, &text);
    };
    insert("1");
    sql(&postgres, "select kpi.enable_notify()");
    insert("12345678901234567890.12345678901234567890");
    sql(&postgres, "select kpi.disable_notify()");
    insert("3");
    sql(
        &postgres,
        "select kpi.enable_notify(); select kpi.enable_notify()",
    );
    insert("4");
    let heard = ear.samples(2).await;
    let texts: Vec<&str> = heard.iter().map(|sample| sample.text.as_str()).collect();
    assert_eq!(texts, ["12345678901234567890.12345678901234567890", "4"]);
    assert_eq!(heard[0].at.rfc3339(), "2026-11-22T09:00:00.5Z");
    assert_eq!(heard[0].labels["region"], "eu");
}

#[tokio::test]
async fn a_writer_needs_no_further_right_and_other_channels_hear_nothing() {
    let postgres = server().await;
    postgres
        .script(
            "postgres",
            &[("schema", "kpi")],
            include_str!("../sql/roles.sql"),
        )
        .unwrap();
    let mut ear = Ear::listening(&postgres).await;
    sql(&postgres, "select kpi.enable_notify('other')");
    let as_writer = "set role kpi_writer; insert into kpi.samples values ('orders', now(), ";
    sql(&postgres, &format!("{as_writer} 1)"));
    sql(&postgres, "select kpi.enable_notify()");
    sql(&postgres, &format!("{as_writer} 2)"));
    assert_eq!(ear.samples(1).await[0].text, "2");
    let refused = postgres.psql(
        "postgres",
        "set role kpi_writer; select kpi.disable_notify()",
    );
    assert!(
        format!("{refused:?}").contains("permission denied"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn many_rows_of_one_statement_and_rows_too_long_are_refreshes() {
    let postgres = server().await;
    sql(
        &postgres,
        "insert into kpi.metrics (name) select 'm' || n from generate_series(1, 40) as n",
    );
    sql(&postgres, "select kpi.enable_notify()");
    let mut ear = Ear::listening(&postgres).await;
    sql(
        &postgres,
        "insert into kpi.samples (metric, value) select 'm' || 1 + n % 40, n from generate_series(1, 50000) as n",
    );
    let mut names: Vec<String> = Vec::new();
    while names.len() < 40 {
        match ear.next().await {
            LiveUpdate::Refresh(name) => names.push(name),
            other => panic!("{other:?}"),
        }
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 40, "each metric once");
    for (labels, value, why) in [
        (
            "jsonb_build_object('text', repeat('x', 7900))",
            "1",
            "too long",
        ),
        (
            "jsonb_build_object('text', repeat('ü', 4000))",
            "1",
            "too long in bytes",
        ),
        ("'{}'", "'NaN'", "no finite number"),
    ] {
        sql(
            &postgres,
            &format!("insert into kpi.samples values ('orders', now(), {value}, {labels})"),
        );
        assert_eq!(
            ear.next().await,
            LiveUpdate::Refresh("orders".to_owned()),
            "{why}"
        );
    }
    sql(
        &postgres,
        "insert into kpi.samples values ('orders', 'infinity', 1)",
    );
    assert_eq!(ear.next().await, LiveUpdate::Refresh("orders".to_owned()));
    // The longest that fits is told as it is.
    sql(
        &postgres,
        "insert into kpi.samples values ('orders', now(), 7, jsonb_build_object('text', repeat('x', 7850)))",
    );
    assert_eq!(ear.samples(1).await[0].text, "7");
}

#[tokio::test]
async fn names_that_are_no_line_of_a_payload_poll_everything() {
    let postgres = server().await;
    sql(
        &postgres,
        "insert into kpi.metrics (name) values ('{a}'), (E'a\\nb'), (repeat('n', 300))",
    );
    sql(&postgres, "select kpi.enable_notify()");
    let mut ear = Ear::listening(&postgres).await;
    for name in ["'{a}'", "E'a\\nb'", "repeat('n', 300)"] {
        sql(
            &postgres,
            &format!("insert into kpi.samples values ({name}, now(), 'NaN')"),
        );
        let heard = ear.next().await;
        assert!(
            matches!(heard, LiveUpdate::Resync { metrics: None, .. }),
            "{name}: {heard:?}"
        );
    }
    // Names of 40,000 bytes together go in several payloads.
    sql(
        &postgres,
        "insert into kpi.metrics select n || repeat('x', 190) from generate_series(1, 200) as n; \
         insert into kpi.samples (metric, value) select n || repeat('x', 190), 1 from generate_series(1, 200) as n",
    );
    for _ in 0..200 {
        let heard = ear.next().await;
        assert!(matches!(heard, LiveUpdate::Refresh(_)), "{heard:?}");
    }
}

#[tokio::test]
async fn after_a_lost_connection_or_a_restart_everything_is_polled() {
    let mut postgres = server().await;
    let mut ear = Ear::listening(&postgres).await;
    let terminate =
        "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%'";
    assert_eq!(sql(&postgres, terminate), "t");
    let links = ear.until("NOTIFY was away").await;
    assert!(
        matches!(links.as_slice(), [Link::Down { .. }, .., Link::Up]),
        "{links:?}"
    );
    for crash in [false, true] {
        if crash {
            postgres.crash();
        } else {
            postgres.stop();
        }
        ear.down().await;
        postgres.restart().unwrap();
        let links = ear.until("NOTIFY was away").await;
        assert_eq!(links.last(), Some(&Link::Up));
        sql(&postgres, "notify kpi, 'orders'");
        assert_eq!(ear.next().await, LiveUpdate::Refresh("orders".to_owned()));
    }
}

#[tokio::test]
async fn a_frozen_server_is_noticed_on_an_idle_connection() {
    let postgres = server().await;
    let (sender, updates) = mpsc::channel(16);
    let target = Target::parse(&postgres.url("postgres")).unwrap();
    let probe = Duration::from_millis(200);
    let task = tokio::spawn(follow_probing(target, "kpi".to_owned(), sender, probe));
    let mut ear = Ear { updates, task };
    ear.until("NOTIFY begins now").await;
    postgres.freeze().unwrap();
    let why = ear.down().await;
    assert!(why.summary.contains("does not answer"), "{why:?}");
    postgres.thaw();
    ear.until("NOTIFY was away").await;
}

#[tokio::test]
async fn a_transaction_pooler_is_refused_whatever_its_size_and_order() {
    let postgres = server().await;
    for (size, settings) in [(1, &[][..]), (5, &[]), (5, &["server_round_robin = 1"])] {
        let pooler = pooler(&postgres, PoolMode::Transaction, size, settings);
        let mut ear = Ear::at(&pooler.url("postgres"));
        let why = ear.down().await;
        assert!(
            why.summary
                .contains("is a transaction pooler: LISTEN hears nothing there"),
            "{size} {settings:?}: {why:?}"
        );
        assert!(why.details[0].contains("DIRECT_URL"), "{why:?}");
        drop(ear);
        let left = "select count(*) from pg_stat_activity where query like 'LISTEN%'";
        assert_eq!(
            sql(&postgres, left),
            "0",
            "nothing stays behind on a shared connection"
        );
    }
}

#[tokio::test]
async fn a_session_pooler_does() {
    let postgres = server().await;
    for size in [1, 5] {
        let pooler = pooler(&postgres, PoolMode::Session, size, &[]);
        let mut ear = Ear::at(&pooler.url("postgres"));
        ear.until("NOTIFY begins now").await;
        sql(&postgres, "notify kpi, 'orders'");
        assert_eq!(
            ear.next().await,
            LiveUpdate::Refresh("orders".to_owned()),
            "{size}"
        );
    }
}

#[tokio::test]
async fn what_is_in_between_is_found_by_measuring() {
    let postgres = server().await;
    let is = async |url: String| measure(&Target::parse(&url).unwrap()).await.unwrap();
    for _ in 0..3 {
        assert_eq!(is(postgres.url("postgres")).await, Pooling::Direct);
    }
    for size in [1, 2, 5] {
        for settings in [&[][..], &["server_round_robin = 1"]] {
            for (mode, wanted) in [
                (PoolMode::Transaction, Pooling::Transaction),
                (PoolMode::Session, Pooling::Session),
            ] {
                let pooler = pooler(&postgres, mode, size, settings);
                let found = is(pooler.url("postgres")).await;
                assert_eq!(found, wanted, "fresh, {size} {settings:?}");
                let found = is(pooler.url("postgres")).await;
                assert_eq!(found, wanted, "used, {size} {settings:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_busy_server_and_a_busy_pool_are_told_apart_too() {
    let postgres = server().await;
    let pooler = pooler(&postgres, PoolMode::Transaction, 3, &[]);
    for (url, wanted) in [
        (postgres.url("postgres"), Pooling::Direct),
        (pooler.url("postgres"), Pooling::Transaction),
    ] {
        let target = Target::parse(&url).unwrap();
        let mut busy = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (client, _) = direct::connect(&target).await.unwrap();
            busy.spawn(async move {
                loop {
                    client
                        .batch_execute("begin; select pg_sleep(0.002); commit")
                        .await
                        .unwrap();
                }
            });
        }
        for _ in 0..5 {
            assert_eq!(measure(&target).await.unwrap(), wanted);
        }
        busy.shutdown().await;
    }
}

#[tokio::test]
async fn a_consumer_that_does_not_take_costs_a_bounded_number_of_items() {
    let postgres = server().await;
    let mut ear = Ear::listening(&postgres).await;
    let told = 100_000_u64;
    sql(
        &postgres,
        "do $$ begin for n in 1..100000 loop \
         perform pg_notify('kpi', json_build_object('metric', 'orders', 'value', n)::text); end loop; end $$",
    );
    // Nothing is taken until the server has delivered everything.
    let begun = Instant::now();
    while sql(&postgres, "select pg_notification_queue_usage()") != "0" {
        assert!(begun.elapsed() < Duration::from_secs(20));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let (mut items, mut dropped, mut newest, mut asked) = (0_u64, 0_u64, 0.0, false);
    while items + dropped < told || !asked {
        match ear.next().await {
            LiveUpdate::Items(some) => {
                items += some.len() as u64;
                if let Some(LiveItem::Sample(sample)) = some.last() {
                    newest = sample.value;
                }
            }
            LiveUpdate::Dropped(count) => dropped += count,
            LiveUpdate::Resync { metrics, .. } => {
                asked |= metrics == Some(vec!["orders".to_owned()]);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(items + dropped, told, "each is handed on or counted");
    assert_eq!(newest, 100_000.0, "the newest is not lost");
}
