//! One dashboard and its panels, checked.

use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::chart::Chart;
use crate::model::color::Color;
use crate::model::kind::PanelKind;
use crate::model::range::RangeSpec;
use crate::model::reduce::Reduction;
use crate::model::scheme::Scheme;
use crate::model::threshold::Thresholds;
use crate::model::unit::Unit;
use crate::model::variable::{Choice, Chosen};

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
    /// In the order written.
    pub variables: Vec<Variable>,
    /// Queries whose rows are events on every chart, in the order written.
    pub annotations: Vec<AnnotationQuery>,
    /// The rows of the KPI schema's table `annotations` are events on every chart, too.
    pub notes: bool,
}

/// A variable of a dashboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Letters, digits and `_`; used as `$name` and `${name}`. Unique in its dashboard.
    pub name: String,
    /// Shown in the header and the picker; the name where none is given.
    pub label: String,
    /// Where its values come from.
    pub kind: VariableKind,
    /// It may have several values at once.
    pub is_multi: bool,
    /// It may have all of them at once.
    pub has_all: bool,
    /// What stands in the statement for all, inserted as it is, in place of the list.
    pub all_value: Option<String>,
    /// Its value before anybody chose: these, or all, else the first there is.
    pub default: Option<Chosen>,
    /// Not shown in the header.
    pub is_hidden: bool,
    /// Where its SQL is written.
    pub sql_at: SourceSpot,
}

/// Where a variable's values come from.
#[derive(Clone, Debug, PartialEq)]
pub enum VariableKind {
    /// The rows of a query: columns `__text` and `__value`, else every value of every column.
    Query {
        /// As written; may use other variables.
        sql: String,
        /// Asked again when the time range changes, else only when it is first needed.
        on_range: bool,
    },
    /// The configuration lists them.
    List(Vec<Choice>),
    /// Whatever the viewer types.
    Text,
    /// One that nobody can change.
    Constant(String),
    /// Lengths of time, such as `5m`.
    Interval(Vec<Choice>),
}

/// A query for events to draw on every chart: a time, a text, maybe an end.
#[derive(Clone, Debug, PartialEq)]
pub struct AnnotationQuery {
    /// Its name.
    pub name: String,
    /// As written.
    pub sql: String,
    /// Colour of its marks.
    pub color: Option<Color>,
    /// Where its SQL is written.
    pub sql_at: SourceSpot,
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
    /// How `stat`, `gauge`, `bars`, `pie` and `bargauge` reduce a series.
    pub reduce: Reduction,
    /// Lower end of a gauge or axis.
    pub min: Option<f64>,
    /// Upper end of a gauge or axis.
    pub max: Option<f64>,
    /// `timeseries`, `pie` and `candlestick`: the legend.
    pub legend: Legend,
    /// `timeseries`: style, stack and axes.
    pub chart: Chart,
    /// `heatmap`, `histogram`: width of the buckets, above 0.
    pub bucket_size: Option<f64>,
    /// `heatmap`, `histogram`: about how many buckets, where no width is given.
    pub bucket_count: Option<u16>,
    /// `heatmap`, `statushistory`: colours from little to much.
    pub scheme: Scheme,
    /// `pie`: a ring with the total in its middle.
    pub donut: bool,
    /// Units by column name, for tables.
    pub column_units: Vec<(String, Unit)>,
    /// How a table draws its columns; those not listed plainly.
    pub columns: Vec<TableColumn>,
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
    /// Where `g` goes to.
    pub link: Option<Link>,
    /// The collector writes each number it polls as a sample.
    pub is_recorded: bool,
    /// Where its SQL (or text) is written, so that errors in it can point into the file.
    pub sql_at: SourceSpot,
}

impl Panel {
    /// It asks for something and shows a number of it: one line can say it, a history keep it.
    pub fn is_number(&self) -> bool {
        self.kind.has_numbers() && self.sql.is_some()
    }

    /// A panel of this kind with nothing said about it: no query, every setting its default.
    pub fn new(id: impl Into<String>, kind: PanelKind) -> Self {
        let id = id.into();
        Self {
            title: id.clone(),
            id,
            kind,
            area: Area {
                row: 0,
                column: 0,
                rows: 1,
                columns: 1,
            },
            sql: None,
            text: None,
            unit: match kind {
                // A table without a unit leaves the database's digits alone.
                PanelKind::Table => Unit::default(),
                _ => Unit::parse("short").unwrap_or_default(),
            },
            decimals: None,
            thresholds: Thresholds::default(),
            color: None,
            reduce: Reduction::LastNotNull,
            min: None,
            max: None,
            legend: Legend::Auto,
            chart: Chart::default(),
            bucket_size: None,
            bucket_count: None,
            scheme: Scheme::default(),
            donut: false,
            column_units: Vec::new(),
            columns: Vec::new(),
            refresh: None,
            range: None,
            min_interval: None,
            timeout: None,
            live: None,
            link: None,
            is_recorded: false,
            sql_at: SourceSpot::default(),
        }
    }
}

/// How a table draws one of its columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableColumn {
    /// The column's name in the result.
    pub name: String,
    /// What its cells look like.
    pub cells: Cells,
    /// Colours by value, in place of the panel's.
    pub thresholds: Option<Thresholds>,
    /// Colours of single values, by how PostgreSQL writes them.
    pub colors: Vec<(String, Color)>,
    /// Where bars and heat begin.
    pub min: Option<f64>,
    /// Where they end.
    pub max: Option<f64>,
}

/// What the cells of a column look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cells {
    /// The value.
    #[default]
    Plain,
    /// The value and a bar as long as it is great.
    Bar,
    /// The value and a level between the least and the greatest.
    Heat,
    /// The value in a colour, with that colour's sign.
    Color,
}

/// A way from a panel to another dashboard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The dashboard's name; the configuration has one of it.
    pub dashboard: String,
    /// Its variables to set, and what to: `${row.COLUMN}` stands for the row's value, `$name` for a variable
    /// of the dashboard the panel is on.
    pub variables: Vec<(String, String)>,
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
