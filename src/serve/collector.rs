//! What viewers want → what the hub polls → what Redis has.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};
use tokio::time::MissedTickBehavior;

use super::leader::{HEARTBEAT, TTL};
use super::state::{Counters, Standing};
use crate::config::Config;
use crate::hub::{Hub, HubGone};
use crate::model::panel_data::Failure;
use crate::model::time::Moment;
use crate::source::feed::{Failing, Identity, Poured, Published, Tap, codec};
use crate::source::redis::AnnounceError;
use crate::source::redis::feed::{Beat, Definitions, OneResult, Publisher, Wake};

/// Results in one script at most, which keeps everybody else in Redis waiting meanwhile.
const TOGETHER: usize = 32;
/// And their bytes, about.
const BYTES_TOGETHER: usize = 1 << 20;
/// A compressed result of more bytes is published as a failure.
const LARGEST: usize = 4 << 20;
/// A result is kept this many refreshes.
const REFRESHES: u32 = 4;
/// And at least this long: whoever comes back soon sees something at once.
const SHORTEST: Duration = Duration::from_secs(60);
/// What is asked rarely, or once, is published again this often: it may have been lost, and must not expire.
const AGAIN: Duration = Duration::from_secs(15);
/// Scripts count in doubles; what is greater is no epoch to them either.
const GREATEST: u64 = 1 << 53;
/// After a failure of Redis.
const PAUSE: Duration = Duration::from_millis(500);

/// The collector's hands.
pub(super) struct Collector {
    pub hub: Hub,
    pub tap: Tap,
    pub publisher: Publisher,
    pub standing: watch::Receiver<Standing>,
    /// Whether the hub polls the database itself.
    pub is_direct: watch::Sender<bool>,
    pub counters: Arc<Counters>,
    /// What this process is called.
    pub holder: String,
    /// Told of an epoch that is in the way of whoever holds the lease.
    pub rival: watch::Sender<u64>,
}

/// While it works.
struct Work {
    collector: Collector,
    definitions: Definitions,
    followed: Vec<Arc<Identity>>,
    /// When the hub was told so last.
    told: Option<Instant>,
    /// Digest and life of what was published, so that it can be kept alive.
    published: HashMap<Arc<Identity>, (String, Duration)>,
    /// Nothing is published before: Redis does not answer.
    pause: Option<tokio::time::Instant>,
    /// The epoch that another one has superseded.
    superseded: Option<u64>,
    /// Who does, where that is told already.
    other: Option<String>,
    /// When Redis refused or did not answer last, until it works again.
    failed: Option<Instant>,
}

impl Collector {
    /// Works until the hub is gone or the standing is [`Standing::Resigned`]. `wakes` rings for new interests.
    pub async fn run(self, mut wakes: mpsc::Receiver<Wake>) -> Result<(), HubGone> {
        let mut standing = self.standing.clone();
        let mut configs = self.hub.watch_configs();
        let first = definitions(&configs.borrow_and_update().config);
        let mut beat = tokio::time::interval(HEARTBEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let tap = self.tap.clone();
        let mut work = Work {
            collector: self,
            definitions: first,
            followed: Vec::new(),
            told: None,
            published: HashMap::new(),
            pause: None,
            superseded: None,
            other: None,
            failed: None,
        };
        let mut epoch = None;
        loop {
            let may_publish = work.epoch().is_some() && work.pause.is_none();
            tokio::select! {
                biased;
                changed = standing.changed() => {
                    if changed.is_err() || *standing.borrow_and_update() == Standing::Resigned {
                        work.rest().await?;
                        return Ok(());
                    }
                    let now = standing.borrow().epoch();
                    if now != epoch {
                        epoch = now;
                        if now.is_some() {
                            work.lead().await?;
                        } else {
                            work.rest().await?;
                        }
                    }
                }
                _ = beat.tick() => work.beat().await?,
                Some(_) = wakes.recv() => {
                    while wakes.try_recv().is_ok() {}
                    work.look().await?;
                }
                changed = configs.changed() => {
                    changed.map_err(|_| HubGone)?;
                    work.definitions = definitions(&configs.borrow_and_update().config);
                    work.beat().await?;
                }
                () = sleep_until(work.pause), if work.pause.is_some() => work.pause = None,
                () = tap.filled(), if may_publish => work.publish().await,
            }
        }
    }
}

impl Work {
    /// The epoch under which something may be published now. A lease that has run out by this machine's clock
    /// is none, unless the database cannot be asked: then Redis alone decides who is the latest.
    fn epoch(&self) -> Option<u64> {
        let standing = self.collector.standing.borrow();
        let may = match &*standing {
            Standing::Leader { .. } => standing.leads(Instant::now()),
            Standing::Adrift { .. } => true,
            _ => false,
        };
        let epoch = standing.epoch().filter(|_| may);
        epoch.filter(|epoch| self.superseded != Some(*epoch))
    }

