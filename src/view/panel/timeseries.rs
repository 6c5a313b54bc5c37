//! Values over time, with axes in the panel's unit and the dashboard's zone.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::chart::axis::{self, Scale, ValueRange};
use super::chart::cross_hair;
use super::chart::drawing::Drawing;
use super::chart::events::Events;
use super::chart::legend::{self, Place, Table};
use super::chart::line::Line;
use super::chart::plan::{Axis, Plan};
use super::chart::times;
use super::ink::{self, Ink};
use super::{Note, Scene, message, stat};
use crate::model::panel_data::PanelData;
use crate::model::series::Series;
use crate::model::time::TimeWindow;
use crate::ui::Glyphs;
use crate::ui::palette::{self, Role};

/// Draws `series` into `area`: axes and legend where they leave room for the lines.
pub(super) fn draw(scene: &Scene<'_>, series: &[Series], area: Rect, ink: &mut Ink<'_>) -> Note {
    if area.height < 3 || area.width < 10 {
        return stat::draw(scene, series, area, ink);
    }
    let window = in_sight(scene.data, series, area.width);
    let lines = Line::all(scene, series, window);
    if lines.iter().all(|line| line.summary.is_none()) {
        message::no_data(scene, area, ink);
        return Note::default();
    }
    let place = legend::place(scene, series.len(), area);
    let table = legend::table(scene, &lines, place);
    let mut chart = area;
    let mut room = Rect::ZERO;
    match place {
        Place::None => {}
        Place::Line => {
            chart.height -= 1;
            room = Rect::new(area.x, chart.bottom(), area.width, 1);
        }
        Place::Table => {
            let height = table.height();
            chart.height -= height + 1;
            room = Rect::new(area.x, chart.bottom() + 1, area.width, height);
        }
        Place::Right => {
            let width = table.right_width(area, scene.look());
            chart.width -= width + 2;
            room = Rect::new(chart.right() + 2, area.y, width, area.height);
        }
    }
    let plan = Plan::new(scene, &lines, window, chart);
    draw_chart(scene, &plan, place, ink);
    let forms = table.ghost().map(str::to_owned).into_iter().collect();
    draw_legend(scene, table, place, &plan, room, ink);
    Note {
        forms,
        time_axis: Some(plan.time().axis()),
        ..Note::default()
    }
}

/// What became of each series; with a cross-hair what each was then.
fn draw_legend(
    scene: &Scene<'_>,
    table: Table<'_>,
    place: Place,
    plan: &Plan<'_, '_>,
    room: Rect,
    ink: &mut Ink<'_>,
) {
    let at = scene
        .view
        .cross_hair
        .filter(|at| plan.time().x_of(*at).is_some());
    let table = match at {
        Some(at) => table.at(scene, plan, at),
        None => table,
    };
    match place {
        Place::None => {}
        Place::Line => table.draw_line(scene, room, ink),
        Place::Table | Place::Right => table.draw(scene, room, ink),
    }
}

/// The data's window, moved so that what is just outside of it is seen: a row dated when its query
/// ran is later than the window's end, a bucket that holds the window's start begins before it. Just
/// outside is within a bucket or a cell.
pub(super) fn in_sight(data: &PanelData, series: &[Series], cells: u16) -> TimeWindow {
    let TimeWindow { from, to } = data.window;
    let slack = (data.window.span() / i64::from(cells.max(1))).max(data.interval);
    let newest = series.iter().filter_map(|one| {
        let points = &one.points;
        let end = points.partition_point(|point| point.at <= to.plus(slack));
        let known = points[..end].iter().rfind(|point| point.value.is_finite());
        known.map(|point| point.at)
    });
    let shift = match newest.max() {
        Some(at) if at >= to => at.since(to) + 1,
        Some(at) if at < from && at >= from.plus(-slack) => at.since(from),
        _ => 0,
    };
    TimeWindow {
        from: from.plus(shift),
        to: to.plus(shift),
    }
}

/// What fills room, the lines over it, then what only fills blanks: the cross-hair, events, the grid.
fn draw_chart(scene: &Scene<'_>, plan: &Plan<'_, '_>, place: Place, ink: &mut Ink<'_>) {
    let drawing = Drawing::new(scene, plan);
    drawing.paint_under(ink);
    let taken = threshold_lines(scene, &plan.left.range, plan.plot, &drawing, ink);
    drawing.paint_over(ink);
    let (time, is_taken) = (plan.time(), |x, y| drawing.is_taken(x, y));
    let at = cross_hair::draw_line(scene, &time, &is_taken, ink);
    let events = Events::new(scene, &time);
    events.draw_lines(scene, &time, &is_taken, at.map(|(_, x)| x), ink);
    draw_values(scene, plan, &taken, ink);
    if plan.has_times {
        times::draw(scene, &time, &events, ink);
    }
    cross_hair::draw_marked(scene, &time, ink);
    if let Some(at) = at {
        cross_hair::draw_box(scene, plan, at, place != Place::None, ink);
    }
}

