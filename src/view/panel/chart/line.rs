//! One series of a chart with all that is known of it before there is a grid: how it is drawn, on
//! which axis, what became of it, and its ghost.

use ratatui::style::Style;

use super::super::Scene;
use super::summary::Summary;
use crate::config::{ChartStyle, Stacking};
use crate::model::ghost::{Run, runs};
use crate::model::panel_data::{PanelData, Shape};
use crate::model::series::{Point, Series};
use crate::model::time::{Moment, TimeWindow};
use crate::model::unit::Unit;

/// One series.
#[derive(Clone, Debug)]
pub(in super::super) struct Line<'s> {
    /// For the legend.
    pub(in super::super) name: &'s str,
    pub(super) points: &'s [Point],
    /// In the window; none where it has no value there.
    pub(in super::super) summary: Option<Summary>,
    pub(super) style: Style,
    /// It belongs to the axis on the right.
    pub(super) is_right: bool,
    pub(super) form: ChartStyle,
    /// It stands on those before it.
    pub(super) is_stacked: bool,
    pub(super) ghost: Option<Ghost<'s>>,
}

/// The same series in the earlier window.
#[derive(Clone, Debug)]
pub(super) struct Ghost<'s> {
    pub(super) points: &'s [Point],
    pub(super) runs: Vec<Run>,
    pub(super) summary: Option<Summary>,
}

impl<'s> Line<'s> {
    /// One per series, in their order.
    pub(in super::super) fn all(
        scene: &Scene<'s>,
        series: &'s [Series],
        window: TimeWindow,
    ) -> Vec<Self> {
        let chart = &scene.panel.chart;
        let line = |(index, one): (usize, &'s Series)| {
            let is_right = chart.is_right(&one.name);
            let form = match chart.style {
                // What has a scale of its own is not measured from the same zero.
                ChartStyle::Area | ChartStyle::Bars if is_right => ChartStyle::Line,
                style => style,
            };
            Self {
                name: &one.name,
                points: &one.points,
                summary: Summary::new(&one.points, window),
                style: scene.line_style(index, &one.name),
                is_right,
                form,
                is_stacked: chart.stack != Stacking::None && !is_right,
                ghost: Ghost::of(scene, &one.name, window),
            }
        };
        series.iter().enumerate().map(line).collect()
    }

    /// The unit its numbers are written in.
    pub(super) fn unit(&self, scene: &Scene<'s>) -> &'s Unit {
        let right = scene.panel.chart.right_unit.as_ref();
        right.filter(|_| self.is_right).unwrap_or(&scene.panel.unit)
    }

    /// Its value at an instant: of the sample nearest to it, or the one that holds then; none in a gap,
    /// and further than `reach` from its ends.
    pub(super) fn at(&self, at: Moment, reach: i64) -> Option<f64> {
        reading(self.points, at, reach, self.holds())
    }

    /// Its ghost's value at an instant of today.
    pub(super) fn ghost_at(&self, at: Moment, reach: i64) -> Option<f64> {
        let ghost = self.ghost.as_ref()?;
        ghost.runs.iter().find_map(|run| {
            let points = ghost.points.get(run.points.clone())?;
            reading(points, at.plus(-run.shift), reach, self.holds())
        })
    }

    /// A value holds until the next.
    fn holds(&self) -> bool {
        matches!(self.form, ChartStyle::Bars | ChartStyle::Step)
    }
}

impl<'s> Ghost<'s> {
    fn of(scene: &Scene<'s>, name: &str, window: TimeWindow) -> Option<Self> {
        let Shape::Series(series) = scene.ghost()?.shape.as_ref() else {
            return None;
        };
        let points = &series.iter().find(|one| one.name == name)?.points;
        let (compare, zone) = (scene.view.compare, scene.view.zone);
        let runs = runs(points, compare, scene.data.window, zone);
        let summary = runs
            .iter()
            .filter_map(|run| {
                let window = TimeWindow {
                    from: window.from.plus(-run.shift),
                    to: window.to.plus(-run.shift),
                };
                Summary::new(points.get(run.points.clone())?, window)
            })
            .reduce(Summary::and);
        Some(Self {
            points,
            runs,
            summary,
        })
    }
}

impl<'a> Scene<'a> {
    /// The panel's data in the earlier window, once it was answered.
    pub(in super::super) fn ghost(&self) -> Option<&'a PanelData> {
        self.view.ghost.filter(|ghost| ghost.asked_at.is_some())
    }
}

fn reading(points: &[Point], at: Moment, reach: i64, holds: bool) -> Option<f64> {
    let next = points.partition_point(|point| point.at <= at);
    let value = |point: &&Point| point.value.is_finite();
    let before = next.checked_sub(1).and_then(|index| points.get(index));
    let after = points.get(next);
    let is_gap = |point: Option<&Point>| point.is_some_and(|point| !point.value.is_finite());
    if is_gap(before) && holds {
        return None;
    }
    let near = |point: &&Point| point.at.since(at).abs() <= reach;
    match (before.filter(value), after.filter(value)) {
        (Some(before), Some(_)) if holds => Some(before.value),
        (Some(before), Some(after)) => {
            let nearest = if at.since(before.at) <= after.at.since(at) {
                before
            } else {
                after
            };
            Some(nearest.value)
        }
        (None, after) if !holds => after.filter(near).map(|point| point.value),
        (before, _) => before.filter(near).map(|point| point.value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_the_nearest_sample_or_a_gap() {
        let points = [(0, 1.0), (100, 2.0), (200, f64::NAN), (300, 4.0)].map(|(at, value)| Point {
            at: Moment(at),
            value,
        });
        let read = |at| reading(&points, Moment(at), 30, false);
        assert_eq!([0, 40, 60, 100].map(read), [1.0, 1.0, 2.0, 2.0].map(Some));
        assert_eq!([120, 280, 320].map(read), [2.0, 4.0, 4.0].map(Some));
        assert_eq!([-31, 150, 250, 331].map(read), [None; 4]);
        assert_eq!(read(-30), Some(1.0));
        assert_eq!(reading(&[], Moment(0), 30, false), None);
    }

    #[test]
    fn a_bucket_holds_until_the_next() {
        let points = [(0, 1.0), (100, 2.0), (200, f64::NAN)].map(|(at, value)| Point {
            at: Moment(at),
            value,
        });
        let read = |at| reading(&points, Moment(at), 50, true);
        assert_eq!([0, 99, 100, 140].map(read), [1.0, 1.0, 2.0, 2.0].map(Some));
        assert_eq!([-1, 199, 220].map(read), [None; 3]);
    }
}
