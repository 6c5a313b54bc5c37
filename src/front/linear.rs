//! Changes as plain lines: for screen readers, logs and pipes. No cursor motion, no colour, no escape sequence.
//!
//! [`Teller`] decides what is worth a line.

mod teller;

use std::io::{self, ErrorKind};
use std::pin::pin;
use std::sync::Arc;

use super::once::usual_widths;
use super::writer;
use crate::config::Config;
use crate::hub::{Clock, Configs, Hub, Looking};
use crate::session::Outcome;
use crate::system::Signal;
use crate::system::signals::Signals;
use crate::system::terminal::nobody_reads;
use crate::ui::{Look, Ui};
use crate::view::panel::ink::shown;

pub use teller::Teller;

/// Prints what changes on the dashboard that `ui` shows, until a signal comes or nobody reads any more.
///
/// # Errors
/// When standard output cannot be written to, other than because nobody reads it.
pub async fn run(
    hub: &Hub,
    config: Arc<Config>,
    ui: Ui,
    look: Look,
    clock: Clock,
) -> io::Result<Outcome> {
    let mut signals = Signals::hear(&[Signal::Terminated, Signal::Interrupted, Signal::HungUp])?;
    let mut closed = pin!(nobody_reads());
    let range = ui.range.as_ref().map(|range| range.text.clone());
    let mut looking = Looking {
        config_revision: hub.configs().revision,
        dashboard: ui.dashboard,
        range: ui.range,
        variables: ui.variables,
        compare: ui.compare,
        panels: usual_widths(&config.dashboards[ui.dashboard]),
        paused: false,
        ..Looking::default()
    };
    let mut viewer = hub.open(looking.clone()).await.map_err(io::Error::other)?;
    let mut dashboard = ui.dashboard;
    let mut teller = Teller::new(Arc::clone(&config), dashboard, range.as_deref());
    let (mut frames, _writer) = writer::start();
    let mut writing = false;
    let mut is_new = true;
    loop {
        if is_new && !writing {
            is_new = false;
            let snapshot = Arc::clone(&viewer.snapshots.borrow_and_update());
            if snapshot.config_revision != looking.config_revision {
                let Configs {
                    revision,
                    config: newer,
                } = viewer.configs.borrow().clone();
                if snapshot.config_revision != revision {
                    // There is a still newer one, and its picture is on its way.
                    continue;
                }
                dashboard = snapshot.dashboard;
                looking = Looking {
                    config_revision: revision,
                    dashboard,
                    panels: usual_widths(&newer.dashboards[dashboard]),
                    ..looking
                };
                viewer
                    .look(looking.clone())
                    .await
                    .map_err(io::Error::other)?;
                teller = Teller::new(newer, dashboard, range.as_deref());
            }
            let lines = teller.tell(&snapshot, clock());
            if !lines.is_empty() {
                let mut text = String::new();
                for line in &lines {
                    text.push_str(&shown(line, look));
                    text.push('\n');
                }
                if frames.send.try_send(text.into_bytes()).is_err() {
                    return Ok(Outcome::HungUp);
                }
                writing = true;
            }
        }
        tokio::select! {
            biased;
            signal = signals.next() => return Ok(match signal {
                Signal::Interrupted => Outcome::Quit,
                _ => Outcome::Terminated,
            }),
            () = &mut closed => return Ok(Outcome::Quit),
            written = frames.written.recv() => match written {
                Some(Ok(())) => writing = false,
                // The reader has seen enough (`| head`).
                Some(Err(problem)) if problem.kind() == ErrorKind::BrokenPipe => {
                    return Ok(Outcome::Quit);
                }
                Some(Err(problem)) => return Err(problem),
                None => return Ok(Outcome::HungUp),
            },
            changed = viewer.snapshots.changed() => match changed {
                Ok(()) => is_new = true,
                Err(_) => return Ok(Outcome::HubGone),
            },
        }
    }
}
