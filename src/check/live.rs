//! Planning every query on the real database.

use std::cell::{Cell, RefCell};

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::finding::{Finding, Rule};
use super::judge::{self, Limits};
use super::offline::doubts;
use super::subject::{self, Subject};
use super::{Checked, ColumnReport, QueryReport, State};
use crate::config::{Config, Dashboard, Places};
use crate::model::estimate::Estimate;
use crate::model::panel_data::Failure;
use crate::model::time::Moment;
use crate::model::variable::{Choice, VariableValue};
use crate::query::{self, Rendered};
use crate::source::postgres::plan::{Planned, TableSize};
use crate::source::postgres::{Database, Query, QueryError};

/// After this many questions in a row that got no answer, the others are not asked: a dead server would cost
/// the deadline of each.
const MOST_LOST: u32 = 3;
/// For questions of our own.
const FEW_ROWS: usize = 10_000;

/// One check.
struct Planner<'a> {
    config: &'a Config,
    database: &'a Database,
    places: &'a Places,
    now: Moment,
    /// A deadline counts from when the question is asked: no more are asked at once than there are connections.
    permits: Semaphore,
    lost: Cell<u32>,
    trouble: RefCell<Option<Failure>>,
}

/// What became of one query.
struct Outcome<'a> {
    subject: Subject<'a>,
    state: State,
    columns: Vec<ColumnReport>,
    estimate: Option<Estimate>,
    findings: Vec<Finding>,
}

/// Plans every query of `config` for its dashboard's own range and variables at `now`; runs those of variables
/// that others need. Takes no longer than the deadlines of its queries, side by side on the pool's connections.
pub async fn plan(
    config: &Config,
    database: &Database,
    limits: &Limits,
    places: &Places,
    now: Moment,
) -> Checked {
    let planner = Planner {
        config,
        database,
        places,
        now,
        permits: Semaphore::new(database.pool_size()),
        lost: Cell::new(0),
        trouble: RefCell::default(),
    };
    let dashboards = config.dashboards.iter();
    let outcomes = join_all(dashboards.map(|dashboard| planner.dashboard(dashboard))).await;
    let mut outcomes: Vec<Outcome<'_>> = outcomes.into_iter().flatten().collect();
    let sizes = planner.sizes(&outcomes).await;
    for outcome in &mut outcomes {
        if let Some(estimate) = &outcome.estimate {
            let subject = &outcome.subject;
            let found = judge::estimate(subject, estimate, &sizes, limits, places);
            outcome.findings.extend(found);
        }
    }
    let mut checked = Checked {
        trouble: planner.trouble.into_inner(),
        ..Checked::default()
    };
    for outcome in outcomes {
        checked.queries.push(outcome.report());
        checked.findings.extend(outcome.findings);
    }
    checked
}

