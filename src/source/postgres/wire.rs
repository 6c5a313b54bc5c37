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
    out.extend_from_slice(&(body.len() as i32 + 4).to_be_bytes());
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A field as the server describes it.
    fn field(name: &[u8], table: u32, oid: u32) -> Vec<u8> {
        let mut bytes = name.to_vec();
        bytes.push(0);
        bytes.extend_from_slice(&table.to_be_bytes());
        bytes.extend_from_slice(&3_i16.to_be_bytes());
        bytes.extend_from_slice(&oid.to_be_bytes());
        bytes.extend_from_slice(&(-1_i16).to_be_bytes());
        bytes.extend_from_slice(&(-1_i32).to_be_bytes());
        bytes.extend_from_slice(&1_i16.to_be_bytes());
        bytes
    }

    fn description(fields: &[Vec<u8>]) -> Vec<u8> {
        let mut body = (fields.len() as u16).to_be_bytes().to_vec();
        body.extend(fields.concat());
        framed(b'T', &body)
    }

    fn framed(tag: u8, body: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        message(tag, body, &mut out);
        out
    }

    fn filtered(pieces: &[&[u8]]) -> Vec<u8> {
        let mut filter = Filter::default();
        let mut out = Vec::new();
        for piece in pieces {
            filter.feed(piece, &mut out);
        }
        out
    }

    const ENUM: u32 = 16_412;

    /// What a pipelined group sounds like: BEGIN, an empty result with an enum column, COMMIT.
    fn empty_result() -> (Vec<u8>, Vec<u8>) {
        let sent = [
            framed(b'C', b"BEGIN\0"),
            framed(b'Z', b"T"),
            framed(b'1', b""),
            framed(b'2', b""),
            framed(b't', &[0, 0]),
            description(&[field(b"id", 999, 20), field(b"state", 999, ENUM)]),
            framed(b'C', b"SELECT 0\0"),
            framed(b'Z', b"T"),
            framed(b'C', b"COMMIT\0"),
            framed(b'Z', b"I"),
        ];
        let mut seen = sent.clone();
        seen[5] = description(&[
            field(b"id", 20, 20),
            field(b"state", ENUM, Type::TEXT.oid()),
        ]);
        seen[6] = [
            framed(b'D', &[0, 2, 255, 255, 255, 255, 255, 255, 255, 255]),
            framed(b'C', format!("SELECT {NO_ROWS}\0").as_bytes()),
        ]
        .concat();
        (sent.concat(), seen.concat())
    }

    #[test]
    fn an_empty_result_gets_its_columns_and_real_types() {
        let (sent, seen) = empty_result();
        assert_eq!(filtered(&[&sent]), seen);
    }

    #[test]
    fn every_cut_gives_the_same_bytes() {
        let (sent, seen) = empty_result();
        for cut in 0..=sent.len() {
            assert_eq!(
                filtered(&[&sent[..cut], &sent[cut..]]),
                seen,
                "cut at {cut}"
            );
        }
        let single: Vec<&[u8]> = sent.chunks(1).collect();
        assert_eq!(filtered(&single), seen);
    }

    #[test]
    fn a_result_with_rows_keeps_them_and_its_tag() {
        let rows = [
            framed(b'D', &[0, 1, 0, 0, 0, 1, b'x']),
            framed(b'C', b"SHOW\0"),
            framed(b'Z', b"I"),
        ]
        .concat();
        let sent = [description(&[field(b"x", 0, 25)]), rows.clone()].concat();
        let seen = [description(&[field(b"x", 25, 25)]), rows].concat();
        assert_eq!(filtered(&[&sent]), seen);
    }

    #[test]
    fn an_error_after_the_description_makes_up_no_row() {
        let sent = [
            description(&[field(b"x", 0, 25)]),
            framed(b'E', b"SERROR\0\0"),
            framed(b'Z', b"E"),
            framed(b'C', b"ROLLBACK\0"),
            framed(b'Z', b"I"),
        ];
        let out = filtered(&[&sent.concat()]);
        assert_eq!(out[sent[0].len()..], sent[1..].concat());
    }

    #[test]
    fn a_name_that_is_no_text_becomes_one() {
        let sent = description(&[field(b"caf\xe9", 0, 25), field("über".as_bytes(), 0, 25)]);
        let seen = description(&[
            field("caf\u{fffd}".as_bytes(), 25, 25),
            field("über".as_bytes(), 25, 25),
        ]);
        assert_eq!(filtered(&[&sent]), seen);
    }

    #[test]
    fn a_row_too_long_for_memory_is_an_error_and_the_next_message_is_fine() {
        let mut filter = Filter::default();
        let mut out = Vec::new();
        let length = LONGEST_ROW + 1;
        filter.feed(
            &[b"D".as_slice(), &(length as i32 + 4).to_be_bytes()].concat(),
            &mut out,
        );
        for _ in 0..length / 1024 {
            filter.feed(&[0; 1024], &mut out);
        }
        filter.feed(&[0], &mut out);
        let end = framed(b'Z', b"I");
        filter.feed(&end, &mut out);
        assert_eq!(out[0], b'E');
        assert!(out.ends_with(&end) && out.len() < 300, "{}", out.len());
    }

    #[test]
    fn nonsense_passes_for_the_driver_to_refuse() {
        let sent = [b"T".as_slice(), &[0, 0, 0, 1], b"rest"].concat();
        assert_eq!(filtered(&[&sent]), sent);
        let short = framed(b'T', &[0, 9, b'a', 0, 1]);
        assert_eq!(filtered(&[&short]), short);
    }

    proptest! {
        #[test]
        fn any_cuts_of_any_messages_give_the_same_bytes(
            messages in proptest::collection::vec(
                (prop_oneof![Just(b'D'), Just(b'T'), Just(b'C'), Just(b'Z'), Just(b'N'), any::<u8>()],
                 proptest::collection::vec(any::<u8>(), 0..40)),
                0..8,
            ),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        ) {
            let sent: Vec<u8> = messages.iter().flat_map(|(tag, body)| framed(*tag, body)).collect();
            let mut ends: Vec<usize> = cuts.iter().map(|cut| cut.index(sent.len() + 1)).collect();
            ends.push(sent.len());
            ends.sort_unstable();
            let mut start = 0;
            let mut pieces = Vec::new();
            for end in ends {
                pieces.push(&sent[start..end]);
                start = end;
            }
            prop_assert_eq!(filtered(&pieces), filtered(&[&sent]));
        }
    }
}
