//! `kpi check`: the configuration, and (unless `--offline`) the connections and every panel's SQL on the real
//! database.

mod connections;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use color_eyre::eyre::Result;
use serde::Serialize;

use super::{FAILED, Global, WRONG_USAGE, checked, log, look, open, print, runtime, say};
use connections::ConnectionReport;

use crate::config::{Config, Problem, VariableKind};
use crate::front::once::picture;
use crate::hub::NO_DATABASE;
use crate::model::panel_data::Health;
use crate::model::time::SECOND;
use crate::model::variable::{Choice, VariableValue};
use crate::query;
use crate::ui::Ui;

/// How thorough, how written.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi check
  kpi check --offline                    the files only, for a commit hook
  kpi check --dashboard Sales
  kpi check --format json | jq .panels")]
pub(super) struct Arguments {
    /// The files only: no connection is made
    #[arg(long)]
    offline: bool,
    /// Only this dashboard, by name or number; `supabase` is built in: the database's health
    #[arg(long, short, value_name = "NAME")]
    dashboard: Option<String>,
    /// For people or for programs
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

/// The JSON form.
#[derive(Debug, Default, Serialize)]
struct Report {
    config: Option<String>,
    problems: Vec<Problem>,
    connections: Vec<ConnectionReport>,
    panels: Vec<PanelReport>,
    /// What may be wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

#[derive(Debug, Serialize)]
struct Warning {
    dashboard: String,
    panel: String,
    what: String,
}

#[derive(Debug, Serialize)]
struct PanelReport {
    dashboard: String,
    panel: String,
    ok: bool,
    rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let mut report = Report::default();
    let code = match checked(global, arguments.dashboard.as_deref()) {
        Err(problems) => {
            if arguments.format == Format::Human {
                print(format!("{problems}\n").as_bytes())?;
            }
            report.problems = problems.0;
            ExitCode::from(WRONG_USAGE)
        }
        Ok(mut config) => {
            if let Some(wanted) = &arguments.dashboard {
                match open::dashboard(&config, Some(wanted)) {
                    Ok(index) => config.dashboards = vec![config.dashboards.swap_remove(index)],
                    Err(report) => {
                        say(&format!("error: {report}"));
                        return Ok(ExitCode::from(WRONG_USAGE));
                    }
                }
            }
            log::start(&config, global.verbose);
            let mut asked = true;
            report.config = config.path.as_ref().map(|path| path.display().to_string());
            if arguments.format == Format::Human {
                print(summary(&config).as_bytes())?;
            }
            let (wrong, warnings) = read(&config);
            report.warnings = warnings;
            if arguments.offline {
                report.panels = wrong;
            } else {
                report.connections = runtime()?.block_on(connections::examine(&config));
                if arguments.format == Format::Human {
                    print(connections::words(&report.connections).as_bytes())?;
                }
                // The report so far is worth having.
                match ask(global, config) {
                    Ok(panels) => report.panels = panels,
                    Err(problem) => {
                        say(&format!("error: {problem:#}"));
                        asked = false;
                    }
                }
            }
            let connected = !report.connections.iter().any(ConnectionReport::is_bad);
            if asked && connected && report.panels.iter().all(|panel| panel.ok) {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(FAILED)
            }
        }
    };
    match arguments.format {
        Format::Human => {
            print(warnings(&report.warnings).as_bytes())?;
            print(panels(&report.panels, report.config.as_deref()).as_bytes())?;
        }
        Format::Json => print(format!("{}\n", serde_json::to_string_pretty(&report)?).as_bytes())?,
    }
    Ok(code)
}

fn summary(config: &Config) -> String {
    let count = config
        .dashboards
        .iter()
        .map(|dashboard| dashboard.panels.len())
        .sum::<usize>();
    let file = config
        .path
        .as_ref()
        .map_or_else(|| "configuration".into(), |path| path.display().to_string());
    format!(
        "ok      {file}: {}, {}\n",
        counted(config.dashboards.len(), "dashboard"),
        counted(count, "panel")
    )
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// The panels whose SQL cannot be right, and what may be wrong: this much is known without a server.
fn read(config: &Config) -> (Vec<PanelReport>, Vec<Warning>) {
    let mut reports = Vec::new();
    let mut warnings = Vec::new();
    for dashboard in &config.dashboards {
        // What a query lists is not known here; where a value may stand does not depend on it.
        let values: Vec<VariableValue> = dashboard
            .variables
            .iter()
            .map(|variable| {
                let choices = query::choices_of(variable).unwrap_or(vec![Choice::of("value")]);
                query::value_of(variable, &choices, None)
            })
            .collect();
        let context = query::Context {
            window: dashboard.range.resolve(open::clock(), &dashboard.time_zone),
            interval: SECOND,
            schema: &config.database.schema,
            time_zone: dashboard.time_zone.iana_name().unwrap_or("UTC"),
            variables: &values,
        };
        let panels = dashboard.panels.iter();
        let panels = panels.filter_map(|panel| Some((panel.id.clone(), panel.sql.as_deref()?)));
        let variables = dashboard.variables.iter().filter_map(|variable| {
            let VariableKind::Query { sql, .. } = &variable.kind else {
                return None;
            };
            Some((format!("${}", variable.name), sql.as_str()))
        });
        for (panel, sql) in variables.chain(panels) {
            let (wrong, doubtful) = query::strangers(sql, &context);
            warnings.extend(doubtful.into_iter().map(|doubt| Warning {
                dashboard: dashboard.name.clone(),
                panel: panel.clone(),
                what: doubt.summary,
            }));
            let refused = query::render(sql, &context).err();
            let Some(failure) = refused.or(wrong.into_iter().next()) else {
                continue;
            };
            reports.push(PanelReport {
                dashboard: dashboard.name.clone(),
                panel,
                ok: false,
                rows: 0,
                why: Some(failure.summary),
                details: failure.details,
            });
        }
    }
    (reports, warnings)
}

/// Every panel of every dashboard, asked once; and `$name` for each variable that failed.
fn ask(global: &Global, config: Config) -> Result<Vec<PanelReport>> {
    let config = Arc::new(config);
    let look = look::detect(global, &config);
    let runtime = runtime()?;
    let mut reports = Vec::new();
    runtime.block_on(async {
        let hub = open::hub(&config)?;
        for (index, dashboard) in config.dashboards.iter().enumerate() {
            let ui = Ui {
                dashboard: index,
                ..Ui::default()
            };
            let taken = picture(&hub, &ui, look, (200, 50), true, open::clock).await?;
            for state in taken.snapshot.variables.iter() {
                let Health::Failed { why, .. } = &state.health else {
                    continue;
                };
                reports.push(PanelReport {
                    dashboard: dashboard.name.clone(),
                    panel: format!("${}", state.value.name),
                    ok: false,
                    rows: 0,
                    why: Some(why.summary.clone()),
                    details: why.details.clone(),
                });
            }
            for (panel, data) in dashboard.panels.iter().zip(&taken.snapshot.panels) {
                let (why, details) = match &data.health {
                    Health::Live => (None, Vec::new()),
                    Health::Waiting => (Some("no answer".to_owned()), Vec::new()),
                    Health::Failed { why, .. } => (Some(why.summary.clone()), why.details.clone()),
                };
                reports.push(PanelReport {
                    dashboard: dashboard.name.clone(),
                    panel: panel.id.clone(),
                    ok: why.is_none(),
                    rows: data.rows.len(),
                    why,
                    details,
                });
            }
            // Queries for events have no place of their own on the screen: what is wrong is told.
            if let Some(told) = taken.snapshot.notice.as_ref().filter(|told| told.is_bad) {
                reports.push(PanelReport {
                    dashboard: dashboard.name.clone(),
                    panel: "annotations".to_owned(),
                    ok: false,
                    rows: 0,
                    why: Some(told.text.clone()),
                    details: Vec::new(),
                });
            }
        }
        Ok::<_, color_eyre::Report>(())
    })?;
    runtime.shutdown_background();
    Ok(reports)
}

fn warnings(warnings: &[Warning]) -> String {
    let mut text = String::new();
    for warning in warnings {
        let (dashboard, panel) = (&warning.dashboard, &warning.panel);
        let _ = writeln!(text, "warning {dashboard} / {panel}: {}", warning.what);
    }
    text
}

/// Without a database nothing was asked: this is said once. `config` is the file that was read.
fn panels(reports: &[PanelReport], config: Option<&str>) -> String {
    let mut text = String::new();
    let is_unasked = |report: &&PanelReport| report.why.as_deref() == Some(NO_DATABASE);
    let (unasked, reports): (Vec<_>, Vec<_>) = reports.iter().partition(is_unasked);
    // Variables come as `$name`.
    let count = unasked
        .iter()
        .filter(|one| !one.panel.starts_with('$'))
        .count();
    if !unasked.is_empty() {
        let were = if count == 1 { "was" } else { "were" };
        let _ = writeln!(
            text,
            "failed  {NO_DATABASE}: {} {were} not asked",
            counted(count, "panel")
        );
        let file = config.map(Path::new);
        let beside = file
            .and_then(Path::parent)
            .unwrap_or(Path::new(""))
            .join(".env");
        let place = if beside.is_file() {
            format!("in the environment or in {}", beside.display())
        } else {
            "in the environment".to_owned()
        };
        let file = file.map_or_else(
            || "the configuration".into(),
            |file| file.display().to_string(),
        );
        let _ = writeln!(
            text,
            "          set `url` in `[database]` of {file}, or DATABASE_URL {place}"
        );
    }
    for report in &reports {
        let name = format!("{} / {}", report.dashboard, report.panel);
        match &report.why {
            None => {
                let _ = writeln!(text, "ok      {name}: {}", counted(report.rows, "row"));
            }
            Some(why) => {
                let _ = writeln!(text, "failed  {name}: {why}");
                for line in &report.details {
                    let _ = writeln!(text, "          {line}");
                }
            }
        }
    }
    let failed = reports.iter().filter(|report| !report.ok).count();
    if failed > 0 {
        let _ = writeln!(text, "{} failed", counted(failed, "panel"));
    }
    text
}
