//! The first pass: what variables stand for, written as it has to be where it stands.

use std::borrow::Cow;
use std::ops::Range;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::formats::{self, Bare, Format};
use super::mapped::{Mapped, Mark, position};
use super::position::failure_at;
use super::scanner::{Place, Quote, Scanner, Step, is_name};
use super::{Context, macros};
use crate::model::panel_data::Failure;
use crate::model::reference::{Reference, is_variable_name, reference_at};
use crate::model::time::Moment;
use crate::model::unit::moment_js;
use crate::model::variable::VariableValue;

/// Takes comments out of `template` and writes what its variables and words stand for.
pub(super) fn interpolate(template: &str, context: &Context<'_>) -> Result<Mapped, Failure> {
    Ok(walk(template, context)?.out)
}

/// What `template` names with a `$` and nobody knows, in its order; none where it cannot be read to its end.
pub(super) fn strangers<'a>(template: &'a str, context: &'a Context<'_>) -> Vec<Stranger<'a>> {
    walk(template, context).map_or(Vec::new(), |writer| writer.strangers)
}

/// A name in a statement that is no variable's.
pub(super) struct Stranger<'a> {
    pub(super) name: &'a str,
    /// The byte of its `$`.
    pub(super) at: usize,
    /// It stands in quotes, where a `$` may mean just that.
    pub(super) is_quoted: bool,
}

fn walk<'a>(template: &'a str, context: &'a Context<'_>) -> Result<Writer<'a>, Failure> {
    let mut writer = Writer {
        template,
        context,
        out: Mapped::default(),
        scanner: Scanner::default(),
        last: None,
        strangers: Vec::new(),
    };
    let mut at = 0;
    while let Some(c) = template[at..].chars().next() {
        if let Some(reference) = writer.reference(at)
            && writer.write(&reference)?
        {
            at = reference.range.end;
        } else if let Some((text, end)) = writer.word(at) {
            writer.put(&text, at, Mark::Sql)?;
            at = end;
        } else {
            writer.note_stranger(at);
            let end = at + c.len_utf8();
            writer.put(&template[at..end], at, Mark::Sql)?;
            at = end;
        }
    }
    Ok(writer)
}

struct Writer<'a> {
    template: &'a str,
    context: &'a Context<'a>,
    out: Mapped,
    scanner: Scanner,
    /// The value written last into a dollar quote, and where its variable stands in the template.
    last: Option<(Range<usize>, usize)>,
    /// Names that nobody knows.
    strangers: Vec<Stranger<'a>>,
}

