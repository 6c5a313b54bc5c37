//! What the mouse does to the panels, the header and the status line.
//!
//! A press on a chart waits: let go on the same cell it is a click, moved along it marks a part of the time axis
//! and zooms there. A click anywhere else acts at once.

use super::event::{self, Effect};
use super::help::NOTCH;
use super::keys::{Scroll, Situation};
use super::layout::Plot;
use super::overlay::{Overlay, commands::Commands};
use super::{Event, Pressed, Ui, cross_hair, table, travel};
use crate::model::time::TimeWindow;

/// Applies a mouse event while nothing is open over the panels.
pub(super) fn update(ui: &mut Ui, event: &Event, now: &Situation<'_>) -> Option<Effect> {
    match *event {
        Event::Click(x, y) => {
            ui.pressed = None;
            ui.marked = None;
            if let Some(action) = now.layout.spot_at(x, y) {
                return event::act(ui, action, now);
            }
            match now.layout.moment_at(x, y) {
                Some((panel, _)) => ui.pressed = Some(Pressed { panel, x, y }),
                None => click(ui, now, x, y),
            }
        }
        Event::Drag(x, _) => drag(ui, now, x),
        Event::Release(..) => release(ui, now),
        Event::Move(x, y) => cross_hair::follow(ui, now, (x, y)),
        Event::RightClick(x, y) => {
            let panel = now.layout.panel_at(x, y);
            if let Some(panel) = panel {
                ui.focus = panel;
            }
            ui.overlay = Some(Overlay::Commands(Commands::of(panel)));
        }
        Event::Wheel(x, y, notches) => wheel(ui, now, (x, y), notches),
        Event::Key(_) | Event::Paste(_) | Event::Resize => {}
    }
    None
}

/// Gives up a part being marked; true when there was one.
pub(super) fn let_go(ui: &mut Ui) -> bool {
    ui.pressed = None;
    ui.marked.take().is_some()
}

/// The first click on a panel focuses it, the next toggles the full screen, unless it is for a table's cells.
fn click(ui: &mut Ui, now: &Situation<'_>, x: u16, y: u16) {
    if table::click(ui, now, x, y) {
        return;
    }
    match now.layout.panel_at(x, y) {
        Some(panel) if panel == ui.focus => event::toggle_full_screen(ui, now),
        Some(panel) => event::focus(ui, now, panel),
        None => {}
    }
}

fn pressed_plot<'a>(ui: &Ui, now: &Situation<'a>) -> Option<(Pressed, &'a Plot)> {
    let pressed = ui.pressed?;
    let mut plots = now.layout.plots.iter();
    let plot = plots.find(|plot| plot.panel == pressed.panel)?;
    Some((pressed, plot))
}

/// Marks from where the button was pressed to here, held inside the chart.
fn drag(ui: &mut Ui, now: &Situation<'_>, x: u16) {
    let Some((pressed, plot)) = pressed_plot(ui, now) else {
        return;
    };
    let x = x.clamp(plot.area.left(), plot.area.right().saturating_sub(1));
    let from = ui
        .marked
        .map_or_else(|| plot.moment(pressed.x), |(from, _)| from);
    if ui.marked.is_some() || x != pressed.x {
        ui.marked = Some((from, plot.moment(x)));
        ui.cross_hair = Some(plot.moment(x));
    }
}

/// Zooms into what is marked; a button let go where it was pressed is a click.
fn release(ui: &mut Ui, now: &Situation<'_>) {
    let Some(pressed) = ui.pressed.take() else {
        return;
    };
    match ui.marked.take() {
        None => click(ui, now, pressed.x, pressed.y),
        Some((a, b)) if a == b => {}
        Some((a, b)) => {
            ui.focus = pressed.panel;
            let window = TimeWindow {
                from: a.min(b),
                to: a.max(b),
            };
            travel::zoom_into(ui, now, window);
        }
    }
}

/// The wheel scrolls the table under the pointer (which takes the focus, unless it
/// is part of a stack that scrolls), else the stack.
pub(super) fn wheel(ui: &mut Ui, now: &Situation<'_>, (x, y): (u16, u16), notches: i8) {
    let scroll = Scroll::Lines(notches.saturating_mul(NOTCH));
    let Some(panel) = now.layout.panel_at(x, y) else {
        return;
    };
    let stack_scrolls = !ui.full_screen && now.layout.last_scroll() > 0;
    let scrolls = now.table_page(panel).is_some();
    if scrolls && (panel == ui.focus || !stack_scrolls) {
        ui.focus = panel;
        table::wheel(ui, now, scroll);
    } else if stack_scrolls {
        event::scroll_stack(ui, now.layout, scroll);
    }
}
