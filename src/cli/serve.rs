//! `kpi serve`: the collector.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use color_eyre::eyre::{Result, WrapErr};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::{Global, load, log, open, reload, runtime, say};
use crate::config::{Config, LoadOptions};
use crate::hub::NotesLink;
use crate::serve;
use crate::source;

/// Notes on their way at most.
const NOTES: usize = 8;

/// Where to answer.
#[derive(Args, Debug)]
pub(super) struct Arguments {}

pub(super) fn run(global: &Global, _arguments: &Arguments) -> Result<ExitCode> {
    let config = match load(global) {
        Ok(config) => Arc::new(config),
        Err(code) => return Ok(code),
    };
    log::start(&config, global.verbose);
    let runtime = runtime()?;
    let served = runtime.block_on(serve(&config));
    // Whatever still hangs on a connection is not worth waiting for.
    runtime.shutdown_background();
    served
}

async fn serve(config: &Arc<Config>) -> Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate()).wrap_err("cannot hear SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).wrap_err("cannot hear SIGINT")?;
    let notes = notes(config)?;
    let replica =
        serve::start(config, Some(notes), open::clock).map_err(|failure| open::report(&failure))?;
    if let Some(path) = &config.path {
        let options = LoadOptions::of_process(Some(path.clone()));
        let hub = replica.state.hub.clone();
        tokio::spawn(reload::follow(hub, options, Arc::clone(config)));
    }
    tokio::spawn(tell(replica.state.standing.clone()));
    replica
        .run(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        })
        .await;
    Ok(ExitCode::SUCCESS)
}

fn notes(config: &Config) -> Result<NotesLink> {
    let (requests, inbox) = mpsc::channel(NOTES);
    let (outbox, updates) = mpsc::channel(NOTES);
    let writer = open::notes(config).map_err(|failure| open::report(&failure))?;
    source::notes::spawn(writer, inbox, outbox);
    Ok(NotesLink { requests, updates })
}

/// Says on standard error how this replica stands, whenever that changes.
async fn tell(mut standing: tokio::sync::watch::Receiver<serve::state::Standing>) {
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
            Standing::Resigned => "handed over".to_owned(),
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
