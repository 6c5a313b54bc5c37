//! What became of a series within a window, in one pass.

use crate::model::series::Point;
use crate::model::time::TimeWindow;

/// Of the finite values; gaps do not count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Summary {
    /// Least.
    pub(in super::super) min: f64,
    /// Greatest.
    pub(in super::super) max: f64,
    /// All of them added up.
    pub(in super::super) sum: f64,
    /// How many.
    pub(in super::super) count: usize,
    /// The last.
    pub(in super::super) last: f64,
    /// Least above zero, where a logarithmic axis begins; infinite where nothing is.
    pub(in super::super) least_positive: f64,
}

impl Summary {
    /// Of `points` (ascending) in `window`; none where there is no finite value.
    pub(in super::super) fn new(points: &[Point], window: TimeWindow) -> Option<Self> {
        let from = points.partition_point(|point| point.at < window.from);
        let to = points.partition_point(|point| point.at < window.to);
        let points = points.get(from..to).unwrap_or_default();
        let finite = |point: &&Point| point.value.is_finite();
        let last = points.iter().rfind(finite)?.value;
        let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
        let (mut sum, mut count) = (0.0, 0);
        for part in points.chunks(256) {
            if let Some(bounds) = bounds(part) {
                min = min.min(bounds.min);
                max = max.max(bounds.max);
                sum += bounds.sum;
                count += part.len();
                continue;
            }
            for point in part.iter().filter(finite) {
                min = min.min(point.value);
                max = max.max(point.value);
                sum += point.value;
                count += 1;
            }
        }
        let least_positive = if min > 0.0 {
            min
        } else {
            let values = points.iter().map(|point| point.value);
            values
                .filter(|value| *value > 0.0)
                .fold(f64::INFINITY, f64::min)
        };
        Some(Self {
            min,
            max,
            sum,
            count,
            last,
            least_positive,
        })
    }

    /// Arithmetic mean.
    pub(in super::super) fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    /// Of both; `later` has the last value.
    pub(in super::super) fn and(self, later: Self) -> Self {
        Self {
            min: self.min.min(later.min),
            max: self.max.max(later.max),
            sum: self.sum + later.sum,
            count: self.count + later.count,
            last: later.last,
            least_positive: self.least_positive.min(later.least_positive),
        }
    }
}

/// Of points that are all finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) min: f64,
    pub(super) max: f64,
    pub(super) sum: f64,
}

/// When all of `points` are finite, and so is their sum: the usual case, in four lanes, because a
/// million readings must not be felt.
pub(super) fn bounds(points: &[Point]) -> Option<Bounds> {
    const LANES: usize = 4;
    let mut min = [f64::INFINITY; LANES];
    let mut max = [f64::NEG_INFINITY; LANES];
    // With a value that is not finite in it, no sum is finite.
    let mut sum = [0.0; LANES];
    let (chunks, rest) = points.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let value = chunk[lane].value;
            min[lane] = if value < min[lane] { value } else { min[lane] };
            max[lane] = if value > max[lane] { value } else { max[lane] };
            sum[lane] += value;
        }
    }
    for (lane, point) in rest.iter().enumerate() {
        min[lane] = min[lane].min(point.value);
        max[lane] = max[lane].max(point.value);
        sum[lane] += point.value;
    }
    let fold = |lanes: [f64; LANES], f: fn(f64, f64) -> f64| lanes.into_iter().reduce(f);
    let bounds = Bounds {
        min: fold(min, f64::min)?,
        max: fold(max, f64::max)?,
        sum: sum.iter().sum(),
    };
    (bounds.sum.is_finite() && !points.is_empty()).then_some(bounds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Moment;

    fn points(values: &[f64]) -> Vec<Point> {
        let at = |index: usize| Moment(index as i64);
        let points = values.iter().enumerate();
        points
            .map(|(index, value)| Point {
                at: at(index),
                value: *value,
            })
            .collect()
    }

    #[test]
    fn bounds_are_those_of_finite_points_only() {
        for length in 0..12 {
            let values: Vec<f64> = (0..length)
                .map(|at| f64::from((at * 7) % 5) - 2.0)
                .collect();
            let mut data = points(&values);
            let seen = bounds(&data).map(|bounds| (bounds.min, bounds.max, bounds.sum));
            let least = values.iter().copied().reduce(f64::min);
            let most = values.iter().copied().reduce(f64::max);
            let expected = least
                .zip(most)
                .map(|(least, most)| (least, most, values.iter().sum()));
            assert_eq!(seen, expected);
            for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                for index in 0..data.len() {
                    let before = std::mem::replace(&mut data[index].value, odd);
                    assert_eq!(bounds(&data), None);
                    data[index].value = before;
                }
            }
        }
    }

    #[test]
    fn a_summary_is_of_what_is_finite_in_the_window() {
        let data = points(&[99.0, -2.0, f64::NAN, 0.0, f64::INFINITY, 5.0, 77.0]);
        let window = TimeWindow {
            from: Moment(1),
            to: Moment(6),
        };
        let summary = Summary::new(&data, window).unwrap();
        assert_eq!((summary.min, summary.max, summary.last), (-2.0, 5.0, 5.0));
        assert_eq!((summary.sum, summary.count, summary.mean()), (3.0, 3, 1.0));
        assert_eq!(summary.least_positive, 5.0);
        let nothing = points(&[f64::NAN, f64::NAN]);
        assert_eq!(Summary::new(&nothing, window), None);
    }

    #[test]
    fn huge_numbers_do_not_hide_each_other() {
        let data = points(&[f64::MAX, f64::MAX, 1.0]);
        let window = TimeWindow {
            from: Moment(0),
            to: Moment(9),
        };
        let summary = Summary::new(&data, window).unwrap();
        assert_eq!(
            (summary.min, summary.max, summary.count),
            (1.0, f64::MAX, 3)
        );
    }
}
