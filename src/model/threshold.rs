//! From which value on a number takes which colour.

use super::color::Color;

/// From `at` on, `color`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The lowest value it holds for. The first threshold also holds below its own value (as in Grafana).
    pub at: f64,
    /// The colour.
    pub color: Color,
}

/// Thresholds, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thresholds(pub Vec<Threshold>);

impl Thresholds {
    /// The threshold that holds for `value`; none when the list is empty or the value is NaN.
    pub fn of(&self, value: f64) -> Option<Threshold> {
        if value.is_nan() {
            return None;
        }
        let reached = self.0.iter().rev().find(|threshold| value >= threshold.at);
        reached.or_else(|| self.0.first()).copied()
    }
}
