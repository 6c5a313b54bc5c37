//! Floor 3: the only owner of data. Knows which queries somebody looks at, polls each of them once
//! however many viewers show it, and publishes an immutable snapshot per viewer.
//!
//! ```text
//!  Viewer::look ──▶ ┌─────┐ ──Request──▶ source
//!                   │ hub │
//!  Snapshot ◀─watch─└─────┘ ◀──Update─── source
//! ```
//!
//! One task, no lock. A query nobody looks at is not polled; a failing query keeps its last rows.

mod annotations;
mod inspect;
mod key;
mod links;
mod live;
mod polled;
mod store;
mod variables;
mod viewer;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::config::Config;
use crate::model::compare::Compare;
use crate::model::panel_data::{Feed, Link, Links, PanelData, Recorded, Snapshot};
use crate::model::range::RangeSpec;
use crate::model::time::Moment;
use crate::model::variable::Selection;
use crate::source::feed::{Identity, Tap};
use crate::source::notes::{NoteRequest, NoteUpdate};
use crate::source::{LiveKind, LiveUpdate, Request, Update};

use store::Store;

pub use key::NOTES;
pub use viewer::{Hub, HubGone, Viewer};

/// Why nothing is asked where no database is configured: a failure's summary.
pub const NO_DATABASE: &str = "no database is configured";

/// Commands waiting at most; a viewer that sends more waits.
const COMMANDS: usize = 64;
/// Live updates taken in before a picture is published, keys and answers have their turn.
const LIVE_AT_ONCE: usize = 16;
/// After live updates were published, those that follow are gathered this long: a thousand a second one by
/// one would be a thousand pictures that nobody can see. Much shorter than a frame.
const LIVE_PAUSE: Duration = Duration::from_millis(4);

/// A wall clock; an argument so that tests own the time.
pub type Clock = fn() -> Moment;

/// The way to the database source: bounded both ways. None where no database is configured.
#[derive(Debug)]
pub struct DatabaseLink {
    /// Requests to it.
    pub requests: mpsc::Sender<Request>,
    /// Its answers.
    pub updates: mpsc::Receiver<Update>,
}

/// The way to whoever writes notes; bounded both ways.
#[derive(Debug)]
pub struct NotesLink {
    /// Notes to write.
    pub requests: mpsc::Sender<NoteRequest>,
    /// What became of them.
    pub updates: mpsc::Receiver<NoteUpdate>,
}

/// Where the hub's data comes from; nothing is a hub that only says what is missing.
#[derive(Debug, Default)]
pub struct Sources {
    /// Polls.
    pub database: Option<DatabaseLink>,
    /// What moves panels between polls.
    pub live: Option<(LiveKind, mpsc::Receiver<LiveUpdate>)>,
    /// Where viewers' notes go.
    pub notes: Option<NotesLink>,
    /// How the collector is doing, where polls are answered by its feed.
    pub feed: Option<watch::Receiver<Feed>>,
    /// Where a lease decides who asks the database.
    pub lease: Option<Lease>,
    /// Where answers go that others follow.
    pub tap: Option<Tap>,
    /// For a fed viewer that could ask the database itself.
    pub own: Option<Own>,
    /// Where panels' answers go to be kept outside; what it has no room for is dropped.
    pub kept: Option<mpsc::Sender<Kept>>,
    /// Polls are answered by a file: each is asked once, and the clock stands where the file was made.
    pub recorded: Option<Arc<Recorded>>,
}

/// What the keeper of a lease tells.
#[derive(Debug)]
pub struct Lease {
    /// Whether polls go to the database; else the feed answers.
    pub is_direct: watch::Receiver<bool>,
    /// How the lease finds the database.
    pub database: watch::Receiver<Link>,
}

/// A panel's newest answer, or its failure with the last rows.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it answers.
    pub identity: Arc<Identity>,
    /// It is what a viewer sees who chose no variable.
    pub is_default: bool,
    /// The panel's title with what variables stand for.
    pub title: String,
    /// The answer.
    pub data: Arc<PanelData>,
}

