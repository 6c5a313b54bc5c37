//! Everything goes wrong while samples are pushed, and at the end the screen shows what SQL says.
//!
//! `KPI_TEST_SAMPLES=1000000 cargo test --release --test chaos -- --nocapture` for the full size.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod stack;
mod terminal;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kpi_dashboard::config::{Config, LoadOptions};
use kpi_dashboard::hub::{DatabaseLink, Hub, Looking, Sources};
use kpi_dashboard::model::panel_data::{Shape, Snapshot};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::source::LiveKind;
use kpi_dashboard::source::postgres::{self, Database};
use kpi_dashboard::source::redis::{Keys, RedisTarget, follow};
use tokio::sync::mpsc;

use stack::{Stack, order};

const METRICS: [&str; 4] = ["m0", "m1", "m2", "m3"];

/// Numbers for each metric, all of them together, and a line: what is appended, replaced and asked for.
fn config() -> String {
    let mut text = r#"
[database]
url = "${DATABASE_URL}"
schema = "kpi"
timeout = "20s"
[redis]
url = "${REDIS_URL}"
[[dashboard]]
name = "Chaos"
range = "15m"
refresh = "2s"
rows = ["4", "1fr", "1fr"]
areas = """
m0 m1 m2 m3
line line line line
sums sums bars bars
"""
[dashboard.panel.line]
kind = "timeseries"
live = { metric = "m0", apply = "append" }
sql = """
select $__timeGroup(ts, $__interval) as time, max(value) as m0 from samples
where metric = 'm0' and $__timeFilter(ts) group by 1 order by 1
"""
[dashboard.panel.sums]
kind = "table"
live = "m0"
sql = "select metric, count(*)::text as samples, sum(value)::text as total from samples group by 1 order by 1"
[dashboard.panel.bars]
kind = "bars"
decimals = 0
unit = "none"
live = { metric = "m1", apply = "refresh" }
sql = "select metric, count(*)::float8 as samples from samples group by 1 order by 1"
"#
    .to_owned();
    for metric in METRICS {
        let _ = write!(
            text,
            "[dashboard.panel.{metric}]\nkind = \"stat\"\nunit = \"none\"\ndecimals = 0\nlive = \"{metric}\"\n\
             sql = \"select value from samples where metric = '{metric}' order by ts desc limit 1\"\n"
        );
    }
    text
}

fn clock() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Moment(i64::try_from(since.as_micros()).unwrap())
}

/// A hub on the same servers, whose picture can be compared number by number.
async fn watch(stack: &Stack, config: &Arc<Config>) -> kpi_dashboard::hub::Viewer {
    let database = Database::connect(&config.database).unwrap();
    let (requests, inbox) = mpsc::channel(32);
    let (outbox, updates) = mpsc::channel(32);
    postgres::feed::spawn(database, inbox, outbox);
    let (sender, news) = mpsc::channel(32);
    let target = RedisTarget::parse(&stack.redis.url(), None).unwrap();
    tokio::spawn(follow(target, Keys::new("kpi").unwrap(), sender));
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        live: Some((LiveKind::Redis, news)),
        notes: None,
        ..Sources::default()
    };
    let panels = config.dashboards[0].panels.len();
    let looking = Looking {
        panels: (0..panels).map(|panel| (panel, 100)).collect(),
        ..Looking::default()
    };
    let hub = Hub::spawn(Arc::clone(config), sources, clock);
    hub.open(looking).await.unwrap()
}

