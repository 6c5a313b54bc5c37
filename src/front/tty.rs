//! The terminal this program was started in: one viewer.
//!
//! ```text
//!  keys ──thread──▶ ┐                        ┌─▶ thread ──▶ stdout
//!  signals ───────▶ ├─ Input ─▶ Session ─────┤
//!  hang-up thread ▶ ┘                        └── "written" comes back
//! ```

mod background;
mod keys;
mod terminal;
mod watch;

use std::io;
use std::time::Duration;

use tokio::sync::mpsc;

use super::{bundle, writer};
use crate::config::Config;
use crate::hub::{Clock, Hub};
use crate::session::{Outcome, Session};
use crate::system::terminal::{IS_CONSOLE, stop_the_job};
use crate::ui::{Background, Depth, Look, Ui};

use background::{ASK, Question};
use terminal::Terminal;
pub use terminal::restore_on_panic;
pub(super) use terminal::{ENTER, LEAVE};

/// Inputs waiting at most: a flood of keys waits in the kernel, not here.
const INPUTS: usize = 64;
/// How long a terminal that takes nothing may hold up the end of the program.
const LAST_WORDS: Duration = Duration::from_millis(1500);

/// Draws on the terminal until the viewer leaves, a signal comes or the terminal is gone.
///
/// # Errors
/// When standard output is no terminal, or it cannot be set up.
pub async fn run(hub: &Hub, ui: Ui, look: Look, clock: Clock) -> io::Result<Outcome> {
    let config = hub.configs().config;
    let (input, mut inputs) = mpsc::channel(INPUTS);
    // Signals first: from here on none of them can leave the terminal raw.
    watch::signals(&input)?;
    let mut terminal = Terminal::enter()?;
    let known = known_background(&config);
    let question = Question::new(wants_to_know(&config, look));
    if question.is_open() {
        terminal.say(ASK)?;
    }
    watch::keys(input.clone(), question.clone());
    watch::hang_up(input)?;
    let (mut frames, writer) = writer::start();
    let mut session = Session::open(hub, ui, look, Terminal::size(), clock)
        .await
        .map_err(io::Error::other)?;
    session.bundles_to(bundle::start(hub.clone()));
    session.on_background(known);
    if is_set("TMUX") {
        session.inside_tmux();
    }
    let outcome = loop {
        match session.run(&mut inputs, &mut frames).await {
            Outcome::Suspend => {
                question.settle().await;
                terminal.leave();
                if let Err(problem) = stop_the_job() {
                    tracing::warn!(%problem, "cannot stop the job");
                }
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
        question.settle().await;
        terminal.leave();
    } else {
        tracing::warn!("the terminal takes no output: leaving it as it is");
        terminal.abandon();
    }
    Ok(outcome)
}

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// What is behind the text as far as it is said without asking.
fn known_background(config: &Config) -> Background {
    match config.screen.background {
        Background::Unknown => std::env::var("COLORFGBG").map_or(Background::Unknown, |text| {
            Background::from_colorfgbg(&text)
        }),
        said => said,
    }
}

/// Sixteen colours are the terminal's own on either; the Linux console has no answer and is always
/// dark, and the Windows console hands none on.
fn wants_to_know(config: &Config, look: Look) -> bool {
    let has_shades = matches!(look.depth, Depth::Ansi256 | Depth::True);
    let is_console = std::env::var_os("TERM").is_some_and(|term| term == "linux");
    config.screen.background == Background::Unknown && has_shades && !is_console && !IS_CONSOLE
}