/// What a fed viewer asks the database itself. Never what the feed says: nobody lends his rights to whoever
/// writes to Redis.
#[derive(Debug)]
pub struct Own {
    /// Its own dashboards.
    pub config: Arc<Config>,
    /// Told whether it does.
    pub polls: watch::Sender<bool>,
}

/// What a viewer looks at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Looking {
    /// The configuration that the indices below count in, see [`Snapshot::config_revision`].
    pub config_revision: u64,
    /// Which dashboard of the configuration.
    pub dashboard: usize,
    /// The viewer's range, in place of the dashboard's.
    pub range: Option<RangeSpec>,
    /// What the viewer chose for variables.
    pub variables: Selection,
    /// What the panels are compared with.
    pub compare: Compare,
    /// Panels in sight and their width in cells.
    pub panels: Vec<(usize, u16)>,
    /// The panel whose [`Inspection`](crate::model::inspection::Inspection) is on screen: its changes are
    /// visible ones.
    pub inspected: Option<usize>,
    /// The viewer's picture stands still; nothing is polled for it.
    pub paused: bool,
}

/// What became of the questions that are followed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Following {
    /// They are polled, or will be when a variable's value is known.
    pub known: usize,
    /// The configuration does not know them.
    pub unknown: usize,
}

/// A configuration, and how many there were before it.
#[derive(Clone, Debug)]
pub struct Configs {
    /// Grows with each.
    pub revision: u64,
    /// The newest.
    pub config: Arc<Config>,
}

/// How the hub is doing.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The connections.
    pub links: Links,
    /// Every viewer is told what is wrong, see [`Hub::complain`].
    pub is_complaining: bool,
}

enum Command {
    Open(
        Looking,
        oneshot::Sender<(u64, watch::Receiver<Arc<Snapshot>>)>,
    ),
    Look(u64, Looking),
    Refresh(u64),
    Explain(u64, usize, bool),
    Annotate(u64, String, Option<Moment>),
    Reload(Arc<Config>),
    Tell(Result<String, String>),
    Stand(Option<String>),
    PollMyself,
    Follow(Vec<Arc<Identity>>, oneshot::Sender<Following>),
    Close(u64),
}

async fn run(mut store: Store, mut inbox: mpsc::Receiver<Command>, sources: Sources) {
    let mut live = sources.live;
    let mut feed = sources.feed;
    let mut lease = sources.lease;
    let mut noted = sources.notes.map(|link| link.updates);
    let (requests, mut updates) = match sources.database {
        Some(link) => (Some(link.requests), Some(link.updates)),
        None => (None, None),
    };
    let mut pause: Option<Instant> = None;
    loop {
        store.collect_due(Instant::now());
        store.publish();
        let next = store.next_due();
        let has_backlog = store.has_backlog();
        tokio::select! {
            command = inbox.recv() => match command {
                Some(command) => obey(&mut store, command),
                None => return,
            },
            update = receive(&mut updates) => match update {
                Some(update) => {
                    // What was said of the feed before its answers is known with them.
                    if let Some(heard) = news(&mut feed) {
                        store.heard(heard, Instant::now());
                    }
                    store.apply(update, Instant::now());
                    // What arrived together is published together.
                    while let Some(more) = updates.as_mut().and_then(|updates| updates.try_recv().ok()) {
                        store.apply(more, Instant::now());
                    }
                }
                None => updates = None,
            },
            update = receive_live(&mut live), if pause.is_none() => match update {
                Some((kind, update)) => {
                    store.apply_live(kind, update, Instant::now());
                    let more = live.iter_mut().flat_map(|(_, updates)| {
                        std::iter::from_fn(|| updates.try_recv().ok()).take(LIVE_AT_ONCE)
                    });
                    for update in more {
                        store.apply_live(kind, update, Instant::now());
                    }
                    pause = Some(Instant::now() + LIVE_PAUSE);
                }
                None => live = None,
            },
            update = receive(&mut noted) => match update {
                Some(update) => store.noted(update, Instant::now()),
                None => noted = None,
            },
            heard = heard(&mut feed) => match heard {
                Some(heard) => store.heard(heard, Instant::now()),
                None => feed = None,
            },
            leased = leased(&mut lease) => match leased {
                Some((is_direct, database)) => store.leased(is_direct, database, Instant::now()),
                None => lease = None,
            },
            permit = reserve(requests.as_ref()), if has_backlog => match permit {
                Some(permit) => {
                    if let Some(request) = store.next_request(Instant::now()) {
                        permit.send(request);
                    }
                }
                None => return,
            },
            () = sleep_until(next), if next.is_some() => {}
            () = sleep_until(pause), if pause.is_some() => pause = None,
        }
        store.publish();
    }
}

