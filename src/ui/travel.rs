//! Moving in time: zoom through quick ranges, pan into the past, back to live.

use jiff::tz::TimeZone;

use super::{Situation, Ui};
use crate::model::compare::Compare;
use crate::model::range::{RangeSpec, parse_duration};
use crate::model::time::{SECOND, TimeWindow};

/// The ranges that end now and that zooming steps through.
const QUICK: [&str; 12] = [
    "5m", "15m", "30m", "1h", "3h", "6h", "12h", "24h", "2d", "7d", "30d", "90d",
];

/// What the focused panel shows now, and when that was asked; none before its first answer.
fn shown(ui: &Ui, now: &Situation<'_>) -> Option<(TimeWindow, RangeSpec, TimeZone)> {
    let window = now.data(ui.focus)?.window;
    let dashboard = now.config.dashboards.get(ui.dashboard)?;
    let range = ui.range.as_ref().unwrap_or(&dashboard.range).clone();
    (window.span() > 0).then(|| (window, range, dashboard.time_zone.clone()))
}

/// A step in or out. A range that ends now takes the next quick one; a fixed one halves or doubles
/// around its middle.
pub(super) fn zoom(ui: &mut Ui, now: &Situation<'_>, out: bool) {
    let Some((window, range, zone)) = shown(ui, now) else {
        return;
    };
    if range.is_live() {
        let micros = |text: &str| parse_duration(text).map_or(0, |span| span.as_micros() as i64);
        // A window is some milliseconds off its range.
        let wider = |text: &&&str| micros(text) > window.span() + SECOND;
        let narrower = |text: &&&str| micros(text) < window.span() - SECOND;
        let next = if out {
            QUICK.iter().find(wider)
        } else {
            QUICK.iter().rev().find(narrower)
        };
        if let Some(range) = next.and_then(|text| RangeSpec::parse(text).ok()) {
            ui.range = Some(range);
        }
        return;
    }
    let quarter = window.span() / 4;
    let by = if out { 2 * quarter } else { -quarter };
    let window = TimeWindow {
        from: window.from.plus(-by),
        to: window.to.plus(by),
    };
    ui.range = RangeSpec::fixed(window, &zone).or(ui.range.take());
}

/// Half a window back or on. Going on past now is live again, as it was before.
pub(super) fn pan(ui: &mut Ui, now: &Situation<'_>, back: bool) {
    let Some((window, range, zone)) = shown(ui, now) else {
        return;
    };
    let asked = now.data(ui.focus).and_then(|data| data.asked_at);
    let half = window.span() / 2;
    let by = if back { -half } else { half };
    let window = TimeWindow {
        from: window.from.plus(by),
        to: window.to.plus(by),
    };
    if range.is_live() {
        if back {
            ui.live_range = ui.range.clone();
            ui.range = RangeSpec::fixed(window, &zone).or(ui.range.take());
        }
    } else if asked.is_some_and(|asked| window.to >= asked) {
        ui.range = ui.live_range.take();
    } else {
        ui.range = RangeSpec::fixed(window, &zone).or(ui.range.take());
    }
}

/// Shows this window. The range before it is what going on past now leads back to.
pub(super) fn zoom_into(ui: &mut Ui, now: &Situation<'_>, window: TimeWindow) {
    let Some(dashboard) = now.config.dashboards.get(ui.dashboard) else {
        return;
    };
    if let Some(range) = RangeSpec::fixed(window, &dashboard.time_zone) {
        choose(ui, now, range);
    }
}

/// Shows this range.
pub(super) fn choose(ui: &mut Ui, now: &Situation<'_>, range: RangeSpec) {
    let dashboard = now.config.dashboards.get(ui.dashboard);
    let before = ui.range.as_ref().or(dashboard.map(|one| &one.range));
    if range.is_live() {
        ui.live_range = None;
    } else if before.is_some_and(RangeSpec::is_live) {
        ui.live_range = ui.range.clone();
    }
    ui.range = Some(range);
}

/// Compares with this; a bundle has what it was made with, and nothing else.
pub(super) fn compare(ui: &mut Ui, now: &Situation<'_>, wanted: Compare) {
    let Some(extent) = now.extent() else {
        ui.compare = wanted;
        return;
    };
    ui.compare = match ui.compare {
        Compare::Off => extent.compare,
        _ => Compare::Off,
    };
    if extent.compare == Compare::Off || ![Compare::Off, extent.compare].contains(&wanted) {
        let made = match extent.compare {
            Compare::Off => "without a comparison".to_owned(),
            compare => format!("with {} beside it", compare.words()),
        };
        ui.said = Some((true, format!("the bundle was made {made}")));
    }
}

/// From the past back to the range before it; from a live one to the dashboard's own.
pub(super) fn live(ui: &mut Ui, now: &Situation<'_>) {
    let before = ui.live_range.take().filter(|_| now.recorded().is_none());
    let in_past = ui.range.as_ref().is_some_and(|range| !range.is_live());
    ui.range = before.filter(|_| in_past);
}
