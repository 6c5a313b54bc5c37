//! Follows the stream: a snapshot of the hash, then `XREAD BLOCK` from its id, for ever.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::{Cmd, Value};
use tokio::sync::mpsc;

use super::connect::{Line, PATIENCE, Purpose, text};
use super::entry::{Entry, Id, entries};
use super::keys::Keys;
use super::now;
use super::position::{Books, Position, StreamBooks};
use super::subscriber;
use super::url::RedisTarget;
use crate::model::live::{LiveError, LiveItem};
use crate::model::panel_data::{Failure, Link};
use crate::source::LiveUpdate;
use crate::source::backoff::Backoff;
use crate::source::outage::Outage;
use crate::source::outbox::{MOST_AT_ONCE, Outbox};

/// A blocked read cannot notice a stream that was wiped: it comes back this often to look.
const BLOCK: Duration = Duration::from_secs(1);
/// How often a reader that is never idle looks at the books.
const LOOK: Duration = Duration::from_secs(1);
/// Unreadable entries whose reason is written to the log.
const TOLD: u32 = 100;
/// Newest events in a snapshot.
pub(super) const EVENTS: usize = 100;

/// Follows the live updates under `keys` until the receiver of `updates` is dropped.
///
/// Two connections: one that blocks on the stream, one subscribed to [`Keys::refresh`]. Both reconnect for
/// ever, after 0.2 s to 5 s. What `updates` has no room for waits here, at most 20,000 items: beyond, the
/// newest per metric is kept, the rest is counted and its metrics are to be polled again.
///
/// After the first [`LiveUpdate::Snapshot`] a consumer polls once: what came between its own first poll
/// and the snapshot is in neither.
pub async fn follow(target: RedisTarget, keys: Keys, updates: mpsc::Sender<LiveUpdate>) {
    let target = Arc::new(target);
    let outbox = Arc::new(Outbox::default());
    tokio::select! {
        () = outbox.deliver(updates) => {}
        () = read(&target, &keys, &outbox) => {}
        () = subscriber::listen(Arc::clone(&target), keys.clone(), Arc::clone(&outbox)) => {}
    }
}

async fn read(target: &Arc<RedisTarget>, keys: &Keys, outbox: &Outbox) {
    let mut backoff = Backoff::new();
    let mut reader = Reader {
        keys,
        outbox,
        position: None,
        unknown_versions: BTreeSet::new(),
        misread: 0,
    };
    let mut outage: Option<Outage> = None;
    outbox.link(Link::Connecting);
    loop {
        let why = match Line::open(target, Purpose::Commands(&keys.latest)).await {
            Ok(line) => {
                let mut up = false;
                let why = reader
                    .session(&line, || {
                        up = true;
                        outbox.link(Link::Up);
                    })
                    .await;
                if up {
                    backoff.reset();
                    outage = None;
                }
                why
            }
            Err(why) => why,
        };
        tracing::debug!(why = why.summary, "the live stream is away");
        let (still, news) = Outage::after(outage, why);
        if news {
            outbox.link(still.link());
        }
        outage = Some(still);
        tokio::time::sleep(backoff.wait(fastrand::f64())).await;
    }
}

struct Reader<'a> {
    keys: &'a Keys,
    outbox: &'a Outbox,
    position: Option<Position>,
    unknown_versions: BTreeSet<String>,
    misread: u32,
}