impl<'a> Planner<'a> {
    async fn dashboard(&self, dashboard: &'a Dashboard) -> Vec<Outcome<'a>> {
        let mut values: Vec<Option<VariableValue>> = vec![None; dashboard.variables.len()];
        let mut outcomes: Vec<(usize, Outcome<'a>)> = Vec::new();
        for index in query::order(&dashboard.variables) {
            let variable = &dashboard.variables[index];
            let mut choices = query::choices_of(variable);
            if let Some(subject) = subject::of_variable(dashboard, variable) {
                let mut outcome = self.outcome(subject, &values).await;
                if outcome.is_fine() && is_used(dashboard, &variable.name) {
                    choices = self.choices(&mut outcome, &values).await;
                }
                outcomes.push((index, outcome));
            }
            values[index] = choices.map(|choices| query::value_of(variable, &choices, None));
        }
        outcomes.sort_by_key(|(index, _)| *index);
        let rest = subject::of_rest(dashboard).map(|subject| self.outcome(subject, &values));
        let rest = join_all(rest).await;
        let outcomes = outcomes.into_iter().map(|(_, outcome)| outcome);
        outcomes.chain(rest).collect()
    }

    /// The statement, or why there is none yet.
    fn rendered(
        &self,
        subject: &Subject<'_>,
        known: &[Option<VariableValue>],
    ) -> Result<Rendered, (Rule, Failure)> {
        let variables = &subject.dashboard.variables;
        let names: Vec<&str> = variables.iter().map(|one| one.name.as_str()).collect();
        let mut values = Vec::new();
        for index in query::used(subject.sql, &names) {
            let Some(value) = &known[index] else {
                let why = format!("not checked: the variable `{}` has no value", names[index]);
                return Err((Rule::NotChecked, Failure::new(why)));
            };
            values.push(value.clone());
        }
        let context = subject.context(self.config, &values, self.now);
        query::render(subject.sql, &context).map_err(|why| (Rule::Sql, why))
    }

    async fn outcome(&self, subject: Subject<'a>, known: &[Option<VariableValue>]) -> Outcome<'a> {
        let mut outcome = Outcome {
            subject,
            state: State::Checked,
            columns: Vec::new(),
            estimate: None,
            findings: Vec::new(),
        };
        let rendered = match self.rendered(&subject, known) {
            Ok(rendered) => rendered,
            Err((rule, why)) => {
                if rule == Rule::NotChecked {
                    outcome.state = State::Skipped;
                }
                let finding = Finding::of(rule, &subject, why, self.places);
                outcome.findings.push(finding);
                return outcome;
            }
        };
        let planned = self.ask(&subject, &rendered.sql, Asked::Plan).await;
        match planned {
            None => outcome.state = State::Unasked,
            Some(Err(error)) => {
                let finding = self.refused(&subject, &rendered, &error);
                outcome.findings.push(finding);
            }
            Some(Ok(planned)) => {
                let window = subject.context(self.config, &[], self.now).window;
                let found = judge::columns(&subject, &planned, window, self.places);
                outcome.findings = found;
                let columns = planned.columns.columns.into_iter();
                outcome.columns = columns
                    .map(|column| ColumnReport {
                        name: column.name,
                        type_name: column.type_name,
                    })
                    .collect();
                outcome.estimate = planned.estimate;
            }
        }
        let doubts = doubts(self.config, &subject, self.places, self.now);
        outcome.findings.extend(doubts);
        outcome
    }

    /// The values a variable's query lists: others are nothing without them.
    async fn choices(
        &self,
        outcome: &mut Outcome<'a>,
        known: &[Option<VariableValue>],
    ) -> Option<Vec<Choice>> {
        let subject = outcome.subject;
        let rendered = self.rendered(&subject, known).ok()?;
        let answer = match self.ask(&subject, &rendered.sql, Asked::Rows).await? {
            Ok(answer) => answer,
            Err(error) => {
                let finding = self.refused(&subject, &rendered, &error);
                outcome.findings.push(finding);
                return None;
            }
        };
        match query::choices(&answer.columns) {
            Ok(choices) => Some(choices),
            Err(why) => {
                let finding = Finding::of(Rule::Sql, &subject, why, self.places);
                outcome.findings.push(finding);
                None
            }
        }
    }

    /// None where the database does not answer.
    async fn ask(
        &self,
        subject: &Subject<'_>,
        sql: &str,
        what: Asked,
    ) -> Option<Result<Planned, QueryError>> {
        let _permit = self.permits.acquire().await.ok()?;
        if self.lost.get() >= MOST_LOST {
            return None;
        }
        let zone = subject.dashboard.time_zone.iana_name();
        let query = Query {
            sql,
            timeout: subject.timeout(self.config),
            row_limit: self.config.database.row_limit.max(FEW_ROWS),
            time_zone: zone,
        };
        let asked = match what {
            Asked::Plan => self.database.plan(query).await,
            Asked::Rows => self.database.query(query).await.map(|answer| Planned {
                columns: answer.rowset,
                estimate: None,
            }),
        };
        let is_lost = asked.as_ref().is_err_and(QueryError::is_link);
        self.lost.set(if is_lost { self.lost.get() + 1 } else { 0 });
        match asked {
            // One statement may be to blame for that.
            Err(error) if is_lost && !matches!(error, QueryError::Timeout { .. }) => {
                let failure = error.failure(|_| None);
                self.trouble.borrow_mut().get_or_insert(failure);
                None
            }
            asked => Some(asked),
        }
    }

    fn refused(&self, subject: &Subject<'_>, rendered: &Rendered, error: &QueryError) -> Finding {
        let mut failure = error.failure(|at| {
            let spot = rendered.source_position(at)?;
            Some((spot.line, spot.column, spot.line_text))
        });
        let variables = &subject.dashboard.variables;
        let names: Vec<&str> = variables.iter().map(|one| one.name.as_str()).collect();
        let place = match error {
            QueryError::Sql(said) => said.position.and_then(|at| rendered.source_position(at)),
            _ => None,
        };
        if let Some(why) = place.and_then(|place| query::no_variable_at(&place, &names)) {
            let said = std::mem::replace(&mut failure.summary, why);
            failure = failure.detail(said);
        }
        if matches!(subject.what, subject::What::Notes) {
            failure = failure.detail("`kpi migrate` creates the table of `notes = true`");
        }
        Finding::of(Rule::Sql, subject, failure, self.places)
    }

    /// How large the tables are that are read from beginning to end.
    async fn sizes(&self, outcomes: &[Outcome<'_>]) -> Vec<TableSize> {
        let estimates = outcomes.iter().filter_map(|one| one.estimate.as_ref());
        let tables = estimates.flat_map(|estimate| &estimate.tables);
        let mut names: Vec<(&str, &str)> = tables
            .filter(|table| table.is_sequential)
            .map(|table| (table.schema.as_str(), table.name.as_str()))
            .collect();
        names.sort_unstable();
        names.dedup();
        let like = Query {
            sql: "",
            timeout: self.config.database.timeout,
            row_limit: names.len().max(1),
            time_zone: None,
        };
        match self.database.table_sizes(&names, like).await {
            Ok(sizes) => sizes,
            Err(error) => {
                // The planner's own numbers are still there.
                tracing::warn!(%error, "the sizes of tables are not known");
                Vec::new()
            }
        }
    }
}

/// What to ask of a statement.
#[derive(Clone, Copy)]
enum Asked {
    Plan,
    Rows,
}

impl Outcome<'_> {
    fn is_fine(&self) -> bool {
        self.state == State::Checked && self.first_error().is_none()
    }

    fn first_error(&self) -> Option<&Finding> {
        let mut findings = self.findings.iter();
        findings.find(|finding| finding.level == super::Level::Error)
    }

    fn report(&self) -> QueryReport {
        let why = self.first_error().or(match self.state {
            State::Skipped => self.findings.first(),
            _ => None,
        });
        QueryReport {
            dashboard: self.subject.dashboard.name.clone(),
            panel: self.subject.label(),
            what: self.subject.noun(),
            ok: self.is_fine(),
            state: self.state,
            columns: self.columns.clone(),
            cost: self.estimate.as_ref().map(|estimate| estimate.cost),
            expected_rows: self.estimate.as_ref().map(|estimate| estimate.rows),
            rows: None,
            why: why.map(|finding| finding.message.clone()),
        }
    }
}

/// Whether a query of the dashboard uses the variable.
fn is_used(dashboard: &Dashboard, name: &str) -> bool {
    subject::all(dashboard).any(|subject| !query::used(subject.sql, &[name]).is_empty())
}
