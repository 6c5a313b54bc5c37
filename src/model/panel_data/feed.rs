//! How the collector behind a feed is doing.

use std::sync::Arc;

use super::{Failure, Link};
use crate::model::time::{Moment, SECOND};

/// The collector behind a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// The Redis that it comes through.
    pub link: Link,
    /// When it last gave a sign of life, by this machine's clock; none before the first.
    pub heard_at: Option<Moment>,
    /// Since when this machine listens.
    pub since: Option<Moment>,
    /// Why it publishes nothing new, as it says.
    pub trouble: Option<String>,
    /// It gave no sign of life for longer than [`SILENT_AFTER`].
    pub is_silent: bool,
    /// Who asks the database: this machine has what it takes.
    pub own: Own,
}

/// Whether a fed viewer could ask the database itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Own {
    /// It has no dashboards or credentials of its own.
    #[default]
    Cannot,
    /// It has, and is fed.
    Could,
    /// It does, with its own dashboards.
    Polls,
}

/// A sign of life of up to this age is drawn as a new one: there is one each second.
pub const FRESH: i64 = 2 * SECOND;
/// Longer silence is told.
pub const SILENT_AFTER: i64 = 10 * SECOND;

impl Feed {
    /// How long there was no sign of life, in microseconds.
    pub fn silence(&self, now: Moment) -> i64 {
        let last = self.heard_at.or(self.since);
        last.map_or(0, |last| now.since(last).max(0))
    }

    /// Why nothing new comes, once there was no sign of life for longer than [`SILENT_AFTER`].
    pub fn silent(&self, now: Moment) -> Option<Failure> {
        (self.silence(now) > SILENT_AFTER).then(|| self.no_sign(now))
    }

    /// The same of a feed that is what is looked at: not where its viewer asks the database instead.
    pub fn missed(&self, now: Moment) -> Option<Failure> {
        (self.own != Own::Polls).then(|| self.silent(now)).flatten()
    }

    /// That there is no newer sign of life, however long that is.
    pub fn no_sign(&self, now: Moment) -> Failure {
        if self.heard_at.is_none() {
            return Failure::new("no collector has published anything here yet")
                .detail("is `kpi serve` running, with this Redis and this [redis] prefix?");
        }
        let age = duration_words(self.silence(now) / SECOND);
        Failure::new(format!("the collector is silent since {age}"))
            .detail("is `kpi serve` still running?")
    }

    /// The way to the numbers: down, too, where Redis answers and the collector is silent.
    pub fn standing(&self, now: Moment) -> Link {
        match (&self.link, self.silent(now)) {
            (Link::Up | Link::Connecting, Some(why)) => Link::Down {
                since: self.heard_at.or(self.since).unwrap_or(now),
                why: Arc::new(why),
            },
            (link, _) => link.clone(),
        }
    }
}

/// `45 s`, `3 m`, `2 h`, `4 d`.
pub fn duration_words(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3_600 => format!("{} m", seconds / 60),
        3_600..86_400 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}
