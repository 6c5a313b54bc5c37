//! `kpi [run]`: the dashboards on this terminal.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use color_eyre::eyre::{Result, WrapErr, eyre};
use tokio::runtime::Runtime;

use super::{
    FAILED, Global, WRONG_USAGE, fed, load_with, log, look, open, reload, runtime, say, status,
    variables,
};
use crate::config::{Config, LoadOptions, Secret};
use crate::front;
use crate::model::compare::Compare;
use crate::model::range::{RangeSpec, parse_duration};
use crate::model::theme::Theme;
use crate::session::Outcome;
use crate::ui::{Kiosk, Ui};

/// What to show first.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi run --dashboard Sales --range 7d
  kpi --compare yesterday --var region=eu     without its name: the same
  kpi --kiosk 30s                             a screen on a wall
  kpi --from redis://localhost:6379           what `kpi serve` publishes
  kpi --linear | grep errors                  what changes, as plain lines")]
pub(super) struct Arguments {
    /// The dashboard to start with, by name or number; `supabase` is built in: the database's health
    #[arg(long, short, value_name = "NAME")]
    pub dashboard: Option<String>,
    /// The time range, in place of the dashboard's: 15m, 6h, now-1d/d to now
    #[arg(long, short, value_name = "RANGE", value_parser = RangeSpec::parse)]
    pub range: Option<RangeSpec>,
    #[command(flatten)]
    pub variables: variables::Variables,
    /// What to compare with: previous, yesterday, last-week
    #[arg(long, value_name = "TIME", value_parser = Compare::parse)]
    pub compare: Option<Compare>,
    /// The colours, in place of the configuration's: terminal, dark, light, …
    #[arg(long, value_name = "NAME", value_parser = look::parse_theme)]
    pub theme: Option<Theme>,
    /// For a screen on a wall: panels only, each dashboard this long in turn
    #[arg(long, value_name = "TIME", value_parser = parse_turn, conflicts_with = "linear")]
    pub kiosk: Option<Duration>,
    /// Show what `kpi serve` publishes in this Redis: needs no configuration and no database
    #[arg(long, value_name = "URL")]
    pub from: Option<String>,
    /// Print what changes as plain lines, for screen readers, logs and pipes
    #[arg(long)]
    pub linear: bool,
}

/// How long a dashboard's turn is.
fn parse_turn(text: &str) -> Result<Duration, String> {
    let turn = parse_duration(text)?;
    if turn < Duration::from_secs(1) {
        return Err("a dashboard needs a second to be seen: try `30s`".to_owned());
    }
    Ok(turn)
}

impl Arguments {
    /// The first flag that was given.
    pub fn given(&self) -> Option<&'static str> {
        let flags = [
            ("--dashboard", self.dashboard.is_some()),
            ("--range", self.range.is_some()),
            ("--var", !self.variables.is_empty()),
            ("--compare", self.compare.is_some()),
            ("--theme", self.theme.is_some()),
            ("--kiosk", self.kiosk.is_some()),
            ("--from", self.from.is_some()),
            ("--linear", self.linear),
        ];
        let given = flags.into_iter().find(|(_, is_given)| *is_given);
        given.map(|(flag, _)| flag)
    }
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    if let Some(code) = refuse_a_pipe(arguments) {
        return Ok(code);
    }
    let dashboard = arguments.dashboard.as_deref();
    let config = match &arguments.from {
        Some(_) => fed::local(global, dashboard),
        None => load_with(global, dashboard),
    };
    let mut config = match config {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    let runtime = runtime()?;
    let url = arguments.from.as_ref().map(|url| Secret(url.clone()));
    let own = fed::own(&config);
    if let Some(url) = url.or_else(|| fed::source(&config)) {
        config = match runtime.block_on(fed::config(config, url)) {
            Ok(config) => config,
            Err(failure) => {
                say(&format!("error: {}", open::report(&failure)));
                return Ok(ExitCode::from(FAILED));
            }
        };
    }
    show(global, arguments, config, own, &runtime)
}

/// Nobody wants escape sequences in a file.
pub(super) fn refuse_a_pipe(arguments: &Arguments) -> Option<ExitCode> {
    if arguments.linear || io::stdout().is_terminal() {
        return None;
    }
    say(
        "error: standard output is not a terminal; `kpi snapshot` prints one frame or the data to a file or pipe, `kpi --linear` what changes",
    );
    Some(ExitCode::from(WRONG_USAGE))
}

/// What a viewer begins with.
pub(super) fn first(config: &Config, arguments: &Arguments) -> Result<Ui> {
    let dashboard = open::dashboard(config, arguments.dashboard.as_deref())?;
    Ok(Ui {
        dashboard,
        range: arguments.range.clone(),
        compare: arguments.compare.unwrap_or_default(),
        variables: arguments.variables.selection(config, dashboard)?,
        theme: arguments.theme,
        kiosk: arguments.kiosk.map(Kiosk::new),
        still: arguments.kiosk.is_some(),
        ..Ui::default()
    })
}

/// The dashboards of `config` until the viewer leaves. A fed one may turn to its `own`.
pub(super) fn show(
    global: &Global,
    arguments: &Arguments,
    config: Config,
    own: Option<Arc<Config>>,
    runtime: &Runtime,
) -> Result<ExitCode> {
    let ui = match first(&config, arguments) {
        Ok(ui) => ui,
        Err(report) => {
            say(&format!("error: {report}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let look = look::detect(global, &config);
    let config = Arc::new(config);
    let outcome = runtime.block_on(async {
        let hub = if config.viewer.from.is_some() {
            fed::hub(&config, own).map_err(|failure| open::report(&failure))?
        } else {
            let (kept, keeper) = status::keep();
            let hub = open::hub_that_keeps(&config, Some(kept))?;
            keeper.spawn(&hub);
            hub
        };
        if let Some(path) = &config.path {
            let options = LoadOptions::of_process(Some(path.clone()))
                .with_built_in(arguments.dashboard.as_deref());
            let running = Arc::clone(&config);
            tokio::spawn(reload::follow(hub.clone(), options, running, |_| {}));
        }
        let config = Arc::clone(&config);
        if arguments.linear {
            return front::linear::run(&hub, config, ui, look, open::clock)
                .await
                .wrap_err("cannot write to standard output");
        }
        front::tty::run(&hub, ui, look, open::clock)
            .await
            .map_err(|problem| eyre!("the terminal cannot be used: {problem}"))
    });
    let outcome = outcome?;
    tracing::info!(?outcome, "ended");
    Ok(match outcome {
        Outcome::Quit | Outcome::Suspend | Outcome::Terminated => ExitCode::SUCCESS,
        Outcome::HungUp | Outcome::HubGone => ExitCode::from(FAILED),
    })
}
