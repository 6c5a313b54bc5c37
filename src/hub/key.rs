//! What makes two viewers share one poll.

use std::sync::Arc;
use std::time::Duration;

use crate::config::{Config, Dashboard, Panel, VariableKind};
use crate::model::compare::Compare;
use crate::model::panel_data::Failure;
use crate::model::range::RangeSpec;
use crate::model::time::{Moment, TimeWindow};
use crate::model::variable::{Selection, VariableValue};
use crate::query::{self, Rendered};
use crate::source::feed::{Identity, Wanted};

/// The built-in annotations: what `kpi annotate` and the viewer's own notes wrote.
pub const NOTES: &str = "\
select ts as time, end_ts as timeend, text, tags from $__schema().annotations
where ts <= $__timeTo() and (ts >= $__timeFrom() or end_ts >= $__timeFrom())
order by ts desc limit 300";

/// What happened is asked at most this often: it is rare, and a note of one's own asks at once.
const BETWEEN_EVENTS: Duration = Duration::from_secs(5);
/// The earlier window of a fixed range changes only where somebody writes into the past.
const BETWEEN_GHOSTS: Duration = Duration::from_secs(60);

/// Whose query it is, by its place in its dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    /// A panel's.
    Panel(usize),
    /// The choices of a variable.
    Variable(usize),
    /// `[[dashboard.annotation]]`.
    Annotation(usize),
    /// The table of annotations in the KPI schema.
    Notes,
}

/// One query as it is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub dashboard: usize,
    pub subject: Subject,
    pub range: RangeSpec,
    /// `$__interval` in microseconds: viewers of different width may differ in it.
    pub interval: i64,
    /// Of the variables the statement uses, and of no other.
    pub values: Arc<[VariableValue]>,
    /// Which earlier window is asked for; off is today's.
    pub compare: Compare,
}

impl Key {
    pub fn dashboard<'a>(&self, config: &'a Config) -> &'a Dashboard {
        &config.dashboards[self.dashboard]
    }

    /// The panel it fills; none for a ghost, which nothing but its own answers moves.
    pub fn panel<'a>(&self, config: &'a Config) -> Option<&'a Panel> {
        (self.compare == Compare::Off)
            .then(|| self.panel_or_ghost(config))
            .flatten()
    }

    pub fn panel_or_ghost<'a>(&self, config: &'a Config) -> Option<&'a Panel> {
        match self.subject {
            Subject::Panel(index) => self.dashboard(config).panels.get(index),
            Subject::Variable(_) | Subject::Annotation(_) | Subject::Notes => None,
        }
    }

    /// The statement as written; none for a panel that brings its own words.
    pub fn sql<'a>(&self, config: &'a Config) -> Option<&'a str> {
        statement(self.dashboard(config), self.subject)
    }

    /// What it is asked for at `now`.
    pub fn window(&self, config: &Config, now: Moment) -> TimeWindow {
        let zone = &self.dashboard(config).time_zone;
        let window = self.range.resolve(now, zone);
        match self.compare {
            Compare::Off => window,
            compare => compare.earlier(window, zone),
        }
    }

    /// The statement for `window`, ready to be sent.
    pub fn rendered(&self, config: &Config, window: TimeWindow) -> Result<Rendered, Failure> {
        let context = query::Context {
            window,
            interval: self.interval,
            schema: &config.database.schema,
            time_zone: self
                .dashboard(config)
                .time_zone
                .iana_name()
                .unwrap_or("UTC"),
            variables: &self.values,
        };
        query::render(self.sql(config).unwrap_or_default(), &context)
    }

    pub fn timeout(&self, config: &Config) -> Duration {
        self.panel_or_ghost(config)
            .and_then(|panel| panel.timeout)
            .unwrap_or(config.database.timeout)
    }

    /// How often it is asked; none for what is asked once.
    pub fn refresh(&self, config: &Config) -> Option<Duration> {
        let refresh = self.dashboard(config).refresh;
        match self.subject {
            Subject::Variable(_) => None,
            Subject::Annotation(_) | Subject::Notes => Some(refresh.max(BETWEEN_EVENTS)),
            Subject::Panel(_) => {
                let panel = self.panel_or_ghost(config);
                let refresh = panel.and_then(|panel| panel.refresh).unwrap_or(refresh);
                let stands_still = self.compare != Compare::Off && !self.range.is_live();
                Some(if stands_still {
                    refresh.max(BETWEEN_GHOSTS)
                } else {
                    refresh
                })
            }
        }
    }

    /// What is asked first when several are due: values that others wait for, then panels as people read,
    /// then what is drawn beside them.
    pub fn turn(&self) -> (u8, usize) {
        match self.subject {
            Subject::Variable(index) => (0, index),
            Subject::Panel(index) if self.compare == Compare::Off => (1, index),
            Subject::Annotation(index) => (2, index),
            Subject::Notes => (2, usize::MAX),
            Subject::Panel(index) => (3, index),
        }
    }

    /// The same question in words of every process. `values` are those of the variables it depends on.
    pub fn identity(&self, config: &Config, values: Selection) -> Identity {
        let name = self.name(config).to_owned();
        Identity {
            dashboard: self.dashboard(config).name.clone(),
            wanted: match self.subject {
                Subject::Panel(_) => Wanted::Panel(name),
                Subject::Variable(_) => Wanted::Variable(name),
                Subject::Annotation(_) => Wanted::Annotation(name),
                Subject::Notes => Wanted::Notes,
            },
            range: self.range.text.clone(),
            interval: self.interval,
            compare: self.compare,
            values,
        }
    }

    /// For the log and for messages.
    pub fn name<'a>(&self, config: &'a Config) -> &'a str {
        let dashboard = self.dashboard(config);
        match self.subject {
            Subject::Panel(index) => dashboard.panels.get(index).map_or("", |panel| &panel.id),
            Subject::Variable(index) => {
                let variable = dashboard.variables.get(index);
                variable.map_or("", |variable| &variable.name)
            }
            Subject::Annotation(index) => {
                let query = dashboard.annotations.get(index);
                query.map_or("", |query| &query.name)
            }
            Subject::Notes => "annotations",
        }
    }
}

/// The statement of `subject` as written.
pub(super) fn statement(dashboard: &Dashboard, subject: Subject) -> Option<&str> {
    match subject {
        Subject::Panel(index) => dashboard.panels.get(index)?.sql.as_deref(),
        Subject::Variable(index) => match &dashboard.variables.get(index)?.kind {
            VariableKind::Query { sql, .. } => Some(sql),
            _ => None,
        },
        Subject::Annotation(index) => Some(&dashboard.annotations.get(index)?.sql),
        Subject::Notes => Some(NOTES),
    }
}
