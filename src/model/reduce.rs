//! Many points to one number.

use super::series::Point;

/// How a series becomes one number. Names and meaning are Grafana's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reduction {
    /// The last point, gap or not.
    Last,
    /// The last point that is not a gap.
    #[default]
    LastNotNull,
    /// The first point, gap or not.
    First,
    /// Least.
    Min,
    /// Greatest.
    Max,
    /// Arithmetic mean of what is not a gap.
    Mean,
    /// Sum of what is not a gap.
    Sum,
    /// How many are not a gap.
    Count,
    /// Greatest minus least.
    Range,
    /// Last minus first (both not null).
    Diff,
    /// Sum of increases; a fall counts as a counter's reset.
    Delta,
}

impl Reduction {
    /// All of them, in the order the documentation lists them.
    pub const ALL: [Self; 11] = [
        Self::Last,
        Self::LastNotNull,
        Self::First,
        Self::Min,
        Self::Max,
        Self::Mean,
        Self::Sum,
        Self::Count,
        Self::Range,
        Self::Diff,
        Self::Delta,
    ];

    /// The name in a configuration; Grafana's, in lower camel case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Last => "last",
            Self::LastNotNull => "lastNotNull",
            Self::First => "first",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Range => "range",
            Self::Diff => "diff",
            Self::Delta => "delta",
        }
    }

    /// The reduction a configuration names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.name() == name)
    }
}

/// Reduces `points`; `None` when there is nothing to say (no point, or only gaps). `Count` of
/// nothing is 0. `Last` and `First` of a gap are `None`.
///
/// `Delta` is Grafana's (grafana-data, `fieldReducer.ts`): the sum of the steps up; where the value
/// falls, a counter was reset and the new value counts in full, unless it is the last point.
pub fn reduce(points: &[Point], how: Reduction) -> Option<f64> {
    let values = || {
        points
            .iter()
            .map(|point| point.value)
            .filter(|value| !value.is_nan())
    };
    let last = || values().next_back();
    let least = || values().reduce(f64::min);
    let most = || values().reduce(f64::max);
    match how {
        Reduction::Last => points.last().map(|point| point.value),
        Reduction::First => points.first().map(|point| point.value),
        Reduction::LastNotNull => last(),
        Reduction::Min => least(),
        Reduction::Max => most(),
        Reduction::Mean => mean(values()),
        Reduction::Sum => last().map(|_| values().sum()),
        Reduction::Count => Some(values().count() as f64),
        Reduction::Range => Some(most()? - least()?),
        Reduction::Diff => Some(last()? - values().next()?),
        Reduction::Delta => delta(values()),
    }
    .filter(|value| !value.is_nan())
}

/// A running mean cannot overflow where the sum would.
fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sum = 0.0;
    let mut count = 0.0;
    let mut running = 0.0;
    for value in values {
        sum += value;
        count += 1.0;
        running += value / count - running / count;
    }
    if count == 0.0 {
        None
    } else if sum.is_finite() {
        Some(sum / count)
    } else {
        Some(running)
    }
}

fn delta(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values = values.peekable();
    let mut before = values.next()?;
    let mut sum = 0.0;
    while let Some(value) = values.next() {
        if value >= before {
            sum += value - before;
        } else if values.peek().is_some() {
            // A counter that was reset grew from zero. A fall of the very last value may as well
            // be a bucket that is not complete yet.
            sum += value;
        }
        before = value;
    }
    Some(sum)
}

/// The change from the first to the last value, relative to the first: 0.25 is a quarter more.
/// `None` with fewer than two values or when the first is 0 or infinite.
pub fn change(points: &[Point]) -> Option<f64> {
    let mut values = points
        .iter()
        .map(|point| point.value)
        .filter(|value| !value.is_nan());
    let first = values.next()?;
    let last = values.next_back()?;
    let ratio = (last - first) / first.abs();
    ratio.is_finite().then_some(ratio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Moment;

    const GAP: f64 = f64::NAN;

    fn points(values: &[f64]) -> Vec<Point> {
        let at = |index: usize| Moment(i64::try_from(index).unwrap() * 1_000_000);
        let points = values.iter().enumerate();
        points
            .map(|(index, value)| Point {
                at: at(index),
                value: *value,
            })
            .collect()
    }

    #[test]
    fn each_reduction_skips_gaps() {
        let series = points(&[GAP, 2.0, GAP, 8.0, 5.0, GAP]);
        let expected = [
            (Reduction::Last, None),
            (Reduction::LastNotNull, Some(5.0)),
            (Reduction::First, None),
            (Reduction::Min, Some(2.0)),
            (Reduction::Max, Some(8.0)),
            (Reduction::Mean, Some(5.0)),
            (Reduction::Sum, Some(15.0)),
            (Reduction::Count, Some(3.0)),
            (Reduction::Range, Some(6.0)),
            (Reduction::Diff, Some(3.0)),
            (Reduction::Delta, Some(6.0)),
        ];
        for (how, value) in expected {
            assert_eq!(reduce(&series, how), value, "{}", how.name());
        }
    }

    #[test]
    fn nothing_reduces_to_nothing_but_a_count_of_zero() {
        for empty in [points(&[]), points(&[GAP, GAP])] {
            for how in Reduction::ALL {
                let expected = (how == Reduction::Count).then_some(0.0);
                assert_eq!(reduce(&empty, how), expected, "{}", how.name());
            }
        }
    }

    #[test]
    fn a_counters_reset_is_not_a_loss() {
        let delta = |values: &[f64]| reduce(&points(values), Reduction::Delta);
        assert_eq!(delta(&[10.0, 15.0, 3.0, 7.0]), Some(12.0));
        assert_eq!(
            delta(&[10.0, 15.0, 3.0]),
            Some(5.0),
            "the last may be incomplete"
        );
        assert_eq!(delta(&[4.0]), Some(0.0));
    }

    #[test]
    fn means_of_huge_numbers_stay_finite() {
        let mean = reduce(&points(&[f64::MAX, f64::MAX]), Reduction::Mean).unwrap();
        assert!((mean / f64::MAX - 1.0).abs() < 1e-12);
    }

    #[test]
    fn change_is_relative_to_the_start() {
        assert_eq!(change(&points(&[GAP, 8.0, 1.0, 10.0, GAP])), Some(0.25));
        assert_eq!(
            change(&points(&[-10.0, -5.0])),
            Some(0.5),
            "less of a loss is up"
        );
        assert_eq!(change(&points(&[0.0, 5.0])), None);
        assert_eq!(change(&points(&[5.0])), None);
    }

    #[test]
    fn names_are_found_again() {
        for how in Reduction::ALL {
            assert_eq!(Reduction::from_name(how.name()), Some(how));
        }
        assert_eq!(Reduction::from_name("median"), None);
    }
}