    /// Begins to poll and publish.
    async fn lead(&mut self) -> Result<(), HubGone> {
        self.collector.is_direct.send_replace(true);
        self.beat().await
    }

    /// Stops polling and publishing.
    async fn rest(&mut self) -> Result<(), HubGone> {
        self.failed = None;
        self.followed.clear();
        self.published.clear();
        self.collector.hub.follow(Vec::new()).await?;
        self.collector.is_direct.send_replace(false);
        self.collector.tap.drain();
        self.collector.counters.interests.set(0);
        self.collector.counters.unknown.set(0);
        self.measured(None, None);
        Ok(())
    }

    /// Gives a sign of life, and looks for what is wanted.
    async fn beat(&mut self) -> Result<(), HubGone> {
        let Some(epoch) = self.epoch() else {
            self.measured(None, None);
            self.rise().await;
            return Ok(());
        };
        let trouble = match &*self.collector.standing.borrow() {
            Standing::Adrift { why, .. } => format!("the database is away: {}", why.summary),
            _ => String::new(),
        };
        let beat = Beat {
            epoch,
            holder: &self.collector.holder,
            definitions: &self.definitions.version,
            trouble: &trouble,
        };
        let began = Instant::now();
        let beaten = self.collector.publisher.beat(&beat).await;
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let viewers = beaten.as_ref().ok().and_then(|beaten| beaten.viewers);
        self.measured(beaten.is_ok().then_some(micros), viewers);
        match beaten {
            Ok(beaten) if beaten.is_defined => self.worked(),
            Ok(_) => {
                let payload = self.definitions.payload();
                let version = &self.definitions.version;
                let defined = self.collector.publisher.define(epoch, version, &payload);
                if let Err(error) = defined.await {
                    self.failed(epoch, &error);
                }
            }
            Err(error) => self.failed(epoch, &error),
        }
        if !trouble.is_empty() {
            self.keep(epoch).await;
        }
        self.look().await
    }

    /// What the last beat told, for the figures.
    fn measured(&self, redis_micros: Option<u64>, viewers: Option<u64>) {
        self.collector.counters.redis_micros.set(redis_micros);
        self.collector.counters.viewers.set(viewers);
    }

    /// Somebody who holds the lease and is refused by Redis has a database that is younger than what Redis has seen:
    /// it was restored, or moved, or is another one. The lease's epoch rises above what is there, unless whoever
    /// published that still does.
    async fn rise(&mut self) {
        let standing = self.collector.standing.borrow().clone();
        let Some(epoch) = self.superseded else { return };
        if !standing.leads(Instant::now()) || standing.epoch() != Some(epoch) {
            return;
        }
        let latest = match self.collector.publisher.latest().await {
            Ok(latest) => latest,
            Err(why) => return self.failed(epoch, &AnnounceError::Failed(why)),
        };
        let is_alive = latest.age.is_some_and(|age| age < TTL + HEARTBEAT);
        if is_alive && latest.holder != self.collector.holder && !latest.is_in_trouble {
            if self.other.as_ref() != Some(&latest.holder) {
                tracing::warn!(
                    holder = latest.holder,
                    "a collector with another database publishes here: give each its own [redis] prefix"
                );
                self.other = Some(latest.holder);
            }
            return;
        }
        let rival = latest.epoch.parse().ok().filter(|rival| *rival < GREATEST);
        match rival {
            Some(rival) if rival > epoch => {
                tracing::warn!(epoch, rival, "the feed has seen later epochs: ours rises");
                self.collector.rival.send_replace(rival);
            }
            // Redis has lost it meanwhile.
            _ => self.superseded = None,
        }
    }

