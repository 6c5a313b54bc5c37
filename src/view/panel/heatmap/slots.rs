//! A heatmap's counts by slots of time and rows of buckets, sized for the cells there are.

use super::super::Scene;
use super::super::chart::time_plot::TimePlot;
use super::super::ink;
use super::written;
use crate::model::buckets::{Buckets, Wanted};
use crate::model::heat::{Bucket, Counted, Heat};
use crate::model::series::Point;
use crate::model::ticks::round_time;
use crate::model::time::{Moment, TimeWindow};
use crate::ui::Glyphs;

/// More buckets than these are not made of readings by themselves: too few would fall into each.
const USUAL: usize = 40;

/// The buckets from bottom to top, each as high as the others.
pub(super) struct Rows {
    /// What readings are sorted into; none where the database counted.
    buckets: Option<Buckets>,
    /// How many neighbours of the database's buckets share a row.
    merged: usize,
    /// How many rows of buckets.
    pub(super) count: usize,
    /// Dot rows of all of them.
    dots: usize,
    /// Dot rows from below, with what stands beside them.
    pub(super) labels: Vec<(usize, String)>,
}

impl Rows {
    pub(super) fn new(
        scene: &Scene<'_>,
        heat: &Heat,
        lines: usize,
        halves: usize,
        width: u16,
    ) -> Option<Self> {
        let dots = lines * halves;
        if dots == 0 {
            return None;
        }
        match heat {
            Heat::Readings(points) => Self::of_readings(scene, points, dots, halves),
            Heat::Counted(counted) if counted.buckets.is_empty() => None,
            Heat::Counted(counted) => Some(Self::of_counts(scene, counted, dots, halves, width)),
        }
    }

    fn of_readings(
        scene: &Scene<'_>,
        points: &[Point],
        dots: usize,
        halves: usize,
    ) -> Option<Self> {
        let panel = scene.panel;
        let inside = within(points, scene.data.window);
        let shown = inside
            .iter()
            .map(|point| point.value)
            .filter(|value| panel.min.is_none_or(|min| *value >= min))
            .filter(|value| panel.max.is_none_or(|max| *value <= max));
        let (least, greatest) = shown.fold(None, |ends: Option<(f64, f64)>, value| {
            let (least, greatest) = ends.unwrap_or((value, value));
            Some((least.min(value), greatest.max(value)))
        })?;
        let ends = (
            panel.min.unwrap_or(least).min(least),
            panel.max.unwrap_or(greatest).max(greatest),
        );
        let wanted = Wanted {
            size: panel.bucket_size,
            count: panel.bucket_count,
        };
        let is_said = wanted != Wanted::default();
        let fitting = |most: usize| Buckets::fitting(&panel.unit, ends, wanted, most);
        let buckets = if is_said {
            fitting(dots)?
        } else {
            // Of the round widths the finest that gives most rows of dots to buckets of one height.
            let most = dots.min(USUAL);
            let used = |one: &Buckets| one.len() * (dots / one.len());
            let all: Vec<Buckets> = (most / 3..=most).rev().filter_map(fitting).collect();
            let enough = all.iter().find(|one| used(one) * 8 >= dots * 5);
            enough
                .or_else(|| all.iter().max_by_key(|one| used(one)))?
                .clone()
        };
        let mut rows = Self {
            merged: 1,
            count: buckets.len(),
            dots,
            labels: Vec::new(),
            buckets: None,
        };
        rows.labels = bound_labels(scene, &buckets, dots / halves)
            .map(|(bucket, text)| (rows.lowest(bucket), text))
            .collect();
        rows.buckets = Some(buckets);
        Some(rows)
    }

