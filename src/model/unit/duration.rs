//! Lengths of time in numbers, words and clocks (grafana-data, `dateTimeFormatters.ts`).

use super::Written;
use super::digits::{fixed, not_finite};

/// What a length of time is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    Nanoseconds,
    Microseconds,
    Milliseconds,
    Seconds,
    Minutes,
    Hours,
    Days,
    /// Hundredths of a second.
    Ticks,
}

/// Below a limit, divided by a size, with a suffix.
type Ladder = &'static [(f64, f64, &'static str)];

const NANOSECONDS: Ladder = &[
    (1e3, 1.0, " ns"),
    (1e6, 1e3, " µs"),
    (1e9, 1e6, " ms"),
    (6e10, 1e9, " s"),
    (3.6e12, 6e10, " min"),
    (8.64e13, 3.6e12, " hour"),
    (f64::INFINITY, 8.64e13, " day"),
];
const MICROSECONDS: Ladder = &[
    (1e3, 1.0, " µs"),
    (1e6, 1e3, " ms"),
    (f64::INFINITY, 1e6, " s"),
];
const MILLISECONDS: Ladder = &[
    (1e3, 1.0, " ms"),
    (6e4, 1e3, " s"),
    (3.6e6, 6e4, " min"),
    (8.64e7, 3.6e6, " hour"),
    (3.1536e10, 8.64e7, " day"),
    (f64::INFINITY, 3.1536e10, " year"),
];
/// The year is the tropical one, as in Grafana.
const SECONDS: Ladder = &[
    (1e-6, 1e-9, " ns"),
    (1e-3, 1e-6, " µs"),
    (1.0, 1e-3, " ms"),
    (60.0, 1.0, " s"),
    (3_600.0, 60.0, " min"),
    (86_400.0, 3_600.0, " hour"),
    (604_800.0, 86_400.0, " day"),
    (31_536_000.0, 604_800.0, " week"),
    (f64::INFINITY, 3.15569e7, " year"),
];
const MINUTES: Ladder = &[
    (60.0, 1.0, " min"),
    (1_440.0, 60.0, " hour"),
    (10_080.0, 1_440.0, " day"),
    (604_800.0, 10_080.0, " week"),
    (f64::INFINITY, 5.25948e5, " year"),
];
const HOURS: Ladder = &[
    (24.0, 1.0, " hour"),
    (168.0, 24.0, " day"),
    (8_760.0, 168.0, " week"),
    (f64::INFINITY, 8_760.0, " year"),
];
const DAYS: Ladder = &[
    (7.0, 1.0, " day"),
    (365.0, 7.0, " week"),
    (f64::INFINITY, 365.0, " year"),
];

impl Counted {
    /// How many make a second.
    pub(super) fn per_second(self) -> f64 {
        match self {
            Self::Nanoseconds => 1e9,
            Self::Microseconds => 1e6,
            Self::Milliseconds => 1e3,
            Self::Seconds => 1.0,
            Self::Minutes => 1.0 / 60.0,
            Self::Hours => 1.0 / 3_600.0,
            Self::Days => 1.0 / 86_400.0,
            Self::Ticks => 100.0,
        }
    }

    /// `1.50 min`.
    pub(super) fn write(self, value: f64, decimals: Option<u8>) -> Written {
        if let Some(text) = not_finite(value) {
            return Written::bare(text);
        }
        let (value, ladder) = match self {
            Self::Nanoseconds => (value, NANOSECONDS),
            Self::Microseconds => (value, MICROSECONDS),
            Self::Milliseconds => (value, MILLISECONDS),
            Self::Seconds => (value, SECONDS),
            Self::Minutes => (value, MINUTES),
            Self::Hours => (value, HOURS),
            Self::Days => (value, DAYS),
            Self::Ticks => (value / 100.0, SECONDS),
        };
        let seconds = matches!(self, Self::Seconds | Self::Ticks);
        let (size, suffix) = if value == 0.0 && seconds {
            (1.0, " s")
        } else {
            ladder
                .iter()
                .find(|(below, ..)| value.abs() < *below)
                .map_or((1.0, ""), |(_, size, suffix)| (*size, *suffix))
        };
        // Multiplying by 1e3 keeps 0.025 s at exactly 25 ms, dividing by 1e-3 would not.
        let scaled = if size < 1.0 {
            value * (1.0 / size).round()
        } else {
            value / size
        };
        Written {
            number: fixed(scaled, decimals),
            suffix: suffix.to_owned(),
            ..Written::default()
        }
    }
}

