//! Where a reader stands in the stream, and how it notices that something is missing.
//!
//! `XREAD` says nothing when entries after the cursor were trimmed, and waits for ever when the stream was
//! made anew with lower ids. Three accounts are compared: the writer's sequence (in each entry and in the
//! hash), the ids, and how many entries the stream ever had, which also covers entries made by hand.

use redis::Value;

use super::connect::text;
use super::entry::{Entry, Id};

/// What the server's books say at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Books {
    /// The hash's `_seq`; 0 when missing.
    pub seq: u64,
    /// The hash's `_id`.
    pub id: Option<Id>,
    /// The stream; none when there is none.
    pub stream: Option<StreamBooks>,
}

/// From `XINFO STREAM`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct StreamBooks {
    pub length: u64,
    pub last: Id,
    /// Entries ever added; servers before version 7 do not count them.
    pub added: Option<u64>,
}

/// After which entry a reader goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// The last entry read.
    pub cursor: Id,
    /// The last sequence number read.
    pub seq: u64,
    /// How many entries the stream had with the last one read; none while that is not known.
    count: Option<u64>,
    /// Which server process; none when it may not be asked.
    pub run: Option<String>,
}

impl StreamBooks {
    /// Reads the answer of `XINFO STREAM`.
    pub fn read(answer: &Value) -> Option<Self> {
        let Value::Array(flat) = answer else {
            return None;
        };
        let field = |name: &str| {
            flat.chunks_exact(2)
                .find(|pair| text(&pair[0]) == Some(name))
                .map(|pair| &pair[1])
        };
        let number = |name: &str| match field(name) {
            Some(Value::Int(number)) => u64::try_from(*number).ok(),
            _ => None,
        };
        Some(Self {
            length: number("length")?,
            last: text(field("last-generated-id")?)?.parse().ok()?,
            added: number("entries-added"),
        })
    }
}

impl Position {
    /// The position after a snapshot: whatever the hash counts has been seen. Entries made by hand after the
    /// hash's last one are still read; without a hash, reading starts at the stream's end.
    pub fn after_snapshot(books: &Books, run: Option<String>) -> Self {
        let stream = books.stream.unwrap_or_default();
        let cursor = books.id.map_or(stream.last, |id| id.min(stream.last));
        Self {
            cursor,
            seq: books.seq,
            count: match books.stream {
                None => Some(0),
                Some(stream) if stream.last == cursor => stream.added,
                Some(_) => None,
            },
            run,
        }
    }

    /// Goes on by entries just read. A hole in their sequence is told, and the position is then of no use.
    pub fn advance(&mut self, entries: &[Entry]) -> Result<(), String> {
        for entry in entries {
            self.cursor = entry.id;
            self.count = self.count.map(|count| count + 1);
            let Some(seq) = entry.seq else {
                continue;
            };
            if seq <= self.seq {
                return Err("sequence began anew".to_owned());
            }
            let missing = seq - self.seq - 1;
            if missing > 0 {
                return Err(format!("{missing} samples missing"));
            }
            self.seq = seq;
        }
        Ok(())
    }

