//! Floor 3: connections, retries, decoding. The only room that names tokio-postgres and redis.
//! Sources send updates and never see a viewer.

mod backoff;
pub mod bundle;
pub mod feed;
pub mod notes;
pub mod notify;
mod outage;
mod outbox;
pub mod postgres;
pub mod redis;
pub mod way;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::model::inspection::Timings;
use crate::model::live::LiveItem;
use crate::model::panel_data::{Link, Shape};
use crate::model::rowset::Rowset;
use crate::model::time::{Moment, TimeWindow};

/// Ask the database for one panel. The hub keeps at most one pending request per key.
#[derive(Clone, Debug)]
pub struct Request {
    /// Comes back with the answer.
    pub key: u64,
    /// The statement, macros expanded.
    pub sql: String,
    /// Deadline for waiting + connecting + the answer.
    pub timeout: Duration,
    /// Most rows.
    pub row_limit: usize,
    /// The dashboard's zone, by its IANA name.
    pub time_zone: Option<String>,
    /// Who asks, for a source that was told the answer; none for what only the database can be asked.
    pub identity: Option<Arc<feed::Identity>>,
    /// How often it is asked; none for what is asked once.
    pub refresh: Option<Duration>,
    /// A fed viewer asks its own database what its own configuration says.
    pub is_own: bool,
}

/// The answer to one request; from the feed also news that nobody asked for.
#[derive(Debug)]
pub struct Update {
    /// The request's key.
    pub key: u64,
    /// Rows, or why there are none.
    pub result: Result<Answer, Box<postgres::QueryError>>,
}

impl Update {
    /// True when the feed of a collector says it; the database itself was not asked.
    pub fn is_told(&self) -> bool {
        match &self.result {
            Ok(answer) => matches!(&answer.origin, Some(origin) if origin.recorded.is_none()),
            Err(error) => error.is_told(),
        }
    }
}

/// Rows and what they cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The rows.
    pub rowset: Rowset,
    /// Where the time went.
    pub timings: Timings,
    /// Somebody else asked, and not because of the request; none for an answer to the request itself.
    pub origin: Option<Origin>,
}

/// Which question an answer from the feed answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Origin {
    /// When it was asked.
    pub asked_at: Moment,
    /// The time range it was asked for.
    pub window: TimeWindow,
    /// A later poll failed: these are the last rows there are.
    pub failing: Option<feed::Failing>,
    /// What only a file tells besides.
    pub recorded: Option<Box<FromFile>>,
}

/// What a file tells of an answer besides the rows.
#[derive(Clone, Debug, PartialEq)]
pub struct FromFile {
    /// What `$__interval` stood for, in microseconds.
    pub interval: i64,
    /// What was drawn, where live samples had moved it on from the rows.
    pub moved: Option<Shape>,
    /// The newest time in that; none where the rows tell.
    pub newest_at: Option<Moment>,
    /// The rows are from then, and know no other time.
    pub as_of: Option<Moment>,
    /// Of the range that was asked for only this part was recorded; none where all of it was.
    pub held: Option<TimeWindow>,
}

impl Answer {
    /// Rows that cost nothing.
    pub fn of(rowset: Rowset) -> Self {
        Self {
            rowset,
            timings: Timings::default(),
            origin: None,
        }
    }
}

/// Where live updates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveKind {
    /// The stream in Redis.
    Redis,
    /// PostgreSQL's NOTIFY.
    Notify,
}

/// What a live source tells. A consumer meets samples and events again after a [`LiveUpdate::Snapshot`]:
/// it compares them by time, and events also by text.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveUpdate {
    /// The connection's state changed.
    Link(Link),
    /// The latest value of each metric and the newest events, after connecting or after a hole.
    Snapshot(Vec<LiveItem>),
    /// What came since, in the order it was written.
    Items(Vec<LiveItem>),
    /// A metric somebody wants polled again.
    Refresh(String),
    /// Something was missed: poll again. Whatever was announced before this was sent is in the database.
    Resync {
        /// A few words for the header.
        why: String,
        /// What to poll; none for everything.
        metrics: Option<Vec<String>>,
    },
    /// This many more items were given up, unreadable or because the consumer is behind.
    Dropped(u64),
}

/// This machine's clock.
fn now() -> Moment {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Moment(since.as_micros() as i64)
}
