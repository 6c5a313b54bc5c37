//! The ways a number is written.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use super::clock::{Stamp, pattern_text, stamp};
use super::digits::{exponential, fixed, hexadecimal, javascript, not_finite, with_separators};
use super::duration::{self, Counted};
use super::{Roundness, Written, scale};
use crate::model::time::Moment;

type Text = Cow<'static, str>;

/// A way to write a number; the closed list behind all ids.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Form {
    /// Digits, then this with a blank before it; nothing when empty.
    Fixed(Text),
    /// This, then digits.
    Before(Text),
    Percent,
    /// Times 100.
    PercentUnit,
    Short,
    Psi,
    /// SI prefixes before the unit; the offset is the prefix of the number given.
    Si(Text, i8),
    /// ÷1024.
    Binary(Text, i8),
    Count(Text),
    /// The symbol, and whether it comes after.
    Currency(Text, bool),
    Counted(Counted),
    Words(Counted),
    Hms,
    Dhms,
    /// The clock of this many milliseconds per unit.
    Clock(u16),
    Stamp(Stamp),
    Pattern(Text),
    Hex,
    Hex0x,
    Scientific,
    Locale,
    /// As JavaScript writes a number.
    AsIs,
    /// Not zero, zero.
    Bool(Text, Text),
}

impl Written {
    /// Only a number.
    pub(super) fn bare(number: impl Into<String>) -> Self {
        Self {
            number: number.into(),
            ..Self::default()
        }
    }
}

impl Form {
    /// Digits and nothing else.
    pub(super) const PLAIN: Self = Self::Fixed(Cow::Borrowed(""));

    /// The forms whose id carries free text.
    pub(super) fn free(id: &str) -> Option<Self> {
        let (key, text) = id.split_once(':')?;
        let owned = || Cow::Owned(text.to_owned());
        Some(match key {
            "suffix" => Self::Fixed(owned()),
            "prefix" => Self::Before(owned()),
            "time" if !text.trim().is_empty() => Self::Pattern(Cow::Owned(text.trim().to_owned())),
            "si" => {
                let (offset, unit) = scale::split_si(text);
                Self::Si(Cow::Owned(unit.to_owned()), offset)
            }
            "count" => Self::Count(owned()),
            "currency" => Self::Currency(owned(), false),
            "bool" => {
                let (yes, no) = text.split_once('/').unwrap_or((text, "-"));
                Self::Bool(Cow::Owned(yes.to_owned()), Cow::Owned(no.to_owned()))
            }
            _ => return None,
        })
    }

    pub(super) fn write(
        &self,
        value: f64,
        decimals: Option<u8>,
        zone: &TimeZone,
        now: Option<Moment>,
    ) -> Written {
        if value.is_nan() {
            return Written::bare("-");
        }
        match self {
            Self::Fixed(unit) => Written {
                number: fixed(value, decimals),
                suffix: if unit.is_empty() {
                    String::new()
                } else {
                    format!(" {unit}")
                },
                ..Written::default()
            },
            Self::Before(unit) => Written {
                prefix: unit.to_string(),
                number: fixed(value, decimals),
                ..Written::default()
            },
            Self::Percent | Self::PercentUnit => Written {
                number: fixed(value * self.percent_factor(), decimals),
                suffix: "%".to_owned(),
                ..Written::default()
            },
            Self::Short => scale::steps(value, &scale::SHORT, decimals),
            Self::Psi => scale::steps(value, &scale::PSI, decimals),
            Self::Si(unit, offset) => scale::si(value, unit, *offset, decimals),
            Self::Binary(unit, offset) => scale::binary(value, unit, *offset, decimals),
            Self::Count(unit) => scale::count(value, unit, decimals),
            Self::Currency(symbol, after) => scale::currency(value, symbol, *after, decimals),
            Self::Counted(counted) => counted.write(value, decimals),
            _ => Written::bare(self.words(value, decimals, zone, now)),
        }
    }

    /// The forms that have no number apart from their unit.
    fn words(
        &self,
        value: f64,
        decimals: Option<u8>,
        zone: &TimeZone,
        now: Option<Moment>,
    ) -> String {
        match self {
            Self::Words(counted) => duration::words(value, *counted, decimals),
            Self::Hms => duration::hours_minutes_seconds(value),
            Self::Dhms => duration::days_hours_minutes_seconds(value),
            Self::Clock(millis) => duration::clock(value * f64::from(*millis), decimals),
            Self::Stamp(how) => stamp(value, *how, zone, now),
            Self::Pattern(pattern) => pattern_text(value, pattern, zone),
            Self::Bool(yes, no) => if value == 0.0 { no } else { yes }.to_string(),
            _ if !value.is_finite() => not_finite(value).unwrap_or_default().to_owned(),
            Self::Hex | Self::Hex0x => {
                let rounded = fixed(value, decimals).parse().unwrap_or(value);
                let digits = hexadecimal(rounded);
                match (self, digits.strip_prefix('-')) {
                    (Self::Hex, _) => digits,
                    (_, Some(digits)) => format!("-0x{digits}"),
                    (_, None) => format!("0x{digits}"),
                }
            }
            Self::Scientific => exponential(value, decimals),
            Self::Locale => with_separators(value, decimals),
            _ => javascript(value),
        }
    }

    fn percent_factor(&self) -> f64 {
        if *self == Self::PercentUnit {
            100.0
        } else {
            1.0
        }
    }

    pub(super) fn roundness(&self) -> Roundness {
        match self {
            Self::Binary(..) => Roundness::Binary,
            Self::Counted(counted) | Self::Words(counted) => Roundness::Clock(counted.per_second()),
            Self::Hms | Self::Dhms => Roundness::Clock(1.0),
            Self::Clock(millis) => Roundness::Clock(1_000.0 / f64::from(*millis)),
            _ => Roundness::Decimal,
        }
    }

    pub(super) fn is_time(&self) -> bool {
        matches!(self, Self::Stamp(_) | Self::Pattern(_))
    }
}
