use super::*;
use proptest::prelude::*;

fn series(values: &[f64]) -> Vec<Point> {
    let points = values.iter().enumerate();
    points
        .map(|(index, value)| Point {
            at: Moment(i64::try_from(index).unwrap() * 1_000_000),
            value: *value,
        })
        .collect()
}

/// Without the trouble NaN makes for comparisons.
fn plain(points: &[Point]) -> Vec<(i64, Option<f64>)> {
    let value = |value: f64| (!value.is_nan()).then_some(value);
    points
        .iter()
        .map(|point| (point.at.0, value(point.value)))
        .collect()
}

#[test]
fn few_points_stay_as_they_are() {
    let points = series(&[1.0, f64::NAN, 3.0]);
    assert_eq!(plain(&downsample(&points, 100)), plain(&points));
    assert!(downsample(&[], 10).is_empty());
}

#[test]
fn a_single_spike_in_a_thousand_points_survives() {
    let mut values = vec![5.0; 1_000];
    values[777] = 99.0;
    values[333] = -4.0;
    let kept = downsample(&series(&values), 40);
    assert!(kept.len() <= 66, "{}", kept.len());
    assert!(kept.contains(&Point {
        at: Moment(777_000_000),
        value: 99.0
    }));
    assert!(kept.contains(&Point {
        at: Moment(333_000_000),
        value: -4.0
    }));
}

#[test]
fn a_sliding_window_keeps_the_inner_points() {
    let values: Vec<f64> = (0..2_000).map(|i| f64::from(i * 7919 % 1_000)).collect();
    let all = series(&values);
    let before = downsample(&all[0..1_000], 80);
    let after = downsample(&all[10..1_010], 80);
    let inner = |points: &[Point]| {
        let inside = |point: &&Point| (100_000_000..900_000_000).contains(&point.at.0);
        points.iter().filter(inside).copied().collect::<Vec<_>>()
    };
    assert_eq!(inner(&before), inner(&after));
}

#[test]
fn missing_buckets_become_a_gap() {
    let mut points = series(&[1.0; 20]);
    points.drain(10..14);
    mark_gaps(&mut points);
    let gaps: Vec<_> = points.iter().filter(|point| point.value.is_nan()).collect();
    assert_eq!(gaps.len(), 1);
    assert_eq!(gaps[0].at, Moment(10_000_000));
}

#[test]
fn one_missing_bucket_and_irregular_events_are_connected() {
    let mut one = series(&[1.0; 20]);
    one.remove(10);
    let before = one.clone();
    mark_gaps(&mut one);
    assert_eq!(one, before);
    let times = [0_i64, 1, 5, 6, 20, 21, 50, 90, 91];
    let mut events: Vec<Point> = times
        .into_iter()
        .map(|second| Point {
            at: Moment(second * 1_000_000),
            value: 1.0,
        })
        .collect();
    let before = events.clone();
    mark_gaps(&mut events);
    assert_eq!(events, before);
}

#[test]
fn a_null_in_the_hole_is_gap_enough() {
    let mut points = series(&[1.0; 20]);
    points.drain(10..14);
    points[9].value = f64::NAN;
    let before = plain(&points);
    mark_gaps(&mut points);
    assert_eq!(plain(&points), before);
}

fn any_points() -> impl Strategy<Value = Vec<Point>> {
    let value = prop_oneof![8 => -1e6_f64..1e6, 1 => Just(f64::NAN)];
    prop::collection::vec((1_i64..5_000_000, value), 0..600).prop_map(|steps| {
        let mut at = -1_000_000_000_i64;
        let mut points = Vec::new();
        for (step, value) in steps {
            at += step;
            points.push(Point {
                at: Moment(at),
                value,
            });
        }
        points
    })
}

fn extremes(points: &[Point]) -> (Option<f64>, Option<f64>) {
    let values = || {
        points
            .iter()
            .map(|p| p.value)
            .filter(|value| !value.is_nan())
    };
    (values().reduce(f64::min), values().reduce(f64::max))
}

proptest! {
    #[test]
    fn extremes_order_and_bounds_hold(points in any_points(), limit in 0_usize..200) {
        let kept = downsample(&points, limit);
        prop_assert_eq!(extremes(&kept), extremes(&points));
        prop_assert!(kept.windows(2).all(|pair| pair[0].at < pair[1].at));
        prop_assert!(kept.len() <= (limit + limit / 2 + 8).max(3), "{} of {limit}", kept.len());
        let all = plain(&points);
        prop_assert!(plain(&kept).iter().all(|point| all.contains(point)), "nothing is invented");
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            prop_assert!(same(kept.first(), *first) && same(kept.last(), *last));
        }
    }

    #[test]
    fn gaps_stay_gaps(points in any_points(), limit in 4_usize..200) {
        let kept = downsample(&points, limit);
        let width = bucket_width(
            points.last().map_or(0, |last| last.at.since(points[0].at)),
            limit,
        );
        let gap_in = |points: &[Point], bucket: i64| {
            points.iter().any(|p| p.value.is_nan() && p.at.0.div_euclid(width) == bucket)
        };
        for point in points.iter().filter(|point| point.value.is_nan()) {
            let bucket = point.at.0.div_euclid(width);
            prop_assert!(points.len() <= limit || gap_in(&kept, bucket));
        }
    }
}
