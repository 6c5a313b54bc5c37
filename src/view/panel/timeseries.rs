//! Lines over time, with axes in the panel's unit and the dashboard's zone.

use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::chart::axis::{self, ValueRange};
use super::chart::canvas::{Canvas, dots_per_cell};
use super::chart::legend::{self, Place};
use super::chart::trace::{TimeGrid, Trace, extremes};
use super::ink::{self, Ink};
use super::{Note, Scene, TimeAxis, message, stat};
use crate::model::panel_data::PanelData;
use crate::model::series::Series;
use crate::model::ticks::time_ticks_in;
use crate::model::time::TimeWindow;
use crate::ui::Glyphs;
use crate::ui::palette::{self, Role};

/// Draws `series` into `area`: axes and legend where they leave room for the lines.
pub(super) fn draw(scene: &Scene<'_>, series: &[Series], area: Rect, ink: &mut Ink<'_>) -> Note {
    if area.height < 3 || area.width < 10 {
        return stat::draw(scene, series, area, ink);
    }
    let window = in_sight(scene.data, series, area.width);
    let spans: Vec<_> = series
        .iter()
        .map(|one| extremes(&one.points, window))
        .collect();
    if spans.iter().all(Option::is_none) {
        message::no_data(scene, area, ink);
        return Note::default();
    }
    let entries = legend::entries(scene, series, &spans);
    let place = legend::place(scene, series.len(), area);
    let mut chart = area;
    match place {
        Place::None => {}
        Place::Line => {
            chart.height -= 1;
            let line = Rect::new(area.x, chart.bottom(), area.width, 1);
            legend::draw_line(scene, &entries, line, ink);
        }
        Place::Table => {
            let height = entries.len() as u16 + 1;
            chart.height -= height + 1;
            let table = Rect::new(area.x, chart.bottom() + 1, area.width, height);
            legend::draw_table(scene, &entries, table, ink);
        }
        Place::Right => {
            let width = legend::right_width(&entries, area, scene.look());
            chart.width -= width + 2;
            let table = Rect::new(chart.right() + 2, area.y, width, area.height);
            legend::draw_table(scene, &entries, table, ink);
        }
    }
    Note {
        time_axis: Some(draw_chart(scene, series, &spans, window, chart, ink)),
        ..Note::default()
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

/// Axes, then the lines, then what only fills blanks: threshold lines and the grid.
fn draw_chart(
    scene: &Scene<'_>,
    series: &[Series],
    spans: &[Option<(f64, f64)>],
    window: TimeWindow,
    area: Rect,
    ink: &mut Ink<'_>,
) -> TimeAxis {
    let look = scene.look();
    let all = spans
        .iter()
        .flatten()
        .copied()
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
    let has_times = area.height >= 5 && area.width >= 16;
    let mut plot = area;
    plot.height -= u16::from(has_times);
    let most = (plot.height as usize * 2 / 5).clamp(2, 7);
    let range = ValueRange::new(
        &scene.panel.unit,
        all,
        scene.panel.min,
        scene.panel.max,
        most,
    );
    let labels: Vec<(f64, String)> = range
        .ticks
        .iter()
        .map(|tick| (*tick, axis::label(scene, *tick)))
        .collect();
    let widest = labels.iter().map(|(_, text)| ink::width(text, look)).max();
    // Four at least, so that 8 → 12 does not move the whole chart.
    let label_width = widest.unwrap_or(0).max(4) as u16;
    let has_values = area.width >= 24 && label_width * 3 <= area.width;
    if has_values {
        plot.x += label_width + 1;
        plot.width -= label_width + 1;
    }
    let (dots, _) = dots_per_cell(look.glyphs);
    let grid = TimeGrid::new(window, plot.width, dots);
    let canvas = lines(scene, series, &grid, &range, plot);
    let styles: Vec<Style> = (0..series.len())
        .map(|index| scene.series_style(index))
        .collect();
    canvas.paint(&styles, ink);
    let taken = threshold_lines(scene, &range, plot, ink);
    let mut last_row = None;
    for (value, text) in labels.iter().rev() {
        let y = cell_row(&range, *value, plot);
        if !has_values || last_row == Some(y) || y < plot.y || y >= plot.bottom() {
            continue;
        }
        last_row = Some(y);
        ink.put_right(
            area.x + label_width,
            y,
            label_width,
            text,
            scene.role(Role::Muted),
        );
        // In ASCII a grid is too easily taken for data.
        if look.glyphs != Glyphs::Ascii && !taken.contains(&y) {
            fill_blanks(plot, y, '┈', faint(scene), ink);
        }
    }
    if has_times {
        times(scene, &grid, dots, plot, ink);
    }
    TimeAxis {
        area: plot,
        window: grid.window(),
    }
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

fn lines(
    scene: &Scene<'_>,
    series: &[Series],
    grid: &TimeGrid,
    range: &ValueRange,
    plot: Rect,
) -> Canvas {
    let mut canvas = Canvas::new(plot, scene.look().glyphs);
    let (_, rows) = canvas.size();
    for (index, one) in series.iter().enumerate() {
        let lit = |x: i32| legend::is_lit(index, grid.phase() + i64::from(x), scene.look());
        let owner = index as u16;
        let mut before: Option<(i32, i32)> = None;
        for (x, reach) in (0i32..).zip(Trace::new(&one.points, grid).columns) {
            let Some(reach) = reach else { continue };
            let first = range.row(reach.first, rows);
            if let Some(from) = before.filter(|_| reach.joined) {
                canvas.line(from, (x, first), owner, lit);
            }
            let (top, bottom) = (range.row(reach.max, rows), range.row(reach.min, rows));
            canvas.line((x, top), (x, bottom), owner, |x| lit(x) || !reach.joined);
            before = Some((x, range.row(reach.last, rows)));
        }
    }
    canvas
}

/// A dashed line from each threshold on, but the first (which also holds below itself). Returns the
/// rows they stand in.
fn threshold_lines(
    scene: &Scene<'_>,
    range: &ValueRange,
    plot: Rect,
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
            if (start..plot.right()).all(|x| ink.is_blank(x, y)) {
                ink.put(start, y, cells, &text, style);
                line.width -= cells;
            }
        }
        let dash = match scene.look().glyphs {
            Glyphs::Ascii => '-',
            _ => '╌',
        };
        fill_blanks(line, y, dash, style.add_modifier(Modifier::DIM), ink);
        rows.push(y);
    }
    rows
}

/// Local times under the plot, each centred under its moment, none over another.
pub(super) fn times(scene: &Scene<'_>, grid: &TimeGrid, dots: u16, plot: Rect, ink: &mut Ink<'_>) {
    let look = scene.look();
    let y = plot.bottom();
    let mut free_from = plot.x;
    for tick in time_ticks_in(grid.window(), scene.view.zone, plot.width.into()) {
        let Some(column) = grid.column(tick.at) else {
            continue;
        };
        let cells = ink::width(&tick.label, look) as u16;
        let x = plot.x + (column / usize::from(dots)) as u16;
        let Some(start) = x.checked_sub(cells / 2) else {
            continue;
        };
        if start < free_from || start + cells > plot.right() {
            continue;
        }
        ink.put(start, y, cells, &tick.label, scene.role(Role::Muted));
        free_from = start + cells + 2;
    }
}
