//! A live source that is away, in words for the header.

use std::sync::Arc;

use super::now;
use crate::model::panel_data::{Failure, Link};
use crate::model::time::Moment;

/// A connection that is away, from its loss to the next one that works.
pub(super) struct Outage {
    since: Moment,
    first: String,
    why: Failure,
}

impl Outage {
    /// With one more failed attempt, and whether it failed in another way.
    pub fn after(outage: Option<Self>, why: Failure) -> (Self, bool) {
        match outage {
            None => (
                Self {
                    since: now(),
                    first: why.summary.clone(),
                    why,
                },
                true,
            ),
            Some(outage) => {
                let news = outage.why.summary != why.summary;
                (Self { why, ..outage }, news)
            }
        }
    }

    /// The newest reason is what can be put right; the first is kept with it.
    pub fn link(&self) -> Link {
        let mut why = self.why.clone();
        if self.first != why.summary {
            why = why.detail(format!("first: {}", self.first));
        }
        Link::Down {
            since: self.since,
            why: Arc::new(why),
        }
    }
}
