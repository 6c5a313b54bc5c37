//! The queries of a dashboard.

use std::time::Duration;

use crate::config::{
    AnnotationQuery, Config, Dashboard, Panel, SourceSpot, Variable, VariableKind,
};
use crate::hub::NOTES;
use crate::model::range::interval;
use crate::model::time::Moment;
use crate::model::variable::VariableValue;
use crate::query;

/// Points that `$__interval` makes, about a panel's width.
const POINTS: u32 = 80;

/// Whose query it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'a> {
    Panel(&'a Panel),
    Variable(&'a Variable),
    Annotation(&'a AnnotationQuery),
    /// The table of annotations in the KPI schema.
    Notes,
}

/// A query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    pub dashboard: &'a Dashboard,
    pub what: What<'a>,
    /// As written.
    pub sql: &'a str,
    /// Where that is; none for what is built in.
    pub spot: Option<&'a SourceSpot>,
}

/// The query that lists a variable's values.
pub(super) fn of_variable<'a>(
    dashboard: &'a Dashboard,
    variable: &'a Variable,
) -> Option<Subject<'a>> {
    let VariableKind::Query { sql, .. } = &variable.kind else {
        return None;
    };
    Some(Subject {
        dashboard,
        what: What::Variable(variable),
        sql,
        spot: Some(&variable.sql_at),
    })
}

/// Panels and annotations.
pub(super) fn of_rest(dashboard: &Dashboard) -> impl Iterator<Item = Subject<'_>> {
    let panels = dashboard.panels.iter().filter_map(move |panel| {
        Some(Subject {
            dashboard,
            what: What::Panel(panel),
            sql: panel.sql.as_deref()?,
            spot: Some(&panel.sql_at),
        })
    });
    let annotations = dashboard.annotations.iter().map(move |query| Subject {
        dashboard,
        what: What::Annotation(query),
        sql: &query.sql,
        spot: Some(&query.sql_at),
    });
    let notes = dashboard.notes.then_some(Subject {
        dashboard,
        what: What::Notes,
        sql: NOTES,
        spot: None,
    });
    panels.chain(annotations).chain(notes)
}

/// All of them, variables first.
pub(super) fn all(dashboard: &Dashboard) -> impl Iterator<Item = Subject<'_>> {
    let variables = dashboard.variables.iter();
    variables
        .filter_map(move |variable| of_variable(dashboard, variable))
        .chain(of_rest(dashboard))
}

impl Subject<'_> {
    /// What reports call it.
    pub fn label(&self) -> String {
        match self.what {
            What::Panel(panel) => panel.id.clone(),
            What::Variable(variable) => format!("${}", variable.name),
            What::Annotation(query) => format!("annotation {}", query.name),
            What::Notes => "annotations".to_owned(),
        }
    }

    /// What it fills, in a word.
    pub fn noun(&self) -> &'static str {
        match self.what {
            What::Panel(_) => "panel",
            What::Variable(_) => "variable",
            What::Annotation(_) | What::Notes => "annotation",
        }
    }

    /// What the macros stand for: the default range, at `now`.
    pub fn context<'c>(
        &self,
        config: &'c Config,
        values: &'c [VariableValue],
        now: Moment,
    ) -> query::Context<'c>
    where
        Self: 'c,
    {
        let zone = &self.dashboard.time_zone;
        let panel = match self.what {
            What::Panel(panel) => Some(panel),
            _ => None,
        };
        let range = panel.and_then(|panel| panel.range.as_ref());
        let window = range.unwrap_or(&self.dashboard.range).resolve(now, zone);
        let least = panel.and_then(|panel| panel.min_interval);
        query::Context {
            window,
            interval: interval(
                window.span(),
                POINTS,
                least.unwrap_or(Duration::from_secs(1)),
            ),
            schema: &config.database.schema,
            time_zone: zone.iana_name().unwrap_or("UTC"),
            variables: values,
        }
    }

    /// How long asking may take.
    pub fn timeout(&self, config: &Config) -> Duration {
        let own = match self.what {
            What::Panel(panel) => panel.timeout,
            _ => None,
        };
        own.unwrap_or(config.database.timeout)
    }
}
