//! Floor 7: the command line. Types for clap, one thin file per subcommand; the only place that prints.
//!
//! Data goes to standard output, words to standard error. Exit codes: 0 fine; 1 something asked for
//! failed; 2 wrong usage or configuration.

mod check;
mod config;
mod demo;
mod init;
mod log;
mod look;
mod migrate;
mod open;
mod push;
mod run;
mod snapshot;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use color_eyre::eyre::{Result, WrapErr};

use crate::config::{Config, LoadOptions};

/// Wrong usage or configuration.
const WRONG_USAGE: u8 = 2;
/// Something asked for failed.
const FAILED: u8 = 1;

/// Your SQL as live KPI panels in a terminal.
#[derive(Debug, Parser)]
#[command(
    name = "kpi",
    version,
    args_conflicts_with_subcommands = true,
    max_term_width = 100
)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    run: run::Arguments,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Understood by every command.
#[derive(Args, Clone, Debug)]
struct Global {
    /// The configuration [default: $KPI_CONFIG, else ./config.toml, then the platform's configuration folder]
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// More in the log file; twice for everything
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Draw with seven-bit characters only
    #[arg(long, global = true)]
    ascii: bool,
    /// Draw without colours (as does the environment variable NO_COLOR)
    #[arg(long, global = true)]
    no_color: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the dashboards (the default)
    Run(run::Arguments),
    /// Show a dashboard on private servers with generated KPIs; nothing to configure
    Demo(run::Arguments),
    /// Write a commented config.toml and .env to start from
    Init {
        /// Where to
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Check the configuration and ask every panel's SQL once
    Check(check::Arguments),
    /// Draw one frame, or print the data behind it
    Snapshot(snapshot::Arguments),
    /// Write samples or events, and announce them
    Push(push::Arguments),
    /// Create or upgrade the KPI tables over DIRECT_URL
    Migrate(migrate::Arguments),
    /// About the configuration file
    Config {
        /// What about it
        #[command(subcommand)]
        about: AboutConfig,
    },
}

#[derive(Debug, Subcommand)]
enum AboutConfig {
    /// Print its JSON Schema, for editors
    Schema,
}

/// The whole program.
pub fn main() -> ExitCode {
    let arguments = CommandLine::parse();
    let done = color_eyre::install().and_then(|()| {
        crate::front::tty::restore_on_panic();
        dispatch(arguments)
    });
    done.unwrap_or_else(|report| {
        say(&format!("error: {report:#}"));
        ExitCode::from(FAILED)
    })
}

fn dispatch(arguments: CommandLine) -> Result<ExitCode> {
    let global = arguments.global;
    match arguments.command {
        None => run::run(&global, arguments.run),
        Some(Command::Run(run)) => run::run(&global, run),
        Some(Command::Demo(run)) => demo::run(&global, run),
        Some(Command::Init { folder }) => init::run(&folder, &mut io::stdout()),
        Some(Command::Check(check)) => check::run(&global, &check),
        Some(Command::Snapshot(snapshot)) => snapshot::run(&global, &snapshot),
        Some(Command::Push(push)) => push::run(&global, &push),
        Some(Command::Migrate(migrate)) => match load(&global) {
            Ok(config) => runtime()?.block_on(migrate::run(&config, &migrate)),
            Err(code) => Ok(code),
        },
        Some(Command::Config {
            about: AboutConfig::Schema,
        }) => config::run(&mut io::stdout()),
    }
}

/// The checked configuration, or its problems on standard error and the exit code for them.
fn load(global: &Global) -> Result<Config, ExitCode> {
    crate::config::load(&LoadOptions::of_process(global.config.clone())).map_err(|problems| {
        say(problems.to_string().trim_end());
        ExitCode::from(WRONG_USAGE)
    })
}

/// One thread is enough: there is little to compute, and a dashboard should not take cores.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .wrap_err("cannot start the runtime")
}

/// Words go to standard error; that nobody reads them is no failure.
fn say(words: &str) {
    let _ = writeln!(io::stderr(), "{words}");
}

/// Data goes to standard output. A reader that has seen enough (`| head`) is no failure.
fn print(data: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(data).and_then(|()| stdout.flush()) {
        Err(problem) if problem.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.wrap_err("cannot write to standard output"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn no_command_is_run() {
        let arguments =
            CommandLine::parse_from(["kpi", "--dashboard", "Operations", "--range", "6h"]);
        assert!(arguments.command.is_none());
        assert_eq!(arguments.run.dashboard.as_deref(), Some("Operations"));
    }
}
