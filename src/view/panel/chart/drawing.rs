//! Lines, areas, bars and points on a plan's plot.

use ratatui::style::{Modifier, Style};

use super::super::Scene;
use super::super::ink::Ink;
use super::canvas::{ASCII_MARKS, Canvas};
use super::line::Line;
use super::plan::Plan;
use super::trace::Trace;
use super::{bars, fill, legend};
use crate::config::ChartStyle;
use crate::ui::{Glyphs, Look};

/// Single points, by series.
const POINTS: [char; 8] = ['•', '+', 'x', 'o', '■', '*', '#', '%'];

/// What the points of the `index`-th series are drawn as.
pub(super) fn point(index: usize, glyphs: Glyphs) -> char {
    match glyphs {
        Glyphs::Ascii => ASCII_MARKS[index % ASCII_MARKS.len()],
        _ => POINTS[index % POINTS.len()],
    }
}

/// A picture in two sheets: what fills room, and the lines over it. Owners are the series, then their
/// ghosts.
#[derive(Debug)]
pub(in super::super) struct Drawing {
    under: Canvas,
    over: Canvas,
    styles: Vec<Style>,
    /// Bars are not drawn through.
    is_solid: bool,
}

impl Drawing {
    /// Draws `plan`'s lines, not yet into a buffer.
    pub(in super::super) fn new(scene: &Scene<'_>, plan: &Plan<'_, '_>) -> Self {
        let glyphs = scene.look().glyphs;
        let mut under = Canvas::new(plan.plot, glyphs);
        let mut over = Canvas::new(plan.plot, glyphs);
        bars::draw(scene, plan, &mut under);
        areas(plan, &mut under);
        ghosts(plan, &mut over, scene.look());
        bars::draw_ghosts(plan, glyphs, &mut over);
        for (index, line) in plan.lines.iter().enumerate() {
            lines(scene, plan, index, line, &mut over);
        }
        over.absorb(&under);
        let own = plan.lines.iter().map(|line| line.style);
        let dim = own.clone().map(|style| style.add_modifier(Modifier::DIM));
        Self {
            under,
            over,
            is_solid: plan.lines.iter().any(|line| line.form == ChartStyle::Bars),
            styles: own.chain(dim).collect(),
        }
    }

    /// Paints what fills room.
    pub(in super::super) fn paint_under(&self, ink: &mut Ink<'_>) {
        if self.is_solid {
            self.under.paint(&self.styles, ink);
        } else {
            let count = self.styles.len() / 2;
            self.under.paint(&self.styles[count..], ink);
        }
    }

    /// Paints the lines.
    pub(in super::super) fn paint_over(&self, ink: &mut Ink<'_>) {
        self.over.paint(&self.styles, ink);
    }

    /// Whether a cell shows data that nothing may cover.
    pub(in super::super) fn is_taken(&self, x: u16, y: u16) -> bool {
        self.over.is_lit(x, y) || self.is_solid && self.under.is_lit(x, y)
    }
}

