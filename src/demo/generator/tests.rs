//! Tests of the room above.

use super::*;

/// 2026-03-04, a Wednesday, 12:00 UTC.
const NOON: i64 = 1_772_625_600;

fn mean(generator: &Generator, metric: &str, from: i64, to: i64) -> f64 {
    let feeds = (0..FEEDS.len()).filter(|feed| FEEDS[*feed].metric == metric);
    feeds
        .map(|feed| {
            let values: Vec<f64> = (from..to)
                .step_by(30)
                .map(|at| generator.value(feed, at))
                .collect();
            values.iter().sum::<f64>() / values.len() as f64
        })
        .sum()
}

#[test]
fn every_feed_belongs_to_a_metric_and_every_metric_has_one() {
    for feed in &FEEDS {
        assert!(
            METRICS.iter().any(|metric| metric.name == feed.metric),
            "{}",
            feed.metric
        );
        let labels: serde_json::Value = serde_json::from_str(feed.labels).unwrap();
        assert!(labels.is_object());
    }
    for metric in &METRICS {
        assert!(
            FEEDS.iter().any(|feed| feed.metric == metric.name),
            "{}",
            metric.name
        );
    }
}

#[test]
fn nights_are_quieter_than_days_in_the_viewers_own_time() {
    // The story stays out of it.
    let generator = Generator::new(7, 0, NOON + 30 * 86_400);
    for metric in [
        "orders",
        "revenue",
        "sessions",
        "signups",
        "cpu",
        "latency_p95",
    ] {
        let night = mean(&generator, metric, NOON - 10 * 3600, NOON - 8 * 3600);
        let day = mean(&generator, metric, NOON + 2 * 3600, NOON + 4 * 3600);
        assert!(
            night < day * 0.85,
            "{metric}: {night} at night, {day} by day"
        );
    }
    let elsewhere = Generator::new(7, 12 * 3600, NOON + 30 * 86_400);
    let night = mean(&elsewhere, "sessions", NOON + 2 * 3600, NOON + 4 * 3600);
    let day = mean(&elsewhere, "sessions", NOON - 10 * 3600, NOON - 8 * 3600);
    assert!(night < day * 0.5);
}

#[test]
fn saturday_sells_more_than_monday() {
    let generator = Generator::new(7, 0, NOON + 30 * 86_400);
    let on = |days: i64| {
        mean(
            &generator,
            "orders",
            NOON + days * 86_400,
            NOON + days * 86_400 + 3600,
        )
    };
    assert!(
        on(3) > on(5) * 1.1,
        "Saturday {} and Monday {}",
        on(3),
        on(5)
    );
}

#[test]
fn the_same_seed_tells_the_same_and_another_something_else() {
    let (one, two, other) = (
        Generator::new(1, 0, NOON),
        Generator::new(1, 0, NOON),
        Generator::new(2, 0, NOON),
    );
    let values = |generator: &Generator| -> Vec<String> {
        (0..FEEDS.len())
            .map(|feed| generator.text(feed, NOON))
            .collect()
    };
    assert_eq!(values(&one), values(&two));
    assert_ne!(values(&one), values(&other));
}

#[test]
fn nothing_is_negative_and_percentages_stay_below_a_hundred() {
    let generator = Generator::new(3, 3600, NOON);
    for (number, feed) in FEEDS.iter().enumerate() {
        for at in (NOON - 86_400..NOON + 86_400).step_by(61) {
            let value = generator.value(number, at);
            assert!(
                value.is_finite() && value >= 0.0,
                "{}: {value}",
                feed.metric
            );
            if matches!(feed.metric, "cpu" | "error_rate" | "conversion") {
                assert!(value < 100.0, "{}: {value}", feed.metric);
            }
        }
    }
}

#[test]
fn values_move_on_without_jumps() {
    let generator = Generator::new(3, 0, NOON);
    let sessions = FEEDS
        .iter()
        .position(|feed| feed.metric == "sessions")
        .unwrap();
    for at in NOON - 3600..NOON + 3600 {
        let (now, next) = (
            generator.value(sessions, at),
            generator.value(sessions, at + 1),
        );
        assert!((next - now).abs() < now * 0.15, "{now} then {next}");
    }
}
