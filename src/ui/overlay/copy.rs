//! What can be copied of the focused panel, by one letter each.

use super::Overlay;
use super::frame::{self, Hint, Need, hint};
use crate::model::kind::PanelKind;
use crate::model::panel_data::Shape;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{Effect, Event, Key};
use crate::ui::{Situation, Ui};

/// The keys at its foot.
pub const HINTS: [Hint; 2] = [
    hint(Key::Enter, "Enter", "copy"),
    hint(Key::Esc, "Esc", "close"),
];

/// What can be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The focused panel's value or values, as shown; of a table that fills the screen, the cell under the
    /// cursor.
    Value,
    /// The selected row of the focused table, else the one at its top, cells between tabs; a log's line.
    Row,
    /// The rows and columns of the focused panel that are shown, as CSV.
    Csv,
    /// The statement as it was sent.
    Sql,
    /// The whole screen as text.
    Screen,
}

impl Part {
    /// Its letter and words.
    fn entry(self) -> (char, &'static str) {
        match self {
            Self::Value => ('v', "the value, as shown"),
            Self::Row => ('r', "the row, cells between tabs"),
            Self::Csv => ('c', "the rows, as CSV"),
            Self::Sql => ('s', "the SQL, as sent"),
            Self::Screen => ('t', "the screen, as text"),
        }
    }
}

/// The list while it is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CopyMenu {
    /// The cursor; nothing is typed into it.
    pub choices: Choices,
}

impl CopyMenu {
    /// A letter, Enter or a click copies; Esc and a press outside close.
    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let parts = parts(now);
        let items = items(&parts);
        let place = frame::place(need(parts.len()), now.layout.screen);
        let asked = match place.read(event, &HINTS) {
            None => Asked::Leave,
            Some(Event::Key(Key::Char(letter))) => parts
                .iter()
                .position(|part| part.entry().0 == letter)
                .map_or(Asked::Nothing, Asked::Take),
            Some(Event::Paste(_)) => Asked::Nothing,
            Some(event) => self.choices.update(&event, &items, place.list),
        };
        match asked {
            Asked::Leave => return None,
            Asked::Take(index) => return Some(Effect::CopyPart(parts[index])),
            Asked::Nothing | Asked::Search | Asked::TakeTyped | Asked::Mark(_) => {}
        }
        ui.overlay = Some(Overlay::Copy(self));
        None
    }
}

/// What the focused panel has, the likeliest first.
pub fn parts(now: &Situation<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    if let (Some(panel), Some(data)) = (now.focused(), now.data(now.ui.focus)) {
        let has_rows = !data.rows.is_empty();
        let (value, row) = match data.shape.as_ref() {
            Shape::Log(lines) => (false, !lines.is_empty()),
            _ if panel.text.is_some() => (true, false),
            Shape::Rows if matches!(panel.kind, PanelKind::Stat | PanelKind::Text) => {
                (has_rows, false)
            }
            Shape::Rows => (now.selects_rows(), has_rows),
            _ => (data.asked_at.is_some(), false),
        };
        let has = [
            (Part::Value, value),
            (Part::Row, row),
            (Part::Csv, !data.rows.columns.is_empty()),
            (Part::Sql, data.inspection.is_some()),
        ];
        parts.extend(has.iter().filter(|(_, has)| *has).map(|(part, _)| *part));
    }
    parts.push(Part::Screen);
    parts
}

/// The lines of the list.
pub fn items(parts: &[Part]) -> Vec<Item> {
    parts
        .iter()
        .map(|part| {
            let (letter, words) = part.entry();
            Item::new(words).aside(letter.to_string())
        })
        .collect()
}

/// What it needs of the screen for that many lines.
pub fn need(lines: usize) -> Need {
    Need {
        width: 34,
        lines,
        ..Need::default()
    }
}
