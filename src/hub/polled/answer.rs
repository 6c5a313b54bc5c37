//! Taking an answer in.

use std::sync::Arc;

use tokio::time::Instant;

use super::super::key::{Key, Subject};
use super::{Asked, Found, Polled, Revisions};
use crate::config::Config;
use crate::model::color::Color;
use crate::model::kind::PanelKind;
use crate::model::live::LiveSample;
use crate::model::panel_data::{Failure, Health, PanelData, Shape};
use crate::model::rowset::Rowset;
use crate::model::shape::{annotations, newest_at, shape};
use crate::model::time::Moment;
use crate::query::{self, Rendered};
use crate::source::feed::{Failing, Rows};
use crate::source::postgres::QueryError;
use crate::source::{Answer, Origin};

/// Events of one query that are kept, the newest.
const EVENTS: usize = 300;

/// What an answer says about the connection behind it.
#[derive(Debug)]
pub(in crate::hub) enum LinkNews {
    /// It answers.
    Up,
    /// It does not.
    Down(Arc<Failure>),
    /// Nothing learnt.
    Unknown,
}

/// What an answer answers.
enum Question {
    /// This one; a later one failed, for this reason.
    Answered(Asked, Option<Failing>),
    /// One whose answer is shown already.
    Known,
    /// None that was asked, and nothing new.
    Nobodys,
}

impl Polled {
    /// Takes an answer in. Says what it tells about the connection.
    pub fn answer(
        &mut self,
        result: Result<Answer, Box<QueryError>>,
        config: &Config,
        base: Instant,
        now: Instant,
        clock: Moment,
        revisions: &mut Revisions,
    ) -> LinkNews {
        if let Ok(Answer {
            origin: Some(origin),
            ..
        }) = &result
        {
            self.fails_again(origin, revisions);
        }
        let (asked, failing) = match self.question(&result, config) {
            Question::Answered(asked, failing) => (asked, failing),
            Question::Known => {
                self.is_awaited = false;
                self.due = (self.lookers > 0)
                    .then(|| self.next_tick(base, now))
                    .flatten();
                return LinkNews::Unknown;
            }
            Question::Nobodys => return LinkNews::Unknown,
        };
        self.is_awaited = false;
        self.touched = now;
        // A feed says nothing of the connection to the database; a file is as good as one.
        let is_told =
            !self.stands && (self.is_fed || result.as_ref().is_err_and(|why| why.is_told()));
        let timings = result.as_ref().ok().map(|answer| answer.timings);
        let rows = result.as_ref().map_or(0, |answer| answer.rowset.len());
        self.cost.count(now, timings);
        let inspection = self
            .cost
            .inspection(&asked.rendered, asked.at, timings, rows, now);
        let (news, outcome) = match result {
            Ok(answer) => {
                let data = self.shaped(answer.rowset, &asked, config, revisions);
                if let Ok((data, _)) = &data {
                    self.last = Some(Rows {
                        asked_at: asked.at,
                        window: asked.window,
                        timings: answer.timings,
                        rowset: Arc::clone(&data.rows),
                    });
                }
                (LinkNews::Up, data)
            }
            Err(error) => {
                let mut failure = error.failure(|at| {
                    let spot = asked.rendered.source_position(at)?;
                    Some((spot.line, spot.column, spot.line_text))
                });
                if let Some(why) = self.misspelt(&error, &asked.rendered, config) {
                    // PostgreSQL knows nothing of variables: its words go last.
                    let said = std::mem::replace(&mut failure.summary, why);
                    failure = failure.detail(said);
                }
                let news = if error.is_link() {
                    LinkNews::Down(Arc::new(failure.clone()))
                } else {
                    LinkNews::Up
                };
                (news, Err(failure))
            }
        };
        match outcome {
            Ok((data, found)) => {
                if std::mem::take(&mut self.failures) > 0 {
                    let (dashboard, name) = (self.key.dashboard, self.key.name(config));
                    tracing::info!(dashboard, name, "a query is live again");
                }
                self.failing_since = None;
                self.is_answered = true;
                self.of_others = false;
                self.data = Arc::new(data);
                self.found = found;
                self.due = (self.lookers > 0)
                    .then(|| self.next_tick(base, now))
                    .flatten();
                if let Some(Failing { why, retry_at }) = failing {
                    let why = Failure::clone(&why);
                    self.fail(why, Some(retry_at), config, now, clock, revisions);
                }
            }
            Err(failure) => {
                self.again = None;
                self.fail(failure, None, config, now, clock, revisions);
            }
        }
        self.data = Arc::new(PanelData {
            inspection: Some(Arc::new(inspection)),
            ..PanelData::clone(&self.data)
        });
        if let Some(again) = self.again.take().filter(|_| self.lookers > 0) {
            self.due = Some(self.due.map_or(again, |due| due.min(again)));
        }
        let meanwhile = std::mem::take(&mut self.meanwhile);
        let later: Vec<&LiveSample> = meanwhile
            .iter()
            .filter(|sample| sample.at >= asked.at)
            .collect();
        if !later.is_empty() {
            if self.is_fed {
                // The next answer from the feed may be older than they are, too.
                self.meanwhile = later.iter().map(|sample| (*sample).clone()).collect();
            }
            self.live(&later, config, now, clock, revisions);
        } else if !meanwhile.is_empty() {
            // Dated before the question, told after it: the answer may lack it, and nothing newer hides that.
            self.ask_soon(config, now);
        }
        if is_told { LinkNews::Unknown } else { news }
    }

