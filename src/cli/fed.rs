//! `kpi --from URL`: the dashboards and numbers of a collector, without a configuration or a database.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep};

use super::{Global, WRONG_USAGE, load_with, open, say};
use crate::config::{self, Config, LoadOptions, Secret};
use crate::hub::{DatabaseLink, Hub, HubGone, NotesLink, Own, Sources};
use crate::model::panel_data::{Failure, Feed};
use crate::source::postgres::{self, Database};
use crate::source::redis::feed::{Definitions, definitions, read};
use crate::source::redis::{self, Keys, RedisTarget};
use crate::source::{self, LiveKind, way};

/// Requests and answers on their way at most.
const ON_THE_WAY: usize = 32;
/// How long the first definitions are waited for: a collector that has just begun needs some seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks for them.
const AGAIN: Duration = Duration::from_millis(250);
/// How often other definitions are looked for.
const EVERY: Duration = Duration::from_secs(2);

/// This machine's settings, where there are any: none are needed.
/// `dashboard` may name a built-in one, which collectors know too.
pub(super) fn local(global: &Global, dashboard: Option<&str>) -> Result<Config, ExitCode> {
    let options = LoadOptions::of_process(global.config.clone());
    if global.config.is_none() && options.find().is_err() {
        let mut config = Config::default();
        if let Some(name) = dashboard.and_then(config::builtin::named) {
            config.add_built_in(name).map_err(|problems| {
                say(&problems.to_string());
                ExitCode::from(WRONG_USAGE)
            })?;
        }
        return Ok(config);
    }
    load_with(global, dashboard)
}

/// Where `config` says that the numbers come from, when not from a database.
pub(super) fn source(config: &Config) -> Option<Secret> {
    let instead = || match config.database.url {
        Some(_) => None,
        None => config.redis.url.clone(),
    };
    config.viewer.from.clone().or_else(instead)
}

/// The collector's dashboards with this machine's settings.
///
/// # Errors
/// No collector has published there, or Redis does not answer.
pub(super) async fn config(local: Config, url: Secret) -> Result<Config, Failure> {
    let mut local = local;
    local.redis.url = Some(url.clone());
    local.viewer.from = Some(url);
    let (target, keys) = place(&local)?;
    let target = Arc::new(target);
    let deadline = Instant::now() + PATIENCE;
    let mut told = false;
    loop {
        if let Some(found) = definitions(&target, &keys).await? {
            return adopted(&local, &found);
        }
        if Instant::now() >= deadline {
            return Err(
                Failure::new(format!(
                    "no collector has published any dashboards under `{}`",
                    target.prefix(&local.redis.prefix)
                ))
                .detail("is `kpi serve` running with this Redis?")
                .detail("where its [redis] prefix is another one, add it to the URL: redis://host/0?prefix=NAME"),
            );
        }
        if !std::mem::replace(&mut told, true) {
            say("waiting for a collector …");
        }
        sleep(AGAIN).await;
    }
}

/// `local` with the dashboards of `definitions`.
fn adopted(local: &Config, definitions: &Definitions) -> Result<Config, Failure> {
    let name = "the collector's dashboards";
    let read =
        Config::from_toml(name, &definitions.text, &BTreeMap::new()).map_err(|problems| {
            Failure::new("the collector's dashboards cannot be read: is it another version of kpi?")
                .detail(problems.to_string())
        })?;
    let mut adopted = Config {
        path: None,
        environment: read.environment.or_else(|| local.environment.clone()),
        dashboards: read.dashboards,
        definitions: definitions.text.clone(),
        database: config::Database {
            schema: read.database.schema,
            timeout: read.database.timeout,
            ..local.database.clone()
        },
        ..local.clone()
    };
    // What was asked for by name, the collector has too.
    adopted.add_built_ins_of(local).map_err(|problems| {
        Failure::new("a built-in dashboard cannot be read").detail(problems.to_string())
    })?;
    Ok(adopted)
}

