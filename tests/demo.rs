//! The demo: ready in seconds, believable, moving, and gone without a trace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::{Demo, DemoOptions, start};
use kpi_dashboard::model::buckets::Distribution;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::Shape;
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::variable::{Choice, Chosen};
use kpi_dashboard::query::{Context, render, value_of};
use kpi_dashboard::source::postgres::{Database, Query};
use tokio_postgres::NoTls;

async fn demo() -> Demo {
    start(DemoOptions::default()).await.unwrap()
}

fn ask(demo: &Demo, sql: &str) -> String {
    demo.postgres()
        .psql("postgres", &format!("set search_path to kpi; {sql}"))
        .unwrap()
}

fn number(demo: &Demo, sql: &str) -> f64 {
    ask(demo, sql).parse().unwrap()
}

#[tokio::test]
async fn the_demo_is_ready_in_seconds_with_a_day_of_history_that_goes_on() {
    let begun = Instant::now();
    let demo = demo().await;
    let took = begun.elapsed();
    eprintln!("ready in {took:?}");
    // Generous, for a machine that is busy with other tests; alone it takes some two seconds.
    assert!(took < Duration::from_secs(60), "{took:?}");
    assert!(number(&demo, "select count(*) from samples") > 40_000.0);
    assert_eq!(
        ask(&demo, "select count(distinct metric) from samples"),
        "10"
    );
    let hours = number(
        &demo,
        "select extract(epoch from max(ts) - min(ts)) / 3600 from samples",
    );
    assert!((23.9..24.2).contains(&hours), "{hours} h");
    // No hole anywhere: nothing is further than its step from the one before.
    let gap = "select max(extract(epoch from ts - before)) from (select ts, lag(ts) over (order by ts) as before
               from samples where metric = 'sessions') as pairs";
    assert!(number(&demo, gap) <= 61.0);

    let newest = "select extract(epoch from max(ts)) from samples";
    let then = number(&demo, newest);
    let deadline = Instant::now() + Duration::from_secs(10);
    while number(&demo, newest) < then + 2.0 {
        assert!(
            Instant::now() < deadline,
            "no new samples: {:?}",
            *demo.stopped.borrow()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(demo.stopped.borrow().is_none());
    if let Some(redis) = demo.redis() {
        assert!(redis.socket().exists());
    }
}

#[tokio::test]
async fn the_history_has_nights_incidents_and_their_annotations() {
    let demo = demo().await;
    let range = "select max(rate) / min(rate) from (
        select date_trunc('hour', ts) as hour, avg(value) as rate from samples where metric = 'sessions' group by 1) as hours";
    assert!(number(&demo, range) > 2.0, "day and night differ");
    assert!(number(&demo, "select count(*) from annotations") >= 7.0);
    // The payment outage: errors up and orders down while it lasted, against the hour around it.
    let during = |metric: &str, what: &str| {
        number(
            &demo,
            &format!(
                "select (avg(value) filter (where s.ts between a.ts + interval '3 minutes' and a.end_ts - interval '3 minutes'))
                        / (avg(value) filter (where s.ts between a.ts - interval '20 minutes' and a.ts))
                 from samples s, annotations a where s.metric = '{metric}' and '{what}' = any (a.tags)"
            ),
        )
    };
    assert!(during("error_rate", "payment") > 5.0);
    assert!(during("orders", "payment") < 0.5);
    let queue = "select max(value) / percentile_cont(0.5) within group (order by value) from samples where metric = 'queue_depth'";
    assert!(number(&demo, queue) > 5.0, "the backlog shows");
}

#[tokio::test]
async fn the_dashboards_show_every_kind_of_panel_and_their_user_only_reads() {
    let demo = demo().await;
    let config = &demo.config;
    assert_eq!(config.environment.as_deref(), Some("demo"));
    assert_eq!(config.dashboards.len(), 4);
    for kind in PanelKind::ALL {
        let shown = config
            .dashboards
            .iter()
            .flat_map(|dashboard| &dashboard.panels)
            .any(|panel| panel.kind == kind);
        assert!(shown, "{}", kind.name());
    }
    let url = &config.database.url.as_ref().unwrap().0;
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
        .simple_query("select count(*) from kpi.samples")
        .await
        .unwrap();
    // The default alone is no wall: the grants are.
    client
        .simple_query("set default_transaction_read_only = off")
        .await
        .unwrap();
    let error = client
        .simple_query("delete from kpi.samples")
        .await
        .unwrap_err();
    assert_eq!(error.code().unwrap().code(), "42501");
}

