//! Sockets that are files, and what the system sees to on others.

use std::io;
use std::path::Path;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpStream, UnixStream};

/// Where PostgreSQL's are, as libpq looks for them.
pub const POSTGRESQL: &[&str] = &["/var/run/postgresql", "/tmp"];

/// Connects to the one of this name.
///
/// # Errors
/// As `connect(2)`.
pub async fn connect(file: &Path) -> io::Result<UnixStream> {
    UnixStream::connect(file).await
}

/// Asks the other side for a sign of life after `idle` of silence, then every `interval`, and gives up after `count`
/// that were not answered.
///
/// # Errors
/// As `setsockopt(2)`.
pub fn keep_alive(
    stream: &TcpStream,
    idle: Duration,
    interval: Duration,
    count: u32,
) -> io::Result<()> {
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, idle)?;
    sockopt::set_tcp_keepintvl(stream, interval)?;
    sockopt::set_tcp_keepcnt(stream, count)?;
    Ok(())
}

/// Gives up when what was sent is not acknowledged for so long. Linux only; elsewhere nothing.
///
/// # Errors
/// As `setsockopt(2)`.
pub fn give_up_after(stream: &TcpStream, limit: Duration) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    sockopt::set_tcp_user_timeout(stream, limit.as_millis() as u32)?;
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, limit);
    Ok(())
}