/// The labels of the value axes, and the grid in rows that are not `taken`.
fn draw_values(scene: &Scene<'_>, plan: &Plan<'_, '_>, taken: &[u16], ink: &mut Ink<'_>) {
    let plot = plan.plot;
    let muted = scene.role(Role::Muted);
    let left = plot.x.saturating_sub(plan.left_width + 1);
    if plan.left_width > 0 {
        let edge = left + plan.left_width;
        for (y, text) in labels(&plan.left, plot, ink) {
            ink.put_right(edge, y, plan.left_width, &text, muted);
            // In ASCII a grid is too easily taken for data.
            if !ink.is_ascii() && !taken.contains(&y) {
                fill_blanks(plot, y, '┈', faint(scene), ink);
            }
        }
    }
    if let Some(right) = plan.right.as_ref().filter(|_| plan.right_width > 0) {
        for (y, text) in labels(right, plot, ink) {
            ink.put_cut(plot.right() + 1, y, plan.right_width, &text, muted);
        }
    }
}

/// The rows that have labels, from the top; no two in one.
fn labels(axis: &Axis, plot: Rect, ink: &Ink<'_>) -> Vec<(u16, String)> {
    let mut labels = Vec::new();
    for (value, text) in axis.labels.iter().rev() {
        let y = cell_row(&axis.range, *value, plot);
        let is_new = labels.last().is_none_or(|(last, _)| *last != y);
        if is_new && y >= plot.y && y < plot.bottom() {
            labels.push((y, text.clone()));
        }
    }
    if matches!(axis.range.scale, Scale::Log { lane: Some(_) }) {
        labels.retain(|(y, _)| y + 1 != plot.bottom());
        labels.push((plot.bottom() - 1, ink.glyph("≤0", "<=0").to_owned()));
    }
    labels
}

/// Grid lines step back behind everything else.
pub(super) fn faint(scene: &Scene<'_>) -> Style {
    scene.role(Role::Border).add_modifier(Modifier::DIM)
}

/// The cell row a value is drawn in.
pub(super) fn cell_row(range: &ValueRange, value: f64, plot: Rect) -> u16 {
    let rows = i32::from(plot.height) * 4;
    let row = range.row(value, rows).div_euclid(4);
    u16::try_from(i32::from(plot.y) + row).unwrap_or(u16::MAX)
}

pub(super) fn fill_blanks(plot: Rect, y: u16, symbol: char, style: Style, ink: &mut Ink<'_>) {
    if y < plot.y || y >= plot.bottom() {
        return;
    }
    for x in plot.left()..plot.right() {
        if ink.is_blank(x, y) {
            ink.cell(x, y, symbol, style);
        }
    }
}

/// A dashed line from each threshold on, but the first (which also holds below itself). Returns the
/// rows they stand in.
fn threshold_lines(
    scene: &Scene<'_>,
    range: &ValueRange,
    plot: Rect,
    drawing: &Drawing,
    ink: &mut Ink<'_>,
) -> Vec<u16> {
    let mut rows = Vec::new();
    for threshold in scene.panel.thresholds.0.iter().skip(1) {
        if !(range.low < threshold.at && threshold.at < range.high) {
            continue;
        }
        let y = cell_row(range, threshold.at, plot);
        let style = palette::color(threshold.color, scene.look());
        let mut line = plot;
        if plot.width >= 40 && plot.height >= 8 {
            let sign = palette::sign(threshold.color, scene.look());
            let gap = if sign.is_empty() { "" } else { " " };
            let text = format!(" {sign}{gap}{}", axis::label(scene, threshold.at));
            let cells = ink::width(&text, scene.look()) as u16;
            let start = plot.right().saturating_sub(cells);
            if (start..plot.right()).all(|x| !drawing.is_taken(x, y)) {
                ink.put(start, y, cells, &text, style);
                line.width -= cells;
            }
        }
        let dash = match scene.look().glyphs {
            Glyphs::Ascii => '-',
            _ => '╌',
        };
        for x in line.left()..line.right() {
            if !drawing.is_taken(x, y) {
                ink.cell(x, y, dash, style.add_modifier(Modifier::DIM));
            }
        }
        rows.push(y);
    }
    rows
}
