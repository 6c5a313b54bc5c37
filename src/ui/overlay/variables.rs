//! The picker of variables: first which, then its values.

use std::borrow::Cow;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::Overlay;
use super::frame::{Hint, Need, Place, hint, place};
use crate::config::dashboard::{Variable, VariableKind};
use crate::model::panel_data::{Failure, Health};
use crate::model::variable::{Choice, Chosen};
use crate::ui::Ui;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{Effect, Event, Key};
use crate::ui::keys::Situation;

const ENTER: Hint = hint(Key::Enter, "Enter", "choose");
const APPLY: Hint = hint(Key::Enter, "Enter", "apply");
const MARK: Hint = hint(Key::Char(' '), "Space", "mark");
const CANCEL: Hint = hint(Key::Esc, "Esc", "cancel");
const BACK: Hint = hint(Key::Esc, "Esc", "back");

/// The picker while it is open.
#[derive(Clone, Debug, PartialEq)]
pub struct VariablePicker {
    step: Step,
    /// There was a list of variables to go back to.
    has_list: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// Which variable.
    Which(Choices),
    /// Its values.
    Values(Values),
}

/// The values of one variable being chosen.
#[derive(Clone, Debug, PartialEq)]
struct Values {
    /// Index in the dashboard's variables.
    variable: usize,
    choices: Choices,
    /// What is marked, where several may be.
    marked: Chosen,
    /// Something was marked or unmarked by hand.
    is_touched: bool,
}

/// What the picker shows of the list it is at.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// In the border.
    pub title: String,
    /// What is typed, and the cursor.
    pub choices: &'a Choices,
    /// The lines.
    pub items: Vec<Item>,
    /// What is to be said under the field.
    pub note: Note,
    /// There is a list, not a text alone.
    pub has_list: bool,
    /// The keys at the foot.
    pub hints: &'static [Hint],
}

/// A line under the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// Nothing.
    None,
    /// What is being done or can be.
    Words(&'static str),
    /// Why there are no choices.
    Failed(Arc<Failure>),
}

impl VariablePicker {
    /// Of the dashboard on screen; none where it has no variable to choose.
    pub(in crate::ui) fn open(now: &Situation<'_>) -> Option<Self> {
        let mut variables = now.variables();
        let (first, _) = variables.next()?;
        let has_list = variables.next().is_some();
        let step = if has_list {
            Step::Which(Choices::new("which variable"))
        } else {
            Step::Values(Values::open(first, now)?)
        };
        Some(Self { step, has_list })
    }

    /// Of one variable.
    pub(in crate::ui) fn of(variable: usize, now: &Situation<'_>) -> Option<Self> {
        Some(Self {
            step: Step::Values(Values::open(variable, now)?),
            has_list: false,
        })
    }

