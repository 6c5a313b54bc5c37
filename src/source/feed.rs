//! The feed: what one process was answered, for all others.
//!
//! A collector's hub puts each answer into a [`Tap`]; a publisher takes it from there, writes it as one
//! [`Published`] payload ([`codec`]) and sets it in Redis. A fed viewer's source reads it back: for its hub
//! it is a database that happens to have been asked already.

pub mod codec;
mod identity;
mod tap;

use std::sync::Arc;

use crate::model::inspection::Timings;
use crate::model::panel_data::Failure;
use crate::model::rowset::Rowset;
use crate::model::time::{Moment, TimeWindow};

pub use identity::{Identity, LONGEST, Wanted};
pub use tap::{Poured, Tap};

/// What a poll answered last, and how it is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Published {
    /// The last rows; none where there never were any.
    pub rows: Option<Rows>,
    /// How the newest poll failed; none when `rows` are its answer.
    pub failing: Option<Failing>,
}

/// A poll that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failing {
    /// Why.
    pub why: Arc<Failure>,
    /// When it is asked again, by the collector's clock.
    pub retry_at: Moment,
}

/// Rows, and which question they answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// When they were asked for, by the collector's clock.
    pub asked_at: Moment,
    /// The time range they were asked for.
    pub window: TimeWindow,
    /// What they cost the collector.
    pub timings: Timings,
    /// The rows.
    pub rowset: Arc<Rowset>,
}
