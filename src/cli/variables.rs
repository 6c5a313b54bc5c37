//! `--var name=value`: what to choose for a dashboard's variables.

use clap::Args;
use color_eyre::eyre::{Result, eyre};

use crate::config::{Config, Variable, VariableKind};
use crate::model::variable::{Choice, Chosen, Selection};
use crate::query;

pub(super) use crate::query::{Missed, missed};

/// All of a variable's values, as Grafana spells it in addresses: no ordinary value looks like it.
const ALL: &str = "$__all";
/// The same as the picker shows it, where the variable knows all and has no such value.
const ALL_SHOWN: &str = "All";

/// Chosen values.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Variables {
    /// Choose a variable's value; again with the same name for several, All for all of them
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = parse)]
    assignments: Vec<(String, String)>,
}

fn parse(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("write it as NAME=VALUE, such as --var region=eu".to_owned()),
    }
}

impl Variables {
    /// True when nothing was chosen.
    pub(super) fn is_empty(&self) -> bool {
        self.assignments.is_empty()
    }

    /// What was chosen, checked against the variables of `dashboard`, for names it does not have
    /// against those of the others: the viewer may go there. Values that only a query can list are
    /// left to it.
    ///
    /// Fails on a name nobody knows, on several values for a variable of one, on all where all cannot
    /// be chosen, on a value the configuration does not list, and on a constant.
    pub(super) fn selection(&self, config: &Config, dashboard: usize) -> Result<Selection> {
        let here = config.dashboards.get(dashboard).into_iter();
        let known: Vec<&Variable> = here
            .chain(&config.dashboards)
            .flat_map(|dashboard| &dashboard.variables)
            .collect();
        let mut selection = Selection::new();
        for (name, _) in &self.assignments {
            let Some(variable) = known.iter().find(|variable| variable.name == *name) else {
                return Err(unknown(name, &known));
            };
            if !selection.contains_key(name) {
                let values = self.assignments.iter().filter(|(other, _)| other == name);
                let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
                selection.insert(name.clone(), chosen(variable, &values)?);
            }
        }
        Ok(selection)
    }
}

fn unknown(name: &str, known: &[&Variable]) -> color_eyre::Report {
    let mut names: Vec<&str> = Vec::new();
    for variable in known {
        if !names.contains(&variable.name.as_str()) {
            names.push(&variable.name);
        }
    }
    if names.is_empty() {
        return eyre!("there is no variable `{name}`: no dashboard has any");
    }
    eyre!(
        "there is no variable `{name}`; there is: {}",
        names.join(", ")
    )
}

fn chosen(variable: &Variable, values: &[&str]) -> Result<Chosen> {
    let name = &variable.name;
    let choices = match &variable.kind {
        VariableKind::List(_) | VariableKind::Interval(_) => query::choices_of(variable),
        VariableKind::Constant(value) => {
            return Err(eyre!("`{name}` is always `{value}`: it cannot be chosen"));
        }
        VariableKind::Query { .. } | VariableKind::Text => None,
    };
    let lists = |value: &str| {
        choices.as_ref().is_some_and(|choices: &Vec<Choice>| {
            let mut choices = choices.iter();
            choices.any(|choice| choice.value == value || choice.text == value)
        })
    };
    let is_all =
        |value: &str| value == ALL || variable.has_all && value == ALL_SHOWN && !lists(ALL_SHOWN);
    if values.iter().any(|value| is_all(value) && !lists(value)) {
        if !variable.has_all {
            return Err(eyre!("all of `{name}` cannot be chosen; name one value"));
        }
        if values.len() > 1 {
            return Err(eyre!("`{name}` cannot be all and a single value at once"));
        }
        return Ok(Chosen::All);
    }
    if values.len() > 1 && !variable.is_multi {
        return Err(eyre!(
            "`{name}` has one value, and {} were given",
            values.len()
        ));
    }
    if let (Some(choices), Some(wrong)) = (&choices, values.iter().find(|value| !lists(value))) {
        let listed: Vec<&str> = choices.iter().map(|choice| choice.value.as_str()).collect();
        return Err(eyre!(
            "`{wrong}` is not a value of `{name}`; there is: {}",
            listed.join(", ")
        ));
    }
    Ok(Chosen::Values(
        values.iter().map(|&value| value.to_owned()).collect(),
    ))
}

