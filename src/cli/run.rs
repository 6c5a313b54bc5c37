//! `kpi [run]`: the dashboards on this terminal.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::{Result, eyre};
use tokio::runtime::Runtime;

use super::{FAILED, Global, WRONG_USAGE, load, log, look, open, reload, runtime, say};
use crate::config::{Config, LoadOptions};
use crate::front;
use crate::model::range::RangeSpec;
use crate::session::Outcome;
use crate::ui::Ui;

/// What to show first.
#[derive(Args, Debug)]
pub(super) struct Arguments {
    /// The dashboard to start with, by name or number
    #[arg(long, short, value_name = "NAME")]
    pub dashboard: Option<String>,
    /// The time range, in place of the dashboard's: 15m, 6h, now-1d/d to now
    #[arg(long, short, value_name = "RANGE", value_parser = RangeSpec::parse)]
    pub range: Option<RangeSpec>,
}

impl Arguments {
    /// True when nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.dashboard.is_none() && self.range.is_none()
    }
}

pub(super) fn run(global: &Global, arguments: Arguments) -> Result<ExitCode> {
    if let Some(code) = refuse_a_pipe() {
        return Ok(code);
    }
    let config = match load(global) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    show(global, arguments, config, &runtime()?)
}

/// Nobody wants escape sequences in a file.
pub(super) fn refuse_a_pipe() -> Option<ExitCode> {
    if io::stdout().is_terminal() {
        return None;
    }
    say(
        "error: standard output is not a terminal; `kpi snapshot` prints one frame or the data to a file or pipe",
    );
    Some(ExitCode::from(WRONG_USAGE))
}

/// The dashboards of `config` until the viewer leaves.
pub(super) fn show(
    global: &Global,
    arguments: Arguments,
    config: Config,
    runtime: &Runtime,
) -> Result<ExitCode> {
    let dashboard = match open::dashboard(&config, arguments.dashboard.as_deref()) {
        Ok(dashboard) => dashboard,
        Err(report) => {
            say(&format!("error: {report}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let ui = Ui {
        dashboard,
        range: arguments.range,
        ..Ui::default()
    };
    let look = look::detect(global, &config);
    let config = Arc::new(config);
    let outcome = runtime.block_on(async {
        let hub = open::hub(&config)?;
        if let Some(path) = &config.path {
            let options = LoadOptions::of_process(Some(path.clone()));
            tokio::spawn(reload::follow(hub.clone(), options, Arc::clone(&config)));
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
