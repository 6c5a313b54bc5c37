//! The console: escape sequences to it, records from it.

use std::io;

use crossterm::ansi_support::supports_ansi;
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::execute;

/// Keys, clicks and sizes come as records; nothing answers an escape sequence. It shows all colours.
pub const IS_CONSOLE: bool = true;

/// Makes escape sequences work, as they do since Windows 10.
pub fn prepare() {
    supports_ansi();
}

/// Takes clicks and sizes, once the console is raw.
///
/// # Errors
/// It is no console.
pub fn take() -> io::Result<()> {
    execute!(io::stdout(), EnableMouseCapture)
}

/// Gives them back, while it is still raw.
///
/// # Errors
/// It is no console.
pub fn give_back() -> io::Result<()> {
    execute!(io::stdout(), DisableMouseCapture)
}

/// Columns and lines of the console. None where there is none.
pub fn size() -> Option<(u16, u16)> {
    crossterm::terminal::size().ok()
}

/// Nothing: there are no jobs.
///
/// # Errors
/// Never.
pub fn stop_the_job() -> io::Result<()> {
    Ok(())
}

/// Never calls `say`: the end of a console is a [`Terminated`](crate::system::Signal::Terminated).
///
/// # Errors
/// Never.
pub fn on_hang_up(_: impl FnOnce() + Send + 'static) -> io::Result<()> {
    Ok(())
}

/// Never comes: a pipe tells whoever writes into it.
pub async fn nobody_reads() {
    std::future::pending::<()>().await;
}
