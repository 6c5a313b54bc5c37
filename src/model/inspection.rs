//! What asking for a panel costs: the statement as sent, where its time went, and its plan.

use std::sync::Arc;
use std::time::Duration;

use super::panel_data::Failure;
use super::time::Moment;

/// Where a query's time went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Until a connection was there: waiting for a free one, or opening one.
    pub wait: Duration,
    /// From sending to the last byte of the answer.
    pub round_trip: Duration,
    /// From bytes to values.
    pub decode: Duration,
}

/// The last question of a panel, and what it cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    /// The statement as sent, macros and variables expanded.
    pub sql: Arc<str>,
    /// Byte ranges of `sql` that came from a variable without any quoting.
    pub unquoted: Arc<[std::ops::Range<usize>]>,
    /// When it was sent.
    pub asked_at: Moment,
    /// Where its time went; none before the first answer.
    pub timings: Option<Timings>,
    /// Rows of the answer.
    pub rows: usize,
    /// Questions in the last minute.
    pub asked_per_minute: u32,
    /// Their round trips together in the last minute: what the panel costs the database.
    pub busy_per_minute: Duration,
}

/// How PostgreSQL runs a panel's statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The panel's index.
    pub panel: usize,
    /// It was run for it (`ANALYZE`), in a read-only transaction.
    pub analyzed: bool,
    /// The lines of `EXPLAIN`, or why there are none; none while it is asked for.
    pub lines: Option<Result<Arc<[String]>, Arc<Failure>>>,
}
