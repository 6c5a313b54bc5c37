//! The value axis: which range is shown, and how its marks are written.

use super::super::Scene;
use crate::model::ticks::unit_ticks;
use crate::model::unit::Unit;

/// The values a chart's height stands for. Its ends are round numbers that depend on the data's
/// extremes only, so that the picture keeps its scale from poll to poll.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) struct ValueRange {
    /// At the bottom.
    pub(in super::super) low: f64,
    /// At the top.
    pub(in super::super) high: f64,
    /// Where it is marked, ascending.
    pub(in super::super) ticks: Vec<f64>,
    /// What equal distances mean.
    pub(in super::super) scale: Scale,
}

/// What equal distances on an axis mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Scale {
    /// Equal differences.
    Linear,
    /// Equal ratios. Where the data have values at or below zero, which no such axis has, the lowest
    /// cell row of `lane` (all rows of cells) is theirs.
    Log {
        /// Rows of cells in all; none where no row is set apart.
        lane: Option<u16>,
    },
}

impl ValueRange {
    /// Round ends around the data's `extremes`; `min` and `max` are exact where configured.
    /// As in Grafana the axis starts at zero when the data come near it.
    pub(in super::super) fn new(
        unit: &Unit,
        extremes: Option<(f64, f64)>,
        min: Option<f64>,
        max: Option<f64>,
        most: usize,
    ) -> Self {
        let (mut low, mut high) = extremes.unwrap_or((0.0, 1.0));
        if low == high {
            (low, high) = match low {
                value if value > 0.0 => (0.0, value * 1.25),
                value if value < 0.0 => (value * 1.25, 0.0),
                _ => (0.0, 1.0),
            };
        }
        let spread = high - low;
        if low > 0.0 && low <= spread / 2.0 {
            low = 0.0;
        }
        if high < 0.0 && -high <= spread / 2.0 {
            high = 0.0;
        }
        let finite = |value: &f64| value.is_finite();
        let (min, max) = (min.filter(finite), max.filter(finite));
        low = min.unwrap_or(low).clamp(-1e300, 1e300);
        high = max.unwrap_or(high).clamp(-1e300, 1e300);
        if low >= high {
            let room = low.abs().max(1.0);
            match (min, max) {
                (None, Some(_)) => low = high - room,
                _ => high = low + room,
            }
        }
        // A single mark tells no scale.
        let most = most.max(2);
        let ticks = (most..most + 4)
            .map(|most| unit_ticks(unit, low, high, most))
            .find(|ticks| ticks.len() >= 2)
            .unwrap_or_default();
        let step = match ticks.as_slice() {
            [first, second, ..] => second - first,
            _ => high - low,
        };
        if !(step > 0.0 && step.is_finite()) {
            return Self {
                low,
                high,
                ticks: Vec::new(),
                scale: Scale::Linear,
            };
        }
        // A hair's breadth over a mark is not a reason for another step.
        if min.is_none() {
            low = (low / step + 1e-9).floor() * step;
        }
        if max.is_none() {
            high = (high / step - 1e-9).ceil() * step;
        }
        let first = (low / step - 1e-9).ceil();
        let count = ((high / step + 1e-9).floor() - first).clamp(0.0, 50.0) as usize;
        let ticks = (0..=count)
            // `+ 0.0` turns a negative zero into zero.
            .map(|index| (first + index as f64) * step + 0.0)
            .collect();
        Self {
            low,
            high,
            ticks,
            scale: Scale::Linear,
        }
    }

    /// The dot row (from the top, `rows` in all) of `value`; outside of 0 and `rows` where it is out of range.
    pub(in super::super) fn row(&self, value: f64, rows: i32) -> i32 {
        let rows = match self.scale {
            Scale::Log { .. } if value <= 0.0 => return rows - 1,
            Scale::Log { lane: Some(cells) } => rows - rows / i32::from(cells.max(1)),
            Scale::Log { lane: None } | Scale::Linear => rows,
        };
        let part = 1.0 - self.part(value);
        let limit = f64::from(rows) * 2.0;
        (part * f64::from(rows - 1)).round().clamp(-limit, limit) as i32
    }

