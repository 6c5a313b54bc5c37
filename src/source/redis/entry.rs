//! Entries of the stream, as Redis answers them.

use std::fmt;
use std::str::FromStr;

use redis::Value;

use super::connect::text;
use crate::model::live::{LiveError, LiveItem};
use crate::model::time::Moment;

/// A stream id: milliseconds and a number within.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub millis: u64,
    pub number: u64,
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.millis, self.number)
    }
}

impl FromStr for Id {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (millis, number) = text.split_once('-').ok_or(())?;
        Ok(Self {
            millis: millis.parse().map_err(drop)?,
            number: number.parse().map_err(drop)?,
        })
    }
}

impl Id {
    /// When the server made it.
    pub fn moment(self) -> Moment {
        Moment(i64::try_from(self.millis.saturating_mul(1000)).unwrap_or(i64::MAX))
    }
}

/// One entry of the stream.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: Id,
    /// Its place in the sequence; none when it was made by hand.
    pub seq: Option<u64>,
    pub item: Result<LiveItem, LiveError>,
}

/// Entries of the one stream that was asked for, in order. None when the answer is something else.
pub(super) fn entries(answer: Value) -> Option<Vec<Entry>> {
    let streams = match answer {
        Value::Nil => return Some(Vec::new()),
        Value::Array(streams) => streams,
        _ => return None,
    };
    let Some(Value::Array(mut stream)) = streams.into_iter().next() else {
        return None;
    };
    match stream.pop() {
        Some(Value::Array(list)) => list.iter().map(entry).collect(),
        _ => None,
    }
}

fn entry(value: &Value) -> Option<Entry> {
    let Value::Array(parts) = value else {
        return None;
    };
    let [id, Value::Array(flat)] = parts.as_slice() else {
        return None;
    };
    let id: Id = text(id)?.parse().ok()?;
    let fields = flat.chunks_exact(2).filter_map(|pair| match pair {
        [Value::BulkString(name), Value::BulkString(value)] => {
            Some((name.as_slice(), value.as_slice()))
        }
        _ => None,
    });
    let seq = fields
        .clone()
        .find(|(name, _)| *name == b"seq")
        .and_then(|(_, value)| std::str::from_utf8(value).ok()?.parse().ok());
    Some(Entry {
        id,
        seq,
        item: LiveItem::from_fields(fields, id.moment()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_numbers() {
        let id = |text: &str| text.parse::<Id>().unwrap();
        assert!(id("9-10") > id("9-9") && id("10-0") > id("9-99"));
        assert_eq!(id("1526919030474-55").to_string(), "1526919030474-55");
        assert!("-".parse::<Id>().is_err() && "5".parse::<Id>().is_err());
        assert_eq!(id("1500-1").moment(), Moment(1_500_000));
    }

    #[test]
    fn no_answer_is_no_entry_and_a_strange_answer_is_none_at_all() {
        assert!(entries(Value::Nil).is_some_and(|list| list.is_empty()));
        assert!(entries(Value::Okay).is_none());
        assert!(entries(Value::Array(vec![Value::Int(1)])).is_none());
    }
}
