use std::time::Duration;

use kpi_dashboard::demo::servers::{Redis, RedisOptions};

use super::support::{Consumer, Seen, Truth, Writer, control, order, target};

fn started() -> (Redis, Truth, Consumer, Writer) {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let truth = Truth::default();
    let consumer = Consumer::of(target(&redis.url()), &truth);
    let writer = Writer::new(target(&redis.url()), &truth);
    (redis, truth, consumer, writer)
}

/// Adds an entry and trims it away before any reader can be served: a transaction is served as a whole.
fn trim_unread(redis: &Redis, truth: &Truth) {
    let at = 1_600_000_000_000_000_i64;
    let mut chart = truth.lock().unwrap();
    chart.entry("m0".into()).or_default().insert(at, "7".into());
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
        .arg("m0")
        .arg("value")
        .arg("7")
        .cmd("XTRIM")
        .arg("{kpi}:log")
        .arg("MAXLEN")
        .arg(0)
        .exec(&mut control(redis))
        .unwrap();
}

#[tokio::test]
async fn nothing_is_missed_while_connections_are_killed_and_redis_is_wiped_trimmed_and_restarted() {
    let (mut redis, truth, consumer, mut writer) = started();
    consumer.until("a connection", Seen::is_up).await;
    // `KPI_TEST_SAMPLES=1000000` for the full size.
    let samples = std::env::var("KPI_TEST_SAMPLES").ok();
    let samples = samples.map_or(50_000, |text| text.parse::<i64>().unwrap());
    for round in 0..1000 {
        writer.write(samples / 1000).await;
        match round {
            250 => drop(order(&mut control(&redis), &["FLUSHALL"])),
            500 => trim_unread(&redis, &truth),
            750 => redis.restart().unwrap(),
            _ if fastrand::u32(..40) == 0 => {
                let kind = ["normal", "pubsub"][fastrand::usize(..2)];
                order(&mut control(&redis), &["CLIENT", "KILL", "TYPE", kind]);
            }
            _ => {}
        }
    }
    consumer.until_equal(&truth).await;
    let written: i64 = truth
        .lock()
        .unwrap()
        .values()
        .map(|chart| i64::try_from(chart.len()).unwrap())
        .sum();
    assert_eq!(written, samples / 1000 * 1000 + 1);
    let whys = consumer.whys();
    let told = |words: &[&str]| {
        whys.iter()
            .any(|why| words.iter().any(|word| why.contains(word)))
    };
    assert!(told(&["emptied", "anew"]), "FLUSHALL is told: {whys:?}");
    assert!(told(&["missing", "trimmed"]), "trimming is told: {whys:?}");
    assert!(told(&["restarted"]), "the restart is told: {whys:?}");
}

#[tokio::test]
async fn kills_alone_are_survived_by_the_cursor_without_any_hole_in_the_stream() {
    let (redis, truth, consumer, mut writer) = started();
    consumer.until("a connection", Seen::is_up).await;
    for _ in 0..5 {
        writer.write(200).await;
        order(&mut control(&redis), &["CLIENT", "KILL", "TYPE", "normal"]);
        writer.write(200).await;
        consumer.until_equal(&truth).await;
        consumer.until("a connection again", Seen::is_up).await;
    }
    assert_eq!(consumer.whys(), Vec::<String>::new());
    assert!(consumer.seen.lock().unwrap().items >= 2000);
}

#[tokio::test]
async fn a_wipe_is_noticed_by_a_reader_that_waits() {
    let (redis, truth, consumer, mut writer) = started();
    writer.write(10).await;
    consumer.until("a connection", Seen::is_up).await;
    consumer.until_equal(&truth).await;
    order(&mut control(&redis), &["FLUSHALL"]);
    consumer
        .until("the news", |seen| seen.resyncs.len() == 1)
        .await;
    order(
        &mut control(&redis),
        &["XADD", "{kpi}:log", "*", "metric", "m1", "value", "1"],
    );
    consumer.until("life goes on", |seen| seen.items >= 1).await;
    order(&mut control(&redis), &["DEL", "{kpi}:log"]);
    consumer
        .until("the news", |seen| seen.resyncs.len() == 2)
        .await;
}

#[tokio::test]
async fn entries_made_by_hand_and_trimmed_unread_are_noticed_without_any_sequence() {
    let (redis, _truth, consumer, _writer) = started();
    let mut hand = control(&redis);
    for _ in 0..3 {
        order(
            &mut hand,
            &["XADD", "{kpi}:log", "*", "metric", "a", "value", "1"],
        );
    }
    consumer.until("a connection", Seen::is_up).await;
    let mut unread = redis::pipe();
    unread.atomic();
    for _ in 0..3 {
        unread
            .cmd("XADD")
            .arg("{kpi}:log")
            .arg("*")
            .arg("metric")
            .arg("a")
            .arg("value")
            .arg("2");
    }
    unread.cmd("XTRIM").arg("{kpi}:log").arg("MAXLEN").arg(0);
    unread.exec(&mut hand).unwrap();
    consumer
        .until("the news", |seen| !seen.resyncs.is_empty())
        .await;
    assert!(
        consumer.whys()[0].contains("trimmed unread"),
        "{:?}",
        consumer.whys()
    );
}

#[tokio::test]
async fn a_frozen_server_is_told_and_after_it_thaws_reading_goes_on_where_it_was() {
    let (redis, truth, consumer, mut writer) = started();
    writer.write(100).await;
    consumer.until("a connection", Seen::is_up).await;
    redis.freeze();
    let frozen = tokio::time::Instant::now();
    consumer
        .until("the outage", |seen| {
            seen.failure()
                .is_some_and(|why| why.summary.contains("does not answer"))
        })
        .await;
    tokio::time::sleep_until(frozen + Duration::from_secs(5)).await;
    redis.thaw();
    consumer.until("the recovery", Seen::is_up).await;
    writer.write(100).await;
    consumer.until_equal(&truth).await;
    let missed = consumer
        .whys()
        .into_iter()
        .filter(|why| !why.contains("refreshes"));
    assert_eq!(missed.count(), 0, "nothing was lost: {:?}", consumer.whys());
}

#[tokio::test]
async fn an_outage_keeps_its_beginning_and_its_first_reason() {
    let (mut redis, truth, consumer, mut writer) = started();
    consumer.until("a connection", Seen::is_up).await;
    redis.stop();
    consumer
        .until("the reason", |seen| {
            seen.failure().is_some_and(|why| {
                why.summary.contains("refuses connections")
                    || why.summary.contains("no Redis socket")
            })
        })
        .await;
    {
        let seen = consumer.seen.lock().unwrap();
        let why = seen.failure().unwrap();
        assert!(
            why.details.iter().any(|line| line.starts_with("first: ")),
            "{why:?}"
        );
    }
    redis.restart().unwrap();
    consumer.until("the recovery", Seen::is_up).await;
    writer.write(100).await;
    consumer.until_equal(&truth).await;
    assert!(consumer.whys().iter().any(|why| why.contains("restarted")));
}
