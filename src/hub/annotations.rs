//! Which events are drawn on a viewer's charts.

use std::sync::Arc;

use crate::config::{Config, Dashboard};
use crate::model::annotation::Annotation;
use crate::model::panel_data::{Health, Notice};
use crate::model::range::RangeSpec;

use super::key::Subject;
use super::polled::Polled;

/// Events on a chart at most, the newest: more would be a colour, not marks.
const MOST: usize = 300;

/// The queries for events that `dashboard` has.
pub(super) fn subjects(dashboard: &Dashboard) -> impl Iterator<Item = Subject> {
    let queries = (0..dashboard.annotations.len()).map(Subject::Annotation);
    queries.chain(dashboard.notes.then_some(Subject::Notes))
}

/// The ranges of the charts in sight: events are asked for where there is a time axis to draw them on.
pub(super) fn ranges<'a>(
    dashboard: &'a Dashboard,
    panels: &[(usize, u16)],
    chosen: Option<&'a RangeSpec>,
) -> Vec<&'a RangeSpec> {
    let mut ranges: Vec<&RangeSpec> = Vec::new();
    for (index, _) in panels {
        let Some(panel) = dashboard.panels.get(*index) else {
            continue;
        };
        let has_axis = panel.kind.has_time_axis();
        let range = panel.range.as_ref().or(chosen).unwrap_or(&dashboard.range);
        if has_axis && !ranges.contains(&range) {
            ranges.push(range);
        }
    }
    ranges
}

/// The events of several queries by time, none twice.
pub(super) fn merged<'a>(queries: impl Iterator<Item = &'a Polled>) -> Arc<[Annotation]> {
    let mut all: Vec<Annotation> = Vec::new();
    for annotation in queries.flat_map(Polled::annotations) {
        if !all.contains(annotation) {
            all.push(annotation.clone());
        }
    }
    all.sort_by_key(|annotation| annotation.at);
    let gone = all.len().saturating_sub(MOST);
    all.drain(..gone);
    all.into()
}

/// What to tell of a query for events that fails: its charts are fine, but not complete.
pub(super) fn complaint<'a>(
    mut queries: impl Iterator<Item = &'a Polled>,
    config: &Config,
) -> Option<Notice> {
    queries.find_map(|polled| {
        let (Health::Failed { why, .. }, Some(at)) = (&polled.data.health, polled.failing_since)
        else {
            return None;
        };
        let mut text = match polled.key.subject {
            Subject::Notes => format!("no annotations: {}", why.summary),
            _ => format!(
                "no annotations of `{}`: {}",
                polled.key.name(config),
                why.summary
            ),
        };
        if polled.key.subject == Subject::Notes && why.summary.contains("does not exist") {
            text.push_str("; `kpi migrate` creates their table");
        }
        Some(Notice {
            at,
            is_bad: true,
            text,
        })
    })
}