/// Milliseconds per unit, largest first.
const WORDS: [(&str, f64); 8] = [
    ("year", 31_536_000_000.0),
    ("month", 2_592_000_000.0),
    ("week", 604_800_000.0),
    ("day", 86_400_000.0),
    ("hour", 3_600_000.0),
    ("minute", 60_000.0),
    ("second", 1_000.0),
    ("millisecond", 1.0),
];

/// `1 hour, 5 minutes`: the largest unit and as many further ones as `decimals` says.
pub(super) fn words(value: f64, counted: Counted, decimals: Option<u8>) -> String {
    if let Some(text) = not_finite(value) {
        return text.to_owned();
    }
    let millis = counted == Counted::Milliseconds;
    if value == 0.0 {
        return if millis {
            "0 milliseconds"
        } else {
            "0 seconds"
        }
        .to_owned();
    }
    let mut rest = value.abs() * if millis { 1.0 } else { 1_000.0 };
    let mut left = usize::from(decimals.unwrap_or(0)) + 1;
    let mut parts = Vec::new();
    for (name, size) in WORDS {
        if left > 0 && (rest >= size || !parts.is_empty()) {
            let count = (rest / size).floor();
            let plural = if count == 1.0 { "" } else { "s" };
            parts.push(format!("{count} {name}{plural}"));
            rest %= size;
            left -= 1;
        }
    }
    let mut text = parts.join(", ");
    if text.is_empty() {
        "0 milliseconds".clone_into(&mut text);
    }
    if value < 0.0 {
        text.push_str(" ago");
    }
    text
}

/// Seconds as `01:02:03`, hours without a limit.
pub(super) fn hours_minutes_seconds(seconds: f64) -> String {
    if let Some(text) = not_finite(seconds) {
        return text.to_owned();
    }
    let whole = seconds.abs().floor();
    let text = format!(
        "{:02}:{:02}:{:02}",
        (whole / 3_600.0).floor(),
        (whole % 3_600.0 / 60.0).floor(),
        whole % 60.0
    );
    ago(text, seconds)
}

/// Seconds as `2 d 01:02:03`.
pub(super) fn days_hours_minutes_seconds(seconds: f64) -> String {
    if let Some(text) = not_finite(seconds) {
        return text.to_owned();
    }
    let size = seconds.abs();
    let days = (size / 86_400.0).floor();
    let clock = hours_minutes_seconds(size - days * 86_400.0);
    let text = if days > 0.0 {
        format!("{days} d {clock}")
    } else {
        clock
    };
    ago(text, seconds)
}

fn ago(text: String, value: f64) -> String {
    if value < 0.0 {
        format!("{text} ago")
    } else {
        text
    }
}

/// Milliseconds as `02h:05m:30s:000ms`; `decimals` is how many parts follow the first. Hours show
/// their last two digits only, as in Grafana.
pub(super) fn clock(millis: f64, decimals: Option<u8>) -> String {
    if let Some(text) = not_finite(millis) {
        return text.to_owned();
    }
    let total = millis.floor();
    let part = |size: f64, of: f64| (total / size).floor().rem_euclid(of);
    let milliseconds = format!("{:03}ms", total.rem_euclid(1_000.0));
    let seconds = format!("{:02}s", part(1_000.0, 60.0));
    let minutes = format!("{:02}m", part(60_000.0, 60.0));
    let hours = format!("{:02}h", part(3_600_000.0, 100.0));
    let parts = if total < 1_000.0 {
        vec![milliseconds]
    } else if total < 60_000.0 {
        vec![seconds, milliseconds]
    } else if total < 3_600_000.0 {
        vec![minutes, seconds, milliseconds]
    } else {
        vec![hours, minutes, seconds, milliseconds]
    };
    let shown = decimals.map_or(parts.len(), |further| usize::from(further) + 1);
    parts[..shown.min(parts.len())].join(":")
}
