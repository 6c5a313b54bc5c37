//! Which number of a series: `last`, `mean5m`, `p95_1h`.

use std::fmt;
use std::time::Duration;

use crate::model::range::{duration_text, parse_duration};
use crate::model::reduce::Reduction;

/// Which number of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is read.
    pub what: What,
    /// Of the newest that long only.
    pub window: Option<Duration>,
}

/// What is read of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum What {
    /// What the panel shows.
    #[default]
    Shown,
    /// A reduction.
    Reduced(Reduction),
    /// A percentile, 1 to 99.
    Percentile(u8),
    /// What a counter grew per second.
    Rate,
    /// Last relative to first.
    Change,
    /// How old the newest row is, in seconds.
    Age,
    /// How many rows there are.
    Rows,
}

impl Reading {
    /// The reading of this name; none where it is no name of one.
    pub fn parse(name: &str) -> Option<Self> {
        let letters = name.len()
            - name
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (word, rest) = name.split_at(letters);
        let (what, rest) = if word == "p" {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (part, rest) = rest.split_at(digits);
            let part = part.parse().ok().filter(|part| (1..=99).contains(part))?;
            if !rest.is_empty() && !rest.starts_with('_') {
                return None;
            }
            (What::Percentile(part), rest)
        } else {
            (What::named(word)?, rest)
        };
        let window = match rest.strip_prefix('_').unwrap_or(rest) {
            "" if rest.is_empty() => None,
            _ if !what.is_of_points() => return None,
            text => Some(parse_duration(text).ok()?),
        };
        Some(Self { what, window })
    }

    /// The names of all, without durations.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let reductions = Reduction::ALL.into_iter().map(Reduction::name);
        reductions.chain(["p95", "rate", "change", "age", "rows"])
    }
}

impl What {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "rate" => Self::Rate,
            "change" => Self::Change,
            "age" => Self::Age,
            "rows" => Self::Rows,
            word => Self::Reduced(Reduction::from_name(word)?),
        })
    }

    /// It may be of the newest points only.
    pub fn is_of_points(self) -> bool {
        !matches!(self, Self::Shown | Self::Age | Self::Rows)
    }

    /// It is a value as the panel draws it: in its unit, with its thresholds.
    pub fn is_a_value(self) -> bool {
        match self {
            Self::Shown | Self::Percentile(_) => true,
            Self::Reduced(how) => how != Reduction::Count,
            Self::Rate | Self::Change | Self::Age | Self::Rows => false,
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Shown => {}
            What::Reduced(how) => f.write_str(how.name())?,
            What::Percentile(part) => write!(f, "p{part}")?,
            What::Rate => f.write_str("rate")?,
            What::Change => f.write_str("change")?,
            What::Age => f.write_str("age")?,
            What::Rows => f.write_str("rows")?,
        }
        let Some(window) = self.window else {
            return Ok(());
        };
        let gap = if matches!(self.what, What::Percentile(_)) {
            "_"
        } else {
            ""
        };
        // A word has no `µ`: whoever typed `us` gets it back.
        write!(f, "{gap}{}", duration_text(window).replace('µ', "u"))
    }
}
