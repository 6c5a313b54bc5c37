//! Pub/Sub as an alarm clock: what it says may be lost, that it was lost is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redis::{AsyncConnectionConfig, PushInfo, PushKind, Value};
use tokio::sync::{Notify, mpsc};

use super::super::connect::{Line, Purpose};
use super::super::url::RedisTarget;
use crate::model::panel_data::Failure;
use crate::source::backoff::Backoff;

/// How often a silent connection is tried.
const PROBE: Duration = Duration::from_secs(5);

/// What an alarm clock says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// One message.
    Said(String),
    /// Messages may have been missed.
    Missed,
}

/// Listens to a channel until nobody takes what it says.
pub async fn listen(target: Arc<RedisTarget>, channel: String, out: mpsc::Sender<Wake>) {
    let forever = async {
        let mut backoff = Backoff::new();
        loop {
            let mut subscribed = false;
            if let Err(why) = session(&target, &channel, &out, &mut subscribed).await {
                tracing::debug!(channel, why = why.summary, "a channel is away");
            }
            if subscribed {
                backoff.reset();
            }
            tokio::time::sleep(backoff.wait(fastrand::f64())).await;
        }
    };
    tokio::select! {
        () = forever => {}
        () = out.closed() => {}
    }
}

async fn session(
    target: &Arc<RedisTarget>,
    channel: &str,
    out: &mpsc::Sender<Wake>,
    subscribed: &mut bool,
) -> Result<(), Failure> {
    let closed = Arc::new(Notify::new());
    let missed = Arc::new(AtomicBool::new(false));
    let config = AsyncConnectionConfig::new().set_push_sender({
        let (out, closed, missed) = (out.clone(), Arc::clone(&closed), Arc::clone(&missed));
        move |push: PushInfo| {
            match push.kind {
                PushKind::Disconnection => closed.notify_one(),
                PushKind::Message => {
                    if let Some(Value::BulkString(bytes)) = push.data.get(1)
                        && let Ok(text) = std::str::from_utf8(bytes)
                        && out.try_send(Wake::Said(text.to_owned())).is_err()
                    {
                        missed.store(true, Ordering::Relaxed);
                    }
                }
                _ => {}
            }
            Ok::<(), ()>(())
        }
    });
    let line = Line::open(target, Purpose::Pushes(config)).await?;
    line.subscribe(channel).await?;
    *subscribed = true;
    // What was said before nobody heard.
    let _ = out.send(Wake::Missed).await;
    let mut probe = tokio::time::interval(PROBE);
    probe.tick().await;
    loop {
        tokio::select! {
            () = closed.notified() => return Ok(()),
            _ = probe.tick() => {
                if missed.swap(false, Ordering::Relaxed) {
                    let _ = out.send(Wake::Missed).await;
                }
                line.ask(&redis::cmd("PING")).await?;
            }
        }
    }
}
