//! A parsed file, read key by key. Every getter checks shape and limits by the key's entry in
//! [`keys`](super::keys) and reports instead of failing, so that all problems come out at once.

use std::ops::Range;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{FILE, SECTIONS, Section, Shape, list};
use super::problem::{Problem, Source};
use super::secret;
use super::variables::{Unresolved, Variables, expand};
use crate::model::range::parse_duration;

/// A table and what may stand in it.
#[derive(Clone, Debug)]
pub(super) struct Table<'t> {
    pub(super) section: &'static Section,
    pub(super) fields: &'t DeTable<'t>,
    /// Its header, or its braces.
    pub(super) span: Range<usize>,
}

/// A text value.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// With variables replaced.
    pub(super) value: String,
    /// As written.
    pub(super) raw: String,
    /// What its key takes.
    pub(super) shape: Shape,
    /// Quotes included.
    pub(super) span: Range<usize>,
}

/// Reads one file.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) variables: &'a Variables,
    pub(super) problems: Vec<Problem>,
    /// Lines the parser could not read; what else seems wrong there follows from that.
    broken: Vec<usize>,
}

/// Parses `source`, noting where its secrets are, and reports syntax errors.
pub(super) fn parse(text: &str) -> (Spanned<DeTable<'_>>, Vec<toml::de::Error>) {
    DeTable::parse_recoverable(text)
}

/// Ranges of the values of secret keys, wherever they stand.
pub(super) fn secrets(table: &DeTable<'_>, into: &mut Vec<Range<usize>>) {
    for (key, value) in table {
        match value.get_ref() {
            DeValue::String(text)
                if secret::is_secret_name(key.get_ref()) && text.contains('\n') =>
            {
                into.push(value.span());
            }
            DeValue::Table(inner) => secrets(inner, into),
            DeValue::Array(items) => {
                for item in items {
                    if let DeValue::Table(inner) = item.get_ref() {
                        secrets(inner, into);
                    }
                }
            }
            _ => {}
        }
    }
}