    /// Of an answer that is known already: that it failed once more, and when it is asked next.
    fn fails_again(&mut self, origin: &Origin, revisions: &mut Revisions) {
        let is_known = self
            .last
            .as_ref()
            .is_some_and(|rows| rows.asked_at == origin.asked_at);
        let (Some(failing), Health::Failed { why, retry_at }) =
            (&origin.failing, &self.data.health)
        else {
            return;
        };
        if !is_known || (failing.retry_at == *retry_at && failing.why == *why) {
            return;
        }
        let health = Health::Failed {
            why: Arc::clone(&failing.why),
            retry_at: failing.retry_at,
        };
        self.data = Arc::new(PanelData {
            revision: revisions.next(),
            health,
            ..PanelData::clone(&self.data)
        });
    }

    /// What to say of a refusal at the name of a variable that there is not.
    fn misspelt(&self, error: &QueryError, rendered: &Rendered, config: &Config) -> Option<String> {
        let QueryError::Sql(said) = error else {
            return None;
        };
        let place = rendered.source_position(said.position?)?;
        let variables = &self.key.dashboard(config).variables;
        let names: Vec<&str> = variables.iter().map(|one| one.name.as_str()).collect();
        query::no_variable_at(&place, &names)
    }

    /// Which question `result` answers.
    fn question(&mut self, result: &Result<Answer, Box<QueryError>>, config: &Config) -> Question {
        let pending = self.asked.take();
        let origin = result.as_ref().map(|answer| answer.origin.as_ref());
        let Ok(Some(origin)) = origin else {
            self.is_fed = false;
            return pending.map_or(Question::Nobodys, |asked| Question::Answered(asked, None));
        };
        let known = self.last.as_ref().map(|rows| rows.asked_at);
        let is_failing = matches!(self.data.health, Health::Failed { .. });
        let is_news = known.is_none_or(|known| {
            origin.asked_at > known
                || origin.asked_at == known && origin.failing.is_some() != is_failing
        });
        if !is_news {
            // Read once more it would take back what live samples have moved since.
            return if pending.is_some() {
                Question::Known
            } else {
                Question::Nobodys
            };
        }
        self.is_fed = true;
        // The rows have the buckets that were asked for.
        let interval = origin.recorded.as_ref().map(|recorded| recorded.interval);
        let key = Key {
            interval: interval.unwrap_or(self.key.interval),
            ..self.key.clone()
        };
        let rendered = match (key.rendered(config, origin.window), pending) {
            (Ok(rendered), _) => rendered,
            (Err(_), Some(pending)) => pending.rendered,
            (Err(_), None) => return Question::Nobodys,
        };
        let asked = Asked {
            at: origin.asked_at,
            rendered,
            window: origin.window,
            recorded: origin.recorded.clone(),
        };
        Question::Answered(asked, origin.failing.clone())
    }

    fn shaped(
        &self,
        rows: Rowset,
        asked: &Asked,
        config: &Config,
        revisions: &mut Revisions,
    ) -> Result<(PanelData, Found), Failure> {
        let mut found = Found::Nothing;
        let mut shaped = Shape::Rows;
        let mut moves = false;
        match self.key.subject {
            Subject::Panel(_) => {
                let Some(panel) = self.key.panel_or_ghost(config) else {
                    return Err(Failure::new("this panel is gone"));
                };
                shaped = shape(panel.kind, panel.reduce, &rows, asked.window)?;
                if let (Shape::Series(series), Some(fill)) = (&mut shaped, &asked.rendered.fill) {
                    crate::model::fill::fill(series, asked.window, fill.interval, fill.mode);
                }
                moves = moves_with_time(panel.kind) && self.data.window != asked.window;
            }
            Subject::Variable(_) => found = Found::Choices(query::choices(&rows)?.into()),
            Subject::Annotation(index) => {
                let query = self.key.dashboard(config).annotations.get(index);
                let color = query.and_then(|query| query.color);
                found = events(&rows, color)?;
            }
            Subject::Notes => found = events(&rows, None)?,
        }
        let recorded = asked.recorded.as_ref();
        if let Some(moved) = recorded.and_then(|recorded| recorded.moved.clone()) {
            shaped = moved;
        }
        let old = &self.data;
        let (as_of, held) = recorded.map_or((None, None), |file| (file.as_of, file.held));
        let is_marked = (old.as_of, old.held) != (as_of, held);
        let changed = old.health != Health::Live || moves || is_marked || *old.rows != rows;
        let data = PanelData {
            revision: if changed {
                revisions.next()
            } else {
                old.revision
            },
            newest_at: recorded
                .and_then(|recorded| recorded.newest_at)
                .or_else(|| newest_at(&rows)),
            rows: Arc::new(rows),
            shape: Arc::new(shaped),
            health: Health::Live,
            asked_at: Some(asked.at),
            window: asked.window,
            interval: recorded.map_or(self.key.interval, |recorded| recorded.interval),
            as_of,
            held,
            inspection: None,
        };
        Ok((data, found))
    }
}

fn events(rows: &Rowset, color: Option<Color>) -> Result<Found, Failure> {
    let mut events = annotations(rows, color)?;
    let gone = events.len().saturating_sub(EVENTS);
    events.drain(..gone);
    Ok(Found::Annotations(events.into()))
}

/// A later window alone changes the picture.
fn moves_with_time(kind: PanelKind) -> bool {
    kind == PanelKind::Stat || kind.has_time_axis()
}
