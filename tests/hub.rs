//! The hub against a source made of two channels, on a paused clock.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod database;

use std::time::Duration;

use database::{Database, at, config, until};
use kpi_dashboard::hub::{Hub, Looking};
use kpi_dashboard::model::panel_data::{Health, Link};
use kpi_dashboard::model::range::RangeSpec;
use kpi_dashboard::model::value::Value;

const DASHBOARDS: &str = r#"
[[dashboard]]
name = "One"
range = "1h"
refresh = "5s"
areas = """
a b
"""
[dashboard.panel.a]
kind = "stat"
sql = "select $__timeFrom() as a"
[dashboard.panel.b]
kind = "stat"
sql = "select 'b'"

[[dashboard]]
name = "Two"
refresh = "1s"
areas = "c"
[dashboard.panel.c]
kind = "table"
sql = "select 'c'"
"#;

fn hub() -> (Hub, Database) {
    Database::with_hub(config(DASHBOARDS))
}

#[tokio::test(start_paused = true)]
async fn only_what_is_in_sight_is_asked() {
    let (hub, mut database) = hub();
    let _viewer = hub.open(at(0, &[1])).await.unwrap();
    let request = database.asked().await;
    assert_eq!(request.sql, "select 'b'");
    database.asked_nothing_for(Duration::from_secs(3)).await;
}

#[tokio::test(start_paused = true)]
async fn two_viewers_of_one_panel_are_one_query() {
    let (hub, mut database) = hub();
    let mut one = hub.open(at(0, &[1])).await.unwrap();
    let mut two = hub.open(at(0, &[1])).await.unwrap();
    let request = database.asked().await;
    database.number(&request, 7).await;
    for viewer in [&mut one, &mut two] {
        until(viewer, |snapshot| snapshot.panels[1].health == Health::Live).await;
    }
    database.asked_nothing_for(Duration::from_millis(10)).await;
}

