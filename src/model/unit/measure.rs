//! What a unit measures, and in which scale.

use super::form::Form;
use super::{Roundness, Unit};

/// What can be counted in several scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Parts of a whole: 0.01 or 1 %.
    Share,
    /// Lengths of time.
    Time,
    /// Bits and bytes, a second too.
    Data,
}

impl Unit {
    /// What it measures, and how many of it make the whole, a second or a byte.
    pub fn measure(&self) -> Option<(Measure, f64)> {
        if let Roundness::Clock(per_second) = self.roundness() {
            return Some((Measure::Time, per_second));
        }
        let (text, size) = match &self.form {
            Form::PercentUnit => return Some((Measure::Share, 1.0)),
            Form::Percent => return Some((Measure::Share, 100.0)),
            Form::Fixed(text) if matches!(text.trim(), "%" | "%H") => {
                return Some((Measure::Share, 100.0));
            }
            Form::Binary(text, prefix) => (text, 1024_f64.powi(i32::from(*prefix))),
            Form::Si(text, prefix) => (text, 1000_f64.powi(i32::from(*prefix))),
            _ => return None,
        };
        match text.as_ref() {
            "B" | "B/s" => Some((Measure::Data, 1.0 / size)),
            "b" | "b/s" => Some((Measure::Data, 8.0 / size)),
            "s" => Some((Measure::Time, 1.0 / size)),
            _ => None,
        }
    }
}
