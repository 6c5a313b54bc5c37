//! `kpi open`: a bundle on this terminal, without any connection.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::{Result, eyre};
use tokio::sync::mpsc;

use super::{FAILED, Global, WRONG_USAGE, checked, log, look, open, runtime, say};
use crate::config::{Config, LoadOptions};
use crate::front;
use crate::hub::{DatabaseLink, Hub, Sources};
use crate::model::compare::Compare;
use crate::model::panel_data::{Extent, Failure, Recorded};
use crate::model::range::RangeSpec;
use crate::model::theme::Theme;
use crate::model::time::{Moment, TimeWindow};
use crate::session::Outcome;
use crate::source::bundle::{self, Bundle, Shown, Unreadable};
use crate::source::{LiveKind, LiveUpdate};
use crate::ui::Ui;

/// Requests and answers on their way at most.
const ON_THE_WAY: usize = 32;

/// Which file, and how to show it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi open outage.kpib
  kpi open outage.kpib --range '2026-11-20 13:00 to 13:20'
  curl -s https://example.com/outage.kpib | kpi open -")]
pub(super) struct Arguments {
    /// What `kpi bundle`, or B in the program, wrote; - for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The dashboard to start with, by name or number
    #[arg(long, short, value_name = "NAME")]
    dashboard: Option<String>,
    /// A part of its range: 15m (to its end), 2026-11-20 13:00 to 13:20
    #[arg(long, short, value_name = "RANGE", value_parser = RangeSpec::parse)]
    range: Option<RangeSpec>,
    /// The colours, in place of the configuration's: terminal, dark, light, …
    #[arg(long, value_name = "NAME", value_parser = look::parse_theme)]
    theme: Option<Theme>,
}

