//! Everything that can happen to a terminal program, as one stream of inputs.

use std::io;

use crossterm::event::Event as Raw;
use tokio::sync::mpsc;

use super::background::{Heard, PAUSE, Question, Replies};
use super::keys::event_of;
use crate::session::Input;
use crate::system::Signal;
use crate::system::signals::Signals;
use crate::system::terminal::{IS_CONSOLE, on_hang_up, size};

/// Listens to the signals that end, stop or resize the program.
pub(super) fn signals(inputs: &mpsc::Sender<Input>) -> io::Result<()> {
    let mut signals = Signals::hear(&[
        Signal::Terminated,
        Signal::Interrupted,
        Signal::HungUp,
        Signal::Stopped,
        Signal::Resized,
    ])?;
    let inputs = inputs.clone();
    tokio::spawn(async move {
        loop {
            let input = match signals.next().await {
                Signal::Terminated | Signal::Interrupted | Signal::HungUp => Input::Terminate,
                Signal::Stopped => Input::Suspend,
                Signal::Resized => match resized() {
                    Some(input) => input,
                    None => continue,
                },
            };
            if inputs.send(input).await.is_err() {
                return;
            }
        }
    });
    Ok(())
}

fn resized() -> Option<Input> {
    size().map(|(width, height)| Input::Resize(width.max(1), height.max(1)))
}

/// Reads keys in a thread of its own. It lives as long as the process: a read cannot be taken back.
pub(super) fn keys(inputs: mpsc::Sender<Input>, question: Question) {
    std::thread::spawn(move || {
        let mut replies = Replies::default();
        loop {
            match next(&mut replies) {
                Ok(Heard::Background(background)) => {
                    question.is_answered();
                    if inputs.blocking_send(Input::Background(background)).is_err() {
                        return;
                    }
                }
                Ok(Heard::Events(events)) => {
                    for input in events.iter().filter_map(input_of) {
                        if inputs.blocking_send(input).is_err() {
                            return;
                        }
                    }
                }
                Err(problem) => {
                    tracing::warn!(%problem, "the keyboard cannot be read");
                    let _ = inputs.blocking_send(Input::HungUp);
                    return;
                }
            }
        }
    });
}

/// What is read as an input, if anything here reacts to it.
fn input_of(raw: &Raw) -> Option<Input> {
    match raw {
        // Elsewhere a signal comes. A console may tell the size of more than is seen of it.
        Raw::Resize(..) if IS_CONSOLE => resized(),
        raw => event_of(raw).map(Input::Event),
    }
}

fn next(replies: &mut Replies) -> io::Result<Heard> {
    if replies.is_holding() && !crossterm::event::poll(PAUSE)? {
        return Ok(Heard::Events(replies.give_up()));
    }
    Ok(replies.hear(crossterm::event::read()?))
}

/// Notices a terminal that went away without a signal.
pub(super) fn hang_up(inputs: mpsc::Sender<Input>) -> io::Result<()> {
    on_hang_up(move || {
        let _ = inputs.blocking_send(Input::HungUp);
    })
}
