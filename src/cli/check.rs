//! `kpi check`: the configuration, and (unless `--offline`) the connections and every query on the real database.

mod asked;
mod connections;

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use color_eyre::eyre::Result;
use serde::Serialize;

use super::{FAILED, Global, WRONG_USAGE, checked, log, migrate, open, print, runtime, say};
use connections::ConnectionReport;

use crate::check::{self, Checked, Finding, Level, Limits, QueryReport, State, counted, sarif};
use crate::config::{Config, Places, Problem, Problems};
use crate::hub::NO_DATABASE;
use crate::model::panel_data::Failure;
use crate::source::postgres::write::RECORD_RIGHTS;
use crate::source::postgres::{Database, Query, rights};

/// After the flags in `kpi check --help`.
const EXAMPLES: &str = "\
Examples:
  kpi check                               plan every query, run variables' only
  kpi check --run                         and ask each once
  kpi check --offline                     the files, macros and variables only
  kpi check --schema test                 the same panels on the test schema
  kpi check --format sarif > kpi.sarif    for code review
  kpi check --max-cost 5000               stricter about cost
  kpi check --allow-warnings              red for errors only

Errors: SQL that is refused or would write, columns that do not fit the panel.

Warnings: cost above --max-cost, large tables read from beginning to end, columns that links and units miss, tables of another schema, `record = true` without the right to write samples. Limits are also [check] max_cost and max_scan in the configuration. What could be better about a connection that works is told as `advice`, and is no finding: a pooler or a server of another's is seldom in your hands.

Exit codes: 0 nothing found, 1 an error, a warning (unless --allow-warnings) or no connection, 2 wrong configuration";

/// How thorough, how written.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The files only: no connection is made
    #[arg(long, conflicts_with_all = ["run", "schema"])]
    offline: bool,
    /// Ask each query once as well, after it was planned
    #[arg(long)]
    run: bool,
    /// Only this dashboard, by name or number; `supabase` is built in: the database's health
    #[arg(long, short, value_name = "NAME")]
    dashboard: Option<String>,
    /// Look for the tables in this schema; `test` is the configured test schema (TEST_SCHEMA)
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// Warn of queries that PostgreSQL expects to cost more, in the planner's unit [default: [check] max_cost, 100000]
    #[arg(long, value_name = "COST", value_parser = clap::value_parser!(u64).range(1..))]
    max_cost: Option<u64>,
    /// Warn of tables with more rows that are read from beginning to end [default: [check] max_scan, 100000]
    #[arg(long, value_name = "ROWS", value_parser = clap::value_parser!(u64).range(1..))]
    max_scan: Option<u64>,
    /// Exit with 0 where there are warnings only
    #[arg(long)]
    allow_warnings: bool,
    /// For people, for programs, or for code review (SARIF 2.1.0)
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
    Sarif,
}

