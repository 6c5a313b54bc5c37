//! A configuration → sources and a hub on the current runtime.

use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};
use tokio::sync::mpsc;

use crate::config::{self, Config, Secret};
use crate::hub::{DatabaseLink, Hub, Kept, NotesLink, Sources};
use crate::model::kind::PanelKind;
use crate::model::panel_data::Failure;
use crate::model::time::Moment;
use crate::source::notes::Writer;
use crate::source::notify;
use crate::source::postgres::{self, Database, Target};
use crate::source::redis::{self, Keys, RedisTarget};
use crate::source::{self, LiveKind, LiveUpdate};

/// Requests and answers on their way at most.
const ON_THE_WAY: usize = 32;
/// Notes on their way at most.
const NOTES: usize = 8;

/// The wall clock.
pub(super) fn clock() -> Moment {
    Moment(jiff::Timestamp::now().as_microsecond())
}

/// Starts the sources and the hub.
pub(super) fn hub(config: &Arc<Config>) -> Result<Hub> {
    hub_that_keeps(config, None)
}

/// The same; answers of panels go to `kept`, too.
pub(super) fn hub_that_keeps(
    config: &Arc<Config>,
    kept: Option<mpsc::Sender<Kept>>,
) -> Result<Hub> {
    let notes = match &config.database.url {
        Some(_) => {
            let (requests, inbox) = mpsc::channel(NOTES);
            let (outbox, updates) = mpsc::channel(NOTES);
            let writer = notes(config).map_err(|failure| report(&failure))?;
            source::notes::spawn(writer, inbox, outbox);
            Some(NotesLink { requests, updates })
        }
        None => None,
    };
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
        Sources {
            database,
            live,
            notes,
            feed: None,
            lease: None,
            tap: None,
            own: None,
            kept,
            recorded: None,
        },
        clock,
    ))
}

/// Follows Redis where one is configured, else PostgreSQL's NOTIFY over the direct connection where a
/// panel waits for live updates: a connection nobody needs is one too many on a small plan.
fn live(config: &Config) -> Result<Option<(LiveKind, mpsc::Receiver<LiveUpdate>)>> {
    let (outbox, updates) = mpsc::channel(ON_THE_WAY);
    let prefix = &config.redis.prefix;
    if let Some((target, keys)) = redis_target(config).map_err(|failure| report(&failure))? {
        tokio::spawn(redis::follow(target, keys, outbox));
        return Ok(Some((LiveKind::Redis, updates)));
    }
    match &config.database.direct_url {
        Some(url) if wants_live(config) => {
            let target = target(&config.database, url)
                .map_err(|failure| report(&failure).wrap_err("direct_url"))?;
            tokio::spawn(notify::follow(target, prefix.clone(), outbox));
            Ok(Some((LiveKind::Notify, updates)))
        }
        _ => Ok(None),
    }
}

/// True when a panel waits for live updates.
pub(super) fn wants_live(config: &Config) -> bool {
    let mut panels = config
        .dashboards
        .iter()
        .flat_map(|dashboard| &dashboard.panels);
    panels.any(|panel| panel.live.is_some() || panel.kind == PanelKind::Log)
}

/// Who writes notes.
pub(super) fn notes(config: &Config) -> Result<Writer, Failure> {
    Ok(Writer::new(config.database.clone(), redis_target(config)?))
}

/// Where a PostgreSQL URL of the configuration leads to.
pub(super) fn target(database: &config::Database, url: &Secret) -> Result<Target, Failure> {
    let target = Target::parse(&url.0).map_err(|error| Failure::new(error.to_string()))?;
    Ok(match &database.sslrootcert {
        Some(file) => target.with_root_certificates(file.clone()),
        None => target,
    })
}

/// Where live updates go through; none where no Redis is configured.
pub(super) fn redis_target(config: &Config) -> Result<Option<(RedisTarget, Keys)>, Failure> {
    let Some(url) = &config.redis.url else {
        return Ok(None);
    };
    let target = RedisTarget::parse(&url.0, config.redis.sslrootcert.clone())?;
    let keys = Keys::new(target.prefix(&config.redis.prefix))?;
    Ok(Some((target, keys)))
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
    dashboard_of(config, wanted).map_err(|report| {
        let built_in: Vec<&str> = config::builtin::names().collect();
        eyre!("{report}; and built in: {}", built_in.join(", "))
    })
}

/// The same where none is built in.
pub(super) fn dashboard_of(config: &Config, wanted: Option<&str>) -> Result<usize> {
    let Some(wanted) = wanted else { return Ok(0) };
    config.dashboard_named(wanted).ok_or_else(|| {
        let dashboards = config.dashboards.iter();
        let names: Vec<&str> = dashboards.map(|one| one.name.as_str()).collect();
        eyre!(
            "there is no dashboard `{wanted}`; there is: {}",
            names.join(", ")
        )
    })
}
