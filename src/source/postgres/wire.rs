//! A filter between socket and driver that keeps one query at one round trip.
//!
//! tokio-postgres looks up result types it does not know (enums, composites, extensions) with *named*
//! statements, which a transaction pooler breaks, and shows no columns where no row comes back. So, in
//! what the server sends:
//!
//! - a row description's unknown type ids become `text`, and every column's real type id moves to the
//!   field for the table's id, which is of no use here: `Column::table_oid()` is the true type;
//! - a row too long to be held in memory becomes an error;
//! - a described result that ends without a row gets one made-up row of NULLs, and its end is counted
//!   as [`NO_ROWS`] rows, which no real result has.
//!
//! Only row descriptions and command tags are held until they are whole; all else streams through.
//! Message formats: <https://www.postgresql.org/docs/current/protocol-message-formats.html>.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsStream};
use tokio_postgres::types::Type;

use super::connect::Socket;

/// `RowStream::rows_affected()` of a result without rows; its only row is made up.
pub(super) const NO_ROWS: u64 = u64::MAX;

/// A row description is below 140 kB (1664 columns with names of 63 bytes); a longer one is not touched.
const LONGEST_HELD: usize = 1 << 20;
/// The driver holds a row whole before anybody can refuse it.
const LONGEST_ROW: usize = 32 << 20;
const CHUNK: usize = 16 * 1024;

/// The stream tokio-postgres reads and writes.
pub(super) struct Wire {
    socket: Box<dyn Socket>,
    /// None passes everything through as it is.
    filter: Option<Filter>,
    chunk: Box<[u8]>,
    /// Filtered and not yet read.
    ready: Vec<u8>,
    taken: usize,
}

