//! Live updates in the hub: what a sample moves, what it asks for, and what is counted.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kpi_dashboard::config::{Config, LoadOptions};
use kpi_dashboard::hub::{DatabaseLink, Hub, Looking, Sources, Viewer};
use kpi_dashboard::model::live::{LiveEvent, LiveItem, LiveLevel, LiveSample};
use kpi_dashboard::model::panel_data::{Shape, Snapshot};
use kpi_dashboard::model::range::RangeSpec;
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::time::{MINUTE, Moment, SECOND};
use kpi_dashboard::model::value::Value;
use kpi_dashboard::source::postgres::QueryError;
use kpi_dashboard::source::{Answer, LiveKind, LiveUpdate, Request, Update};
use tokio::sync::mpsc;
use tokio::time::timeout;

const NOW: i64 = 1_790_000_000 * SECOND;

const DASHBOARD: &str = r#"
[[dashboard]]
name = "Live"
range = "10m"
refresh = "5m"
areas = "line number regions rows log"

[dashboard.panel.line]
kind = "timeseries"
live = "orders"
sql = "select 'line'"

[dashboard.panel.number]
kind = "stat"
live = "orders"
sql = "select 'number'"

[dashboard.panel.regions]
kind = "bars"
live = "orders"
sql = "select 'regions'"

[dashboard.panel.rows]
kind = "table"
live = "orders"
sql = "select 'rows'"

[dashboard.panel.log]
kind = "log"
"#;

fn clock() -> Moment {
    Moment(NOW)
}

struct Stage {
    requests: mpsc::Receiver<Request>,
    answers: mpsc::Sender<Update>,
    live: mpsc::Sender<LiveUpdate>,
    viewer: Viewer,
}

fn column(name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
    Column {
        name: name.into(),
        type_name: "x".into(),
        kind,
        values,
    }
}

/// A point a minute, the last one a minute ago.
fn minutes(values: &[i64]) -> Rowset {
    let first = NOW - MINUTE * i64::try_from(values.len()).unwrap();
    let times = (0..values.len())
        .map(|n| Value::Timestamp(Moment(first + MINUTE * i64::try_from(n).unwrap())));
    let columns = vec![
        column("time", ColumnKind::Time, times.collect()),
        column(
            "orders",
            ColumnKind::Number,
            values.iter().map(|value| Value::Int(*value)).collect(),
        ),
    ];
    Rowset {
        columns,
        truncated: false,
    }
}

impl Stage {
    /// A viewer of these panels, each answered once.
    async fn of(panels: &[usize]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, DASHBOARD).unwrap();
        let options = LoadOptions {
            path: Some(path),
            ..LoadOptions::default()
        };
        let config: Arc<Config> = Arc::new(kpi_dashboard::config::load(&options).unwrap());
        let (requests, inbox) = mpsc::channel(16);
        let (answers, updates) = mpsc::channel(16);
        let (live, news) = mpsc::channel(16);
        let sources = Sources {
            database: Some(DatabaseLink { requests, updates }),
            live: Some((LiveKind::Redis, news)),
            notes: None,
            ..Sources::default()
        };
        let hub = Hub::spawn(config, sources, clock);
        let looking = Looking {
            panels: panels.iter().map(|panel| (*panel, 60)).collect(),
            ..Looking::default()
        };
        let viewer = hub.open(looking).await.unwrap();
        let mut stage = Self {
            requests: inbox,
            answers,
            live,
            viewer,
        };
        for panel in panels.iter().filter(|panel| **panel != 4) {
            stage.answer(&minutes(&[10, 20, 30])).await;
            let panel = *panel;
            stage
                .until(|snapshot| snapshot.panels[panel].asked_at.is_some())
                .await;
        }
        stage
    }

    async fn asked(&mut self) -> Request {
        timeout(Duration::from_secs(60), self.requests.recv())
            .await
            .expect("a request")
            .unwrap()
    }

    async fn asked_nothing(&mut self, wait: Duration) {
        let asked = timeout(wait, self.requests.recv()).await;
        assert!(asked.is_err(), "asked {asked:?}");
    }

    async fn answer(&mut self, rows: &Rowset) {
        let request = self.asked().await;
        let rows = if request.sql.contains("regions") {
            let names = ["eu", "us"].map(|name| Value::Text(name.into()));
            Rowset {
                columns: vec![
                    column("region", ColumnKind::Text, names.into()),
                    column(
                        "orders",
                        ColumnKind::Number,
                        vec![Value::Int(1), Value::Int(2)],
                    ),
                ],
                truncated: false,
            }
        } else {
            rows.clone()
        };
        let update = Update {
            key: request.key,
            result: Ok(Answer::of(rows)),
        };
        self.answers.send(update).await.unwrap();
    }

    async fn until(&mut self, wanted: impl FnMut(&Arc<Snapshot>) -> bool) -> Arc<Snapshot> {
        let seen = timeout(
            Duration::from_secs(60),
            self.viewer.snapshots.wait_for(wanted),
        )
        .await;
        Arc::clone(&seen.expect("the wanted snapshot").unwrap())
    }

    async fn push(&self, samples: &[(i64, &str, Option<&str>)]) {
        let items = samples.iter().map(|(at, value, region)| {
            let labels: BTreeMap<String, String> = region
                .iter()
                .map(|region| ("region".to_owned(), (*region).to_owned()))
                .collect();
            LiveItem::Sample(LiveSample::new("orders", value, Moment(NOW + at), labels).unwrap())
        });
        self.live
            .send(LiveUpdate::Items(items.collect()))
            .await
            .unwrap();
    }
}

