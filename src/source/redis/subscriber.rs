//! `PUBLISH kpi:refresh orders`: anybody may ask for a metric to be polled again.
//!
//! Pushes go straight into the bounded outbox: the library's own stream of messages has no bound. A wish
//! that was published while nobody listened is lost to Pub/Sub, so a reconnection polls everything.

use std::sync::Arc;
use std::time::Duration;

use redis::{AsyncConnectionConfig, PushInfo, PushKind, Value};
use tokio::sync::Notify;

use super::connect::{Line, Purpose};
use super::keys::Keys;
use super::url::RedisTarget;
use crate::model::live::check_metric;
use crate::model::panel_data::Failure;
use crate::source::backoff::Backoff;
use crate::source::outbox::Outbox;

/// How often a silent connection is tried.
const PROBE: Duration = Duration::from_secs(5);

/// Listens for ever.
pub(super) async fn listen(target: Arc<RedisTarget>, keys: Keys, outbox: Arc<Outbox>) {
    let mut backoff = Backoff::new();
    let mut heard_before = false;
    loop {
        let mut subscribed = false;
        let ended = session(&target, &keys, &outbox, heard_before, &mut subscribed).await;
        if let Err(failure) = ended {
            tracing::debug!(why = failure.summary, "the refresh channel is away");
        }
        heard_before |= subscribed;
        if subscribed {
            backoff.reset();
        }
        tokio::time::sleep(backoff.wait(fastrand::f64())).await;
    }
}

async fn session(
    target: &Arc<RedisTarget>,
    keys: &Keys,
    outbox: &Arc<Outbox>,
    again: bool,
    subscribed: &mut bool,
) -> Result<(), Failure> {
    let closed = Arc::new(Notify::new());
    let config = AsyncConnectionConfig::new().set_push_sender({
        let (outbox, closed) = (Arc::clone(outbox), Arc::clone(&closed));
        move |push: PushInfo| {
            hear(&outbox, &closed, &push);
            Ok::<(), ()>(())
        }
    });
    let line = Line::open(target, Purpose::Pushes(config)).await?;
    line.subscribe(&keys.refresh).await?;
    *subscribed = true;
    if again {
        outbox.hole("refreshes may be missed", None);
    }
    loop {
        tokio::select! {
            () = closed.notified() => return Ok(()),
            () = tokio::time::sleep(PROBE) => {
                line.ask(&redis::cmd("PING")).await?;
            }
        }
    }
}

fn hear(outbox: &Outbox, closed: &Notify, push: &PushInfo) {
    match push.kind {
        PushKind::Disconnection => closed.notify_one(),
        PushKind::Message => {
            let Some(Value::BulkString(bytes)) = push.data.get(1) else {
                return;
            };
            match std::str::from_utf8(bytes).map(str::trim) {
                Ok(metric) if check_metric(metric).is_ok() => outbox.wish(metric),
                _ => outbox.dropped(1),
            }
        }
        _ => {}
    }
}
