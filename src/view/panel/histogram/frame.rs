//! What is where on a histogram, and which buckets it has.

use ratatui::layout::Rect;

use super::super::Scene;
use super::super::chart::axis::ValueRange;
use crate::config::Legend;
use crate::model::buckets::{Buckets, Contents, Distribution, Wanted};
use crate::model::unit::Unit;

/// More buckets than these are not made by themselves: as in Grafana.
const USUAL: usize = 30;

/// What is where.
pub(super) struct Frame {
    pub(super) buckets: Buckets,
    /// The bars' cells.
    pub(super) plot: Rect,
    /// Cells of one bucket, a blank at its right included where there is one.
    pub(super) pitch: u16,
    /// Cells of one bar.
    pub(super) bar: u16,
    /// A line above the highest bar for its count.
    pub(super) has_counts: bool,
    /// Cells left of the plot for the counts' scale; 0 without.
    pub(super) label_width: u16,
    pub(super) has_bounds: bool,
    /// The line of the quantiles' marks.
    pub(super) marks: Option<u16>,
    /// The lines of the legend.
    pub(super) legend: std::ops::Range<u16>,
}

impl Frame {
    pub(super) fn new(scene: &Scene<'_>, shown: &[Distribution], area: Rect) -> Option<Self> {
        let several = shown.len() > 1;
        let mut plot = area;
        let wanted = match scene.panel.legend {
            Legend::Hide => false,
            Legend::Show => true,
            Legend::Auto => several || scene.view.full_screen || area.height >= 8,
        };
        let mut rows = 0;
        if wanted && area.height >= 6 && area.width >= 20 {
            rows = (shown.len() as u16).min(area.height / 3).max(1);
        }
        plot.height -= rows;
        let legend = plot.bottom()..area.bottom();
        let has_bounds = plot.height >= 3 && area.width >= 12;
        let has_marks = !several && plot.height >= 6 && area.width >= 24;
        plot.height -= u16::from(has_bounds) + u16::from(has_marks);
        let marks = has_marks.then_some(plot.bottom() + u16::from(has_bounds));
        let label_width = if area.width >= 32 && plot.height >= 4 {
            6
        } else {
            0
        };
        plot.x += label_width;
        plot.width -= label_width;
        let ends = shown.iter().filter_map(Distribution::extremes);
        let ends = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        let bars = shown.len() as u16;
        // Bars of one cell and a blank, or bars alone where even that is too much.
        let least = if plot.width >= (bars + 1) * 8 {
            bars + 1
        } else {
            bars
        };
        let most = usize::from((plot.width / least.max(1)).max(1));
        let buckets = buckets(scene, shown, ends, (most, plot.width))?;
        let pitch = (plot.width / buckets.len() as u16).max(1);
        let gap = u16::from(pitch > bars);
        let bar = ((pitch - gap) / bars).max(1);
        Some(Self {
            // A pitch that is no multiple of the bars would leave ragged gaps.
            pitch: bar * bars + gap,
            bar,
            has_counts: plot.height >= 4 && bar >= 2,
            plot,
            buckets,
            label_width,
            has_bounds,
            marks,
            legend,
        })
    }

    /// From no count to the greatest or somewhat more: marks are whole counts and a whole number of lines apart.
    pub(super) fn range(&self, greatest: f64) -> ValueRange {
        let lines = self.plot.height - u16::from(self.has_counts);
        let most = usize::from(lines / 2).clamp(2, 6);
        let unit = Unit::parse("short").unwrap_or_default();
        let greatest = if greatest > 0.0 { greatest } else { 1.0 };
        // The foot of the lowest line is zero: of so many lines, one more edge is marked.
        let range = ValueRange::even(
            &unit,
            Some((0.0, greatest)),
            Some(0.0),
            None,
            most,
            lines + 1,
        );
        let are_whole = range.ticks.iter().all(|tick| tick.fract() == 0.0);
        if range.low == 0.0 && are_whole && range.ticks.len() >= 2 {
            return range;
        }
        let ends = (Some(0.0), Some(greatest));
        ValueRange::new(&unit, Some((0.0, greatest)), ends.0, ends.1, most)
    }

    /// The first cell of a bucket.
    pub(super) fn x(&self, bucket: usize) -> u16 {
        self.plot.x.saturating_add(bucket as u16 * self.pitch)
    }

    /// The cell a value stands in, and whether it is in sight.
    pub(super) fn place(&self, value: f64) -> Option<u16> {
        let index = self.buckets.index(value)?;
        let bounds = self.buckets.bounds();
        let (from, to) = (bounds[index], bounds[index + 1]);
        let part = (value - from) / (to - from);
        let part = if part.is_finite() { part } else { 0.0 };
        let x = self.x(index) + (part * f64::from(self.pitch)) as u16;
        (x < self.plot.right()).then_some(x)
    }
}

fn buckets(
    scene: &Scene<'_>,
    shown: &[Distribution],
    ends: (f64, f64),
    (most, width): (usize, u16),
) -> Option<Buckets> {
    let mut known = Vec::new();
    for one in shown {
        if let Contents::Counts(counts) = &one.contents {
            known.extend(counts.iter().flat_map(|(from, to, _)| [*from, *to]));
        }
    }
    if !known.is_empty() {
        let buckets = Buckets::between(known)?;
        let step = buckets.len().div_ceil(most);
        return Some(buckets.merged(step));
    }
    let panel = scene.panel;
    let wanted = Wanted {
        size: panel.bucket_size,
        count: panel.bucket_count,
    };
    let is_said = wanted != Wanted::default();
    let most = if is_said { most } else { most.min(USUAL) };
    let ends = (
        panel.min.unwrap_or(ends.0).min(ends.1),
        panel.max.unwrap_or(ends.1).max(ends.0),
    );
    let fitting = |most: usize| Buckets::fitting(&panel.unit, ends, wanted, most);
    if is_said {
        return fitting(most);
    }
    // Of the round widths the one whose bars fill the room best, rather many than few.
    let used = |buckets: &Buckets| {
        let count = buckets.len() as u16;
        count * (width / count.max(1))
    };
    let least = (most / 2).clamp(1, most);
    let candidates: Vec<Buckets> = (least..=most).rev().filter_map(fitting).collect();
    let enough = candidates.iter().find(|one| used(one) >= width / 4 * 3);
    let best = enough.or_else(|| candidates.iter().max_by_key(|one| used(one)));
    best.cloned()
}