impl<'a> Reader<'a> {
    /// A reader that has reported the parser's `errors`.
    pub(super) fn new(
        source: &'a Source,
        variables: &'a Variables,
        errors: &[toml::de::Error],
    ) -> Self {
        let mut reader = Self {
            source,
            variables,
            problems: Vec::new(),
            broken: Vec::new(),
        };
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let line = source.position(span.start).0;
            // One line's second complaint is mostly the echo of its first.
            if reader.broken.contains(&line) {
                continue;
            }
            reader.broken.push(line);
            let (message, hint) = syntax(error.message(), &source.text, span.clone());
            reader
                .problems
                .push(source.problem(span, message).hint(hint));
        }
        reader
    }

    /// Reports a problem at `span`, unless the parser failed on that line.
    pub(super) fn wrong(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if !self.broken.contains(&self.source.position(span.start).0) {
            let problem = self.source.problem(span, message).hint(hint);
            self.problems.push(problem);
        }
    }

    /// Reports that something is missing; in a file that could not be parsed it may well be there.
    pub(super) fn missing(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if self.broken.is_empty() {
            self.wrong(span, message, hint);
        }
    }

    /// Reports what is wrong with a text by words that repeat the text. Where a variable is in it,
    /// other words are used: nobody knows what the variable holds.
    pub(super) fn wrong_text(&mut self, text: &Text, message: &str, hint: impl Into<String>) {
        if text.raw == text.value {
            self.wrong(text.span.clone(), message, hint);
        } else {
            let raw = printable(&text.raw);
            let message = format!("what `{raw}` stands for does not fit here");
            let hint = format!("expected {}", text.shape.describe());
            self.wrong(text.span.clone(), message, hint);
        }
    }

    /// The table of `section` that `value` is.
    pub(super) fn table<'t>(
        &mut self,
        value: &'t Spanned<DeValue<'t>>,
        section: &'static Section,
    ) -> Option<Table<'t>> {
        let DeValue::Table(fields) = value.get_ref() else {
            let message = format!("{} is {}, but must be a table", section.name, kind(value));
            self.wrong(value.span(), message, "");
            return None;
        };
        let table = Table {
            section,
            fields,
            span: value.span(),
        };
        self.unknown_keys(&table);
        Some(table)
    }

    /// Reports keys of `table` that its section does not know.
    pub(super) fn unknown_keys(&mut self, table: &Table<'_>) {
        for (key, _) in table.fields {
            let name: &str = key.get_ref();
            if table.section.key(name).is_none() {
                let hint = place_for(name, table.section);
                let hint = if table.section.name == FILE.name {
                    hint
                } else {
                    hint.replace("known here", &format!("{} knows", table.section.name))
                };
                self.wrong(
                    key.span(),
                    format!("unknown key `{}`", printable(name)),
                    hint,
                );
            }
        }
    }

    /// The value of `name` with the key's shape. The key table must know `name`.
    pub(super) fn value<'t>(
        table: &Table<'t>,
        name: &str,
    ) -> Option<(Shape, &'t Spanned<DeValue<'t>>)> {
        let key = table.section.key(name);
        debug_assert!(key.is_some(), "{name} is not in the key table");
        Some((key?.shape, table.fields.get(name)?))
    }

    /// Reports that `value` is not of the `shape` the key `name` takes.
    pub(super) fn wrong_type(&mut self, name: &str, shape: Shape, value: &Spanned<DeValue<'_>>) {
        let message = format!(
            "`{name}` is {}, but must be {}",
            kind(value),
            shape.describe()
        );
        let hint = match (shape, value.get_ref()) {
            (Shape::Duration(_) | Shape::Range, DeValue::Integer(number)) => {
                format!("with its unit: `\"{}s\"`", number.as_str())
            }
            (
                Shape::Integer(..) | Shape::Number | Shape::Bound | Shape::Flag,
                DeValue::String(text),
            ) if is_plain(text) => {
                format!("without the quotes: `{text}`")
            }
            (
                Shape::Text | Shape::Verbatim | Shape::Unit | Shape::Choice(_) | Shape::Color,
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_),
            ) => {
                let written = self.source.text.get(value.span()).unwrap_or_default();
                format!("in quotes: `\"{written}\"`")
            }
            _ => String::new(),
        };
        self.wrong(value.span(), message, hint);
    }

    /// A text as it is written, without replacing variables.
    pub(super) fn verbatim(&mut self, table: &Table<'_>, name: &str) -> Option<Text> {
        let (shape, value) = Self::value(table, name)?;
        let DeValue::String(text) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        Some(Text {
            value: text.to_string(),
            raw: text.to_string(),
            shape,
            span: value.span(),
        })
    }

    /// A text with its variables replaced. An empty text counts as absent when a variable made it
    /// empty, and is a problem otherwise, except for secrets (an empty URL is no URL).
    pub(super) fn text(&mut self, table: &Table<'_>, name: &str) -> Option<Text> {
        let (shape, value) = Self::value(table, name)?;
        let text = self.expanded(name, shape, value)?;
        if !text.value.trim().is_empty() {
            return Some(text);
        }
        if text.raw.trim().is_empty() && !matches!(shape, Shape::Secret) {
            self.wrong(
                text.span,
                format!("`{name}` is empty"),
                format!("write {}, or leave the key out", shape.describe()),
            );
        }
        None
    }

    /// The text that `value` is, with its variables replaced.
    pub(super) fn expanded(
        &mut self,
        name: &str,
        shape: Shape,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Text> {
        let DeValue::String(raw) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        match expand(raw, self.variables) {
            Ok(expanded) => Some(Text {
                value: expanded,
                raw: raw.to_string(),
                shape,
                span: value.span(),
            }),
            Err(wrong) => {
                for (range, why) in wrong {
                    let span = self.inside(&value.span(), &raw[range]);
                    let (message, hint) = self.unresolved(&why);
                    self.wrong(span, message, hint);
                }
                None
            }
        }
    }

    fn unresolved(&self, why: &Unresolved) -> (String, String) {
        match why {
            Unresolved::Unset(name) => {
                let near = nearest(name, self.variables.names());
                let near = near.map_or(String::new(), |near| {
                    format!("did you mean `{near}`? Else ")
                });
                (
                    format!("the environment variable `{name}` is not set"),
                    format!(
                        "{near}set it, put it into `.env` beside this file, or give a default: `${{{name}:-}}`"
                    ),
                )
            }
            Unresolved::Open => (
                "this `${` is not closed".to_owned(),
                "write `${NAME}` or `${NAME:-default}`; `$${` stands for a plain `${`".to_owned(),
            ),
            Unresolved::Name(_) => (
                "this is not the name of an environment variable".to_owned(),
                "letters, digits and `_`, as in `${DATABASE_URL}`; `$${` stands for a plain `${`"
                    .to_owned(),
            ),
        }
    }

    /// Where `part` is written inside the value at `span`; the whole value if it is written with escapes.
    pub(super) fn inside(&self, span: &Range<usize>, part: &str) -> Range<usize> {
        let written = self.source.text.get(span.clone()).unwrap_or_default();
        written.find(part).map_or(span.clone(), |at| {
            span.start + at..span.start + at + part.len()
        })
    }

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
    pub(super) fn integer(&mut self, table: &Table<'_>, name: &str) -> Option<i64> {
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
    pub(super) fn number(&mut self, table: &Table<'_>, name: &str) -> Option<f64> {
        let (shape, _) = Self::value(table, name)?;
        let (value, span) = self.scalar(table, name, number, |text| text.parse().ok())?;
        let fine = value.is_finite() || (matches!(shape, Shape::Bound) && !value.is_nan());
        if !fine {
            self.wrong(span, format!("`{name}` must be a finite number"), "");
        }
        fine.then_some(value)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, table: &Table<'_>, name: &str) -> Option<bool> {
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
    pub(super) fn duration(&mut self, table: &Table<'_>, name: &str) -> Option<Duration> {
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
    pub(super) fn choice(&mut self, table: &Table<'_>, name: &str) -> Option<usize> {
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
pub(super) fn integer(value: &DeValue<'_>) -> Option<i64> {
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
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(_) => integer(value).map(|number| number as f64),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    }
}

/// `value`'s type with its article.
fn kind(value: &Spanned<DeValue<'_>>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn is_plain(text: &str) -> bool {
    text.parse::<f64>().is_ok() || text == "true" || text == "false"
}

/// `text` without control characters, at most 60 characters of it.
pub(super) fn printable(text: &str) -> String {
    let clean = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let mut short: String = clean.clone().take(60).collect();
    if clean.count() > 60 {
        short.push('…');
    }
    short
}

/// The candidate nearest to `name`, if it is near at all.
pub(super) fn nearest<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let lower = name.to_lowercase();
    candidates
        .map(|candidate| {
            let other = candidate.to_lowercase();
            let distance = strsim::damerau_levenshtein(&lower, &other);
            (distance, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= candidate.chars().count().min(name.chars().count()) / 3 + 1
        })
        .filter(|(distance, candidate)| *distance < candidate.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean …?`, where something is near.
pub(super) fn did_you_mean<'c>(
    name: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<String> {
    // A very long name is no typing error, and comparing it would take long.
    if name.len() > 200 {
        return None;
    }
    nearest(name, candidates).map(|near| format!("did you mean `{near}`?"))
}

/// Where an unknown key may have been meant to go.
fn place_for(name: &str, section: &'static Section) -> String {
    let here = section.keys.iter().map(|key| key.name);
    if let Some(hint) = did_you_mean(name, here.clone()) {
        return hint;
    }
    let homes: Vec<&str> = SECTIONS
        .iter()
        .filter(|other| other.key(name).is_some())
        .map(|other| other.name)
        .collect();
    if homes.is_empty() {
        let names: Vec<&str> = here.collect();
        return format!("known here: {}", list(&names));
    }
    format!("it belongs to {}", homes.join(" or "))
}

/// What to do about a text that is no duration, unless `why` says it.
fn duration_hint(why: &str) -> &'static str {
    if why.contains("such as") || why.contains("write") {
        ""
    } else {
        "such as `500ms`, `5s`, `1h30m` or `2d`"
    }
}

/// A parser's message in words, with a hint.
fn syntax(message: &str, text: &str, span: Range<usize>) -> (String, String) {
    let at = text.get(span).unwrap_or_default();
    if message.starts_with("duplicate key") {
        return (
            format!("`{}` is given twice", printable(at.trim())),
            "keep one of them".to_owned(),
        );
    }
    let (what, expected) = match message.split_once(", expected ") {
        Some((what, expected)) => (what, format!("expected {expected}")),
        None => (message, String::new()),
    };
    (format!("not valid TOML: {what}"), expected)
}
