//! Where a chart's axes are and what its lines become on them, before anything is drawn.

use ratatui::layout::Rect;

use super::super::Scene;
use super::super::ink;
use super::axis::{self, ValueRange};
use super::buckets::Buckets;
use super::canvas::dots_per_cell;
use super::line::Line;
use super::stack::stacked;
use super::time_plot::TimePlot;
use super::trace::{Reach, TimeGrid, Trace};
use crate::config::{AxisScale, ChartStyle, Stacking};
use crate::model::series::Point;
use crate::model::time::TimeWindow;
use crate::model::unit::Unit;

/// One value axis.
#[derive(Clone, Debug)]
pub(in super::super) struct Axis {
    pub(in super::super) range: ValueRange,
    /// Marks and their labels, ascending.
    pub(in super::super) labels: Vec<(f64, String)>,
}

/// A chart that fits its area.
#[derive(Debug)]
pub(in super::super) struct Plan<'l, 's> {
    pub(in super::super) lines: &'l [Line<'s>],
    /// The cells between the axes.
    pub(in super::super) plot: Rect,
    pub(in super::super) grid: TimeGrid,
    pub(in super::super) left: Axis,
    pub(in super::super) right: Option<Axis>,
    /// Cells for the labels on the left; none where there is no room for them.
    pub(in super::super) left_width: u16,
    pub(in super::super) right_width: u16,
    pub(in super::super) has_times: bool,
    pub(in super::super) columns: Columns,
}

/// What lines become on a grid, by line.
#[derive(Debug, Default)]
pub(in super::super) struct Columns {
    /// By dot column; nothing for bars.
    pub(in super::super) traces: Vec<Trace>,
    pub(in super::super) ghosts: Vec<Option<Trace>>,
    /// From where to where: of bars by bucket, of what is stacked by dot column, else nothing.
    pub(in super::super) spans: Vec<Vec<(f64, f64)>>,
    /// The ghosts of bars, by bucket.
    pub(in super::super) bar_ghosts: Vec<Vec<f64>>,
    /// The earlier total of what is stacked, by dot column or bucket.
    pub(in super::super) total_ghost: Vec<f64>,
    /// The buckets of bars.
    pub(in super::super) buckets: Option<Buckets>,
}

impl<'l, 's> Plan<'l, 's> {
    /// Divides `area` for `lines`, of which at least one has a value in `window`.
    pub(in super::super) fn new(
        scene: &Scene<'s>,
        lines: &'l [Line<'s>],
        window: TimeWindow,
        area: Rect,
    ) -> Self {
        let look = scene.look();
        let has_times = area.height >= 5 && area.width >= 16;
        let mut plot = area;
        plot.height -= u16::from(has_times);
        let (dots, _) = dots_per_cell(look.glyphs);
        let has_sums = lines.iter().any(|line| line.is_stacked);
        let has_right = lines
            .iter()
            .any(|line| line.is_right && line.summary.is_some());
        // How wide labels are depends on the sums, those on the columns, and their number on how wide
        // labels are: what the whole width would give is near enough for the labels' room.
        let rough = TimeGrid::new(window, plot.width, dots);
        let columns = if has_sums {
            Columns::new(scene, lines, &rough, dots)
        } else {
            Columns::default()
        };
        let left = Axis::new(scene, lines, &columns, plot.height, false);
        let right = has_right.then(|| Axis::new(scene, lines, &columns, plot.height, true));
        let left_width = left.width(scene);
        let right_width = right.as_ref().map_or(0, |axis| axis.width(scene));
        let has_left = area.width >= 24 && left_width * 3 <= area.width;
        let has_right =
            right_width > 0 && area.width >= 40 && (left_width + right_width) * 3 <= area.width;
        if has_left {
            plot.x += left_width + 1;
            plot.width -= left_width + 1;
        }
        if has_right {
            plot.width -= right_width + 1;
        }
        let grid = TimeGrid::new(window, plot.width, dots);
        let columns = Columns::new(scene, lines, &grid, dots);
        let left = if has_sums {
            Axis::new(scene, lines, &columns, plot.height, false)
        } else {
            left
        };
        Self {
            lines,
            plot,
            grid,
            left,
            right,
            left_width: if has_left { left_width } else { 0 },
            right_width: if has_right { right_width } else { 0 },
            has_times,
            columns,
        }
    }

    /// The axis of a line.
    pub(in super::super) fn range_of(&self, line: &Line<'_>) -> &ValueRange {
        match &self.right {
            Some(axis) if line.is_right => &axis.range,
            _ => &self.left.range,
        }
    }

    /// Where its time axis runs.
    pub(in super::super) fn time(&self) -> TimePlot {
        TimePlot::of(self.grid.window(), self.plot)
    }

    /// How far from a sample an instant still belongs to it.
    pub(in super::super) fn reach(&self, scene: &Scene<'_>) -> i64 {
        self.time().step().max(scene.data.interval)
    }
}

