//! Everything that can happen to a terminal program, as one stream of inputs.

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::background::{Heard, PAUSE, Question, Replies};
use super::keys::event_of;
use crate::session::Input;

/// `SIGTSTP` on Linux and macOS (20 and 18): what `kill -TSTP` sends.
const TSTP: i32 = if cfg!(target_os = "macos") { 18 } else { 20 };

/// Listens to the signals that end, stop or resize the program.
pub(super) fn signals(inputs: &mpsc::Sender<Input>) -> io::Result<()> {
    let kinds = [
        (SignalKind::terminate(), Some(Input::Terminate)),
        (SignalKind::interrupt(), Some(Input::Terminate)),
        (SignalKind::hangup(), Some(Input::Terminate)),
        (SignalKind::from_raw(TSTP), Some(Input::Suspend)),
        (SignalKind::window_change(), None),
    ];
    for (kind, input) in kinds {
        let mut stream = signal(kind)?;
        let inputs = inputs.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                let input = match &input {
                    Some(input) => input.clone(),
                    None => match rustix::termios::tcgetwinsize(io::stdout()) {
                        Ok(size) => Input::Resize(size.ws_col.max(1), size.ws_row.max(1)),
                        Err(_) => continue,
                    },
                };
                if inputs.send(input).await.is_err() {
                    return;
                }
            }
        });
    }
    Ok(())
}

/// The terminal keys come from: standard input, or the controlling terminal where that is a pipe.
fn keyboard() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return stdin.as_fd().try_clone_to_owned();
    }
    Ok(std::fs::File::open("/dev/tty")?.into())
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
                    for event in events.iter().filter_map(event_of) {
                        if inputs.blocking_send(Input::Event(event)).is_err() {
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

fn next(replies: &mut Replies) -> io::Result<Heard> {
    if replies.is_holding() && !crossterm::event::poll(PAUSE)? {
        return Ok(Heard::Events(replies.give_up()));
    }
    Ok(replies.hear(crossterm::event::read()?))
}

/// Notices a terminal that went away without a signal (`nohup`, some tmux and `ssh -t` set-ups).
/// The reader above may then spin or wait for ever; asking the kernel for hang-ups alone does neither.
pub(super) fn hang_up(inputs: mpsc::Sender<Input>) -> io::Result<()> {
    let keyboard = keyboard()?;
    std::thread::spawn(move || {
        loop {
            // With no event wanted, poll wakes for POLLHUP, POLLERR and POLLNVAL only.
            let mut watched = [PollFd::new(&keyboard, PollFlags::empty())];
            match poll(&mut watched, None) {
                Ok(_) if watched[0].revents().is_empty() => {}
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) | Err(_) => {
                    let _ = inputs.blocking_send(Input::HungUp);
                    return;
                }
            }
        }
    });
    Ok(())
}