    /// How far up `value` stands, 0 at the bottom and 1 at the top of the axis; beyond them where it is
    /// out of range.
    pub(in super::super) fn part(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Log { .. } if value <= 0.0 => 0.0,
            Scale::Log { .. } => (value / self.low).log10() / (self.high / self.low).log10(),
        }
    }

    /// Where areas and bars begin: at zero, or at the end nearest to it.
    pub(in super::super) fn base(&self) -> f64 {
        match self.scale {
            Scale::Linear => 0.0_f64.clamp(self.low, self.high),
            Scale::Log { lane: Some(_) } => 0.0,
            Scale::Log { lane: None } => self.low,
        }
    }
}

/// A mark's label: the unit's writing with no more decimals than the number needs.
pub(in super::super) fn label(scene: &Scene<'_>, value: f64) -> String {
    label_in(scene, &scene.panel.unit, value)
}

/// As [`label`], in another unit than the panel's.
pub(in super::super) fn label_in(scene: &Scene<'_>, unit: &Unit, value: f64) -> String {
    let number = |decimals: u8| -> Option<f64> {
        unit.write_in(value, Some(decimals), scene.view.zone)
            .number
            .replace(',', "")
            .parse()
            .ok()
    };
    if let Some(exact) = number(6) {
        let enough = (0..=6).find(|decimals| {
            number(*decimals).is_some_and(|seen| (seen - exact).abs() <= exact.abs() * 1e-6)
        });
        if let Some(decimals) = enough {
            return scene.write_in(unit, value, Some(decimals)).to_string();
        }
    }
    scene
        .write_in(unit, value, scene.panel.decimals)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(low: f64, high: f64) -> (f64, f64) {
        let range = ValueRange::new(&Unit::default(), Some((low, high)), None, None, 5);
        (range.low, range.high)
    }

    #[test]
    fn ends_are_round_and_stand_still() {
        let first = range(103.0, 187.0);
        assert_eq!(range(101.0, 195.0), first);
        assert!(first.0 <= 101.0 && first.1 >= 195.0);
    }

    #[test]
    fn one_value_alone_stands_in_the_upper_part() {
        for value in [12.5, 100.0, 0.03] {
            let (low, high) = range(value, value);
            assert!(
                low == 0.0 && high > value && high <= value * 2.0,
                "{value}: {low} to {high}"
            );
        }
    }

    #[test]
    fn data_near_zero_start_at_zero() {
        assert_eq!(range(20.0, 90.0).0, 0.0);
        assert!(range(80.0, 90.0).0 > 0.0);
        assert_eq!(range(-90.0, -20.0).1, 0.0);
        assert_eq!(range(5.0, 5.0), (0.0, 8.0));
    }

    #[test]
    fn ends_are_round_where_there_is_room_for_two_marks_only() {
        let range = ValueRange::new(&Unit::default(), Some((27.5, 72.7)), None, None, 2);
        assert_eq!((range.low, range.high), (20.0, 80.0));
        assert!(range.ticks.len() >= 2, "{range:?}");
    }

    #[test]
    fn configured_ends_are_exact() {
        let range = ValueRange::new(
            &Unit::default(),
            Some((20.0, 87.0)),
            Some(0.0),
            Some(93.0),
            5,
        );
        assert_eq!((range.low, range.high), (0.0, 93.0));
        assert!(range.ticks.iter().all(|tick| (0.0..=93.0).contains(tick)));
        let upside_down = ValueRange::new(&Unit::default(), Some((2.0, 3.0)), Some(9.0), None, 5);
        assert!(upside_down.low < upside_down.high);
    }

    #[test]
    fn no_data_makes_a_range_impossible() {
        for (low, high) in [
            (f64::MIN, f64::MAX),
            (1e-300, 2e-300),
            (1e15, 1e15 + 1.0),
            (0.0, 0.0),
        ] {
            let range = ValueRange::new(&Unit::default(), Some((low, high)), None, None, 4);
            assert!(range.low < range.high, "{range:?}");
            assert!(range.ticks.len() <= 51);
            let _ = range.row(low, 40);
        }
    }
}
