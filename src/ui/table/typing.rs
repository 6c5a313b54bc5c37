//! The line a filter is typed into, in the bottom border of its table. What is typed holds at once.

use crate::ui::event::{Effect, Event, Key};
use crate::ui::field::{Edit, Field};
use crate::ui::keys::{Scroll, Situation};
use crate::ui::{Overlay, Ui, mouse};

/// A filter being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Typing {
    /// The table's panel.
    pub panel: usize,
    /// The words.
    pub field: Field,
}

impl Typing {
    /// For the focused table, with what it is filtered by now.
    pub(in crate::ui) fn open(ui: &Ui, now: &Situation<'_>) -> Self {
        let filter = now.table(ui.focus).map_or("", |state| &state.filter);
        Self {
            panel: ui.focus,
            field: Field::new("words, or /regex/").with(filter),
        }
    }

    /// Enter keeps what is typed, Esc takes the filter away, up and down move in what is left; a click
    /// elsewhere keeps it and does what it does there.
    pub(in crate::ui) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let scroll = match event {
            Event::Key(Key::Enter) => return None,
            Event::Key(Key::Esc) => {
                self.field.clear();
                self.apply(ui);
                return None;
            }
            Event::Click(..) | Event::RightClick(..) => return mouse::update(ui, event, now),
            Event::Wheel(x, y, notches) => {
                mouse::wheel(ui, now, (*x, *y), *notches);
                // Over another panel it took the focus there.
                if ui.focus == self.panel {
                    ui.overlay = Some(Overlay::Filter(self));
                }
                return None;
            }
            Event::Key(Key::Up) => Some(Scroll::Lines(-1)),
            Event::Key(Key::Down) => Some(Scroll::Lines(1)),
            Event::Key(Key::PageUp) => Some(Scroll::PageUp),
            Event::Key(Key::PageDown) => Some(Scroll::PageDown),
            _ => None,
        };
        if let Some(scroll) = scroll {
            super::scroll_rows(ui, now, scroll);
        } else if self.field.update(event) == Edit::Changed {
            self.apply(ui);
        }
        ui.overlay = Some(Overlay::Filter(self));
        None
    }

    fn apply(&self, ui: &mut Ui) {
        ui.edit_table(self.panel, |state| {
            if state.filter != self.field.text() {
                self.field.text().clone_into(&mut state.filter);
                state.start_over();
            }
        });
    }
}
