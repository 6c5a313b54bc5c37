//! Who of several replicas polls: keeps the lease, and says how this one stands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{oneshot, watch};
use tokio::time::MissedTickBehavior;

use super::state::{Counters, Standing};
use crate::source::postgres::lease::{self, Candidate};

/// How long the lease is held at a time.
pub const TTL: Duration = Duration::from_secs(3);
/// How often it is prolonged, and how often followers try to get it.
pub const HEARTBEAT: Duration = Duration::from_secs(1);

/// Keeps or seeks the lease until told to resign; gives it back then. `rivals` are epochs that readers have seen and
/// this database never gave.
pub(super) async fn stand(
    mut candidate: Candidate,
    standing: watch::Sender<Standing>,
    counters: Arc<Counters>,
    mut rivals: watch::Receiver<u64>,
    mut resign: oneshot::Receiver<()>,
) {
    let mut beat = tokio::time::interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut uncertain: Option<String> = None;
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
        if answer.is_ok() {
            uncertain = None;
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
