//! Floor 1: a panel's SQL with macros → the SQL that is sent.
//!
//! Macro names and expansions are Grafana's. Replacement is textual, in two passes. The first walks
//! through the statement as PostgreSQL's lexer would: comments go, variables are written as it has to
//! be where they stand, `$__interval_ms`, `$__interval`, `$__timezone`, `$__from`, `$__to`,
//! `$__unixEpochFrom()` and `$__unixEpochTo()` are replaced wherever they stand, inside quotes too. The
//! second expands the other macros, `$__name(arguments)`, and leaves alone what a variable brought.
//! What starts with `$` and is none of ours stays as it is.
//!
//! Variables differ from Grafana's on purpose: a value is data. Grafana writes a variable of one value
//! as it is; here it is quoted, and formats without quotes take only values that nobody typed.

mod formats;
mod interval;
mod macros;
mod mapped;
mod position;
mod scanner;
mod strangers;
mod values;
mod variables;

use std::ops::Range;

use crate::model::fill::Fill;
use crate::model::panel_data::Failure;
use crate::model::shape::Statement;
use crate::model::time::TimeWindow;
use crate::model::variable::VariableValue;

pub use self::position::SourcePosition;
pub use self::strangers::{no_variable, no_variable_at, strangers};
pub use self::values::{Missed, choices, choices_of, missed, order, shown, title, used, value_of};

/// What the macros stand for at one poll.
#[derive(Clone, Debug)]
pub struct Context<'a> {
    /// `$__timeFrom()` … `$__timeTo()`.
    pub window: TimeWindow,
    /// `$__interval`, in microseconds.
    pub interval: i64,
    /// `$__schema()`.
    pub schema: &'a str,
    /// `$__timezone`.
    pub time_zone: &'a str,
    /// What variables stand for; a name that is not among them stays as it is written.
    pub variables: &'a [VariableValue],
}

/// SQL ready to be sent, and the way back to what the user wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// The statement, without comments and without the `;` at its end.
    pub sql: String,
    /// What `$__timeGroup(column, interval, fill)` asks to be done to the series that come back.
    pub fill: Option<Fill>,
    /// The bytes of `sql` that came from a variable as they are, without quotes of ours, ascending:
    /// what somebody who checks the statement should look at.
    pub unquoted: Vec<Range<usize>>,
    template: String,
    /// For each byte of `sql`, the byte of `template` it stems from.
    origins: Vec<u32>,
}

impl Rendered {
    /// Where a position PostgreSQL reports (characters of the sent SQL, from 1) lies in what the
    /// user wrote. A place inside an expansion is the macro's start, a macro's argument is itself.
    /// None for a position outside the statement (one behind its end is its end).
    pub fn source_position(&self, character: usize) -> Option<SourcePosition> {
        let index = character.checked_sub(1)?;
        let byte = match self.sql.char_indices().nth(index) {
            Some((byte, _)) => byte,
            None if index == self.sql.chars().count() => self.sql.len().checked_sub(1)?,
            None => return None,
        };
        let origin = *self.origins.get(byte)? as usize;
        Some(SourcePosition::of(&self.template, origin))
    }
}

/// Expands `template`.
///
/// Fails on an unknown `$__name(…)`, a wrong number of arguments, a bad interval or fill, an argument
/// list that is never closed, an unknown format, a variable where its value cannot be written safely,
/// and a query of nothing but comments; the failure names the macro or variable and shows the place in
/// the user's SQL.
pub fn render(template: &str, context: &Context<'_>) -> Result<Rendered, Failure> {
    let text = variables::interpolate(template, context)?;
    let mut fill = None;
    let mut text = macros::expand(&text, template, context, &mut fill)?;
    let end = text
        .as_str()
        .trim_end_matches(|c: char| c == ';' || c.is_whitespace())
        .len();
    text.truncate(end);
    if text.as_str().trim().is_empty() {
        return Err(Failure::new("the query is empty")
            .detail("it has nothing but blanks, comments and semicolons"));
    }
    let unquoted = text.unquoted();
    let (sql, origins) = text.into_parts();
    Ok(Rendered {
        sql,
        fill,
        unquoted,
        template: template.to_owned(),
        origins,
    })
}

/// What can be read of the rows that a statement gives.
pub fn about(template: &str) -> Statement {
    const NAMES: [&str; 8] = [
        "$__timeFilter",
        "$__timeFrom",
        "$__timeTo",
        "$__unixEpochFilter",
        "$__unixEpochFrom",
        "$__unixEpochTo",
        "$__unixEpochNano",
        "__from",
    ];
    let mut words = template.split_whitespace();
    let mut limit = None;
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("limit") {
            let number = words.next().unwrap_or_default();
            limit = number.trim_end_matches([';', ')']).parse().ok().or(limit);
        }
    }
    Statement {
        asks_for_time: NAMES.iter().any(|name| template.contains(name)),
        limit,
    }
}

#[cfg(test)]
mod tests;
