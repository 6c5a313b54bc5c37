//! One polled query: when it is due, what it last answered, how it fails.

mod told;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::config::{Config, Panel};
use crate::model::kind::PanelKind;
use crate::model::live::LiveSample;
use crate::model::panel_data::{Failure, Health, PanelData, Shape};
use crate::model::range::RangeSpec;
use crate::model::rowset::Rowset;
use crate::model::shape::{newest_at, shape};
use crate::model::time::{Moment, TimeWindow};
use crate::query::{self, Rendered};
use crate::source::Request;
use crate::source::postgres::QueryError;

/// The longest wait between two attempts of a query that fails.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10);

/// The least time between two questions that live updates ask.
const BETWEEN_LIVE: Duration = Duration::from_millis(500);

/// What makes two viewers share one poll.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub dashboard: usize,
    pub panel: usize,
    pub range: RangeSpec,
    /// `$__interval` in microseconds: viewers of different width may differ in it.
    pub interval: i64,
}

/// A request under way.
#[derive(Debug)]
struct Asked {
    at: Moment,
    rendered: Rendered,
    window: TimeWindow,
}

#[derive(Debug)]
pub(super) struct Polled {
    pub key: Key,
    pub data: Arc<PanelData>,
    /// How many viewers look at it.
    pub lookers: usize,
    /// When it is asked next; none while nobody looks or an answer is pending.
    pub due: Option<Instant>,
    /// A refresh was asked for while an answer was pending: not before then.
    again: Option<Instant>,
    /// Live samples that came while an answer was pending: it may not hold them yet.
    meanwhile: Vec<LiveSample>,
    /// Live updates moved it on while nobody looked: the answer it has is not the newest any more.
    missed: bool,
    /// When it was last answered or let go: the oldest unseen ones are forgotten first.
    pub touched: Instant,
    refresh: Duration,
    failures: u32,
    asked: Option<Asked>,
    last_asked: Option<Instant>,
}

/// Numbers that are never given twice, so that two pictures with one revision are the same picture.
#[derive(Debug, Default)]
pub(super) struct Revisions(u64);

impl Revisions {
    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

/// What an answer says about the connection behind it.
#[derive(Debug)]
pub(super) enum LinkNews {
    /// It answers.
    Up,
    /// It does not.
    Down(Arc<Failure>),
    /// Nothing learnt.
    Unknown,
}

impl Polled {
    pub fn new(
        key: Key,
        config: &Config,
        seed: Option<Arc<PanelData>>,
        now: Instant,
        revisions: &mut Revisions,
    ) -> Self {
        let dashboard = &config.dashboards[key.dashboard];
        let panel = &dashboard.panels[key.panel];
        let mut data = seed.unwrap_or_else(|| Arc::new(PanelData::waiting()));
        if panel.sql.is_none() {
            let shape = match panel.kind {
                PanelKind::Log => Shape::Log(Vec::new()),
                _ => Shape::Rows,
            };
            data = Arc::new(PanelData {
                shape: Arc::new(shape),
                health: Health::Live,
                revision: revisions.next(),
                ..PanelData::waiting()
            });
        }
        Self {
            data,
            lookers: 0,
            due: None,
            again: None,
            meanwhile: Vec::new(),
            missed: false,
            touched: now,
            refresh: panel.refresh.unwrap_or(dashboard.refresh),
            failures: 0,
            asked: None,
            last_asked: None,
            key,
        }
    }

