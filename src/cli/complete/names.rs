//! The names a configuration knows, for whoever types one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::offer::Candidate;
use super::place::Place;
use crate::config::{self, Config, Dashboard, LoadOptions, Panel, Variable, builtin};
use crate::query;

/// What the configuration that this command line means has names for; none where it cannot be read.
#[derive(Debug, Default)]
pub(super) struct Names {
    config: Config,
    /// By `--dashboard`, else the first.
    dashboard: Option<usize>,
}

impl Names {
    /// The configuration of the command line: `--config`, else where a configuration is looked for.
    pub fn at(place: &Place<'_>, global: Option<&Path>) -> Self {
        let dashboard = place.given("dashboard");
        let config = if place.command.get_name() == "demo" {
            of_demo()
        } else {
            let path = place.given("config").map(at_home);
            let path = path.or_else(|| global.map(Path::to_path_buf));
            config::understood(&LoadOptions::of_process(path))
        };
        let mut config = config.unwrap_or_default();
        if let Some(name) = dashboard.and_then(builtin::named) {
            // What is wrong with it concerns nobody here.
            let _ = config.add_built_in(name);
        }
        let dashboard = match dashboard {
            Some(wanted) => config.dashboard_named(wanted),
            None => (!config.dashboards.is_empty()).then_some(0),
        };
        Self { config, dashboard }
    }

    pub fn dashboards(&self) -> Vec<Candidate> {
        let own = self.config.dashboards.iter().map(|dashboard| {
            let panels = dashboard.panels.len();
            let many = if panels == 1 { "panel" } else { "panels" };
            Candidate::new(&dashboard.name, &format!("{panels} {many}"))
        });
        let built_in = builtin::names().filter(|name| {
            let mut own = self.config.dashboards.iter();
            !own.any(|dashboard| dashboard.name.eq_ignore_ascii_case(name))
        });
        own.chain(built_in.map(|name| Candidate::new(name, "built in")))
            .collect()
    }

    pub fn panels(&self) -> Vec<Candidate> {
        self.panels_that(|_| true)
    }

    /// Panels that show numbers.
    pub fn numbers(&self) -> Vec<Candidate> {
        self.panels_that(Panel::is_number)
    }

    fn panels_that(&self, are_meant: fn(&Panel) -> bool) -> Vec<Candidate> {
        let shown = self.dashboard.and_then(|at| self.config.dashboards.get(at));
        let panels = shown.into_iter().flat_map(|dashboard| &dashboard.panels);
        panels
            .filter(|panel| are_meant(panel))
            .map(|panel| Candidate::new(&panel.id, &panel.title))
            .collect()
    }

    /// Every metric that moves a panel.
    pub fn metrics(&self) -> Vec<Candidate> {
        let panels = self.config.dashboards.iter().flat_map(|one| &one.panels);
        let moved = panels.filter_map(|panel| Some((panel.live.as_ref()?, &panel.title)));
        let mut metrics: BTreeMap<&str, &str> = BTreeMap::new();
        for (live, title) in moved {
            metrics.entry(&live.metric).or_insert(title);
        }
        let metrics = metrics.into_iter();
        metrics
            .map(|(metric, title)| Candidate::new(metric, title))
            .collect()
    }

    /// `name=`, or once the name stands there `name=value` for the values that are listed.
    pub fn variables(&self, typed: &str) -> Vec<Candidate> {
        match typed.split_once('=') {
            Some((name, _)) => self.values(name),
            None => self.variable_names(),
        }
    }

    fn variable_names(&self) -> Vec<Candidate> {
        let mut seen: Vec<&str> = Vec::new();
        let mut names = Vec::new();
        for variable in self.known() {
            if !seen.contains(&variable.name.as_str()) && can_be_chosen(variable) {
                seen.push(&variable.name);
                let word = format!("{}=", variable.name);
                names.push(Candidate::new(&word, &variable.label));
            }
        }
        names
    }

    fn values(&self, name: &str) -> Vec<Candidate> {
        let Some(variable) = self.known().find(|variable| variable.name == name) else {
            return Vec::new();
        };
        let mut values: Vec<Candidate> = query::choices_of(variable)
            .unwrap_or_default()
            .iter()
            .filter(|_| can_be_chosen(variable))
            .map(|choice| {
                let about = if choice.text == choice.value {
                    ""
                } else {
                    &choice.text
                };
                Candidate::new(&format!("{name}={}", choice.value), about)
            })
            .collect();
        if variable.has_all {
            values.push(Candidate::new(&format!("{name}=All"), "all of them"));
        }
        values
    }

    /// Those of the dashboard, then those of the others.
    fn known(&self) -> impl Iterator<Item = &Variable> {
        let all: &[Dashboard] = &self.config.dashboards;
        let here = self.dashboard.and_then(|at| all.get(at)).into_iter();
        here.chain(all).flat_map(|dashboard| &dashboard.variables)
    }
}

fn can_be_chosen(variable: &Variable) -> bool {
    !matches!(variable.kind, config::VariableKind::Constant(_))
}

fn of_demo() -> Option<Config> {
    let environment = BTreeMap::from(
        ["DATABASE_URL", "DIRECT_URL"].map(|name| (name.to_owned(), "postgres:///".to_owned())),
    );
    Config::from_toml("the demo's", crate::demo::DASHBOARDS, &environment).ok()
}

/// Nobody has expanded the `~` of a line that is still being typed.
fn at_home(path: &str) -> PathBuf {
    let home = directories::BaseDirs::new();
    match (path.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => Path::new(path).to_path_buf(),
    }
}