/// The JSON form.
#[derive(Debug, Default, Serialize)]
struct Report {
    config: Option<String>,
    /// The schema that was checked.
    schema: Option<String>,
    problems: Vec<Problem>,
    connections: Vec<ConnectionReport>,
    panels: Vec<QueryReport>,
    findings: Vec<Finding>,
    /// Why queries were not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<String>,
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let mut config = match checked(global, arguments.dashboard.as_deref()) {
        Ok(config) => config,
        Err(problems) => return wrong(problems, arguments.format),
    };
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
    let limits = limits(&mut config, arguments);
    let is_human = arguments.format == Format::Human;
    if is_human {
        print(summary(&config).as_bytes())?;
    }
    let places = Places::new(std::env::current_dir().unwrap_or_default());
    let mut report = Report {
        config: config.path.as_ref().map(|path| path.display().to_string()),
        schema: Some(config.database.schema.clone()),
        ..Report::default()
    };
    let mut seen;
    if arguments.offline {
        seen = check::read(&config, &places, open::clock());
    } else {
        let runtime = runtime()?;
        report.connections = runtime.block_on(connections::examine(&config));
        if is_human {
            print(connections::words(&report.connections).as_bytes())?;
        }
        let works = !report
            .connections
            .iter()
            .any(|one| one.is_bad_for("database"));
        if config.database.url.is_none() {
            // What a server need not tell is worth knowing all the same.
            seen = unasked(&config, &places, Failure::new(NO_DATABASE));
        } else if !works {
            let why = Failure::new("the database cannot be asked");
            seen = unasked(&config, &places, why);
        } else {
            let planned = runtime.block_on(plan(&config, &limits, &places));
            seen = planned.unwrap_or_else(|why| unasked(&config, &places, why));
            if seen.trouble.is_none() {
                let recorded = runtime.block_on(unrecorded(&config, &places));
                match recorded {
                    Ok(found) => seen.findings.extend(found),
                    Err(why) => seen.trouble = Some(why),
                }
            }
        }
        runtime.shutdown_background();
        if arguments.run && seen.trouble.is_none() {
            asked::ask(global, config.clone(), &places, &mut seen)?;
        }
    }
    let code = code(&report, &seen, arguments);
    match arguments.format {
        Format::Human => print(words(&seen, &config, arguments).as_bytes())?,
        Format::Json => {
            report.panels = seen.queries;
            report.findings = seen.findings;
            report.trouble = seen.trouble.map(|why| why.summary);
            print(format!("{}\n", serde_json::to_string_pretty(&report)?).as_bytes())?;
        }
        Format::Sarif => {
            let bad = report
                .connections
                .iter()
                .filter_map(ConnectionReport::complaint);
            let trouble = seen.trouble.iter().map(|why| why.summary.clone());
            let errors: Vec<String> = bad.chain(trouble).collect();
            // Who reads the file sees them there, who ran the command here.
            for error in &errors {
                say(&format!("error: {error}"));
            }
            let advice = report.connections.iter();
            let advice: Vec<String> = advice.filter_map(ConnectionReport::hint).collect();
            print_sarif(&[], &seen.findings, &errors, &advice)?;
        }
    }
    Ok(code)
}

/// A configuration that cannot be read is one finding after the other, too.
fn wrong(problems: Problems, format: Format) -> Result<ExitCode> {
    match format {
        Format::Human => print(format!("{problems}\n").as_bytes())?,
        Format::Json => {
            let report = Report {
                problems: problems.0,
                ..Report::default()
            };
            print(format!("{}\n", serde_json::to_string_pretty(&report)?).as_bytes())?;
        }
        Format::Sarif => print_sarif(&problems.0, &[], &[], &[])?,
    }
    Ok(ExitCode::from(WRONG_USAGE))
}

fn print_sarif(
    problems: &[Problem],
    findings: &[Finding],
    errors: &[String],
    advice: &[String],
) -> Result<()> {
    let report = sarif::report(problems, findings, errors, advice);
    print(format!("{}\n", serde_json::to_string_pretty(&report)?).as_bytes())
}

/// What is too much; and the schema to look into takes its place in `config`.
fn limits(config: &mut Config, arguments: &Arguments) -> Limits {
    let wanted = migrate::schema(config, arguments.schema.as_deref()).to_owned();
    let home = std::mem::replace(&mut config.database.schema, wanted);
    Limits {
        cost: arguments.max_cost.unwrap_or(config.check.max_cost) as f64,
        scan: arguments.max_scan.unwrap_or(config.check.max_scan) as f64,
        home: (home != config.database.schema).then_some(home),
    }
}

async fn plan(config: &Config, limits: &Limits, places: &Places) -> Result<Checked, Failure> {
    let database = Database::connect(&config.database)?;
    let like = Query {
        sql: "",
        timeout: config.database.timeout,
        row_limit: 1,
        time_zone: None,
    };
    let schema = &config.database.schema;
    if limits.home.is_some() {
        // PostgreSQL passes over a schema that is not there, and finds the tables of the next one.
        let is_there = database.has_schema(schema, like).await;
        if !is_there.map_err(|error| error.failure(|_| None))? {
            return Err(Failure::new(format!(
                "there is no schema `{schema}` that this role may use"
            ))
            .detail(format!("`kpi migrate --schema {schema}` makes one")));
        }
    }
    let checked = check::plan(config, &database, limits, places, open::clock()).await;
    database.close();
    Ok(checked)
}

