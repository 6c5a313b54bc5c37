//! What the hub knows of one panel, and the immutable picture it publishes of all.

mod feed;

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::annotation::Annotation;
use super::buckets::Distribution;
use super::compare::Compare;
use super::heat::Heat;
use super::inspection::{Inspection, Plan};
use super::live::LiveLevel;
use super::rowset::Rowset;
use super::series::Series;
use super::states::States;
use super::time::{Moment, TimeWindow};
use super::variable::VariableState;
pub use feed::{FRESH, Feed, Own, SILENT_AFTER, duration_words};

/// Rows in the form their panel kind draws.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Lines over time: `timeseries`, `stat` and `gauge` (which reduce them).
    Series(Vec<Series>),
    /// A number per label, in the query's order, or per series (already reduced): `bars`, `pie` and
    /// `bargauge`.
    Bars(Vec<Bar>),
    /// The rows as they are: `table`, `text`.
    Rows,
    /// What happened, newest first: `log`.
    Log(Vec<LogLine>),
    /// How often values come over time: `heatmap`.
    Heat(Heat),
    /// How often values come: `histogram`.
    Distributions(Vec<Distribution>),
    /// Which state each thing was in: `statetimeline`, `statushistory`.
    States(States),
    /// Points on the globe, in the query's order: `canvas-map`.
    Sites(Vec<Site>),
    /// Ascending in time, one per time: `candlestick`.
    Candles(Vec<Candle>),
}

/// A point on the globe.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// What is there; may be empty.
    pub name: String,
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 up to (not including) 180.
    pub longitude: f64,
    /// Its number; NaN for none.
    pub value: f64,
}

/// How a value moved within one period. Every number but the volume is finite, and `low` and `high`
/// enclose the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candle {
    /// When the period began.
    pub at: Moment,
    /// The first value.
    pub open: f64,
    /// The greatest.
    pub high: f64,
    /// The least.
    pub low: f64,
    /// The last.
    pub close: f64,
    /// How much was traded; NaN for unknown.
    pub volume: f64,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When.
    pub at: Moment,
    /// How bad.
    pub level: LiveLevel,
    /// What, on one line.
    pub text: String,
}

/// One category of a bar chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The category.
    pub label: String,
    /// Its number; NaN for NULL.
    pub value: f64,
}

/// Why something failed, in words for a person. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One sentence.
    pub summary: String,
    /// Further lines: detail, hint, the SQL line with a caret under it, what to do.
    pub details: Vec<String>,
    /// Where in the SQL as written it is, where that is known: line and column in characters, both from 1. The
    /// words tell it too.
    pub at: Option<(usize, usize)>,
}

impl Failure {
    /// A failure of one sentence.
    pub fn new(summary: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            details: Vec::new(),
            at: None,
        }
    }

    /// With its place in the SQL as written.
    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Self {
        self.at = Some((line, column));
        self
    }

    /// With one more line.
    #[must_use]
    pub fn detail(mut self, line: impl Into<String>) -> Self {
        self.details.push(line.into());
        self
    }
}

/// How a panel is doing.
#[derive(Clone, Debug, PartialEq)]
pub enum Health {
    /// Not answered yet.
    Waiting,
    /// The last poll succeeded.
    Live,
    /// The last poll failed; what is shown is older.
    Failed {
        /// The reason.
        why: Arc<Failure>,
        /// When it is asked again.
        retry_at: Moment,
    },
}

/// One panel's newest data. Replaced as a whole, never changed in place.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelData {
    /// Changes when anything below does.
    pub revision: u64,
    /// The answer as it came.
    pub rows: Arc<Rowset>,
    /// The answer as it is drawn.
    pub shape: Arc<Shape>,
    /// How the last poll went.
    pub health: Health,
    /// When the data shown was asked for (poll age counts from here); none before the first answer.
    pub asked_at: Option<Moment>,
    /// The newest time in the data (data age counts from here); none where rows carry no time.
    pub newest_at: Option<Moment>,
    /// The time range the data was asked for.
    pub window: TimeWindow,
    /// The bucket width `$__interval` stood for, in microseconds.
    pub interval: i64,
    /// The data is from then, whatever moment is looked at: a file has no other, and the rows have no time.
    pub as_of: Option<Moment>,
    /// Of the window a file holds only this part, which may be empty; none where it holds all of it.
    pub held: Option<TimeWindow>,
    /// The statement behind it and its cost; changes without a new revision.
    pub inspection: Option<Arc<Inspection>>,
}

impl PanelData {
    /// Before the first answer.
    pub fn waiting() -> Self {
        Self {
            revision: 0,
            rows: Arc::default(),
            shape: Arc::new(Shape::Rows),
            health: Health::Waiting,
            asked_at: None,
            newest_at: None,
            window: TimeWindow {
                from: Moment(0),
                to: Moment(0),
            },
            interval: 0,
            as_of: None,
            held: None,
            inspection: None,
        }
    }
}

