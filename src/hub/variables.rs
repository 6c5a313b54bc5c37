//! What a dashboard's variables stand for, for one viewer.
//!
//! A variable's choices may depend on the values of others: they are looked at in dependency order, and
//! one is asked for only when all it uses is known. Changing one makes another question of those that use
//! it, and of no other.

use std::sync::Arc;

use crate::config::Dashboard;
use crate::model::panel_data::{Failure, Health};
use crate::model::time::Moment;
use crate::model::variable::{Choice, Chosen, Selection, VariableState, VariableValue};
use crate::query;

use super::key::{Subject, statement};
use super::polled::Revisions;

/// One variable, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// What it stands for; none while that is not known.
    pub value: Option<VariableValue>,
    pub choices: Arc<[Choice]>,
    pub health: Health,
}

/// What a query for choices answered.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    /// None before the first answer.
    pub choices: Option<Arc<[Choice]>>,
    pub health: Health,
}

/// Why a statement cannot be asked yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Missing {
    /// A value is on its way.
    Waits,
    /// A value cannot be had.
    Failed { why: Arc<Failure>, retry_at: Moment },
}

/// Resolves the variables of `dashboard`. `ask` gets a variable's index, the values its query uses, and all
/// that is known so far.
pub(super) fn resolve(
    dashboard: &Dashboard,
    selection: &Selection,
    mut ask: impl FnMut(usize, Arc<[VariableValue]>, &[Resolved]) -> Answered,
) -> Vec<Resolved> {
    let unknown = Resolved {
        value: None,
        choices: Arc::default(),
        health: Health::Waiting,
    };
    let mut resolved = vec![unknown; dashboard.variables.len()];
    for index in query::order(&dashboard.variables) {
        let Some(variable) = dashboard.variables.get(index) else {
            continue;
        };
        let chosen = selection.get(&variable.name);
        let listed = query::choices_of(variable).map(|choices| Answered {
            choices: Some(choices.into()),
            health: Health::Live,
        });
        let answered = match listed {
            Some(listed) => listed,
            None => match values_for(dashboard, Subject::Variable(index), &resolved) {
                Ok(values) => ask(index, values, &resolved),
                Err(missing) => Answered {
                    choices: None,
                    health: missing.health(),
                },
            },
        };
        resolved[index] = Resolved {
            value: answered
                .choices
                .as_ref()
                .map(|choices| query::value_of(variable, choices, chosen)),
            choices: answered.choices.unwrap_or_default(),
            health: answered.health,
        };
    }
    resolved
}

/// The values that `subject`'s statement uses, in the variables' order.
pub(super) fn values_for(
    dashboard: &Dashboard,
    subject: Subject,
    resolved: &[Resolved],
) -> Result<Arc<[VariableValue]>, Missing> {
    let sql = statement(dashboard, subject).unwrap_or_default();
    let names: Vec<&str> = dashboard
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let mut values = Vec::new();
    let mut missing = None;
    for index in query::used(sql, &names) {
        let Some(one) = resolved.get(index) else {
            continue;
        };
        match (&one.value, &one.health) {
            (Some(value), _) => values.push(value.clone()),
            (None, Health::Failed { why, retry_at }) => {
                missing = Some(Missing::Failed {
                    why: Arc::new(about(names[index], why)),
                    retry_at: *retry_at,
                });
            }
            (None, _) => missing = missing.or(Some(Missing::Waits)),
        }
    }
    missing.map_or_else(|| Ok(values.into()), Err)
}

/// The variables that `subject`'s statement depends on, also by way of others, ascending.
pub(super) fn needed(dashboard: &Dashboard, subject: Subject) -> Vec<usize> {
    let names: Vec<&str> = dashboard
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let mut needed: Vec<usize> = Vec::new();
    let mut open = vec![subject];
    while let Some(next) = open.pop() {
        for index in query::used(statement(dashboard, next).unwrap_or_default(), &names) {
            if !needed.contains(&index) {
                needed.push(index);
                open.push(Subject::Variable(index));
            }
        }
    }
    needed.sort_unstable();
    needed
}

/// What is chosen for them, as another process resolves it again.
pub(super) fn chosen(dashboard: &Dashboard, subject: Subject, resolved: &[Resolved]) -> Selection {
    let needed = needed(dashboard, subject).into_iter();
    let values = needed.filter_map(|index| resolved.get(index)?.value.as_ref());
    values
        .map(|value| (value.name.clone(), choice(value)))
        .collect()
}

/// What was chosen, of what it stands for.
pub(super) fn choice(value: &VariableValue) -> Chosen {
    if value.is_all {
        return Chosen::All;
    }
    let values = value.chosen.iter().map(|choice| choice.value.clone());
    Chosen::Values(values.collect())
}

/// The failure of a variable, in what needs it; said once, however far it reaches.
fn about(name: &str, why: &Failure) -> Failure {
    if why.summary.starts_with("the variable `") {
        return why.clone();
    }
    Failure {
        summary: format!("the variable `{name}` has no value: {}", why.summary),
        details: why.details.clone(),
        at: None,
    }
}

impl Missing {
    pub fn health(&self) -> Health {
        match self {
            Self::Waits => Health::Waiting,
            Self::Failed { why, retry_at } => Health::Failed {
                why: Arc::clone(why),
                retry_at: *retry_at,
            },
        }
    }
}

/// The variables as a viewer sees them. `before` is what it saw of the same dashboard: a value that is
/// asked for anew stays on screen until the answer is there.
pub(super) fn states(
    dashboard: &Dashboard,
    resolved: &[Resolved],
    before: &[VariableState],
    revisions: &mut Revisions,
) -> Arc<[VariableState]> {
    let states =
        dashboard
            .variables
            .iter()
            .zip(resolved)
            .enumerate()
            .map(|(index, (variable, now))| {
                let old = before.get(index);
                let value = now.value.clone().unwrap_or_else(|| {
                    old.map_or_else(
                        || VariableValue {
                            name: variable.name.clone(),
                            ..VariableValue::default()
                        },
                        |old| old.value.clone(),
                    )
                });
                match old {
                    Some(old)
                        if old.value == value
                            && old.choices == now.choices
                            && old.health == now.health =>
                    {
                        old.clone()
                    }
                    _ => VariableState {
                        revision: revisions.next(),
                        value,
                        choices: Arc::clone(&now.choices),
                        health: now.health.clone(),
                    },
                }
            });
    states.collect()
}
