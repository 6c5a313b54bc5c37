//! Which columns of a table are shown: a list of them in the query's order, each marked or not.

use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{Effect, Event, Key};
use crate::ui::keys::Situation;
use crate::ui::overlay::frame::{Hint, Need, Place, hint, place};
use crate::ui::{Overlay, Ui};

/// Keys at the foot of the box.
pub const HINTS: &[Hint] = &[
    hint(Key::Char(' '), "Space", "show or hide"),
    hint(Key::Enter, "Enter", "done"),
];

/// The list while it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    /// The table's panel.
    pub panel: usize,
    /// What is searched for and where the cursor is.
    pub choices: Choices,
}

impl Columns {
    /// For the focused table, the cursor on the column that is under the table's.
    pub(in crate::ui) fn open(now: &Situation<'_>) -> Self {
        let mut choices = Choices::new("find a column");
        choices.go_to(now.selected_column().unwrap_or(0));
        Self {
            panel: now.ui.focus,
            choices,
        }
    }

    /// The columns: name, type, shown or not.
    pub fn items(&self, now: &Situation<'_>) -> Vec<Item> {
        let shown = now.shown_columns(self.panel);
        let columns = now.table_rows(self.panel).map(|rows| rows.columns.iter());
        columns
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, column)| {
                Item::new(&*column.name)
                    .aside(&*column.type_name)
                    .marked(shown.contains(&index))
            })
            .collect()
    }

    /// Where the box and its parts are.
    pub fn place(items: &[Item], now: &Situation<'_>) -> Place {
        let widths = items.iter().map(|item| item.text.len() + item.aside.len());
        let widest = widths.max().unwrap_or(0) as u16;
        let need = Need {
            width: widest.saturating_add(10).clamp(36, 60),
            has_field: true,
            notes: 0,
            lines: items.len().max(1),
        };
        place(need, now.layout.screen)
    }

    /// Space or a click shows or hides a column, Enter and Esc close. The last one shown stays.
    pub(in crate::ui) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let items = self.items(now);
        let place = Self::place(&items, now);
        let event = place.read(event, HINTS)?;
        match self.choices.update(&event, &items, place.list) {
            Asked::Leave | Asked::Take(_) | Asked::TakeTyped => return None,
            Asked::Mark(index) => toggle(ui, now, self.panel, index),
            Asked::Nothing | Asked::Search => {}
        }
        ui.overlay = Some(Overlay::Columns(self));
        None
    }
}

fn toggle(ui: &mut Ui, now: &Situation<'_>, panel: usize, index: usize) {
    let Some(rows) = now.table_rows(panel) else {
        return;
    };
    let name = rows.columns[index].name.clone();
    ui.edit_table(panel, |state| {
        if state.hidden.remove(&name) {
            return;
        }
        let mut others = rows.columns.iter().filter(|column| column.name != name);
        if others.any(|column| !state.hidden.contains(&column.name)) {
            state.hidden.insert(name);
        }
    });
}