    /// Compares with the server's books, all of one moment. Tells why what comes next cannot be
    /// what follows what was read.
    pub fn compare(&mut self, books: &Books) -> Result<(), String> {
        let gone = |why: &str| Err(why.to_owned());
        if books.seq < self.seq {
            return gone("Redis was emptied");
        }
        let Some(stream) = books.stream else {
            return if self.cursor > Id::default() || books.seq > self.seq {
                gone("stream was deleted")
            } else {
                Ok(())
            };
        };
        if stream.last < self.cursor {
            return gone("stream began anew");
        }
        if let (Some(count), Some(added)) = (self.count, stream.added) {
            if added < count {
                return gone("stream began anew");
            }
            let trimmed = added.saturating_sub(stream.length);
            if trimmed > count {
                return Err(format!("{} samples trimmed unread", trimmed - count));
            }
        }
        if stream.last == self.cursor {
            // At its end: nothing can be missing between.
            if books.seq > self.seq || self.count.zip(stream.added).is_some_and(|(c, a)| c != a) {
                return gone("samples missing");
            }
            self.count = stream.added;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::live::LiveError;

    fn id(millis: u64) -> Id {
        Id { millis, number: 0 }
    }

    fn entry(millis: u64, seq: Option<u64>) -> Entry {
        Entry {
            id: id(millis),
            seq,
            item: Err(LiveError::Nameless),
        }
    }

    /// `added` entries with the ids 1 to `added`, of which `length` are left.
    fn books(seq: u64, added: u64, length: u64) -> Books {
        Books {
            seq,
            id: Some(id(added)),
            stream: Some(StreamBooks {
                length,
                last: id(added),
                added: Some(added),
            }),
        }
    }

    fn at(entries: u64) -> Position {
        Position::after_snapshot(&books(entries, entries, entries), None)
    }

    #[test]
    fn contiguous_entries_are_no_hole_with_entries_by_hand_between_them() {
        let mut position = at(5);
        let read = [entry(6, Some(6)), entry(7, None), entry(8, Some(7))];
        assert_eq!(position.advance(&read), Ok(()));
        assert_eq!((position.cursor, position.seq), (id(8), 7));
        assert_eq!(position.compare(&books(7, 8, 8)), Ok(()));
    }

    #[test]
    fn a_jump_in_the_sequence_and_a_step_back_are_holes() {
        assert_eq!(
            at(5).advance(&[entry(9, Some(9))]),
            Err("3 samples missing".into())
        );
        assert!(at(5).advance(&[entry(9, Some(1))]).is_err());
    }

    #[test]
    fn entries_trimmed_before_they_were_read_are_noticed_and_others_are_not() {
        // 20 were added, the first 8 are gone.
        let trimmed = books(20, 20, 12);
        assert_eq!(
            at(5).compare(&trimmed),
            Err("3 samples trimmed unread".into())
        );
        assert_eq!(at(8).compare(&trimmed), Ok(()));
        assert_eq!(at(20).compare(&books(20, 20, 0)), Ok(()), "all were read");
    }

    #[test]
    fn a_wiped_server_is_noticed_in_each_of_its_disguises() {
        assert!(at(5).compare(&Books::default()).is_err(), "FLUSHALL");
        assert!(
            at(5).compare(&books(2, 2, 2)).is_err(),
            "and two samples since"
        );
        let mut hash_kept = books(5, 5, 5);
        hash_kept.stream = None;
        assert!(at(5).compare(&hash_kept).is_err(), "DEL of the stream");
        // Ids are times: the new stream's are higher than the cursor.
        let mut by_hand = at(5);
        by_hand.seq = 0;
        by_hand.advance(&[entry(100, None)]).unwrap();
        let mut anew = books(0, 1, 1);
        anew.stream.as_mut().unwrap().last = id(100);
        assert!(by_hand.compare(&anew).is_err(), "made anew by hand");
    }

    #[test]
    fn a_sample_that_vanished_from_the_end_is_noticed() {
        let mut lost = books(6, 5, 5);
        assert_eq!(at(5).compare(&lost), Err("samples missing".into()));
        lost.stream.as_mut().unwrap().last = id(6);
        assert_eq!(at(5).compare(&lost), Ok(()), "it may still be read");
    }

    #[test]
    fn an_empty_server_is_followed_from_its_first_entry() {
        let mut position = Position::after_snapshot(&Books::default(), None);
        assert_eq!(position.cursor, Id::default());
        assert_eq!(position.compare(&Books::default()), Ok(()));
        assert_eq!(position.advance(&[entry(1, Some(1))]), Ok(()));
        assert_eq!(position.compare(&books(1, 1, 1)), Ok(()));
        assert!(
            position.compare(&books(1, 3, 3)).is_ok(),
            "two more are to be read"
        );
    }

    #[test]
    fn entries_by_hand_after_the_hashs_last_one_are_still_read() {
        let mut ahead = books(5, 9, 9);
        ahead.id = Some(id(5));
        let mut position = Position::after_snapshot(&ahead, None);
        assert_eq!(position.cursor, id(5));
        let read: Vec<_> = (6..=9).map(|n| entry(n, None)).collect();
        assert_eq!(position.advance(&read), Ok(()));
        assert_eq!(position.compare(&ahead), Ok(()));
    }
}
