//! Floor 6: `kpi serve`: one process polls for everybody, its like stand by.
//!
//! ```text
//!  Redis: interests ──▶ collector ──follow──▶ hub ──▶ way ─┬─leader───▶ PostgreSQL
//!         results   ◀── collector ◀──tap──────┘            └─follower─▶ the feed itself
//! ```
//!
//! The leader runs the same hub as any viewer; what it polls is what viewers' interest in Redis says, and what
//! the hub is answered goes back there. A follower's hub reads that feed itself.

mod collector;
pub mod history;
pub mod http;
mod leader;
pub mod state;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};

use crate::config::Config;
use crate::hub::{Clock, DatabaseLink, Hub, Kept, Lease, NotesLink, Sources};
use crate::model::panel_data::{Failure, Feed, Link};
use crate::source::feed::Tap;
use crate::source::postgres::lease::Candidate;
use crate::source::postgres::{self, Database};
use crate::source::redis::feed::{Publisher, listen, read};
use crate::source::redis::{Keys, RedisTarget, follow};
use crate::source::{LiveKind, Update, way};
use collector::Collector;
use state::{Counters, Standing, State};

pub use leader::{HEARTBEAT, TTL};

/// Requests and answers on their way at most.
const ON_THE_WAY: usize = 32;
/// How long the last things may take at the end.
const LAST: Duration = Duration::from_secs(3);

/// One replica, ready to run.
#[derive(Debug)]
pub struct Replica {
    /// For HTTP.
    pub state: State,
    /// What it is called in the lease and in the feed.
    pub name: String,
    resign: oneshot::Sender<()>,
    lease: tokio::task::JoinHandle<()>,
    work: tokio::task::JoinHandle<Result<(), crate::hub::HubGone>>,
}

/// Starts a replica on the current runtime: it seeks the lease at once. Answers of panels go to `kept`, too.
///
/// # Errors
/// The configuration names no database or no Redis, or a URL that cannot be right.
pub fn start(
    config: &Arc<Config>,
    notes: Option<NotesLink>,
    kept: Option<mpsc::Sender<Kept>>,
    clock: Clock,
) -> Result<Replica, Failure> {
    let counters = Arc::new(Counters::default());
    let (target, keys) = redis(config)?;
    let candidate = Candidate::new(
        &config.database,
        &format!("feed {}", target.prefix(&config.redis.prefix)),
        TTL,
    )?;
    let database = Database::connect(&config.database)?;

    let (updates, taken) = mpsc::channel(ON_THE_WAY);
    let (direct, inbox) = mpsc::channel(ON_THE_WAY);
    let (outbox, answers) = mpsc::channel(ON_THE_WAY);
    postgres::feed::spawn(database, inbox, outbox);
    tokio::spawn(count(answers, updates.clone(), Arc::clone(&counters)));
    let (fed, inbox) = mpsc::channel(ON_THE_WAY);
    let (heard, feed) = watch::channel(Feed::default());
    tokio::spawn(read(target.clone(), keys.clone(), inbox, updates, heard));
    let (is_direct, directly) = watch::channel(false);
    let (found, database_link) = watch::channel(Link::Connecting);
    let (requests, inbox) = mpsc::channel(ON_THE_WAY);
    tokio::spawn(way::part(inbox, direct, fed, directly.clone()));

    let (outbox, live) = mpsc::channel(ON_THE_WAY);
    tokio::spawn(follow(target.clone(), keys.clone(), outbox));
    let tap = Tap::default();
    let hub = Hub::spawn(
        Arc::clone(config),
        Sources {
            database: Some(DatabaseLink {
                requests,
                updates: taken,
            }),
            live: Some((LiveKind::Redis, live)),
            notes,
            feed: Some(feed.clone()),
            lease: Some(Lease {
                is_direct: directly,
                database: database_link,
            }),
            tap: Some(tap.clone()),
            own: None,
            kept,
            recorded: None,
        },
        clock,
    );

    let (standing, standings) = watch::channel(Standing::Unknown { why: None });
    let (holder, claim) = (candidate.holder().to_owned(), candidate.claim());
    let (rival, rivals) = watch::channel(0);
    let (resign, resigned) = oneshot::channel();
    let lease = tokio::spawn(leader::stand(
        candidate,
        leader::Told {
            standing,
            database: found,
            clock,
        },
        Arc::clone(&counters),
        rivals,
        resigned,
    ));
    tokio::spawn(history::keep(
        hub.clone(),
        &config.database,
        claim,
        standings.clone(),
        Arc::clone(&counters),
    )?);
    let target = Arc::new(target);
    let (alarm, alarms) = mpsc::channel(8);
    tokio::spawn(listen(Arc::clone(&target), keys.new.clone(), alarm));
    let collector = Collector {
        hub: hub.clone(),
        tap,
        publisher: Publisher::new(target, keys),
        standing: standings.clone(),
        is_direct,
        counters: Arc::clone(&counters),
        holder: holder.clone(),
        rival,
    };
    Ok(Replica {
        state: State {
            hub,
            standing: standings,
            feed,
            counters,
            since: Instant::now(),
        },
        name: holder,
        resign,
        lease,
        work: tokio::spawn(collector.run(alarms)),
    })
}

impl Replica {
    /// Serves until `shutdown`, then hands over at once: the lease is given back before anything is drained.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let mut work = self.work;
        tokio::select! {
            () = shutdown => {}
            ended = &mut work => tracing::error!(?ended, "the collector has ended"),
        }
        let _ = self.resign.send(());
        if tokio::time::timeout(LAST, self.lease).await.is_err() {
            tracing::warn!("the lease could not be given back in time");
        }
        if !work.is_finished() {
            let _ = tokio::time::timeout(LAST, work).await;
        }
    }
}

/// Where the feed is.
fn redis(config: &Config) -> Result<(RedisTarget, Keys), Failure> {
    let Some(url) = &config.redis.url else {
        return Err(Failure::new("no Redis is configured").detail(
            "viewers get their numbers through it: set REDIS_URL, or url in [redis] of the configuration",
        ));
    };
    let target = RedisTarget::parse(&url.0, config.redis.sslrootcert.clone())?;
    let keys = Keys::new(target.prefix(&config.redis.prefix))?;
    Ok((target, keys))
}

/// Counts what the database answers.
async fn count(
    mut answers: mpsc::Receiver<Update>,
    updates: mpsc::Sender<Update>,
    counters: Arc<Counters>,
) {
    while let Some(update) = answers.recv().await {
        match &update.result {
            Ok(answer) => counters.answered(answer.timings.round_trip, answer.rowset.len()),
            Err(_) => counters.failures.count(),
        }
        if updates.send(update).await.is_err() {
            return;
        }
    }
}
