use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{Redis, RedisOptions};
use kpi_dashboard::source::LiveUpdate;
use kpi_dashboard::source::redis::follow;
use tokio::sync::mpsc;

use super::support::{Consumer, Seen, Truth, Writer, keys, target, within};

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

/// `cargo test --release --test redis figures -- --ignored --nocapture`
#[tokio::test]
#[ignore = "a measurement"]
#[allow(clippy::print_stderr)]
async fn figures() {
    const COUNT: i64 = 1_000_000;
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let truth = Truth::default();
    let consumer = Consumer::of(target(&redis.url()), &truth);
    consumer.until("a connection", Seen::is_up).await;
    let mut writer = Writer::new(target(&redis.url()), &truth);
    let began = Instant::now();
    for _ in 0..COUNT / 5000 {
        writer.write(5000).await;
    }
    let announced = began.elapsed();
    consumer
        .until_within("all of them", Duration::from_secs(60), |seen| {
            seen.items + seen.dropped >= COUNT as u64
        })
        .await;
    let read = began.elapsed();
    consumer.until_equal(&truth).await;
    let seen = consumer.seen.lock().unwrap();
    let rate = |time: Duration| COUNT as f64 / time.as_secs_f64();
    eprintln!(
        "announced {:.0}/s, read {:.0}/s, dropped {}, resyncs {:?}",
        rate(announced),
        rate(read),
        seen.dropped,
        seen.resyncs
    );
}