fn obey(store: &mut Store, command: Command) {
    let now = Instant::now();
    match command {
        Command::Open(looking, reply) => {
            let opened = store.open(looking, now);
            let id = opened.0;
            if reply.send(opened).is_err() {
                store.close(id);
            }
        }
        Command::Look(viewer, looking) => store.look(viewer, looking, now),
        Command::Refresh(viewer) => store.refresh(viewer, now),
        Command::Explain(viewer, panel, analyze) => store.explain(viewer, panel, analyze),
        Command::Annotate(viewer, text, at) => store.annotate(viewer, &text, at, now),
        Command::Reload(config) => store.reload(&config, now),
        Command::Tell(said) => store.tell_all(said, now),
        Command::Stand(why) => store.stand(why),
        Command::PollMyself => store.poll_myself(now),
        Command::Follow(identities, reply) => {
            // Whoever asked may be gone; what it wanted holds.
            let _ = reply.send(store.follow(identities, now));
        }
        Command::Close(viewer) => store.close(viewer),
    }
}

/// The next state of the collector that differs visibly or not.
async fn heard(feed: &mut Option<watch::Receiver<Feed>>) -> Option<Feed> {
    match feed {
        Some(feed) => {
            feed.changed().await.ok()?;
            Some(feed.borrow_and_update().clone())
        }
        None => std::future::pending().await,
    }
}

/// What the lease's keeper tells next; none when he is gone.
async fn leased(lease: &mut Option<Lease>) -> Option<(bool, Link)> {
    let Some(lease) = lease else {
        return std::future::pending().await;
    };
    let changed = tokio::select! {
        changed = lease.is_direct.changed() => changed,
        changed = lease.database.changed() => changed,
    };
    changed.ok()?;
    let is_direct = *lease.is_direct.borrow_and_update();
    Some((is_direct, lease.database.borrow_and_update().clone()))
}

/// The state of the collector, where it was not yet taken in.
fn news(feed: &mut Option<watch::Receiver<Feed>>) -> Option<Feed> {
    let feed = feed.as_mut()?;
    let is_news = feed.has_changed().is_ok_and(|changed| changed);
    is_news.then(|| feed.borrow_and_update().clone())
}

async fn receive<T>(updates: &mut Option<mpsc::Receiver<T>>) -> Option<T> {
    match updates {
        Some(updates) => updates.recv().await,
        None => std::future::pending().await,
    }
}

async fn receive_live(
    live: &mut Option<(LiveKind, mpsc::Receiver<LiveUpdate>)>,
) -> Option<(LiveKind, LiveUpdate)> {
    match live {
        Some((kind, updates)) => updates.recv().await.map(|update| (*kind, update)),
        None => std::future::pending().await,
    }
}

async fn reserve(requests: Option<&mpsc::Sender<Request>>) -> Option<mpsc::Permit<'_, Request>> {
    match requests {
        Some(requests) => requests.reserve().await.ok(),
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
