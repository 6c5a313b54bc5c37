//! Sockets that are files: none that servers listen on here. What the system sees to on others.

use std::io;
use std::path::Path;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// Where PostgreSQL's are.
pub const POSTGRESQL: &[&str] = &[];

/// Never connects.
///
/// # Errors
/// Always.
#[expect(clippy::unused_async, reason = "as on Unix")]
pub async fn connect(_: &Path) -> io::Result<tokio::io::Empty> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "Unix sockets need Linux or macOS; on Windows name a host, such as localhost",
    ))
}

/// Asks the other side for a sign of life after `idle` of silence, then every `interval`. How many may stay
/// unanswered the system knows: 10.
///
/// # Errors
/// The socket does not take it.
pub fn keep_alive(
    stream: &TcpStream,
    idle: Duration,
    interval: Duration,
    _: u32,
) -> io::Result<()> {
    let alive = TcpKeepalive::new().with_time(idle).with_interval(interval);
    SockRef::from(stream).set_tcp_keepalive(&alive)
}

/// Nothing: Linux only.
///
/// # Errors
/// Never.
pub fn give_up_after(_: &TcpStream, _: Duration) -> io::Result<()> {
    Ok(())
}
