//! What asking costs, and the plans of statements.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::inspection::{Inspection, Timings};
use crate::model::panel_data::Failure;
use crate::model::rowset::Rowset;
use crate::model::time::Moment;
use crate::query::Rendered;
use crate::source::Request;

/// What a cost is counted over.
const MINUTE: Duration = Duration::from_secs(60);
/// Questions remembered at most; ten a second are the most there are.
const REMEMBERED: usize = 1024;
/// Lines of a plan at most.
const PLAN_LINES: usize = 2000;

/// The questions of the last minute.
#[derive(Debug, Default)]
pub(super) struct Cost {
    /// When each was answered, and its round trip.
    answered: VecDeque<(Instant, Duration)>,
}

impl Cost {
    /// One more answer; without timings it was a failure.
    pub fn count(&mut self, now: Instant, timings: Option<Timings>) {
        if self.answered.len() >= REMEMBERED {
            self.answered.pop_front();
        }
        let busy = timings.map_or(Duration::ZERO, |timings| timings.round_trip);
        self.answered.push_back((now, busy));
    }

    /// What a viewer sees of the last question.
    pub fn inspection(
        &mut self,
        rendered: &Rendered,
        asked_at: Moment,
        timings: Option<Timings>,
        rows: usize,
        now: Instant,
    ) -> Inspection {
        while let Some((at, _)) = self.answered.front()
            && now.duration_since(*at) >= MINUTE
        {
            self.answered.pop_front();
        }
        Inspection {
            sql: rendered.sql.as_str().into(),
            unquoted: rendered.unquoted.as_slice().into(),
            asked_at,
            timings,
            rows,
            asked_per_minute: u32::try_from(self.answered.len()).unwrap_or(u32::MAX),
            busy_per_minute: self.answered.iter().map(|(_, busy)| *busy).sum(),
        }
    }
}

/// A plan that somebody waits for.
#[derive(Clone, Debug)]
pub(super) struct Explain {
    pub viewer: u64,
    pub panel: usize,
    pub analyze: bool,
    pub sql: Arc<str>,
    pub timeout: Duration,
    pub time_zone: Option<String>,
}

impl Explain {
    /// The same statement, through the same read-only way.
    pub fn request(&self, key: u64) -> Request {
        let how = if self.analyze {
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT TEXT)"
        } else {
            "EXPLAIN (FORMAT TEXT)"
        };
        Request {
            key,
            sql: format!("{how} {}", self.sql),
            timeout: self.timeout,
            row_limit: PLAN_LINES,
            time_zone: self.time_zone.clone(),
            identity: None,
            refresh: None,
            is_own: false,
        }
    }
}

/// The lines of a plan.
pub(super) fn lines(rows: &Rowset) -> Result<Arc<[String]>, Arc<Failure>> {
    let utc = jiff::tz::TimeZone::UTC;
    match rows.columns.first() {
        Some(column) if !column.values.is_empty() => {
            let text = column.values.iter().map(|value| value.display(&utc));
            Ok(text.map(String::from).collect())
        }
        _ => Err(Arc::new(Failure::new("PostgreSQL gave no plan"))),
    }
}
