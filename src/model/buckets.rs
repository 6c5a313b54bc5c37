//! Values counted by buckets: where the bounds are, how many values lie between them, and quantiles.

use super::ticks::{clean, round_width};
use super::unit::Unit;

/// Bounds of neighbouring buckets, ascending: each holds what is at least its lower bound and below
/// its upper one. Never fewer than two bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Buckets {
    bounds: Vec<f64>,
}

/// What a configuration says about buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Their width; goes before the number, as in Grafana.
    pub size: Option<f64>,
    /// About how many.
    pub count: Option<u16>,
}

impl Buckets {
    /// At most `most` buckets (1 at least) of one width around the values from `least` to `greatest`.
    ///
    /// The width is round in `unit`, or a multiple of the one that is wanted, and the bounds are
    /// multiples of it: a further value within the old bounds does not move them. None where the ends
    /// are not finite.
    pub fn fitting(
        unit: &Unit,
        (least, greatest): (f64, f64),
        wanted: Wanted,
        most: usize,
    ) -> Option<Self> {
        if !(least.is_finite() && greatest.is_finite() && least <= greatest) {
            return None;
        }
        let (least, greatest) = (least.clamp(-1e300, 1e300), greatest.clamp(-1e300, 1e300));
        let most = most.max(1);
        let spread = greatest - least;
        let about = wanted.count.map_or(most, usize::from).clamp(1, most);
        let mut width = match wanted.size {
            // As often the wanted width as the room asks for.
            Some(size) => size * (spread / size / most as f64 - 1e-9).ceil().max(1.0),
            None if spread > 0.0 => round_width(unit, spread / about as f64),
            None => round_width(unit, least.abs().max(1e-9) / 20.0),
        };
        for _ in 0..64 {
            let bounds = bounds(width, least, greatest, most);
            if let Some(bounds) =
                bounds.filter(|bounds| bounds.len() <= about + 1 || wanted.size.is_some())
            {
                return Some(Self { bounds });
            }
            width = match wanted.size {
                Some(size) => width + size,
                None => round_width(unit, width * 1.001),
            };
        }
        // Nothing round lies between two numbers that are nearly the same.
        let above = greatest + (greatest.abs() * 1e-12).max(f64::MIN_POSITIVE);
        Some(Self {
            bounds: vec![least, above],
        })
    }

    /// With these bounds, in any order; none without two different finite ones.
    pub fn between(mut bounds: Vec<f64>) -> Option<Self> {
        bounds.retain(|bound| !bound.is_nan());
        bounds.sort_by(f64::total_cmp);
        bounds.dedup();
        (bounds.len() >= 2).then_some(Self { bounds })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.bounds.len() - 1
    }

    /// Never: there is at least one bucket.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bounds, one more than there are buckets.
    pub fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// The bucket `value` lies in.
    pub fn index(&self, value: f64) -> Option<usize> {
        let above = self.bounds.partition_point(|bound| *bound <= value);
        above.checked_sub(1).filter(|index| *index < self.len())
    }

    /// Every `step` neighbours as one bucket.
    #[must_use]
    pub fn merged(&self, step: usize) -> Self {
        let step = step.max(1);
        let mut bounds: Vec<f64> = self.bounds.iter().copied().step_by(step).collect();
        if !self.len().is_multiple_of(step) {
            bounds.extend(self.bounds.last());
        }
        Self { bounds }
    }
}

/// Multiples of `width` from at most `least` to above `greatest`; none when there are too many or
/// `width` is lost in the numbers' last digits.
fn bounds(width: f64, least: f64, greatest: f64, most: usize) -> Option<Vec<f64>> {
    if !(width > 0.0 && width.is_finite()) {
        return None;
    }
    let mut first = (least / width).floor();
    // A division may err by a bit: bounds are compared, not quotients.
    if clean((first + 1.0) * width, width) <= least {
        first += 1.0;
    }
    let count = (greatest / width).floor() - first;
    if !(0.0..=most as f64 + 1.0).contains(&count) {
        return None;
    }
    let mut bounds: Vec<f64> = (0..=count as usize)
        .map(|index| clean((first + index as f64) * width, width))
        .collect();
    while bounds.last().is_some_and(|last| *last <= greatest) {
        bounds.push(clean((first + bounds.len() as f64) * width, width));
        if bounds.len() > most + 2 {
            return None;
        }
    }
    let ascending = bounds.is_sorted_by(|left, right| left < right);
    (ascending && bounds.len() >= 2 && bounds.len() <= most + 1).then_some(bounds)
}

