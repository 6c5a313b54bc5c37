//! Who of several replicas polls: keeps the lease, and says how this one stands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};
use tokio::time::MissedTickBehavior;

use super::state::{Counters, Standing};
use crate::hub::Clock;
use crate::model::panel_data::{Failure, Link};
use crate::source::postgres::lease::{self, Candidate};

/// How long the lease is held at a time.
pub const TTL: Duration = Duration::from_secs(3);
/// How often it is prolonged, and how often followers try to get it.
pub const HEARTBEAT: Duration = Duration::from_secs(1);

/// Who is told of the lease.
pub(super) struct Told {
    /// How this replica stands.
    pub standing: watch::Sender<Standing>,
    /// How the lease finds the database.
    pub database: watch::Sender<Link>,
    /// Dates that.
    pub clock: Clock,
}

impl Told {
    /// One answer of the database, or its absence. A single beat without one is no outage: a lease lasts
    /// longer, too.
    fn found(&self, beat: Result<(), &Failure>, answered: Option<Instant>) {
        let lasts = answered.is_some_and(|at| at.elapsed() < TTL);
        self.database.send_if_modified(|link| match (beat, &*link) {
            (Ok(()), Link::Up) | (Err(_), Link::Down { .. }) => false,
            (Ok(()), _) => {
                *link = Link::Up;
                true
            }
            (Err(_), _) if lasts => false,
            (Err(why), _) => {
                let since = (self.clock)();
                let why = Arc::new(why.clone());
                *link = Link::Down { since, why };
                true
            }
        });
    }
}

/// Keeps or seeks the lease until told to resign; gives it back then. `rivals` are epochs that readers have seen and
/// this database never gave.
pub(super) async fn stand(
    mut candidate: Candidate,
    told: Told,
    counters: Arc<Counters>,
    mut rivals: watch::Receiver<u64>,
    mut resign: oneshot::Receiver<()>,
) {
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut uncertain: Option<String> = None;
    let mut answered: Option<Instant> = None;
    let standing = &told.standing;
    loop {
        tokio::select! {
            _ = beat.tick() => {}
            Ok(()) = rivals.changed() => candidate.rise_above(*rivals.borrow_and_update()),
            _ = &mut resign => break,
        }
        let answer = tokio::select! {
            answer = candidate.beat() => answer,
            _ = &mut resign => break,
        };
        let before = standing.borrow().clone();
        told.found(answer.as_ref().map(|_| ()), answered);
        if answer.is_ok() {
            uncertain = None;
            answered = Some(Instant::now());
        }
        let after = match answer {
            Ok(lease::Standing::Leader { epoch, until }) => Standing::Leader { epoch, until },
            Ok(lease::Standing::Follower) => Standing::Follower,
            Err(why) => {
                counters.lease_failures.count();
                // An outage is one line, not one a beat.
                if uncertain.as_ref() != Some(&why.summary) {
                    tracing::warn!(why = why.summary, "the lease is uncertain");
                    uncertain = Some(why.summary.clone());
                }
                match &before {
                    Standing::Leader { epoch, until } if Instant::now() >= *until => {
                        Standing::Adrift { epoch: *epoch, why }
                    }
                    Standing::Adrift { epoch, .. } => Standing::Adrift { epoch: *epoch, why },
                    Standing::Unknown { .. } => Standing::Unknown { why: Some(why) },
                    other => other.clone(),
                }
            }
        };
        if std::mem::discriminant(&before) != std::mem::discriminant(&after)
            || before.epoch() != after.epoch()
        {
            tracing::info!(standing = %after, "this replica's standing");
            if matches!(after, Standing::Leader { .. }) {
                counters.elections.count();
            }
        }
        standing.send_replace(after);
    }
    // First of all nobody publishes here any more, then somebody else may.
    standing.send_replace(Standing::Resigned);
    candidate.give_up().await;
    tracing::info!("the lease is given back");
}
