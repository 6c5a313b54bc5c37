//! What the header says of the connections.

use std::sync::Arc;

use crate::model::panel_data::{Failure, Link};
use crate::model::time::Moment;

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
