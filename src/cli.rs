//! Floor 7: the command line. Types for clap, one thin file per subcommand; the only place that prints.
//!
//! Data goes to standard output, words to standard error. Exit codes: 0 fine; 1 something asked for
//! failed; 2 wrong usage or configuration.

mod annotate;
mod ask;
mod assert;
mod bundle;
mod check;
mod complete;
mod config;
mod demo;
mod examples;
mod fed;
mod init;
mod log;
mod look;
mod man;
mod migrate;
mod moment;
mod open;
mod push;
mod reload;
mod replay;
mod run;
#[cfg(feature = "serve")]
mod serve;
mod snapshot;
mod status;
mod variables;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use color_eyre::eyre::{Result, WrapErr};

use crate::config::{Config, LoadOptions, Problems, ReadFrom};
use crate::export::file::{Readers, save};

/// Wrong usage or configuration.
const WRONG_USAGE: u8 = 2;
/// Something asked for failed.
const FAILED: u8 = 1;

/// After the list of commands and flags in `kpi --help`.
const EXAMPLES: &str = "\
Examples:
  kpi demo                                   look around, nothing to configure
  kpi init && $EDITOR .env && kpi            your own database
  kpi --dashboard Sales --range 7d           start there
  kpi --var region=eu --var plan=pro         with these variables chosen
  kpi --dashboard supabase                   the database's own health: built in
  kpi check                                  does all SQL still fit the schema?
  kpi snapshot --format ansi --size 160x50   one frame, as on the screen
  kpi snapshot --format png --output a.png   as a picture; also svg and html
  kpi snapshot --panel orders --format csv   the rows behind a panel
  kpi status --format tmux                   its numbers in one line
  kpi bundle outage.kpib                     all of it in one file, and
  kpi open outage.kpib                       without any connection
  kpi assert 'errors.last < 1%'              exit 0 true, 1 false, 2 cannot tell

Exit codes: 0 fine, 1 something asked for failed, 2 wrong usage or configuration";

/// Your SQL as live KPI panels in a terminal.
#[derive(Debug, Parser)]
#[command(
    name = "kpi",
    version,
    after_help = EXAMPLES,
    override_usage = "kpi [OPTIONS]\n       kpi [OPTIONS] <COMMAND>",
    max_term_width = 100
)]
struct CommandLine {
    #[command(flatten)]
    global: Global,
    #[command(flatten, next_help_heading = "Without a command, as in `kpi run`")]
    run: run::Arguments,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Understood by every command.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "With every command")]
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
    Demo(demo::Arguments),
    /// Write a commented config.toml and .env to start from
    #[command(after_help = "\
Examples:
  kpi init                       here
  kpi init ~/dashboards/shop     there

What is there already is left as it is.")]
    Init {
        /// Where to
        #[arg(default_value = ".", value_hint = clap::ValueHint::DirPath)]
        folder: PathBuf,
    },
    /// Check the configuration and every query against the live schema
    Check(check::Arguments),
    /// Draw one frame, or print the data behind it
    Snapshot(snapshot::Arguments),
    /// Write a dashboard and all its data into one file, for a post-mortem
    Bundle(bundle::Arguments),
    /// Show a bundle, without any connection
    Open(replay::Arguments),
    /// Whether a condition over panels holds, as an exit code
    Assert(assert::Arguments),
    /// A dashboard's numbers in one line: tmux, bars, prompts
    Status(status::Arguments),
    /// Write samples or events, and announce them
    Push(push::Arguments),
    /// Write a note that dashboards draw on their charts: a deploy, an incident, a campaign
    Annotate(annotate::Arguments),
    #[cfg(feature = "serve")]
    /// Poll once for everybody: feeds viewers (`kpi --from`) through Redis
    Serve(serve::Arguments),
    /// Create or upgrade the KPI tables over DIRECT_URL
    Migrate(migrate::Arguments),
    /// About the configuration file
    #[command(after_help = "\
Examples:
  kpi config schema > kpi.schema.json     for an editor that checks TOML
  kpi config print                        what is in force, and from where")]
    Config {
        /// What about it
        #[command(subcommand)]
        about: AboutConfig,
    },
    /// Print a script that completes commands, flags and your dashboards' names in a shell
    Completions(complete::Script),
    /// Print or write the manual pages
    Man(man::Arguments),
    /// What the scripts of `kpi completions` ask
    #[command(hide = true)]
    Complete(complete::Question),
}

#[derive(Debug, Subcommand)]
enum AboutConfig {
    /// Print its JSON Schema, for editors
    #[command(after_help = "\
Examples:
  kpi config schema > kpi.schema.json     for `#:schema ./kpi.schema.json`")]
    Schema,
    /// Print the configuration in force, and where each value is from; secrets are hidden
    Print(config::Printed),
}

