//! Signals.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::signal::unix::{self, SignalKind};

use crate::system::Signal;

/// `SIGTSTP` on Linux and macOS (20 and 18): what `kill -TSTP` sends.
const TSTP: i32 = if cfg!(target_os = "macos") { 18 } else { 20 };

/// Those that are heard. What they do by themselves they do no longer.
#[derive(Debug)]
pub struct Signals(Vec<(Signal, unix::Signal)>);

impl Signals {
    /// Hears these from now on.
    ///
    /// # Errors
    /// The system lets nobody hear them.
    pub fn hear(wanted: &[Signal]) -> io::Result<Self> {
        let streams = wanted.iter().map(|&wanted| {
            let kind = match wanted {
                Signal::Interrupted => SignalKind::interrupt(),
                Signal::Terminated => SignalKind::terminate(),
                Signal::HungUp => SignalKind::hangup(),
                Signal::Stopped => SignalKind::from_raw(TSTP),
                Signal::Resized => SignalKind::window_change(),
            };
            Ok((wanted, unix::signal(kind)?))
        });
        Ok(Self(streams.collect::<io::Result<_>>()?))
    }

    /// The next one. Of several the one that was named first to [`Signals::hear`].
    pub async fn next(&mut self) -> Signal {
        poll_fn(|context| {
            for (signal, stream) in &mut self.0 {
                if let Poll::Ready(Some(())) = stream.poll_recv(context) {
                    return Poll::Ready(*signal);
                }
            }
            Poll::Pending
        })
        .await
    }
}
