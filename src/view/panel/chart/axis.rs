//! The value axis: which range is shown, and how its marks are written.

use super::super::Scene;
use crate::model::ticks::{round_width, unit_ticks};
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
        let (mut low, mut high) = ends(extremes, min, max);
        let is_finite = |value: &f64| value.is_finite();
        let (min, max) = (min.filter(is_finite), max.filter(is_finite));
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
        Self {
            low,
            high,
            ticks: marks(low, high, step),
            scale: Scale::Linear,
        }
    }

    /// The same on an axis of so many `rows` of cells, its marks a whole number of rows apart: of the round steps that
    /// allow it the one that leaves the least room unused. The top may be no mark then. Where that would be too much
    /// room, or both ends are configured and allow no such step, marks are a row nearer here and there.
    pub(in super::super) fn even(
        unit: &Unit,
        extremes: Option<(f64, f64)>,
        min: Option<f64>,
        max: Option<f64>,
        most: usize,
        rows: u16,
    ) -> Self {
        let usual = Self::new(unit, extremes, min, max, most);
        let is_finite = |value: &f64| value.is_finite();
        let is_fixed = [min, max].map(|end| end.as_ref().is_some_and(is_finite));
        let (low, high) = ends(extremes, min, max);
        let gaps = rows.saturating_sub(1);
        if usual.is_even(gaps) {
            return usual;
        }
        // One mark more than wanted, as usual: the one that the last step ends with. And not many fewer.
        let most = most.max(2);
        let few = usual.ticks.len().div_ceil(2).max(3).min(most);
        let spans = |ends: &(f64, f64, f64)| ends.1 - ends.0;
        let fits = (1..=gaps)
            .filter(|apart| (few..=most + 1).contains(&usize::from(gaps / apart + 1)))
            .filter_map(|apart| {
                let steps = f64::from(gaps) / f64::from(apart);
                fitted(unit, (low, high), is_fixed, steps)
            });
        let best = fits.min_by(|one, other| spans(one).total_cmp(&spans(other)));
        let Some((low, high, step)) =
            best.filter(|best| spans(best) <= (usual.high - usual.low) * MOST_UNUSED)
        else {
            return usual;
        };
        let ticks = marks(low, high, step);
        if ticks.len() < 2 {
            return usual;
        }
        Self {
            low,
            high,
            ticks,
            ..usual
        }
    }

    /// Its marks are a whole number of rows apart where there are so many from end to end.
    fn is_even(&self, gaps: u16) -> bool {
        let apart = match self.ticks.as_slice() {
            [first, second, ..] => (second - first) / (self.high - self.low) * f64::from(gaps),
            _ => return false,
        };
        apart >= 1.0 - 1e-6 && (apart - apart.round()).abs() < 1e-6
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

/// How much longer than usual an axis may be for the sake of its marks.
const MOST_UNUSED: f64 = 1.5;

/// An axis of so many round steps, not all of them whole, that reaches from `low` to `high`: its ends, and the step.
/// Ends that are fixed stay where they are.
fn fitted(
    unit: &Unit,
    (low, high): (f64, f64),
    [low_fixed, high_fixed]: [bool; 2],
    steps: f64,
) -> Option<(f64, f64, f64)> {
    let mut step = round_width(unit, (high - low) / steps);
    for _ in 0..8 {
        if !(step > 0.0 && step.is_finite()) {
            return None;
        }
        let down = |value: f64| (value / step + 1e-9).floor() * step;
        let (bottom, top) = match (low_fixed, high_fixed) {
            (true, true) => {
                let is_even = (step * steps - (high - low)).abs() <= step * 1e-6;
                return is_even.then_some((low, high, step));
            }
            (true, false) => (low, low + step * steps),
            (false, true) => (high - step * steps, high),
            // What hangs from zero goes on doing so.
            (false, false) if high == 0.0 => (-step * steps, 0.0),
            (false, false) => (down(low), down(low) + step * steps),
        };
        let margin = step * 1e-6;
        if bottom <= low + margin && top >= high - margin {
            return Some((bottom, top, step));
        }
        step = round_width(unit, step * 1.001);
    }
    None
}

/// The multiples of `step` from `low` to `high`, ascending; not more than 51.
fn marks(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step - 1e-9).ceil();
    let count = ((high / step + 1e-9).floor() - first).clamp(0.0, 50.0) as usize;
    (0..=count)
        // `+ 0.0` turns a negative zero into zero.
        .map(|index| (first + index as f64) * step + 0.0)
        .collect()
}

/// From where to where an axis goes at least: around the data's `extremes`, at zero where they come near it, and
/// exactly at `min` and `max` where configured. The first is below the second.
fn ends(extremes: Option<(f64, f64)>, min: Option<f64>, max: Option<f64>) -> (f64, f64) {
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
    (low, high)
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

    /// The cell rows of an axis' marks, from the top.
    fn mark_rows(range: &ValueRange, rows: u16) -> Vec<i32> {
        let marks = range.ticks.iter().rev();
        marks
            .map(|mark| range.row(*mark, i32::from(rows) * 4) / 4)
            .collect()
    }

    fn is_evenly_spaced(rows: &[i32]) -> bool {
        rows.windows(3)
            .all(|three| three[1] - three[0] == three[2] - three[1])
    }

    #[test]
    fn marks_are_as_many_rows_apart_as_their_neighbours() {
        let of = |ends, min, max, rows: u16| {
            let most = (usize::from(rows) * 2 / 5).clamp(2, 7);
            ValueRange::even(&Unit::default(), Some(ends), min, max, most, rows)
        };
        // Four marks on nine rows were 0, 3, 5 and 8 rows down.
        let range = of((0.0, 590.0), None, None, 9);
        assert_eq!(mark_rows(&range, 9), [2, 5, 8]);
        assert_eq!(range.ticks, [0.0, 250.0, 500.0]);
        for rows in 4..60 {
            for (low, high) in [
                (0.0, 590.0),
                (0.0, 7.0),
                (103.0, 187.0),
                (-3.0, 11.0),
                (-90.0, -20.0),
            ] {
                let range = of((low, high), None, None, rows);
                let marks = mark_rows(&range, rows);
                assert!(
                    is_evenly_spaced(&marks) && marks.len() >= 2,
                    "{low} to {high}, {rows}: {range:?} {marks:?}"
                );
                assert!(range.low <= low && range.high >= high, "{range:?}");
                let range = of((low.max(0.0), high.max(1.0)), Some(0.0), None, rows);
                assert!(is_evenly_spaced(&mark_rows(&range, rows)), "{range:?}");
                assert_eq!(range.low, 0.0);
            }
        }
        let range = of((3.0, 97.0), Some(0.0), Some(100.0), 9);
        assert_eq!((range.high, mark_rows(&range, 9)), (100.0, vec![0, 4, 8]));
        // No round step is a third of a hundred.
        let range = of((3.0, 97.0), Some(0.0), Some(100.0), 10);
        assert_eq!((range.low, range.high), (0.0, 100.0));
        assert!(range.ticks.len() >= 3, "{range:?}");
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
