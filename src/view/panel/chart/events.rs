//! What happened: marks of annotations on the time axis and faint lines through the plot.

use std::collections::BTreeMap;

use ratatui::style::{Modifier, Style};

use super::super::Scene;
use super::super::ink::Ink;
use super::time_plot::TimePlot;
use super::times::Span;
use crate::model::annotation::Annotation;
use crate::model::color::Color;
use crate::model::time::Moment;
use crate::ui::palette::{self, Role};

/// The events in sight of a chart.
#[derive(Debug, Default)]
pub(in super::super) struct Events {
    /// How many began in a column, and the first one's colour.
    begins: BTreeMap<u16, (usize, Option<Color>)>,
    /// Columns with a line, and its colour.
    lines: BTreeMap<u16, Option<Color>>,
    /// From where to where something lasted.
    spans: Vec<(u16, u16, Option<Color>)>,
}

impl Events {
    /// Those of the screen's annotations that lie on `plot`'s axis.
    pub(in super::super) fn new(scene: &Scene<'_>, plot: &TimePlot) -> Self {
        let mut events = Self::default();
        let window = plot.window();
        let last = window.to.plus(-1);
        for event in scene.view.annotations {
            let until = event.until.unwrap_or(event.at).max(event.at);
            if event.at >= window.to || until < window.from {
                continue;
            }
            let color = event.color;
            let from = plot.x_of(event.at.max(window.from));
            let to = plot.x_of(until.min(last));
            let (Some(from), Some(to)) = (from, to) else {
                continue;
            };
            if event.at >= window.from {
                let begun = events.begins.entry(from).or_insert((0, color));
                begun.0 += 1;
                events.lines.entry(from).or_insert(color);
            }
            if event.until.is_some() && to > from {
                events.spans.push((from, to, color));
                if until < window.to {
                    events.lines.entry(to).or_insert(color);
                }
            }
        }
        events
    }

    /// The lines, where neither data nor the cross-hair are.
    pub(in super::super) fn draw_lines(
        &self,
        scene: &Scene<'_>,
        plot: &TimePlot,
        is_taken: &dyn Fn(u16, u16) -> bool,
        cross_hair: Option<u16>,
        ink: &mut Ink<'_>,
    ) {
        let symbol = if ink.is_ascii() { ':' } else { '┊' };
        let across = if ink.is_ascii() { '-' } else { '╌' };
        for (x, color) in self.lines.iter().filter(|(x, _)| Some(**x) != cross_hair) {
            for y in plot.area.top()..plot.area.bottom() {
                if !is_taken(*x, y) {
                    ink.cell(*x, y, symbol, faint(scene, *color));
                }
            }
        }
        for (from, to, color) in &self.spans {
            for x in *from..=*to {
                let y = plot.area.top();
                if !is_taken(x, y) && !self.lines.contains_key(&x) {
                    ink.cell(x, y, across, faint(scene, *color));
                }
            }
        }
    }

    /// The marks on the time axis; several in one column are counted, beside their mark where there is
    /// room: a number alone may be taken for a part of a time. Returns where they are.
    pub(super) fn draw_marks(
        &self,
        scene: &Scene<'_>,
        plot: &TimePlot,
        ink: &mut Ink<'_>,
    ) -> Vec<Span> {
        let y = plot.area.bottom();
        let sign = ink.glyph("▲", "^");
        let mut starts = self.begins.keys().copied().skip(1);
        let mut marks = Vec::with_capacity(self.begins.len());
        for (x, (count, color)) in &self.begins {
            let end = starts.next().unwrap_or(plot.area.right());
            let short = if *count < 10 {
                count.to_string()
            } else {
                "+".to_owned()
            };
            let forms = match count {
                1 => vec![sign.to_owned()],
                _ => vec![format!("{sign}{count}"), format!("{sign}{short}"), short],
            };
            let cells = |form: &str| form.chars().count() as u16;
            let fits = |form: &&String| x + cells(form) <= end;
            let Some(mark) = forms.iter().find(fits) else {
                continue;
            };
            let style = style(scene, *color).add_modifier(Modifier::BOLD);
            ink.put(*x, y, cells(mark), mark, style);
            marks.push((*x, *x + cells(mark)));
        }
        marks
    }
}

fn style(scene: &Scene<'_>, color: Option<Color>) -> Style {
    color.map_or_else(
        || scene.role(Role::Text),
        |color| palette::color(color, scene.look()),
    )
}

fn faint(scene: &Scene<'_>, color: Option<Color>) -> Style {
    style(scene, color).add_modifier(Modifier::DIM)
}

/// The events at an instant: those that begin within a cell of `span` around it, and those that last
/// over it.
pub(super) fn at<'a>(
    scene: &Scene<'a>,
    from: Moment,
    span: i64,
) -> impl Iterator<Item = &'a Annotation> {
    let to = from.plus(span);
    scene.view.annotations.iter().filter(move |event| {
        let until = event.until.unwrap_or(event.at);
        event.at < to && (event.at >= from || until >= from)
    })
}