impl Wire {
    pub(super) fn new(socket: Box<dyn Socket>, filtered: bool) -> Self {
        Self {
            socket,
            filter: filtered.then(Filter::default),
            chunk: vec![0; if filtered { CHUNK } else { 0 }].into_boxed_slice(),
            ready: Vec::new(),
            taken: 0,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        let Some(filter) = &mut wire.filter else {
            return Pin::new(&mut wire.socket).poll_read(cx, into);
        };
        while wire.taken == wire.ready.len() {
            wire.ready.clear();
            wire.taken = 0;
            let mut chunk = ReadBuf::new(&mut wire.chunk);
            ready!(Pin::new(&mut wire.socket).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            filter.feed(chunk.filled(), &mut wire.ready);
        }
        let left = &wire.ready[wire.taken..];
        let count = left.len().min(into.remaining());
        into.put_slice(&left[..count]);
        wire.taken += count;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        self.socket.channel_binding()
    }
}

/// Frames messages that arrive in pieces.
#[derive(Debug, Default)]
struct Filter {
    /// Type byte and length, as far as they have come.
    header: [u8; 5],
    header_len: usize,
    /// Bytes of the current message's body still to come.
    left: usize,
    /// The body, where the message is held until it is whole.
    held: Vec<u8>,
    holding: bool,
    /// The current message is left out.
    skipping: bool,
    /// Columns of a described result that had no row yet.
    rowless: Option<u16>,
    /// After a length that cannot be: everything passes, the driver will complain.
    lost: bool,
}

impl Filter {
    /// Takes the next bytes from the server and appends what the driver shall see.
    fn feed(&mut self, mut input: &[u8], out: &mut Vec<u8>) {
        while !input.is_empty() {
            if self.lost {
                out.extend_from_slice(input);
                return;
            }
            if self.header_len < 5 {
                let count = input.len().min(5 - self.header_len);
                self.header[self.header_len..self.header_len + count]
                    .copy_from_slice(&input[..count]);
                self.header_len += count;
                input = &input[count..];
                if self.header_len == 5 {
                    self.begin(out);
                }
            } else {
                let count = input.len().min(self.left);
                if self.holding {
                    self.held.extend_from_slice(&input[..count]);
                } else if !self.skipping {
                    out.extend_from_slice(&input[..count]);
                }
                self.left -= count;
                input = &input[count..];
                if self.left == 0 {
                    self.end(out);
                }
            }
        }
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        let [tag, a, b, c, d] = self.header;
        let length = i32::from_be_bytes([a, b, c, d]);
        let Some(body) = usize::try_from(length).ok().and_then(|n| n.checked_sub(4)) else {
            self.lost = true;
            out.extend_from_slice(&self.header);
            return;
        };
        self.left = body;
        self.holding = match tag {
            b'T' => body <= LONGEST_HELD,
            b'C' => self.rowless.is_some() && body <= LONGEST_HELD,
            _ => false,
        };
        match tag {
            // A row, an error, an empty query or the end of the exchange: nothing to make up.
            b'D' | b'E' | b'I' | b's' | b'Z' => self.rowless = None,
            _ => {}
        }
        self.skipping = tag == b'D' && body > LONGEST_ROW;
        if self.skipping {
            too_long(body, out);
        } else if !self.holding {
            out.extend_from_slice(&self.header);
        }
        if body == 0 {
            self.end(out);
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        self.header_len = 0;
        if !self.holding {
            return;
        }
        self.holding = false;
        let mut body = std::mem::take(&mut self.held);
        if self.header[0] == b'T' {
            self.rowless = describe(&mut body);
            message(b'T', &body, out);
        } else if let Some(columns) = self.rowless.take() {
            let mut row = Vec::with_capacity(2 + 4 * usize::from(columns));
            row.extend_from_slice(&columns.to_be_bytes());
            for _ in 0..columns {
                row.extend_from_slice(&(-1_i32).to_be_bytes());
            }
            message(b'D', &row, out);
            message(b'C', format!("SELECT {NO_ROWS}\0").as_bytes(), out);
        }
        // Keep the allocation for the next description.
        body.clear();
        self.held = body;
    }
}

fn message(tag: u8, body: &[u8], out: &mut Vec<u8>) {
    out.push(tag);
    out.extend_from_slice(&(body.len() as u32 + 4).to_be_bytes());
    out.extend_from_slice(body);
}

/// An error response in a row's place: 54000 is `program_limit_exceeded`.
fn too_long(length: usize, out: &mut Vec<u8>) {
    let text = format!(
        "SERROR\0VERROR\0C54000\0Ma row of {} MB is longer than the {} MB that one row may have\0\
         HSelect fewer or shorter columns: left(column, 1000).\0\0",
        length >> 20,
        LONGEST_ROW >> 20,
    );
    message(b'E', text.as_bytes(), out);
}

/// Rewrites a row description in place and counts its columns; none for a malformed one, which the
/// driver refuses.
///
/// A field is: name, 0, table id (4), attribute number (2), type id (4), length (2), modifier (4), format (2).
fn describe(body: &mut Vec<u8>) -> Option<u16> {
    let columns = u16::from_be_bytes([*body.first()?, *body.get(1)?]);
    make_names_text(body);
    let mut at = 2;
    for _ in 0..columns {
        at += body.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        let field = body.get_mut(at..at + 18)?;
        let real = [field[6], field[7], field[8], field[9]];
        field[..4].copy_from_slice(&real);
        if Type::from_oid(u32::from_be_bytes(real)).is_none() {
            field[6..10].copy_from_slice(&Type::TEXT.oid().to_be_bytes());
        }
        at += 18;
    }
    Some(columns)
}

/// Databases in `SQL_ASCII` may hold names that are not UTF-8, over which the driver would break.
fn make_names_text(body: &mut Vec<u8>) {
    if body.is_ascii() {
        return;
    }
    let mut clean = body[..2].to_vec();
    let mut rest = &body[2..];
    let mut changed = false;
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let Some(field) = rest.get(end..end + 19) else {
            return;
        };
        let name = String::from_utf8_lossy(&rest[..end]);
        changed |= matches!(name, std::borrow::Cow::Owned(_));
        clean.extend_from_slice(name.as_bytes());
        clean.extend_from_slice(field);
        rest = &rest[end + 19..];
    }
    if changed {
        *body = clean;
    }
}

#[cfg(test)]
mod tests;