    pub fn panel<'a>(&self, config: &'a Config) -> &'a Panel {
        &config.dashboards[self.key.dashboard].panels[self.key.panel]
    }

    pub fn is_pending(&self) -> bool {
        self.asked.is_some()
    }

    /// A viewer starts looking: due now, or when the answer it already has grows old.
    pub fn wake(&mut self, config: &Config, base: Instant, now: Instant) {
        if self.panel(config).sql.is_none() || self.is_pending() || self.due.is_some() {
            return;
        }
        let fresh = self.failures == 0
            && !self.missed
            && self
                .last_asked
                .is_some_and(|asked| now < asked + self.refresh);
        self.due = Some(if fresh {
            self.next_tick(base, now)
        } else {
            now
        });
    }

    /// Asked for by hand, or because the connection came back.
    pub fn ask_now(&mut self, config: &Config, now: Instant) {
        self.ask(config, now);
    }

    /// A live update asks for it: soon, but a burst of them is one question. A query that fails keeps to
    /// its back-off.
    pub fn ask_soon(&mut self, config: &Config, now: Instant) {
        if self.failures > 0 && self.due.is_some() {
            return;
        }
        let soon = self
            .last_asked
            .map_or(now, |asked| now.max(asked + BETWEEN_LIVE));
        self.ask(config, soon);
    }

    fn ask(&mut self, config: &Config, at: Instant) {
        if self.lookers == 0 {
            self.missed = true;
        }
        if self.lookers == 0 || self.panel(config).sql.is_none() {
            return;
        }
        let earlier = |before: Option<Instant>| Some(before.map_or(at, |before| before.min(at)));
        if self.is_pending() {
            self.again = earlier(self.again);
        } else {
            self.due = earlier(self.due);
        }
    }

    /// The panels of a dashboard are asked at the same moments, so that they are drawn together.
    fn next_tick(&self, base: Instant, now: Instant) -> Instant {
        let period = self.refresh.as_micros().max(1);
        let passed = now.saturating_duration_since(base).as_micros();
        let wait = period - passed % period;
        now + Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX))
    }

    /// The request to send now, or the failure to show when the SQL's macros are wrong.
    pub fn request(
        &mut self,
        id: u64,
        config: &Config,
        now: Instant,
        clock: Moment,
    ) -> Result<Request, Failure> {
        self.due = None;
        self.missed = false;
        self.last_asked = Some(now);
        let dashboard = &config.dashboards[self.key.dashboard];
        let panel = self.panel(config);
        let window = self.key.range.resolve(clock, &dashboard.time_zone);
        let context = query::Context {
            window,
            interval: self.key.interval,
            schema: &config.database.schema,
            time_zone: dashboard.time_zone.iana_name().unwrap_or("UTC"),
            variables: &[],
        };
        let rendered = query::render(panel.sql.as_deref().unwrap_or_default(), &context)?;
        let request = Request {
            key: id,
            sql: rendered.sql.clone(),
            timeout: panel.timeout.unwrap_or(config.database.timeout),
            row_limit: config.database.row_limit,
            time_zone: dashboard.time_zone.iana_name().map(str::to_owned),
        };
        self.asked = Some(Asked {
            at: clock,
            rendered,
            window,
        });
        Ok(request)
    }

    /// Takes an answer in. Says what it tells about the connection.
    pub fn answer(
        &mut self,
        result: Result<Rowset, Box<QueryError>>,
        config: &Config,
        base: Instant,
        now: Instant,
        clock: Moment,
        revisions: &mut Revisions,
    ) -> LinkNews {
        let Some(asked) = self.asked.take() else {
            return LinkNews::Unknown;
        };
        self.touched = now;
        let (news, outcome) = match result {
            Ok(rows) => (LinkNews::Up, self.shaped(rows, &asked, config, revisions)),
            Err(error) => {
                let failure = error.failure(|at| {
                    let spot = asked.rendered.source_position(at)?;
                    Some((spot.line, spot.column, spot.line_text))
                });
                let news = if error.is_link() {
                    LinkNews::Down(Arc::new(failure.clone()))
                } else {
                    LinkNews::Up
                };
                (news, Err(failure))
            }
        };
        match outcome {
            Ok(data) => {
                if std::mem::take(&mut self.failures) > 0 {
                    let (dashboard, panel) = (self.key.dashboard, self.key.panel);
                    tracing::info!(dashboard, panel, "a panel is live again");
                }
                self.data = Arc::new(data);
                self.due = (self.lookers > 0).then(|| self.next_tick(base, now));
            }
            Err(failure) => {
                self.again = None;
                self.fail(failure, now, clock, revisions);
            }
        }
        if let Some(again) = self.again.take().filter(|_| self.lookers > 0) {
            self.due = Some(self.due.map_or(again, |due| due.min(again)));
        }
        let meanwhile = std::mem::take(&mut self.meanwhile);
        let later: Vec<&LiveSample> = meanwhile
            .iter()
            .filter(|sample| sample.at >= asked.at)
            .collect();
        if !later.is_empty() {
            self.live(&later, config, now, clock, revisions);
        } else if !meanwhile.is_empty() {
            // Dated before the question, told after it: the answer may lack it, and nothing newer hides that.
            self.ask_soon(config, now);
        }
        news
    }

    /// Cannot be asked at all: marked for ever.
    pub fn refuse(&mut self, failure: Failure, revisions: &mut Revisions) {
        let health = Health::Failed {
            why: Arc::new(failure),
            retry_at: Moment::INFINITY,
        };
        self.data = Arc::new(PanelData {
            revision: revisions.next(),
            health,
            ..PanelData::waiting()
        });
    }

    /// Keeps the last rows and marks them.
    pub fn fail(
        &mut self,
        failure: Failure,
        now: Instant,
        clock: Moment,
        revisions: &mut Revisions,
    ) {
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            let (dashboard, panel) = (self.key.dashboard, self.key.panel);
            tracing::warn!(dashboard, panel, why = failure.summary, "a panel fails");
        }
        let wait = back_off(self.failures).max(if self.failures > 3 {
            self.refresh.min(LONGEST_BACK_OFF)
        } else {
            Duration::ZERO
        });
        let mut data = PanelData::clone(&self.data);
        data.revision = revisions.next();
        data.health = Health::Failed {
            why: Arc::new(failure),
            retry_at: clock.after(wait),
        };
        self.data = Arc::new(data);
        self.due = (self.lookers > 0).then(|| now + wait);
    }

    fn shaped(
        &self,
        rows: Rowset,
        asked: &Asked,
        config: &Config,
        revisions: &mut Revisions,
    ) -> Result<PanelData, Failure> {
        let panel = self.panel(config);
        let mut shaped = shape(panel.kind, panel.reduce, &rows, asked.window)?;
        if let (Shape::Series(series), Some(fill)) = (&mut shaped, &asked.rendered.fill) {
            crate::model::fill::fill(series, asked.window, fill.interval, fill.mode);
        }
        let old = &self.data;
        let moves = matches!(panel.kind, PanelKind::Timeseries | PanelKind::Stat)
            && old.window != asked.window;
        let changed = old.health != Health::Live || moves || *old.rows != rows;
        Ok(PanelData {
            revision: if changed {
                revisions.next()
            } else {
                old.revision
            },
            newest_at: newest_at(&rows),
            rows: Arc::new(rows),
            shape: Arc::new(shaped),
            health: Health::Live,
            asked_at: Some(asked.at),
            window: asked.window,
            interval: self.key.interval,
            inspection: None,
        })
    }
}

/// 1, 2, 4, 8, 10, 10 … seconds, each up to a fifth shorter so that panels and replicas spread.
fn back_off(failures: u32) -> Duration {
    let full = Duration::from_secs(1 << failures.saturating_sub(1).min(4)).min(LONGEST_BACK_OFF);
    full.mul_f64(fastrand::f64().mul_add(-0.2, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_grows_and_stays_within_ten_seconds() {
        for failures in 1..40 {
            let wait = back_off(failures);
            assert!(wait <= LONGEST_BACK_OFF, "{failures}: {wait:?}");
            assert!(wait >= Duration::from_millis(800), "{failures}: {wait:?}");
        }
        assert!(back_off(1) <= Duration::from_secs(1));
        assert!(back_off(9) >= Duration::from_secs(8));
    }
}
