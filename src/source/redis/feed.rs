//! The feed in Redis: what viewers want, what the collector was answered, and that it lives.
//!
//! | key or channel | holds |
//! |---|---|
//! | `{kpi}:feed:beat` | hash: the collector's `epoch`, `holder`, `at` (this server's microseconds), version of its `definitions`, `trouble` |
//! | `{kpi}:feed:dashboards` | hash: `version` and `payload` of the dashboards' definitions |
//! | `{kpi}:feed:wanted` | sorted set: identities as JSON by when they end (this server's milliseconds) |
//! | `{kpi}:feed:result:…` | one published result each, by the identity's digest; expires |
//! | `{kpi}:feed:new` | channel: wakes collectors when something new is wanted |
//! | `{kpi}:feed:changed` | channel: digests of results that changed |
//!
//! Every write of a collector is one script that checks its epoch, as those of samples do. [`Publisher`] is
//! the collector's side, [`read`] the viewer's.

mod definitions;
mod publisher;
mod reader;
mod wake;

pub use definitions::{Definitions, definitions};
pub use publisher::{Beat, Beaten, Interests, Latest, OneResult, Publisher};
pub use reader::read;
pub use wake::{Wake, listen};

/// Most interests at a time.
pub const MOST_WANTED: usize = 8192;