/// The panels with `record = true` whose numbers the collector may not write.
async fn unrecorded(config: &Config, places: &Places) -> Result<Vec<Finding>, Failure> {
    let all = config.dashboards.iter().flat_map(|dashboard| {
        let panels = dashboard.panels.iter().filter(|panel| panel.is_recorded);
        panels.map(move |panel| (dashboard, panel.id.as_str()))
    });
    let all: Vec<_> = all.collect();
    let (false, Some(url)) = (all.is_empty(), &config.database.url) else {
        return Ok(Vec::new());
    };
    let target = open::target(&config.database, url)?;
    let missing = rights::missing_to_record(&target, &config.database.schema).await;
    let missing = missing.map_err(|error| error.failure(|_| None))?;
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    let is_table = |one: &String| one.starts_with("table ") || one.starts_with("schema ");
    let advice = if missing.iter().any(is_table) {
        "`kpi migrate` makes the tables, and sql/roles.sql the rights"
    } else {
        RECORD_RIGHTS
    };
    let found = all.into_iter().filter_map(|(dashboard, panel)| {
        Finding::unrecorded(dashboard, panel, &missing, advice, places)
    });
    Ok(found.collect())
}

/// What is known without a server, and why there is not more.
fn unasked(config: &Config, places: &Places, why: Failure) -> Checked {
    let mut checked = check::read(config, places, open::clock());
    if checked.queries.is_empty() {
        // Nobody has anything to ask.
        return checked;
    }
    for query in checked.queries.iter_mut().filter(|query| query.ok) {
        query.ok = false;
        query.state = State::Unasked;
        query.why = Some(why.summary.clone());
    }
    checked.trouble = Some(why);
    checked
}

fn code(report: &Report, seen: &Checked, arguments: &Arguments) -> ExitCode {
    let connected = !report.connections.iter().any(ConnectionReport::is_bad);
    let has_warnings = seen.count(Level::Warning) > 0 && !arguments.allow_warnings;
    let is_fine = seen.count(Level::Error) == 0 && !has_warnings;
    if connected && seen.trouble.is_none() && is_fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILED)
    }
}

fn summary(config: &Config) -> String {
    let dashboards = config.dashboards.iter();
    let count = dashboards.map(|dashboard| dashboard.panels.len()).sum();
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

/// Without a database nothing was asked: this is said once.
fn words(seen: &Checked, config: &Config, arguments: &Arguments) -> String {
    // Offline nothing is known of a query that is fine.
    let mut text = check::words(seen, arguments.offline);
    if let Some(why) = &seen.trouble {
        let unasked = seen
            .queries
            .iter()
            .filter(|query| query.state == State::Unasked);
        let count = unasked.filter(|query| query.what == "panel").count();
        let were = if count == 1 { "was" } else { "were" };
        let panels = counted(count, "panel");
        let _ = writeln!(text, "failed  {}: {panels} {were} not asked", why.summary);
        for line in &why.details {
            let _ = writeln!(text, "          {line}");
        }
        if why.summary == NO_DATABASE {
            let _ = writeln!(text, "          {}", how_to_connect(config));
        }
    }
    let counts = [(Level::Error, "error"), (Level::Warning, "warning")];
    let counts: Vec<String> = counts
        .into_iter()
        .map(|(level, noun)| (seen.count(level), noun))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    if !counts.is_empty() {
        let _ = writeln!(text, "{}", counts.join(", "));
    }
    text
}

fn how_to_connect(config: &Config) -> String {
    let file = config.path.as_deref();
    let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
    let beside = folder.join(".env");
    let place = if beside.is_file() {
        format!("in the environment or in {}", beside.display())
    } else {
        "in the environment".to_owned()
    };
    let file = file.map_or_else(
        || "the configuration".into(),
        |file| file.display().to_string(),
    );
    format!("set `url` in `[database]` of {file}, or DATABASE_URL {place}")
}
