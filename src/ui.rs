//! Floor 2: one viewer's state and what events do to it. Pure: no clock, no I/O.

pub mod direction;
pub mod event;
pub mod help;
pub mod keys;
pub mod layout;
pub mod look;
pub mod palette;
mod travel;

use std::collections::BTreeMap;

use crate::model::range::RangeSpec;

pub use direction::Direction;
pub use event::{Effect, Event, Key, update};
pub use keys::{Action, Binding, Scroll, Situation};
pub use layout::{Layout, Place};
pub use look::{Depth, Glyphs, Look};

/// One viewer's state: everything that is theirs and not the data's.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own; no two exclude each other"
)]
pub struct Ui {
    /// Which dashboard of the configuration.
    pub dashboard: usize,
    /// The focused panel of that dashboard.
    pub focus: usize,
    /// The focused panel fills the screen.
    pub full_screen: bool,
    /// The help is open.
    pub help: bool,
    /// First visible line of the help.
    pub help_row: u16,
    /// Nobody is there to press a key: no hints and no focus are drawn.
    pub still: bool,
    /// Data stands still.
    pub paused: bool,
    /// First visible line of a stacked dashboard.
    pub scroll: u16,
    /// First visible row of the focused table.
    pub table_row: usize,
    /// Columns of the focused table that are scrolled past; the first one stays.
    pub table_column: usize,
    /// A range chosen by the viewer, in place of the dashboard's.
    pub range: Option<RangeSpec>,
    /// What `range` was before the viewer left for the past.
    pub live_range: Option<RangeSpec>,
    /// The focus left behind on each other dashboard that was visited.
    pub focus_of: BTreeMap<usize, usize>,
}
