//! Notes: written by the command and by viewers, drawn on charts at once, refused with a way out.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod database;
mod stack;
mod terminal;

use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use database::{at, column, config, until};
use kpi_dashboard::config::{self, Config, Secret};
use kpi_dashboard::hub::{DatabaseLink, Hub, NotesLink, Sources, Viewer};
use kpi_dashboard::model::annotation::Annotation;
use kpi_dashboard::model::live::{LiveEvent, LiveItem, LiveLevel};
use kpi_dashboard::model::panel_data::Snapshot;
use kpi_dashboard::model::rowset::ColumnKind;
use kpi_dashboard::model::time::{MINUTE, Moment};
use kpi_dashboard::model::value::Value;
use kpi_dashboard::source::notes::{self, Writer};
use kpi_dashboard::source::postgres::{Database as Pool, feed};
use kpi_dashboard::source::{LiveKind, LiveUpdate};
use stack::Stack;
use tokio::sync::mpsc;
use tokio::time::timeout;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "One"
refresh = "1h"
notes = true
areas = "line number"
[dashboard.panel.line]
kind = "timeseries"
sql = "select $__timeTo()::timestamptz as time, 1 as value"
[dashboard.panel.number]
kind = "stat"
sql = "select 1 as value"
"#;

const COMMAND: &str = r#"
[database]
url = "${DATABASE_URL}"
[redis]
url = "${REDIS_URL:-}"
"#;

