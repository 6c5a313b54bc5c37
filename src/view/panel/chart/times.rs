//! The time axis: labels under the plot, with the marks of events, of a part being marked and of the
//! cross-hair between them.

use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::super::Scene;
use super::super::ink::{self, Ink};
use super::events::Events;
use super::plan::Plan;
use super::trace::TimeGrid;
use crate::model::ticks::time_ticks_in;
use crate::model::time::{DAY, MINUTE, Moment};
use crate::ui::palette::Role;

/// Cells of the line: the first, and the one after the last.
pub(super) type Span = (u16, u16);

/// Draws the line below the plot: local times, each centred under its moment; none over another, nor
/// over what else stands there.
pub(in super::super) fn draw(
    scene: &Scene<'_>,
    plan: &Plan<'_, '_>,
    events: &Events,
    ink: &mut Ink<'_>,
) {
    if !plan.has_times {
        return;
    }
    let (plot, y) = (plan.plot, plan.plot.bottom());
    let mut taken: Vec<Span> = events.draw_marks(scene, plan, ink);
    taken.extend(marked(scene, plan, ink));
    taken.extend(cross_hair(scene, plan, ink));
    let mut free_from = plot.x;
    for tick in time_ticks_in(plan.grid.window(), scene.view.zone, plot.width.into()) {
        let Some(x) = plan.x_of(tick.at) else {
            continue;
        };
        let cells = ink::width(&tick.label, scene.look()) as u16;
        let place = |start: u16| {
            let end = start + cells;
            // A blank on either side.
            let is_free = |(from, to): &Span| end < *from || start > *to;
            let fits = start >= free_from && end <= plot.right() && taken.iter().all(is_free);
            fits.then_some(start)
        };
        let Some(middle) = x.checked_sub(cells / 2) else {
            continue;
        };
        // Beside a mark that is in the way, as long as it still touches its moment.
        let aside = (1..=cells / 2).flat_map(|step| [middle + step, middle.saturating_sub(step)]);
        let Some(start) = std::iter::once(middle).chain(aside).find_map(place) else {
            continue;
        };
        ink.put(start, y, cells, &tick.label, scene.role(Role::Muted));
        free_from = start + cells + 2;
    }
}

/// Local times on the line below `plot`, each centred under its moment, none over another; `dots` columns
/// of `grid` to a cell. For plots that nothing is drawn over.
pub(in super::super) fn labels(
    scene: &Scene<'_>,
    grid: &TimeGrid,
    dots: u16,
    plot: Rect,
    ink: &mut Ink<'_>,
) {
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

/// The ends of the part being marked and the way between them.
fn marked(scene: &Scene<'_>, plan: &Plan<'_, '_>, ink: &mut Ink<'_>) -> Option<Span> {
    let (from, to) = marked_columns(scene, plan)?;
    let y = plan.plot.bottom();
    let (first, way, last) = if ink.is_ascii() {
        ('[', '-', ']')
    } else {
        ('├', '─', '┤')
    };
    let style = scene.role(Role::Text).add_modifier(Modifier::BOLD);
    for x in from..=to {
        let symbol = match x {
            x if x == from => first,
            x if x == to => last,
            _ => way,
        };
        ink.cell(x, y, symbol, style);
    }
    Some((from, to + 1))
}

/// The cross-hair's time.
fn cross_hair(scene: &Scene<'_>, plan: &Plan<'_, '_>, ink: &mut Ink<'_>) -> Option<Span> {
    let at = scene.view.cross_hair?;
    let x = plan.x_of(at)?;
    let text = format!(" {} ", time_of(scene, plan, at));
    let cells = ink::width(&text, scene.look()) as u16;
    let plot = plan.plot;
    if cells > plot.width {
        return None;
    }
    let start = x
        .saturating_sub(cells / 2)
        .clamp(plot.x, plot.right() - cells);
    ink.put(
        start,
        plot.bottom(),
        cells,
        &text,
        scene.role(Role::Selected),
    );
    Some((start, start + cells))
}

/// The columns of the part being marked that are in sight.
pub(in super::super) fn marked_columns(
    scene: &Scene<'_>,
    plan: &Plan<'_, '_>,
) -> Option<(u16, u16)> {
    let (one, other) = scene.view.marked?;
    let window = plan.grid.window();
    let (from, to) = (
        one.min(other).max(window.from),
        one.max(other).min(window.to.plus(-1)),
    );
    plan.x_of(from).zip(plan.x_of(to)).filter(|_| from <= to)
}

/// An instant of the axis in the dashboard's zone, as exactly as a cell is: `14:03:20`, `14:03`,
/// `Nov 21 14:03`.
pub(super) fn time_of(scene: &Scene<'_>, plan: &Plan<'_, '_>, at: Moment) -> String {
    written(scene, plan.cell_span(), plan.grid.window().span(), at)
}

/// An instant in the dashboard's zone as exactly as `cell` is, on an axis of `span` (both in microseconds).
pub(super) fn written(scene: &Scene<'_>, cell: i64, span: i64, at: Moment) -> String {
    let format = match (cell, span) {
        (cell, span) if cell < MINUTE && span <= DAY => "%H:%M:%S",
        (_, span) if span <= DAY => "%H:%M",
        (cell, _) if cell < DAY => "%b %-d %H:%M",
        _ => "%Y-%m-%d",
    };
    let zoned = at.zoned(scene.view.zone);
    let there = scene.view.zone.to_ambiguous_timestamp(zoned.datetime());
    // An hour that the clocks repeat can be told apart.
    if there.is_ambiguous() && format != "%Y-%m-%d" {
        return zoned.strftime(&format!("{format} %Z")).to_string();
    }
    zoned.strftime(format).to_string()
}
