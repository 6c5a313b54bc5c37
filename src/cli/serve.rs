//! `kpi serve`: the collector.

use std::collections::HashSet;
use std::net::IpAddr;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::{Result, WrapErr, eyre};
use tokio::sync::{mpsc, watch};

use super::{FAILED, Global, WRONG_USAGE, load, log, open, reload, runtime, say, status};
use crate::config::{Config, LoadOptions, builtin};
use crate::hub::NotesLink;
use crate::model::panel_data::{Failure, Feed};
use crate::serve;
use crate::serve::http::{Server, Settings};
use crate::source;
use crate::system::Signal;
use crate::system::signals::Signals;

/// Notes on their way at most.
const NOTES: usize = 8;

/// Where to answer.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kpi serve                            http://127.0.0.1:3000
  kpi serve --port 0                   a free port, which it says
  kpi serve --bind 0.0.0.0             with KPI_TOKEN set, for others
  kpi --from redis://localhost:6379    a viewer of it")]
pub(super) struct Arguments {
    /// The IP address HTTP is answered on, in place of the configuration's; beyond this machine it needs a token
    #[arg(long, value_name = "ADDRESS", value_parser = parse_address)]
    bind: Option<IpAddr>,
    /// The port, in place of PORT and the configuration's; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
}

fn parse_address(text: &str) -> Result<IpAddr, String> {
    let wrong = |_| {
        match text.rsplit_once(':') {
            _ if text.eq_ignore_ascii_case("localhost") => {
                "a name is no address: 127.0.0.1 is this machine, or ::1"
            }
            Some((_, port)) if port.parse::<u16>().is_ok() => {
                "an IP address alone, such as 127.0.0.1; --port takes the port"
            }
            _ => "an IP address, such as 127.0.0.1; 0.0.0.0 or :: for every network",
        }
        .to_owned()
    };
    text.parse().map_err(wrong)
}

pub(super) fn run(global: &Global, arguments: &Arguments) -> Result<ExitCode> {
    let mut config = match load(global) {
        Ok(config) => config,
        Err(code) => return Ok(code),
    };
    // Viewers may ask for them; nobody else pays for them.
    for name in builtin::names() {
        config
            .add_built_in(name)
            .map_err(|problems| eyre!("{problems}"))?;
    }
    let config = Arc::new(config);
    log::start_unattended(&config, global.verbose);
    let runtime = runtime()?;
    let served = runtime.block_on(serve(&config, arguments));
    // Whatever still hangs on a connection is not worth waiting for.
    runtime.shutdown_background();
    served
}

async fn serve(config: &Arc<Config>, arguments: &Arguments) -> Result<ExitCode> {
    let mut signals = Signals::hear(&[Signal::Terminated, Signal::Interrupted])
        .wrap_err("cannot wait for signals")?;
    let mut settings = Settings::of(config);
    settings.bind = arguments.bind.unwrap_or(settings.bind);
    settings.port = arguments.port.unwrap_or(settings.port);
    if let Err(failure) = settings.check() {
        return Ok(refused(&failure, WRONG_USAGE));
    }
    // Before anything else: who cannot be asked should not take part.
    let server = match Server::bind(settings).await {
        Ok(server) => server,
        Err(failure) => return Ok(refused(&failure, FAILED)),
    };
    let (kept, keeper) = status::keep();
    let started =
        notes(config).and_then(|notes| serve::start(config, Some(notes), Some(kept), open::clock));
    let replica = match started {
        Ok(replica) => replica,
        Err(failure) => return Ok(refused(&failure, WRONG_USAGE)),
    };
    // Several may write into one log.
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        pid = std::process::id(),
        address = %server.address(),
        replica = replica.name,
        "serves"
    );
    keeper.spawn(&replica.state.hub);
    if let Some(path) = &config.path {
        let mut options = LoadOptions::of_process(Some(path.clone()));
        options.built_in = builtin::names().collect();
        let hub = replica.state.hub.clone();
        tokio::spawn(reload::follow(hub, options, Arc::clone(config), say));
    }
    tokio::spawn(tell(replica.state.standing.clone()));
    tokio::spawn(tell_silence(replica.state.feed.clone()));
    tokio::spawn(tell_unrecorded(
        replica.state.counters.record_trouble.subscribe(),
    ));
    say(&format!("http://{}", server.address()));
    let (end, mut ended) = watch::channel(());
    let state = replica.state.clone();
    let http = tokio::spawn(server.run(state, open::clock, async move {
        let _ = ended.changed().await;
    }));
    replica
        .run(async {
            signals.next().await;
            // The socket closes while the lease is given back; who was being answered still is.
            let _ = end.send(());
        })
        .await;
    let _ = end.send(());
    if let Err(failed) = http.await {
        tracing::error!(%failed, "the HTTP server failed");
    }
    Ok(ExitCode::SUCCESS)
}

fn refused(failure: &Failure, code: u8) -> ExitCode {
    say(&format!("error: {}", open::report(failure)));
    ExitCode::from(code)
}

fn notes(config: &Config) -> Result<NotesLink, Failure> {
    let (requests, inbox) = mpsc::channel(NOTES);
    let (outbox, updates) = mpsc::channel(NOTES);
    source::notes::spawn(open::notes(config)?, inbox, outbox);
    Ok(NotesLink { requests, updates })
}

/// Says on standard error how this replica stands, whenever that changes.
async fn tell(mut standing: watch::Receiver<serve::state::Standing>) {
    use serve::state::Standing;
    let mut said = String::new();
    loop {
        let words = match &*standing.borrow_and_update() {
            Standing::Unknown { why: None } => String::new(),
            Standing::Unknown { why: Some(why) } => {
                format!("waiting for the database: {}", open::report(why))
            }
            Standing::Follower => "follower: another replica polls".to_owned(),
            Standing::Leader { epoch, .. } => format!("leader, epoch {epoch}"),
            Standing::Adrift { why, .. } => {
                format!(
                    "the database is away, the last results stay: {}",
                    why.summary
                )
            }
            Standing::Resigned => "ending".to_owned(),
        };
        if words != said && !words.is_empty() {
            say(&words);
        }
        said = words;
        if standing.changed().await.is_err() {
            return;
        }
    }
}

/// Says once each why panels cannot be recorded: who has written `record = true` expects a history.
async fn tell_unrecorded(mut trouble: watch::Receiver<String>) {
    let mut said = HashSet::new();
    while trouble.changed().await.is_ok() {
        let why = trouble.borrow_and_update().clone();
        if !why.is_empty() && said.insert(why.clone()) {
            say(&format!("panels cannot be recorded: {why}"));
        }
    }
}

/// Says when Redis has no sign of life of any collector, and when it has one again: the lease knows nothing of that.
async fn tell_silence(mut feed: watch::Receiver<Feed>) {
    loop {
        for (is_silent, words) in [
            (
                true,
                "no collector is heard in Redis: viewers' numbers stand still, the log says why",
            ),
            (false, "a collector is heard in Redis again"),
        ] {
            let heard = feed.wait_for(|feed| feed.is_silent == is_silent).await;
            if heard.is_err() {
                return;
            }
            say(words);
        }
    }
}
