//! Points sorted into the dot columns of a chart, in one pass and without thinning: each column keeps
//! its first, last, least and greatest value, which is all a line through it can show.

use crate::model::series::Point;
use crate::model::time::{Moment, TimeWindow};

/// Dot columns at absolute times. A window that slides by less than a cell gives the same grid, so
/// that the picture stands still until there is something to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct TimeGrid {
    from: i64,
    step: i64,
    columns: usize,
}

impl TimeGrid {
    /// `cells` columns of `dots` each that cover `window`.
    pub(in super::super) fn new(window: TimeWindow, cells: u16, dots: u16) -> Self {
        let (cells, dots) = (i64::from(cells.max(1)), i64::from(dots.max(1)));
        // The picture moves by a sixteenth of its width at once. Moving it costs a line all its
        // bytes; the blank this leaves at the ends is hardly seen.
        let stride = (cells / 16).max(1);
        let step = window.span().max(1) / ((cells - stride).max(1) * dots) + 1;
        let cell = step.saturating_mul(dots);
        let stride = cell.saturating_mul(stride);
        let end = window
            .to
            .0
            .div_euclid(stride)
            .saturating_add(i64::from(window.to.0.rem_euclid(stride) > 0))
            .saturating_mul(stride);
        Self {
            from: end.saturating_sub(cell.saturating_mul(cells)),
            step,
            columns: (cells * dots) as usize,
        }
    }

    /// What the grid covers.
    pub(in super::super) fn window(&self) -> TimeWindow {
        TimeWindow {
            from: Moment(self.from),
            to: Moment(self.start_of(self.columns)),
        }
    }

    /// The column `at` falls into.
    pub(in super::super) fn column(&self, at: Moment) -> Option<usize> {
        let column = at.0.checked_sub(self.from)?.div_euclid(self.step);
        usize::try_from(column)
            .ok()
            .filter(|column| *column < self.columns)
    }

    /// The first column's number counted from the epoch: patterns that use it move with the data.
    pub(in super::super) fn phase(&self) -> i64 {
        self.from.div_euclid(self.step)
    }

    fn start_of(&self, column: usize) -> i64 {
        self.from.saturating_add(
            self.step
                .saturating_mul(i64::try_from(column).unwrap_or(i64::MAX)),
        )
    }
}

/// What a line does within one dot column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Reach {
    /// First value.
    pub(in super::super) first: f64,
    /// Last value.
    pub(in super::super) last: f64,
    /// Least.
    pub(in super::super) min: f64,
    /// Greatest.
    pub(in super::super) max: f64,
    /// No gap since the last column with a value.
    pub(in super::super) joined: bool,
}

/// One series on a grid.
#[derive(Clone, Debug)]
pub(in super::super) struct Trace {
    /// By dot column; none where there is no point.
    pub(in super::super) columns: Vec<Option<Reach>>,
}

impl Trace {
    /// Sorts `points` (ascending in time) into `grid`. What is not finite is a gap.
    pub(in super::super) fn new(points: &[Point], grid: &TimeGrid) -> Self {
        let mut columns = Vec::with_capacity(grid.columns);
        let mut rest = &points[points.partition_point(|point| point.at.0 < grid.from)..];
        let mut joined = false;
        for column in 0..grid.columns {
            let end = grid.start_of(column + 1);
            let (here, after) = rest.split_at(rest.partition_point(|point| point.at.0 < end));
            rest = after;
            if let ([first, .., last], Some((min, max))) = (here, bounds(here)) {
                columns.push(Some(Reach {
                    first: first.value,
                    last: last.value,
                    min,
                    max,
                    joined,
                }));
                joined = true;
                continue;
            }
            let mut reach: Option<Reach> = None;
            for point in here {
                let value = point.value;
                if !value.is_finite() {
                    joined = false;
                    continue;
                }
                match &mut reach {
                    None => {
                        reach = Some(Reach {
                            first: value,
                            last: value,
                            min: value,
                            max: value,
                            joined,
                        });
                    }
                    Some(reach) => {
                        reach.last = value;
                        reach.min = reach.min.min(value);
                        reach.max = reach.max.max(value);
                    }
                }
                joined = true;
            }
            columns.push(reach);
        }
        Self { columns }
    }

    /// The value at each column, straight between columns that are joined, NaN in gaps.
    pub(in super::super) fn filled(&self) -> Vec<f64> {
        let mut out = vec![f64::NAN; self.columns.len()];
        let mut before: Option<(usize, f64)> = None;
        for (column, reach) in self.columns.iter().enumerate() {
            let Some(reach) = reach else { continue };
            if let Some((start, from)) = before.filter(|_| reach.joined) {
                let width = (column - start) as f64;
                for (steps, between) in (1..).zip(&mut out[start + 1..column]) {
                    *between = from + (reach.first - from) * f64::from(steps) / width;
                }
            }
            out[column] = reach.max;
            before = Some((column, reach.last));
        }
        out
    }
}

