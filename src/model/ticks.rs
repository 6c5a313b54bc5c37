//! Where an axis is marked.

use jiff::tz::TimeZone;

use super::time::{Moment, TimeWindow};

/// One mark on a time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    /// Where.
    pub at: Moment,
    /// What is written there.
    pub label: String,
}

/// At most `most` values at steps of 1, 2 or 5 × 10ⁿ between `min` and `max`.
pub fn value_ticks(min: f64, max: f64, most: usize) -> Vec<f64> {
    let rough = (max - min) / most.max(1) as f64;
    if !(rough > 0.0 && rough.is_finite()) {
        return Vec::new();
    }
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power);
    let (first, last) = ((min / step).ceil() as i64, (max / step).floor() as i64);
    (first..=last)
        .take(most.max(1))
        .map(|count| count as f64 * step)
        .collect()
}

/// At most `most` round local times inside `window`.
pub fn time_ticks(window: TimeWindow, zone: &TimeZone, most: usize) -> Vec<TimeTick> {
    const SECOND: i64 = 1_000_000;
    const STEPS: [i64; 14] = [
        1, 5, 15, 30, 60, 300, 600, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400,
    ];
    let rough = window.span() / most.max(1) as i64;
    let step = STEPS
        .into_iter()
        .map(|step| step * SECOND)
        .find(|step| *step >= rough)
        .unwrap_or(86_400 * SECOND);
    let mut ticks = Vec::new();
    let mut at = window.from.0.div_euclid(step) * step;
    while at < window.to.0 && ticks.len() < most {
        if at >= window.from.0
            && let Ok(time) = jiff::Timestamp::from_microsecond(at)
        {
            let format = if step < 60 * SECOND {
                "%H:%M:%S"
            } else {
                "%H:%M"
            };
            ticks.push(TimeTick {
                at: Moment(at),
                label: time.to_zoned(zone.clone()).strftime(format).to_string(),
            });
        }
        at += step;
    }
    ticks
}
