//! `kpi migrate`: brings the KPI schema up to date over `DIRECT_URL`.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{open, print, say};
use crate::config::{Config, Database, Secret};
use crate::model::panel_data::Failure;
use crate::source::postgres::direct::{self, Client};
use crate::source::postgres::migrate::{self, Entry, State};

/// Apply what is pending, or say how things stand.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  kpi migrate
  kpi migrate status            what would be done
  kpi migrate --schema test     the tables of the tests")]
pub struct Arguments {
    /// In this schema; `test` is the configured test schema
    #[arg(long, value_name = "NAME", global = true)]
    schema: Option<String>,
    #[command(subcommand)]
    about: Option<About>,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum About {
    /// Say which migrations are applied, pending, edited or missing
    #[command(after_help = "\
Examples:
  kpi migrate status
  kpi migrate status --schema test

Exit code 1 when `kpi migrate` would refuse one.")]
    Status,
}

/// The schema that `--schema NAME` means: `test` is the configured test schema, nothing the configured schema.
pub fn schema<'a>(config: &'a Config, given: Option<&'a str>) -> &'a str {
    match given {
        None => &config.database.schema,
        Some("test") => &config.database.test_schema,
        Some(name) => name,
    }
}

/// Runs the command. Exit code 1 when a migration is refused or fails, or when the status finds one that
/// would be; 2 when no URL is configured.
pub async fn run(config: &Config, arguments: &Arguments) -> color_eyre::Result<ExitCode> {
    let schema = schema(config, arguments.schema.as_deref());
    let direct = config.database.direct_url.as_ref();
    if direct.is_none() && config.database.url.is_some() {
        say("no DIRECT_URL: using DATABASE_URL");
    }
    let Some(url) = direct.or(config.database.url.as_ref()) else {
        say("kpi migrate: no database is configured");
        say("  set DIRECT_URL, or `direct_url` under [database]");
        return Ok(ExitCode::from(2));
    };
    let outcome = async {
        let known = migrate::embedded()?;
        let client = connect(&config.database, url).await?;
        match arguments.about {
            None => migrate::apply(&client, schema, &known)
                .await
                .map(Outcome::Done),
            Some(About::Status) => migrate::status(&client, schema, &known)
                .await
                .map(Outcome::Status),
        }
    };
    match outcome.await {
        Ok(Outcome::Done(files)) => {
            let mut data = Vec::new();
            for file in &files {
                writeln!(data, "applied {file}")?;
            }
            if files.is_empty() {
                writeln!(data, "schema `{schema}` is up to date")?;
            }
            print(&data)?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(Outcome::Status(entries)) => {
            let mut data = Vec::new();
            write_status(&mut data, &entries)?;
            print(&data)?;
            let fine = |entry: &Entry| matches!(entry.state, State::Applied | State::Pending);
            Ok(ExitCode::from(u8::from(!entries.iter().all(fine))))
        }
        Err(failure) => {
            say(&format!("kpi migrate: {}", failure.summary));
            for line in &failure.details {
                say(&format!("  {line}"));
            }
            Ok(ExitCode::FAILURE)
        }
    }
}

enum Outcome {
    Done(Vec<String>),
    Status(Vec<Entry>),
}

fn write_status(out: &mut impl Write, entries: &[Entry]) -> std::io::Result<()> {
    for entry in entries {
        let at = entry
            .at
            .as_ref()
            .map_or_else(String::new, |at| format!("  {at} UTC"));
        let line = format!(
            "{:04}  {:<12}  {}{at}",
            entry.version,
            entry.state.name(),
            entry.name
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

async fn connect(database: &Database, url: &Secret) -> Result<Client, Failure> {
    let target = open::target(database, url)?;
    let connected = direct::connect(&target).await;
    connected
        .map(|(client, _)| client)
        .map_err(|error| error.failure(|_| None))
}