fn values(snapshot: &Snapshot, panel: usize) -> Vec<f64> {
    match snapshot.panels[panel].shape.as_ref() {
        Shape::Series(series) => series[0].points.iter().map(|point| point.value).collect(),
        Shape::Bars(bars) => bars.iter().map(|bar| bar.value).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_sample_becomes_a_point_in_its_bucket_at_once() {
    let mut stage = Stage::of(&[0]).await;
    stage
        .push(&[(SECOND, "41", None), (2 * SECOND, "42", None)])
        .await;
    let snapshot = stage.until(|snapshot| values(snapshot, 0).len() == 4).await;
    assert_eq!(
        values(&snapshot, 0),
        [10.0, 20.0, 30.0, 42.0],
        "one bucket, the last sample in it"
    );
    assert_eq!(snapshot.panels[0].newest_at, Some(Moment(NOW + 2 * SECOND)));
    stage.asked_nothing(Duration::from_secs(30)).await;
}

#[tokio::test(start_paused = true)]
async fn the_window_moves_on_and_points_leave_it() {
    let mut stage = Stage::of(&[0]).await;
    // The clock of these tests stands still: half a minute ahead is no wrong clock yet.
    for step in 1..=200 {
        stage
            .push(&[(step * SECOND / 4, &step.to_string(), None)])
            .await;
    }
    let snapshot = stage
        .until(|snapshot| values(snapshot, 0).last() == Some(&200.0))
        .await;
    assert!(values(&snapshot, 0).len() <= 5);
    let window = snapshot.panels[0].window;
    assert_eq!(window.to, Moment(NOW + 50 * SECOND));
    assert_eq!(window.span(), 10 * MINUTE);
}

#[tokio::test(start_paused = true)]
async fn a_poll_is_the_truth_that_replaces_what_was_appended() {
    let mut stage = Stage::of(&[0]).await;
    stage.push(&[(SECOND, "99", None)]).await;
    stage
        .until(|snapshot| values(snapshot, 0).last() == Some(&99.0))
        .await;
    stage.viewer.refresh().await.unwrap();
    stage.answer(&minutes(&[1, 2, 3])).await;
    let snapshot = stage.until(|snapshot| values(snapshot, 0)[0] == 1.0).await;
    assert_eq!(values(&snapshot, 0), [1.0, 2.0, 3.0]);
}

#[tokio::test(start_paused = true)]
async fn a_sample_that_comes_while_an_answer_is_pending_is_not_lost() {
    let mut stage = Stage::of(&[0]).await;
    stage.viewer.refresh().await.unwrap();
    let request = stage.asked().await;
    stage.push(&[(SECOND, "77", None)]).await;
    stage
        .until(|snapshot| values(snapshot, 0).last() == Some(&77.0))
        .await;
    // The database had not seen it when it answered.
    let update = Update {
        key: request.key,
        result: Ok(Answer::of(minutes(&[10, 20, 31]))),
    };
    stage.answers.send(update).await.unwrap();
    let snapshot = stage.until(|snapshot| values(snapshot, 0)[2] == 31.0).await;
    assert_eq!(values(&snapshot, 0), [10.0, 20.0, 31.0, 77.0]);
}

#[tokio::test(start_paused = true)]
async fn a_labelled_sample_moves_its_bar_and_never_a_sum() {
    let mut stage = Stage::of(&[1, 2]).await;
    stage.push(&[(SECOND, "50", Some("us"))]).await;
    let snapshot = stage
        .until(|snapshot| values(snapshot, 1 + 1)[1] == 50.0)
        .await;
    assert_eq!(values(&snapshot, 2), [1.0, 50.0]);
    assert_eq!(
        values(&snapshot, 1),
        [10.0, 20.0, 30.0],
        "which sum it is part of, only SQL knows"
    );
    assert_eq!(stage.asked().await.sql, "select 'number'");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_applied_is_asked_for_and_a_burst_is_one_question() {
    let mut stage = Stage::of(&[3]).await;
    for step in 1..=1000 {
        stage.push(&[(step * 1000, "1", None)]).await;
    }
    assert_eq!(stage.asked().await.sql, "select 'rows'");
    stage.asked_nothing(Duration::from_millis(400)).await;
}

#[tokio::test(start_paused = true)]
async fn odd_samples_are_counted_and_late_ones_asked_for() {
    let mut stage = Stage::of(&[0]).await;
    stage
        .push(&[(2 * SECOND, "5", None), (2 * SECOND, "5", None)])
        .await;
    stage
        .push(&[(SECOND, "4", None), (2 * MINUTE, "6", None)])
        .await;
    let snapshot = stage.until(|snapshot| snapshot.live.future == 1).await;
    assert_eq!(
        (
            snapshot.live.duplicate,
            snapshot.live.late,
            snapshot.live.future
        ),
        (1, 1, 1)
    );
    assert_eq!(values(&snapshot, 0).last(), Some(&5.0));
    assert_eq!(stage.asked().await.sql, "select 'line'");
}

#[tokio::test(start_paused = true)]
async fn a_hole_is_told_and_its_panels_are_asked() {
    let mut stage = Stage::of(&[0, 2]).await;
    let resync = LiveUpdate::Resync {
        why: "Redis was wiped".into(),
        metrics: None,
    };
    stage.live.send(resync).await.unwrap();
    let snapshot = stage.until(|snapshot| snapshot.live.resyncs == 1).await;
    assert_eq!(snapshot.resync.as_ref().unwrap().why, "Redis was wiped");
    let mut asked = [stage.asked().await.sql, stage.asked().await.sql];
    asked.sort();
    assert_eq!(asked, ["select 'line'", "select 'regions'"]);
}

#[tokio::test(start_paused = true)]
async fn a_wish_for_another_metric_asks_nothing() {
    let mut stage = Stage::of(&[0]).await;
    stage
        .live
        .send(LiveUpdate::Refresh("revenue".into()))
        .await
        .unwrap();
    stage.asked_nothing(Duration::from_secs(20)).await;
    stage
        .live
        .send(LiveUpdate::Refresh("orders".into()))
        .await
        .unwrap();
    assert_eq!(stage.asked().await.sql, "select 'line'");
}

#[tokio::test(start_paused = true)]
async fn events_fill_the_log_newest_first_and_once() {
    let mut stage = Stage::of(&[4]).await;
    let event = |at: i64, text: &str| {
        let at = Moment(NOW + at);
        LiveItem::Event(LiveEvent {
            text: text.into(),
            level: LiveLevel::Error,
            at,
            labels: BTreeMap::new(),
        })
    };
    stage
        .live
        .send(LiveUpdate::Items(vec![
            event(1, "first"),
            event(2, "second"),
        ]))
        .await
        .unwrap();
    stage
        .live
        .send(LiveUpdate::Snapshot(vec![
            event(2, "second"),
            event(3, "third"),
        ]))
        .await
        .unwrap();
    let lines = |snapshot: &Snapshot| match snapshot.panels[4].shape.as_ref() {
        Shape::Log(lines) => lines
            .iter()
            .map(|line| line.text.clone())
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let snapshot = stage.until(|snapshot| lines(snapshot).len() == 3).await;
    assert_eq!(lines(&snapshot), ["third", "second", "first"]);
}

#[tokio::test(start_paused = true)]
async fn a_hole_and_what_was_dropped_are_shown_also_where_no_picture_changes() {
    let mut stage = Stage::of(&[0]).await;
    let before = stage.viewer.snapshot().revision;
    stage.live.send(LiveUpdate::Dropped(3)).await.unwrap();
    let snapshot = stage.until(|snapshot| snapshot.live.dropped == 3).await;
    let dropped = snapshot.revision;
    assert!(dropped > before, "nobody draws the same revision again");
    let resync = LiveUpdate::Resync {
        why: "trimmed".into(),
        metrics: Some(Vec::new()),
    };
    stage.live.send(resync).await.unwrap();
    let snapshot = stage.until(|snapshot| snapshot.live.resyncs == 1).await;
    assert!(snapshot.revision > dropped);
}

#[tokio::test(start_paused = true)]
async fn what_came_while_nobody_looked_is_asked_for_when_somebody_does() {
    for hole in [false, true] {
        let mut stage = Stage::of(&[0]).await;
        let looking = Looking {
            panels: vec![(0, 60)],
            ..Looking::default()
        };
        let paused = Looking {
            paused: true,
            ..looking.clone()
        };
        stage.viewer.look(paused.clone()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        stage.viewer.look(looking.clone()).await.unwrap();
        stage.asked_nothing(Duration::from_secs(5)).await;
        stage.viewer.look(paused).await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        if hole {
            let resync = LiveUpdate::Resync {
                why: "emptied".into(),
                metrics: None,
            };
            stage.live.send(resync).await.unwrap();
        } else {
            stage.push(&[(SECOND, "77", None)]).await;
        }
        stage.asked_nothing(Duration::from_secs(5)).await;
        stage.viewer.look(looking).await.unwrap();
        assert_eq!(stage.asked().await.sql, "select 'line'");
    }
}

#[tokio::test(start_paused = true)]
async fn a_sample_of_today_moves_nobody_who_looks_at_yesterday() {
    let mut stage = Stage::of(&[0]).await;
    let looking = Looking {
        range: Some(RangeSpec::parse("now-2d/d to now-1d/d").unwrap()),
        panels: vec![(0, 60)],
        ..Looking::default()
    };
    stage.viewer.look(looking).await.unwrap();
    stage.answer(&minutes(&[1, 2, 3])).await;
    let before = stage.until(|snapshot| values(snapshot, 0)[0] == 1.0).await;
    stage.push(&[(SECOND, "99", None)]).await;
    stage.asked_nothing(Duration::from_secs(5)).await;
    let after = stage.viewer.snapshot();
    assert_eq!(values(&after, 0), [1.0, 2.0, 3.0]);
    assert_eq!(after.panels[0].window, before.panels[0].window);
}

#[tokio::test(start_paused = true)]
async fn a_query_that_fails_keeps_to_its_back_off_however_much_is_pushed() {
    let mut stage = Stage::of(&[3]).await;
    let mut asked = 0;
    let began = tokio::time::Instant::now();
    let mut step = 0;
    while began.elapsed() < Duration::from_secs(40) {
        step += 1;
        stage.push(&[(step * 1000, "1", None)]).await;
        if let Ok(request) = timeout(Duration::from_millis(10), stage.requests.recv()).await {
            asked += 1;
            let update = Update {
                key: request.unwrap().key,
                result: Err(Box::new(QueryError::Lost("gone".into()))),
            };
            stage.answers.send(update).await.unwrap();
        }
    }
    assert!((4..=10).contains(&asked), "asked {asked} times in 40 s");
}

#[tokio::test(start_paused = true)]
async fn a_sample_dated_before_the_question_and_told_after_it_is_asked_for() {
    let mut stage = Stage::of(&[0]).await;
    stage.viewer.refresh().await.unwrap();
    let request = stage.asked().await;
    stage.push(&[(-SECOND, "77", None)]).await;
    stage
        .until(|snapshot| values(snapshot, 0).last() == Some(&77.0))
        .await;
    let update = Update {
        key: request.key,
        result: Ok(Answer::of(minutes(&[10, 20, 31]))),
    };
    stage.answers.send(update).await.unwrap();
    assert_eq!(stage.asked().await.sql, "select 'line'");
}

#[tokio::test(start_paused = true)]
async fn history_that_is_pushed_is_asked_for_and_never_shown_as_news() {
    let mut stage = Stage::of(&[1]).await;
    stage.push(&[(-60 * MINUTE, "1", None)]).await;
    stage.push(&[(-59 * MINUTE, "2", None)]).await;
    assert_eq!(stage.asked().await.sql, "select 'number'");
    let snapshot = stage.viewer.snapshot();
    assert_eq!(values(&snapshot, 1), [10.0, 20.0, 30.0]);
    assert_eq!(snapshot.live.late, 0, "late is what comes out of order");
}

#[tokio::test(start_paused = true)]
async fn a_series_without_buckets_grows_only_so_far() {
    let mut stage = Stage::of(&[0]).await;
    stage.viewer.refresh().await.unwrap();
    let mut raw = minutes(&[1, 2, 3]);
    raw.columns[0].values = (1..=3)
        .map(|n| Value::Timestamp(Moment(NOW - n * 1000)))
        .rev()
        .collect();
    stage.answer(&raw).await;
    stage
        .until(|snapshot| values(snapshot, 0) == [1.0, 2.0, 3.0])
        .await;
    for batch in 0..30 {
        let samples: Vec<(i64, String)> = (0..1000)
            .map(|n| (batch * 1_000_000 + n * 1000, n.to_string()))
            .collect();
        let samples: Vec<_> = samples
            .iter()
            .map(|(at, value)| (*at, value.as_str(), None))
            .collect();
        stage.push(&samples).await;
    }
    assert_eq!(
        stage.asked().await.sql,
        "select 'line'",
        "its SQL knows a limit of rows"
    );
    let points = values(&stage.viewer.snapshot(), 0).len();
    assert!((1000..=20_000).contains(&points), "{points}");
}
