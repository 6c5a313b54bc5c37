//! What is known of a query without a server: its macros, and the names in it.

use super::finding::{Finding, Rule};
use super::subject::{self, Subject};
use super::{Checked, QueryReport, State};
use crate::config::{Config, Dashboard, Places};
use crate::model::time::Moment;
use crate::model::variable::{Choice, VariableValue};
use crate::query;

/// Reads every query at `now`, connecting to nothing.
pub fn read(config: &Config, places: &Places, now: Moment) -> Checked {
    let mut checked = Checked::default();
    for dashboard in &config.dashboards {
        let values = values(dashboard);
        for subject in subject::all(dashboard) {
            let context = subject.context(config, &values, now);
            let (wrong, _) = query::strangers(subject.sql, &context);
            let refused = query::render(subject.sql, &context).err();
            let why = refused.or(wrong.into_iter().next());
            let finding = why.map(|why| Finding::of(Rule::Sql, &subject, why, places));
            checked.queries.push(QueryReport {
                dashboard: dashboard.name.clone(),
                panel: subject.label(),
                what: subject.noun(),
                ok: finding.is_none(),
                state: State::Checked,
                columns: Vec::new(),
                cost: None,
                expected_rows: None,
                rows: None,
                why: finding.as_ref().map(|finding| finding.message.clone()),
            });
            checked.findings.extend(finding);
            let doubts = doubts(config, &subject, places, now);
            checked.findings.extend(doubts);
        }
    }
    checked
}

/// Names in quotes that somebody may have misspelt.
pub(super) fn doubts(
    config: &Config,
    subject: &Subject<'_>,
    places: &Places,
    now: Moment,
) -> Vec<Finding> {
    let values = values(subject.dashboard);
    let (_, doubtful) = query::strangers(subject.sql, &subject.context(config, &values, now));
    let findings = doubtful.into_iter();
    findings
        .map(|doubt| Finding::of(Rule::VariableName, subject, doubt, places))
        .collect()
}

/// What a query lists is not known here; where a value may stand does not depend on it.
fn values(dashboard: &Dashboard) -> Vec<VariableValue> {
    let variables = dashboard.variables.iter();
    variables
        .map(|variable| {
            let choices = query::choices_of(variable).unwrap_or(vec![Choice::of("value")]);
            query::value_of(variable, &choices, None)
        })
        .collect()
}