/// How often values come.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Shown in the legend.
    pub name: String,
    /// The values.
    pub contents: Contents,
}

/// The values of a distribution.
#[derive(Clone, Debug, PartialEq)]
pub enum Contents {
    /// Each of them, finite, ascending.
    Values(Vec<f64>),
    /// The database counted: lower bound, upper bound and how often, ascending.
    Counts(Vec<(f64, f64, f64)>),
}

impl Distribution {
    /// Of these values in any order; what is not finite is left out.
    pub fn of(name: String, mut values: Vec<f64>) -> Self {
        values.retain(|value| value.is_finite());
        values.sort_by(f64::total_cmp);
        Self {
            name,
            contents: Contents::Values(values),
        }
    }

    /// Least and greatest; none without values.
    pub fn extremes(&self) -> Option<(f64, f64)> {
        match &self.contents {
            Contents::Values(values) => Some((*values.first()?, *values.last()?)),
            Contents::Counts(counts) => {
                let filled = || counts.iter().filter(|(_, _, count)| *count > 0.0);
                Some((filled().next()?.0, filled().next_back()?.1))
            }
        }
    }

    /// How many values.
    pub fn total(&self) -> f64 {
        match &self.contents {
            Contents::Values(values) => values.len() as f64,
            Contents::Counts(counts) => counts.iter().map(|(_, _, count)| count).sum(),
        }
    }

    /// How many values lie in each of `buckets`; what was counted already, where its lower bound is.
    pub fn counted(&self, buckets: &Buckets) -> Vec<f64> {
        let mut counted = vec![0.0; buckets.len()];
        match &self.contents {
            Contents::Values(values) => {
                let below = |bound: &f64| values.partition_point(|value| value < bound);
                let mut from = buckets.bounds.first().map_or(0, below);
                for (count, bound) in counted.iter_mut().zip(buckets.bounds.iter().skip(1)) {
                    let to = below(bound);
                    *count = (to - from) as f64;
                    from = to;
                }
            }
            Contents::Counts(counts) => {
                for (from, _, count) in counts {
                    if let Some(index) = buckets.index(*from) {
                        counted[index] += count;
                    }
                }
            }
        }
        counted
    }