/// The names of the variables that were missed, and of those whose values are listed for them.
pub(super) fn concerned(variables: &[Variable], missed: &[Missed]) -> Vec<String> {
    let mut names: Vec<String> = missed.iter().map(|one| one.name.clone()).collect();
    loop {
        let known: Vec<&str> = names.iter().map(String::as_str).collect();
        let depends = |variable: &&Variable| match &variable.kind {
            VariableKind::Query { sql, .. } => {
                !known.contains(&variable.name.as_str()) && !query::used(sql, &known).is_empty()
            }
            _ => false,
        };
        let Some(next) = variables.iter().find(depends) else {
            return names;
        };
        names.push(next.name.clone());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn config() -> Config {
        let text = r#"
            [[dashboard]]
            name = "A"
            panel.a = { kind = "stat", sql = "select 1" }
            variable = [
              { name = "region", kind = "query", sql = "select 1", multi = true, include_all = true },
              { name = "plan", kind = "list", values = ["free", { text = "Professional", value = "pro" }] },
              { name = "search", kind = "text" },
              { name = "fixed", kind = "constant", value = "x" },
            ]
            [[dashboard]]
            name = "B"
            panel.a = { kind = "stat", sql = "select 1" }
            variable = [
              { name = "plan", kind = "list", multi = true, values = ["b", "c", "All"], include_all = true },
              { name = "other", kind = "text" },
            ]
        "#;
        Config::from_toml("config.toml", text, &BTreeMap::new()).unwrap()
    }

    fn select(dashboard: usize, words: &[&str]) -> Result<Selection, String> {
        let assignments = words
            .iter()
            .map(|word| parse(word))
            .collect::<Result<_, _>>()?;
        let selection = Variables { assignments }.selection(&config(), dashboard);
        selection.map_err(|report| report.to_string())
    }

    fn values(values: &[&str]) -> Chosen {
        Chosen::Values(values.iter().map(|&value| value.to_owned()).collect())
    }

    #[test]
    fn a_value_may_hold_anything_and_come_again() {
        let selection = select(0, &["region=eu", "search=a=b, c ", "region=", "plan=pro"]).unwrap();
        assert_eq!(selection["region"], values(&["eu", ""]));
        assert_eq!(selection["search"], values(&["a=b, c "]));
        assert_eq!(selection["plan"], values(&["pro"]));
        assert_eq!(
            select(0, &["plan=Professional"]).unwrap()["plan"],
            values(&["Professional"])
        );
    }

    #[test]
    fn all_has_a_spelling_that_is_no_value() {
        for all in ["region=$__all", "region=All"] {
            assert_eq!(select(0, &[all]).unwrap()["region"], Chosen::All, "{all}");
        }
        assert_eq!(
            select(1, &["plan=All"]).unwrap()["plan"],
            values(&["All"]),
            "it is listed"
        );
        assert_eq!(select(1, &["plan=$__all"]).unwrap()["plan"], Chosen::All);
        assert_eq!(
            select(0, &["search=All"]).unwrap()["search"],
            values(&["All"]),
            "it is typed"
        );
    }

    #[test]
    fn the_dashboard_shown_goes_before_the_others() {
        assert_eq!(
            select(1, &["plan=b", "plan=c"]).unwrap()["plan"],
            values(&["b", "c"])
        );
        assert!(select(0, &["plan=b"]).is_err());
        assert!(select(0, &["other=x"]).is_ok(), "the viewer may go there");
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_there_is() {
        for (words, part) in [
            (
                &["regoin=eu"][..],
                "no variable `regoin`; there is: region, plan, search, fixed, other",
            ),
            (
                &["plan=gold"],
                "`gold` is not a value of `plan`; there is: free, pro",
            ),
            (
                &["plan=free", "plan=pro"],
                "`plan` has one value, and 2 were given",
            ),
            (&["plan=$__all"], "all of `plan` cannot be chosen"),
            (
                &["region=$__all", "region=eu"],
                "all and a single value at once",
            ),
            (&["fixed=y"], "`fixed` is always `x`"),
            (&["region"], "NAME=VALUE"),
            (&["=x"], "NAME=VALUE"),
        ] {
            let why = select(0, words).unwrap_err();
            assert!(why.contains(part), "{words:?}: {why}");
        }
    }
}
