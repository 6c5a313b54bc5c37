//! A logarithmic axis: equal ratios, marked at powers of ten.

use super::axis::{Scale, ValueRange};

/// What a decade is divided into where there is room.
const MARKS: [f64; 3] = [1.0, 2.0, 5.0];

impl ValueRange {
    /// From a 1, 2 or 5 times a power of ten at or below `least` (the least value above zero) to one at
    /// or above `most`; `min` and `max` are exact where configured and above zero. `lane` is the
    /// axis' height in cells where the data have values that are not above zero.
    pub(in super::super) fn log(
        (least, most): (f64, f64),
        min: Option<f64>,
        max: Option<f64>,
        lane: Option<u16>,
        ticks: usize,
    ) -> Self {
        let usable = |value: &f64| value.is_finite() && *value > 0.0;
        let (min, max) = (min.filter(usable), max.filter(usable));
        let least = Some(least).filter(usable).unwrap_or(1.0);
        let most = Some(most).filter(usable).unwrap_or(least).max(least);
        let mut low = min.unwrap_or_else(|| below(least));
        let mut high = max.unwrap_or_else(|| above(most));
        if low >= high {
            match (min, max) {
                (None, Some(_)) => low = high / 10.0,
                _ => high = low * 10.0,
            }
        }
        // A power of ten is a subnormal number, or none, beyond these.
        let (low, high) = (low.max(1e-300), high.min(1e300));
        Self {
            low,
            high: if high > low { high } else { low * 10.0 },
            ticks: marks(low, high, ticks.max(2)),
            scale: Scale::Log { lane },
        }
    }
}

/// The greatest 1, 2 or 5 times a power of ten that is not above `value`.
fn below(value: f64) -> f64 {
    let power = 10_f64.powi(value.log10().floor() as i32);
    let fits = |factor: &f64| factor * power <= value * (1.0 + 1e-9);
    MARKS.into_iter().rfind(fits).unwrap_or(1.0) * power
}

/// The least one that is not below `value`.
fn above(value: f64) -> f64 {
    let power = 10_f64.powi(value.log10().floor() as i32);
    let fits = |factor: &f64| factor * power >= value * (1.0 - 1e-9);
    MARKS.into_iter().find(fits).unwrap_or(10.0) * power
}

/// Powers of ten, with 2 and 5 times them where `most` allows; every second, third … where there are
/// too many.
fn marks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let inside = |value: &f64| *value >= low * (1.0 - 1e-9) && *value <= high * (1.0 + 1e-9);
    let fine: Vec<f64> = (first..=last)
        .flat_map(|power| MARKS.map(|factor| factor * 10_f64.powi(power)))
        .filter(inside)
        .collect();
    if fine.len() <= most {
        return fine;
    }
    let decades: Vec<f64> = (first..=last)
        .map(|power| 10_f64.powi(power))
        .filter(inside)
        .collect();
    let every = decades.len().div_ceil(most).max(1);
    decades.into_iter().step_by(every).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(least: f64, most: f64, ticks: usize) -> ValueRange {
        ValueRange::log((least, most), None, None, None, ticks)
    }

    #[test]
    fn marks_are_powers_of_ten() {
        let wide = range(3.0, 45_000.0, 6);
        assert_eq!((wide.low, wide.high), (2.0, 50_000.0));
        assert_eq!(wide.ticks, [10.0, 100.0, 1_000.0, 10_000.0]);
        assert_eq!(range(3.0, 40.0, 6).ticks, [2.0, 5.0, 10.0, 20.0, 50.0]);
        assert_eq!(range(1e-6, 1e6, 4).ticks, [1e-6, 1e-2, 1e2, 1e6]);
    }

    #[test]
    fn equal_ratios_are_equal_distances() {
        let range = range(1.0, 10_000.0, 6);
        let rows: Vec<i32> = [1.0, 10.0, 100.0, 1_000.0, 10_000.0]
            .map(|value| range.row(value, 41))
            .to_vec();
        assert_eq!(rows, [40, 30, 20, 10, 0]);
    }

    #[test]
    fn what_is_not_above_zero_has_the_lowest_row_to_itself() {
        let range = ValueRange::log((1.0, 100.0), None, None, Some(10), 6);
        assert_eq!([0.0, -5.0].map(|value| range.row(value, 40)), [39, 39]);
        assert_eq!(range.row(1.0, 40), 35, "the row above");
        assert_eq!(range.row(100.0, 40), 0);
    }

    #[test]
    fn no_data_makes_a_range_impossible() {
        for (least, most) in [
            (f64::INFINITY, -3.0),
            (f64::MIN_POSITIVE, f64::MAX),
            (5.0, 5.0),
            (1e300, 1e308),
            (5e-324, 5e-324),
        ] {
            for (min, max) in [(None, None), (Some(50.0), Some(2.0)), (None, Some(-1.0))] {
                let range = ValueRange::log((least, most), min, max, None, 5);
                assert!(range.low > 0.0 && range.low < range.high, "{range:?}");
                assert!(range.ticks.len() <= 5, "{range:?}");
                let _ = range.row(most, 40);
            }
        }
    }
}
