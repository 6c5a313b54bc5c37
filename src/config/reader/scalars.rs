//! Numbers, flags, durations and words of a list.

use std::ops::Range;
use std::time::Duration;

use toml::de::DeValue;

use super::suggest::{did_you_mean, printable};
use super::{Reader, Table};
use crate::config::keys::{Shape, list};
use crate::model::range::parse_duration;

impl Reader<'_> {
    /// A number written as such, or as a text with a variable in it.
    fn scalar<T>(
        &mut self,
        table: &Table<'_>,
        name: &str,
        read: impl Fn(&DeValue<'_>) -> Option<T>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<(T, Range<usize>)> {
        let (shape, value) = Self::value(table, name)?;
        if let Some(read) = read(value.get_ref()) {
            return Some((read, value.span()));
        }
        if value
            .get_ref()
            .as_str()
            .is_some_and(|text| text.contains("${"))
        {
            let text = self.expanded(name, shape, value)?;
            if text.value.trim().is_empty() {
                return None;
            }
            if let Some(parsed) = parse(text.value.trim()) {
                return Some((parsed, text.span));
            }
            let message = format!(
                "`{name}` must be {}, and `{}` is not",
                shape.describe(),
                text.raw
            );
            self.wrong(text.span, message, "look at the variable's value");
            return None;
        }
        self.wrong_type(name, shape, value);
        None
    }

    /// A whole number within the key's limits.
    pub(in crate::config) fn integer(&mut self, table: &Table<'_>, name: &str) -> Option<i64> {
        let (shape, written) = Self::value(table, name)?;
        let (value, span) = self.scalar(table, name, integer, |text| text.parse().ok())?;
        let Shape::Integer(least, most) = shape else {
            return Some(value);
        };
        if (least..=most).contains(&value) {
            return Some(value);
        }
        let value = match written.get_ref() {
            DeValue::Integer(number) => number.to_string(),
            _ => "this".to_owned(),
        };
        let message = format!("`{name}` must be from {least} to {most}, and {value} is not");
        self.wrong(span, message, "");
        None
    }

    /// A number; infinite only where the key's shape says so.
    pub(in crate::config) fn number(&mut self, table: &Table<'_>, name: &str) -> Option<f64> {
        let (shape, _) = Self::value(table, name)?;
        let (value, span) = self.scalar(table, name, number, |text| text.parse().ok())?;
        let fine = value.is_finite() || (matches!(shape, Shape::Bound) && !value.is_nan());
        if !fine {
            self.wrong(span, format!("`{name}` must be a finite number"), "");
        }
        fine.then_some(value)
    }

    /// `true` or `false`.
    pub(in crate::config) fn flag(&mut self, table: &Table<'_>, name: &str) -> Option<bool> {
        self.scalar(
            table,
            name,
            |value| match value {
                DeValue::Boolean(flag) => Some(*flag),
                _ => None,
            },
            |text| text.parse().ok(),
        )
        .map(|(value, _)| value)
    }

    /// A duration not below the key's least.
    pub(in crate::config) fn duration(
        &mut self,
        table: &Table<'_>,
        name: &str,
    ) -> Option<Duration> {
        let (shape, _) = Self::value(table, name)?;
        let text = self.text(table, name)?;
        let duration = match parse_duration(&text.value) {
            Ok(duration) => duration,
            Err(why) => {
                self.wrong_text(&text, &why, duration_hint(&why));
                return None;
            }
        };
        match shape {
            Shape::Duration(least) if duration < Duration::from_millis(least) => {
                let message = format!("`{name}` must be at least {least}ms");
                self.wrong(text.span, message, "");
                None
            }
            _ => Some(duration),
        }
    }

    /// The index of the word given, in the key's list.
    pub(in crate::config) fn choice(&mut self, table: &Table<'_>, name: &str) -> Option<usize> {
        let (Shape::Choice(words), _) = Self::value(table, name)? else {
            return None;
        };
        let text = self.text(table, name)?;
        let found = words.iter().position(|word| *word == text.value);
        if found.is_none() {
            let message = format!("`{name}` cannot be `{}`", printable(&text.value));
            let hint = did_you_mean(&text.value, words.iter().copied())
                .unwrap_or_else(|| format!("one of {}", list(words)));
            self.wrong_text(&text, &message, hint);
        }
        found
    }
}

/// The whole number that `value` is.
pub(in crate::config) fn integer(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    // Beyond 64 bits is beyond every limit: the nearest number is reported as out of range.
    let wide = i128::from_str_radix(number.as_str(), number.radix());
    let wide = wide.unwrap_or(if number.as_str().starts_with('-') {
        i128::MIN
    } else {
        i128::MAX
    });
    Some(i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN } else { i64::MAX }))
}

/// The number that `value` is.
fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(_) => integer(value).map(|number| number as f64),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

/// What to do about a text that is no duration, unless `why` says it.
fn duration_hint(why: &str) -> &'static str {
    if why.contains("such as") || why.contains("write") {
        ""
    } else {
        "such as `500ms`, `5s`, `1h30m` or `2d`"
    }
}