    fn of_counts(
        scene: &Scene<'_>,
        counted: &Counted,
        dots: usize,
        halves: usize,
        width: u16,
    ) -> Self {
        let merged = counted.buckets.len().div_ceil(dots);
        let count = counted.buckets.len().div_ceil(merged);
        let lines = (dots / halves).max(1);
        let mut rows = Self {
            buckets: None,
            merged,
            count,
            dots,
            labels: Vec::new(),
        };
        // A bucket's name stands in the middle of it; as many as there are lines for.
        let each = count.div_ceil(lines);
        rows.labels = (0..count)
            .step_by(each)
            .map(|row| {
                let first = &counted.buckets[row * merged];
                let last =
                    &counted.buckets[((row + 1) * merged - 1).min(counted.buckets.len() - 1)];
                let text = bucket_name(
                    scene,
                    if matches!(first, Bucket::AtMost(_)) {
                        last
                    } else {
                        first
                    },
                );
                let room = usize::from(width) / 3;
                (
                    usize::midpoint(rows.lowest(row), rows.lowest(row + 1) - 1),
                    ink::cut(&text, room, scene.look()),
                )
            })
            .collect();
        rows
    }

    /// The bucket at a dot row from below. Rows that are left over make some buckets a row higher.
    pub(super) fn bucket(&self, row: usize) -> Option<usize> {
        (row < self.dots).then(|| row * self.count / self.dots)
    }

    /// The lowest dot row of a bucket.
    fn lowest(&self, bucket: usize) -> usize {
        (bucket * self.dots).div_ceil(self.count)
    }
}

/// The lower bounds of buckets, some lines apart and the same ones whatever the window shows.
fn bound_labels<'a>(
    scene: &'a Scene<'_>,
    buckets: &'a Buckets,
    lines: usize,
) -> impl Iterator<Item = (usize, String)> + 'a {
    const EACH: [usize; 10] = [1, 2, 4, 5, 10, 20, 25, 50, 100, 200];
    let most = (lines / 2).clamp(1, 8);
    let bounds = &buckets.bounds()[..buckets.len()];
    let each = EACH
        .into_iter()
        .find(|each| bounds.len().div_ceil(*each) <= most);
    let each = each.unwrap_or(bounds.len()).max(1);
    let width = buckets.bounds()[1] - buckets.bounds()[0];
    let number = move |bound: f64| (bound / width).round();
    bounds
        .iter()
        .enumerate()
        .filter(move |(_, bound)| number(**bound).rem_euclid(each as f64) < 0.5)
        .map(|(index, bound)| (index, written(scene, *bound)))
}

fn bucket_name(scene: &Scene<'_>, bucket: &Bucket) -> String {
    let at_most = if scene.look().glyphs == Glyphs::Ascii {
        "<="
    } else {
        "≤"
    };
    match bucket {
        Bucket::AtMost(bound) => format!("{at_most} {}", written(scene, *bound)),
        Bucket::From(bound) => written(scene, *bound),
        Bucket::Named(name) => name.clone(),
    }
}

/// Slots of time, ascending, and a count per slot and row of buckets; NaN where there is none.
pub(super) struct Slots {
    times: Vec<TimeWindow>,
    rows: usize,
    pub(super) counts: Vec<f64>,
    /// Their common length in microseconds, where they have one.
    pub(super) width: Option<i64>,
}

impl Slots {
    pub(super) fn new(scene: &Scene<'_>, heat: &Heat, plot: &TimePlot, rows: &Rows) -> Self {
        match (heat, &rows.buckets) {
            (Heat::Readings(points), Some(buckets)) => {
                Self::of_readings(scene, points, plot, rows, buckets)
            }
            (Heat::Counted(counted), _) => Self::of_counts(scene, counted, plot, rows),
            (Heat::Readings(_), None) => Self::between(Vec::new(), rows.count, None),
        }
    }

    fn between(times: Vec<TimeWindow>, rows: usize, width: Option<i64>) -> Self {
        let counts = vec![f64::NAN; times.len() * rows];
        Self {
            times,
            rows,
            counts,
            width,
        }
    }

