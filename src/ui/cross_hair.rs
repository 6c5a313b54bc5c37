//! The cross-hair: one instant, shown on every chart. A key puts it there and the arrows move it, or it follows
//! the mouse.

use super::Ui;
use super::keys::Situation;
use super::layout::Plot;

/// Shows it at the newest data of the focused chart (the first on screen where another panel is focused), or
/// hides it.
pub(super) fn toggle(ui: &mut Ui, now: &Situation<'_>) {
    if ui.holds_cross_hair {
        end(ui);
    } else if let Some(plot) = plot(ui, now) {
        let window = plot.window;
        let newest = now.data(plot.panel).and_then(|data| data.newest_at);
        let newest = newest.filter(|at| window.from <= *at && *at <= window.to);
        let middle = window.from.plus(window.span() / 2);
        ui.cross_hair = ui.cross_hair.or(newest).or(Some(middle));
        ui.holds_cross_hair = true;
    }
}

/// Hides it.
pub(super) fn end(ui: &mut Ui) {
    ui.cross_hair = None;
    ui.holds_cross_hair = false;
}

/// Moves it by columns of the focused chart, as far as the chart goes.
pub(super) fn step(ui: &mut Ui, now: &Situation<'_>, columns: i8) {
    if let (Some(at), Some(plot)) = (ui.cross_hair, plot(ui, now)) {
        let to = plot.column(at).saturating_add_signed(columns.into());
        ui.cross_hair = Some(plot.moment(to.max(plot.area.x)));
    }
}

/// The mouse is over this cell: on a chart the cross-hair is there; elsewhere it is gone, unless it was put
/// there by key.
pub(super) fn follow(ui: &mut Ui, now: &Situation<'_>, (x, y): (u16, u16)) {
    match now.layout.moment_at(x, y) {
        Some((_, at)) => ui.cross_hair = Some(at),
        None if !ui.holds_cross_hair => ui.cross_hair = None,
        None => {}
    }
}

/// The focused chart, else the first on screen.
fn plot<'a>(ui: &Ui, now: &Situation<'a>) -> Option<&'a Plot> {
    let plots = &now.layout.plots;
    let focused = plots.iter().find(|plot| plot.panel == ui.focus);
    focused
        .or(plots.first())
        .filter(|plot| !plot.area.is_empty())
}