    /// The value that `part` (0 to 1) of all are below or at, between two of them in proportion, as
    /// PostgreSQL's `percentile_cont`; within a bucket that was counted already as if its values lay evenly.
    pub fn quantile(&self, part: f64) -> Option<f64> {
        let part = part.clamp(0.0, 1.0);
        match &self.contents {
            Contents::Values(values) => {
                let place = part * values.len().checked_sub(1)? as f64;
                let (low, high) = (
                    values[place.floor() as usize],
                    values[place.ceil() as usize],
                );
                Some(low + (high - low) * place.fract())
            }
            Contents::Counts(counts) => {
                let mut left = part * self.total();
                let filled = counts.iter().filter(|(_, _, count)| *count > 0.0);
                let mut found = None;
                for (from, to, count) in filled {
                    // A bucket without an end has no middle.
                    let (low, high) = match (from.is_finite(), to.is_finite()) {
                        (true, true) => (*from, *to),
                        (true, false) => (*from, *from),
                        (false, true) => (*to, *to),
                        (false, false) => continue,
                    };
                    found = Some(low + (high - low) * (left / count).clamp(0.0, 1.0));
                    if left <= *count {
                        break;
                    }
                    left -= count;
                }
                found
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fitting(least: f64, greatest: f64, most: usize) -> Vec<f64> {
        let unit = Unit::default();
        let buckets = Buckets::fitting(&unit, (least, greatest), Wanted::default(), most);
        buckets.unwrap().bounds().to_vec()
    }

    #[test]
    fn bounds_are_round_and_the_greatest_value_is_inside() {
        assert_eq!(
            fitting(3.0, 97.0, 10),
            (0..=10).map(|n| f64::from(n) * 10.0).collect::<Vec<_>>()
        );
        // 100 is not below 100: one bucket more is one too many, so the next width it is.
        assert_eq!(
            fitting(0.0, 100.0, 10),
            [0.0, 20.0, 40.0, 60.0, 80.0, 100.0, 120.0]
        );
        assert_eq!(fitting(0.1, 0.35, 3), [0.1, 0.2, 0.3, 0.4]);
        assert_eq!(fitting(5.0, 5.0, 8), [5.0, 5.25]);
        assert_eq!(fitting(0.0, 0.0, 8).len(), 2);
    }

    #[test]
    fn a_wanted_width_is_kept_or_taken_several_times() {
        let unit = Unit::default();
        let of = |size, most| {
            let wanted = Wanted {
                size: Some(size),
                count: Some(3),
            };
            Buckets::fitting(&unit, (12.0, 55.0), wanted, most).unwrap()
        };
        assert_eq!(of(15.0, 20).bounds(), [0.0, 15.0, 30.0, 45.0, 60.0]);
        assert_eq!(of(5.0, 6).bounds(), [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]);
    }

    #[test]
    fn impossible_ends_are_no_panic() {
        let unit = Unit::default();
        let of = |ends| Buckets::fitting(&unit, ends, Wanted::default(), 10);
        assert!(of((f64::NAN, 1.0)).is_none());
        for ends in [
            (f64::MIN, f64::MAX),
            (1e15, 1e15 + 1.0),
            (-1e-320, 1e-320),
            (1e300, 1e300),
        ] {
            let buckets = of(ends).unwrap();
            assert!(buckets.len() <= 10, "{ends:?}: {buckets:?}");
        }
    }

    #[test]
    fn quantiles_are_those_of_percentile_cont() {
        let values = Distribution::of("v".into(), vec![4.0, 1.0, f64::NAN, 2.0, 3.0]);
        assert_eq!(values.quantile(0.5), Some(2.5));
        assert_eq!(values.quantile(0.0), Some(1.0));
        assert_eq!(values.quantile(1.0), Some(4.0));
        assert_eq!(Distribution::of("v".into(), vec![]).quantile(0.5), None);
        let counted = Distribution {
            name: "c".into(),
            contents: Contents::Counts(vec![
                (0.0, 10.0, 5.0),
                (10.0, 20.0, 5.0),
                (20.0, f64::INFINITY, 0.0),
            ]),
        };
        assert_eq!(counted.quantile(0.5), Some(10.0));
        assert_eq!(counted.quantile(0.75), Some(15.0));
        assert_eq!(counted.extremes(), Some((0.0, 20.0)));
    }

    #[test]
    fn neighbours_merge_and_nothing_is_lost() {
        let buckets = Buckets::between((0..8).map(f64::from).collect()).unwrap();
        assert_eq!(buckets.merged(3).bounds(), [0.0, 3.0, 6.0, 7.0]);
        assert_eq!(buckets.merged(7).bounds(), [0.0, 7.0]);
    }

    proptest! {
        #[test]
        fn every_value_is_counted_once(
            values in prop::collection::vec(-1e6_f64..1e6, 1..200), most in 1_usize..60,
            size in prop::option::of(1e-3_f64..1e3),
        ) {
            let all = Distribution::of("v".into(), values.clone());
            let wanted = Wanted { size, count: None };
            let buckets = Buckets::fitting(&Unit::default(), all.extremes().unwrap(), wanted, most).unwrap();
            prop_assert!(buckets.len() <= most, "{} of {most}", buckets.len());
            let counted = all.counted(&buckets);
            prop_assert_eq!(counted.iter().sum::<f64>(), values.len() as f64);
            for (index, count) in counted.iter().enumerate() {
                let (from, to) = (buckets.bounds()[index], buckets.bounds()[index + 1]);
                let seen = values.iter().filter(|value| (from..to).contains(*value)).count();
                prop_assert_eq!(*count, seen as f64);
            }
        }
    }
}
