//! The picker of variables: first which, then its values.

mod values;

use std::borrow::Cow;
use std::sync::Arc;

use ratatui::layout::Rect;

use super::Overlay;
use super::frame::{Hint, Need, Place, hint, place};
use crate::config::dashboard::{Variable, VariableKind};
use crate::model::panel_data::Failure;
use crate::model::variable::{Choice, Chosen};
use crate::ui::Ui;
use crate::ui::choices::{Asked, Choices, Item};
use crate::ui::event::{Effect, Event, Key};
use crate::ui::keys::Situation;

use values::{Done, Values};

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

impl<'a> Situation<'a> {
    /// A variable of the dashboard on screen.
    fn any_variable(&self, index: usize) -> Option<&'a Variable> {
        let dashboard = self.config.dashboards.get(self.ui.dashboard)?;
        dashboard.variables.get(index)
    }
}