/// How a connection is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Not configured, or of no use now.
    #[default]
    Off,
    /// First attempt under way.
    Connecting,
    /// Answers.
    Up,
    /// Does not; since when and why.
    Down {
        /// Since when.
        since: Moment,
        /// The reason.
        why: Arc<Failure>,
    },
}

/// The connections, for the header.
#[derive(Clone, Debug, PartialEq)]
pub struct Links {
    /// PostgreSQL; off where the feed of a collector answers instead.
    pub database: Link,
    /// Redis.
    pub redis: Link,
    /// PostgreSQL's `LISTEN`, where there is no Redis.
    pub notify: Link,
    /// Where the data comes from the feed of a collector: how that one is doing.
    pub feed: Option<Feed>,
    /// Where it comes from a file, and nothing is connected.
    pub recorded: Option<Arc<Recorded>>,
}

/// What a file holds that everything comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// When it was made: what its viewer's clock shows, standing still.
    pub at: Moment,
    /// Some of it cannot be read.
    pub is_damaged: bool,
    /// What there is of each dashboard, in the configuration's order.
    pub dashboards: Box<[Extent]>,
}

/// How far the recording of a dashboard goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Of its range; a panel may have another.
    pub window: TimeWindow,
    /// What the panels were compared with.
    pub compare: Compare,
}

impl Extent {
    /// Where nothing of `shown` was recorded: a sentence that says from when to when there is something.
    pub fn missed(&self, shown: TimeWindow, zone: &TimeZone) -> Option<String> {
        let held = self.window;
        let is_outside = shown.to <= held.from || shown.from >= held.to;
        is_outside.then(|| {
            let words = |at: Moment| at.zoned(zone).strftime("%Y-%m-%d %H:%M").to_string();
            let (from, to) = (words(held.from), words(held.to));
            format!("nothing recorded then: the bundle holds {from} to {to}")
        })
    }
}

impl Links {
    /// Each with the name that people know it by.
    pub fn named(&self) -> impl Iterator<Item = (&'static str, &Link)> {
        let feed = self.feed.as_ref().map(|feed| ("the feed", &feed.link));
        let own = [
            ("PostgreSQL", &self.database),
            ("Redis", &self.redis),
            ("NOTIFY", &self.notify),
        ];
        feed.into_iter().chain(own)
    }
}

/// Live samples that moved nothing, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LiveCounts {
    /// Older than one that was there already: their panels were asked again.
    pub late: u64,
    /// Seen before.
    pub duplicate: u64,
    /// Dated later than the clock allows.
    pub future: u64,
    /// Given up because something could not keep up; their panels were asked again.
    pub dropped: u64,
    /// Holes that were noticed; after each everything concerned was asked again.
    pub resyncs: u64,
}

/// The newest hole in the live updates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resync {
    /// When it was noticed.
    pub at: Moment,
    /// A few words.
    pub why: String,
}

/// Something to tell the viewer once: a note was written, a copy was made, a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// When.
    pub at: Moment,
    /// It went wrong.
    pub is_bad: bool,
    /// One sentence.
    pub text: String,
}

/// All panels of one dashboard at one moment, for one viewer's range and variables.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Changes when anything visible did.
    pub revision: u64,
    /// Which configuration the indices below count in; it changes when the file was read again.
    pub config_revision: u64,
    /// Which dashboard of the configuration.
    pub dashboard: usize,
    /// One per panel of that dashboard, in its order.
    pub panels: Box<[Arc<PanelData>]>,
    /// What is drawn beside the panels.
    pub compare: Compare,
    /// The same panels in the earlier window, one per panel; empty while nothing is compared.
    pub ghosts: Box<[Option<Arc<PanelData>>]>,
    /// The dashboard's variables, in its order.
    pub variables: Arc<[VariableState]>,
    /// What happened, by time.
    pub annotations: Arc<[Annotation]>,
    /// The plan that was asked for last.
    pub plan: Option<Arc<Plan>>,
    /// The newest thing to tell.
    pub notice: Option<Arc<Notice>>,
    /// Everything in sight has been answered, or has failed, since it was looked at; or its answer was not old yet.
    pub is_settled: bool,
    /// The connections.
    pub links: Links,
    /// What the live updates could not do.
    pub live: LiveCounts,
    /// The newest hole in them.
    pub resync: Option<Resync>,
}

impl Snapshot {
    /// What a panel is compared with; none where nothing is, or the panel knows no other time.
    pub fn earlier(&self, panel: usize) -> Option<&PanelData> {
        self.ghosts.get(panel)?.as_deref()
    }

    /// Of a dashboard nothing is known of yet.
    pub fn empty(dashboard: usize, links: Links) -> Self {
        Self {
            revision: 0,
            config_revision: 0,
            dashboard,
            panels: Box::default(),
            compare: Compare::Off,
            ghosts: Box::default(),
            variables: Arc::default(),
            annotations: Arc::default(),
            plan: None,
            notice: None,
            is_settled: false,
            links,
            live: LiveCounts::default(),
            resync: None,
        }
    }
}