impl Axis {
    fn new(
        scene: &Scene<'_>,
        lines: &[Line<'_>],
        columns: &Columns,
        height: u16,
        is_right: bool,
    ) -> Self {
        let most = (height as usize * 2 / 5).clamp(2, 7);
        let panel = scene.panel;
        let here = |line: &&Line<'_>| line.is_right == is_right;
        let (min, max) = if is_right {
            (None, None)
        } else {
            (panel.min, panel.max)
        };
        let own = lines.iter().filter(here);
        let summaries = own
            .clone()
            .filter(|line| !line.is_stacked)
            .flat_map(|line| {
                let ghost = line.ghost.as_ref().and_then(|ghost| ghost.summary);
                [line.summary, ghost].into_iter().flatten()
            });
        let mut all = summaries
            .clone()
            .map(|summary| (summary.min, summary.max))
            .reduce(wider);
        if !is_right && panel.chart.scale == AxisScale::Log {
            let least = summaries
                .map(|one| one.least_positive)
                .fold(f64::INFINITY, f64::min);
            let (lowest, most_value) = all.unwrap_or((1.0, 1.0));
            let lane = (lowest <= 0.0 && height >= 3).then_some(height);
            let range = ValueRange::log((least, most_value), min, max, lane, most);
            return Self::labelled(scene, range, &panel.unit);
        }
        let is_percent = !is_right && panel.chart.stack == Stacking::Percent;
        if !is_right {
            let sums = columns
                .spans
                .iter()
                .zip(lines)
                .filter(|(_, line)| line.is_stacked);
            let ends = sums
                .flat_map(|(spans, _)| spans.iter().map(|span| span.1))
                .chain(columns.total_ghost.iter().copied())
                .filter(|value| value.is_finite());
            all = ends.map(|value| (value, value)).chain(all).reduce(wider);
        }
        let from_zero = |line: &Line<'_>| {
            line.is_stacked || matches!(line.form, ChartStyle::Area | ChartStyle::Bars)
        };
        if own.clone().any(from_zero) {
            all = all.map(|all| wider(all, (0.0, 0.0)));
        }
        if is_percent {
            let percent = Unit::parse("percent").unwrap_or_default();
            let low = all.map_or(0.0, |(low, _)| if low < 0.0 { -100.0 } else { 0.0 });
            let (min, max) = (min.unwrap_or(low), max.unwrap_or(100.0));
            let range = ValueRange::even(
                &percent,
                Some((min, max)),
                Some(min),
                Some(max),
                most,
                height,
            );
            return Self::labelled(scene, range, &percent);
        }
        let right_unit = panel.chart.right_unit.as_ref().filter(|_| is_right);
        let unit = right_unit.unwrap_or(&panel.unit);
        let range = ValueRange::even(unit, all, min, max, most, height);
        Self::labelled(scene, range, unit)
    }

    fn labelled(scene: &Scene<'_>, range: ValueRange, unit: &Unit) -> Self {
        let label = |tick: &f64| (*tick, axis::label_in(scene, unit, *tick));
        Self {
            labels: range.ticks.iter().map(label).collect(),
            range,
        }
    }

    /// Cells the labels take: four at least, so that 8 → 12 does not move the whole chart.
    fn width(&self, scene: &Scene<'_>) -> u16 {
        let widths = self
            .labels
            .iter()
            .map(|(_, text)| ink::width(text, scene.look()));
        widths.max().unwrap_or(0).max(4) as u16
    }
}

