//! Points sorted into the dot columns of a chart, in one pass and without thinning: each column keeps
//! its first, last, least and greatest value, which is all a line through it can show.

use super::summary::bounds;
use crate::model::ghost::Run;
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

    /// The same columns that much earlier.
    fn earlier(self, shift: i64) -> Self {
        Self {
            from: self.from.saturating_sub(shift),
            ..self
        }
    }

    /// How many columns.
    pub(in super::super) fn columns(&self) -> usize {
        self.columns
    }

    /// When a column begins.
    pub(in super::super) fn start(&self, column: usize) -> Moment {
        Moment(self.start_of(column))
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
    /// Mean.
    pub(in super::super) mean: f64,
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
        let ends = (0..grid.columns).map(|column| grid.start_of(column + 1));
        Self::between(points, grid.from, ends)
    }

    /// Sorts `points` into columns of any width: from `from` to each of the ascending `ends`.
    pub(in super::super) fn between(
        points: &[Point],
        from: i64,
        ends: impl ExactSizeIterator<Item = i64>,
    ) -> Self {
        let mut columns = Vec::with_capacity(ends.len());
        let mut rest = &points[points.partition_point(|point| point.at.0 < from)..];
        let mut joined = false;
        for end in ends {
            let (here, after) = rest.split_at(rest.partition_point(|point| point.at.0 < end));
            rest = after;
            if let ([first, .., last], Some(bounds)) = (here, bounds(here)) {
                columns.push(Some(Reach {
                    first: first.value,
                    last: last.value,
                    min: bounds.min,
                    max: bounds.max,
                    mean: bounds.sum / here.len() as f64,
                    joined,
                }));
                joined = true;
                continue;
            }
            let mut reach: Option<Reach> = None;
            let mut count = 0.0;
            for point in here {
                let value = point.value;
                if !value.is_finite() {
                    joined = false;
                    continue;
                }
                count += 1.0;
                match &mut reach {
                    None => {
                        reach = Some(Reach {
                            first: value,
                            last: value,
                            min: value,
                            max: value,
                            mean: value,
                            joined,
                        });
                    }
                    Some(reach) => {
                        reach.last = value;
                        reach.min = reach.min.min(value);
                        reach.max = reach.max.max(value);
                        // A running mean cannot overflow where the sum would.
                        reach.mean += value / count - reach.mean / count;
                    }
                }
                joined = true;
            }
            columns.push(reach);
        }
        Self { columns }
    }

    /// As [`new`](Self::new), of points that lie in an earlier window and move onto the grid.
    pub(in super::super) fn moved(points: &[Point], runs: &[Run], grid: &TimeGrid) -> Self {
        let earlier = |part: &[Point], shift| Self::new(part, &grid.earlier(shift));
        Self::of_runs(points, runs, grid.columns, &earlier)
    }

    /// Each run's points sorted `earlier` by its shift, and put together.
    pub(in super::super) fn of_runs(
        points: &[Point],
        runs: &[Run],
        columns: usize,
        earlier: &dyn Fn(&[Point], i64) -> Self,
    ) -> Self {
        let mut columns: Vec<Option<Reach>> = vec![None; columns];
        for run in runs {
            let part = points.get(run.points.clone()).unwrap_or_default();
            let before = run
                .points
                .start
                .checked_sub(1)
                .and_then(|index| points.get(index));
            let goes_on = before.is_some_and(|point| point.value.is_finite());
            let there = earlier(part, run.shift).columns;
            let mut is_first = true;
            for (column, reach) in columns.iter_mut().zip(there) {
                let Some(mut reach) = reach else { continue };
                // A line goes on over a change of clocks.
                reach.joined |= std::mem::take(&mut is_first) && goes_on;
                *column = Some(match *column {
                    None => reach,
                    Some(before) => Reach {
                        first: before.first,
                        joined: before.joined,
                        min: before.min.min(reach.min),
                        max: before.max.max(reach.max),
                        mean: f64::midpoint(before.mean, reach.mean),
                        ..reach
                    },
                });
            }
        }
        Self { columns }
    }

    /// The value `of` each column, between columns that are joined straight on or as before (`hold`),
    /// NaN in gaps.
    pub(in super::super) fn filled(&self, hold: bool, of: fn(&Reach) -> f64) -> Vec<f64> {
        let mut out = vec![f64::NAN; self.columns.len()];
        let mut before: Option<(usize, f64)> = None;
        for (column, reach) in self.columns.iter().enumerate() {
            let Some(reach) = reach else { continue };
            if let Some((start, from)) = before.filter(|_| reach.joined) {
                let width = (column - start) as f64;
                for (steps, between) in (1..).zip(&mut out[start + 1..column]) {
                    *between = if hold {
                        from
                    } else {
                        from + (reach.first - from) * f64::from(steps) / width
                    };
                }
            }
            out[column] = of(reach);
            before = Some((column, reach.last));
        }
        out
    }
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
    fn a_gap_is_not_joined() {
        let data = points(&[(0, 1.0), (30, f64::NAN), (60, 2.0), (90, 4.0)]);
        let trace = Trace::new(&data, &TimeGrid::new(window(0, 100), 11, 1));
        let joined: Vec<bool> = trace.columns.iter().flatten().map(|r| r.joined).collect();
        assert_eq!(joined, [false, false, true]);
        let filled = trace.filled(false, |reach| reach.max);
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
