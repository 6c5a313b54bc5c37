//! Floor 0: what operating systems do differently: files that are one's own, sockets, signals, terminals.
//!
//! `unix` and `windows` offer the same names; no other room asks which system it is on, but for [`demo`](crate::demo),
//! whose servers are Unix programs.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub use unix::{files, signals, sockets, terminal};
#[cfg(windows)]
pub use windows::{files, signals, sockets, terminal};

/// What this process is told from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C, where it is no key: `SIGINT`.
    Interrupted,
    /// It is to end: `SIGTERM`; on Windows Ctrl-Break, a console that closes, and the end of the session.
    Terminated,
    /// Its terminal is gone: `SIGHUP`. Never on Windows.
    HungUp,
    /// It is to stop until it is continued: `SIGTSTP`. Never on Windows.
    Stopped,
    /// Its terminal has another size: `SIGWINCH`. Never on Windows, where this is among the keys.
    Resized,
}
