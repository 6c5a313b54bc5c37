//! Floor 3: connections, retries, decoding. The only room that names tokio-postgres and redis.
//! Sources send updates and never see a viewer.

pub mod postgres;

use std::time::Duration;

use crate::model::rowset::Rowset;

/// Ask the database for one panel. The hub keeps at most one pending request per key.
#[derive(Clone, Debug)]
pub struct Request {
    /// Comes back with the answer.
    pub key: u64,
    /// The statement, macros expanded.
    pub sql: String,
    /// Deadline for waiting + connecting + the answer.
    pub timeout: Duration,
    /// Most rows.
    pub row_limit: usize,
}

/// The answer to one request.
#[derive(Debug)]
pub struct Update {
    /// The request's key.
    pub key: u64,
    /// Rows, or why there are none.
    pub result: Result<Answer, Box<postgres::QueryError>>,
}

/// Rows and what they cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The rows.
    pub rowset: Rowset,
    /// Where the time went.
    pub timings: Timings,
}

impl Answer {
    /// Rows that cost nothing.
    pub fn of(rowset: Rowset) -> Self {
        Self {
            rowset,
            timings: Timings::default(),
        }
    }
}

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