/// Lines for `kpi push -`, each dated later than the one before. Waits for nobody but `pace`.
fn feed(mut into: impl Write, count: u64, pace: Duration, fed: &AtomicU64) {
    let began = Instant::now();
    let mut last = 0;
    for batch in 0..count.div_ceil(100) {
        let mut lines = String::new();
        for n in batch * 100..count.min((batch + 1) * 100) {
            last = clock().0.max(last + 1);
            let metric = METRICS[n as usize % METRICS.len()];
            let at = Moment(last).rfc3339();
            let value = 1_000_000 + n;
            let _ = writeln!(
                lines,
                r#"{{"metric":"{metric}","value":"{value}","ts":"{at}"}}"#
            );
        }
        into.write_all(lines.as_bytes()).expect("kpi push reads");
        fed.store(count.min((batch + 1) * 100), Ordering::Relaxed);
        let due = began + pace.mul_f64((batch + 1) as f64 / count.div_ceil(100) as f64);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

/// An entry that is trimmed before any reader can be served: a transaction is served as a whole.
fn trim_unread(stack: &Stack) {
    redis::pipe()
        .atomic()
        .cmd("HINCRBY")
        .arg("{kpi}:latest")
        .arg("_seq")
        .arg(1)
        .cmd("XADD")
        .arg("{kpi}:log")
        .arg("*")
        .arg("metric")
        .arg("nobody's")
        .arg("value")
        .arg("7")
        .cmd("XTRIM")
        .arg("{kpi}:log")
        .arg("MAXLEN")
        .arg(0)
        .exec(&mut stack.control())
        .unwrap();
}

async fn until(what: &str, mut wanted: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !wanted() {
        assert!(Instant::now() < deadline, "waited for {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The numbers of a picture as SQL would print them.
fn shown(snapshot: &Snapshot, config: &Config, id: &str) -> String {
    let dashboard = &config.dashboards[0];
    let index = dashboard
        .panels
        .iter()
        .position(|one| one.id == id)
        .unwrap();
    let data = &snapshot.panels[index];
    let lines: Vec<String> = match data.shape.as_ref() {
        Shape::Series(series) => series
            .iter()
            .flat_map(|one| &one.points)
            .map(|point| point.value.to_string())
            .collect(),
        Shape::Bars(bars) => bars
            .iter()
            .map(|bar| format!("{}|{}", bar.label, bar.value))
            .collect(),
        Shape::Rows => {
            let columns = &data.rows.columns;
            let rows = columns.first().map_or(0, |column| column.values.len());
            (0..rows)
                .map(|row| {
                    let cells = columns.iter().map(|column| match &column.values[row] {
                        Value::Int(number) => number.to_string(),
                        Value::Decimal(text) | Value::Text(text) => text.to_string(),
                        other => format!("{other:?}"),
                    });
                    cells.collect::<Vec<_>>().join("|")
                })
                .collect()
        }
        _ => Vec::new(),
    };
    lines.join("\n")
}

#[tokio::test]
async fn whatever_breaks_while_samples_are_pushed_the_screen_ends_with_what_sql_says() {
    let count: u64 = std::env::var("KPI_TEST_SAMPLES").map_or(20_000, |text| text.parse().unwrap());
    let pace = if count > 100_000 {
        Duration::ZERO
    } else {
        Duration::from_secs(6)
    };
    let mut stack = tokio::task::spawn_blocking(|| Stack::start(&METRICS, &config()))
        .await
        .unwrap();
    let options = LoadOptions {
        path: Some(stack.folder.path().join("config.toml")),
        environment: stack.environment.iter().cloned().collect(),
        ..LoadOptions::default()
    };
    let config: Arc<Config> = Arc::new(kpi_dashboard::config::load(&options).unwrap());
    let mut viewer = watch(&stack, &config).await;
    let screen = stack.viewer(160, 50);
    until("both connections of the screen", || {
        let text = screen.screen();
        text.contains("● pg") && text.contains("● redis")
    })
    .await;
    let holes: Arc<Mutex<Vec<String>>> = Arc::default();
    let mut snapshots = viewer.snapshots.clone();
    let noted = Arc::clone(&holes);
    let noting = tokio::spawn(async move {
        let mut last = None;
        while snapshots.changed().await.is_ok() {
            let resync = snapshots.borrow_and_update().resync.clone();
            if resync != last {
                noted
                    .lock()
                    .unwrap()
                    .extend(resync.iter().map(|one| one.why.clone()));
                last = resync;
            }
        }
    });
    until("the hub's own connection", || {
        let links = viewer.snapshot().links.clone();
        links.redis == kpi_dashboard::model::panel_data::Link::Up
    })
    .await;
    let memory = screen.resident();
    let began = Instant::now();

    // The writer, as it is run.
    let mut push = stack.command(&["push", "-"]).spawn().unwrap();
    let into = push.stdin.take().unwrap();
    let fed = Arc::new(AtomicU64::new(0));
    let done = Arc::clone(&fed);
    let feeding = std::thread::spawn(move || feed(into, count, pace, &done));

    // Connections die at any time.
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let socket = stack.redis.socket();
    let killing = std::thread::spawn(move || {
        let url = format!("unix://{}", socket.display());
        let mut kills = 0;
        while !stopped.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(fastrand::u64(50..500)));
            let connection = redis::Client::open(url.as_str()).unwrap().get_connection();
            let kind = ["normal", "pubsub"][fastrand::usize(..2)];
            if let Ok(mut connection) = connection {
                kills += u32::from(order(&mut connection, &["CLIENT", "KILL", "TYPE", kind]));
            }
        }
        kills
    });

    // What no reader can survive without a hole, one after the other; each is told before the next.
    let told = || viewer.snapshot().live.resyncs;
    let mut disasters = 0;
    for (share, disaster) in [
        (0.15, "trim"),
        (0.35, "wipe"),
        (0.55, "restart"),
        (0.75, "postgres"),
    ] {
        until("the push goes on", || {
            fed.load(Ordering::Relaxed) as f64 >= count as f64 * share
        })
        .await;
        let before = told();
        match disaster {
            "trim" => trim_unread(&stack),
            "wipe" => assert!(order(&mut stack.control(), &["FLUSHALL"])),
            "restart" => stack.redis.restart().unwrap(),
            _ => {
                stack.postgres.restart().unwrap();
                continue;
            }
        }
        disasters += 1;
        until(&format!("the {disaster} is told"), || told() > before).await;
        until("the same on the screen", || {
            screen.screen().contains("resync")
        })
        .await;
    }
    until("everything is fed", || feeding.is_finished()).await;
    feeding.join().unwrap();
    let status = tokio::task::spawn_blocking(move || {
        let status = push.wait().unwrap();
        let mut words = String::new();
        push.stderr
            .take()
            .unwrap()
            .read_to_string(&mut words)
            .unwrap();
        (status, words)
    })
    .await
    .unwrap();
    stop.store(true, Ordering::Relaxed);
    let kills = killing.join().unwrap();
    let pushed = began.elapsed();
    assert!(status.0.success(), "kpi push: {}", status.1);

    // What SQL says.
    assert_eq!(
        stack.sql("select count(*) from kpi.samples"),
        count.to_string(),
        "nothing is lost"
    );
    let sums =
        stack.sql("select metric, count(*), sum(value) from kpi.samples group by 1 order by 1");
    let counts = stack.sql("select metric, count(*) from kpi.samples group by 1 order by 1");
    let lasts: Vec<String> = METRICS
        .iter()
        .map(|metric| {
            stack.sql(&format!(
                "select value from kpi.samples where metric = '{metric}' order by ts desc limit 1"
            ))
        })
        .collect();

    // What the hub's picture says.
    let same = viewer.snapshots.wait_for(|snapshot| {
        let lasts = METRICS.iter().zip(&lasts);
        lasts
            .into_iter()
            .all(|(metric, last)| shown(snapshot, &config, metric) == *last)
            && shown(snapshot, &config, "sums") == sums
            && shown(snapshot, &config, "bars") == counts
    });
    let same = tokio::time::timeout(Duration::from_secs(30), same)
        .await
        .is_ok();
    let snapshot = viewer.snapshot();
    for (metric, last) in METRICS.iter().zip(&lasts) {
        assert_eq!(shown(&snapshot, &config, metric), *last, "{metric}");
    }
    assert_eq!(shown(&snapshot, &config, "sums"), sums);
    assert_eq!(shown(&snapshot, &config, "bars"), counts);
    assert!(same);
    viewer.refresh().await.unwrap();
    let line = config.dashboards[0]
        .panels
        .iter()
        .position(|one| one.id == "line")
        .unwrap();
    let asked = snapshot.panels[line].asked_at;
    let polled = viewer
        .snapshots
        .wait_for(|snapshot| snapshot.panels[line].asked_at > asked);
    let snapshot = Arc::clone(&polled.await.unwrap());
    let data = &snapshot.panels[line];
    let chart = stack.sql(&format!(
        "select max(value) from kpi.samples where metric = 'm0' \
         group by floor(extract(epoch from ts) * 1000000 / {0}) order by floor(extract(epoch from min(ts)) * 1000000 / {0})",
        data.interval
    ));
    assert_eq!(
        shown(&snapshot, &config, "line"),
        chart,
        "every bucket of the line"
    );

    // What the screen says.
    let cells: Vec<String> = sums
        .replace('|', " ")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let began_to_compare = Instant::now();
    until("SQL's numbers on the screen", || {
        let text = screen.screen();
        assert!(
            began_to_compare.elapsed() < Duration::from_secs(20),
            "the screen does not show {lasts:?} and {cells:?}:\n{text}"
        );
        let digits: String = text
            .chars()
            .filter(|one| *one != ',' && *one != ' ')
            .collect();
        lasts.iter().all(|last| text.contains(last))
            && cells.iter().all(|cell| digits.contains(cell))
    })
    .await;
    noting.abort();
    let holes = holes.lock().unwrap().clone();
    assert!(snapshot.live.resyncs >= disasters, "{holes:?}");
    eprintln!(
        "{count} samples in {pushed:.1?} ({:.0}/s), {kills} rounds of kills; resyncs {} {holes:?}; dropped {}, late {}, \
         duplicate {}; the viewer {:.1} → {:.1} MB, {:?} frames and bytes; push: {}",
        count as f64 / pushed.as_secs_f64(),
        snapshot.live.resyncs,
        snapshot.live.dropped,
        snapshot.live.late,
        snapshot.live.duplicate,
        memory as f64 / 1024.0,
        screen.resident() as f64 / 1024.0,
        screen.written(),
        status.1.trim(),
    );
}
