//! How often values come over time: what a heatmap draws.

use super::series::Point;
use super::time::Moment;

/// What a heatmap is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum Heat {
    /// Single readings of all series, ascending in time; the drawing makes buckets of them.
    Readings(Vec<Point>),
    /// The database counted.
    Counted(Counted),
}

/// Counts by time and bucket.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counted {
    /// The buckets, the lowest first.
    pub buckets: Vec<Bucket>,
    /// The times that have counts, ascending; each holds until the next one.
    pub times: Vec<Moment>,
    /// The usual distance of two times, in microseconds; none where there is no rhythm.
    pub step: Option<i64>,
    /// What was counted, by time.
    pub cells: Vec<Cell>,
}

/// How often one bucket came at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Index into the times.
    pub time: u32,
    /// Index into the buckets.
    pub bucket: u32,
    /// How often, or whatever else was asked for.
    pub count: f64,
}

/// One bucket of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Bucket {
    /// Values up to this one (`le`).
    AtMost(f64),
    /// Values from this one on.
    From(f64),
    /// What the database calls it.
    Named(String),
}

impl Heat {
    /// Nothing was read or counted.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Readings(points) => points.is_empty(),
            Self::Counted(counted) => counted.cells.is_empty(),
        }
    }
}
