//! What happened: an event drawn on every chart.

use super::color::Color;
use super::time::Moment;

/// One event on the time axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// When, or since when.
    pub at: Moment,
    /// Until when; none for a moment.
    pub until: Option<Moment>,
    /// What, on one line.
    pub text: String,
    /// Its source's colour.
    pub color: Option<Color>,
}
