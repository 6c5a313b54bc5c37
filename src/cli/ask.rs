//! For commands that need the data of a few panels and draw nothing: what to ask, and of whom.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use color_eyre::eyre::Result;
use tokio::runtime::Runtime;

use super::{FAILED, Global, WRONG_USAGE, checked, fed, open, variables};
use crate::config::{Config, Dashboard, Problems, Secret, Variable, VariableKind};
use crate::hub::Hub;
use crate::model::panel_data::Failure;
use crate::model::range::RangeSpec;
use crate::model::variable::Selection;
use crate::query;

/// Which dashboard, and how it is looked at.
#[derive(Args, Debug)]
pub(super) struct Ask {
    /// The dashboard, by name or number; `supabase` is built in: the database's health
    #[arg(long, short, value_name = "NAME")]
    pub dashboard: Option<String>,
    /// The time range, in place of the dashboard's
    #[arg(long, short, value_name = "RANGE", value_parser = RangeSpec::parse)]
    pub range: Option<RangeSpec>,
    #[command(flatten)]
    pub variables: variables::Variables,
    /// Take the numbers from what `kpi serve` publishes in this Redis: needs no configuration and no database
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
}

/// Why nothing could be asked.
#[derive(Debug)]
pub(super) struct Wrong {
    /// For standard error.
    pub words: String,
    /// The exit code for it.
    pub code: u8,
}

impl Wrong {
    /// Wrong usage.
    pub fn usage(report: impl std::fmt::Display) -> Self {
        Self {
            words: format!("error: {report}"),
            code: WRONG_USAGE,
        }
    }

    /// Something failed.
    pub fn failed(report: impl std::fmt::Display) -> Self {
        Self {
            words: format!("error: {report:#}"),
            code: FAILED,
        }
    }
}

impl From<Problems> for Wrong {
    fn from(problems: Problems) -> Self {
        Self {
            words: problems.to_string().trim_end().to_owned(),
            code: WRONG_USAGE,
        }
    }
}

impl From<Wrong> for ExitCode {
    fn from(wrong: Wrong) -> Self {
        super::say(&wrong.words);
        Self::from(wrong.code)
    }
}

impl Ask {
    /// This machine's configuration; with a feed its settings only.
    pub fn config(&self, global: &Global) -> Result<Config, Wrong> {
        let dashboard = self.dashboard.as_deref();
        if self.from.is_none() {
            return Ok(checked(global, dashboard)?);
        }
        fed::local(global, dashboard).map_err(|_| Wrong {
            words: "error: the configuration cannot be used".to_owned(),
            code: WRONG_USAGE,
        })
    }

    /// The same with a collector's dashboards where the numbers come from one; waits for it no longer than
    /// `timeout`.
    pub fn adopted(
        &self,
        config: Config,
        runtime: &Runtime,
        timeout: Option<Duration>,
    ) -> Result<Config, Wrong> {
        let url = self.from.as_ref().map(|url| Secret(url.clone()));
        let Some(url) = url.or_else(|| fed::source(&config)) else {
            return Ok(config);
        };
        let found = runtime.block_on(async {
            let wait =
                tokio::time::timeout(timeout.unwrap_or(Duration::MAX), fed::config(config, url));
            wait.await
                .unwrap_or_else(|_| Err(Failure::new("no collector has answered in time")))
        });
        found.map_err(|failure| Wrong::failed(open::report(&failure)))
    }

    /// The dashboard and what is chosen for its variables.
    pub fn chosen(&self, config: &Config) -> Result<(usize, Selection), Wrong> {
        let dashboard = open::dashboard(config, self.dashboard.as_deref()).map_err(Wrong::usage)?;
        let variables = self
            .variables
            .selection(config, dashboard)
            .map_err(Wrong::usage)?;
        Ok((dashboard, variables))
    }
}

/// A hub that asks what these panels of a dashboard need and nothing else: no events, no variable that neither
/// they nor their titles use nor anybody has `chosen`; live updates only where it `stays`.
pub(super) fn hub(
    config: &Config,
    dashboard: usize,
    panels: &[usize],
    chosen: &Selection,
    stays: bool,
) -> Result<Hub> {
    let mut narrow = config.clone();
    let only = &mut narrow.dashboards[dashboard];
    only.annotations.clear();
    only.notes = false;
    let needed = needed(only, panels, chosen);
    only.variables
        .retain(|variable| needed.contains(&variable.name));
    if narrow.viewer.from.is_some() {
        return fed::hub(&Arc::new(narrow), None).map_err(|failure| open::report(&failure));
    }
    if !stays {
        narrow.redis.url = None;
        narrow.database.direct_url = None;
    }
    open::hub(&Arc::new(narrow))
}

/// The variables that these panels' queries and titles use or that were chosen, and those that these depend on.
fn needed(dashboard: &Dashboard, panels: &[usize], chosen: &Selection) -> Vec<String> {
    let all: Vec<&str> = (dashboard.variables.iter())
        .map(|variable| variable.name.as_str())
        .collect();
    let mut statements: Vec<&str> = panels
        .iter()
        .map(|panel| &dashboard.panels[*panel])
        .flat_map(|panel| [Some(panel.title.as_str()), panel.sql.as_deref()])
        .flatten()
        .collect();
    // Only its query knows whether a chosen value is there.
    let chosen: Vec<String> = chosen.keys().map(|name| format!("${{{name}}}")).collect();
    statements.extend(chosen.iter().map(String::as_str));
    let mut found: Vec<&Variable> = Vec::new();
    while let Some(statement) = statements.pop() {
        for index in query::used(statement, &all) {
            let variable = &dashboard.variables[index];
            if found.iter().any(|known| known.name == variable.name) {
                continue;
            }
            found.push(variable);
            if let VariableKind::Query { sql, .. } = &variable.kind {
                statements.push(sql);
            }
        }
    }
    found
        .into_iter()
        .map(|variable| variable.name.clone())
        .collect()
}
