//! Live updates through Redis: latest values in a hash, changes in a capped stream, Pub/Sub for wishes.
//!
//! | key or channel | holds |
//! |---|---|
//! | `{kpi}:latest` | hash: metric → its newest sample as JSON; `_seq` counts entries, `_id` is the last one's id |
//! | `{kpi}:log` | capped stream, one entry a sample or event: `seq` and `json`, or flat fields by hand |
//! | `{kpi}:events` | list: the newest 100 events, newest first |
//! | `{kpi}:tick` | channel: the sequence number, for those who do not read the stream |
//! | `kpi:refresh` | channel: the name of a metric to poll again |
//!
//! [`follow`] reads, [`Announcer`] writes, [`examine`] is the doctor. [`follow`] does not subscribe to the
//! tick: `XREAD BLOCK` wakes with the entry itself.

mod connect;
mod dial;
mod doctor;
mod entry;
pub mod feed;
mod keys;
mod position;
mod reader;
mod sentinel;
mod subscriber;
mod url;
mod words;
mod writer;

pub use doctor::examine;
pub use keys::Keys;
pub use reader::follow;
pub use url::RedisTarget;
pub use writer::{AnnounceError, Announcer};

use super::now;
