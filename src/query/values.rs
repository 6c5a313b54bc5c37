//! What variables stand for: from their definition, their choices and what a viewer chose.

use std::collections::HashSet;

use jiff::tz::TimeZone;

use crate::config::dashboard::{Variable, VariableKind};
use crate::model::panel_data::{Failure, Health};
use crate::model::reference::references;
use crate::model::rowset::Rowset;
use crate::model::value::Value;
use crate::model::variable::{Choice, Chosen, Selection, VariableState, VariableValue};

/// A query may list this many values; more is nothing a person chooses from.
const MOST_CHOICES: usize = 10_000;

/// Which of `names` a text uses, by index, ascending, each once. SQL, a title or another variable's SQL;
/// what stands in a comment counts too.
pub fn used(template: &str, names: &[&str]) -> Vec<usize> {
    let mut found: Vec<usize> = references(template)
        .filter_map(|reference| names.iter().position(|name| *name == reference.name))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The choices a variable's query lists: its columns `__text` and `__value` where it has both, else
/// every value of every column, column by column. A value that comes again is dropped, NULL too.
///
/// Fails when there are more than 10,000: "all" would silently be less than all.
pub fn choices(rows: &Rowset) -> Result<Vec<Choice>, Failure> {
    let column = |name: &str| rows.columns.iter().find(|column| column.name == name);
    let text = |value: &Value| match value {
        Value::Null => None,
        value => Some(value.export(&TimeZone::UTC).into_owned()),
    };
    let mut listed: Vec<Choice> = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |choice: Choice| {
        if seen.insert(choice.value.clone()) {
            listed.push(choice);
        }
        if listed.len() > MOST_CHOICES {
            return Err(
                Failure::new("the query of this variable lists more than 10,000 values").detail(
                    "narrow it with `where` or `limit`, or make it a variable of kind `text`",
                ),
            );
        }
        Ok(())
    };
    if let (Some(texts), Some(values)) = (column("__text"), column("__value")) {
        for (shown, value) in texts.values.iter().zip(&values.values) {
            if let Some(value) = text(value) {
                let text = text(shown).unwrap_or_else(|| value.clone());
                add(Choice { text, value })?;
            }
        }
    } else {
        for value in rows.columns.iter().flat_map(|column| &column.values) {
            if let Some(value) = text(value) {
                add(Choice::of(value))?;
            }
        }
    }
    if rows.truncated {
        return Err(
            Failure::new("the query of this variable lists more rows than `row_limit`")
                .detail("narrow it with `where` or `limit`, or select each value once"),
        );
    }
    Ok(listed)
}

/// The choices of a variable that needs no query for them; those of a text variable are what its
/// configuration suggests.
pub fn choices_of(variable: &Variable) -> Option<Vec<Choice>> {
    match &variable.kind {
        VariableKind::Query { .. } => None,
        VariableKind::List(choices) | VariableKind::Interval(choices) => Some(choices.clone()),
        VariableKind::Constant(value) => Some(vec![Choice::of(value)]),
        VariableKind::Text => match &variable.default {
            Some(Chosen::Values(values)) => Some(values.iter().map(Choice::of).collect()),
            _ => Some(Vec::new()),
        },
    }
}

/// What `variable` stands for when `chosen` was chosen among `choices`; its default for none.
///
/// A value that is not, or no longer, among the choices is dropped; when none is left the default steps in, else
/// the first choice (as in Grafana). Values may also be given by their text. All stays all.
pub fn value_of(variable: &Variable, choices: &[Choice], chosen: Option<&Chosen>) -> VariableValue {
    let mut value = VariableValue {
        name: variable.name.clone(),
        is_list: variable.is_multi || variable.has_all,
        is_listed: true,
        all_value: variable.all_value.clone(),
        ..VariableValue::default()
    };
    let wanted = |chosen: &&Chosen| match chosen {
        Chosen::All => variable.has_all,
        Chosen::Values(values) => !values.is_empty(),
    };
    let meant = chosen
        .filter(wanted)
        .or_else(|| variable.default.as_ref().filter(wanted));
    match (&variable.kind, meant) {
        (VariableKind::Constant(text), _) => value.chosen = vec![Choice::of(text)],
        (VariableKind::Text, meant) => {
            value.is_listed = false;
            let typed = match meant {
                Some(Chosen::Values(values)) => values.as_slice(),
                _ => &[],
            };
            value.chosen = typed.iter().map(Choice::of).collect();
            if value.chosen.is_empty() {
                value.chosen = vec![Choice::default()];
            }
        }
        (_, Some(Chosen::All)) => {
            value.is_all = true;
            value.chosen = choices.to_vec();
        }
        (_, meant) => {
            let wanted = match meant {
                Some(Chosen::Values(values)) => values.as_slice(),
                _ => &[],
            };
            for wanted in wanted {
                let found = choices
                    .iter()
                    .find(|choice| choice.value == *wanted)
                    .or_else(|| choices.iter().find(|choice| choice.text == *wanted));
                if let Some(found) = found.filter(|found| !value.chosen.contains(found)) {
                    value.chosen.push(found.clone());
                }
            }
            if value.chosen.is_empty() && chosen.is_some() {
                return value_of(variable, choices, None);
            }
            if value.chosen.is_empty() {
                value.chosen.extend(choices.first().cloned());
            }
        }
    }
    if !variable.is_multi && !value.is_all {
        value.chosen.truncate(1);
    }
    value
}

/// `text` with variables in it as people read them: the chosen texts with `, ` between, or `All`.
/// A format after the name changes nothing here; unknown names stay.
pub fn title<V: AsRef<VariableValue>>(text: &str, values: &[V]) -> String {
    let mut written = String::with_capacity(text.len());
    let mut kept = 0;
    for reference in references(text) {
        let mut values = values.iter().map(V::as_ref);
        let Some(value) = values.find(|value| value.name == reference.name) else {
            continue;
        };
        written.push_str(&text[kept..reference.range.start]);
        written.push_str(&shown(value));
        kept = reference.range.end;
    }
    written.push_str(&text[kept..]);
    written
}

/// What a person reads for a variable: its texts with `, ` between, or `All`.
pub fn shown(value: &VariableValue) -> String {
    if value.is_all {
        return "All".to_owned();
    }
    let texts: Vec<&str> = value
        .chosen
        .iter()
        .map(|choice| choice.text.as_str())
        .collect();
    texts.join(", ")
}

/// A value that was chosen and is not there.
#[derive(Debug)]
pub struct Missed {
    /// The variable.
    pub name: String,
    /// What to say of it.
    pub sentence: String,
    /// What the variable stands for in its place.
    pub instead: String,
}

/// What was chosen and is not there: a query lists its values, and only it knows.
pub fn missed(selection: &Selection, variables: &[VariableState]) -> Vec<Missed> {
    let mut all = Vec::new();
    for state in variables {
        let Some(Chosen::Values(wanted)) = selection.get(&state.value.name) else {
            continue;
        };
        // Without an answer nobody knows: the panels that use it say why.
        if state.value.chosen.is_empty() && state.health != Health::Live {
            continue;
        }
        let has = |wanted: &str| {
            let mut chosen = state.value.chosen.iter();
            chosen.any(|choice| choice.value == wanted || choice.text == wanted)
        };
        let missing = wanted.iter().filter(|wanted| !has(wanted));
        all.extend(missing.map(|missing| Missed {
            name: state.value.name.clone(),
            sentence: format!("{}: `{missing}` is not one of its values", state.value.name),
            instead: shown(&state.value),
        }));
    }
    all
}

/// The variables by index, each behind those its query uses; else in the order written. The
/// configuration has refused cycles; the variables of one come last here.
pub fn order(variables: &[Variable]) -> Vec<usize> {
    let names: Vec<&str> = variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let needs: Vec<Vec<usize>> = variables
        .iter()
        .map(|variable| match &variable.kind {
            VariableKind::Query { sql, .. } => used(sql, &names),
            _ => Vec::new(),
        })
        .collect();
    let mut order: Vec<usize> = Vec::with_capacity(variables.len());
    while order.len() < variables.len() {
        let waiting = || (0..variables.len()).filter(|index| !order.contains(index));
        let free = waiting().find(|index| needs[*index].iter().all(|need| order.contains(need)));
        let Some(next) = free.or_else(|| waiting().next()) else {
            break;
        };
        order.push(next);
    }
    order
}

#[cfg(test)]
mod tests;
