//! Taking the terminal and giving it back as it was found.

use std::io::{self, IsTerminal, Write};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode, is_raw_mode_enabled};

use crate::system::terminal::{self, IS_CONSOLE};

/// Alternate screen, no cursor; clicks, wheel, and motion with and without a button, in SGR form (a terminal that
/// knows no motion still has the clicks); what is pasted comes marked as such. Motion costs bytes one way only:
/// what it changes nothing of is not drawn again.
pub(in crate::front) const ENTER: &[u8] =
    b"\x1b[?1049h\x1b[?25l\x1b[?1000h\x1b[?1002h\x1b[?1003h\x1b[?1006h\x1b[?2004h";
/// The same backwards, after ending a synchronized update that may have been cut short.
pub(in crate::front) const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?25h\x1b[?1049l";
/// Of both what a console understands: clicks are taken by [`terminal::take`], and what is pasted comes as keys,
/// between which the marks would be keys, too.
const ENTER_CONSOLE: &[u8] = b"\x1b[?1049h\x1b[?25l";
const LEAVE_CONSOLE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?25h\x1b[?1049l";

/// The exit code of a Rust program that panics.
const PANICKED: i32 = 101;

/// The terminal while it is ours; dropping it gives it back.
#[derive(Debug)]
pub(super) struct Terminal {
    ours: bool,
}

impl Terminal {
    /// Takes the terminal.
    pub fn enter() -> io::Result<Self> {
        if !io::stdout().is_terminal() {
            return Err(io::Error::other("standard output is not a terminal"));
        }
        let mut terminal = Self { ours: false };
        terminal.enter_again()?;
        Ok(terminal)
    }

    /// Writes something that is not for the screen.
    #[expect(
        clippy::unused_self,
        reason = "only who holds the terminal may write to it"
    )]
    pub fn say(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stdout = io::stdout();
        stdout.write_all(bytes)?;
        stdout.flush()
    }

    /// Takes it back after [`Terminal::leave`].
    pub fn enter_again(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        self.ours = true;
        terminal::take()?;
        let mut stdout = io::stdout();
        stdout.write_all(if IS_CONSOLE { ENTER_CONSOLE } else { ENTER })?;
        stdout.flush()
    }

    /// Gives it back. A terminal that is gone is no reason to complain: there is nobody to read it.
    pub fn leave(&mut self) {
        if std::mem::take(&mut self.ours) {
            give_back();
        }
    }

    /// Forgets it without a word: it is gone.
    pub fn abandon(&mut self) {
        if std::mem::take(&mut self.ours) {
            let _ = disable_raw_mode();
        }
    }

    /// Columns and lines, never zero.
    pub fn size() -> (u16, u16) {
        match terminal::size() {
            Some((width, height)) if width > 0 && height > 0 => (width, height),
            _ => (80, 24),
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.leave();
    }
}

/// Once is enough: a second [`LEAVE`] would put the cursor back onto what was printed since, such as
/// the message of a panic that is now unwinding through [`Terminal`]'s drop.
fn give_back() -> bool {
    if !is_raw_mode_enabled().unwrap_or(false) {
        return false;
    }
    let mut stdout = io::stdout();
    let last = if IS_CONSOLE { LEAVE_CONSOLE } else { LEAVE };
    let written = stdout.write_all(last).and_then(|()| stdout.flush());
    let given = terminal::give_back();
    let cooked = disable_raw_mode();
    if let Err(problem) = written.and(given).and(cooked) {
        tracing::warn!(%problem, "the terminal could not be given back");
    }
    true
}

/// Makes a panic anywhere give the terminal back before its message is printed, and end the program: a
/// task's panic that somebody catches would leave the dashboard drawing on a terminal that is not ours.
pub fn restore_on_panic() {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let was_ours = give_back();
        report(panic);
        if was_ours {
            std::process::exit(PANICKED);
        }
    }));
}
