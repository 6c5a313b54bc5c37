//! Floor 1: what a TOML file says, checked. Everything after this room may rely on it.

pub mod dashboard;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

pub use dashboard::{Area, Dashboard, Legend, Panel, Track};

/// A text that no `Debug` or error message shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<hidden>")
    }
}

/// A checked configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// Where it was read from; none for a built-in one.
    pub path: Option<PathBuf>,
    /// `KPI_ENV`: a word for the header, such as `production`.
    pub environment: Option<String>,
    /// `[database]`.
    pub database: Database,
    /// `[redis]`.
    pub redis: Redis,
    /// `[screen]`.
    pub screen: Screen,
    /// At least one.
    pub dashboards: Vec<Dashboard>,
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
    /// `statement_timeout` on the server.
    pub statement_timeout: Duration,
    /// `lock_timeout` on the server.
    pub lock_timeout: Duration,
    /// Most rows of one result.
    pub row_limit: usize,
    /// `SET LOCAL ROLE`.
    pub role: Option<String>,
    /// `request.jwt.claims`, a JSON text.
    pub claims: Option<String>,
    /// Further `SET LOCAL` settings.
    pub settings: BTreeMap<String, String>,
    /// Root certificates in PEM form.
    pub sslrootcert: Option<PathBuf>,
}

/// The built-in values.
impl Default for Database {
    fn default() -> Self {
        let settings = [("jit", "off"), ("max_parallel_workers_per_gather", "0")];
        Self {
            url: None,
            direct_url: None,
            schema: "kpi".to_owned(),
            test_schema: "test".to_owned(),
            pool_size: 4,
            timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(1),
            row_limit: 10_000,
            role: None,
            claims: None,
            settings: settings
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            sslrootcert: None,
        }
    }
}

/// `[redis]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Redis {
    /// The URL; none switches live updates off.
    pub url: Option<Secret>,
    /// Key prefix.
    pub prefix: String,
}

/// `[screen]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// Draw with ASCII only.
    pub ascii: bool,
    /// Most frames a second.
    pub frames_per_second: u32,
}
