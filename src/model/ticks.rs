//! Where an axis has its marks.

mod clock;

use super::unit::{Roundness, Unit};

pub use self::clock::{TimeTick, time_ticks, time_ticks_in};

/// Round numbers from `min` to `max` (both included where round), at most `most` of them: multiples
/// of 1, 2, 2.5 or 5 times a power of ten. Empty when the ends are not finite or `most` is 0; one
/// tick when they are equal.
pub fn value_ticks(min: f64, max: f64, most: usize) -> Vec<f64> {
    multiples(min, max, most, decimal_step)
}

/// As [`value_ticks`], with numbers that are round in `unit`: powers of two for ÷1024 bytes, and
/// seconds, minutes, hours and days for lengths of time.
pub fn unit_ticks(unit: &Unit, min: f64, max: f64, most: usize) -> Vec<f64> {
    match unit.roundness() {
        Roundness::Decimal => value_ticks(min, max, most),
        Roundness::Binary => multiples(min, max, most, binary_step),
        Roundness::Clock(per_second) => multiples(min, max, most, |least| {
            clock_step(least / per_second) * per_second
        }),
    }
}

/// The least round width in `unit` that is not below `least` (above 0).
pub fn round_width(unit: &Unit, least: f64) -> f64 {
    match unit.roundness() {
        Roundness::Decimal => decimal_step(least),
        Roundness::Binary => binary_step(least),
        Roundness::Clock(per_second) => clock_step(least / per_second) * per_second,
    }
}

/// The least round length of time that is not below `least`, both in microseconds.
pub fn round_time(least: i64) -> i64 {
    let seconds = clock_step(least.max(1) as f64 / 1e6);
    ((seconds * 1e6).round() as i64).max(1)
}

/// Multiples of the least step `round` offers that gives at most `most` of them.
fn multiples(min: f64, max: f64, most: usize, round: impl Fn(f64) -> f64) -> Vec<f64> {
    if most == 0 || !(max - min).is_finite() {
        return Vec::new();
    }
    let (min, max) = (min.min(max), min.max(max));
    if min == max {
        return vec![min];
    }
    let span = max - min;
    let mut step = round(span / most as f64);
    // A rounded step can still give one tick too many when both ends are on it.
    for _ in 0..8 {
        // The margin forgives the last bit of a division, as in 0.3 / 0.1.
        let first = (min / step - 1e-9).ceil();
        let last = (max / step + 1e-9).floor();
        if !(step > 0.0 && first.is_finite() && last.is_finite()) {
            return Vec::new();
        }
        let count = last - first + 1.0;
        if count <= most as f64 {
            return (0..count.max(0.0) as usize)
                .map(|index| clean((first + index as f64) * step, step))
                .collect();
        }
        step = round(step * 1.001);
    }
    Vec::new()
}

/// Removes what binary floats add: 0.30000000000000004 → 0.3.
pub(super) fn clean(value: f64, step: f64) -> f64 {
    let digits = (3.0 - step.log10().floor()).clamp(0.0, 17.0) as usize;
    let value = format!("{value:.digits$}").parse().unwrap_or(value);
    if value == 0.0 { 0.0 } else { value }
}

/// The least of 1, 2, 2.5, 5 × 10ⁿ that is not below `least`.
fn decimal_step(least: f64) -> f64 {
    let power = 10_f64.powi(least.log10().floor() as i32);
    [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// The least power of two; below one byte decimal.
fn binary_step(least: f64) -> f64 {
    if least <= 0.5 {
        return decimal_step(least);
    }
    let step = 2_f64.powi(least.log2().ceil() as i32);
    if step < least { step * 2.0 } else { step }
}

/// Round lengths of time in seconds.
const CLOCK: [f64; 27] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1_800.0,
    3_600.0,
    7_200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    604_800.0,
    1_209_600.0,
    2_592_000.0,
    7_776_000.0,
    15_552_000.0,
    31_536_000.0,
    63_072_000.0,
    157_680_000.0,
];

/// The least round length of time, in seconds; below one second and above five years decimal.
fn clock_step(least: f64) -> f64 {
    if least <= 0.5 {
        return decimal_step(least);
    }
    CLOCK
        .into_iter()
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or_else(|| decimal_step(least / 31_536_000.0) * 31_536_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(value_ticks(0.0, 100.0, 5), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(value_ticks(0.0, 100.0, 3), [0.0, 50.0, 100.0]);
        assert_eq!(value_ticks(3.0, 97.0, 5), [20.0, 40.0, 60.0, 80.0]);
        assert_eq!(value_ticks(0.0, 0.3, 4), [0.0, 0.1, 0.2, 0.3]);
        assert_eq!(value_ticks(-1.0, 1.0, 5), [-1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(value_ticks(5.0, 5.0, 5), [5.0]);
    }

    #[test]
    fn ticks_are_round_in_their_unit() {
        let unit = |id| Unit::parse(id).unwrap();
        let kib = 1_024.0;
        assert_eq!(
            unit_ticks(&unit("bytes"), 0.0, 4.0 * kib, 5),
            [0.0, kib, 2.0 * kib, 3.0 * kib, 4.0 * kib]
        );
        assert_eq!(
            unit_ticks(&unit("s"), 0.0, 100.0, 4),
            [0.0, 30.0, 60.0, 90.0]
        );
        assert_eq!(
            unit_ticks(&unit("ms"), 0.0, 200_000.0, 4),
            [0.0, 60_000.0, 120_000.0, 180_000.0]
        );
        assert_eq!(unit_ticks(&unit("ms"), 0.0, 100.0, 3), [0.0, 50.0, 100.0]);
        assert_eq!(unit_ticks(&unit("h"), 0.0, 48.0, 3), [0.0, 24.0, 48.0]);
    }

    #[test]
    fn hopeless_ends_give_no_ticks() {
        assert!(value_ticks(f64::NAN, 1.0, 5).is_empty());
        assert!(value_ticks(0.0, f64::INFINITY, 5).is_empty());
        assert!(value_ticks(f64::MIN, f64::MAX, 5).is_empty());
        assert!(value_ticks(0.0, 1.0, 0).is_empty());
    }

    proptest! {
        #[test]
        fn ticks_lie_between_the_ends_and_are_few(
            a in -1e12_f64..1e12, span in 1e-6_f64..1e12, most in 1_usize..20,
            id in prop::sample::select(vec!["none", "bytes", "s", "ms", "d"]),
        ) {
            let unit = Unit::parse(id).unwrap();
            let ticks = unit_ticks(&unit, a, a + span, most);
            prop_assert!(ticks.len() <= most);
            let margin = span * 1e-3 + a.abs() * 1e-9;
            for tick in &ticks {
                prop_assert!(*tick >= a - margin && *tick <= a + span + margin, "{tick}");
            }
        }

        #[test]
        fn two_or_more_ticks_where_there_is_room(a in -1e6_f64..1e6, span in 1e-3_f64..1e6) {
            prop_assert!(value_ticks(a, a + span, 6).len() >= 2);
        }
    }
}
