//! What travels between two polls: samples and events, as JSON that a shell script can write.
//!
//! ```json
//! {"v":1,"metric":"orders","value":"1234.50","ts":"2026-11-22T09:00:00Z","labels":{"region":"eu"}}
//! {"v":1,"event":"deployed 1.4","level":"info","ts":"2026-11-22T09:00:00Z"}
//! ```
//!
//! Numbers may be JSON numbers or text and keep every digit. `v`, `ts`, `level` and `labels` may be left
//! out: version 1, the server's time, `info`, none. Fields nobody knows are ignored.

mod wire;

use std::collections::BTreeMap;

use super::time::Moment;

/// Longest name of a metric, in bytes.
pub const MAX_METRIC: usize = 200;
/// Longest payload in bytes; PostgreSQL's NOTIFY carries less than 8000.
pub const MAX_PAYLOAD: usize = 7999;
/// The payload's version that is read and written here.
pub const VERSION: u64 = 1;

/// One sample or one event.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveItem {
    /// A number of a metric.
    Sample(LiveSample),
    /// Something that happened.
    Event(LiveEvent),
}

/// One number of one metric at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveSample {
    /// The metric's name: 1 to 200 bytes, no control characters, no leading `_`.
    pub metric: String,
    /// The number; finite.
    pub value: f64,
    /// The number as it was written, every digit kept.
    pub text: String,
    /// When it was so.
    pub at: Moment,
    /// What it is a number of.
    pub labels: BTreeMap<String, String>,
}

/// One line of an event log.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveEvent {
    /// What happened, free of control characters.
    pub text: String,
    /// How bad it is.
    pub level: LiveLevel,
    /// When.
    pub at: Moment,
    /// Where, who, which.
    pub labels: BTreeMap<String, String>,
}

/// How bad an event is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LiveLevel {
    /// For the record.
    #[default]
    Info,
    /// Worth a look.
    Warning,
    /// Wrong.
    Error,
}

/// Why a payload is no item. Texts from the payload are shortened and free of control characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiveError {
    /// A newer writer; told once, not for each item.
    #[error("version {version} of the live payload is not known here, only {VERSION}: upgrade kpi")]
    Version {
        /// What `v` says.
        version: String,
        /// The metric, where it could be read.
        metric: Option<String>,
    },
    /// Not the JSON it should be.
    #[error("not a live payload: {0}")]
    Json(String),
    /// Longer than [`MAX_PAYLOAD`].
    #[error("{0} bytes are too long for a live payload, {MAX_PAYLOAD} is the most")]
    Size(usize),
    /// No `metric` and no `event`.
    #[error("neither a `metric` nor an `event`")]
    Nameless,
    /// A name that cannot be one.
    #[error("`{name}` cannot name a metric: {why}")]
    Metric {
        /// The name.
        name: String,
        /// The rule it breaks.
        why: &'static str,
    },
    /// `value` is missing, no number, or not finite.
    #[error("the value {0} is not a finite decimal number")]
    Value(String),
    /// `ts` is no time.
    #[error("`{0}` is not a time: write it like 2026-11-22T09:00:00Z")]
    Time(String),
    /// A label that is neither text, number nor truth value.
    #[error("the label `{0}` is not text")]
    Label(String),
    /// An unknown `level`.
    #[error("the level `{0}` is none of info, warning, error")]
    Level(String),
}

impl LiveLevel {
    /// Every level, the mildest first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// The name in a payload.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The level of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl LiveSample {
    /// A checked sample. `value` is decimal text.
    pub fn new(
        metric: &str,
        value: &str,
        at: Moment,
        labels: BTreeMap<String, String>,
    ) -> Result<Self, LiveError> {
        check_metric(metric)?;
        Ok(Self {
            metric: metric.to_owned(),
            value: decimal(value)?,
            text: value.to_owned(),
            at,
            labels,
        })
    }
}

impl LiveItem {
    /// When it was so.
    pub fn at(&self) -> Moment {
        match self {
            Self::Sample(sample) => sample.at,
            Self::Event(event) => event.at,
        }
    }

    /// The metric; none for an event.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Self::Sample(sample) => Some(&sample.metric),
            Self::Event(_) => None,
        }
    }

    /// Reads a JSON payload; `default_at` stands in for a missing `ts`.
    pub fn from_json(json: &[u8], default_at: Moment) -> Result<Self, LiveError> {
        wire::from_json(json, default_at)
    }

    /// Reads the fields of a stream entry: `json` with a payload, or its parts one by one
    /// (`metric`, `value`, `ts`, `event`, `level`, `label.<name>`, `labels` with a JSON object).
    pub fn from_fields<'a>(
        fields: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
        default_at: Moment,
    ) -> Result<Self, LiveError> {
        wire::from_fields(fields, default_at)
    }

    /// The payload that [`LiveItem::from_json`] reads. Times have six fraction digits, so that as text
    /// they sort as they do as times.
    pub fn to_json(&self) -> String {
        wire::to_json(self)
    }
}

/// A metric's name is a hash field beside `_seq` and `_id`, and a word on a screen.
pub fn check_metric(name: &str) -> Result<(), LiveError> {
    let why = if name.is_empty() {
        "it is empty"
    } else if name.len() > MAX_METRIC {
        "it is longer than 200 bytes"
    } else if name.starts_with('_') {
        "a leading `_` is reserved"
    } else if name.chars().any(steers) {
        "it holds control characters"
    } else {
        return Ok(());
    };
    Err(LiveError::Metric {
        name: shown(name),
        why,
    })
}

/// Reads `-12.340`, `1e6`. Refuses NaN, infinities and what only a 64-bit float's infinity could hold.
fn decimal(text: &str) -> Result<f64, LiveError> {
    let wrong = || LiveError::Value(format!("`{}`", shown(text)));
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let numeric = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned
            .bytes()
            .all(|b| b.is_ascii_digit() || b".eE+-".contains(&b));
    let value: f64 = text.parse().map_err(|_| wrong())?;
    if numeric && value.is_finite() {
        Ok(value)
    } else {
        Err(wrong())
    }
}

/// Control characters, and those that turn the writing direction of what follows.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Free of what steers a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| {
            if steers(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// Foreign text for an error message.
fn shown(text: &str) -> String {
    let mut short: String = plain(text).chars().take(60).collect();
    if short.len() < text.len() && text.chars().count() > 60 {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests;
