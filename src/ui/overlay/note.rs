//! Writing an annotation: one line, dated now, or at the cross-hair.

use jiff::tz::TimeZone;
use ratatui::layout::Rect;

use super::Overlay;
use super::frame::{self, Hint, Need, Place, hint};
use crate::model::time::Moment;
use crate::ui::Ui;
use crate::ui::event::{Effect, Event, Key};
use crate::ui::field::Field;
use crate::ui::keys::Situation;

/// The annotation being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Its text.
    pub field: Field,
    /// When it is for; none for now.
    pub at: Option<Moment>,
    /// Enter was pressed with nothing typed.
    pub is_missing: bool,
}

/// The keys worth a word at its foot.
pub const HINTS: [Hint; 2] = [
    hint(Key::Enter, "Enter", "write"),
    hint(Key::Esc, "Esc", "close"),
];

impl Note {
    /// An empty one, dated at the cross-hair where there is one.
    pub fn new(at: Option<Moment>) -> Self {
        Self {
            field: Field::new("what happened, such as: deployed 1.4"),
            at,
            is_missing: false,
        }
    }

    /// Where its parts are on a screen.
    pub fn place(screen: Rect) -> Place {
        let need = Need {
            width: 60,
            has_field: true,
            notes: 1,
            lines: 0,
        };
        frame::place(need, screen)
    }

    /// The line under the field: what is missing, or when it will be dated.
    pub fn words(&self, zone: &TimeZone) -> String {
        match self.at {
            _ if self.is_missing => "an annotation needs a text".to_owned(),
            None => "at the time it is written, on every chart".to_owned(),
            Some(at) => format!("at {}", at.zoned(zone).strftime("%Y-%m-%d %H:%M:%S %Z")),
        }
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
                let text = self.field.text().trim();
                if !text.is_empty() {
                    let text = text.to_owned();
                    return Some(Effect::Annotate { text, at: self.at });
                }
                self.is_missing = true;
            }
            event => {
                self.field.update(&event);
                self.is_missing = false;
            }
        }
        ui.overlay = Some(Overlay::Note(self));
        None
    }
}
