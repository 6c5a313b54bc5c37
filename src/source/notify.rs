//! Live updates where there is no Redis: `LISTEN` on the direct connection.
//!
//! A payload is a sample or event as JSON (as in Redis), or names of metrics to poll again, one a line, or
//! empty: poll everything. `NOTIFY kpi, 'orders'` in any SQL client is a valid wish. There is no history:
//! whatever was told while nobody listened is gone, so everything is polled after each connection.
//!
//! Through a transaction pooler `LISTEN` is accepted and nothing is ever heard: that is measured before.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_postgres::{AsyncMessage, Client};

use super::LiveUpdate;
use super::backoff::Backoff;
use super::outage::Outage;
use super::outbox::Outbox;
use super::postgres::direct::{self, Messages};
use super::postgres::{QueryError, Target, pooling};
use crate::model::live::{LiveError, LiveItem, check_metric};
use crate::model::panel_data::{Failure, Link};
use crate::model::text::sanitize;

/// How often a silent connection is tried.
const PROBE: Duration = Duration::from_secs(30);
/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What only a person can put right is tried again this often.
const RARELY: Duration = Duration::from_secs(60);
/// PostgreSQL's limit for names.
const LONGEST_CHANNEL: usize = 63;

/// Follows `channel` until the receiver of `updates` is dropped. Reconnects for ever, after 0.2 s to 5 s;
/// behind a transaction pooler, which is refused, after a minute. What `updates` has no room for waits in
/// bounds, as with Redis.
pub async fn follow(target: Target, channel: String, updates: mpsc::Sender<LiveUpdate>) {
    follow_probing(target, channel, updates, PROBE).await;
}

/// [`follow`] with another time of silence before the connection is tried.
pub async fn follow_probing(
    target: Target,
    channel: String,
    updates: mpsc::Sender<LiveUpdate>,
    probe: Duration,
) {
    let outbox = Outbox::default();
    let mut listener = Listener {
        target: &target,
        channel: &channel,
        outbox: &outbox,
        probe,
        heard_before: false,
        unknown_versions: BTreeSet::new(),
    };
    tokio::select! {
        () = outbox.deliver(updates) => {}
        () = listener.listen() => {}
    }
}

struct Listener<'a> {
    target: &'a Target,
    channel: &'a str,
    outbox: &'a Outbox,
    probe: Duration,
    heard_before: bool,
    unknown_versions: BTreeSet<String>,
}

/// Why a connection ended.
enum Ended {
    Lost(Failure),
    Pooler,
}

impl From<QueryError> for Ended {
    fn from(error: QueryError) -> Self {
        Self::Lost(error.failure(|_| None))
    }
}

impl Listener<'_> {
    async fn listen(&mut self) {
        self.outbox.link(Link::Connecting);
        let mut backoff = Backoff::new();
        let mut outage: Option<Outage> = None;
        loop {
            let mut up = false;
            let ended = self.session(&mut up).await;
            if up {
                backoff.reset();
                outage = None;
            }
            let (why, rarely) = match ended {
                Ended::Lost(why) => (why, false),
                Ended::Pooler => (pooler(&self.target.place()), true),
            };
            tracing::debug!(why = why.summary, "NOTIFY is away");
            let (still, news) = Outage::after(outage, why);
            if news {
                self.outbox.link(still.link());
            }
            outage = Some(still);
            let wait = if rarely {
                RARELY.mul_f64(0.75 + fastrand::f64() / 2.0)
            } else {
                backoff.wait(fastrand::f64())
            };
            tokio::time::sleep(wait).await;
        }
    }

    async fn session(&mut self, up: &mut bool) -> Ended {
        if self.channel.is_empty() || self.channel.len() > LONGEST_CHANNEL {
            return Ended::Lost(
                Failure::new("the channel for NOTIFY must have 1 to 63 bytes")
                    .detail("it is the `prefix` of [redis]"),
            );
        }
        let (client, messages) = match direct::listen(self.target).await {
            Ok(connection) => connection,
            Err(error) => return error.into(),
        };
        let (outbox, probe, again) = (self.outbox, self.probe, self.heard_before);
        let keep = keep(&client, self.target, self.channel, probe, || {
            *up = true;
            outbox.link(Link::Up);
            let why = if again {
                "NOTIFY was away"
            } else {
                "NOTIFY begins now"
            };
            outbox.hole(why, None);
        });
        let hear = hear(messages, outbox, &mut self.unknown_versions);
        let ended = tokio::select! {
            ended = keep => ended,
            ended = hear => ended,
        };
        self.heard_before |= *up;
        ended
    }
}

