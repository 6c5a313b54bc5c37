//! Variables of a dashboard: what a viewer chose, and what stands in a statement for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::panel_data::Health;

/// One value a variable may have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Choice {
    /// As people read it.
    pub text: String,
    /// As the statement gets it.
    pub value: String,
}

impl Choice {
    /// A value that is read as it is written.
    pub fn of(value: impl Into<String>) -> Self {
        let value = value.into();
        Self {
            text: value.clone(),
            value,
        }
    }
}

/// What a viewer chose for one variable.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Chosen {
    /// Every choice there is.
    All,
    /// These values; more than one only where the variable allows it.
    Values(Vec<String>),
}

/// What a viewer chose, by variable name; a variable that is missing has its default.
pub type Selection = BTreeMap<String, Chosen>;

/// What a variable stands for in statements and titles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct VariableValue {
    /// Its name, without the `$`.
    pub name: String,
    /// What was chosen; for "all" every choice.
    pub chosen: Vec<Choice>,
    /// All of them were chosen.
    pub is_all: bool,
    /// It may have several values, or all: it is written as a list.
    pub is_list: bool,
    /// The configuration or the variable's own query lists every value of `chosen`: nobody typed them.
    pub is_listed: bool,
    /// What the configuration wants in place of the list when all are chosen; inserted as it is.
    pub all_value: Option<String>,
}

impl VariableValue {
    /// What was chosen, of what it stands for.
    pub fn choice(&self) -> Chosen {
        if self.is_all {
            return Chosen::All;
        }
        let values = self.chosen.iter().map(|choice| choice.value.clone());
        Chosen::Values(values.collect())
    }
}

/// One variable as the picker and the header show it.
#[derive(Clone, Debug, PartialEq)]
pub struct VariableState {
    /// Changes when anything below does.
    pub revision: u64,
    /// What it stands for now.
    pub value: VariableValue,
    /// What it may stand for, in the query's or configuration's order.
    pub choices: Arc<[Choice]>,
    /// How its query is doing; live for a variable without one.
    pub health: Health,
}

impl AsRef<VariableValue> for VariableValue {
    fn as_ref(&self) -> &VariableValue {
        self
    }
}

impl AsRef<VariableValue> for VariableState {
    fn as_ref(&self) -> &VariableValue {
        &self.value
    }
}
