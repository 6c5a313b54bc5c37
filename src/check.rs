//! Floor 6: `kpi check`: what is wrong with a configuration's queries, found without running them.
//!
//! ```text
//!  panels, variables, annotations ──▶ offline ──▶ macros and names
//!                                └──▶ live ──EXPLAIN──▶ PostgreSQL ──▶ judge ──▶ findings ──▶ words, JSON, SARIF
//! ```
//!
//! Queries of variables are run where others need their values; nothing else is. Every finding knows the place in
//! the file that it is about.

mod finding;
mod judge;
mod live;
mod offline;
pub mod sarif;
mod subject;
mod words;

pub use finding::{Finding, Level, Rule};
pub use judge::Limits;
pub use live::plan;
pub use offline::read;
pub use words::{counted, words};

use serde::Serialize;

use crate::model::panel_data::Failure;

/// What was found out about a configuration's queries.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// A line per query, in the order of the dashboards.
    pub queries: Vec<QueryReport>,
    /// What is wrong, or may be, in the same order.
    pub findings: Vec<Finding>,
    /// Why some could not be asked at all.
    pub trouble: Option<Failure>,
}

/// How one query did.
#[derive(Clone, Debug, Serialize)]
pub struct QueryReport {
    /// The dashboard's name.
    pub dashboard: String,
    /// A panel's id; `$name` of a variable, `annotation NAME`.
    pub panel: String,
    /// `panel`, `variable` or `annotation`.
    pub what: &'static str,
    /// It can be asked and fits.
    pub ok: bool,
    /// It was planned, or, offline, read.
    #[serde(skip)]
    pub state: State,
    /// Names and types of its columns.
    pub columns: Vec<ColumnReport>,
    /// What PostgreSQL expects it to cost, in the planner's unit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<f64>,
    /// The rows PostgreSQL expects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_rows: Option<f64>,
    /// The rows it gave, where it was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// The first thing that is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How far the check of one query came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// To its end.
    #[default]
    Checked,
    /// A value it needs is not known.
    Skipped,
    /// The database did not answer.
    Unasked,
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    /// Its name.
    pub name: String,
    /// PostgreSQL's name of its type.
    #[serde(rename = "type")]
    pub type_name: String,
}

impl Checked {
    /// Findings of this level.
    pub fn count(&self, level: Level) -> usize {
        let of_level = |finding: &&Finding| finding.level == level;
        self.findings.iter().filter(of_level).count()
    }

    /// Takes in what running the query of `panel` showed.
    pub fn ran(&mut self, dashboard: &str, panel: &str, rows: usize, wrong: Option<Finding>) {
        let mut queries = self.queries.iter_mut();
        let Some(query) = queries.find(|one| one.dashboard == dashboard && one.panel == panel)
        else {
            return;
        };
        // What could not even be planned was told.
        if !query.ok || query.state != State::Checked {
            return;
        }
        match wrong {
            Some(finding) => {
                query.ok = false;
                query.why = Some(finding.message.clone());
                self.findings.push(finding);
            }
            None => query.rows = Some(rows),
        }
    }
}