/// The arguments, or why they make no sense.
fn parse(words: impl IntoIterator<Item = OsString>) -> Result<CommandLine, clap::Error> {
    let arguments = CommandLine::try_parse_from(words)?;
    // Both `kpi` and its commands know them: silently ignoring one of the places would be a trap.
    if let Some(early) = arguments
        .run
        .given()
        .filter(|_| arguments.command.is_some())
    {
        return Err(CommandLine::command().error(
            ErrorKind::ArgumentConflict,
            format!(
                "`{early}` before a command has no meaning; write it after the command's name, if that command knows it"
            ),
        ));
    }
    Ok(arguments)
}

/// The whole program.
pub fn main() -> ExitCode {
    crate::system::terminal::prepare();
    let words: Vec<OsString> = std::env::args_os().collect();
    let arguments =
        parse(words.iter().cloned()).unwrap_or_else(|wrong| assert::refused(&wrong, &words));
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
        None => run::run(&global, &arguments.run),
        Some(Command::Run(run)) => run::run(&global, &run),
        Some(Command::Demo(demo)) => demo::run(&global, &demo),
        Some(Command::Init { folder }) => printed(|out| init::run(&folder, out)),
        Some(Command::Check(check)) => check::run(&global, &check),
        Some(Command::Snapshot(snapshot)) => snapshot::run(&global, &snapshot),
        Some(Command::Bundle(bundle)) => bundle::run(&global, &bundle),
        Some(Command::Open(open)) => replay::run(&global, open),
        Some(Command::Assert(assert)) => assert::run(&global, &assert),
        Some(Command::Status(status)) => status::run(&global, &status),
        Some(Command::Push(push)) => push::run(&global, &push),
        Some(Command::Annotate(annotate)) => annotate::run(&global, &annotate),
        #[cfg(feature = "serve")]
        Some(Command::Serve(serve)) => serve::run(&global, &serve),
        Some(Command::Migrate(migrate)) => match load(&global) {
            Ok(config) => runtime()?.block_on(migrate::run(&config, &migrate)),
            Err(code) => Ok(code),
        },
        Some(Command::Config {
            about: AboutConfig::Schema,
        }) => printed(|out| config::run(out)),
        Some(Command::Config {
            about: AboutConfig::Print(print),
        }) => printed(|out| config::print(&global, &print, out)),
        Some(Command::Completions(script)) => complete::script(&script),
        Some(Command::Man(man)) => man::run(&man),
        Some(Command::Complete(question)) => complete::answer(&global, &question),
    }
}

/// The checked configuration, or its problems on standard error and the exit code for them.
fn load(global: &Global) -> Result<Config, ExitCode> {
    load_with(global, None)
}

/// The same; `dashboard` may name a built-in one.
fn load_with(global: &Global, dashboard: Option<&str>) -> Result<Config, ExitCode> {
    checked(global, dashboard).map_err(|problems| {
        say(problems.to_string().trim_end());
        ExitCode::from(WRONG_USAGE)
    })
}

/// The configuration with everything checked, its keys too; `dashboard` may name a built-in one.
fn checked(global: &Global, dashboard: Option<&str>) -> Result<Config, Problems> {
    let options = LoadOptions::of_process(global.config.clone()).with_built_in(dashboard);
    let check = crate::ui::keys::problems;
    crate::config::load_checked(&options, &mut ReadFrom::default(), &check)
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

/// Data goes to a file: all of it or nothing.
fn replace(file: &std::path::Path, data: &[u8]) -> Result<()> {
    save(file, data, Readers::Usual, true).map_err(|failure| open::report(&failure))
}

/// Data goes to standard output. A reader that has seen enough (`| head`) is no failure.
fn print(data: &[u8]) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(data).and_then(|()| stdout.flush()) {
        Err(problem) if problem.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.wrap_err("cannot write to standard output"),
    }
}

/// Prints what `write` wrote.
fn printed(write: impl FnOnce(&mut Vec<u8>) -> Result<ExitCode>) -> Result<ExitCode> {
    let mut data = Vec::new();
    let code = write(&mut data)?;
    print(&data)?;
    Ok(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<CommandLine, clap::Error> {
        parse(line.split(' ').map(OsString::from))
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn no_command_is_run() {
        let arguments = parsed("kpi --dashboard Operations --range 6h").unwrap();
        assert!(arguments.command.is_none());
        assert_eq!(arguments.run.dashboard.as_deref(), Some("Operations"));
    }

    #[test]
    fn global_flags_stand_before_and_after_the_command() {
        for line in [
            "kpi --config a.toml --ascii snapshot --panel x",
            "kpi snapshot --panel x --config a.toml --ascii",
            "kpi --ascii config schema --config a.toml",
        ] {
            let global = parsed(line).unwrap().global;
            assert_eq!(global.config.as_deref(), Some("a.toml".as_ref()), "{line}");
            assert!(global.ascii, "{line}");
        }
    }

    #[test]
    fn a_flag_of_run_before_another_command_is_refused_not_ignored() {
        let problem = parsed("kpi --range 6h snapshot").unwrap_err();
        assert_eq!(problem.exit_code(), i32::from(WRONG_USAGE));
        assert!(problem.to_string().contains("`--range`"), "{problem}");
        assert!(parsed("kpi snapshot --range 6h").is_ok());
    }
}
