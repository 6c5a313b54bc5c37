use std::collections::BTreeMap;
use std::time::Duration;

use kpi_dashboard::demo::servers::{Redis, RedisOptions};
use kpi_dashboard::model::finding::FindingLevel;
use kpi_dashboard::model::live::{LiveEvent, LiveItem, LiveLevel, LiveSample};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::source::redis::{AnnounceError, Announcer, examine};
use redis::Value;

use super::support::{Consumer, Seen, Truth, control, keys, order, sample, target, wait_for};

#[tokio::test]
async fn a_sample_added_by_hand_arrives_and_is_no_hole() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let mut hand = control(&redis);
    let mut announcer = Announcer::new(target(&redis.url()), keys());
    announcer.announce(&[sample("orders", 1)]).await.unwrap();
    let consumer = Consumer::of(target(&redis.url()), &Truth::default());
    consumer.until("a connection", Seen::is_up).await;
    order(
        &mut hand,
        &["XADD", "{kpi}:log", "*", "metric", "orders", "value", "42"],
    );
    announcer.announce(&[sample("orders", 2)]).await.unwrap();
    order(
        &mut hand,
        &[
            "XADD",
            "{kpi}:log",
            "*",
            "event",
            "deployed 1.4",
            "level",
            "warning",
        ],
    );
    consumer
        .until("all four", |seen| {
            seen.items == 3 && seen.events == ["deployed 1.4"]
        })
        .await;
    let seen = consumer.seen.lock().unwrap();
    assert!(seen.charts["orders"].values().any(|value| value == "42"));
    assert_eq!(seen.resyncs, []);
}

#[tokio::test]
async fn anybody_may_ask_for_a_refresh() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let consumer = Consumer::of(target(&redis.url()), &Truth::default());
    let mut hand = control(&redis);
    // The channel is another connection than the stream: it is there when somebody hears.
    wait_for("a listener", Duration::from_secs(5), || {
        order(&mut hand, &["PUBLISH", "kpi:refresh", "orders"]) == Value::Int(1)
    })
    .await;
    consumer
        .until("the wish", |seen| seen.refreshes == ["orders"])
        .await;
    order(&mut hand, &["CLIENT", "KILL", "TYPE", "pubsub"]);
    consumer
        .until("a poll, as a wish may be lost", |seen| {
            !seen.resyncs.is_empty()
        })
        .await;
    order(&mut hand, &["PUBLISH", "kpi:refresh", "revenue"]);
    consumer
        .until("the wish", |seen| seen.refreshes == ["orders", "revenue"])
        .await;
}

#[tokio::test]
async fn an_unknown_version_is_told_once_and_its_metric_polled_and_rubbish_is_counted() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let consumer = Consumer::of(target(&redis.url()), &Truth::default());
    consumer.until("a connection", Seen::is_up).await;
    let mut hand = control(&redis);
    for _ in 0..3 {
        let newer = r#"{"v":2,"metric":"orders","value":{"sum":1}}"#;
        order(&mut hand, &["XADD", "{kpi}:log", "*", "json", newer]);
        order(
            &mut hand,
            &["XADD", "{kpi}:log", "*", "json", "rubbish\u{1b}[2J"],
        );
    }
    consumer.until("the count", |seen| seen.dropped == 6).await;
    let seen = consumer.seen.lock().unwrap();
    let told = (
        "payload version 2 unknown".to_owned(),
        Some(vec!["orders".to_owned()]),
    );
    assert_eq!(seen.resyncs, [told]);
}

#[tokio::test]
async fn the_hash_holds_the_newest_sample_in_whatever_order_they_come() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let mut announcer = Announcer::new(target(&redis.url()), keys());
    let second = 1_000_000;
    for at in [5 * second, 5 * second + 500_000, 3 * second] {
        announcer.announce(&[sample("a", at)]).await.unwrap();
    }
    // By hand, without a fraction; then an older one again.
    let mut hand = control(&redis);
    let written = r#"{"v":1,"metric":"a","value":7,"ts":"1970-01-01T00:00:09Z"}"#;
    order(&mut hand, &["HSET", "{kpi}:latest", "a", written]);
    let last = announcer
        .announce(&[sample("a", 8 * second), sample("b", 1)])
        .await
        .unwrap();
    assert_eq!(last, 5);
    let kept: String = redis::cmd("HGET")
        .arg("{kpi}:latest")
        .arg("a")
        .query(&mut hand)
        .unwrap();
    assert_eq!(kept, written);
    let info = order(&mut hand, &["XLEN", "{kpi}:log"]);
    assert_eq!(info, Value::Int(5), "the stream has them all");
    announcer
        .announce(&[sample("a", 9 * second + 1)])
        .await
        .unwrap();
    let kept: String = redis::cmd("HGET")
        .arg("{kpi}:latest")
        .arg("a")
        .query(&mut hand)
        .unwrap();
    assert!(kept.contains("00:00:09.000001Z"), "{kept}");
}

