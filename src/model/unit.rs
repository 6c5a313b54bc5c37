//! Units with Grafana's ids and Grafana's way of writing them (grafana-data, `valueFormats/`).
//!
//! One difference: an id nobody knows is an error here, where Grafana writes it as a suffix. Free
//! text is always possible as `suffix:…` or `prefix:…`.

mod clock;
mod digits;
mod duration;
mod form;
mod measure;
pub(crate) mod moment_js;
mod scale;
mod table;

use jiff::tz::TimeZone;

use self::form::Form;
pub use self::measure::Measure;
use super::time::Moment;

/// A checked unit id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unit {
    id: String,
    form: Form,
}

impl Default for Unit {
    /// `none`: plain digits.
    fn default() -> Self {
        Self {
            id: "none".to_owned(),
            form: Form::PLAIN,
        }
    }
}

/// A number written in its unit, in parts so that a stat can set the number large.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// `$`, `€`; the sign of a negative amount comes before it.
    pub prefix: String,
    /// Digits, or words where the unit writes words.
    pub number: String,
    /// ` K`, `%`, ` ms`; with its leading blank where the unit has one.
    pub suffix: String,
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.prefix, self.number, self.suffix)
    }
}

/// Which numbers are round in a unit, for the ticks of an axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Roundness {
    /// 1, 2, 2.5, 5 and their decades.
    Decimal,
    /// Powers of two (÷1024 bytes).
    Binary,
    /// 1, 2, 5, 15, 30 seconds, minutes, hours, days; holds how many of the unit make a second.
    Clock(f64),
}

impl Unit {
    /// The unit with this id; on an unknown id the nearest known ones, best first.
    ///
    /// Always known: `prefix:X`, `suffix:X`, `time:FORMAT` (moment.js), `si:X`, `count:X`,
    /// `currency:X`, `bool:YES/NO`.
    pub fn parse(id: &str) -> Result<Self, Vec<&'static str>> {
        let form = table::find(id)
            .or_else(|| Form::free(id))
            .ok_or_else(|| table::nearest(id))?;
        Ok(Self {
            id: id.to_owned(),
            form,
        })
    }

    /// Every id that is written out in full (the free ones, `suffix:…` and so on, are not).
    pub fn ids() -> impl Iterator<Item = &'static str> {
        table::ids()
    }

    /// The id it was parsed from.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Writes `value`; `decimals` as configured, else chosen as Grafana does, after scaling:
    /// a whole number has none, others get about three significant digits. NaN is `-`.
    /// Units that write a point in time take epoch milliseconds and write them in UTC.
    pub fn write(&self, value: f64, decimals: Option<u8>) -> Written {
        self.write_in(value, decimals, &TimeZone::UTC)
    }

    /// As [`Unit::write`], points in time in `zone`.
    pub fn write_in(&self, value: f64, decimals: Option<u8>, zone: &TimeZone) -> Written {
        self.form.write(value, decimals, zone, None)
    }

    /// As [`Unit::write_in`]; `dateTimeFromNow` and the `…NoDateIfToday` ids, which without a clock
    /// write the full date, are relative to `now`.
    pub fn write_at(
        &self,
        value: f64,
        decimals: Option<u8>,
        zone: &TimeZone,
        now: Moment,
    ) -> Written {
        self.form.write(value, decimals, zone, Some(now))
    }

    /// Which numbers are round in it.
    pub fn roundness(&self) -> Roundness {
        self.form.roundness()
    }

    /// True when its values are points in time (epoch milliseconds).
    pub fn is_time(&self) -> bool {
        self.form.is_time()
    }
}

#[cfg(test)]
mod tests;
