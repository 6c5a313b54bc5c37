//! What the header says of the connections, and who is asked about which.
//!
//! | polls are answered by | the database's link is | the feed's link is |
//! |---|---|---|
//! | the database | as queries find it | none |
//! | a collector's feed | off | as the feed's reader finds it |
//! | the one or the other, as a lease decides | as the lease finds it; to whoever polls also as queries do | as its reader finds it, to whoever does not poll |

use std::sync::Arc;

use crate::model::panel_data::{Failure, Feed, Link};
use crate::model::time::Moment;

/// What was found of the connections behind the polls.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The database, as queries found it.
    pub asked: Link,
    /// How the lease finds it, where one decides who asks.
    pub leased: Option<Leased>,
    /// How the collector of the feed is doing, where there is one.
    pub feed: Option<Feed>,
    /// A fed viewer asks the database itself.
    pub is_own: bool,
}

/// What the keeper of a lease tells.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leased {
    /// Queries go to the database; else the feed answers.
    pub is_direct: bool,
    pub database: Link,
}

impl Found {
    /// Queries go to the database, not to the feed.
    pub fn is_direct(&self) -> bool {
        match &self.leased {
            Some(leased) => leased.is_direct,
            None => self.feed.is_none() || self.is_own,
        }
    }

    /// How the database is. `is_asking`: queries find out at once when it is back.
    pub fn database(&self, is_asking: impl FnOnce() -> bool) -> &Link {
        let is_direct = self.is_direct();
        match &self.leased {
            Some(leased)
                if is_direct
                    && leased.database == Link::Up
                    && matches!(self.asked, Link::Down { .. })
                    && is_asking() =>
            {
                &self.asked
            }
            Some(leased) => &leased.database,
            None if is_direct => &self.asked,
            None => &Link::Off,
        }
    }

    /// The feed, as far as it matters.
    pub fn feed(&self) -> Option<&Feed> {
        let is_of_use = self.leased.is_none() || !self.is_direct();
        self.feed.as_ref().filter(|_| is_of_use)
    }
}

/// Marks `link` as answering; true when that is news.
pub(super) fn up(link: &mut Link) -> bool {
    let news = *link != Link::Up;
    *link = Link::Up;
    news
}

/// Marks `link` as down. The time it went down and the first reason stay until it is up again.
pub(super) fn down(link: &mut Link, why: Arc<Failure>, now: Moment) -> bool {
    let news = !matches!(link, Link::Down { .. });
    if news {
        *link = Link::Down { since: now, why };
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(why: &str) -> Link {
        Link::Down {
            since: Moment(0),
            why: Arc::new(Failure::new(why)),
        }
    }

    #[test]
    fn under_a_lease_queries_are_heard_while_they_are_asked_and_the_lease_else() {
        let mut found = Found {
            asked: gone("a query"),
            leased: Some(Leased {
                is_direct: true,
                database: Link::Up,
            }),
            feed: Some(Feed::default()),
            is_own: false,
        };
        assert_eq!(*found.database(|| true), gone("a query"));
        assert_eq!(*found.database(|| false), Link::Up);
        assert_eq!(found.feed(), None);
        found.leased = Some(Leased {
            is_direct: true,
            database: gone("the lease"),
        });
        assert_eq!(*found.database(|| true), gone("the lease"));
        found.leased = Some(Leased {
            is_direct: false,
            database: Link::Up,
        });
        assert_eq!(*found.database(|| true), Link::Up);
        assert!(found.feed().is_some());
    }

    #[test]
    fn a_fed_viewer_has_a_database_while_it_asks_one() {
        let mut found = Found {
            asked: Link::Up,
            feed: Some(Feed::default()),
            ..Found::default()
        };
        assert_eq!(*found.database(|| true), Link::Off);
        found.is_own = true;
        assert_eq!(*found.database(|| true), Link::Up);
        assert!(found.feed().is_some());
        found.feed = None;
        found.is_own = false;
        assert_eq!(*found.database(|| true), Link::Up);
    }
}
