//! The same snapshot again and again into one file.

use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr};
use tokio::time::{MissedTickBehavior, interval};

use super::super::say;
use super::shot::Shot;
use crate::cli::replace;
use crate::hub::{Hub, HubGone};
use crate::system::Signal;
use crate::system::signals::Signals;

/// Until somebody ends it with SIGINT, SIGTERM or SIGHUP. Between two rounds nothing is asked; the connections stay.
///
/// # Errors
/// The hub is gone. What else fails is said once, for as long as it is the same, and tried again.
pub(super) async fn watch(shot: &Shot, hub: &Hub, file: &Path, every: Duration) -> Result<()> {
    let mut signals = Signals::hear(&[Signal::Interrupted, Signal::Terminated, Signal::HungUp])
        .wrap_err("cannot wait for signals")?;
    let rounds = async {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut told = Vec::new();
        loop {
            ticks.tick().await;
            let words = round(shot, hub, file).await?;
            if words != told {
                tell(&words, &told);
            }
            told = words;
        }
    };
    tokio::select! {
        ended = rounds => ended,
        _ = signals.next() => Ok(()),
    }
}

/// What went wrong, if anything did.
async fn round(shot: &Shot, hub: &Hub, file: &Path) -> Result<Vec<String>> {
    let taken = match shot.take(hub).await {
        Ok(taken) => taken,
        Err(report) if report.is::<HubGone>() => return Err(report),
        Err(report) => return Ok(vec![report.to_string()]),
    };
    let mut words = taken.words;
    if let Some(data) = taken.data
        && let Err(report) = replace(file, &data)
    {
        words.push(report.to_string());
    }
    Ok(words)
}

/// Says what is new among `words`, and that all is well again.
fn tell(words: &[String], told: &[String]) {
    for word in words.iter().filter(|word| !told.contains(word)) {
        say(word);
    }
    if words.is_empty() {
        say("all is well again");
    }
}
