//! The values of one variable: one is chosen, several are marked, or a text is typed.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::{Note, chosen, offered};
use crate::config::dashboard::VariableKind;
use crate::model::panel_data::Health;
use crate::model::variable::{Choice, Chosen};
use crate::ui::Ui;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::Event;
use crate::ui::keys::Situation;

/// The values of one variable being chosen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Values {
    /// Index in the dashboard's variables.
    pub(super) variable: usize,
    pub(super) choices: Choices,
    /// What is marked, where several may be.
    marked: Chosen,
    /// Something was marked or unmarked by hand.
    is_touched: bool,
}

const NOTHING: Chosen = Chosen::Values(Vec::new());

/// How it ended, if it did.
pub(super) enum Done {
    /// It goes on.
    Not,
    /// Without a choice.
    Left,
    /// With this one.
    Chosen(Chosen),
}

impl Values {
    pub(super) fn open(variable: usize, now: &Situation<'_>) -> Option<Self> {
        let config = now.any_variable(variable)?;
        let chosen = chosen(now, variable).unwrap_or(Chosen::Values(Vec::new()));
        let mut choices = Choices::new("type to find one");
        match (&config.kind, &chosen) {
            (VariableKind::Text, Chosen::Values(values)) => {
                choices = Choices::new("type a value");
                choices.field = choices.field.with(&values.join(", "));
            }
            (_, Chosen::Values(values)) => {
                let offered = offered(now, variable);
                let at = offered.iter().position(|one| values.contains(&one.value));
                choices.go_to(at.map_or(0, |at| at + usize::from(config.has_all)));
            }
            (_, Chosen::All) => {}
        }
        Some(Self {
            variable,
            choices,
            marked: chosen,
            is_touched: false,
        })
    }

    fn is_marked(&self, value: &str) -> bool {
        match &self.marked {
            Chosen::All => false,
            Chosen::Values(values) => values.iter().any(|one| one == value),
        }
    }

    /// "All" where there is one, then the choices.
    pub(super) fn items(&self, now: &Situation<'_>) -> Vec<Item> {
        let Some(variable) = now.any_variable(self.variable) else {
            return Vec::new();
        };
        let mark = |item: Item, is_marked: bool| {
            if variable.is_multi {
                item.marked(is_marked)
            } else {
                item.aside(if is_marked { "now" } else { "" })
            }
        };
        let all = variable
            .has_all
            .then(|| mark(Item::new("All"), self.marked == Chosen::All));
        let choices = offered(now, self.variable);
        let choices = choices.iter().map(|choice| {
            let item = Item::new(&choice.text);
            let item = if choice.value == choice.text {
                item
            } else {
                item.also(&choice.value)
            };
            mark(item, self.is_marked(&choice.value))
        });
        all.into_iter().chain(choices).collect()
    }

    pub(super) fn note(&self, now: &Situation<'_>) -> Note {
        if let Some(VariableKind::Text) = now.any_variable(self.variable).map(|one| &one.kind) {
            return Note::Words("any text; Enter takes it as it is");
        }
        if self.is_touched && self.marked == NOTHING {
            return Note::Words("nothing is marked: Enter changes nothing");
        }
        match now.variable(self.variable).map(|state| &state.health) {
            Some(Health::Failed { why, .. }) => Note::Failed(Arc::clone(why)),
            Some(Health::Waiting) => Note::Words("asking the database for the choices"),
            Some(Health::Live) | None => Note::None,
        }
    }

    pub(super) fn update(
        &mut self,
        event: &Event,
        items: &[Item],
        list: Rect,
        now: &Situation<'_>,
    ) -> Done {
        let Some(variable) = now.any_variable(self.variable) else {
            return Done::Left;
        };
        let asked = self.choices.update(event, items, list);
        let at = |index: usize| {
            let choices = offered(now, self.variable);
            match index.checked_sub(usize::from(variable.has_all)) {
                None => Some(Chosen::All),
                Some(index) => choices
                    .get(index)
                    .map(|choice| Chosen::Values(vec![choice.value.clone()])),
            }
        };
        match asked {
            Asked::Leave => Done::Left,
            Asked::Take(_) | Asked::TakeTyped if variable.is_multi && self.is_touched => {
                Done::Chosen(self.marked.clone())
            }
            Asked::Take(index) => at(index).map_or(Done::Not, Done::Chosen),
            Asked::TakeTyped if matches!(variable.kind, VariableKind::Text) => {
                Done::Chosen(Chosen::Values(vec![self.choices.field.text().to_owned()]))
            }
            Asked::Mark(index) => {
                if let Some(one) = at(index) {
                    self.mark(one);
                }
                Done::Not
            }
            Asked::Nothing | Asked::Search | Asked::TakeTyped => Done::Not,
        }
    }

    /// Marks or unmarks one; "All" stands alone.
    fn mark(&mut self, one: Chosen) {
        self.is_touched = true;
        self.marked = match (std::mem::replace(&mut self.marked, Chosen::All), one) {
            (Chosen::All, Chosen::All) => Chosen::Values(Vec::new()),
            (_, Chosen::All) => Chosen::All,
            (Chosen::All, values @ Chosen::Values(_)) => values,
            (Chosen::Values(mut marked), Chosen::Values(values)) => {
                for value in values {
                    match marked.iter().position(|known| *known == value) {
                        Some(at) => {
                            marked.remove(at);
                        }
                        None => marked.push(value),
                    }
                }
                Chosen::Values(marked)
            }
        };
    }

    /// Makes it the viewer's choice; with nothing marked that stays as it was.
    pub(super) fn apply(&self, ui: &mut Ui, now: &Situation<'_>, chosen: Chosen) {
        let Some(variable) = now.any_variable(self.variable) else {
            return;
        };
        let is_text = matches!(variable.kind, VariableKind::Text);
        if is_text || chosen != NOTHING {
            ui.variables.insert(
                variable.name.clone(),
                in_order(chosen, &offered(now, self.variable)),
            );
        }
    }
}

/// Several values in the order they are offered in, so that the same set is the same choice.
fn in_order(chosen: Chosen, offered: &[Choice]) -> Chosen {
    let Chosen::Values(mut values) = chosen else {
        return chosen;
    };
    let place = |value: &String| offered.iter().position(|choice| choice.value == *value);
    values.sort_by_key(|value| place(value).unwrap_or(usize::MAX));
    Chosen::Values(values)
}