    /// Slots of `width` over what the plot shows; they begin at full hours and days of the zone's wall
    /// clock (as it is at the window's start), so that a later window has the same ones.
    fn even(scene: &Scene<'_>, plot: &TimePlot, rows: usize, width: i64) -> Self {
        let window = plot.window();
        let offset = scene.view.zone.to_offset(window.from.to_timestamp());
        let ahead = i64::from(offset.seconds()) * 1_000_000;
        let local = window.from.0.saturating_add(ahead);
        let mut from = local
            .div_euclid(width)
            .saturating_mul(width)
            .saturating_sub(ahead);
        let mut times = Vec::new();
        while from < window.to.0 && times.len() <= usize::from(plot.area.width) + 2 {
            let to = from.saturating_add(width);
            times.push(TimeWindow {
                from: Moment(from),
                to: Moment(to),
            });
            from = to;
        }
        Self::between(times, rows, Some(width))
    }

    fn of_readings(
        scene: &Scene<'_>,
        points: &[Point],
        plot: &TimePlot,
        rows: &Rows,
        buckets: &Buckets,
    ) -> Self {
        let points = within(points, plot.window());
        let span = plot.window().span();
        // Some readings in each slot, but some slots too.
        let some = span / i64::try_from(points.len().max(1)).unwrap_or(i64::MAX) * 6;
        let width = round_time(some.min(span / 24).max(plot.step()));
        let mut slots = Self::even(scene, plot, rows.count, width);
        let mut slot = 0;
        for point in points {
            // Points and slots are both ascending.
            while slots
                .times
                .get(slot)
                .is_some_and(|times| times.to <= point.at)
            {
                slot += 1;
            }
            if let Some(row) = buckets.index(point.value) {
                slots.add(slot, row, 1.0);
            }
        }
        slots
    }

    fn of_counts(scene: &Scene<'_>, counted: &Counted, plot: &TimePlot, rows: &Rows) -> Self {
        let times = &counted.times;
        let least = times.windows(2).map(|pair| pair[1].since(pair[0])).min();
        let step = counted.step.or(least).unwrap_or(scene.data.interval).max(1);
        let mut slots = if step >= plot.step() {
            let ends = times.iter().skip(1).copied().map(Some).chain([None]);
            let slots = times.iter().zip(ends).map(|(from, next)| {
                let next = next.filter(|next| next.since(*from) <= step.saturating_mul(5) / 2);
                TimeWindow {
                    from: *from,
                    to: next.unwrap_or(from.plus(step)),
                }
            });
            let window = plot.window();
            let slots = slots.filter(|slot| slot.to > window.from && slot.from < window.to);
            Self::between(slots.collect(), rows.count, counted.step)
        } else {
            // Whole steps, or every other slot would hold one more.
            let width = (plot.step() + step - 1) / step * step;
            Self::even(scene, plot, rows.count, width)
        };
        for cell in &counted.cells {
            if let Some(slot) = slots.at(times[cell.time as usize]) {
                slots.add(slot, cell.bucket as usize / rows.merged, cell.count);
            }
        }
        slots
    }

    /// The slot that holds `at`.
    pub(super) fn at(&self, at: Moment) -> Option<usize> {
        let index = self
            .times
            .partition_point(|slot| slot.from <= at)
            .checked_sub(1)?;
        (at < self.times[index].to).then_some(index)
    }

    pub(super) fn count(&self, slot: usize, row: usize) -> f64 {
        self.counts[slot * self.rows + row]
    }

    fn add(&mut self, slot: usize, row: usize, count: f64) {
        if let Some(sum) = self.counts.get_mut(slot * self.rows + row) {
            *sum = if sum.is_nan() { count } else { *sum + count };
        }
    }
}

/// The points inside `window`; they are ascending.
fn within(points: &[Point], window: TimeWindow) -> &[Point] {
    let from = points.partition_point(|point| point.at < window.from);
    let to = points.partition_point(|point| point.at < window.to);
    &points[from..to.max(from)]
}
