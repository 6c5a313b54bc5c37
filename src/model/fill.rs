//! Filling buckets no row came back for: the third argument of `$__timeGroup`.

use super::series::{Point, Series};
use super::time::{Moment, TimeWindow};

/// What stands in an empty bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FillMode {
    /// A gap.
    Null,
    /// The value before; a gap before the first.
    Previous,
    /// This number.
    Value(f64),
}

impl FillMode {
    /// Reads `NULL`, `previous` or a number.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("null") {
            return Ok(Self::Null);
        }
        if text.eq_ignore_ascii_case("previous") {
            return Ok(Self::Previous);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Self::Value(value)),
            _ => Err(format!(
                "the fill `{text}` is none of `NULL`, `previous` and a number"
            )),
        }
    }
}

/// A fill that a query asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fill {
    /// The bucket width in microseconds, more than 0.
    pub interval: i64,
    /// What stands in an empty bucket.
    pub mode: FillMode,
}

/// Most points a fill may make, of all series together; as in Grafana more leave the data alone.
const MOST_POINTS: i64 = 1_000_000;

/// Puts every series on one grid: from ⌊from / interval⌋ · interval to the window's end. A bucket at
/// `t` shows the last point in (t − interval, t], and `mode` where there is none (Grafana's SDK,
/// `sqlutil/resample.go`). Series without points stay empty.
pub fn fill(series: &mut [Series], window: TimeWindow, interval: i64, mode: FillMode) {
    if interval <= 0 || !window.from.is_finite() || !window.to.is_finite() {
        return;
    }
    let start = window.from.0.div_euclid(interval).saturating_mul(interval);
    let buckets = window.to.0.saturating_sub(start) / interval + 1;
    let lines = i64::try_from(series.len()).unwrap_or(i64::MAX);
    if buckets.saturating_mul(lines) > MOST_POINTS || window.to.0 < start {
        return;
    }
    for series in series.iter_mut().filter(|series| !series.points.is_empty()) {
        let mut points = Vec::with_capacity(buckets as usize);
        let mut rest = series.points.iter().peekable();
        let mut before = None;
        for bucket in 0..buckets {
            let at = Moment(start + bucket * interval);
            let mut found = None;
            while let Some(point) = rest.next_if(|point| point.at <= at) {
                found = Some(point.value);
            }
            let value = found.unwrap_or(match mode {
                FillMode::Null => f64::NAN,
                FillMode::Previous => before.unwrap_or(f64::NAN),
                FillMode::Value(value) => value,
            });
            before = found.or(before);
            points.push(Point { at, value });
        }
        series.points = points;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(points: &[(i64, f64)], from: i64, to: i64, mode: FillMode) -> Vec<(i64, f64)> {
        let points = points.iter().map(|(at, value)| Point {
            at: Moment(*at),
            value: *value,
        });
        let mut series = [Series {
            name: "a".to_owned(),
            points: points.collect(),
        }];
        let window = TimeWindow {
            from: Moment(from),
            to: Moment(to),
        };
        fill(&mut series, window, 10, mode);
        // −1 stands for a gap: NaN equals nothing.
        let value = |value: f64| if value.is_nan() { -1.0 } else { value };
        let points = series[0].points.iter();
        points
            .map(|point| (point.at.0, value(point.value)))
            .collect()
    }

    const SOME: [(i64, f64); 3] = [(10, 1.0), (14, 2.0), (40, 3.0)];

    #[test]
    fn empty_buckets_take_what_the_mode_says() {
        assert_eq!(
            filled(&SOME, 3, 50, FillMode::Null),
            [
                (0, -1.0),
                (10, 1.0),
                (20, 2.0),
                (30, -1.0),
                (40, 3.0),
                (50, -1.0)
            ]
        );
        assert_eq!(
            filled(&SOME, 3, 50, FillMode::Previous),
            [
                (0, -1.0),
                (10, 1.0),
                (20, 2.0),
                (30, 2.0),
                (40, 3.0),
                (50, 3.0)
            ]
        );
        assert_eq!(
            filled(&SOME, 3, 50, FillMode::Value(0.0)),
            [
                (0, 0.0),
                (10, 1.0),
                (20, 2.0),
                (30, 0.0),
                (40, 3.0),
                (50, 0.0)
            ]
        );
    }

    #[test]
    fn no_points_stay_none_and_too_many_buckets_are_not_made() {
        assert!(filled(&[], 0, 50, FillMode::Null).is_empty());
        assert_eq!(filled(&SOME, 0, 100_000_000, FillMode::Null).len(), 3);
    }

    #[test]
    fn modes_are_read() {
        assert_eq!(FillMode::parse("NULL"), Ok(FillMode::Null));
        assert_eq!(FillMode::parse(" previous"), Ok(FillMode::Previous));
        assert_eq!(FillMode::parse("-1.5"), Ok(FillMode::Value(-1.5)));
        assert!(FillMode::parse("linear").is_err());
        assert!(FillMode::parse("nan").is_err());
    }
}
