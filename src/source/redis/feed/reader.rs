//! The viewer's side: keeps its interests alive, answers requests with what was published, and hands on
//! what changes without being asked.

mod sign;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use redis::{Script, Value};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

use super::super::connect::{Line, Purpose};
use super::super::keys::Keys;
use super::super::url::RedisTarget;
use super::MOST_WANTED;
use super::wake::{Wake, listen};
use crate::model::panel_data::{Failure, Feed, Link};
use crate::model::rowset::Rowset;
use crate::source::backoff::Backoff;
use crate::source::feed::{Published, codec};
use crate::source::outage::Outage;
use crate::source::postgres::QueryError;
use crate::source::{Answer, Origin, Request, Update, now};

/// An interest lives this many refreshes after it was last looked at.
const REFRESHES: u32 = 3;
/// And at least this long.
const SHORTEST: Duration = Duration::from_secs(10);
/// How often the collector's sign of life is looked for.
const LOOK: Duration = Duration::from_secs(1);
/// Requests, and news, that are dealt with together.
const TOGETHER: usize = 64;

/// Answers `requests` from the feed until their channel closes. `feed` is told how the collector is doing.
pub async fn read(
    target: RedisTarget,
    keys: Keys,
    mut requests: mpsc::Receiver<Request>,
    updates: mpsc::Sender<Update>,
    feed: watch::Sender<Feed>,
) {
    let target = Arc::new(target);
    let (alarm, mut alarms) = mpsc::channel(256);
    let listening = tokio::spawn(listen(Arc::clone(&target), keys.changed.clone(), alarm));
    feed.send_modify(|feed| {
        feed.since = Some(now());
        feed.link = Link::Connecting;
    });
    let mut reader = Reader {
        script: Script::new(include_str!("want.lua")),
        target,
        keys,
        updates,
        feed,
        wants: HashMap::new(),
        line: None,
        down: None,
        backoff: Backoff::new(),
        outage: None,
    };
    // The first answers come with how old they may be.
    reader.look().await;
    let mut look = tokio::time::interval_at(Instant::now() + LOOK, LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            request = requests.recv() => {
                let Some(first) = request else { break };
                let mut asked = vec![first];
                while asked.len() < TOGETHER && let Ok(more) = requests.try_recv() {
                    asked.push(more);
                }
                reader.ask(asked).await;
            }
            Some(wake) = alarms.recv() => {
                let mut digests = Vec::new();
                let mut missed = false;
                let mut next = Some(wake);
                while let Some(wake) = next {
                    match wake {
                        Wake::Said(words) => {
                            digests.extend(words.split(' ').filter(|one| reader.wants.contains_key(*one)).map(str::to_owned));
                        }
                        Wake::Missed => missed = true,
                    }
                    next = alarms.try_recv().ok();
                }
                if missed {
                    digests = reader.wants.keys().cloned().collect();
                }
                digests.sort_unstable();
                digests.dedup();
                reader.fetch(&digests).await;
            }
            _ = look.tick() => reader.look().await,
        }
    }
    listening.abort();
}

/// What the hub has asked for lately.
struct Want {
    /// The hub's newest key for it.
    key: u64,
    /// The hub may have let go of it after this.
    until: Instant,
    /// A request waits for an answer until then.
    pending: Option<(Instant, Duration)>,
}

struct Reader {
    script: Script,
    target: Arc<RedisTarget>,
    keys: Keys,
    updates: mpsc::Sender<Update>,
    feed: watch::Sender<Feed>,
    /// By digest.
    wants: HashMap<String, Want>,
    line: Option<Line>,
    /// Why Redis does not answer, and when it is tried again.
    down: Option<(Failure, Instant)>,
    backoff: Backoff,
    outage: Option<Outage>,
}

impl Reader {
    /// Takes requests in: announces the interest, and answers with what is there.
    async fn ask(&mut self, requests: Vec<Request>) {
        let mut digests = Vec::new();
        let mut interests = Vec::new();
        for request in requests {
            let Some(identity) = request.identity else {
                let why = Failure::new("the collector runs nothing but what its configuration holds")
                    .detail("a viewer with credentials of its own can ask the database: `kpi` without --from");
                self.send(request.key, Err(QueryError::Told(why))).await;
                continue;
            };
            let life = (request.refresh.unwrap_or_default() * REFRESHES)
                .max(SHORTEST)
                .max(request.timeout);
            let now = Instant::now();
            let digest = identity.digest();
            interests.push((life, identity.to_json()));
            self.wants.insert(
                digest.clone(),
                Want {
                    key: request.key,
                    until: now + life,
                    pending: Some((now + request.timeout, request.timeout)),
                },
            );
            digests.push(digest);
        }
        if digests.is_empty() {
            return;
        }
        match self.want(&interests).await {
            Ok(0) => {}
            Ok(_) => {
                tracing::warn!("the collector has more to do than it can: it refuses an interest");
            }
            Err(why) => return self.fail(&why).await,
        }
        self.fetch(&digests).await;
        if self.feed.borrow().silent(now()).is_some() {
            self.give_up().await;
        }
    }

