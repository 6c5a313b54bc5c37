//! Time series with gaps.

use super::time::Moment;

/// One reading. `value` is NaN where the data has a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub at: Moment,
    /// How much; NaN is a gap.
    pub value: f64,
}

/// A named line of points, ascending in time.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Shown in the legend.
    pub name: String,
    /// Ascending by `at`.
    pub points: Vec<Point>,
}