fn annotate(stack: &Stack, arguments: &[&str]) -> Output {
    stack.run("annotate", arguments)
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn the_command_writes_a_note_with_its_times_and_tags_and_announces_it() {
    let stack = Stack::start(&[], &format!("{COMMAND}{DASHBOARD}"));
    let done = annotate(
        &stack,
        &[
            "deployed '1.4'",
            "--at",
            "2026-11-22T09:00:00Z",
            "--until",
            "2026-11-22T09:05:00+00:00",
            "--tag",
            "deploy",
            "--tag",
            "a,b",
        ],
    );
    assert_eq!(done.status.code(), Some(0), "{}", words(&done));
    assert_eq!(words(&done).trim(), "note written, announced");
    let row = "select (ts at time zone 'UTC', end_ts at time zone 'UTC', text, tags)::text from kpi.annotations";
    assert_eq!(
        stack.sql(row),
        r#"("2026-11-22 09:00:00","2026-11-22 09:05:00","deployed '1.4'","{deploy,""a,b""}")"#
    );
    let log: Vec<String> = redis::cmd("LRANGE")
        .arg(&["{kpi}:events", "0", "-1"])
        .query(&mut stack.control())
        .unwrap_or_default();
    assert!(
        log.iter().any(|entry| entry.contains("deployed '1.4'")),
        "{log:?}"
    );
}

#[test]
fn a_note_that_makes_no_sense_or_may_not_be_written_says_why() {
    let mut stack = Stack::start(&[], &format!("{COMMAND}{DASHBOARD}"));
    let wrong = annotate(&stack, &["x", "--until", "now-1h"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(words(&wrong).contains("--until"), "{}", words(&wrong));
    stack.sql("create role reader login; grant usage on schema kpi to reader; grant select on kpi.annotations to reader");
    let url = stack.postgres.url_as("reader", "postgres");
    stack.set("DATABASE_URL", Some(&url));
    let refused = annotate(&stack, &["x"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = words(&refused);
    assert!(said.contains("permission denied"), "{said}");
    assert!(said.contains("kpi_writer"), "{said}");
    assert_eq!(stack.sql("select count(*) from kpi.annotations"), "0");
}

fn now() -> Moment {
    Moment(jiff::Timestamp::now().as_microsecond())
}

/// A hub on the stack's database, as this role.
fn hub(url: String) -> Hub {
    let config = Config {
        database: config::Database {
            url: Some(Secret(url)),
            ..config::Database::default()
        },
        ..config(DASHBOARD)
    };
    let pool = Pool::connect(&config.database).unwrap();
    let (requests, inbox) = mpsc::channel(8);
    let (outbox, updates) = mpsc::channel(8);
    feed::spawn(pool, inbox, outbox);
    let (write, notes_inbox) = mpsc::channel(8);
    let (noted, written) = mpsc::channel(8);
    notes::spawn(
        Writer::new(config.database.clone(), None),
        notes_inbox,
        noted,
    );
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        notes: Some(NotesLink {
            requests: write,
            updates: written,
        }),
        ..Sources::default()
    };
    Hub::spawn(Arc::new(config), sources, now)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

async fn seen(viewer: &mut Viewer, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    let seen = viewer.snapshots.wait_for(|snapshot| wanted(snapshot));
    let seen = timeout(Duration::from_secs(60), seen).await;
    Arc::clone(&seen.expect("within a minute").unwrap())
}

#[test]
fn a_viewers_note_is_on_every_viewers_charts_at_once() {
    let stack = Stack::start(&[], "");
    runtime().block_on(async {
        let hub = hub(stack.postgres.url("postgres"));
        let mut writer = hub.open(at(0, &[0, 1])).await.unwrap();
        let mut other = hub.open(at(0, &[0])).await.unwrap();
        seen(&mut writer, |snapshot| snapshot.is_settled).await;
        let before = Moment(now().0 - 5 * MINUTE);
        writer
            .annotate(" sold out\n".to_owned(), Some(before))
            .await
            .unwrap();
        // The dashboard asks once an hour: only the note itself makes it ask.
        for viewer in [&mut writer, &mut other] {
            let snapshot = seen(viewer, |snapshot| !snapshot.annotations.is_empty()).await;
            let note = Annotation {
                at: before,
                until: None,
                text: "sold out".into(),
                color: None,
            };
            assert_eq!(*snapshot.annotations, [note]);
        }
        let snapshot = seen(&mut writer, |snapshot| snapshot.notice.is_some()).await;
        let notice = snapshot.notice.as_ref().unwrap();
        assert_eq!(
            (notice.text.as_str(), notice.is_bad),
            ("note written", false)
        );
        assert!(other.snapshot().notice.is_none(), "it is the writer's");
    });
}

#[test]
fn a_viewer_who_may_not_write_is_told_which_role_may() {
    let stack = Stack::start(&[], "");
    stack.sql("create role reader login; grant usage on schema kpi to reader; grant select on kpi.annotations to reader");
    runtime().block_on(async {
        let hub = hub(stack.postgres.url_as("reader", "postgres"));
        let mut viewer = hub.open(at(0, &[0])).await.unwrap();
        viewer.annotate("x".to_owned(), None).await.unwrap();
        let snapshot = seen(&mut viewer, |snapshot| snapshot.notice.is_some()).await;
        let notice = snapshot.notice.as_ref().unwrap();
        assert!(
            notice.is_bad && notice.text.contains("kpi_writer"),
            "{notice:?}"
        );
    });
}

#[test]
fn without_the_table_the_charts_are_fine_and_the_reason_is_told() {
    let stack = Stack::start(&[], "");
    stack.sql("drop table kpi.annotations");
    runtime().block_on(async {
        let hub = hub(stack.postgres.url("postgres"));
        let mut viewer = hub.open(at(0, &[0])).await.unwrap();
        let snapshot = seen(&mut viewer, |snapshot| {
            snapshot.is_settled && snapshot.notice.is_some()
        })
        .await;
        assert_eq!(
            snapshot.panels[0].health,
            kpi_dashboard::model::panel_data::Health::Live
        );
        let notice = snapshot.notice.as_ref().unwrap();
        assert!(notice.text.contains("kpi migrate"), "{notice:?}");
    });
}

/// One row of events.
fn event(time: i64, text: &str) -> Vec<kpi_dashboard::model::rowset::Column> {
    let at = Value::Timestamp(Moment(time));
    vec![
        column("time", ColumnKind::Time, vec![at]),
        column("text", ColumnKind::Text, vec![Value::Text(text.into())]),
    ]
}

#[tokio::test(start_paused = true)]
async fn events_are_asked_for_where_a_chart_is_in_sight_and_merged_by_time() {
    let text = format!(
        "{DASHBOARD}\n[[dashboard.annotation]]\nname = \"sales\"\ncolor = \"red\"\nsql = \"select sales\"\n"
    );
    let (hub, mut database) = database::Database::with_hub(config(&text));
    let _number = hub.open(at(0, &[1])).await.unwrap();
    let request = database.asked().await;
    assert_eq!(request.sql, "select 1 as value");
    database.number(&request, 1).await;
    database.asked_nothing_for(Duration::from_secs(2)).await;
    let mut viewer = hub.open(at(0, &[0])).await.unwrap();
    let asked = database.asked_all(3).await;
    let notes = asked
        .values()
        .find(|one| one.sql.contains(".annotations"))
        .unwrap();
    let now = database::clock().0;
    database
        .give(&asked["select sales"], event(now - 50, "late"))
        .await;
    database.give(notes, event(now - 90, "early")).await;
    let snapshot = until(&mut viewer, |snapshot| snapshot.annotations.len() == 2).await;
    let texts: Vec<&str> = snapshot
        .annotations
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(texts, ["early", "late"]);
    assert!(snapshot.annotations[1].color.is_some());
}

#[tokio::test(start_paused = true)]
async fn an_event_that_somebody_announces_makes_the_charts_ask_for_notes() {
    let (mut asked, link) = database::Database::new();
    let (announce, news) = mpsc::channel(8);
    let sources = Sources {
        database: Some(link),
        live: Some((LiveKind::Redis, news)),
        ..Sources::default()
    };
    let hub = Hub::spawn(Arc::new(config(DASHBOARD)), sources, database::clock);
    let _viewer = hub.open(at(0, &[0])).await.unwrap();
    for request in asked.asked_all(2).await.values() {
        asked.give(request, Vec::new()).await;
    }
    asked.asked_nothing_for(Duration::from_secs(60)).await;
    let event = LiveItem::Event(LiveEvent {
        text: "deployed".into(),
        level: LiveLevel::Info,
        at: database::clock(),
        labels: std::collections::BTreeMap::new(),
    });
    announce.send(LiveUpdate::Items(vec![event])).await.unwrap();
    let request = asked.asked().await;
    assert!(request.sql.contains(".annotations"), "{}", request.sql);
    asked.asked_nothing_for(Duration::from_secs(60)).await;
}
