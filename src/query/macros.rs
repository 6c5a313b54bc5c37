//! The macros (Grafana, `pkg/tsdb/grafana-postgresql-datasource/macros.go`).

use super::mapped::{Mapped, Mark};
use super::position::failure_at;
use super::{Context, interval, scanner};
use crate::model::fill::{Fill, FillMode};
use crate::model::panel_data::Failure;
use crate::model::range::interval_text;
use crate::model::text::single_line;
use crate::model::time::Moment;

/// Every macro that takes parentheses, with what goes into them.
const MACROS: [(&str, &str); 20] = [
    ("__time", "column"),
    ("__timeEpoch", "column"),
    ("__timeFilter", "column"),
    ("__timeFrom", ""),
    ("__timeTo", ""),
    ("__timeGroup", "column, interval[, fill]"),
    ("__timeGroupAlias", "column, interval[, fill]"),
    ("__unixEpochFilter", "column"),
    ("__unixEpochFrom", ""),
    ("__unixEpochTo", ""),
    ("__unixEpochNanoFilter", "column"),
    ("__unixEpochNanoFrom", ""),
    ("__unixEpochNanoTo", ""),
    ("__unixEpochGroup", "column, interval[, fill]"),
    ("__unixEpochGroupAlias", "column, interval[, fill]"),
    ("__schema", ""),
    // Not macros with parentheses, but what somebody may have meant:
    ("__interval", ""),
    ("__interval_ms", ""),
    ("__timezone", ""),
    ("__timeZone", ""),
];

/// What stands for the `name` of a macro without arguments, and how many bytes behind it belong to it.
/// It is replaced wherever it stands, inside quotes too.
pub(super) fn word(name: &str, behind: &str, context: &Context<'_>) -> Option<(String, usize)> {
    let seconds = |moment: Moment| moment.0.div_euclid(1_000_000).to_string();
    let is_call = behind.starts_with("()");
    match name {
        "__interval_ms" => Some(((context.interval / 1_000).max(1).to_string(), 0)),
        "__interval" => Some((interval_text(context.interval), 0)),
        "__timezone" => Some((context.time_zone.to_owned(), 0)),
        "__unixEpochFrom" if is_call => Some((seconds(context.window.from), 2)),
        "__unixEpochTo" if is_call => Some((seconds(context.window.to), 2)),
        _ => None,
    }
}

/// The word after the `$` at `at`; a variable's value is never a part of it.
fn name_at(sql: &Mapped, at: usize) -> &str {
    let rest = &sql.as_str()[at + 1..];
    let end = rest
        .char_indices()
        .find(|(index, c)| {
            let is_word = c.is_ascii_alphanumeric() || *c == '_';
            !is_word || sql.mark(at + 1 + index) != Mark::Sql
        })
        .map_or(rest.len(), |(index, _)| index);
    &rest[..end]
}

/// One call: its place and arguments.
struct Call<'a> {
    sql: &'a Mapped,
    template: &'a str,
    name: &'a str,
    /// Byte of the `$`.
    at: usize,
    /// Byte behind the closing parenthesis.
    end: usize,
    /// Byte ranges of the arguments, trimmed; none for `()`.
    arguments: Vec<std::ops::Range<usize>>,
}

/// Expands `$__name(…)`. Sets `fill` when a group asks for one; the last one counts, as in Grafana.
pub(super) fn expand(
    sql: &Mapped,
    template: &str,
    context: &Context<'_>,
    fill: &mut Option<Fill>,
) -> Result<Mapped, Failure> {
    let text = sql.as_str();
    let mut expanded = Mapped::default();
    let mut kept = 0;
    for (at, _) in text.match_indices('$') {
        let name = name_at(sql, at);
        let open = at + 1 + name.len();
        let is_call = name.starts_with("__") && text[open..].starts_with('(');
        // What a variable brings is data. `at < kept`: inside the arguments of a macro that is
        // already written.
        let is_ours = sql.mark(at) == Mark::Sql && sql.mark(open) == Mark::Sql;
        if at < kept || !is_call || !is_ours {
            continue;
        }
        let call = Call::parse(sql, template, name, at)?;
        expanded.copy(sql, kept..at);
        call.write(context, &mut expanded, fill)?;
        kept = call.end;
    }
    expanded.copy(sql, kept..text.len());
    Ok(expanded)
}

