//! Floor 1: what a TOML file says, checked. Everything after this room may rely on it.
//!
//! [`load()`] finds the file and reports *all* that is wrong with it, each with its place. What a
//! key is called, takes and means stands once, in [`keys`]. Imports [`crate::model`] only.

mod areas;
pub mod builtin;
mod chart;
mod columns;
pub mod dashboard;
mod dashboards;
mod definitions;
mod effective;
mod files;
pub mod keys;
mod layout;
mod links;
mod load;
mod places;
mod plain;
mod problem;
mod reader;
pub mod schema;
mod secret;
mod serve;
mod server;
mod settings;
mod values;
mod variables;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::model::theme::{Background, Theme};

pub use chart::{AxisScale, Chart, ChartStyle, Stacking};
pub use dashboard::{
    AnnotationQuery, Apply, Area, Cells, Dashboard, Legend, Live, Panel, SourceSpot, TableColumn,
    Track, Variable, VariableKind,
};
pub use effective::{Effective, Origin, Override};
pub use files::{Fingerprint, ReadFrom};
pub use load::{LoadOptions, load, load_checked, load_effective, understood};
pub use places::Places;
pub use problem::{Mark, Problem, Problems, Source};
pub use reader::suggest::did_you_mean;
pub use secret::Secret;
pub use serve::Serve;

/// The complete example: every key with a comment and its default, and a dashboard on the KPI schema.
pub const EXAMPLE: &str = include_str!("../config.example.toml");

/// A checked configuration. The default has the built-in settings and no dashboard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Where it was read from; none for a built-in one.
    pub path: Option<PathBuf>,
    /// `KPI_ENV` or `environment`: a word for the header, such as `production`.
    pub environment: Option<String>,
    /// `[database]`.
    pub database: Database,
    /// `[redis]`.
    pub redis: Redis,
    /// `[screen]`.
    pub screen: Screen,
    /// `[serve]`.
    pub serve: Serve,
    /// `[viewer]`.
    pub viewer: Viewer,
    /// `[log]`.
    pub log: Log,
    /// `[check]`.
    pub check: Check,
    /// `[keys]`, in the order written; which actions and keys there are is for `ui` to say.
    pub keys: Vec<KeySetting>,
    /// At least one, once loaded.
    pub dashboards: Vec<Dashboard>,
    /// The same as TOML, for viewers that have no configuration: without connections, settings of this machine
    /// and the values of its secrets.
    pub definitions: String,
}

impl Config {
    /// The dashboard with this name, or number counted from 1.
    pub fn dashboard_named(&self, wanted: &str) -> Option<usize> {
        let mut names = self.dashboards.iter().map(|dashboard| &dashboard.name);
        let by_name = names.position(|name| name.eq_ignore_ascii_case(wanted));
        by_name.or_else(|| {
            let number = wanted.parse::<usize>().ok()?.checked_sub(1)?;
            (number < self.dashboards.len()).then_some(number)
        })
    }

    /// The pooled URL.
    ///
    /// # Errors
    /// A problem that says how to give one.
    pub fn database_url(&self) -> Result<&Secret, Problem> {
        self.database.url.as_ref().ok_or_else(|| {
            let file = self.path.as_ref().map_or_else(
                || "the environment".to_owned(),
                |path| path.display().to_string(),
            );
            Problem::of_file(file, "no database is configured").hint(
                "set DATABASE_URL, or put it into `.env` beside the configuration; `kpi demo` needs none",
            )
        })
    }
}

/// `[database]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Database {
    /// Pooled URL for the panels.
    pub url: Option<Secret>,
    /// Direct URL for migrations and LISTEN.
    pub direct_url: Option<Secret>,
    /// The schema of the KPI tables and the first of the search path.
    pub schema: String,
    /// The schema `--schema test` means.
    pub test_schema: String,
    /// Most connections.
    pub pool_size: usize,
    /// Deadline for waiting + connecting + the query's answer.
    pub timeout: Duration,
    /// `statement_timeout` on the server, at most `timeout`.
    pub statement_timeout: Duration,
    /// `lock_timeout` on the server.
    pub lock_timeout: Duration,
    /// Most rows of one result.
    pub row_limit: usize,
    /// `SET LOCAL ROLE`.
    pub role: Option<String>,
    /// `request.jwt.claims`, a JSON object as text.
    pub claims: Option<String>,
    /// Further `SET LOCAL` settings; the names are identifiers joined by dots.
    pub settings: BTreeMap<String, String>,
    /// Root certificates in PEM form.
    pub sslrootcert: Option<PathBuf>,
}

/// `[redis]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Redis {
    /// The URL; none switches live updates off.
    pub url: Option<Secret>,
    /// Key prefix.
    pub prefix: String,
    /// Root certificates in PEM form, for `rediss://`.
    pub sslrootcert: Option<PathBuf>,
}

impl Default for Redis {
    fn default() -> Self {
        Self {
            url: None,
            prefix: "kpi".to_owned(),
            sslrootcert: None,
        }
    }
}

/// `[viewer]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Viewer {
    /// The Redis that a collector publishes in.
    pub from: Option<Secret>,
}

/// `[screen]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Draw with ASCII only.
    pub ascii: bool,
    /// How many colours.
    pub color: ColorMode,
    /// Draw lines with braille dots.
    pub braille: bool,
    /// Most frames a second.
    pub frames_per_second: u32,
    /// The zone of dashboards that name none; the system's where absent.
    pub time_zone: Option<TimeZone>,
    /// Which colours.
    pub theme: Theme,
    /// What is behind them; unknown asks the terminal.
    pub background: Background,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            ascii: false,
            color: ColorMode::Auto,
            braille: true,
            frames_per_second: 60,
            time_zone: None,
            theme: Theme::Terminal,
            background: Background::Unknown,
        }
    }
}

/// `[screen] color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum ColorMode {
    /// As the terminal and `NO_COLOR` say.
    #[default]
    Auto,
    /// As the terminal says, whatever `NO_COLOR` says.
    Always,
    /// None.
    Never,
    /// The terminal's own sixteen.
    Ansi16,
    /// The 256-colour cube.
    Ansi256,
    /// 24 bit.
    True,
}

/// `[check]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// What PostgreSQL may expect a query to cost, in the planner's unit.
    pub max_cost: u64,
    /// Rows of a table that a query may read from beginning to end.
    pub max_scan: u64,
}

impl Default for Check {
    fn default() -> Self {
        Self {
            max_cost: 100_000,
            max_scan: 100_000,
        }
    }
}

/// One line of `[keys]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySetting {
    /// The action's name.
    pub action: String,
    /// Where that is written.
    pub at: Mark,
    /// The keys, none to take the action its keys.
    pub keys: Vec<KeyText>,
}

/// A key as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyText {
    /// As written: `Ctrl-C`.
    pub text: String,
    /// Where.
    pub at: Mark,
}

/// `[log]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// How much.
    pub level: LogLevel,
    /// Where; the platform's state folder where absent.
    pub folder: Option<PathBuf>,
}

/// `[log] level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LogLevel {
    /// Nothing.
    Off,
    /// What failed for good.
    Error,
    /// What failed and will be tried again.
    Warn,
    /// What changed.
    #[default]
    Info,
    /// What was done.
    Debug,
    /// Everything.
    Trace,
}
