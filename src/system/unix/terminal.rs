//! What a terminal, or a pipe in its place, tells beside its bytes.

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{self, getpgrp, kill_process_group};
use tokio::sync::oneshot;

/// Keys, clicks and sizes come as escape sequences and signals, and so do answers to questions.
pub const IS_CONSOLE: bool = false;

/// Makes escape sequences work: they do.
pub fn prepare() {}

/// Takes what is no escape sequence: nothing.
///
/// # Errors
/// Never.
pub fn take() -> io::Result<()> {
    Ok(())
}

/// Gives it back.
///
/// # Errors
/// Never.
pub fn give_back() -> io::Result<()> {
    Ok(())
}

/// Columns and lines of standard output; 0 where a terminal does not know. None where it is no terminal.
pub fn size() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some((size.ws_col, size.ws_row))
}

/// Stops the whole foreground job, as the terminal's own Ctrl-Z would (a parent such as `cargo run` included).
///
/// # Errors
/// The system does not let it.
pub fn stop_the_job() -> io::Result<()> {
    Ok(kill_process_group(getpgrp(), process::Signal::STOP)?)
}

/// The terminal keys come from: standard input, or the controlling terminal where that is a pipe.
fn keyboard() -> io::Result<OwnedFd> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        return stdin.as_fd().try_clone_to_owned();
    }
    Ok(std::fs::File::open("/dev/tty")?.into())
}

/// Calls `say` when the keyboard's terminal went away without a signal (`nohup`, some tmux and `ssh -t` set-ups).
/// Who reads from it may then spin or wait for ever; asking the kernel for hang-ups alone does neither.
///
/// # Errors
/// There is no such terminal.
pub fn on_hang_up(say: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let keyboard = keyboard()?;
    std::thread::spawn(move || {
        loop {
            // With no event wanted, poll wakes for POLLHUP, POLLERR and POLLNVAL only.
            let mut watched = [PollFd::new(&keyboard, PollFlags::empty())];
            match poll(&mut watched, None) {
                Ok(_) if watched[0].revents().is_empty() => {}
                Err(Errno::INTR) => {}
                Ok(_) | Err(_) => return say(),
            }
        }
    });
    Ok(())
}

/// Comes when standard output is a pipe that nobody reads any more, before there is something to write.
pub async fn nobody_reads() {
    let (say, closed) = oneshot::channel();
    std::thread::spawn(move || {
        let stdout = io::stdout();
        loop {
            // With no event wanted, poll wakes for POLLERR and the like only.
            let mut watched = [PollFd::new(&stdout, PollFlags::empty())];
            match poll(&mut watched, None) {
                Ok(_) if watched[0].revents().is_empty() => {}
                Err(Errno::INTR) => {}
                // A regular file cannot be watched and always has a reader.
                Ok(_) if watched[0].revents() == PollFlags::NVAL => std::thread::park(),
                Ok(_) | Err(_) => {
                    let _ = say.send(());
                    return;
                }
            }
        }
    });
    let _ = closed.await;
}
