//! What the protocol runs over, and how it is handed to tokio-postgres.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::super::error::QueryError;
use super::super::wire::Wire;

/// What the protocol runs over.
pub(in super::super) trait Socket: TlsStream + Unpin + Send {}
impl<S: TlsStream + Unpin + Send> Socket for S {}

/// A socket without TLS.
pub(super) struct Plain<S>(pub S);

impl<S: AsyncRead + Unpin> AsyncRead for Plain<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Plain<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Plain<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

/// Hands tokio-postgres a stream that is ready, or an error of ours through its own error type.
pub(super) struct Ready(pub Result<Wire, QueryError>);

impl<S> TlsConnect<S> for Ready {
    type Stream = Wire;
    type Error = QueryError;
    type Future = std::future::Ready<Result<Wire, QueryError>>;

    fn connect(self, _: S) -> Self::Future {
        std::future::ready(self.0)
    }
}