/// Least and greatest finite value in `window`.
pub(in super::super) fn extremes(points: &[Point], window: TimeWindow) -> Option<(f64, f64)> {
    let from = points.partition_point(|point| point.at < window.from);
    let to = points.partition_point(|point| point.at < window.to);
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    for part in points.get(from..to).unwrap_or_default().chunks(256) {
        if let Some((least, greatest)) = bounds(part) {
            min = min.min(least);
            max = max.max(greatest);
            continue;
        }
        for value in part.iter().map(|point| point.value) {
            if value.is_finite() {
                min = min.min(value);
                max = max.max(value);
            }
        }
    }
    (min <= max).then_some((min, max))
}

/// Least and greatest of `points` when all of them are finite: the usual case, in four lanes, because
/// a million readings must not be felt.
fn bounds(points: &[Point]) -> Option<(f64, f64)> {
    const LANES: usize = 4;
    let mut min = [f64::INFINITY; LANES];
    let mut max = [f64::NEG_INFINITY; LANES];
    // Times zero a finite number is zero, anything else NaN, which stays in the sum.
    let mut odd = [0.0; LANES];
    let (chunks, rest) = points.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            let value = chunk[lane].value;
            min[lane] = if value < min[lane] { value } else { min[lane] };
            max[lane] = if value > max[lane] { value } else { max[lane] };
            odd[lane] += value * 0.0;
        }
    }
    for (lane, point) in rest.iter().enumerate() {
        min[lane] = min[lane].min(point.value);
        max[lane] = max[lane].max(point.value);
        odd[lane] += point.value * 0.0;
    }
    let all_finite = odd.iter().sum::<f64>() == 0.0 && !points.is_empty();
    let fold = |lanes: [f64; LANES], f: fn(f64, f64) -> f64| lanes.into_iter().reduce(f);
    fold(min, f64::min)
        .zip(fold(max, f64::max))
        .filter(|_| all_finite)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[(i64, f64)]) -> Vec<Point> {
        let point = |&(at, value)| Point {
            at: Moment(at),
            value,
        };
        values.iter().map(point).collect()
    }

    fn window(from: i64, to: i64) -> TimeWindow {
        TimeWindow {
            from: Moment(from),
            to: Moment(to),
        }
    }

    #[test]
    fn a_grid_covers_its_window_and_moves_by_whole_cells() {
        let mut grids = Vec::new();
        for shift in 0..1_000 {
            let window = window(5_000_000 + shift * 1_000, 8_600_000 + shift * 1_000);
            let grid = TimeGrid::new(window, 60, 2);
            assert!(grid.window().from <= window.from && grid.window().to >= window.to);
            assert_eq!(grid.phase() % 2, 0, "columns of a cell stay together");
            grids.push(grid);
        }
        grids.dedup();
        assert!(grids.len() < 20, "{} different grids", grids.len());
    }

    #[test]
    fn a_column_keeps_every_peak() {
        let data: Vec<Point> = points(&[(0, 1.0), (1, 9.0), (2, -3.0), (3, 2.0)]);
        let trace = Trace::new(&data, &TimeGrid::new(window(0, 4), 1, 1));
        let reach = trace.columns[0].unwrap();
        assert_eq!((reach.first, reach.last), (1.0, 2.0));
        assert_eq!((reach.min, reach.max), (-3.0, 9.0));
    }

    #[test]
    fn bounds_are_those_of_finite_points_only() {
        for length in 0..12 {
            let mut data: Vec<Point> = (0..length)
                .map(|at| Point {
                    at: Moment(at),
                    value: ((at * 7) % 5) as f64 - 2.0,
                })
                .collect();
            let values = || data.iter().map(|point| point.value);
            let expected = values().reduce(f64::min).zip(values().reduce(f64::max));
            assert_eq!(bounds(&data), expected);
            for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                for index in 0..data.len() {
                    let before = std::mem::replace(&mut data[index].value, odd);
                    assert_eq!(bounds(&data), None);
                    data[index].value = before;
                }
            }
        }
    }

    #[test]
    fn a_gap_is_not_joined() {
        let data = points(&[(0, 1.0), (30, f64::NAN), (60, 2.0), (90, 4.0)]);
        let trace = Trace::new(&data, &TimeGrid::new(window(0, 100), 11, 1));
        let joined: Vec<bool> = trace.columns.iter().flatten().map(|r| r.joined).collect();
        assert_eq!(joined, [false, false, true]);
        let filled = trace.filled();
        let third = trace.columns.iter().rposition(Option::is_some).unwrap();
        assert!(filled[third - 1] > 2.0 && filled[third - 1] < 4.0);
        assert!(filled.iter().any(|value| value.is_nan()));
    }

    #[test]
    fn times_at_the_ends_of_the_calendar_do_no_harm() {
        let data = points(&[(i64::MIN, 1.0), (0, 2.0), (i64::MAX, 3.0)]);
        for window in [
            window(i64::MIN, i64::MAX),
            window(0, 0),
            window(5, 0),
            window(i64::MAX - 1, i64::MAX),
        ] {
            let grid = TimeGrid::new(window, 40, 2);
            assert_eq!(Trace::new(&data, &grid).columns.len(), 80);
            let _ = grid.column(Moment(i64::MIN));
        }
    }
}
