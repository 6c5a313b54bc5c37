//! The help: its geometry (how many columns and rows of keys a screen has room for) and its own keys.

use ratatui::layout::Rect;

use super::Ui;
use super::event::{self, Effect, Event, Key};
use super::keys::{self, Scroll, Situation};
use super::overlay::Overlay;

/// Lines one notch of the wheel scrolls.
pub(super) const NOTCH: i8 = 3;

/// The help while it is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// First visible line.
    pub row: u16,
}

impl Help {
    /// It scrolls if it must, `?`, Esc and a click close it, and any key it lists closes it and does
    /// what it says.
    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let shape = shape(keys::valid(now).count(), now.layout.screen);
        let scroll = match event {
            Event::Key(Key::Esc | Key::Char('?')) | Event::Click(..) => return None,
            Event::Key(Key::Up) => Some(Scroll::Lines(-1)),
            Event::Key(Key::Down) => Some(Scroll::Lines(1)),
            Event::Key(Key::PageUp) => Some(Scroll::PageUp),
            Event::Key(Key::PageDown) => Some(Scroll::PageDown),
            Event::Key(Key::Home) => Some(Scroll::Home),
            Event::Key(Key::End) => Some(Scroll::End),
            Event::Wheel(_, _, notches) => Some(Scroll::Lines(notches.saturating_mul(NOTCH))),
            _ => None,
        };
        match (event, scroll) {
            (_, Some(scroll)) if shape.last_row() > 0 => {
                let (page, last) = (shape.rows_in_sight().into(), shape.last_row().into());
                self.row = scroll.apply(self.row.into(), page, last) as u16;
            }
            (Event::Key(key), _) => {
                if let Some(action) = keys::action(*key, now) {
                    return event::act(ui, action, now);
                }
            }
            _ => {}
        }
        ui.overlay = Some(Overlay::Help(self));
        None
    }
}

/// Columns for how the keys are written, a blank after them included.
pub const LABEL: u16 = 15;
/// Columns for what they do.
pub const WORDS: u16 = 22;
/// Width of one column of the help, a blank on either side included.
pub const COLUMN: u16 = 1 + LABEL + WORDS + 1;

/// The help's place on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// With its border, centred.
    pub area: Rect,
    /// One or two.
    pub columns: u16,
    /// Lines in each column, in sight or not.
    pub rows: u16,
}

impl Shape {
    /// Lines in sight.
    pub fn rows_in_sight(&self) -> u16 {
        self.area.height.saturating_sub(2)
    }

    /// The greatest first line that still fills the box.
    pub fn last_row(&self) -> u16 {
        self.rows.saturating_sub(self.rows_in_sight())
    }
}

/// Where the help with this many `lines` stands: one column if it fits, else two if they fit.
pub fn shape(lines: usize, screen: Rect) -> Shape {
    let lines = u16::try_from(lines).unwrap_or(u16::MAX);
    let one_fits = lines.saturating_add(2) <= screen.height;
    let two_fit = screen.width >= 2 * COLUMN + 2;
    let columns = if !one_fits && two_fit { 2 } else { 1 };
    let rows = lines.div_ceil(columns);
    let width = (columns * COLUMN + 2).min(screen.width);
    let height = rows.saturating_add(2).min(screen.height);
    Shape {
        area: Rect {
            x: screen.x + (screen.width - width) / 2,
            y: screen.y + (screen.height - height) / 2,
            width,
            height,
        },
        columns,
        rows,
    }
}
