//! What a file holds in place of what was asked for: rows of another time, or of a part of the range.

use super::super::{Scene, clock};
use crate::model::panel_data::{Health, PanelData};
use crate::model::time::{Moment, TimeWindow};
use crate::ui::Glyphs;

/// The rows are not those of the range that is shown. A failure is told first.
pub(super) fn is_other(data: &PanelData) -> bool {
    (data.as_of.is_some() || data.held.is_some()) && !matches!(data.health, Health::Failed { .. })
}

/// What the border says of that, the longest form first.
pub(super) fn forms(scene: &Scene<'_>) -> Vec<String> {
    let mut forms = Vec::new();
    if let Some(at) = scene.data.as_of {
        // Of another day than the one looked at, and in short by that alone.
        let (long, short) = if day(scene, at) == day(scene, scene.view.now) {
            ("%H:%M", "%H:%M")
        } else {
            ("%m-%d %H:%M", "%m-%d")
        };
        let [long, short] = [long, short].map(|format| clock(at, scene.view.zone, format));
        forms.extend([format!("as of {long}"), format!("of {short}"), short]);
    }
    if let Some(TimeWindow { from, to }) = scene.data.held {
        if from >= to {
            return vec!["not recorded".to_owned()];
        }
        let dash = match scene.look().glyphs {
            Glyphs::Ascii => "-",
            _ => "–",
        };
        let days = [day(scene, from), day(scene, to)];
        let of = |format: &str| [from, to].map(|at| clock(at, scene.view.zone, format));
        let is_one_day = days[0] == days[1];
        let long = if is_one_day { "%H:%M" } else { "%m-%d %H:%M" };
        let mut long = of(long).join(dash);
        if is_one_day && days[0] != day(scene, scene.view.now) {
            long = format!("{} {long}", clock(from, scene.view.zone, "%m-%d"));
        }
        let short = of(if is_one_day { "%H:%M" } else { "%m-%d" }).join(dash);
        forms.extend([format!("only {long}"), long, short, "partly".to_owned()]);
    }
    forms
}

/// A time's day, to be told from another.
fn day(scene: &Scene<'_>, at: Moment) -> String {
    clock(at, scene.view.zone, "%Y-%m-%d")
}