#[tokio::test(start_paused = true)]
async fn a_panel_is_asked_again_after_its_refresh_and_not_while_an_answer_is_pending() {
    let (hub, mut database) = hub();
    let mut viewer = hub.open(at(0, &[1])).await.unwrap();
    let first = database.asked().await;
    database.asked_nothing_for(Duration::from_secs(30)).await;
    database.number(&first, 1).await;
    until(&mut viewer, |snapshot| {
        snapshot.panels[1].health == Health::Live
    })
    .await;
    let before = tokio::time::Instant::now();
    database.asked().await;
    assert!(
        before.elapsed() <= Duration::from_secs(5),
        "{:?}",
        before.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_nobody_asks() {
    let (hub, mut database) = hub();
    let viewer = hub.open(at(1, &[0])).await.unwrap();
    let request = database.asked().await;
    database.number(&request, 1).await;
    drop(viewer);
    database.asked_nothing_for(Duration::from_secs(20)).await;
}

#[tokio::test(start_paused = true)]
async fn a_failing_panel_keeps_its_rows_says_why_and_is_asked_again_within_ten_seconds() {
    let (hub, mut database) = hub();
    let mut viewer = hub.open(at(0, &[1])).await.unwrap();
    let request = database.asked().await;
    database.number(&request, 42).await;
    until(&mut viewer, |snapshot| {
        snapshot.panels[1].health == Health::Live
    })
    .await;
    for _ in 0..6 {
        let request = database.asked().await;
        database.fail(&request).await;
        let snapshot = until(&mut viewer, |snapshot| {
            matches!(snapshot.panels[1].health, Health::Failed { .. })
        })
        .await;
        assert_eq!(snapshot.panels[1].rows.columns[0].values, [Value::Int(42)]);
        let Health::Failed { why, .. } = &snapshot.panels[1].health else {
            unreachable!()
        };
        assert!(!why.summary.is_empty());
        assert!(matches!(snapshot.links.database, Link::Down { .. }));
        let failed = tokio::time::Instant::now();
        let request = database.asked().await;
        assert!(
            failed.elapsed() <= Duration::from_secs(10),
            "{:?}",
            failed.elapsed()
        );
        database.number(&request, 42).await;
        let snapshot = until(&mut viewer, |snapshot| {
            snapshot.panels[1].health == Health::Live
        })
        .await;
        assert_eq!(snapshot.links.database, Link::Up);
    }
}

#[tokio::test(start_paused = true)]
async fn when_the_database_answers_again_nobody_waits_out_a_back_off() {
    let (hub, mut database) = hub();
    let _viewer = hub.open(at(0, &[0, 1])).await.unwrap();
    let (first, second) = (database.asked().await, database.asked().await);
    database.fail(&first).await;
    database.fail(&second).await;
    let (mut first, mut second) = (database.asked().await, database.asked().await);
    for _ in 0..4 {
        database.fail(&first).await;
        database.fail(&second).await;
        (first, second) = (database.asked().await, database.asked().await);
    }
    database.fail(&first).await;
    database.number(&second, 1).await;
    let before = tokio::time::Instant::now();
    assert_eq!(database.asked().await.key, first.key);
    assert!(
        before.elapsed() < Duration::from_millis(50),
        "{:?}",
        before.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_changes_nothing_is_no_new_picture() {
    let (hub, mut database) = hub();
    let mut viewer = hub.open(at(1, &[0])).await.unwrap();
    let request = database.asked().await;
    database.number(&request, 5).await;
    let first = until(&mut viewer, |snapshot| {
        snapshot.panels[0].health == Health::Live
    })
    .await;
    let asked = first.panels[0].asked_at;
    let request = database.asked().await;
    database.number(&request, 5).await;
    viewer.snapshots.mark_unchanged();
    viewer.snapshots.changed().await.unwrap();
    let second = viewer.snapshot();
    assert_eq!(second.revision, first.revision);
    assert!(second.panels[0].asked_at >= asked);
    let request = database.asked().await;
    database.number(&request, 6).await;
    until(&mut viewer, |snapshot| snapshot.revision > first.revision).await;
}

#[tokio::test(start_paused = true)]
async fn a_paused_picture_stands_still_and_asks_nothing() {
    let (hub, mut database) = hub();
    let mut viewer = hub.open(at(1, &[0])).await.unwrap();
    let request = database.asked().await;
    database.number(&request, 5).await;
    until(&mut viewer, |snapshot| {
        snapshot.panels[0].health == Health::Live
    })
    .await;
    viewer
        .look(Looking {
            paused: true,
            ..at(1, &[0])
        })
        .await
        .unwrap();
    database.asked_nothing_for(Duration::from_secs(20)).await;
    viewer.look(at(1, &[0])).await.unwrap();
    database.asked().await;
}

#[tokio::test(start_paused = true)]
async fn a_viewer_of_its_own_range_is_a_query_of_its_own() {
    let (hub, mut database) = hub();
    let _hour = hub.open(at(0, &[0])).await.unwrap();
    let hour = database.asked().await;
    let looking = Looking {
        range: Some(RangeSpec::parse("6h").unwrap()),
        ..at(0, &[0])
    };
    let _six = hub.open(looking).await.unwrap();
    let six = database.asked().await;
    assert_ne!(hour.sql, six.sql);
}

#[tokio::test(start_paused = true)]
async fn refresh_asks_now_and_once_more_when_an_answer_was_pending() {
    let (hub, mut database) = hub();
    let mut viewer = hub.open(at(0, &[1])).await.unwrap();
    let request = database.asked().await;
    viewer.refresh().await.unwrap();
    database.asked_nothing_for(Duration::from_millis(1)).await;
    database.number(&request, 1).await;
    until(&mut viewer, |snapshot| {
        snapshot.panels[1].health == Health::Live
    })
    .await;
    let before = tokio::time::Instant::now();
    database.asked().await;
    assert!(before.elapsed() < Duration::from_millis(50));
}

#[tokio::test(start_paused = true)]
async fn a_macro_that_does_not_exist_fails_its_panel_only() {
    let (hub, mut database) =
        Database::with_hub(config(&DASHBOARDS.replace("$__timeFrom()", "$__timeFrm()")));
    let mut viewer = hub.open(at(0, &[0, 1])).await.unwrap();
    let snapshot = until(&mut viewer, |snapshot| {
        matches!(snapshot.panels[0].health, Health::Failed { .. })
    })
    .await;
    let Health::Failed { why, .. } = &snapshot.panels[0].health else {
        unreachable!()
    };
    assert!(why.summary.contains("$__timeFrm"), "{why:?}");
    assert_eq!(database.asked().await.sql, "select 'b'");
}