/// Fills areas: stacked ones each on its ground, others down to the axis' base, the highest first.
fn areas(plan: &Plan<'_, '_>, canvas: &mut Canvas) {
    let (_, rows) = canvas.size();
    let range = &plan.left.range;
    let mut members: Vec<(usize, &Line<'_>)> = plan.lines.iter().enumerate().collect();
    members.retain(|(_, line)| line.form == ChartStyle::Area);
    let mean = |line: &Line<'_>| line.summary.map_or(0.0, |summary| summary.mean().abs());
    members.sort_by(|(_, a), (_, b)| mean(b).total_cmp(&mean(a)));
    for (index, line) in members {
        let spans: Vec<(f64, f64)> = if line.is_stacked {
            plan.columns.spans[index].clone()
        } else {
            let base = range.base();
            let values = plan.columns.traces[index].filled(false, |reach| reach.max);
            values.into_iter().map(|value| (base, value)).collect()
        };
        for (x, (from, to)) in (0..).zip(spans) {
            if from.is_finite() && to.is_finite() {
                let (a, b) = (range.row(from, rows), range.row(to, rows));
                let (top, bottom) = (a.min(b).max(0), a.max(b).min(rows - 1));
                // The ground of a stacked area is the line of the one below.
                let lifted = i32::from(line.is_stacked && from != 0.0 && bottom > top);
                fill::column(canvas, x, top, bottom - lifted, index as u16);
            }
        }
    }
}

/// Dashed lines where the earlier ones were.
fn ghosts(plan: &Plan<'_, '_>, canvas: &mut Canvas, look: Look) {
    let count = plan.lines.len();
    let phase = plan.grid.phase();
    let lit = move |x: i32| {
        let column = phase + i64::from(x);
        match look.glyphs {
            Glyphs::Ascii => column.rem_euclid(3) == 0,
            Glyphs::Braille | Glyphs::Blocks => column.rem_euclid(4) < 2,
        }
    };
    for (index, ghost) in plan.columns.ghosts.iter().enumerate() {
        let Some(ghost) = ghost else { continue };
        let line = &plan.lines[index];
        let pen = Pen {
            owner: (count + index) as u16,
            form: line.form,
            lit: &lit,
        };
        pen.trace(
            ghost,
            |value, rows| plan.range_of(line).row(value, rows),
            canvas,
        );
    }
    let stacked = plan.lines.iter().rposition(|line| line.is_stacked);
    let is_bars = plan.lines.iter().any(|line| line.form == ChartStyle::Bars);
    if let Some(top) = stacked.filter(|_| !is_bars) {
        let (_, rows) = canvas.size();
        let row = |value: f64| plan.left.range.row(value, rows);
        let owner = (count + top) as u16;
        join(&plan.columns.total_ghost, row, &lit, owner, canvas);
    }
}

/// One series' line, steps or points; of a stack its upper edge.
fn lines(
    scene: &Scene<'_>,
    plan: &Plan<'_, '_>,
    index: usize,
    line: &Line<'_>,
    canvas: &mut Canvas,
) {
    let phase = plan.grid.phase();
    let lit = |x: i32| legend::is_lit(index, phase + i64::from(x), scene.look());
    let range = plan.range_of(line);
    let owner = index as u16;
    if line.form == ChartStyle::Bars {
        return;
    }
    let trace = &plan.columns.traces[index];
    if line.form == ChartStyle::Points {
        let (_, rows) = canvas.size();
        let symbol = point(index, scene.look().glyphs);
        for (x, reach) in (0..).zip(&trace.columns) {
            let Some(reach) = reach else { continue };
            for value in [reach.min, reach.max, reach.first, reach.last] {
                canvas.tint(x, range.row(value, rows), symbol, owner);
            }
        }
        return;
    }
    if line.is_stacked {
        let (_, rows) = canvas.size();
        let tops: Vec<f64> = plan.columns.spans[index]
            .iter()
            .map(|span| span.1)
            .collect();
        join(&tops, |value| range.row(value, rows), &lit, owner, canvas);
        return;
    }
    let pen = Pen {
        owner,
        form: line.form,
        lit: &lit,
    };
    pen.trace(trace, |value, rows| range.row(value, rows), canvas);
}

/// A line through a value per column; NaN is a gap.
fn join(
    values: &[f64],
    row: impl Fn(f64) -> i32,
    lit: &dyn Fn(i32) -> bool,
    owner: u16,
    canvas: &mut Canvas,
) {
    let mut before: Option<(i32, i32)> = None;
    for (x, value) in (0..).zip(values) {
        let here = value.is_finite().then(|| (x, row(*value)));
        if let Some(here) = here {
            let from = before.unwrap_or(here);
            canvas.line(from, here, owner, |x| lit(x) || before.is_none());
        }
        before = here;
    }
}

/// How a trace becomes a line.
struct Pen<'a> {
    owner: u16,
    form: ChartStyle,
    /// In which dot columns it leaves dots.
    lit: &'a dyn Fn(i32) -> bool,
}

impl Pen<'_> {
    fn trace(&self, trace: &Trace, row: impl Fn(f64, i32) -> i32, canvas: &mut Canvas) {
        let (_, rows) = canvas.size();
        let mut before: Option<(i32, i32)> = None;
        for (x, reach) in (0i32..).zip(&trace.columns) {
            let Some(reach) = reach else { continue };
            let first = row(reach.first, rows);
            if let Some(from) = before.filter(|_| reach.joined) {
                if self.form == ChartStyle::Step {
                    canvas.line(from, (x, from.1), self.owner, self.lit);
                    canvas.line((x, from.1), (x, first), self.owner, |_| true);
                } else {
                    canvas.line(from, (x, first), self.owner, self.lit);
                }
            }
            let (top, bottom) = (row(reach.max, rows), row(reach.min, rows));
            let is_lit = |x| (self.lit)(x) || !reach.joined;
            canvas.line((x, top), (x, bottom), self.owner, is_lit);
            before = Some((x, row(reach.last, rows)));
        }
    }
}
