//! The theme picker: the screen behind it already looks like the theme under the cursor.

use super::Overlay;
use super::frame::{self, Hint, Need, hint};
use crate::model::theme::Theme;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{Effect, Event, Key};
use crate::ui::{Situation, Ui};

/// The keys at its foot.
pub const HINTS: [Hint; 2] = [
    hint(Key::Enter, "Enter", "keep"),
    hint(Key::Esc, "Esc", "back"),
];

/// The list while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct ThemePicker {
    /// What is typed, and the cursor.
    pub choices: Choices,
    /// The viewer's theme when it was opened.
    before: Option<Theme>,
}

impl ThemePicker {
    /// With the cursor on the theme that is seen.
    pub(crate) fn new(now: &Situation<'_>) -> Self {
        let seen = now.ui.theme.unwrap_or(now.config.screen.theme);
        let mut choices = Choices::new("a theme");
        choices.go_to(
            Theme::ALL
                .iter()
                .position(|theme| *theme == seen)
                .unwrap_or(0),
        );
        Self {
            choices,
            before: now.ui.theme,
        }
    }

    /// The cursor previews, Enter or a click keeps, Esc and a press outside restore.
    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let place = frame::place(need(), now.layout.screen);
        let items = items();
        let asked = match place.read(event, &HINTS) {
            Some(event) => self.choices.update(&event, &items, place.list),
            None => Asked::Leave,
        };
        match asked {
            Asked::Leave => {
                ui.theme = self.before;
                return None;
            }
            Asked::Take(index) => {
                ui.theme = Some(Theme::ALL[index]);
                return None;
            }
            Asked::Nothing | Asked::Search | Asked::TakeTyped | Asked::Mark(_) => {}
        }
        // Looking is not choosing: with the cursor where it began nothing is chosen yet.
        let here = self.choices.chosen(&items).map(|index| Theme::ALL[index]);
        let began = self.before.unwrap_or(now.config.screen.theme);
        ui.theme = here.filter(|here| *here != began).or(self.before);
        ui.overlay = Some(Overlay::Theme(self));
        None
    }
}

/// The themes.
pub fn items() -> Vec<Item> {
    Theme::ALL
        .iter()
        .map(|theme| Item::new(theme.name()).aside(theme.words()))
        .collect()
}

/// What it needs of the screen.
pub fn need() -> Need {
    Need {
        width: 42,
        has_field: true,
        lines: Theme::ALL.len(),
        ..Need::default()
    }
}