impl<'a> Writer<'a> {
    /// What is named at byte `at` of the template, if something could be.
    fn reference(&self, at: usize) -> Option<Reference<'a>> {
        let rest = &self.template[at..];
        let ends_quote =
            matches!(self.scanner.place(), Place::Dollar(tag) if rest.starts_with(tag.as_str()));
        if !rest.starts_with(['$', '[']) || self.scanner.place().is_comment() || ends_quote {
            return None;
        }
        reference_at(self.template, at)
    }

    /// Takes note of a name at `at` that nobody knows. `$1`, `a$b`, `$tag$` and what begins with `__` are no
    /// variables' names.
    fn note_stranger(&mut self, at: usize) {
        let is_quoted = match self.scanner.place() {
            Place::Outside => false,
            Place::Quoted(_) => true,
            _ => return,
        };
        let Some(reference) = self.reference(at) else {
            return;
        };
        let written = self.written(&reference);
        let is_tag =
            !written.ends_with('}') && self.template[reference.range.end..].starts_with('$');
        let is_inside_name = !is_quoted && self.out.as_str().ends_with(is_name);
        if written.starts_with('$')
            && is_variable_name(reference.name)
            && (is_quoted || !is_tag && !is_inside_name)
        {
            self.strangers.push(Stranger {
                name: reference.name,
                at,
                is_quoted,
            });
        }
    }

    /// The word of ours at `at`, without a format: `$__interval`, `${__interval}`, `$__unixEpochFrom()`.
    fn word(&self, at: usize) -> Option<(String, usize)> {
        let reference = self.reference(at)?;
        let behind = &self.template[reference.range.end..];
        let (text, more) = macros::word(reference.name, behind, self.context)?;
        let has_format = reference.format.is_some();
        (!has_format).then(|| (text, reference.range.end + more))
    }

    /// Adds text that PostgreSQL will read as it is.
    fn put(&mut self, text: &str, origin: usize, mark: Mark) -> Result<(), Failure> {
        let origin = position(origin);
        for c in text.chars() {
            match self.scanner.step(self.out.as_str(), c) {
                Step::Keep => {}
                Step::Drop => continue,
                Step::Opens => {
                    self.out.truncate(self.out.len() - 1);
                    // A comment in the middle of a line separates words.
                    if matches!(self.scanner.place(), Place::BlockComment(_)) {
                        self.out.put(" ", origin);
                    }
                    continue;
                }
                Step::Closes(start) => self.check_dollar_end(start)?,
            }
            self.out.put_as(c.encode_utf8(&mut [0; 4]), origin, mark);
        }
        Ok(())
    }

    /// A value, or its absence, must not become a part of the mark that ends a dollar quote.
    fn check_dollar_end(&self, start: usize) -> Result<(), Failure> {
        match &self.last {
            Some((value, at)) if value.start <= self.out.len() && value.end > start => {
                Err(self.dollar_failure(*at))
            }
            _ => Ok(()),
        }
    }

    fn dollar_failure(&self, at: usize) -> Failure {
        let why = "the value of this variable would end the `$$` quote it stands in";
        self.failure(at, why)
            .detail("put the variable behind the quote, or use another tag: `$body$ … $body$`")
    }

    fn failure(&self, at: usize, why: &str) -> Failure {
        failure_at(self.template, at, why)
    }

    /// Writes what is named; false where nobody knows the name.
    fn write(&mut self, reference: &Reference<'_>) -> Result<bool, Failure> {
        let at = reference.range.start;
        let window = self.context.window;
        let edge = match reference.name {
            "__from" => Some(window.from),
            "__to" => Some(window.to),
            _ => None,
        };
        if let Some(edge) = edge {
            let text = edge_text(edge, reference.format, self.context.time_zone)
                .map_err(|why| self.failure(at, &format!("`${}`: {why}", reference.name)))?;
            self.put(&text, at, Mark::Sql)?;
            return Ok(true);
        }
        let mut variables = self.context.variables.iter();
        let Some(value) = variables.find(|value| value.name == reference.name) else {
            return Ok(false);
        };
        let format = Format::parse(reference.format)
            .map_err(|why| self.failure(at, &format!("`{}`: {why}", self.written(reference))))?;
        let has_nul = |text: &str| text.contains('\0');
        if value
            .chosen
            .iter()
            .any(|choice| has_nul(&choice.value) || has_nul(&choice.text))
        {
            let why = format!("the value of `{}` has a NUL character in it", value.name);
            return Err(self
                .failure(at, &why)
                .detail("no text in PostgreSQL can hold one; choose another value"));
        }
        let start = self.out.len();
        match (&value.all_value, &format) {
            (Some(all), format) if value.is_all && *format != Format::Bare(Bare::Text) => {
                self.put_bare(all, reference)?;
            }
            (_, Format::Bare(bare)) => self.put_listed(value, bare, reference)?,
            _ => self.put_quoted(value, &format, reference)?,
        }
        if matches!(self.scanner.place(), Place::Dollar(_)) {
            self.last = Some((start..self.out.len(), at));
        }
        Ok(true)
    }

    fn written(&self, reference: &Reference<'_>) -> &'a str {
        &self.template[reference.range.clone()]
    }

    /// A format that writes texts or names.
    fn put_quoted(
        &mut self,
        value: &VariableValue,
        format: &Format,
        reference: &Reference<'_>,
    ) -> Result<(), Failure> {
        let at = reference.range.start;
        let is_outside = *self.scanner.place() == Place::Outside;
        let text = match format {
            Format::Default if !is_outside => formats::bare(&Bare::Csv, value),
            Format::Names => formats::names(value).ok_or_else(|| {
                let why = format!("`{}` is empty, and no name is", self.written(reference));
                self.failure(at, &why)
                    .detail("choose a value for it, or give it a `default`")
            })?,
            Format::Json if is_outside => formats::text(&formats::json(value)),
            Format::Json => formats::json(value),
            _ => formats::texts(value),
        };
        if !is_outside {
            return self.put_inside(&text, reference, Mark::Value);
        }
        let quote = match text.chars().next() {
            Some('"') => Quote::Name,
            Some('\'') => Quote::Plain,
            _ => return self.put(&text, at, Mark::Value),
        };
        self.check_neighbours(reference, quote)?;
        self.out.put_as(&text, position(at), Mark::Value);
        self.scanner.has_written(quote, self.out.len());
        Ok(())
    }

    /// What touches a value in quotes must not become one with it: `E'…'`, `'a''b'`, `"a""b"`. And
    /// what needs a name gets none: say so, the server's words would be riddles.
    fn check_neighbours(&self, reference: &Reference<'_>, quote: Quote) -> Result<(), Failure> {
        let at = reference.range.start;
        let name = reference.name;
        let before = self.out.as_str();
        let behind = &self.template[reference.range.end..];
        let is_text = quote == Quote::Plain;
        let unicode = before.strip_suffix(['&']).is_some_and(|before| {
            let letter = before.strip_suffix(['u', 'U']);
            letter.is_some_and(|before| !before.ends_with(is_name))
        });
        let written = self.written(reference);
        if unicode || before.ends_with(is_name) || behind.starts_with(is_name) {
            let why =
                format!("`{written}` stands in the middle of a word, and is written in quotes");
            let whole = if is_text { "'…'" } else { "\"…\"" };
            return Err(self.failure(at, &why).detail(format!(
                "put quotes around the whole word ({whole}), or write `${{{name}:raw}}` for a value that is listed"
            )));
        }
        if is_text && (before.ends_with('.') || behind.starts_with(['.', '('])) {
            let why = format!("`{written}` is a text, and a name has to stand here");
            return Err(self
                .failure(at, &why)
                .detail(format!("write `${{{name}:identifier}}`")));
        }
        let mark = quote.mark();
        let touches = before.ends_with(mark) || behind.starts_with(mark);
        if touches || (is_text && self.scanner.is_behind_text()) {
            let why = format!("`{written}` stands right beside quotes, and is written in quotes");
            return Err(self.failure(at, &why).detail(format!(
                "put it inside them (`'… ${{{name}}}'`), or an operator such as `||` between"
            )));
        }
        Ok(())
    }

    /// A format without quotes: only for values that nobody typed.
    fn put_listed(
        &mut self,
        value: &VariableValue,
        format: &Bare,
        reference: &Reference<'_>,
    ) -> Result<(), Failure> {
        let at = reference.range.start;
        if !value.is_listed {
            let why = format!(
                "`{}` would put what somebody typed into the statement as it is",
                self.written(reference)
            );
            return Err(self.failure(at, &why).detail(format!(
                "write `${{{0}}}`, which is quoted as it has to be where it stands, or `${{{0}:identifier}}` for a name",
                value.name
            )));
        }
        let text = formats::bare(format, value);
        if *format == Bare::Raw || *self.scanner.place() == Place::Outside {
            return self.put_bare(&text, reference);
        }
        self.put_inside(&text, reference, Mark::Unquoted)
    }

    /// Text as it is. It may be any SQL, but where it ends the statement must be as it was where it
    /// began: quotes and comments of its own are closed, those around it are open.
    fn put_bare(&mut self, text: &str, reference: &Reference<'_>) -> Result<(), Failure> {
        let at = reference.range.start;
        let place = self.scanner.place().clone();
        let was_escaping = self.scanner.is_escaping();
        if text.contains('\0') {
            let why = format!(
                "the value of `{}` has a NUL character in it",
                reference.name
            );
            return Err(self.failure(at, &why));
        }
        self.put(text, at, Mark::Unquoted)?;
        if *self.scanner.place() == place && self.scanner.is_escaping() == was_escaping {
            return Ok(());
        }
        let what = if place == Place::Outside {
            "opens a quote or comment that it does not close"
        } else {
            "closes the quotes it stands in"
        };
        let why = format!("the value of `{}` {what}", self.written(reference));
        Err(self.failure(at, &why).detail(format!(
            "it is put into the statement as it is; write `${{{}}}` to have it quoted",
            reference.name
        )))
    }

    /// Data inside quotes of the user's.
    fn put_inside(
        &mut self,
        text: &str,
        reference: &Reference<'_>,
        mark: Mark,
    ) -> Result<(), Failure> {
        let at = reference.range.start;
        let escaped: Cow<'_, str> = match self.scanner.place() {
            Place::Quoted(Quote::Escape) if self.scanner.is_escaping() => {
                let why = format!(
                    "a backslash right before `{}` would change its value",
                    self.written(reference)
                );
                return Err(self.failure(at, &why).detail("take the backslash away"));
            }
            Place::Quoted(Quote::Unicode | Quote::UnicodeName) => {
                return Err(self.foreign("U&", reference));
            }
            Place::Quoted(Quote::Bits) => return Err(self.foreign("B'…' and X'…'", reference)),
            Place::Quoted(quote) => formats::escape(text, *quote),
            Place::Dollar(_) => {
                let quote = self.scanner.place().clone();
                self.last = Some((self.out.len()..usize::MAX, at));
                self.put(text, at, mark)?;
                return if *self.scanner.place() == quote {
                    Ok(())
                } else {
                    Err(self.dollar_failure(at))
                };
            }
            _ => Cow::Borrowed(text),
        };
        self.out.put_as(&escaped, position(at), mark);
        Ok(())
    }

    fn foreign(&self, quotes: &str, reference: &Reference<'_>) -> Failure {
        let why = format!(
            "`{}` stands inside {quotes} quotes, where a value cannot be written safely",
            self.written(reference)
        );
        self.failure(reference.range.start, &why)
            .detail(format!("use plain quotes: `'… ${{{}}}'`", reference.name))
    }
}

/// `$__from` and `$__to`: milliseconds since 1970, or as their format says (Grafana, `date` macros).
fn edge_text(edge: Moment, format: Option<&str>, zone: &str) -> Result<String, String> {
    let millis = edge.0.div_euclid(1_000);
    match format {
        None | Some("raw" | "date:ms") => Ok(millis.to_string()),
        Some("date" | "date:iso") => {
            let at = Timestamp::from_millisecond(millis).unwrap_or_default();
            Ok(at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        }
        Some("date:seconds") => Ok(edge.0.div_euclid(1_000_000).to_string()),
        Some(other) => match other.strip_prefix("date:") {
            Some(pattern) => {
                let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
                Ok(moment_js::format(pattern, &edge.zoned(&zone)))
            }
            None => Err(format!(
                "unknown format `{other}`; there are `date`, `date:iso`, `date:seconds`, `date:ms` and \
                 `date:YYYY-MM-DD` with moment.js's letters"
            )),
        },
    }
}

#[cfg(test)]
mod tests;