#[tokio::test]
async fn a_later_epoch_supersedes_an_earlier_writer() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let mut old = Announcer::new(target(&redis.url()), keys()).of_epoch(3);
    let mut new = Announcer::new(target(&redis.url()), keys()).of_epoch(4);
    assert_eq!(old.announce(&[sample("a", 1)]).await, Ok(1));
    assert_eq!(new.announce(&[sample("a", 2)]).await, Ok(2));
    assert_eq!(
        old.announce(&[sample("a", 3)]).await,
        Err(AnnounceError::Superseded)
    );
    assert_eq!(new.announce(&[sample("a", 4)]).await, Ok(3));
}

#[tokio::test]
async fn a_late_reader_gets_the_latest_values_and_the_newest_events() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let mut announcer = Announcer::new(target(&redis.url()), keys());
    let event = |n: i64| {
        LiveItem::Event(LiveEvent {
            text: format!("event {n}"),
            level: LiveLevel::Error,
            at: Moment(n),
            labels: BTreeMap::new(),
        })
    };
    let events: Vec<_> = (0..150).map(event).collect();
    announcer.announce(&events).await.unwrap();
    announcer
        .announce(&[sample("a", 1), sample("b", 2), sample("a", 3)])
        .await
        .unwrap();
    let consumer = Consumer::of(target(&redis.url()), &Truth::default());
    consumer.until("a connection", Seen::is_up).await;
    order(
        &mut control(&redis),
        &["XADD", "{kpi}:log", "*", "metric", "c", "value", "1"],
    );
    consumer
        .until("a sample since", |seen| seen.items == 1)
        .await;
    let seen = consumer.seen.lock().unwrap();
    assert_eq!(seen.events.len(), 100);
    assert_eq!(seen.events.last().map(String::as_str), Some("event 149"));
    assert_eq!(seen.resyncs, []);
}

#[tokio::test]
async fn what_is_too_long_to_be_announced_is_refused_before_anything_is_written() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let labels = BTreeMap::from([("note".to_owned(), "x".repeat(8000))]);
    let long = LiveSample::new("orders", "1", Moment(1), labels).unwrap();
    let mut announcer = Announcer::new(target(&redis.url()), keys());
    let refused = announcer
        .announce(&[sample("a", 1), LiveItem::Sample(long)])
        .await;
    let Err(AnnounceError::Failed(failure)) = refused else {
        panic!("{refused:?}");
    };
    assert!(failure.summary.contains("`orders`"), "{failure:?}");
    assert_eq!(
        order(&mut control(&redis), &["EXISTS", "{kpi}:log"]),
        Value::Int(0)
    );
}

#[tokio::test]
async fn the_doctor_reads_a_real_server() {
    let settings = vec![
        "maxmemory 100mb".to_owned(),
        "maxmemory-policy allkeys-lru".to_owned(),
    ];
    let redis = Redis::start(&RedisOptions {
        settings,
        ..RedisOptions::default()
    })
    .unwrap();
    let mut announcer = Announcer::new(target(&redis.url()), keys());
    announcer.announce(&[sample("a", 1)]).await.unwrap();
    let findings = examine(&target(&redis.url()), &keys()).await;
    let found = |level: FindingLevel, words: &str| {
        let hit = findings
            .iter()
            .any(|f| f.level == level && f.what.contains(words));
        assert!(hit, "{words}: {findings:#?}");
    };
    found(FindingLevel::Ok, "Redis 7");
    found(FindingLevel::Ok, "1 entries");
    found(FindingLevel::Ok, "clock 0.00");
    found(FindingLevel::Warning, "allkeys-lru");
    found(FindingLevel::Warning, "nothing is kept on disk");
    assert!(
        findings
            .iter()
            .all(|f| f.level == FindingLevel::Ok || !f.advice.is_empty())
    );
}

/// The commands of the documentation, by `redis-cli`.
#[tokio::test]
async fn the_documented_commands_do_what_is_said() {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let consumer = Consumer::of(target(&redis.url()), &Truth::default());
    consumer.until("a connection", Seen::is_up).await;
    let mut hand = control(&redis);
    wait_for("a listener", Duration::from_secs(5), || {
        let listeners = order(&mut hand, &["PUBSUB", "NUMSUB", "kpi:refresh"]);
        matches!(listeners, Value::Array(pair) if pair.get(1) == Some(&Value::Int(1)))
    })
    .await;
    let documentation = include_str!("../../README.md");
    let section = documentation.split("## Live updates").nth(1).unwrap();
    let commands = section.split("```").nth(1).unwrap();
    let commands = commands.trim_start_matches("sh");
    let to_ours = format!("redis-cli -s {}", redis.socket().display());
    let done = std::process::Command::new("sh")
        .args(["-ec", &commands.replace("redis-cli", &to_ours)])
        .status();
    assert!(done.unwrap().success());
    consumer
        .until("all of them", |seen| {
            seen.items == 3 && seen.refreshes == ["orders"] && seen.events == ["deployed 1.4"]
        })
        .await;
    let seen = consumer.seen.lock().unwrap();
    assert_eq!(seen.charts["orders"][&1_795_338_000_000_000], "42.50");
    assert_eq!((seen.dropped, seen.resyncs.len()), (0, 0));
}