impl Reader<'_> {
    /// Reads until the connection fails.
    async fn session(&mut self, line: &Line, up: impl FnMut()) -> Failure {
        match self.try_session(line, up).await {
            Ok(never) => match never {},
            Err(why) => why,
        }
    }

    async fn try_session(
        &mut self,
        line: &Line,
        mut up: impl FnMut(),
    ) -> Result<std::convert::Infallible, Failure> {
        let run = run_id(line).await?;
        let mut position = match self.position.take() {
            None => self.snapshot(line, run).await?,
            Some(old) => {
                // Another process may have lost what this position counts, without a trace in its numbers.
                let other = run.is_none() || run != old.run;
                let kept = self.position.insert(old).clone();
                match self.resume(line, kept, other).await? {
                    Ok(position) => position,
                    Err(why) => self.resync(line, run, &why).await?,
                }
            }
        };
        // Kept for the next connection from here on: the first read may be the one that fails.
        self.position = Some(position.clone());
        up();
        let mut looked = Instant::now();
        loop {
            let found = self.next(line, position.cursor).await?;
            let idle = found.is_empty();
            let mut sound = position.advance(&found);
            self.hand_on(found);
            if sound.is_ok() && (idle || looked.elapsed() >= LOOK) {
                looked = Instant::now();
                sound = position.compare(&self.books(line).await?);
            }
            if let Err(why) = sound {
                position = self.resync(line, position.run, &why).await?;
            }
            self.position = Some(position.clone());
        }
    }

    /// Whether a position from an earlier connection still holds.
    async fn resume(
        &self,
        line: &Line,
        mut old: Position,
        other: bool,
    ) -> Result<Result<Position, String>, Failure> {
        if other {
            return Ok(Err("Redis restarted or failed over".to_owned()));
        }
        let sound = old.compare(&self.books(line).await?);
        Ok(sound.map(|()| old))
    }

    /// Takes a new snapshot, and only then asks for a poll: the poll then holds all that the snapshot skips.
    async fn resync(
        &self,
        line: &Line,
        run: Option<String>,
        why: &str,
    ) -> Result<Position, Failure> {
        tracing::info!(why, "live updates: resync");
        let position = self.snapshot(line, run).await?;
        self.outbox.hole(why, None);
        Ok(position)
    }

    async fn snapshot(&self, line: &Line, run: Option<String>) -> Result<Position, Failure> {
        let mut events = redis::cmd("LRANGE");
        events.arg(&self.keys.events).arg(0).arg(EVENTS - 1);
        let answers = line
            .ask_atomically(&[
                redis::cmd("HGETALL").arg(&self.keys.latest).to_owned(),
                self.stream_info(),
                events,
            ])
            .await?;
        let mut answers = answers.into_iter();
        let mut next = || answers.next().unwrap_or(Value::Nil);
        let (hash, stream, events) = (next(), next(), next());
        for answer in [&hash, &events] {
            if let Value::ServerError(error) = answer {
                return Err(line.refused(error));
            }
        }
        let mut books = Books {
            stream: stream_books(line, &stream)?,
            ..Books::default()
        };
        let mut items = Vec::new();
        // The list holds the newest event first.
        for json in list(events).into_iter().rev() {
            items.extend(LiveItem::from_json(&json, now()).ok());
        }
        let fields = list(hash);
        for pair in fields.chunks_exact(2) {
            let (name, value) = (pair[0].as_slice(), pair[1].as_slice());
            match name {
                b"_seq" => books.seq = parsed(value).unwrap_or_default(),
                b"_id" => books.id = parsed(value),
                [b'_', ..] => {}
                _ => items.extend(LiveItem::from_json(value, now()).ok()),
            }
        }
        self.outbox.snapshot(items);
        Ok(Position::after_snapshot(&books, run))
    }

    fn stream_info(&self) -> Cmd {
        let mut command = redis::cmd("XINFO");
        command.arg("STREAM").arg(&self.keys.log);
        command
    }

    async fn books(&self, line: &Line) -> Result<Books, Failure> {
        let mut fields = redis::cmd("HMGET");
        fields.arg(&self.keys.latest).arg("_seq").arg("_id");
        let answers = line.ask_atomically(&[fields, self.stream_info()]).await?;
        let mut answers = answers.into_iter();
        let hash = answers.next().unwrap_or(Value::Nil);
        if let Value::ServerError(error) = &hash {
            return Err(line.refused(error));
        }
        let hash = list(hash);
        Ok(Books {
            seq: hash.first().and_then(|seq| parsed(seq)).unwrap_or_default(),
            id: hash.get(1).and_then(|id| parsed(id)),
            stream: stream_books(line, &answers.next().unwrap_or(Value::Nil))?,
        })
    }

    async fn next(&self, line: &Line, cursor: Id) -> Result<Vec<Entry>, Failure> {
        let mut command = redis::cmd("XREAD");
        command
            .arg("COUNT")
            .arg(MOST_AT_ONCE)
            .arg("BLOCK")
            .arg(BLOCK.as_millis() as u64)
            .arg("STREAMS")
            .arg(&self.keys.log)
            .arg(cursor.to_string());
        let answer = line.ask_within(&command, BLOCK + PATIENCE).await?;
        entries(answer).ok_or_else(|| {
            Failure::new(format!(
                "Redis at {} answers XREAD with something else",
                line.place()
            ))
        })
    }

    /// What cannot be read is counted; of an unknown version, which is told once, the metric is polled.
    fn hand_on(&mut self, found: Vec<Entry>) {
        let mut unreadable = 0;
        let mut items = Vec::with_capacity(found.len());
        for entry in found {
            match entry.item {
                Ok(item) => items.push(item),
                Err(error) => {
                    unreadable += 1;
                    self.misread(&error);
                }
            }
        }
        if !items.is_empty() {
            self.outbox.items(items);
        }
        if unreadable > 0 {
            self.outbox.dropped(unreadable);
        }
    }

    fn misread(&mut self, error: &LiveError) {
        let LiveError::Version { version, metric } = error else {
            // The header counts them all; a flood of them must not fill the disk.
            if self.misread < TOLD {
                self.misread += 1;
                tracing::warn!(%error, "a live sample cannot be read");
            }
            return;
        };
        // Bounded: versions come from outside.
        if self.unknown_versions.len() < 16 && self.unknown_versions.insert(version.clone()) {
            tracing::warn!(%error, "a live sample cannot be read");
            let metrics = metric.iter().cloned().collect();
            self.outbox
                .hole(&format!("payload version {version} unknown"), Some(metrics));
        }
    }
}

/// Which process answers; none when this user may not ask.
async fn run_id(line: &Line) -> Result<Option<String>, Failure> {
    let answers = line
        .ask_all(redis::pipe().cmd("INFO").arg("server"))
        .await?;
    Ok(answers.first().and_then(text).and_then(|info| {
        info.lines()
            .find_map(|row| row.strip_prefix("run_id:"))
            .map(|id| id.trim().to_owned())
    }))
}

/// No stream is no error; everything else is.
fn stream_books(line: &Line, answer: &Value) -> Result<Option<StreamBooks>, Failure> {
    if let Value::ServerError(error) = answer {
        if error.code() == "ERR"
            && error
                .details()
                .is_some_and(|said| said.contains("no such key"))
        {
            return Ok(None);
        }
        return Err(line.refused(error));
    }
    StreamBooks::read(answer).map(Some).ok_or_else(|| {
        Failure::new(format!(
            "Redis at {} answers XINFO with something else",
            line.place()
        ))
    })
}

/// The texts of a flat answer.
fn list(answer: Value) -> Vec<Vec<u8>> {
    let Value::Array(values) = answer else {
        return Vec::new();
    };
    values
        .into_iter()
        .map(|value| match value {
            Value::BulkString(bytes) => bytes,
            _ => Vec::new(),
        })
        .collect()
}

fn parsed<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}
