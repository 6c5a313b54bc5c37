//! The hub's doors: opening one, and what a viewer may ask through its own.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

use super::store::Store;
use super::{COMMANDS, Clock, Command, Condition, Configs, Following, Looking, Sources, run};
use crate::config::Config;
use crate::model::panel_data::Snapshot;
use crate::model::time::Moment;
use crate::source::feed::Identity;

/// The hub's door. Cheap to clone; the hub ends when the last door and viewer are gone.
#[derive(Clone, Debug)]
pub struct Hub {
    commands: mpsc::Sender<Command>,
    configs: watch::Receiver<Configs>,
    condition: watch::Receiver<Condition>,
}

/// The hub is gone: the program is ending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the hub has ended")]
pub struct HubGone;

impl Hub {
    /// Starts the hub's task on the current runtime.
    pub fn spawn(config: Arc<Config>, mut sources: Sources, clock: Clock) -> Self {
        let (commands, inbox) = mpsc::channel(COMMANDS);
        let revision = 0;
        let (keep, configs) = watch::channel(Configs { revision, config });
        let notes = sources.notes.as_ref().map(|link| link.requests.clone());
        let tap = sources.tap.clone();
        let mut store = Store::new(keep, sources.database.is_some(), notes, tap, clock);
        store.may_poll(sources.own.take());
        store.keep_in(sources.kept.take());
        store.replay(sources.recorded.take());
        if let Some(lease) = &sources.lease {
            let (is_direct, database) = (*lease.is_direct.borrow(), lease.database.borrow());
            store.leased(is_direct, database.clone(), Instant::now());
        }
        if let Some(feed) = &sources.feed {
            store.heard(feed.borrow().clone(), Instant::now());
        }
        let condition = store.condition();
        tokio::spawn(run(store, inbox, sources));
        Self {
            commands,
            configs,
            condition,
        }
    }

    /// How it is doing.
    pub fn condition(&self) -> Condition {
        self.condition.borrow().clone()
    }

    /// The configuration in force.
    pub fn configs(&self) -> Configs {
        self.configs.borrow().clone()
    }

    /// The configurations to come, and the one in force.
    pub fn watch_configs(&self) -> watch::Receiver<Configs> {
        self.configs.clone()
    }

    /// A new viewer that looks at `looking`.
    pub async fn open(&self, looking: Looking) -> Result<Viewer, HubGone> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Open(looking, reply)).await?;
        let (id, snapshots) = answer.await.map_err(|_| HubGone)?;
        Ok(Viewer {
            id,
            commands: self.commands.clone(),
            snapshots,
            configs: self.configs.clone(),
        })
    }

    /// Goes on with another configuration: queries that are the same keep their data, viewers keep their
    /// dashboard and panels by name. Connections stay as they are.
    pub async fn reload(&self, config: Arc<Config>) -> Result<(), HubGone> {
        self.send(Command::Reload(config)).await
    }

    /// Tells every viewer something for some seconds: good news, or bad ones.
    pub async fn tell(&self, said: Result<String, String>) -> Result<(), HubGone> {
        self.send(Command::Tell(said)).await
    }

    /// Tells every viewer what is wrong, from now on; none when it is over.
    pub async fn complain(&self, why: Option<String>) -> Result<(), HubGone> {
        self.send(Command::Stand(why)).await
    }

    /// From now on polls what answers exactly these questions, and pours each answer into the
    /// [`Sources::tap`](super::Sources); those known already at once. Replaces what was followed before; following the same
    /// again pours what is asked rarely, or only once, again.
    pub async fn follow(&self, identities: Vec<Arc<Identity>>) -> Result<Following, HubGone> {
        let (reply, answer) = oneshot::channel();
        self.send(Command::Follow(identities, reply)).await?;
        answer.await.map_err(|_| HubGone)
    }

    async fn send(&self, command: Command) -> Result<(), HubGone> {
        self.commands.send(command).await.map_err(|_| HubGone)
    }
}

/// One viewer's window into the hub. Dropping it ends its interest.
#[derive(Debug)]
pub struct Viewer {
    id: u64,
    commands: mpsc::Sender<Command>,
    /// Latest wins: a slow viewer sees fewer, never older.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
    /// The configuration in force; never older than a snapshot that counts in it.
    pub configs: watch::Receiver<Configs>,
}

impl Viewer {
    /// Looks at something else from now on. Ignored when it counts in an older configuration than the
    /// hub's: a snapshot of the newer one is on its way.
    pub async fn look(&self, looking: Looking) -> Result<(), HubGone> {
        self.send(Command::Look(self.id, looking)).await
    }

    /// Asks everything in sight now.
    pub async fn refresh(&self) -> Result<(), HubGone> {
        self.send(Command::Refresh(self.id)).await
    }

    /// Asks how PostgreSQL runs a panel's statement as it was sent last; with `analyze` by running it,
    /// read-only. The answer is in [`Snapshot::plan`].
    pub async fn explain(&self, panel: usize, analyze: bool) -> Result<(), HubGone> {
        self.send(Command::Explain(self.id, panel, analyze)).await
    }

    /// Writes a note, dated now where nothing else is said. What became of it is in [`Snapshot::notice`].
    pub async fn annotate(&self, text: String, at: Option<Moment>) -> Result<(), HubGone> {
        self.send(Command::Annotate(self.id, text, at)).await
    }

    /// From now on asks the database itself instead of the feed, or the other way round. Nothing where that
    /// cannot be.
    pub async fn poll_myself(&self) -> Result<(), HubGone> {
        self.send(Command::PollMyself).await
    }

    /// The newest snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    async fn send(&self, command: Command) -> Result<(), HubGone> {
        self.commands.send(command).await.map_err(|_| HubGone)
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        // Full means the hub is busy: it finds the closed watch channel by itself.
        let _ = self.commands.try_send(Command::Close(self.id));
    }
}
