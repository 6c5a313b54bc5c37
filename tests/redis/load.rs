use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use kpi_dashboard::demo::servers::{Redis, RedisOptions};
use kpi_dashboard::model::panel_data::Link;
use kpi_dashboard::source::LiveUpdate;
use kpi_dashboard::source::redis::{Announcer, follow};
use tokio::sync::mpsc;

use super::support::{Seen, Truth, Writer, keys, sample, target, within};

#[tokio::test]
async fn a_consumer_that_falls_behind_costs_bounded_memory_and_is_told_what_it_missed() {
    const COUNT: i64 = 100_000;
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let truth = Truth::default();
    let (sender, mut updates) = mpsc::channel(4);
    let reader = tokio::spawn(follow(target(&redis.url()), keys(), sender));
    let mut seen = Seen::default();
    while !seen.is_up() {
        let update = within(Duration::from_secs(5), updates.recv())
            .await
            .unwrap();
        seen.update(update, &truth);
    }
    let mut writer = Writer::new(target(&redis.url()), &truth);
    for _ in 0..COUNT / 1000 {
        writer.write(1000).await;
    }
    // Only now does it look again. Whatever waits is drawn before more can come.
    while seen.items + seen.dropped < COUNT as u64 || seen.charts != *truth.lock().unwrap() {
        let update = within(Duration::from_secs(10), updates.recv())
            .await
            .unwrap();
        if let LiveUpdate::Items(items) = &update {
            assert!(items.len() <= 1000);
        }
        seen.update(update, &truth);
    }
    assert_eq!(
        seen.items + seen.dropped,
        COUNT as u64,
        "each is handed on or counted"
    );
    assert!(seen.items < 60_000, "{} waited", seen.items);
    let behind = seen
        .resyncs
        .iter()
        .find(|(why, _)| why == "fell behind")
        .unwrap();
    assert_eq!(
        behind.1.as_ref().map(Vec::len),
        Some(20),
        "the metrics that were thinned"
    );
    reader.abort();
}

/// Announces on a thread of its own, `count` samples in batches, each batch at its time.
fn announce_apart(
    url: &str,
    count: i64,
    batch: i64,
    every: Duration,
) -> std::thread::JoinHandle<Duration> {
    let mut announcer = Announcer::new(target(url), keys());
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let began = Instant::now();
            for step in 0..count / batch {
                let due = began + every * u32::try_from(step).unwrap();
                tokio::time::sleep_until(due.into()).await;
                let at = microseconds();
                let items: Vec<_> = (0..batch)
                    .map(|n| sample(&format!("m{}", n % 20), at))
                    .collect();
                announcer.announce(&items).await.unwrap();
            }
            let announced = began.elapsed();
            let end = sample(&format!("end of {count}"), microseconds());
            announcer.announce(&[end]).await.unwrap();
            announced
        })
    })
}

fn microseconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_micros()).unwrap()
}

/// Resident memory of this process in MB, from `/proc` (Linux).
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

/// What was read up to the sample of the metric that marks the end.
#[derive(Default)]
struct Read {
    items: u64,
    dropped: u64,
    resyncs: Vec<String>,
    /// In microseconds, of the first 200,000.
    delays: Vec<i64>,
}

async fn read_all(updates: &mut mpsc::Receiver<LiveUpdate>, end: &str) -> Read {
    let mut read = Read::default();
    loop {
        let update = within(Duration::from_secs(30), updates.recv()).await;
        let items = match update.unwrap() {
            LiveUpdate::Items(items) => {
                let now = microseconds();
                read.items += items.len() as u64;
                let room = 200_000 - read.delays.len();
                read.delays
                    .extend(items.iter().take(room).map(|item| now - item.at().0));
                items
            }
            LiveUpdate::Snapshot(items) => items,
            LiveUpdate::Dropped(more) => {
                read.dropped += more;
                continue;
            }
            LiveUpdate::Resync { why, .. } => {
                read.resyncs.push(why);
                continue;
            }
            _ => continue,
        };
        if items.iter().any(|item| item.metric() == Some(end)) {
            read.delays.sort_unstable();
            return read;
        }
    }
}

/// A measurement: `KPI_TEST_FIGURES=1 cargo test --release --test redis figures -- --nocapture`
#[tokio::test]
#[allow(clippy::print_stderr)]
async fn figures() {
    if std::env::var_os("KPI_TEST_FIGURES").is_none() {
        return;
    }
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let url = redis.url();
    let (sender, mut updates) = mpsc::channel(16);
    let reader = tokio::spawn(follow(target(&url), keys(), sender));
    while within(Duration::from_secs(5), updates.recv()).await != Some(LiveUpdate::Link(Link::Up)) {
    }
    for (name, count, batch, every) in [
        (
            "1,000 a second, one by one",
            5_000,
            1,
            Duration::from_millis(1),
        ),
        ("50,000 a second", 500_000, 500, Duration::from_millis(10)),
        (
            "50,000 a second again",
            1_500_000,
            500,
            Duration::from_millis(10),
        ),
        ("as fast as it goes", 1_000_000, 5000, Duration::ZERO),
    ] {
        let before = resident();
        let began = Instant::now();
        let writer = announce_apart(&url, count, batch, every);
        let Read {
            items,
            dropped,
            resyncs,
            delays,
        } = read_all(&mut updates, &format!("end of {count}")).await;
        let read = began.elapsed();
        let announced = writer.join().unwrap();
        let rate = |count: u64, time: Duration| count as f64 / time.as_secs_f64();
        let share = |part: f64| delays[((delays.len() - 1) as f64 * part) as usize] as f64 / 1000.0;
        eprintln!(
            "{name}: announced {:.0}/s, read {:.0}/s, dropped {dropped}, resyncs {resyncs:?}, delay median {:.2} ms \
             p99 {:.2} ms max {:.2} ms, memory {before:.1} → {:.1} MB",
            rate(count as u64, announced),
            rate(items, read),
            share(0.5),
            share(0.99),
            share(1.0),
            resident(),
        );
    }
    reader.abort();
}
