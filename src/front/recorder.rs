//! Plays a [`Script`] at a viewer's session and keeps what its terminal would receive. Needs no terminal.
//!
//! The session, the hub and the servers are the real ones and run in real time. The recording's clock is the script's:
//! a `wait 2s` lasts 2 s in it, and what took longer than it should (a busy machine, an answer that was awaited) does
//! not, so that a recording made twice has the same pace.

use std::io;
use std::time::Duration;

use ratatui::buffer::Buffer;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::script::{Act, Script};
use super::tty::{ENTER, LEAVE};
use crate::export::cast::{Cast, Event as Recorded};
use crate::export::text::text;
use crate::hub::{Clock, Hub};
use crate::session::{Frames, Input, Outcome, Session};
use crate::ui::event::Key;
use crate::ui::{Background, Event, Look, Ui};

/// After a key, so that one sees what it did.
const AFTER_A_KEY: Duration = Duration::from_millis(300);
/// After a letter of a word.
const AFTER_A_LETTER: Duration = Duration::from_millis(90);
/// Between two pictures, and two looks for awaited words.
const LOOK: Duration = Duration::from_millis(100);
/// How long words are awaited.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long that is in the recording at most.
const AWAITED: Duration = Duration::from_secs(1);

/// What was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// What the terminal received.
    pub cast: Cast,
    /// What it showed, and since when; each differs from the one before.
    pub pictures: Vec<(Duration, Buffer)>,
    /// How long it lasts.
    pub length: Duration,
}

/// Why a script could not be played to its end, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPlayed {
    /// The words that were awaited did not come.
    #[error("line {line}: `{words}` was not on the screen within {PATIENCE:?}; it was:\n{screen}")]
    NotSeen {
        /// Of the script.
        line: usize,
        /// What was awaited.
        words: String,
        /// What was there instead.
        screen: String,
    },
    /// A step is left, and nobody to do it.
    #[error("line {line}: the viewer has left before this step")]
    Left {
        /// Of the script.
        line: usize,
    },
    /// The hub is gone.
    #[error("the data's source has ended")]
    HubGone,
}

/// Plays `script` for a viewer who begins with `ui` on `background`.
///
/// # Errors
/// Awaited words do not come, the viewer leaves before the last step, or the hub is gone.
pub async fn record(
    hub: &Hub,
    ui: Ui,
    look: Look,
    background: Background,
    clock: Clock,
    script: &Script,
) -> Result<Recording, NotPlayed> {
    let mut session = Session::open(hub, ui, look, script.size, clock)
        .await
        .map_err(|_| NotPlayed::HubGone)?;
    session.on_background(background);
    let (input, inputs) = mpsc::channel(8);
    let (send, tape) = mpsc::channel(1);
    let (done, written) = mpsc::channel(2);
    let mut player = Player {
        session,
        input,
        inputs,
        frames: Frames { send, written },
        tape,
        done,
        at: Duration::ZERO,
        events: vec![(Duration::ZERO, output(ENTER))],
        pictures: Vec::new(),
        has_left: false,
    };
    for step in &script.steps {
        if player.has_left {
            return Err(NotPlayed::Left { line: step.line });
        }
        match &step.act {
            Act::Wait(span) => player.watch(*span).await?,
            Act::Await(words) => player.until(step.line, words).await?,
            Act::Keys(keys) => {
                for key in keys {
                    player.press(*key, AFTER_A_KEY).await?;
                }
            }
            Act::Type(letters) => {
                for letter in letters.chars() {
                    player.press(Key::Char(letter), AFTER_A_LETTER).await?;
                }
            }
            Act::Click(x, y) => {
                player.tell(Input::Event(Event::Click(*x, *y))).await?;
                player.tell(Input::Event(Event::Release(*x, *y))).await?;
                player.watch(AFTER_A_KEY).await?;
            }
            Act::Resize(columns, lines) => {
                let resized = Recorded::Resize(*columns, *lines);
                player.events.push((player.at, resized));
                player.tell(Input::Resize(*columns, *lines)).await?;
                player.watch(AFTER_A_KEY).await?;
            }
        }
    }
    if player.has_left {
        player.events.push((player.at, output(LEAVE)));
    }
    Ok(Recording {
        cast: Cast {
            size: script.size,
            at: clock(),
            title: script.title.clone(),
            idle: script.idle,
            events: player.events,
        },
        pictures: player.pictures,
        length: player.at,
    })
}