#[tokio::test]
async fn every_panel_of_the_dashboards_gets_an_answer_that_its_kind_can_draw() {
    let demo = demo().await;
    let settings = &demo.config.database;
    let database = Database::connect(settings).unwrap();
    let now = Moment(jiff::Timestamp::now().as_microsecond());
    for dashboard in &demo.config.dashboards {
        let values: Vec<_> = dashboard
            .variables
            .iter()
            .map(|variable| value_of(variable, &["eu", "us"].map(Choice::of), Some(&Chosen::All)))
            .collect();
        for panel in &dashboard.panels {
            let Some(sql) = &panel.sql else { continue };
            let range = panel.range.as_ref().unwrap_or(&dashboard.range);
            let window = range.resolve(now, &dashboard.time_zone);
            let context = Context {
                window,
                interval: 60_000_000,
                schema: &settings.schema,
                time_zone: "UTC",
                variables: &values,
            };
            let rendered = render(sql, &context).unwrap();
            let query = Query {
                sql: &rendered.sql,
                timeout: settings.timeout,
                row_limit: settings.row_limit,
                time_zone: None,
            };
            let answer = database
                .query(query)
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", panel.id));
            assert!(!answer.rowset.is_empty(), "{} shows nothing", panel.id);
            let drawn = shape(panel.kind, panel.reduce, &answer.rowset, window);
            match drawn.unwrap_or_else(|failure| panic!("{}: {failure:?}", panel.id)) {
                Shape::Series(series) => {
                    let points = series.iter().map(|series| series.points.len()).max();
                    assert!(points > Some(3), "{}: {points:?} points", panel.id);
                }
                Shape::Log(lines) => assert!(lines.len() > 2, "{}: {lines:?}", panel.id),
                Shape::Bars(bars) => assert!(bars.len() > 1, "{}: {bars:?}", panel.id),
                Shape::Sites(sites) => assert!(sites.len() > 2, "{}: {sites:?}", panel.id),
                Shape::Candles(all) => assert!(all.len() > 3, "{}: {all:?}", panel.id),
                Shape::Heat(heat) => assert!(!heat.is_empty(), "{}", panel.id),
                Shape::Distributions(all) => {
                    let values: f64 = all.iter().map(Distribution::total).sum();
                    assert!(values > 20.0, "{}: {values} values", panel.id);
                }
                Shape::States(states) => {
                    let spans = states.lanes.iter().map(|lane| lane.spans.len()).max();
                    assert!(spans > Some(3), "{}: {spans:?} spans", panel.id);
                }
                Shape::Rows => assert!(
                    matches!(panel.kind, PanelKind::Table | PanelKind::Text),
                    "{}",
                    panel.id
                ),
            }
        }
    }
}

/// Started by the test below as a process of its own, which it kills; else it does nothing.
#[tokio::test]
async fn owner() {
    if std::env::var_os("KPI_TEST_OWNER").is_none() {
        return;
    }
    let demo = demo().await;
    eprintln!("folder {}", demo.postgres().folder().path().display());
    if let Some(redis) = demo.redis() {
        eprintln!("folder {}", redis.folder().path().display());
    }
    eprintln!("up");
    // Until the test that started this one kills it, or is killed itself.
    let wait = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
    let _ = wait.await;
}

#[test]
fn a_killed_demo_leaves_neither_process_nor_folder() {
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "owner", "--nocapture"])
        .env("KPI_TEST_OWNER", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let folders: Vec<PathBuf> = BufReader::new(owner.stderr.take().unwrap())
        .lines()
        .map_while(Result::ok)
        .take_while(|line| line != "up")
        .filter_map(|line| line.strip_prefix("folder ").map(PathBuf::from))
        .collect();
    assert!(!folders.is_empty());
    assert!(folders.iter().all(|folder| folder.is_dir()));
    owner.kill().unwrap();
    owner.wait().unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    let left = || {
        let output = Command::new("ps")
            .args(["-A", "-o", "command="])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let named = |folder: &PathBuf| folder.exists() || text.contains(folder.to_str().unwrap());
        folders.iter().filter(|folder| named(folder)).count()
    };
    while left() > 0 {
        assert!(
            Instant::now() < deadline,
            "something of {folders:?} is left"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}
