//! Thinning points to what a screen can show.

use super::series::Point;
use super::time::Moment;

/// At most about `limit` points (never more than three per two of them, plus six) that keep every
/// visible peak and every gap, in order. `points` are ascending in time; `limit` is the number of
/// dots side by side.
///
/// Time is cut into buckets of a round width, aligned to absolute time so that a sliding window
/// does not make the curve shimmer; a bucket keeps its first gap, its least and its greatest point.
/// One pass; points that already fit are returned as they are.
pub fn downsample(points: &[Point], limit: usize) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return Vec::new();
    };
    if points.len() <= limit.max(3) {
        return points.to_vec();
    }
    let width = bucket_width(last.at.since(first.at), limit);
    let mut kept = Vec::with_capacity(limit + limit / 2 + 6);
    let mut rest = points;
    while let Some(start) = rest.first() {
        let bucket = start.at.0.div_euclid(width);
        let length = rest.partition_point(|point| point.at.0.div_euclid(width) <= bucket);
        let (inside, after) = rest.split_at(length.max(1));
        keep_extremes(inside, &mut kept);
        rest = after;
    }
    // The ends carry the current value and the start of the range.
    if !same(kept.first(), *first) {
        kept.insert(0, *first);
    }
    if !same(kept.last(), *last) {
        kept.push(*last);
    }
    kept
}

fn same(kept: Option<&Point>, point: Point) -> bool {
    kept.is_some_and(|kept| {
        kept.at == point.at
            && (kept.value == point.value || kept.value.is_nan() && point.value.is_nan())
    })
}

/// The least round width that gives no more than half of `limit` buckets: each keeps two points.
/// Round widths (ten steps to a decade, as resistors have) change rarely while a window slides or
/// grows, and are at most a quarter wider than needed.
fn bucket_width(span: i64, limit: usize) -> i64 {
    const STEPS: [i64; 10] = [10, 12, 16, 20, 25, 32, 40, 50, 64, 80];
    let buckets = i64::try_from((limit / 2).max(1)).unwrap_or(i64::MAX);
    let least = span / buckets + 1;
    let mut decade = 1_i64;
    while least / decade >= 100 {
        decade *= 10;
    }
    // Below 100 decades of `decade`, so one of the steps or ten times the first is enough.
    STEPS
        .into_iter()
        .chain([100])
        .map(|step| step.saturating_mul(decade))
        .find(|width| *width >= least)
        .unwrap_or(i64::MAX)
}

/// Adds the bucket's least, greatest and first gap in their order.
fn keep_extremes(bucket: &[Point], kept: &mut Vec<Point>) {
    let mut least: Option<usize> = None;
    let mut most: Option<usize> = None;
    let mut gap: Option<usize> = None;
    for (index, point) in bucket.iter().enumerate() {
        if point.value.is_nan() {
            gap = gap.or(Some(index));
            continue;
        }
        if least.is_none_or(|least| point.value < bucket[least].value) {
            least = Some(index);
        }
        if most.is_none_or(|most| point.value > bucket[most].value) {
            most = Some(index);
        }
    }
    let mut chosen = [least, most, gap];
    chosen.sort_unstable();
    let mut before = None;
    for index in chosen.into_iter().flatten() {
        if before != Some(index) {
            kept.push(bucket[index]);
        }
        before = Some(index);
    }
}

/// Where neighbouring points are further apart than 2.5 times the usual distance, a gap is put
/// between them, so that a chart shows missing buckets as missing.
///
/// Only for series with a rhythm: at least 80 % of the distances lie within 10 % of their median.
/// Others (events, changes of state) keep their lines, as in Grafana. At least four points.
pub fn mark_gaps(points: &mut Vec<Point>) {
    let Some(step) = rhythm(points.iter().map(|point| point.at)) else {
        return;
    };
    let limit = step.saturating_mul(5) / 2;
    if points
        .windows(2)
        .all(|pair| pair[1].at.since(pair[0].at) <= limit)
    {
        return;
    }
    let mut marked = Vec::with_capacity(points.len() + 4);
    for (index, point) in points.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|index| points[index])
            && point.at.since(before.at) > limit
            && !before.value.is_nan()
            && !point.value.is_nan()
        {
            marked.push(Point {
                at: before.at.plus(step),
                value: f64::NAN,
            });
        }
        marked.push(*point);
    }
    *points = marked;
}

/// The usual distance of ascending times in microseconds, where there is one.
pub fn rhythm(times: impl Iterator<Item = Moment> + Clone) -> Option<i64> {
    let mut steps: Vec<i64> = times
        .clone()
        .zip(times.skip(1))
        .map(|(before, after)| after.since(before))
        .collect();
    if steps.len() < 3 {
        return None;
    }
    let middle = steps.len() / 2;
    let (_, median, _) = steps.select_nth_unstable(middle);
    let median = *median;
    let near = |step: i64| step.abs_diff(median) <= median.unsigned_abs() / 10;
    let regular = steps.iter().filter(|step| near(**step)).count();
    (median > 0 && regular * 5 >= steps.len() * 4).then_some(median)
}

#[cfg(test)]
mod tests;