    /// Looks for what is wanted, and has the hub poll it.
    async fn look(&mut self) -> Result<(), HubGone> {
        let Some(epoch) = self.epoch() else {
            return Ok(());
        };
        let interests = match self.collector.publisher.interests().await {
            Ok(interests) => interests,
            Err(why) => {
                self.failed(epoch, &AnnounceError::Failed(why));
                return Ok(());
            }
        };
        let counters = &self.collector.counters;
        if interests.refused > 0 {
            counters.refused.add(interests.refused);
            tracing::warn!(count = interests.refused, "interests that are none");
        }
        counters.interests.set(interests.identities.len() as u64);
        let is_old = self.told.is_none_or(|told| told.elapsed() >= AGAIN);
        if interests.identities != self.followed || is_old {
            self.told = Some(Instant::now());
            self.followed = interests.identities;
            let following = self.collector.hub.follow(self.followed.clone()).await?;
            counters.unknown.set(following.unknown as u64);
            let followed = &self.followed;
            self.published
                .retain(|identity, _| followed.binary_search(identity).is_ok());
        }
        Ok(())
    }

    /// Publishes what was answered.
    async fn publish(&mut self) {
        let taken = self.collector.tap.take(TOGETHER);
        let mut batch = Vec::new();
        let mut bytes = 0;
        let mut taken = taken.into_iter();
        let mut sent = Vec::new();
        for (identity, answer) in taken.by_ref() {
            let result = self.written(&identity, &answer);
            bytes += result.payload.len();
            batch.push(result);
            sent.push((identity, answer));
            if bytes >= BYTES_TOGETHER {
                break;
            }
        }
        self.collector.tap.put_back(taken.collect());
        // Checked last of all: what came before took its time.
        let Some(epoch) = self.epoch() else {
            self.collector.tap.put_back(sent);
            return;
        };
        match self.collector.publisher.publish(epoch, &batch).await {
            Ok(()) => {
                let counters = &self.collector.counters;
                counters.published.add(batch.len() as u64);
                counters.published_bytes.add(bytes as u64);
                let lives = batch.into_iter().map(|one| (one.digest, one.life));
                let identities = sent.into_iter().map(|(identity, _)| identity);
                self.published.extend(identities.zip(lives));
            }
            Err(error) => {
                self.collector.tap.put_back(sent);
                self.failed(epoch, &error);
            }
        }
    }

    fn written(&self, identity: &Identity, answer: &Poured) -> OneResult {
        let refresh = answer.refresh.unwrap_or_default();
        let encoded = codec::encode(&answer.published);
        let size = encoded.as_ref().map_or_else(|large| large.0, Vec::len);
        let payload = match encoded {
            Ok(payload) if payload.len() <= LARGEST => payload,
            _ => {
                self.collector.counters.too_large.count();
                too_large(size)
            }
        };
        OneResult {
            digest: identity.digest(),
            life: (refresh * REFRESHES).max(SHORTEST),
            payload,
        }
    }

    /// Keeps the last results alive while there are no new ones.
    async fn keep(&mut self, epoch: u64) {
        let all: Vec<OneResult> = self
            .published
            .values()
            .map(|(digest, life)| OneResult {
                digest: digest.clone(),
                life: *life,
                payload: Vec::new(),
            })
            .collect();
        for some in all.chunks(256) {
            if let Err(error) = self.collector.publisher.publish(epoch, some).await {
                return self.failed(epoch, &error);
            }
        }
    }

    /// After a whole heartbeat without a failure, the outage is over.
    fn worked(&mut self) {
        if self.failed.is_some_and(|at| at.elapsed() >= HEARTBEAT) {
            self.failed = None;
            tracing::info!("the feed can be written again");
        }
    }

    fn failed(&mut self, epoch: u64, error: &AnnounceError) {
        let counters = &self.collector.counters;
        match error {
            AnnounceError::Superseded => {
                counters.superseded.count();
                tracing::warn!(epoch, "a later epoch has published: this one is over");
                self.superseded = Some(epoch);
            }
            AnnounceError::Failed(why) => {
                counters.publish_failures.count();
                // An outage is one line, not one a try.
                if self.failed.replace(Instant::now()).is_none() {
                    tracing::warn!(why = why.summary, "the feed cannot be written");
                }
                self.pause = Some(tokio::time::Instant::now() + PAUSE);
            }
        }
    }
}

/// What viewers are told of a result that is too large.
fn too_large(size: usize) -> Vec<u8> {
    let why = Failure::new(format!(
        "this result is too large for the feed: {:.1} MiB",
        size as f64 / f64::from(1 << 20)
    ))
    .detail("ask for fewer rows or columns, or group in the database");
    let published = Published {
        rows: None,
        failing: Some(Failing {
            why: Arc::new(why),
            retry_at: Moment::INFINITY,
        }),
    };
    codec::encode(&published).unwrap_or_default()
}

fn definitions(config: &Config) -> Definitions {
    Definitions::new(config.definitions.clone())
}

async fn sleep_until(at: Option<tokio::time::Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}
