//! Writing a bundle: the file's name, or none for one that says what it is.

use ratatui::layout::Rect;

use super::Overlay;
use super::frame::{self, Hint, Need, Place, hint};
use crate::ui::Ui;
use crate::ui::event::{Effect, Event, Key};
use crate::ui::field::Field;
use crate::ui::keys::Situation;

/// The name being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleName {
    /// What is typed.
    pub field: Field,
}

/// The keys worth a word at its foot.
pub const HINTS: [Hint; 2] = [
    hint(Key::Enter, "Enter", "write"),
    hint(Key::Esc, "Esc", "close"),
];

/// What is written, under the field.
pub const WORDS: &str = "every panel with its rows and events; `kpi open FILE` shows it";

impl Default for BundleName {
    fn default() -> Self {
        Self {
            field: Field::new("a file here: kpi-DASHBOARD-TIME.kpib"),
        }
    }
}

impl BundleName {
    /// Where its parts are on a screen.
    pub fn place(screen: Rect) -> Place {
        let need = Need {
            width: 66,
            has_field: true,
            notes: 1,
            lines: 0,
        };
        frame::place(need, screen)
    }

    /// Keys and mouse while it is open.
    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let event = Self::place(now.layout.screen).read(event, &HINTS)?;
        match event {
            Event::Key(Key::Esc) => return None,
            Event::Key(Key::Enter) => {
                let name = self.field.text().trim();
                return Some(Effect::Bundle((!name.is_empty()).then(|| name.to_owned())));
            }
            event => {
                self.field.update(&event);
            }
        }
        ui.overlay = Some(Overlay::Bundle(self));
        None
    }
}