impl<'a> Call<'a> {
    fn parse(
        sql: &'a Mapped,
        template: &'a str,
        name: &'a str,
        at: usize,
    ) -> Result<Self, Failure> {
        let text = sql.as_str();
        let open = at + 1 + name.len();
        let mut call = Self {
            sql,
            template,
            name,
            at,
            end: open + 1,
            arguments: Vec::new(),
        };
        if !MACROS.iter().any(|(known, _)| *known == name) {
            return Err(call.unknown());
        }
        let mut depth = 0_usize;
        let mut start = open + 1;
        let mut here = open;
        while let Some(c) = text[here..].chars().next() {
            match c {
                // Parentheses, commas and quotes of a value are data.
                _ if sql.mark(here) != Mark::Sql => {}
                '(' => depth += 1,
                ')' if depth == 1 => {
                    call.add_argument(start..here);
                    call.end = here + 1;
                    return Ok(call);
                }
                ')' => depth -= 1,
                ',' if depth == 1 => {
                    call.add_argument(start..here);
                    start = here + 1;
                }
                // A quote that does not end before the statement does is no quote but the end of
                // the one the macro stands in: '… $__timeFilter(x) …'.
                '\'' | '"' => {
                    let length = scanner::quoted(text, here);
                    if text[here + 1..here + length].ends_with(c) {
                        here += length;
                        continue;
                    }
                }
                _ => {}
            }
            here += c.len_utf8();
        }
        Err(call.failure(&format!("the `(` of `${name}` is never closed")))
    }

    fn add_argument(&mut self, range: std::ops::Range<usize>) {
        let text = &self.sql.as_str()[range.clone()];
        let start = range.start + (text.len() - text.trim_start().len());
        self.arguments.push(start..start + text.trim().len());
    }

