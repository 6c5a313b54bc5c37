//! What happened, and what it makes the session do.

use crate::config::Config;
use crate::model::panel_data::Snapshot;

use super::Ui;
use super::layout::Layout;

/// A key without the terminal library's name on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character, shift already applied.
    Char(char),
    /// Control and a letter.
    Ctrl(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
}

/// What a session can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key press.
    Key(Key),
    /// A left click at column, row.
    Click(u16, u16),
    /// The wheel at column, row; negative is up.
    Wheel(u16, u16, i8),
}

/// What an event asks of the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing changed.
    None,
    /// Draw again.
    Redraw,
    /// Draw again and tell the hub what is now looked at.
    Look,
    /// Ask every visible panel now.
    Refresh,
    /// Stop the program for a while (Ctrl-Z).
    Suspend,
    /// Leave.
    Quit,
}

/// Applies `event`.
pub fn update(
    ui: &mut Ui,
    event: Event,
    config: &Config,
    layout: &Layout,
    snapshot: &Snapshot,
) -> Effect {
    let _ = (ui, config, layout, snapshot);
    match event {
        Event::Key(Key::Char('q')) => Effect::Quit,
        _ => Effect::None,
    }
}