    /// What it shows now; none once the variable is gone.
    pub fn listed(&self, now: &Situation<'_>) -> Option<Listed<'_>> {
        match &self.step {
            Step::Which(choices) => Some(Listed {
                title: "Variables".to_owned(),
                choices,
                items: which(now).into_iter().map(|(_, item)| item).collect(),
                note: Note::None,
                has_list: true,
                hints: &[ENTER, CANCEL],
            }),
            Step::Values(values) => {
                let variable = now.any_variable(values.variable)?;
                Some(Listed {
                    title: variable.label.clone(),
                    choices: &values.choices,
                    items: values.items(now),
                    note: values.note(now),
                    has_list: !matches!(variable.kind, VariableKind::Text),
                    hints: match (variable.is_multi, self.has_list) {
                        (true, true) => &[APPLY, MARK, BACK],
                        (true, false) => &[APPLY, MARK, CANCEL],
                        (false, true) => &[ENTER, BACK],
                        (false, false) => &[ENTER, CANCEL],
                    },
                })
            }
        }
    }

    /// Where it stands.
    pub fn place(listed: &Listed<'_>, screen: Rect) -> Place {
        let need = Need {
            width: 50,
            has_field: true,
            notes: 1,
            lines: if listed.has_list {
                listed.items.len().max(6)
            } else {
                0
            },
        };
        place(need, screen)
    }

    pub(super) fn update(
        mut self,
        ui: &mut Ui,
        event: &Event,
        now: &Situation<'_>,
    ) -> Option<Effect> {
        let listed = self.listed(now)?;
        let place = Self::place(&listed, now.layout.screen);
        let event = place.read(event, listed.hints)?;
        let items = listed.items;
        let stays = match &mut self.step {
            Step::Which(choices) => match choices.update(&event, &items, place.list) {
                Asked::Leave => false,
                Asked::Take(index) => {
                    let chosen = which(now).get(index).map(|(variable, _)| *variable);
                    if let Some(values) = chosen.and_then(|variable| Values::open(variable, now)) {
                        self.step = Step::Values(values);
                    }
                    true
                }
                _ => true,
            },
            Step::Values(values) => match values.update(&event, &items, place.list, now) {
                Done::Chosen(chosen) => {
                    values.apply(ui, now, chosen);
                    false
                }
                Done::Left if self.has_list => {
                    self.step = Step::Which(Choices::new("which variable"));
                    true
                }
                Done::Left => false,
                Done::Not => true,
            },
        };
        if stays {
            ui.overlay = Some(Overlay::Variables(self));
        }
        None
    }
}

/// The variables with their values beside them.
fn which(now: &Situation<'_>) -> Vec<(usize, Item)> {
    now.variables()
        .map(|(index, variable)| {
            let item = Item::new(&variable.label)
                .also(&variable.name)
                .aside(value_words(now, index));
            (index, item)
        })
        .collect()
}

/// What a variable stands for, as people read it: `eu, us`, `All`.
pub fn value_words(now: &Situation<'_>, index: usize) -> String {
    if let Some(state) = now.variable(index) {
        let value = &state.value;
        if value.is_all {
            return "All".to_owned();
        }
        let texts: Vec<&str> = value.chosen.iter().map(|one| one.text.as_str()).collect();
        return texts.join(", ");
    }
    match chosen(now, index) {
        Some(Chosen::All) => "All".to_owned(),
        Some(Chosen::Values(values)) => values.join(", "),
        None => String::new(),
    }
}

/// What is chosen by the viewer, else what the hub says it stands for, else the default.
fn chosen(now: &Situation<'_>, index: usize) -> Option<Chosen> {
    let variable = now.any_variable(index)?;
    let by_viewer = now.ui.variables.get(&variable.name).cloned();
    let by_hub = || {
        let value = &now.variable(index)?.value;
        Some(if value.is_all {
            Chosen::All
        } else {
            let chosen = value.chosen.iter();
            Chosen::Values(chosen.map(|choice| choice.value.clone()).collect())
        })
    };
    by_viewer
        .or_else(by_hub)
        .or_else(|| variable.default.clone())
}

/// What a variable can stand for.
fn offered<'a>(now: &Situation<'a>, index: usize) -> Cow<'a, [Choice]> {
    let state = now.variable(index).map(|state| &*state.choices);
    let listed = match now.any_variable(index).map(|variable| &variable.kind) {
        Some(VariableKind::List(choices) | VariableKind::Interval(choices)) => &choices[..],
        _ => &[],
    };
    Cow::Borrowed(
        state
            .filter(|choices| !choices.is_empty())
            .unwrap_or(listed),
    )
}

enum Done {
    Not,
    Left,
    Chosen(Chosen),
}

impl Values {
    fn open(variable: usize, now: &Situation<'_>) -> Option<Self> {
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
    fn items(&self, now: &Situation<'_>) -> Vec<Item> {
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

    fn note(&self, now: &Situation<'_>) -> Note {
        if let Some(VariableKind::Text) = now.any_variable(self.variable).map(|one| &one.kind) {
            return Note::Words("any text; Enter takes it as it is");
        }
        match now.variable(self.variable).map(|state| &state.health) {
            Some(Health::Failed { why, .. }) => Note::Failed(Arc::clone(why)),
            Some(Health::Waiting) => Note::Words("asking the database for the choices"),
            Some(Health::Live) | None => Note::None,
        }
    }

    fn update(&mut self, event: &Event, items: &[Item], list: Rect, now: &Situation<'_>) -> Done {
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

    /// Makes it the viewer's choice; with nothing marked the default is back.
    fn apply(&self, ui: &mut Ui, now: &Situation<'_>, chosen: Chosen) {
        let Some(variable) = now.any_variable(self.variable) else {
            return;
        };
        let is_text = matches!(variable.kind, VariableKind::Text);
        if chosen == Chosen::Values(Vec::new()) && !is_text {
            ui.variables.remove(&variable.name);
        } else {
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

impl<'a> Situation<'a> {
    /// A variable of the dashboard on screen.
    fn any_variable(&self, index: usize) -> Option<&'a Variable> {
        let dashboard = self.config.dashboards.get(self.ui.dashboard)?;
        dashboard.variables.get(index)
    }
}
