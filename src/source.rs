//! Floor 3: connections, retries, decoding. The only room that names tokio-postgres and redis.
//! Sources send updates and never see a viewer.

pub mod postgres;
pub mod redis;

use crate::model::live::LiveItem;
use crate::model::panel_data::Link;

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