    fn argument(&self, index: usize) -> &'a str {
        let range = self.arguments.get(index).cloned().unwrap_or(0..0);
        &self.sql.as_str()[range]
    }

    /// A failure that shows where the call stands.
    fn failure(&self, why: &str) -> Failure {
        failure_at(self.template, self.sql.origin(self.at) as usize, why)
    }

    fn unknown(&self) -> Failure {
        let nearest = MACROS
            .iter()
            .map(|(known, _)| (strsim::jaro_winkler(known, self.name), *known))
            .filter(|(score, _)| *score > 0.75)
            .max_by(|left, right| left.0.total_cmp(&right.0));
        let hint = nearest.map_or_else(String::new, |(_, known)| {
            format!("; did you mean `{}`?", usage(known))
        });
        self.failure(&format!("unknown macro `${}`{hint}", self.name))
    }

    /// Checks the number of arguments, none of them empty.
    fn expect(&self, least: usize, most: usize) -> Result<(), Failure> {
        let empty = (0..self.arguments.len()).all(|index| self.argument(index).is_empty());
        let count = if empty { 0 } else { self.arguments.len() };
        let blank = (0..count).any(|index| self.argument(index).is_empty());
        if (least..=most).contains(&count) && !blank {
            return self.expect_column();
        }
        let given = match count {
            0 => "no argument".to_owned(),
            _ if blank => "an empty argument".to_owned(),
            1 => "1 argument".to_owned(),
            many => format!("{many} arguments"),
        };
        let why = format!("`${}` got {given}; write `{}`", self.name, usage(self.name));
        Err(self.failure(&why))
    }

    /// A column's name from a variable would be compared as a text: no error, and never any rows.
    fn expect_column(&self) -> Result<(), Failure> {
        let mut bytes = self.arguments.first().cloned().unwrap_or(0..0);
        let is_text =
            self.argument(0).starts_with('\'') && bytes.all(|at| self.sql.mark(at) == Mark::Value);
        if is_text {
            let why = format!(
                "the column of `${}` is a variable, which stands here as a text; write `${{name:identifier}}`",
                self.name
            );
            return Err(self.failure(&why));
        }
        Ok(())
    }

    /// Writes the expansion: our text stands for the call, the user's argument for itself.
    fn write(
        &self,
        context: &Context<'_>,
        into: &mut Mapped,
        fill: &mut Option<Fill>,
    ) -> Result<(), Failure> {
        let origin = self.sql.origin(self.at);
        let window = context.window;
        let quoted = |moment: Moment| format!("'{}'", moment.rfc3339());
        let seconds = |moment: Moment| moment.0.div_euclid(1_000_000);
        let nanos = |moment: Moment| i128::from(moment.0) * 1_000;
        // Each part is text of ours, or the first argument.
        let parts: Vec<Option<String>> = match self.name {
            "__time" => vec![None, Some(" AS \"time\"".to_owned())],
            "__timeEpoch" => vec![
                Some("extract(epoch from ".to_owned()),
                None,
                Some(") as \"time\"".to_owned()),
            ],
            "__timeFilter" => vec![
                None,
                Some(format!(
                    " BETWEEN {} AND {}",
                    quoted(window.from),
                    quoted(window.to)
                )),
            ],
            "__timeFrom" => vec![Some(quoted(window.from))],
            "__timeTo" => vec![Some(quoted(window.to))],
            "__unixEpochFrom" => vec![Some(seconds(window.from).to_string())],
            "__unixEpochTo" => vec![Some(seconds(window.to).to_string())],
            "__unixEpochNanoFrom" => vec![Some(nanos(window.from).to_string())],
            "__unixEpochNanoTo" => vec![Some(nanos(window.to).to_string())],
            "__unixEpochFilter" => between(seconds(window.from), seconds(window.to)),
            "__unixEpochNanoFilter" => between(nanos(window.from), nanos(window.to)),
            "__schema" => vec![Some(identifier(context.schema))],
            "__timeGroup" | "__timeGroupAlias" | "__unixEpochGroup" | "__unixEpochGroupAlias" => {
                return self.write_group(context, into, fill);
            }
            other => {
                let why = format!("`${other}` takes no parentheses; write `{}`", usage(other));
                return Err(self.failure(&why));
            }
        };
        let needed = usize::from(parts.iter().any(Option::is_none));
        self.expect(needed, needed)?;
        for part in parts {
            match part {
                Some(text) => into.put(&text, origin),
                None => self.put_column(into),
            }
        }
        Ok(())
    }

    fn put_column(&self, into: &mut Mapped) {
        if let Some(range) = self.arguments.first() {
            into.copy(self.sql, range.clone());
        }
    }

    fn write_group(
        &self,
        context: &Context<'_>,
        into: &mut Mapped,
        fill: &mut Option<Fill>,
    ) -> Result<(), Failure> {
        self.expect(2, 3)?;
        let nanos = interval::parse(self.argument(1), context.window.to)
            .map_err(|why| self.failure(&format!("`${}`: {}", self.name, single_line(&why))))?;
        if self.arguments.len() == 3 {
            let mode = FillMode::parse(self.argument(2).trim_matches('\''))
                .map_err(|why| self.failure(&format!("`${}`: {}", self.name, single_line(&why))))?;
            *fill = Some(Fill {
                interval: (nanos / 1_000).max(1),
                mode,
            });
        }
        let origin = self.sql.origin(self.at);
        let width = interval::seconds(nanos);
        let epoch = self.name.starts_with("__unixEpoch");
        let open = if epoch {
            "floor(("
        } else {
            "floor(extract(epoch from "
        };
        into.put(open, origin);
        self.put_column(into);
        into.put(&format!(")/{width})*{width}"), origin);
        if self.name.ends_with("Alias") || self.is_old_select_item() {
            into.put(" AS \"time\"", origin);
        }
        Ok(())
    }

    /// `$__timeGroup(…)` directly followed by a comma names its column, as Grafana does for old
    /// dashboards; not right after `by`, where a name would be a syntax error.
    fn is_old_select_item(&self) -> bool {
        let text = self.sql.as_str();
        let before = text[..self.at].trim_end();
        let after_by = before
            .len()
            .checked_sub(2)
            .and_then(|start| before.get(start..))
            .is_some_and(|word| word.eq_ignore_ascii_case("by"));
        self.name == "__timeGroup" && text[self.end..].starts_with(',') && !after_by
    }
}

fn between(from: impl std::fmt::Display, to: impl std::fmt::Display) -> Vec<Option<String>> {
    vec![
        None,
        Some(format!(" >= {from} AND ")),
        None,
        Some(format!(" <= {to}")),
    ]
}

/// How a macro is written.
fn usage(name: &str) -> String {
    match name {
        "__interval" | "__interval_ms" | "__timezone" => format!("${name}"),
        "__timeZone" => "$__timezone".to_owned(),
        _ => {
            let known = MACROS.iter().find(|(known, _)| *known == name);
            format!("${name}({})", known.map_or("", |(_, inside)| inside))
        }
    }
}

/// A name as SQL writes it: quoted unless plain lower case.
fn identifier(name: &str) -> String {
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
