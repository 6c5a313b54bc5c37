//! What can be open over the panels, one at a time. Each has a room of its own for its state and its keys;
//! letters typed into one never trigger a key of the panels below.
//!
//! An overlay is made of three parts: a box ([`frame::place`] says where its parts are, from what it needs),
//! maybe a line to type in ([`Field`](super::field::Field)) and maybe a list ([`Choices`](super::choices::Choices)).
//! Its `update` reads the event with [`frame::Place::read`] (none: it was pressed outside), hands it on and puts
//! the overlay back into [`Ui`]; its drawing in `view::overlay` asks for the same place and draws the same parts.

pub mod bundle;
pub mod commands;
pub mod copy;
pub mod frame;
pub mod inspect;
pub mod jump;
pub mod note;
pub mod ranges;
pub mod theme;
pub mod variables;

use super::event::{self, Effect, Key};
use super::keys::{self, Action, Situation};
use super::table::chooser::Columns;
use super::table::detail::Detail;
use super::table::typing::Typing;
use super::{Event, Ui, help};

/// What is open.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// Every key that works right now.
    Help(help::Help),
    /// Time ranges.
    Ranges(ranges::RangePicker),
    /// Variables and their choices.
    Variables(variables::VariablePicker),
    /// Everything that can be done.
    Commands(commands::Commands),
    /// Every panel.
    Jump(jump::JumpList),
    /// What a panel's data costs and where it comes from.
    Inspect(inspect::Inspect),
    /// An annotation being written.
    Note(note::Note),
    /// The name of a bundle being written.
    Bundle(bundle::BundleName),
    /// Themes to choose from.
    Theme(theme::ThemePicker),
    /// What can be copied.
    Copy(copy::CopyMenu),
    /// What the rows of a table are filtered by, in its bottom border.
    Filter(Typing),
    /// Which columns of a table are shown.
    Columns(Columns),
    /// A cell of a table, whole, and its row.
    Cell(Detail),
}

impl Overlay {
    /// Applies `event` while this is open; it puts itself back into `ui` unless it closes.
    pub(super) fn update(self, ui: &mut Ui, event: &Event, now: &Situation<'_>) -> Option<Effect> {
        if let Some(action) = passes(event, now) {
            ui.overlay = Some(self);
            return event::act(ui, action, now);
        }
        match self {
            Self::Help(help) => help.update(ui, event, now),
            Self::Ranges(picker) => picker.update(ui, event, now),
            Self::Variables(picker) => picker.update(ui, event, now),
            Self::Commands(commands) => commands.update(ui, event, now),
            Self::Jump(list) => list.update(ui, event, now),
            Self::Inspect(inspect) => inspect.update(ui, event, now),
            Self::Note(note) => note.update(ui, event, now),
            Self::Bundle(name) => name.update(ui, event, now),
            Self::Theme(picker) => picker.update(ui, event, now),
            Self::Copy(menu) => menu.update(ui, event, now),
            Self::Filter(typing) => typing.update(ui, event, now),
            Self::Columns(columns) => columns.update(ui, event, now),
            Self::Cell(detail) => detail.update(ui, event, now),
        }
    }
}

/// What is done even while something is open, as long as the key cannot be meant for a line of text: leave,
/// suspend, paint again.
fn passes(event: &Event, now: &Situation<'_>) -> Option<Action> {
    match event {
        Event::Key(key @ Key::Ctrl('c' | 'l' | 'q' | 'x' | 'z')) => keys::action(*key, now)
            .filter(|action| matches!(action, Action::Quit | Action::Suspend | Action::Repaint)),
        _ => None,
    }
}
