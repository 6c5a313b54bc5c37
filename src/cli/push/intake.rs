//! JSON lines from standard input, numbered, checked, and at most a few batches ahead of the database.

use std::io::{BufRead, BufReader, Read};

use tokio::sync::mpsc;

use crate::model::live::{LiveError, LiveItem, MAX_PAYLOAD};
use crate::model::panel_data::Failure;
use crate::model::time::Moment;

/// Most lines in one batch.
const BATCH: usize = 1_000;

/// An item and the line it stood in, from 1; none for the one of the arguments.
#[derive(Debug)]
pub(super) struct Line {
    pub number: Option<u64>,
    pub item: LiveItem,
}

/// A line that is no item.
#[derive(Debug)]
pub(super) struct Wrong {
    pub number: u64,
    pub why: String,
}

/// What has been read and not taken yet.
pub(super) struct Lines(mpsc::Receiver<Result<Line, Wrong>>);

impl Lines {
    /// All that is there, at least one line; none at the end.
    pub async fn next(&mut self) -> Option<Vec<Result<Line, Wrong>>> {
        let mut batch = Vec::new();
        let count = self.0.recv_many(&mut batch, BATCH).await;
        (count > 0).then_some(batch)
    }
}

/// Reads `input` on a thread of its own, which waits when nobody takes the lines.
pub(super) fn start(
    input: impl Read + Send + 'static,
    clock: fn() -> Moment,
) -> Result<Lines, Failure> {
    let (sender, receiver) = mpsc::channel(2 * BATCH);
    std::thread::Builder::new()
        .name("stdin".to_owned())
        .spawn(move || read(input, clock, &sender))
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    Ok(Lines(receiver))
}

fn read(input: impl Read, clock: fn() -> Moment, lines: &mpsc::Sender<Result<Line, Wrong>>) {
    let mut input = BufReader::with_capacity(64 * 1024, input);
    let mut text = Vec::new();
    for number in 1.. {
        let line = match next_line(&mut input, &mut text) {
            Ok(None) => return,
            Ok(Some(length)) => parse(&text, length, clock()).transpose(),
            Err(error) => {
                let why = format!("standard input cannot be read: {error}");
                let _ = lines.blocking_send(Err(Wrong { number, why }));
                return;
            }
        };
        let line = match line {
            None => continue,
            Some(Ok(item)) => Ok(Line {
                number: Some(number),
                item,
            }),
            Some(Err(error)) => Err(Wrong {
                number,
                why: error.to_string(),
            }),
        };
        if lines.blocking_send(line).is_err() {
            return;
        }
    }
}

/// Reads one line into `text`, of a line too long only its start, and answers its true length.
fn next_line(input: &mut impl BufRead, text: &mut Vec<u8>) -> std::io::Result<Option<usize>> {
    text.clear();
    let mut length = 0;
    let mut any = false;
    loop {
        let chunk = input.fill_buf()?;
        if chunk.is_empty() {
            return Ok(any.then_some(length));
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = &chunk[..end.unwrap_or(chunk.len())];
        length += part.len();
        let room = (MAX_PAYLOAD + 1).saturating_sub(text.len());
        text.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        if end.is_some() {
            return Ok(Some(length));
        }
    }
}

/// None for an empty line.
fn parse(text: &[u8], length: usize, now: Moment) -> Result<Option<LiveItem>, LiveError> {
    if length > MAX_PAYLOAD {
        return Err(LiveError::Size(length));
    }
    let text = text.trim_ascii();
    if text.is_empty() {
        return Ok(None);
    }
    let item = LiveItem::from_json(text, now)?;
    // What is announced may be longer than what came: it has a time, and replaced characters.
    if length > MAX_PAYLOAD / 4 {
        let written = item.to_json().len();
        if written > MAX_PAYLOAD {
            return Err(LiveError::Size(written));
        }
    }
    Ok(Some(item))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &'static [u8]) -> Vec<(u64, Result<String, String>)> {
        let (sender, mut receiver) = mpsc::channel(100);
        read(input, || Moment(0), &sender);
        drop(sender);
        std::iter::from_fn(|| receiver.try_recv().ok())
            .map(|line| match line {
                Ok(line) => (
                    line.number.unwrap(),
                    Ok(line.item.metric().unwrap_or("an event").to_owned()),
                ),
                Err(wrong) => (wrong.number, Err(wrong.why)),
            })
            .collect()
    }

    #[test]
    fn lines_are_numbered_and_empty_ones_count() {
        let found = all(b"{\"metric\":\"a\",\"value\":1}\r\n\n  \n{\"event\":\"up\"}\nnonsense\n{\"metric\":\"b\",\"value\":2}");
        let numbers: Vec<u64> = found.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 4, 5, 6]);
        assert_eq!(found[0].1.as_deref(), Ok("a"));
        assert_eq!(found[1].1.as_deref(), Ok("an event"));
        assert!(
            found[2]
                .1
                .as_ref()
                .unwrap_err()
                .contains("not a live payload")
        );
        assert_eq!(found[3].1.as_deref(), Ok("b"), "without a line end");
    }

    #[test]
    fn a_line_without_end_is_not_held_in_memory() {
        let endless = std::io::repeat(b'x').take(50_000_000);
        let mut input = BufReader::new(endless.chain(&b"\nnext\n"[..]));
        let mut text = Vec::new();
        assert_eq!(next_line(&mut input, &mut text).unwrap(), Some(50_000_000));
        assert!(text.capacity() < 100_000, "{}", text.capacity());
        assert!(parse(&text, 50_000_000, Moment(0)).is_err());
        assert_eq!(next_line(&mut input, &mut text).unwrap(), Some(4));
        assert_eq!(text, b"next");
        assert_eq!(next_line(&mut input, &mut text).unwrap(), None);
    }
}