fn wider(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

impl Columns {
    fn new(scene: &Scene<'_>, lines: &[Line<'_>], grid: &TimeGrid, dots: u16) -> Self {
        let is_percent = scene.panel.chart.stack == Stacking::Percent;
        let has_bars = lines.iter().any(|line| line.form == ChartStyle::Bars);
        let buckets = has_bars.then(|| Buckets::new(lines, grid, dots, scene.data.interval));
        let trace = |line: &Line<'_>| match &buckets {
            Some(buckets) if line.form == ChartStyle::Bars => buckets.trace(line.points, 0),
            _ => Trace::new(line.points, grid),
        };
        let ghost = |line: &Line<'_>| {
            let ghost = line.ghost.as_ref()?;
            Some(match &buckets {
                Some(buckets) if line.form == ChartStyle::Bars => {
                    let earlier = |part: &[Point], shift| buckets.trace(part, shift);
                    Trace::of_runs(ghost.points, &ghost.runs, buckets.len(), &earlier)
                }
                _ => Trace::moved(ghost.points, &ghost.runs, grid),
            })
        };
        let mut traces: Vec<Trace> = lines.iter().map(trace).collect();
        let mut ghosts: Vec<Option<Trace>> = if is_percent {
            vec![None; lines.len()]
        } else {
            lines.iter().map(ghost).collect()
        };
        let values = |line: &Line<'_>, trace: &Trace| match line.form {
            ChartStyle::Bars if line.is_stacked => by_bucket(trace, |reach| reach.mean),
            ChartStyle::Bars => by_bucket(trace, greatest),
            form => trace.filled(form == ChartStyle::Step, |reach| reach.mean),
        };
        let mut spans = vec![Vec::new(); lines.len()];
        let (mut sums, mut members) = (Vec::new(), Vec::new());
        for (index, (line, trace)) in lines.iter().zip(&traces).enumerate() {
            if line.is_stacked {
                sums.push(values(line, trace));
                members.push(index);
            } else if line.form == ChartStyle::Bars {
                spans[index] = values(line, trace)
                    .iter()
                    .map(|value| (f64::NAN, *value))
                    .collect();
            }
        }
        for (index, stacked) in members.iter().zip(stacked(&sums, is_percent)) {
            spans[*index] = stacked;
        }
        let mut earlier: Vec<Vec<f64>> = Vec::new();
        let mut bar_ghosts = vec![Vec::new(); lines.len()];
        for (index, line) in lines.iter().enumerate() {
            let Some(trace) = &ghosts[index] else {
                continue;
            };
            if line.is_stacked {
                earlier.push(values(line, trace));
            } else if line.form == ChartStyle::Bars {
                bar_ghosts[index] = values(line, trace);
            }
        }
        for (index, line) in lines.iter().enumerate() {
            if line.is_stacked {
                ghosts[index] = None;
            }
            if line.form == ChartStyle::Bars {
                traces[index] = Trace {
                    columns: Vec::new(),
                };
                ghosts[index] = None;
            }
        }
        Self {
            traces,
            ghosts,
            spans,
            bar_ghosts,
            total_ghost: totals(&earlier),
            buckets,
        }
    }
}

/// The sum of each column; NaN where nothing is.
fn totals(values: &[Vec<f64>]) -> Vec<f64> {
    let columns = values.iter().map(Vec::len).max().unwrap_or(0);
    (0..columns)
        .map(|column| {
            let here = values.iter().filter_map(|one| one.get(column).copied());
            let known = here.filter(|value| value.is_finite());
            known.reduce(|a, b| a + b).unwrap_or(f64::NAN)
        })
        .collect()
}

fn by_bucket(trace: &Trace, of: fn(&Reach) -> f64) -> Vec<f64> {
    let value = |reach: &Option<Reach>| reach.as_ref().map_or(f64::NAN, of);
    trace.columns.iter().map(value).collect()
}

/// The one further from zero: a bar that stands for several buckets shows the greatest.
fn greatest(reach: &Reach) -> f64 {
    if reach.max.abs() >= reach.min.abs() {
        reach.max
    } else {
        reach.min
    }
}
