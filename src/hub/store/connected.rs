//! How the connections are: what each tells, and what its return sets going.

use tokio::time::Instant;

use super::Store;
use crate::hub::links::{self, Leased};
use crate::hub::polled::LinkNews;
use crate::model::panel_data::{self as feed, Feed, Health, Link};

impl Store {
    /// A query tells of the database.
    pub(super) fn found(&mut self, news: LinkNews, now: Instant) {
        match news {
            LinkNews::Up => {
                let was_down = matches!(self.found.asked, Link::Down { .. });
                if links::up(&mut self.found.asked) {
                    tracing::info!("the database answers");
                }
                if was_down {
                    self.ask_what_fails(now);
                }
            }
            LinkNews::Down(why) => {
                let summary = why.summary.clone();
                let clock = self.now();
                if links::down(&mut self.found.asked, why, clock) {
                    tracing::warn!(why = summary, "the database does not answer");
                }
            }
            LinkNews::Unknown => {}
        }
    }

    /// The lease tells who asks, and how it finds the database.
    pub fn leased(&mut self, is_direct: bool, database: Link, now: Instant) {
        let leased = Leased {
            is_direct,
            database,
        };
        let before = self.found.leased.replace(leased.clone());
        let was_down = |link: &Link| matches!(link, Link::Down { .. });
        let is_back = leased.database == Link::Up
            && before.as_ref().is_some_and(|one| was_down(&one.database));
        if before.is_none_or(|one| one.is_direct != is_direct) || is_back {
            // What queries found before is not how it is now.
            self.found.asked = Link::Connecting;
        }
        if is_back && is_direct {
            self.ask_what_fails(now);
        }
        self.show_feed();
    }

    /// The collector gave a sign of life, or its feed is away.
    pub fn heard(&mut self, feed: Feed, now: Instant) {
        let own = match &self.own {
            None => feed::Own::Cannot,
            Some(_) if self.found.is_own => feed::Own::Polls,
            Some(_) => feed::Own::Could,
        };
        let before = self.found.feed.replace(Feed { own, ..feed });
        let is_up = self.found.feed.as_ref().map(|feed| &feed.link) == Some(&Link::Up);
        let was_down = before.is_some_and(|feed| matches!(feed.link, Link::Down { .. }));
        if was_down && is_up && !self.found.is_direct() {
            self.ask_what_fails(now);
        }
        self.show_feed();
    }

    fn show_feed(&mut self) {
        let feed = self.found.feed();
        if self.links.feed.as_ref() != feed {
            self.links.feed = feed.cloned();
            self.changed = true;
        }
    }

    /// The cause is gone: nobody waits out a back-off.
    fn ask_what_fails(&mut self, now: Instant) {
        for polled in self.polled.values_mut().filter(|one| one.lookers > 0) {
            if polled.due.is_some() && matches!(polled.data.health, Health::Failed { .. }) {
                polled.due = Some(now);
            }
        }
    }

    /// Takes into the picture how the database is.
    pub(super) fn show_database(&mut self) {
        let is_asking = || {
            let mut all = self.polled.values();
            all.any(|one| one.lookers > 0 && one.key.sql(&self.config).is_some())
        };
        let database = self.found.database(is_asking);
        if self.links.database != *database {
            self.links.database = database.clone();
            self.changed = true;
        }
    }
}
