//! A configuration → sources and a hub on the current runtime.

use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};
use tokio::sync::mpsc;

use crate::config::Config;
use crate::hub::{DatabaseLink, Hub, Sources};
use crate::model::panel_data::Failure;
use crate::model::time::Moment;
use crate::source::postgres::{self, Database};
use crate::source::redis::{self, Keys, RedisTarget};
use crate::source::{LiveKind, LiveUpdate};

/// Requests and answers on their way at most.
const ON_THE_WAY: usize = 32;

/// The wall clock.
pub(super) fn clock() -> Moment {
    Moment(jiff::Timestamp::now().as_microsecond())
}

/// Starts the sources and the hub.
pub(super) fn hub(config: &Arc<Config>) -> Result<Hub> {
    let database = match &config.database.url {
        Some(_) => {
            let database =
                Database::connect(&config.database).map_err(|failure| report(&failure))?;
            let (requests, inbox) = mpsc::channel(ON_THE_WAY);
            let (outbox, updates) = mpsc::channel(ON_THE_WAY);
            postgres::feed::spawn(database, inbox, outbox);
            Some(DatabaseLink { requests, updates })
        }
        None => None,
    };
    let live = live(config)?;
    Ok(Hub::spawn(
        Arc::clone(config),
        Sources { database, live },
        clock,
    ))
}

/// Follows Redis, where one is configured.
fn live(config: &Config) -> Result<Option<(LiveKind, mpsc::Receiver<LiveUpdate>)>> {
    let Some(url) = &config.redis.url else {
        return Ok(None);
    };
    let target = RedisTarget::parse(&url.0, config.redis.sslrootcert.clone())
        .map_err(|failure| report(&failure))?;
    let keys = Keys::new(&config.redis.prefix).map_err(|failure| report(&failure))?;
    let (outbox, updates) = mpsc::channel(ON_THE_WAY);
    tokio::spawn(redis::follow(target, keys, outbox));
    Ok(Some((LiveKind::Redis, updates)))
}

/// A failure as an error of the command.
pub(super) fn report(failure: &Failure) -> color_eyre::Report {
    let mut text = failure.summary.clone();
    for line in &failure.details {
        text.push_str("\n  ");
        text.push_str(line);
    }
    eyre!(text)
}

/// The dashboard with this name (or number, from 1), or a sentence that lists what there is.
pub(super) fn dashboard(config: &Config, wanted: Option<&str>) -> Result<usize> {
    let Some(wanted) = wanted else { return Ok(0) };
    let by_name = config
        .dashboards
        .iter()
        .position(|dashboard| dashboard.name.eq_ignore_ascii_case(wanted));
    let by_number = wanted
        .parse::<usize>()
        .ok()
        .filter(|number| (1..=config.dashboards.len()).contains(number));
    by_name
        .or(by_number.map(|number| number - 1))
        .ok_or_else(|| {
            let names: Vec<&str> = config
                .dashboards
                .iter()
                .map(|dashboard| dashboard.name.as_str())
                .collect();
            eyre!(
                "there is no dashboard `{wanted}`; there is: {}",
                names.join(", ")
            )
        })
}
