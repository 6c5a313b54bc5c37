//! The buckets of time that bars stand for, as the points tell them: months and days with a change of
//! clocks are not equally long.

use super::line::Line;
use super::trace::{TimeGrid, Trace};
use crate::config::ChartStyle;
use crate::model::sample::rhythm;
use crate::model::series::Point;
use crate::model::time::Moment;

/// Points looked at to find their usual distance.
const ENOUGH: usize = 256;

/// Ascending buckets, none empty.
#[derive(Clone, Debug)]
pub(in super::super) struct Buckets {
    starts: Vec<i64>,
    /// How long the last one is, and every one before a hole.
    width: i64,
}

impl Buckets {
    /// Those of the lines that are bars, at the times of their points. Where these are closer than cells
    /// of `dots` columns, a bucket per cell. `interval` is the query's bucket width.
    pub(super) fn new(lines: &[Line<'_>], grid: &TimeGrid, dots: u16, interval: i64) -> Self {
        let bars = || {
            let bars = lines.iter().filter(|line| line.form == ChartStyle::Bars);
            bars.map(|line| line.points)
        };
        let cell = grid
            .start(usize::from(dots.max(1)))
            .since(grid.start(0))
            .max(1);
        let tail = |points: &[Point]| {
            let last = &points[points.len().saturating_sub(ENOUGH)..];
            rhythm(last.iter().map(|point| point.at))
        };
        let width = bars().filter_map(tail).min().unwrap_or(interval);
        let window = grid.window();
        let mut times = Vec::new();
        if width > cell {
            let most = grid.columns();
            let mut add = |points: &[Point], shift: i64| {
                let (first, end) = (window.from.plus(-width), window.to);
                let from = points.partition_point(|point| point.at.plus(shift) < first);
                let to = points.partition_point(|point| point.at.plus(shift) < end);
                let seen = points.get(from..to).unwrap_or_default();
                let known = seen.iter().filter(|point| point.value.is_finite());
                times.extend(known.take(most + 1).map(|point| point.at.plus(shift).0));
            };
            for points in bars() {
                add(points, 0);
            }
            // What was there then may be missing now.
            for ghost in lines.iter().filter_map(|line| line.ghost.as_ref()) {
                for run in &ghost.runs {
                    add(
                        ghost.points.get(run.points.clone()).unwrap_or_default(),
                        run.shift,
                    );
                }
            }
            times.sort_unstable();
            // Rows of the same bucket may be dated a little apart.
            times.dedup_by(|later, first| later.saturating_sub(*first) < width / 2);
        }
        if times.is_empty() || times.len() > grid.columns() {
            let cells = grid.columns() / usize::from(dots.max(1));
            let starts = (0..cells.max(1)).map(|index| grid.start(index * usize::from(dots)).0);
            return Self {
                starts: starts.collect(),
                width: cell,
            };
        }
        Self {
            starts: times,
            width,
        }
    }

    /// How many.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// How long they are, but for a few.
    pub(super) fn width(&self) -> i64 {
        self.width
    }

    /// From when to when a bucket goes.
    pub(super) fn span(&self, index: usize) -> (Moment, Moment) {
        let start = self.starts[index];
        let next = self.starts.get(index + 1).copied().unwrap_or(i64::MAX);
        // A longer month ends where the next one begins; before a hole the usual width ends it.
        let longest = start.saturating_add(self.width.saturating_add(self.width / 8));
        let end = if next <= longest {
            next
        } else {
            start.saturating_add(self.width)
        };
        (Moment(start), Moment(end))
    }

    /// `points` by bucket, each counted as `shift` later than it is.
    pub(super) fn trace(&self, points: &[Point], shift: i64) -> Trace {
        let moved = |at: i64| at.saturating_sub(shift);
        let from = self.starts.first().copied().unwrap_or(0);
        // A column for each bucket, and one for each hole after it.
        let mut ends = Vec::with_capacity(self.len());
        let mut is_bucket = Vec::with_capacity(self.len());
        for (index, start) in self.starts.iter().enumerate() {
            if ends.last().is_some_and(|end| *end < moved(*start)) {
                ends.push(moved(*start));
                is_bucket.push(false);
            }
            ends.push(moved(self.span(index).1.0));
            is_bucket.push(true);
        }
        let mut trace = Trace::between(points, moved(from), ends.into_iter());
        let mut kept = is_bucket.into_iter();
        trace.columns.retain(|_| kept.next().unwrap_or(false));
        trace
    }
}
