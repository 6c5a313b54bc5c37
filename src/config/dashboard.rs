//! One dashboard and its panels, checked.

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::model::color::Color;
use crate::model::kind::PanelKind;
use crate::model::range::RangeSpec;
use crate::model::reduce::Reduction;
use crate::model::threshold::Thresholds;
use crate::model::unit::Unit;

/// A row's or column's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Track {
    /// That many cells.
    Cells(u16),
    /// That many shares of what is left.
    Share(u16),
}

/// Where a panel stands in the drawing, in tracks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Area {
    /// First row.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// Rows spanned, ≥ 1.
    pub rows: usize,
    /// Columns spanned, ≥ 1.
    pub columns: usize,
}

/// One dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Dashboard {
    /// Unique in the configuration.
    pub name: String,
    /// The range shown at start.
    pub range: RangeSpec,
    /// How often panels poll that say nothing else.
    pub refresh: Duration,
    /// For axes, tables and `$__timezone`.
    pub time_zone: TimeZone,
    /// The drawing's columns.
    pub columns: Vec<Track>,
    /// The drawing's rows.
    pub rows: Vec<Track>,
    /// In reading order of the drawing.
    pub panels: Vec<Panel>,
}

/// What a legend shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legend {
    /// Where there is room and more than one series.
    Auto,
    /// Always.
    Show,
    /// Never.
    Hide,
}

/// One panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Its id: the name in the drawing and of its table.
    pub id: String,
    /// Shown in the border; the id where none is given.
    pub title: String,
    /// What it draws.
    pub kind: PanelKind,
    /// Its place.
    pub area: Area,
    /// The query as written; none for a text panel that brings its own words.
    pub sql: Option<String>,
    /// The words of a text panel.
    pub text: Option<String>,
    /// How its numbers are written.
    pub unit: Unit,
    /// Fixed decimals.
    pub decimals: Option<u8>,
    /// Colours by value.
    pub thresholds: Thresholds,
    /// Colour where no threshold says another.
    pub color: Option<Color>,
    /// How `stat`, `gauge` and `bars` reduce a series.
    pub reduce: Reduction,
    /// Lower end of a gauge or axis.
    pub min: Option<f64>,
    /// Upper end of a gauge or axis.
    pub max: Option<f64>,
    /// `timeseries`: the legend.
    pub legend: Legend,
    /// Units by column name, for tables.
    pub column_units: Vec<(String, Unit)>,
    /// Its own poll interval.
    pub refresh: Option<Duration>,
    /// Its own range.
    pub range: Option<RangeSpec>,
    /// The least `$__interval`; 1 s where none is given.
    pub min_interval: Option<Duration>,
    /// Its own deadline.
    pub timeout: Option<Duration>,
    /// The live metric that moves it.
    pub live: Option<Live>,
    /// Where its SQL (or text) is written, so that errors in it can point into the file.
    pub sql_at: SourceSpot,
}

/// What moves a panel between two polls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Live {
    /// The metric's name.
    pub metric: String,
    /// What a sample of it does; decided by the panel's kind where none is given.
    pub apply: Option<Apply>,
}

/// What a live sample does to its panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Apply {
    /// It becomes a further point.
    Append,
    /// It takes the value's place.
    Replace,
    /// It makes the panel ask again.
    Refresh,
}

/// Where a text begins in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SourceSpot {
    /// The file; empty for a built-in configuration.
    pub file: PathBuf,
    /// The line of the text's first character, counted from 1; 0 where the text is in no file.
    pub line: usize,
    /// The column of the text's first character, in characters, counted from 1.
    pub column: usize,
}
