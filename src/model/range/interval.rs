//! `$__interval`: the bucket width that gives a chart about as many points as it has room for.

use std::time::Duration;

/// Grafana's `roundInterval` (grafana-data, rangeutil.ts): below the first number of milliseconds,
/// the second.
const ROUNDED: [(i64, i64); 29] = [
    (10, 1),
    (15, 10),
    (35, 20),
    (75, 50),
    (150, 100),
    (350, 200),
    (750, 500),
    (1_500, 1_000),
    (3_500, 2_000),
    (7_500, 5_000),
    (12_500, 10_000),
    (17_500, 15_000),
    (25_000, 20_000),
    (45_000, 30_000),
    (90_000, 60_000),
    (210_000, 120_000),
    (450_000, 300_000),
    (750_000, 600_000),
    (1_050_000, 900_000),
    (1_500_000, 1_200_000),
    (2_700_000, 1_800_000),
    (5_400_000, 3_600_000),
    (9_000_000, 7_200_000),
    (16_200_000, 10_800_000),
    (32_400_000, 21_600_000),
    (86_400_000, 43_200_000),
    (604_800_000, 86_400_000),
    (1_814_400_000, 604_800_000),
    (3_628_800_000, 2_592_000_000),
];

const YEAR: i64 = 31_536_000_000;

/// The bucket width, in microseconds, for `span` microseconds shown with `points` points, never
/// below `least` (1 s unless a panel says `min_interval`).
pub fn interval(span: i64, points: u32, least: Duration) -> i64 {
    // Fractions of a millisecond never move a threshold: all of them are whole.
    let raw = span.max(0) / 1_000 / i64::from(points.max(1));
    let rounded = ROUNDED
        .iter()
        .find(|(below, _)| raw < *below)
        .map_or(YEAR, |(_, millis)| *millis);
    let least = i64::try_from(least.as_micros()).unwrap_or(i64::MAX);
    rounded.saturating_mul(1_000).max(least)
}

/// Writes a bucket width with its largest unit, cut to whole ones, as Grafana does: 90 s is `1m`,
/// a week `7d`. Below a millisecond: `1ms`.
pub fn interval_text(micros: i64) -> String {
    let millis = micros / 1_000;
    let units = [
        (YEAR, "y"),
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
    ];
    for (size, unit) in units {
        if millis >= size {
            return format!("{}{unit}", millis / size);
        }
    }
    format!("{}ms", millis.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::{DAY, HOUR, MINUTE, SECOND};

    #[test]
    fn a_thousand_points_get_grafanas_intervals() {
        // With Grafana's default lower limit of a minute.
        let cases = [
            (HOUR, "1m"),
            (6 * HOUR, "1m"),
            (DAY, "1m"),
            (7 * DAY, "10m"),
            (30 * DAY, "30m"),
            (365 * DAY, "6h"),
        ];
        for (span, text) in cases {
            let micros = interval(span, 1_000, Duration::from_secs(60));
            assert_eq!(interval_text(micros), text, "{span}");
        }
    }

    #[test]
    fn the_lower_limit_holds() {
        let second = Duration::from_secs(1);
        assert_eq!(interval(5 * MINUTE, 1_000, second), SECOND);
        assert_eq!(interval(0, 0, second), SECOND);
        let most = Duration::from_secs(90);
        assert_eq!(interval(MINUTE, 100, most), 90 * SECOND);
        assert_eq!(interval_text(90 * SECOND), "1m");
    }

    #[test]
    fn intervals_are_written_with_their_largest_unit() {
        let cases = [
            (1, "1ms"),
            (200_000, "200ms"),
            (SECOND, "1s"),
            (7 * DAY, "7d"),
            (365 * DAY, "1y"),
            (36 * HOUR, "1d"),
        ];
        for (micros, text) in cases {
            assert_eq!(interval_text(micros), text);
        }
    }
}