    async fn want(&mut self, interests: &[(Duration, String)]) -> Result<i64, Failure> {
        let script = self.script.clone();
        let mut call = script.prepare_invoke();
        call.key(&self.keys.wanted)
            .arg(MOST_WANTED)
            .arg(&self.keys.new);
        for (life, identity) in interests {
            call.arg(life.as_millis() as u64).arg(identity);
        }
        let line = self.open().await?;
        let answer = line.run(&call).await?;
        self.line = Some(line);
        match answer {
            Value::Int(full) => Ok(full),
            _ => Err(Failure::new("Redis answers a script with something else")),
        }
    }

    /// Hands on the results of these digests.
    async fn fetch(&mut self, digests: &[String]) {
        for some in digests.chunks(TOGETHER) {
            let mut steps = redis::pipe();
            for digest in some {
                steps.cmd("GET").arg(self.keys.result(digest));
            }
            let answers = match self.all(&steps).await {
                Ok(answers) => answers,
                Err(why) => return self.fail(&why).await,
            };
            for (digest, answer) in some.iter().zip(answers) {
                if let Value::BulkString(payload) = answer {
                    self.hand_on(digest, &payload).await;
                }
            }
        }
    }

    async fn hand_on(&mut self, digest: &str, payload: &[u8]) {
        let Some(want) = self.wants.get_mut(digest) else {
            return;
        };
        let key = want.key;
        want.pending = None;
        let result = match codec::decode(payload) {
            Ok(published) => answer(published),
            Err(error) => Err(QueryError::Told(Failure::new(error.to_string()))),
        };
        self.send(key, result).await;
    }

    async fn all(&mut self, steps: &redis::Pipeline) -> Result<Vec<Value>, Failure> {
        let line = self.open().await?;
        let answers = line.ask_all(steps).await?;
        let refused = answers.iter().find_map(|answer| match answer {
            Value::ServerError(error) => Some(line.refused(error)),
            _ => None,
        });
        self.line = Some(line);
        refused.map_or(Ok(answers), Err)
    }

    /// The connection, taken: only one that answers is put back.
    async fn open(&mut self) -> Result<Line, Failure> {
        if let Some(line) = self.line.take() {
            return Ok(line);
        }
        if let Some((why, again)) = &self.down
            && Instant::now() < *again
        {
            return Err(why.clone());
        }
        match Line::open(&self.target, Purpose::Commands(&self.keys.latest)).await {
            Ok(line) => {
                self.down = None;
                self.backoff.reset();
                Ok(line)
            }
            Err(why) => {
                let again = Instant::now() + self.backoff.wait(fastrand::f64());
                self.down = Some((why.clone(), again));
                Err(why)
            }
        }
    }

    /// Redis does not answer: neither does anything that waits for it.
    async fn fail(&mut self, why: &Failure) {
        let waiting = self.wants.values_mut();
        let keys: Vec<u64> = waiting
            .filter_map(|want| want.pending.take().map(|_| want.key))
            .collect();
        for key in keys {
            self.send(key, Err(QueryError::Feed(why.clone()))).await;
        }
    }

    async fn send(&self, key: u64, result: Result<Answer, QueryError>) {
        let result = result.map_err(Box::new);
        // The hub is gone when this fails; so is whoever asked.
        let _ = self.updates.send(Update { key, result }).await;
    }
}

/// What was published, as an answer.
fn answer(published: Published) -> Result<Answer, QueryError> {
    match published {
        Published {
            rows: Some(rows),
            failing,
        } => Ok(Answer {
            rowset: Arc::try_unwrap(rows.rowset).unwrap_or_else(|shared| Rowset::clone(&shared)),
            timings: rows.timings,
            origin: Some(Origin {
                asked_at: rows.asked_at,
                window: rows.window,
                failing,
                recorded: None,
            }),
        }),
        Published {
            rows: None,
            failing,
        } => Err(QueryError::Told(failing.map_or_else(
            || Failure::new("the collector has no answer"),
            |failing| Arc::unwrap_or_clone(failing.why),
        ))),
    }
}
