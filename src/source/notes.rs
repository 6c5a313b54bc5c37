//! Notes: rows of the table `annotations` that people write, and their announcement.

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::postgres::write::Recorder;
use super::redis::{AnnounceError, Announcer, Keys, RedisTarget};
use crate::config;
use crate::model::live::{LiveEvent, LiveItem, LiveLevel};
use crate::model::panel_data::Failure;
use crate::model::time::Moment;

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// When, or since when.
    pub at: Moment,
    /// Until when; none for a moment.
    pub until: Option<Moment>,
    /// One line, not empty.
    pub text: String,
    /// What it is about.
    pub tags: Vec<String>,
}

/// Write this note.
#[derive(Clone, Debug)]
pub struct NoteRequest {
    /// Comes back with the answer.
    pub key: u64,
    /// The note.
    pub note: Note,
}

/// What became of a note.
#[derive(Clone, Debug)]
pub struct NoteUpdate {
    /// The request's key.
    pub key: u64,
    /// Written, or why not.
    pub result: Result<Written, Failure>,
}

/// A note that is in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Screens were told at once; false where no Redis is configured. Why not, where it failed: they find
    /// the note with their next poll.
    pub announced: Result<bool, Failure>,
}

/// Writes notes through `[database] url`, as the role that logs in there. Holds no connection between two
/// notes: they are rare.
#[derive(Clone, Debug)]
pub struct Writer {
    database: config::Database,
    redis: Option<(RedisTarget, Keys)>,
}

impl Writer {
    /// Opens no connection.
    pub fn new(database: config::Database, redis: Option<(RedisTarget, Keys)>) -> Self {
        Self { database, redis }
    }

    /// Writes a note, then announces it.
    ///
    /// # Errors
    /// It is not in the database; with what a person can do about it.
    pub async fn write(&self, note: &Note) -> Result<Written, Failure> {
        Recorder::new(&self.database, false)?.note(note).await?;
        Ok(Written {
            announced: self.announce(note).await,
        })
    }

    async fn announce(&self, note: &Note) -> Result<bool, Failure> {
        let Some((target, keys)) = &self.redis else {
            return Ok(false);
        };
        let event = LiveItem::Event(LiveEvent {
            text: note.text.clone(),
            level: LiveLevel::Info,
            at: note.at,
            labels: std::collections::BTreeMap::new(),
        });
        let mut announcer = Announcer::new(target.clone(), keys.clone());
        match announcer.announce(&[event]).await {
            Ok(_) => Ok(true),
            Err(AnnounceError::Failed(why)) => Err(why),
            Err(AnnounceError::Superseded) => Err(Failure::new("another writer has taken over")),
        }
    }
}

/// Writes one note after the other until the channel closes.
pub fn spawn(
    writer: Writer,
    mut requests: mpsc::Receiver<NoteRequest>,
    updates: mpsc::Sender<NoteUpdate>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        while let Some(NoteRequest { key, note }) = requests.recv().await {
            let result = writer.write(&note).await;
            if updates.send(NoteUpdate { key, result }).await.is_err() {
                return;
            }
        }
    })
}