pub(super) fn run(global: &Global, arguments: Arguments) -> Result<ExitCode> {
    if !io::stdout().is_terminal() {
        say("error: standard output is not a terminal");
        return Ok(ExitCode::from(WRONG_USAGE));
    }
    let (mut config, bundle) = match opened(global, &arguments.file) {
        Ok(opened) => opened,
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    config.screen.theme = arguments.theme.unwrap_or(config.screen.theme);
    let dashboard = match open::dashboard_of(&config, arguments.dashboard.as_deref()) {
        Ok(dashboard) => dashboard,
        Err(report) => {
            say(&format!("error: {report}"));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let ui = Ui {
        range: arguments.range,
        ..seen(&bundle, dashboard)
    };
    let look = look::detect(global, &config);
    let outcome = runtime()?.block_on(async {
        let hub = hub(Arc::new(config), bundle);
        front::tty::run(&hub, ui, look, open::clock)
            .await
            .map_err(|problem| eyre!("the terminal cannot be used: {problem}"))
    })?;
    tracing::info!(?outcome, "ended");
    Ok(match outcome {
        Outcome::Quit | Outcome::Suspend | Outcome::Terminated => ExitCode::SUCCESS,
        Outcome::HungUp | Outcome::HubGone => ExitCode::from(FAILED),
    })
}

/// A bundle, and the configuration to look at it with; or the exit code, and why has been said.
pub(super) fn opened(global: &Global, file: &Path) -> Result<(Config, Bundle), ExitCode> {
    let local = local(global)?;
    read(file)
        .and_then(|bytes| Bundle::open(bytes).map_err(|why| unreadable(file, &why)))
        .and_then(|bundle| Ok((config(local, &bundle)?, bundle)))
        .map_err(|failure| {
            say(&format!("error: {}", open::report(&failure)));
            ExitCode::from(FAILED)
        })
}

/// What was looked at when the bundle was made.
pub(super) fn seen(bundle: &Bundle, dashboard: usize) -> Ui {
    let shown = &bundle.contents.dashboards;
    Ui {
        dashboard,
        compare: shown
            .get(dashboard)
            .map_or(Compare::Off, |shown| shown.compare),
        variables: shown.iter().flat_map(|one| one.values.clone()).collect(),
        ..Ui::default()
    }
}

/// This machine's keys and looks. None are needed: a configuration that is wrong is no reason not to open a file,
/// unless it was asked for.
fn local(global: &Global) -> Result<Config, ExitCode> {
    let options = LoadOptions::of_process(global.config.clone());
    if global.config.is_none() && options.find().is_err() {
        return Ok(Config::default());
    }
    match checked(global, None) {
        Ok(config) => Ok(config),
        Err(problems) if global.config.is_some() => {
            say(problems.to_string().trim_end());
            Err(ExitCode::from(WRONG_USAGE))
        }
        Err(_) => Ok(Config::default()),
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    if file == Path::new("-") {
        return bundle::read(io::stdin().lock(), "standard input");
    }
    let name = file.display().to_string();
    let opened = File::open(file)
        .map_err(|problem| Failure::new(format!("cannot open {name}: {problem}")))?;
    bundle::read(opened, &name)
}

fn unreadable(file: &Path, why: &Unreadable) -> Failure {
    Failure::new(format!("{}: {why}", file.display()))
}

/// The bundle's dashboards with this machine's keys and looks, and nothing that could be connected to.
fn config(local: Config, bundle: &Bundle) -> Result<Config, Failure> {
    let read = Config::from_toml("the bundle", &bundle.definitions, &BTreeMap::new());
    let mut read = read.map_err(|problems| {
        Failure::new(
            "the dashboards in this bundle cannot be read: is it from another version of kpi?",
        )
        .detail(problems.to_string())
    })?;
    // All of it is what it shows at first.
    for shown in &bundle.contents.dashboards {
        let mut dashboards = read.dashboards.iter_mut();
        let dashboard = dashboards.find(|one| one.name == shown.dashboard);
        if let (Some(dashboard), Ok(range)) = (dashboard, RangeSpec::parse(&shown.range)) {
            dashboard.range = range;
        }
    }
    Ok(Config {
        environment: read.environment,
        dashboards: read.dashboards,
        definitions: bundle.definitions.clone(),
        database: crate::config::Database {
            schema: read.database.schema,
            timeout: read.database.timeout,
            ..crate::config::Database::default()
        },
        screen: local.screen,
        keys: local.keys,
        log: local.log,
        ..Config::default()
    })
}

/// A hub that is answered by the file.
pub(super) fn hub(config: Arc<Config>, bundle: Bundle) -> Hub {
    let bundle = Arc::new(bundle);
    let (requests, inbox) = mpsc::channel(ON_THE_WAY);
    let (outbox, updates) = mpsc::channel(ON_THE_WAY);
    let (events, live) = mpsc::channel(1);
    // The channel is empty: there is room for one.
    let _ = events.try_send(LiveUpdate::Items(bundle::events(&bundle)));
    let recorded = recorded(&config, &bundle);
    tokio::spawn(bundle::replay(bundle, Arc::clone(&config), inbox, outbox));
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        live: Some((LiveKind::Redis, live)),
        recorded: Some(Arc::new(recorded)),
        ..Sources::default()
    };
    Hub::spawn(config, sources, open::clock)
}

fn recorded(config: &Config, bundle: &Bundle) -> Recorded {
    let at = Moment(bundle.contents.made_at);
    let nothing = Extent {
        window: TimeWindow { from: at, to: at },
        compare: Compare::Off,
    };
    let extent = |shown: &Shown| Extent {
        window: TimeWindow {
            from: Moment(shown.from),
            to: Moment(shown.to),
        },
        compare: shown.compare,
    };
    let dashboards = config.dashboards.iter().map(|dashboard| {
        let mut all = bundle.contents.dashboards.iter();
        let shown = all.find(|shown| shown.dashboard == dashboard.name);
        shown.map_or(nothing, extent)
    });
    Recorded {
        at,
        is_damaged: bundle.is_damaged(),
        dashboards: dashboards.collect(),
    }
}
