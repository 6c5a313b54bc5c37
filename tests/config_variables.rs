//! Variables of a dashboard, as they are written in a configuration.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;

use kpi_dashboard::config::{Config, Dashboard, EXAMPLE, Variable, VariableKind};
use kpi_dashboard::model::variable::{Choice, Chosen};
use kpi_dashboard::query;

fn read(text: &str) -> Config {
    let environment = BTreeMap::from([("HOST".to_owned(), "db".to_owned())]);
    Config::from_toml("config.toml", text, &environment)
        .unwrap_or_else(|problems| panic!("{problems}"))
}

fn dashboard() -> Dashboard {
    read(include_str!("configs/valid/dashboard_variables.toml"))
        .dashboards
        .remove(0)
}

fn variable(name: &str) -> Variable {
    let mut variables = dashboard().variables.into_iter();
    variables.find(|variable| variable.name == name).unwrap()
}

fn values(texts: &[&str]) -> Chosen {
    Chosen::Values(texts.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn a_query_variable_is_read_with_all_it_says() {
    let region = variable("region");
    assert_eq!(region.label, "Sales region");
    assert!(region.is_multi && region.has_all && region.is_hidden);
    assert_eq!(region.default, Some(Chosen::All));
    let sql = "select $country, '${HOST}'".to_owned();
    let on_range = true;
    assert_eq!(region.kind, VariableKind::Query { sql, on_range });
    assert_eq!(
        region.all_value.as_deref(),
        Some("select '${HOST}'"),
        "SQL is verbatim"
    );
    assert_eq!((region.sql_at.line, region.sql_at.column), (8, 8));
}

#[test]
fn a_list_has_texts_and_values() {
    let country = variable("country");
    let choice = |text: &str, value: &str| Choice {
        text: text.to_owned(),
        value: value.to_owned(),
    };
    let choices = [("de", "de"), ("France", "fr"), ("all", "all"), ("", "")];
    let choices = choices.map(|(text, value)| choice(text, value)).to_vec();
    assert_eq!(country.kind, VariableKind::List(choices));
    assert_eq!(country.default, Some(values(&["all"])), "it is listed");
    assert_eq!(country.label, "country");
    assert!(!country.is_multi && !country.has_all && !country.is_hidden);
}

#[test]
fn texts_and_constants_may_come_from_the_environment() {
    assert_eq!(variable("search").kind, VariableKind::Text);
    assert_eq!(variable("search").default, Some(values(&["on db"])));
    assert_eq!(
        variable("HOST").kind,
        VariableKind::Constant("db".to_owned())
    );
}

#[test]
fn an_interval_has_lengths_of_its_own() {
    let VariableKind::Interval(lengths) = variable("bucket").kind else {
        panic!("an interval");
    };
    assert_eq!(lengths.len(), 10);
    assert_eq!(variable("bucket").default, Some(values(&["1h"])));
    let own = ["90s", "1M"].map(Choice::of).to_vec();
    assert_eq!(variable("width").kind, VariableKind::Interval(own));
}

#[test]
fn titles_keep_the_names_of_variables_and_replace_the_environments() {
    let dashboard = dashboard();
    assert_eq!(dashboard.name, "Sales ${region}");
    let title = &dashboard.panels[0].title;
    assert_eq!(title, "${region:csv} of $country on db, ${region}");
    let values: Vec<_> = dashboard
        .variables
        .iter()
        .map(|variable| {
            let choices = query::choices_of(variable).unwrap_or(vec![Choice::of("eu")]);
            query::value_of(variable, &choices, None)
        })
        .collect();
    assert_eq!(query::title(title, &values), "All of all on db, All");
    assert_eq!(query::title(&dashboard.name, &values), "Sales All");
}

#[test]
fn a_variable_of_one_dashboard_is_not_known_to_the_next() {
    let text = "[[dashboard]]\nname = \"A\"\nvariable = [{ name = \"x\", kind = \"text\" }]\n\
                panel.a = { kind = \"stat\", sql = \"select 1\", title = \"${x}\" }\n\
                [[dashboard]]\nname = \"B\"\n\
                panel.a = { kind = \"stat\", sql = \"select 1\", title = \"${x}\" }\n";
    let problems = Config::from_toml("config.toml", text, &BTreeMap::new()).unwrap_err();
    let shown = problems.to_string();
    assert!(shown.contains("`x` is not set"), "{shown}");
    assert!(shown.contains("config.toml:7"), "{shown}");
}

#[test]
fn the_example_uses_every_variable_it_has() {
    let dashboard = read(EXAMPLE).dashboards.remove(0);
    let names: Vec<&str> = dashboard
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let mut used: Vec<usize> = dashboard
        .panels
        .iter()
        .flat_map(|panel| query::used(panel.sql.as_deref().unwrap_or_default(), &names))
        .collect();
    used.sort_unstable();
    used.dedup();
    assert_eq!(used.len(), names.len(), "{names:?}");
}
