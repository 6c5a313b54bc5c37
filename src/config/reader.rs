//! A parsed file, read key by key. Every getter checks shape and limits by the key's entry in
//! [`keys`](super::keys) and reports instead of failing, so that all problems come out at once.

mod scalars;
pub(super) mod suggest;
mod syntax;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) use self::scalars::integer;
use self::suggest::{nearest, place_for, printable};
use super::keys::{Section, Shape};
use super::links::OpenLink;
use super::problem::{Problem, Source};
use super::secret;
use super::variables::{Unresolved, Variables, expand_around};

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
    /// Names of the dashboard's variables: titles keep `${NAME}` for them.
    pub(super) kept: Vec<String>,
    /// Links to dashboards that may stand in a file that is read later.
    pub(super) links: Vec<OpenLink>,
    /// Lines the parser could not read; what else seems wrong there follows from that.
    broken: Vec<Range<usize>>,
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
        let (problems, broken) = syntax::report(source, errors);
        Self {
            source,
            variables,
            problems,
            kept: Vec::new(),
            links: Vec::new(),
            broken,
        }
    }

    fn is_broken(&self, at: usize) -> bool {
        let line = self.source.line(at);
        self.broken.iter().any(|lines| lines.contains(&line))
    }

    /// Reports a problem at `span`, unless the parser failed on that line.
    pub(super) fn wrong(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if !self.is_broken(span.start) {
            // What a message quotes of the file may hold anything.
            let message = message.into().replace(char::is_control, "\u{fffd}");
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
                self.wrong(
                    key.span(),
                    format!("unknown key `{}`", printable(name)),
                    hint,
                );
            }
        }
    }

    /// Whether `name` is not there, and no misspelling of it either.
    pub(super) fn lacks(table: &Table<'_>, name: &str) -> bool {
        !table.fields.contains_key(name)
            && !table.fields.keys().any(|key| {
                let key: &str = key.get_ref();
                table.section.key(key).is_none() && nearest(key, std::iter::once(name)).is_some()
            })
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
        self.text_around(table, name, &[])
    }

    /// A text in which the dashboard's variables stay as they are written; else as [`Self::text`].
    pub(super) fn title(&mut self, table: &Table<'_>, name: &str) -> Option<Text> {
        let kept = std::mem::take(&mut self.kept);
        let text = self.text_around(table, name, &kept);
        self.kept = kept;
        text
    }

    fn text_around(&mut self, table: &Table<'_>, name: &str, kept: &[String]) -> Option<Text> {
        let (shape, value) = Self::value(table, name)?;
        let text = self.expanded_around(name, shape, value, kept)?;
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
        self.expanded_around(name, shape, value, &[])
    }

    fn expanded_around(
        &mut self,
        name: &str,
        shape: Shape,
        value: &Spanned<DeValue<'_>>,
        kept: &[String],
    ) -> Option<Text> {
        let DeValue::String(raw) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        match expand_around(raw, self.variables, kept) {
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
}

/// `value`'s type with its article.
fn kind(value: &Spanned<DeValue<'_>>) -> &'static str {
    match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn is_plain(text: &str) -> bool {
    text.parse::<f64>().is_ok() || text == "true" || text == "false"
}
