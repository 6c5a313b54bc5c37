//! The closed list of what a panel can be.

/// What a panel draws. A `match` on it reads as the list of features.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PanelKind {
    /// One big number with a spark line.
    Stat,
    /// Lines over time.
    Timeseries,
    /// Ranked horizontal bars, one per category or series.
    Bars,
    /// One number against a scale from `min` to `max`.
    Gauge,
    /// Rows and columns.
    Table,
    /// Words from the configuration, or the first value of a query.
    Text,
    /// Events and annotations, newest first.
    Log,
}

impl PanelKind {
    /// Every kind, in the order the documentation lists them.
    pub const ALL: [Self; 7] = [
        Self::Stat,
        Self::Timeseries,
        Self::Bars,
        Self::Gauge,
        Self::Table,
        Self::Text,
        Self::Log,
    ];

    /// The name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stat => "stat",
            Self::Timeseries => "timeseries",
            Self::Bars => "bars",
            Self::Gauge => "gauge",
            Self::Table => "table",
            Self::Text => "text",
            Self::Log => "log",
        }
    }

    /// The kind a configuration names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
