//! The time axis: labels under the plot, with the marks of events, of a part being marked and of the
//! cross-hair between them.

use ratatui::style::Modifier;

use super::super::Scene;
use super::super::ink::{self, Ink};
use super::events::Events;
use super::time_plot::TimePlot;
use crate::model::ticks::time_ticks_in;
use crate::model::time::{DAY, MINUTE, Moment};
use crate::ui::palette::Role;

/// Cells of the line: the first, and the one after the last.
pub(super) type Span = (u16, u16);

/// Draws the line below the plot: local times, each centred under its moment; none over another, nor
/// over what else stands there.
pub(in super::super) fn draw(
    scene: &Scene<'_>,
    time: &TimePlot,
    events: &Events,
    ink: &mut Ink<'_>,
) {
    let (plot, y) = (time.area, time.area.bottom());
    let mut taken: Vec<Span> = events.draw_marks(scene, time, ink);
    taken.extend(marked(scene, time, ink));
    taken.extend(cross_hair(scene, time, ink));
    let mut free_from = plot.x;
    for tick in time_ticks_in(time.window(), scene.view.zone, plot.width.into()) {
        let Some(x) = time.x_of(tick.at) else {
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

/// The ends of the part being marked and the way between them.
fn marked(scene: &Scene<'_>, time: &TimePlot, ink: &mut Ink<'_>) -> Option<Span> {
    let (from, to) = marked_columns(scene, time)?;
    let y = time.area.bottom();
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
fn cross_hair(scene: &Scene<'_>, time: &TimePlot, ink: &mut Ink<'_>) -> Option<Span> {
    let at = scene.view.cross_hair?;
    let x = time.x_of(at)?;
    let text = format!(" {} ", time_of(scene, time, at));
    let cells = ink::width(&text, scene.look()) as u16;
    let plot = time.area;
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
pub(in super::super) fn marked_columns(scene: &Scene<'_>, time: &TimePlot) -> Option<(u16, u16)> {
    let (one, other) = scene.view.marked?;
    let window = time.window();
    let (from, to) = (
        one.min(other).max(window.from),
        one.max(other).min(window.to.plus(-1)),
    );
    time.x_of(from).zip(time.x_of(to)).filter(|_| from <= to)
}

/// An instant of the axis in the dashboard's zone, as exactly as a cell is: `14:03:20`, `14:03`,
/// `Nov 21 14:03`.
pub(super) fn time_of(scene: &Scene<'_>, time: &TimePlot, at: Moment) -> String {
    let format = match (time.step(), time.window().span()) {
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