/// Listens, and then sees to it that somebody is still there.
async fn keep(
    client: &Client,
    target: &Target,
    channel: &str,
    probe: Duration,
    up: impl FnOnce(),
) -> Ended {
    // Before LISTEN: on a shared server connection it would stay behind.
    match pooling::is_shared(client, target).await {
        Ok(false) => {}
        Ok(true) => return Ended::Pooler,
        Err(error) => return error.into(),
    }
    let listen = format!("LISTEN \"{}\"", channel.replace('"', "\"\""));
    if let Err(ended) = ask(client, &listen).await {
        return ended;
    }
    up();
    loop {
        tokio::time::sleep(probe).await;
        if let Err(ended) = ask(client, "SELECT 1").await {
            return ended;
        }
    }
}

async fn ask(client: &Client, sql: &str) -> Result<(), Ended> {
    match timeout(PATIENCE, client.batch_execute(sql)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(direct::explain(error).into()),
        Err(_) => Err(Ended::Lost(
            Failure::new("the database does not answer on the connection for NOTIFY")
                .detail("the server or the network is frozen or overloaded"),
        )),
    }
}

/// Reads at full speed; the outbox is bounded.
async fn hear(
    mut messages: Messages,
    outbox: &Outbox,
    unknown_versions: &mut BTreeSet<String>,
) -> Ended {
    loop {
        match messages.next().await {
            Some(Ok(AsyncMessage::Notification(told))) => {
                take(told.payload(), outbox, unknown_versions);
            }
            Some(Ok(AsyncMessage::Notice(notice))) => {
                tracing::debug!(notice = %sanitize(notice.message()), "the server says");
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return error.into(),
            None => {
                return Ended::Lost(Failure::new("the server closed the connection for NOTIFY"));
            }
        }
    }
}

fn take(payload: &str, outbox: &Outbox, unknown_versions: &mut BTreeSet<String>) {
    let payload = payload.trim();
    if payload.is_empty() {
        outbox.hole("asked for by NOTIFY", None);
    } else if payload.starts_with('{') {
        match LiveItem::from_json(payload.as_bytes(), super::now()) {
            Ok(item) => outbox.items([item]),
            Err(error) => misread(payload, &error, outbox, unknown_versions),
        }
    } else {
        for name in payload
            .lines()
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            match check_metric(name) {
                Ok(()) => outbox.wish(name),
                Err(_) => outbox.dropped(1),
            }
        }
    }
}

/// What cannot be read but names its metric is polled; everything else is counted.
fn misread(
    payload: &str,
    error: &LiveError,
    outbox: &Outbox,
    unknown_versions: &mut BTreeSet<String>,
) {
    tracing::debug!(%error, "a notification cannot be read");
    if let LiveError::Version { version, metric } = error
        // Bounded: versions come from outside.
        && unknown_versions.len() < 16
        && unknown_versions.insert(version.clone())
    {
        let metrics = metric.iter().cloned().collect();
        outbox.hole(&format!("payload version {version} unknown"), Some(metrics));
    }
    let named = serde_json::from_str::<serde_json::Value>(payload).ok();
    let metric = named
        .as_ref()
        .and_then(|fields| fields.get("metric")?.as_str())
        .filter(|name| check_metric(name).is_ok());
    match metric {
        Some(metric) => outbox.wish(metric),
        None => outbox.dropped(1),
    }
}

fn pooler(place: &str) -> Failure {
    Failure::new(format!(
        "{place} is a transaction pooler: LISTEN hears nothing there"
    ))
    .detail("set DIRECT_URL (direct_url under [database]) to the database itself, or to a session pooler")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(payload: &str) -> Vec<LiveUpdate> {
        let outbox = Outbox::default();
        take(payload, &outbox, &mut BTreeSet::new());
        std::iter::from_fn(|| outbox.take()).collect()
    }

    fn refresh(name: &str) -> LiveUpdate {
        LiveUpdate::Refresh(name.to_owned())
    }

    #[test]
    fn json_is_an_item_and_names_are_wishes() {
        let found =
            taken(r#"{"v":1,"metric":"orders","value":"4.20","ts":"2026-11-22T09:00:00Z"}"#);
        assert!(
            matches!(&found[..], [LiveUpdate::Items(items)] if items.len() == 1),
            "{found:?}"
        );
        assert_eq!(taken("orders"), [refresh("orders")]);
        assert_eq!(
            taken("orders\n\n errors \n"),
            [refresh("errors"), refresh("orders")]
        );
    }

    #[test]
    fn nothing_means_everything() {
        for payload in ["", "  "] {
            let found = taken(payload);
            assert!(
                matches!(&found[..], [LiveUpdate::Resync { metrics: None, .. }]),
                "{found:?}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_polled_or_counted() {
        assert_eq!(
            taken(r#"{"metric":"orders","value":"many"}"#),
            [refresh("orders")]
        );
        assert_eq!(taken("{broken"), [LiveUpdate::Dropped(1)]);
        assert_eq!(taken("_seq"), [LiveUpdate::Dropped(1)]);
        let found = taken(r#"{"v":9,"metric":"orders"}"#);
        assert!(
            matches!(&found[0], LiveUpdate::Resync { why, metrics: Some(_) } if why.contains("version 9")),
            "{found:?}"
        );
    }
}
