//! The terminal this program was started in: one viewer.
//!
//! ```text
//!  keys ──thread──▶ ┐                        ┌─▶ thread ──▶ stdout
//!  signals ───────▶ ├─ Input ─▶ Session ─────┤
//!  hang-up thread ▶ ┘                        └── "written" comes back
//! ```

mod keys;
mod terminal;
mod watch;

use std::io::{self, Write};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::hub::{Clock, Hub};
use crate::session::{Frames, Outcome, Session};
use crate::ui::{Look, Ui};

use terminal::Terminal;
pub use terminal::restore_on_panic;

/// Inputs waiting at most: a flood of keys waits in the kernel, not here.
const INPUTS: usize = 64;
/// How long a terminal that takes nothing may hold up the end of the program.
const LAST_WORDS: Duration = Duration::from_millis(1500);

/// Draws on the terminal until the viewer leaves, a signal comes or the terminal is gone.
///
/// # Errors
/// When standard output is no terminal, or it cannot be set up.
pub async fn run(hub: &Hub, ui: Ui, look: Look, clock: Clock) -> io::Result<Outcome> {
    let (input, mut inputs) = mpsc::channel(INPUTS);
    // Signals first: from here on none of them can leave the terminal raw.
    watch::signals(&input)?;
    let mut terminal = Terminal::enter()?;
    watch::keys(input.clone());
    watch::hang_up(input)?;
    let (mut frames, writer) = frames();
    let mut session = Session::open(hub, ui, look, Terminal::size(), clock)
        .await
        .map_err(io::Error::other)?;
    let outcome = loop {
        match session.run(&mut inputs, &mut frames).await {
            Outcome::Suspend => {
                terminal.leave();
                stop_the_job();
                terminal.enter_again()?;
                let (width, height) = Terminal::size();
                if session.resize(width, height).await.is_err() {
                    break Outcome::HubGone;
                }
                session.repaint();
            }
            outcome => break outcome,
        }
    };
    if outcome == Outcome::HungUp {
        terminal.abandon();
        return Ok(outcome);
    }
    drop(frames.send);
    // Everything is written when the writer is gone; a terminal that takes nothing is not waited for.
    let silent = tokio::time::timeout(LAST_WORDS, async {
        while frames.written.recv().await.is_some() {}
    })
    .await;
    if silent.is_ok() {
        let _ = writer.join();
        terminal.leave();
    } else {
        tracing::warn!("the terminal takes no output: leaving it as it is");
        terminal.abandon();
    }
    Ok(outcome)
}

/// A thread that writes: a slow terminal blocks it and nobody else.
fn frames() -> (Frames, std::thread::JoinHandle<()>) {
    let (send, mut receive) = mpsc::channel::<Vec<u8>>(1);
    let (done, written) = mpsc::channel(2);
    let writer = std::thread::spawn(move || {
        let mut stdout = io::stdout();
        while let Some(bytes) = receive.blocking_recv() {
            let result = stdout.write_all(&bytes).and_then(|()| stdout.flush());
            if done.blocking_send(result).is_err() {
                return;
            }
        }
    });
    (Frames { send, written }, writer)
}

/// Stops the whole foreground job, as the terminal's own Ctrl-Z would (a parent such as `cargo run` included).
fn stop_the_job() {
    use rustix::process::{Signal, getpgrp, kill_process_group};
    if let Err(problem) = kill_process_group(getpgrp(), Signal::STOP) {
        tracing::warn!(%problem, "cannot stop the job");
    }
}
