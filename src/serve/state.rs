//! What the collector knows of itself, for whoever asks over HTTP.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::hub::Hub;
use crate::model::panel_data::{Failure, Feed};

/// How this replica stands among its like.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// The database has not been asked for the lease yet, or never answered.
    Unknown {
        /// Why not, after the first try.
        why: Option<Failure>,
    },
    /// Another replica polls; this one answers from the feed.
    Follower,
    /// It polls and publishes.
    Leader {
        /// Grows with every new leader.
        epoch: u64,
        /// Not after this, unless it is prolonged.
        until: Instant,
    },
    /// It led last, and the database does not answer: it keeps the last results alive until somebody of a
    /// later epoch publishes.
    Adrift {
        /// Its epoch.
        epoch: u64,
        /// Why the lease cannot be prolonged.
        why: Failure,
    },
    /// The lease was given back: the process is ending.
    Resigned,
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { .. } => write!(f, "unknown"),
            Self::Follower => write!(f, "follower"),
            Self::Leader { epoch, .. } => write!(f, "leader, epoch {epoch}"),
            Self::Adrift { epoch, why } => write!(f, "adrift, epoch {epoch}: {}", why.summary),
            Self::Resigned => write!(f, "resigned"),
        }
    }
}

impl Standing {
    /// The epoch under which this replica may publish; none for one that may not.
    pub fn epoch(&self) -> Option<u64> {
        match self {
            Self::Leader { epoch, .. } | Self::Adrift { epoch, .. } => Some(*epoch),
            _ => None,
        }
    }

    /// True while the lease is held by the clock of this machine.
    pub fn leads(&self, now: Instant) -> bool {
        matches!(self, Self::Leader { until, .. } if now < *until)
    }
}

/// One number that others read.
#[derive(Debug, Default)]
pub struct Number(AtomicU64);

impl Number {
    /// One more.
    pub fn count(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// As it is now.
    pub fn set(&self, value: u64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// The newest value.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// One number that is not always known.
#[derive(Debug)]
pub struct Gauge(AtomicU64);

/// Stands for none.
const UNKNOWN: u64 = u64::MAX;

impl Default for Gauge {
    fn default() -> Self {
        Self(AtomicU64::new(UNKNOWN))
    }
}

impl Gauge {
    /// As it is now.
    pub fn set(&self, value: Option<u64>) {
        self.0.store(value.unwrap_or(UNKNOWN), Ordering::Relaxed);
    }

    /// The newest value; none while nobody knows.
    pub fn get(&self) -> Option<u64> {
        let value = self.0.load(Ordering::Relaxed);
        (value != UNKNOWN).then_some(value)
    }
}

/// Upper ends of the buckets in which round trips are counted, in microseconds; the last bucket has none.
pub const ROUND_TRIPS: [u64; 11] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000,
];

/// What happened since the process began; gauges say how it is now.
#[derive(Debug, Default)]
pub struct Counters {
    /// Queries that PostgreSQL answered.
    pub queries: Number,
    /// Queries that failed.
    pub failures: Number,
    /// Rows in the answers.
    pub rows: Number,
    /// Microseconds that round trips took, all together.
    pub round_trip_micros: Number,
    /// Round trips by length, see [`ROUND_TRIPS`]; not cumulative.
    pub round_trips: [Number; ROUND_TRIPS.len() + 1],
    /// Results that were published.
    pub published: Number,
    /// Their bytes, compressed.
    pub published_bytes: Number,
    /// Results that were too large and published as a failure.
    pub too_large: Number,
    /// Publishing that Redis did not do.
    pub publish_failures: Number,
    /// Publishing that was refused because a later epoch has published.
    pub superseded: Number,
    /// Gauge: what viewers look at now.
    pub interests: Number,
    /// Gauge: of these, what the configuration does not know.
    pub unknown: Number,
    /// Members of the interest set that were no identity: too long, not readable, or too many.
    pub refused: Number,
    /// Microseconds that Redis took to answer the last heartbeat; none where it did not, and without the lease.
    pub redis_micros: Gauge,
    /// Who reads the feed, replicas not counted; known to whoever holds the lease.
    pub viewers: Gauge,
    /// Beats of the lease that the database did not answer.
    pub lease_failures: Number,
    /// How often this replica became the leader.
    pub elections: Number,
    /// Numbers of panels that became samples.
    pub recorded: Number,
    /// Numbers that did not and never will: refused, or too many waited for a database that was away.
    pub unrecorded: Number,
    /// Tries to record that came to nothing; most are repeated.
    pub record_failures: Number,
    /// Why panels cannot be recorded now; empty where they can.
    pub record_trouble: watch::Sender<String>,
    /// Tries to roll up or to remove what is too old that came to nothing.
    pub roll_up_failures: Number,
}

impl Counters {
    /// One more answer of PostgreSQL.
    pub fn answered(&self, round_trip: Duration, rows: usize) {
        let micros = u64::try_from(round_trip.as_micros()).unwrap_or(u64::MAX);
        let bucket = ROUND_TRIPS.partition_point(|end| *end < micros);
        self.queries.count();
        self.rows.add(rows as u64);
        self.round_trip_micros.add(micros);
        self.round_trips[bucket].count();
    }
}

/// What HTTP may ask. Cheap to clone.
#[derive(Clone, Debug)]
pub struct State {
    /// Data: its viewers poll here on the leader, and read the feed on a follower. [`Hub::configs`] has the
    /// configuration in force.
    pub hub: Hub,
    /// How this replica stands.
    pub standing: watch::Receiver<Standing>,
    /// The feed as a follower reads it.
    pub feed: watch::Receiver<Feed>,
    /// What happened.
    pub counters: Arc<Counters>,
    /// When the process began.
    pub since: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_counted_in_the_bucket_that_holds_it() {
        let counters = Counters::default();
        counters.answered(Duration::from_millis(1), 3);
        counters.answered(Duration::from_micros(1_001), 4);
        counters.answered(Duration::from_secs(90), 0);
        let buckets = counters.round_trips.each_ref().map(Number::get);
        assert_eq!(buckets, [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!((counters.queries.get(), counters.rows.get()), (3, 7));
    }

    #[test]
    fn nobody_leads_longer_than_the_lease() {
        let now = Instant::now();
        let until = now + Duration::from_secs(1);
        let standing = Standing::Leader { epoch: 3, until };
        assert!(standing.leads(now));
        assert!(!standing.leads(until));
        assert_eq!(standing.epoch(), Some(3));
        assert_eq!(Standing::Follower.epoch(), None);
    }
}
