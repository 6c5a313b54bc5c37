//! `link`: a way from a panel to another dashboard. Whether that dashboard exists is known only when every
//! file was read, so each link keeps its place until then.

use std::ops::Range;

use toml::de::DeValue;

use super::dashboard::{Dashboard, Link};
use super::keys::{LINK, Shape, list};
use super::problem::Problem;
use super::reader::suggest::{did_you_mean, printable};
use super::reader::{Reader, Table, Text};
use super::values::in_order;

/// A link whose dashboard is not known yet.
#[derive(Debug)]
pub(super) struct OpenLink {
    dashboard: String,
    wrong_dashboard: Problem,
    variables: Vec<(String, Problem)>,
}

impl Reader<'_> {
    /// Where a panel leads to.
    pub(super) fn link(&mut self, table: &Table<'_>, name: &str) -> Option<Link> {
        let (_, value) = Self::value(table, name)?;
        if value.get_ref().is_str() {
            let target = self.text(table, name)?;
            return Some(self.linked(target, Vec::new()));
        }
        if !value.get_ref().is_table() {
            self.wrong(
                value.span(),
                format!("`{name}` must be a dashboard's name or a table"),
                "such as `link = \"Region\"` or `link = { dashboard = \"Region\", vars = { region = \"${row.region}\" } }`",
            );
            return None;
        }
        let entry = self.table(value, &LINK)?;
        if Self::lacks(&entry, "dashboard") {
            self.missing(
                entry.span.clone(),
                "`link` has no `dashboard`",
                "name the dashboard it leads to",
            );
        }
        let variables = self.link_variables(&entry);
        let target = self.text(&entry, "dashboard")?;
        Some(self.linked(target, variables))
    }

    fn link_variables(&mut self, entry: &Table<'_>) -> Vec<(Range<usize>, String, String)> {
        let Some((shape, value)) = Self::value(entry, "vars") else {
            return Vec::new();
        };
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_type("vars", shape, value);
            return Vec::new();
        };
        let mut variables = Vec::new();
        for (name, value) in in_order(fields) {
            match value.get_ref() {
                DeValue::String(text) => {
                    variables.push((name.span(), name.get_ref().to_string(), text.to_string()));
                }
                _ => self.wrong_type(name.get_ref(), Shape::Verbatim, value),
            }
        }
        variables
    }

    fn linked(&mut self, target: Text, variables: Vec<(Range<usize>, String, String)>) -> Link {
        let message = format!("there is no dashboard `{}`", printable(&target.value));
        self.links.push(OpenLink {
            dashboard: target.value.clone(),
            wrong_dashboard: self.source.problem(target.span, message),
            variables: variables
                .iter()
                .map(|(span, name, _)| {
                    let message = format!(
                        "the dashboard `{}` has no variable `{}`",
                        printable(&target.value),
                        printable(name)
                    );
                    (name.clone(), self.source.problem(span.clone(), message))
                })
                .collect(),
        });
        Link {
            dashboard: target.value,
            variables: variables
                .into_iter()
                .map(|(_, name, text)| (name, text))
                .collect(),
        }
    }
}

/// What is wrong with `links`, now that all dashboards are known.
pub(super) fn check(links: Vec<OpenLink>, dashboards: &[Dashboard]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for link in links {
        let names = || dashboards.iter().map(|one| one.name.as_str());
        let Some(target) = dashboards.iter().find(|one| one.name == link.dashboard) else {
            let hint = did_you_mean(&link.dashboard, names())
                .unwrap_or_else(|| format!("there is {}", list(&names().collect::<Vec<_>>())));
            problems.push(link.wrong_dashboard.hint(hint));
            continue;
        };
        for (name, problem) in link.variables {
            let known: Vec<&str> = target
                .variables
                .iter()
                .map(|one| one.name.as_str())
                .collect();
            if known.contains(&name.as_str()) {
                continue;
            }
            let hint = match known.as_slice() {
                [] => "it has no variables at all".to_owned(),
                known => did_you_mean(&name, known.iter().copied())
                    .unwrap_or_else(|| format!("it has {}", list(known))),
            };
            problems.push(problem.hint(hint));
        }
    }
    problems
}
