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
    /// How often each range of values comes, over time, as colour.
    Heatmap,
    /// How often each range of values comes.
    Histogram,
    /// Which state each series is in, as spans over time.
    StateTimeline,
    /// Each series' value at each time, as coloured cells.
    StatusHistory,
    /// Shares of a whole.
    Pie,
    /// A bar per series or row, against a scale from `min` to `max`.
    BarGauge,
    /// Points by latitude and longitude on the outline of the world.
    Map,
    /// Open, high, low and close per time.
    Candlestick,
}

impl PanelKind {
    /// Every kind, in the order the documentation lists them.
    pub const ALL: [Self; 15] = [
        Self::Stat,
        Self::Timeseries,
        Self::Bars,
        Self::Gauge,
        Self::Table,
        Self::Text,
        Self::Log,
        Self::Heatmap,
        Self::Histogram,
        Self::StateTimeline,
        Self::StatusHistory,
        Self::Pie,
        Self::BarGauge,
        Self::Map,
        Self::Candlestick,
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
            Self::Heatmap => "heatmap",
            Self::Histogram => "histogram",
            Self::StateTimeline => "statetimeline",
            Self::StatusHistory => "statushistory",
            Self::Pie => "pie",
            Self::BarGauge => "bargauge",
            Self::Map => "canvas-map",
            Self::Candlestick => "candlestick",
        }
    }

    /// True for kinds that show numbers by name, or make one number of each series.
    pub fn has_numbers(self) -> bool {
        matches!(
            self,
            Self::Stat | Self::Timeseries | Self::Bars | Self::Gauge | Self::Pie | Self::BarGauge
        )
    }

    /// True for kinds that are drawn along a time axis.
    pub fn has_time_axis(self) -> bool {
        matches!(
            self,
            Self::Timeseries
                | Self::Heatmap
                | Self::StateTimeline
                | Self::StatusHistory
                | Self::Candlestick
        )
    }

    /// The kind a configuration names.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