struct Player {
    session: Session,
    input: mpsc::Sender<Input>,
    inputs: mpsc::Receiver<Input>,
    frames: Frames,
    tape: mpsc::Receiver<Vec<u8>>,
    done: mpsc::Sender<io::Result<()>>,
    /// The recording's time.
    at: Duration,
    events: Vec<(Duration, Recorded)>,
    pictures: Vec<(Duration, Buffer)>,
    has_left: bool,
}

impl Player {
    async fn tell(&mut self, input: Input) -> Result<(), NotPlayed> {
        let told = self.input.send(input).await;
        told.map_err(|_| NotPlayed::HubGone)
    }

    async fn press(&mut self, key: Key, then: Duration) -> Result<(), NotPlayed> {
        if !self.has_left {
            self.tell(Input::Event(Event::Key(key))).await?;
            self.watch(then).await?;
        }
        Ok(())
    }

    /// Lets the session run for `span`.
    async fn watch(&mut self, span: Duration) -> Result<(), NotPlayed> {
        let mut left = span;
        while !left.is_zero() && !self.has_left {
            let part = left.min(LOOK);
            self.go_on(part, part).await?;
            left -= part;
        }
        Ok(())
    }

    async fn until(&mut self, line: usize, words: &str) -> Result<(), NotPlayed> {
        let begun = Instant::now();
        let end = self.at + AWAITED;
        loop {
            let screen = text(self.session.shown());
            if screen.contains(words) {
                return Ok(());
            }
            if self.has_left || begun.elapsed() > PATIENCE {
                return Err(NotPlayed::NotSeen {
                    line,
                    words: words.to_owned(),
                    screen,
                });
            }
            self.go_on(LOOK, LOOK.min(end.saturating_sub(self.at)))
                .await?;
        }
    }

    /// Lets the session run for `span`, which takes `counted` in the recording, and looks at the screen then.
    async fn go_on(&mut self, span: Duration, counted: Duration) -> Result<(), NotPlayed> {
        let Self {
            session,
            input,
            inputs,
            frames,
            tape,
            done,
            ..
        } = self;
        let (begun, at, events) = (Instant::now(), self.at, &mut self.events);
        let until = begun + span;
        let outcome = loop {
            // A session that is asked for a pause has come to the end of what it does.
            let pause = async {
                sleep_until(until).await;
                let _ = input.send(Input::Suspend).await;
            };
            let keep = async {
                while let Some(bytes) = tape.recv().await {
                    let after = begun.elapsed().min(counted);
                    events.push((at + after, output(&bytes)));
                    if done.send(Ok(())).await.is_err() {
                        return;
                    }
                }
            };
            let aside = async {
                tokio::join!(pause, keep);
                std::future::pending::<Outcome>().await
            };
            let outcome = tokio::select! {
                outcome = session.run(inputs, frames) => outcome,
                outcome = aside => outcome,
            };
            // Ctrl-Z means nothing here.
            if outcome != Outcome::Suspend || Instant::now() >= until {
                break outcome;
            }
        };
        self.at += counted;
        match outcome {
            Outcome::Suspend => {
                let shown = self.session.shown();
                if self.pictures.last().is_none_or(|(_, last)| last != shown) {
                    self.pictures.push((at, shown.clone()));
                }
                Ok(())
            }
            Outcome::HubGone => Err(NotPlayed::HubGone),
            Outcome::Quit | Outcome::Terminated | Outcome::HungUp => {
                self.has_left = true;
                Ok(())
            }
        }
    }
}

fn output(bytes: &[u8]) -> Recorded {
    Recorded::Output(String::from_utf8_lossy(bytes).into_owned())
}
