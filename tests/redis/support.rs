//! A consumer as the hub is one: it applies what comes, and polls the truth when it is told of a hole.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::Redis;
use kpi_dashboard::model::live::{LiveItem, LiveSample};
use kpi_dashboard::model::panel_data::{Failure, Link};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::source::LiveUpdate;
use kpi_dashboard::source::redis::{AnnounceError, Announcer, Keys, RedisTarget, follow};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Metric → time → value.
pub type Charts = BTreeMap<String, BTreeMap<i64, String>>;

/// Stands in for the table of samples: written before anything is announced.
pub type Truth = Arc<Mutex<Charts>>;

pub fn keys() -> Keys {
    Keys::new("kpi").unwrap()
}

pub fn target(url: &str) -> RedisTarget {
    RedisTarget::parse(url, None).unwrap()
}

pub fn sample(metric: &str, at: i64) -> LiveItem {
    LiveItem::Sample(LiveSample::new(metric, &at.to_string(), Moment(at), BTreeMap::new()).unwrap())
}

/// A connection of the test's own, through the socket.
pub fn control(redis: &Redis) -> redis::Connection {
    let url = format!("unix://{}", redis.socket().display());
    redis::Client::open(url).unwrap().get_connection().unwrap()
}

pub fn order(connection: &mut redis::Connection, words: &[&str]) -> redis::Value {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command
        .query(connection)
        .unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

/// Waits until `condition` holds; panics with `what` after `patience`.
pub async fn wait_for(what: &str, patience: Duration, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !condition() {
        assert!(
            Instant::now() < deadline,
            "{what} did not happen in {patience:?}"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What a consumer has seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub charts: Charts,
    pub events: Vec<String>,
    pub links: Vec<Link>,
    pub resyncs: Vec<(String, Option<Vec<String>>)>,
    pub refreshes: Vec<String>,
    pub snapshots: usize,
    pub items: u64,
    pub dropped: u64,
}

impl Seen {
    pub fn is_up(&self) -> bool {
        self.links.last() == Some(&Link::Up)
    }

    pub fn failure(&self) -> Option<&Failure> {
        match self.links.last() {
            Some(Link::Down { why, .. }) => Some(why),
            _ => None,
        }
    }

    fn apply(&mut self, items: Vec<LiveItem>) {
        for item in items {
            match item {
                LiveItem::Sample(sample) => {
                    let chart = self.charts.entry(sample.metric).or_default();
                    chart.insert(sample.at.0, sample.text);
                }
                LiveItem::Event(event) => {
                    if !self.events.contains(&event.text) {
                        self.events.push(event.text);
                    }
                }
            }
        }
    }

    fn poll(&mut self, truth: &Truth, metrics: Option<&Vec<String>>) {
        let truth = truth.lock().unwrap();
        match metrics {
            None => self.charts.clone_from(&truth),
            Some(names) => {
                for name in names {
                    let chart = truth.get(name).cloned().unwrap_or_default();
                    self.charts.insert(name.clone(), chart);
                }
            }
        }
    }

    pub fn update(&mut self, update: LiveUpdate, truth: &Truth) {
        match update {
            LiveUpdate::Link(link) => self.links.push(link),
            LiveUpdate::Snapshot(items) => {
                self.apply(items);
                self.snapshots += 1;
                if self.snapshots == 1 {
                    self.poll(truth, None);
                }
            }
            LiveUpdate::Items(items) => {
                self.items += items.len() as u64;
                self.apply(items);
            }
            LiveUpdate::Refresh(metric) => self.refreshes.push(metric),
            LiveUpdate::Resync { why, metrics } => {
                self.poll(truth, metrics.as_ref());
                self.resyncs.push((why, metrics));
            }
            LiveUpdate::Dropped(count) => self.dropped += count,
        }
    }
}

/// A consumer at work. Ends when dropped.
pub struct Consumer {
    pub seen: Arc<Mutex<Seen>>,
    tasks: [JoinHandle<()>; 2],
}

impl Consumer {
    pub fn of(target: RedisTarget, truth: &Truth) -> Self {
        let (sender, mut updates) = mpsc::channel(16);
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let follow = tokio::spawn(follow(target, keys(), sender));
        let consume = tokio::spawn({
            let (seen, truth) = (Arc::clone(&seen), Arc::clone(truth));
            async move {
                while let Some(update) = updates.recv().await {
                    seen.lock().unwrap().update(update, &truth);
                }
            }
        });
        Self {
            seen,
            tasks: [follow, consume],
        }
    }

    pub async fn until(&self, what: &str, condition: impl Fn(&Seen) -> bool) {
        self.until_within(what, Duration::from_secs(10), condition)
            .await;
    }

    pub async fn until_within(
        &self,
        what: &str,
        patience: Duration,
        condition: impl Fn(&Seen) -> bool,
    ) {
        let deadline = Instant::now() + patience;
        loop {
            {
                let seen = self.seen.lock().unwrap();
                if condition(&seen) {
                    return;
                }
                assert!(
                    Instant::now() < deadline,
                    "{what} did not happen in {patience:?}; links {:?}, resyncs {:?}, dropped {}",
                    seen.links,
                    seen.resyncs,
                    seen.dropped
                );
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    pub async fn until_equal(&self, truth: &Truth) {
        self.until_within("the truth on screen", Duration::from_secs(20), |seen| {
            seen.charts == *truth.lock().unwrap()
        })
        .await;
    }

    pub fn whys(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.resyncs.iter().map(|(why, _)| why.clone()).collect()
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Writes to the truth and then announces, as `kpi push` does; tries again while Redis is away.
pub struct Writer {
    pub announcer: Announcer,
    pub truth: Truth,
    next: i64,
}

impl Writer {
    pub fn new(target: RedisTarget, truth: &Truth) -> Self {
        Self {
            announcer: Announcer::new(target, keys()),
            truth: Arc::clone(truth),
            next: 1_700_000_000_000_000,
        }
    }

    /// `count` samples of 20 metrics.
    pub async fn write(&mut self, count: i64) {
        let items: Vec<_> = (self.next..self.next + count)
            .map(|n| sample(&format!("m{}", n % 20), n))
            .collect();
        self.next += count;
        for item in &items {
            if let LiveItem::Sample(sample) = item {
                let mut truth = self.truth.lock().unwrap();
                let chart = truth.entry(sample.metric.clone()).or_default();
                chart.insert(sample.at.0, sample.text.clone());
            }
        }
        let announced = within(Duration::from_secs(20), async {
            while let Err(error) = self.announcer.announce(&items).await {
                assert!(matches!(error, AnnounceError::Failed(_)), "{error:?}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        announced.await;
    }
}

pub async fn within<T>(patience: Duration, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(patience, future)
        .await
        .expect("in time")
}
