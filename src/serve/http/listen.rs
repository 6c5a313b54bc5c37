//! Connections: taken in up to a limit, given up when a client is too slow, drained at the end.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::patient::Patient;
use super::{Limits, Room, routes};

/// How often what nobody asks for any more is let go.
const SWEEP: Duration = Duration::from_secs(5);
/// When the process has no file descriptor for one more.
const BREATHER: Duration = Duration::from_millis(50);
/// Bytes of a request's head.
const LARGEST_HEAD: usize = 16 << 10;
/// Lines of it.
const MOST_HEADERS: usize = 64;

pub(super) async fn run(
    listener: TcpListener,
    room: Room,
    end: watch::Sender<bool>,
    shutdown: impl Future<Output = ()>,
) {
    let limits = room.limits;
    let slots = Arc::new(Semaphore::new(limits.connections));
    let app = routes::router(&room);
    let http = protocol(limits);
    let mut sweep = interval(SWEEP);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut connections: JoinSet<()> = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            _ = sweep.tick() => room.gallery.sweep(Instant::now()),
            Some(ended) = connections.join_next() => {
                if let Err(failed) = ended {
                    tracing::error!(%failed, "a connection's task failed");
                }
            }
            (slot, accepted) = accept(&listener, &slots) => match accepted {
                Ok(stream) => {
                    let (http, app) = (http.clone(), app.clone());
                    let (room, ending) = (room.clone(), room.ending.clone());
                    connections.spawn(async move {
                        room.traffic.opened.count();
                        serve(&http, app, stream, room.limits, ending).await;
                        room.traffic.closed.count();
                        drop(slot);
                    });
                }
                Err(problem) => {
                    tracing::warn!(%problem, "cannot accept a connection");
                    sleep(BREATHER).await;
                }
            },
        }
    }
    drop(listener);
    let _ = end.send(true);
    let drained = timeout(limits.drain, async {
        while connections.join_next().await.is_some() {}
    });
    if drained.await.is_err() {
        tracing::warn!(left = connections.len(), "connections did not end in time");
    }
    connections.shutdown().await;
}

fn protocol(limits: Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        // Begins when the last answer was sent: it holds for idle connections as well.
        .header_read_timeout(limits.head)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LARGEST_HEAD);
    http
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, io::Result<TcpStream>) {
    // The semaphore is never closed.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    (slot, listener.accept().await.map(|(stream, _)| stream))
}

async fn serve(
    http: &http1::Builder,
    app: Router,
    stream: TcpStream,
    limits: Limits,
    mut ending: watch::Receiver<bool>,
) {
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(Patient::new(stream, limits.write));
    let mut connection = pin!(http.serve_connection(stream, TowerToHyperService::new(app)));
    let done = tokio::select! {
        done = connection.as_mut() => done,
        () = ended(&mut ending) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(problem) = done {
        tracing::debug!(%problem, "a connection ended early");
    }
}

async fn ended(ending: &mut watch::Receiver<bool>) {
    // A sender that is gone has ended, too.
    let _ = ending.wait_for(|ending| *ending).await;
}