/// This machine's own dashboards, where it has some and the credentials to ask for them.
pub(super) fn own(local: &Config) -> Option<Arc<Config>> {
    let has_both = local.database.url.is_some() && !local.dashboards.is_empty();
    has_both.then(|| Arc::new(local.clone()))
}

/// A hub whose numbers come from the feed. With dashboards of its `own` it may ask the database itself; then
/// never for what the feed says that the dashboards are: nobody lends his rights to whoever writes to Redis.
pub(super) fn hub(config: &Arc<Config>, own: Option<Arc<Config>>) -> Result<Hub, Failure> {
    let (target, keys) = place(config)?;
    let (requests, mut inbox) = mpsc::channel(ON_THE_WAY);
    let (outbox, updates) = mpsc::channel(ON_THE_WAY);
    let (polls, polling) = watch::channel(false);
    let mut notes = None;
    if let Some(own) = &own {
        // Into the tables that its own configuration names.
        notes = Some(notes_of(own)?);
        let database = Database::connect(&own.database)?;
        let (direct, to_database) = mpsc::channel(ON_THE_WAY);
        let (fed, to_feed) = mpsc::channel(ON_THE_WAY);
        postgres::feed::spawn(database, to_database, outbox.clone());
        let (_, never) = watch::channel(false);
        tokio::spawn(way::part(inbox, direct, fed, never));
        inbox = to_feed;
    }
    let (heard, feed) = watch::channel(Feed::default());
    tokio::spawn(read(target.clone(), keys.clone(), inbox, outbox, heard));
    let (outbox, live) = mpsc::channel(ON_THE_WAY);
    tokio::spawn(redis::follow(target.clone(), keys.clone(), outbox));
    let sources = Sources {
        database: Some(DatabaseLink { requests, updates }),
        live: Some((LiveKind::Redis, live)),
        notes,
        feed: Some(feed),
        own: own.map(|config| Own { config, polls }),
        ..Sources::default()
    };
    let hub = Hub::spawn(Arc::clone(config), sources, open::clock);
    let follower = Follower {
        hub: hub.clone(),
        target: Arc::new(target),
        keys,
        fed: Arc::clone(config),
        polling,
    };
    tokio::spawn(follower.follow());
    Ok(hub)
}

fn notes_of(own: &Config) -> Result<NotesLink, Failure> {
    let (requests, inbox) = mpsc::channel(ON_THE_WAY);
    let (outbox, updates) = mpsc::channel(ON_THE_WAY);
    source::notes::spawn(open::notes(own)?, inbox, outbox);
    Ok(NotesLink { requests, updates })
}

/// Goes on with what the collector publishes.
struct Follower {
    hub: Hub,
    target: Arc<RedisTarget>,
    keys: Keys,
    fed: Arc<Config>,
    polling: watch::Receiver<bool>,
}

impl Follower {
    /// Until the hub is gone.
    async fn follow(self) {
        let mut shown = Definitions::new(self.fed.definitions.clone()).version;
        loop {
            sleep(EVERY).await;
            // The viewer's own dashboards are not the feed's.
            let polls = *self.polling.borrow();
            if !polls && self.look(&mut shown).await.is_err() {
                return;
            }
        }
    }

    async fn look(&self, shown: &mut String) -> Result<(), HubGone> {
        let Ok(Some(found)) = definitions(&self.target, &self.keys).await else {
            return Ok(());
        };
        if found.version == *shown {
            return Ok(());
        }
        shown.clone_from(&found.version);
        match adopted(&self.fed, &found) {
            Ok(config) => {
                tracing::info!("the collector's dashboards have changed");
                self.hub.complain(None).await?;
                self.hub.reload(Arc::new(config)).await
            }
            Err(failure) => self.hub.complain(Some(failure.summary)).await,
        }
    }
}

/// Where the feed is.
fn place(config: &Config) -> Result<(RedisTarget, Keys), Failure> {
    let place = open::redis_target(config)?;
    place.ok_or_else(|| Failure::new("no Redis is configured"))
}
