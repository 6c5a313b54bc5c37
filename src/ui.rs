//! Floor 2: one viewer's state and what events do to it. Pure: no clock, no I/O.

mod carry;
pub mod choices;
mod cross_hair;
pub mod direction;
pub mod event;
pub mod field;
pub mod help;
pub mod keys;
pub mod kiosk;
pub mod layout;
mod link;
pub mod look;
mod mouse;
pub mod overlay;
pub mod palette;
pub mod table;
mod travel;

use std::collections::BTreeMap;

use crate::model::compare::Compare;
use crate::model::panel_data::Notice;
use crate::model::range::RangeSpec;
use crate::model::time::Moment;
use crate::model::variable::Selection;

pub use carry::carry_over;
pub use direction::Direction;
pub use event::{Effect, Event, Key, update};
pub use keys::{Action, Binding, Scroll, Situation};
pub use kiosk::Kiosk;
pub use layout::{Layout, Place};
pub use look::{Background, Depth, Glyphs, Look, Theme};
pub use overlay::Overlay;
pub use table::{Arrangements, TableState};

/// One viewer's state: everything that is theirs and not the data's.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a state of its own, in any combination"
)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ui {
    /// Which dashboard of the configuration.
    pub dashboard: usize,
    /// The focused panel of that dashboard.
    pub focus: usize,
    /// The focused panel fills the screen.
    pub full_screen: bool,
    /// What is open over the panels.
    pub overlay: Option<Overlay>,
    /// Nobody is there to press a key: no hints and no focus are drawn.
    pub still: bool,
    /// The clock stands at another time than now: it tells the day, too.
    pub is_past: bool,
    /// The screen hangs on a wall.
    pub kiosk: Option<Kiosk>,
    /// The newest thing to tell this viewer alone.
    pub notice: Option<Notice>,
    /// To be told once, as a notice with the session's time on it: it went wrong, and one sentence.
    pub said: Option<(bool, String)>,
    /// Data stands still.
    pub paused: bool,
    /// First visible line of a stacked dashboard.
    pub scroll: u16,
    /// What was done to tables and logs, by dashboard and panel.
    pub tables: BTreeMap<(usize, usize), TableState>,
    /// What was worked out for them, to be used again.
    pub arrangements: Arrangements,
    /// A range chosen by the viewer, in place of the dashboard's.
    pub range: Option<RangeSpec>,
    /// What the viewer chose for variables, on every dashboard that has one of the name.
    pub variables: Selection,
    /// What is drawn beside the data.
    pub compare: Compare,
    /// The instant the cross-hair is at, on every chart.
    pub cross_hair: Option<Moment>,
    /// It was put there by key and the arrows move it; else it follows the mouse.
    pub holds_cross_hair: bool,
    /// The left button is held down since it was pressed on this chart.
    pub pressed: Option<Pressed>,
    /// A part of a chart being marked with the mouse: where it began, where it is now.
    pub marked: Option<(Moment, Moment)>,
    /// Ranges chosen in the picker, the last one first.
    pub recent_ranges: Vec<RangeSpec>,
    /// Colours chosen by the viewer, in place of the configuration's.
    pub theme: Option<Theme>,
    /// Dashboards this one was reached from by a link, the last one last.
    pub came_from: Vec<Visit>,
    /// What `range` was before the viewer left for the past.
    pub live_range: Option<RangeSpec>,
    /// The focus left behind on each other dashboard that was visited.
    pub focus_of: BTreeMap<usize, usize>,
}

/// Where the left button was pressed on a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// The chart's panel.
    pub panel: usize,
    /// Column of the screen.
    pub x: u16,
    /// Row of the screen.
    pub y: u16,
}

/// What a link was followed from, to go back to.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    /// The dashboard.
    pub dashboard: usize,
    /// Its focused panel.
    pub focus: usize,
    /// It filled the screen.
    pub full_screen: bool,
    /// What was chosen for variables.
    pub variables: Selection,
}
