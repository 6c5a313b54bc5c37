//! Looking into a panel: what was sent, what it costs, how PostgreSQL runs it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod database;

use std::sync::Arc;
use std::time::Duration;

use database::{Database, at, clock, until};
use kpi_dashboard::config::{self, Config, Secret};
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::hub::{DatabaseLink, Hub, Looking, Sources, Viewer};
use kpi_dashboard::model::inspection::Plan;
use kpi_dashboard::model::panel_data::Health;
use kpi_dashboard::source::postgres::{Database as Pool, feed};
use tokio::sync::mpsc;
use tokio::time::timeout;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "One"
refresh = "10s"
areas = "good writes slow"
[dashboard.panel.good]
kind = "table"
sql = """
select * from things -- all of them
where at <= $__timeTo()"""
[dashboard.panel.writes]
kind = "table"
sql = "with new as (insert into things values (now()) returning 1) select * from new"
[dashboard.panel.slow]
kind = "table"
timeout = "1s"
sql = "select pg_sleep(case when at is null then 0 else 30 end) from things limit 1"
"#;

#[tokio::test(start_paused = true)]
async fn what_a_question_cost_is_counted_over_a_minute() {
    let (hub, mut database) = Database::with_hub(database::config(DASHBOARD));
    let mut viewer = hub.open(at(0, &[0])).await.unwrap();
    let mut questions = 0;
    for _ in 0..12 {
        let request = database.asked().await;
        questions += 1;
        let before = viewer.snapshot().panels[0].inspection.clone();
        let before = before.expect("an inspection while the question is under way");
        assert!(before.sql.starts_with("select * from things"), "{before:?}");
        database.number(&request, 7).await;
        let snapshot = until(&mut viewer, |snapshot| {
            let inspection = snapshot.panels[0].inspection.as_ref();
            inspection.is_some_and(|now| now.timings.is_some() && !Arc::ptr_eq(now, &before))
        })
        .await;
        let inspection = snapshot.panels[0].inspection.as_ref().unwrap();
        assert_eq!(inspection.rows, 1);
        assert_eq!(inspection.asked_per_minute, std::cmp::min(questions, 6));
    }
}

#[tokio::test(start_paused = true)]
async fn a_cost_is_a_new_picture_only_for_whoever_looks_into_it() {
    let (hub, mut database) = Database::with_hub(database::config(DASHBOARD));
    let mut plain = hub.open(at(0, &[0])).await.unwrap();
    let looking = Looking {
        inspected: Some(0),
        ..at(0, &[0])
    };
    let mut curious = hub.open(looking).await.unwrap();
    let request = database.asked().await;
    database.number(&request, 7).await;
    let live = |viewer: &Viewer| viewer.snapshot().panels[0].health == Health::Live;
    for viewer in [&mut plain, &mut curious] {
        until(viewer, |snapshot| snapshot.panels[0].health == Health::Live).await;
    }
    let (before, seen) = (plain.snapshot(), curious.snapshot());
    let request = database.asked().await;
    database.number(&request, 7).await;
    until(&mut curious, |now| now.revision > seen.revision).await;
    assert!(live(&plain));
    assert_eq!(plain.snapshot().revision, before.revision);
    assert_eq!(
        plain.snapshot().panels[0].revision,
        before.panels[0].revision
    );
}

/// A hub on a real PostgreSQL.
fn real() -> (Postgres, Hub) {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    let create = "create table things (at timestamptz); insert into things values ('2020-01-01Z')";
    postgres.psql("postgres", create).unwrap();
    let config = Config {
        database: config::Database {
            url: Some(Secret(postgres.url("postgres"))),
            schema: "public".into(),
            ..config::Database::default()
        },
        ..database::config(DASHBOARD)
    };
    let pool = Pool::connect(&config.database).unwrap();
    let (requests, inbox) = mpsc::channel(8);
    let (outbox, updates) = mpsc::channel(8);
    feed::spawn(pool, inbox, outbox);
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        ..Sources::default()
    };
    (postgres, Hub::spawn(Arc::new(config), sources, clock))
}

/// Asks for a plan and waits for it.
async fn plan(viewer: &mut Viewer, panel: usize, analyze: bool) -> Plan {
    viewer.explain(panel, analyze).await.unwrap();
    let planned = viewer.snapshots.wait_for(|snapshot| {
        snapshot.plan.as_ref().is_some_and(|plan| {
            (plan.panel, plan.analyzed) == (panel, analyze) && plan.lines.is_some()
        })
    });
    let snapshot = timeout(Duration::from_secs(30), planned).await;
    let snapshot = snapshot.expect("a plan in time").unwrap();
    Plan::clone(snapshot.plan.as_ref().unwrap())
}

#[tokio::test]
async fn a_plan_is_of_the_statement_as_sent_and_writes_nothing() {
    let (postgres, hub) = real();
    let mut viewer = hub.open(at(0, &[0, 1])).await.unwrap();
    let answered = viewer.snapshots.wait_for(|snapshot| snapshot.is_settled);
    let snapshot = timeout(Duration::from_secs(30), answered).await;
    let snapshot = Arc::clone(&snapshot.unwrap().unwrap());
    let inspection = snapshot.panels[0].inspection.as_ref().unwrap();
    assert!(!inspection.sql.contains("--"), "{inspection:?}");
    let timings = inspection.timings.unwrap();
    assert!(timings.round_trip > Duration::ZERO, "{timings:?}");
    assert_eq!(inspection.busy_per_minute, timings.round_trip);

    let lines = |plan: &Plan| match plan.lines.as_ref().unwrap() {
        Ok(lines) => lines.join("\n"),
        Err(why) => panic!("{why:?}"),
    };
    let estimated = lines(&plan(&mut viewer, 0, false).await);
    assert!(estimated.contains("Scan on things"), "{estimated}");
    assert!(estimated.contains("Filter: (at <= "), "{estimated}");
    assert!(!estimated.contains("actual"), "{estimated}");
    let run = lines(&plan(&mut viewer, 0, true).await);
    assert!(
        run.contains("actual") && run.contains("Execution Time"),
        "{run}"
    );
    assert!(run.contains("Buffers"), "{run}");

    // A statement that writes is refused as it was when the panel asked.
    let refused = plan(&mut viewer, 1, true).await.lines.unwrap().unwrap_err();
    assert!(refused.summary.contains("read-only"), "{refused:?}");
    let count = postgres
        .psql("postgres", "select count(*) from things")
        .unwrap();
    assert_eq!(count.trim(), "1");
}

#[tokio::test]
async fn a_plan_that_takes_too_long_ends_with_the_panels_own_timeout() {
    let (_postgres, hub) = real();
    let mut viewer = hub.open(at(0, &[2])).await.unwrap();
    let sent = viewer
        .snapshots
        .wait_for(|snapshot| snapshot.panels[2].inspection.is_some());
    drop(
        timeout(Duration::from_secs(30), sent)
            .await
            .unwrap()
            .unwrap(),
    );
    let failed = plan(&mut viewer, 2, true).await.lines.unwrap();
    assert!(failed.is_err(), "{failed:?}");
    assert!(plan(&mut viewer, 2, false).await.lines.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_panel_that_asked_nothing_has_no_plan() {
    let (hub, _database) = Database::with_hub(database::config(DASHBOARD));
    let mut viewer = hub.open(at(0, &[])).await.unwrap();
    let failed = plan(&mut viewer, 1, false).await.lines.unwrap();
    assert!(failed.is_err());
}
