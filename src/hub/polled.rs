//! One polled query: when it is due, what it last answered, how it fails.

mod answer;
mod told;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::inspect::Cost;
use super::key::{Key, Subject};
use crate::config::Config;
use crate::model::annotation::Annotation;
use crate::model::kind::PanelKind;
use crate::model::live::LiveSample;
use crate::model::panel_data::{Failure, Health, PanelData, Shape};
use crate::model::time::{Moment, TimeWindow};
use crate::model::variable::Choice;
use crate::query::Rendered;
use crate::source::feed::{Failing, Identity, Published, Rows};
use crate::source::{FromFile, Request};

pub(super) use answer::LinkNews;

/// The longest wait between two attempts of a query that fails.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10);

/// The least time between two questions that live updates ask.
const BETWEEN_LIVE: Duration = Duration::from_millis(500);

/// What is asked once is asked again when somebody comes back to it after this long.
const STALE: Duration = Duration::from_secs(60);

/// A request under way.
#[derive(Debug)]
struct Asked {
    at: Moment,
    rendered: Rendered,
    window: TimeWindow,
    /// What only a file tells of the answer.
    recorded: Option<Box<FromFile>>,
}

/// What the rows of a query that fills no panel mean.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    Choices(Arc<[Choice]>),
    Annotations(Arc<[Annotation]>),
}

#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about the newest answer"
)]
pub(super) struct Polled {
    pub key: Key,
    /// The same in words of every process.
    pub identity: Arc<Identity>,
    /// The last answer as it came; live samples have not moved it.
    pub last: Option<Rows>,
    /// That answer came from the feed: it may be older than the question.
    is_fed: bool,
    pub data: Arc<PanelData>,
    pub found: Found,
    /// Since when it fails.
    pub failing_since: Option<Moment>,
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
    /// What it shows is the answer to the same question about other values of variables.
    of_others: bool,
    /// It has an answer of its own, or failed.
    pub is_answered: bool,
    /// Its answer had grown old before somebody looked again, and the newer one is not there yet.
    pub is_awaited: bool,
    /// When it was last answered or let go: the oldest unseen ones are forgotten first.
    pub touched: Instant,
    /// None for what is asked once.
    pub refresh: Option<Duration>,
    /// Another question would have the same answer: it comes from a file.
    stands: bool,
    failures: u32,
    asked: Option<Asked>,
    last_asked: Option<Instant>,
    cost: Cost,
}

/// Numbers that are never given twice, so that two pictures with one revision are the same picture.
#[derive(Debug, Default)]
pub(super) struct Revisions(u64);

impl Revisions {
    pub fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

impl Polled {
    /// `seed` is what is shown until the first answer; with `of_others` it answers another question.
    pub fn new(
        key: Key,
        identity: Arc<Identity>,
        config: &Config,
        seed: Option<Arc<PanelData>>,
        of_others: bool,
        now: Instant,
        revisions: &mut Revisions,
    ) -> Self {
        let of_others = of_others && seed.is_some();
        let mut data = seed.unwrap_or_else(|| Arc::new(PanelData::waiting()));
        if of_others {
            data = Arc::new(PanelData {
                health: Health::Waiting,
                revision: revisions.next(),
                inspection: None,
                ..PanelData::clone(&data)
            });
        }
        if let Some(panel) = key.panel(config)
            && panel.sql.is_none()
        {
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
            found: Found::Nothing,
            failing_since: None,
            lookers: 0,
            due: None,
            again: None,
            meanwhile: Vec::new(),
            missed: false,
            of_others,
            is_answered: key.sql(config).is_none(),
            is_awaited: false,
            touched: now,
            refresh: key.refresh(config),
            stands: false,
            failures: 0,
            asked: None,
            last_asked: None,
            cost: Cost::default(),
            identity,
            last: None,
            is_fed: false,
            key,
        }
    }

    /// It is asked once and never again.
    pub fn asked_once(&mut self) {
        self.refresh = None;
        self.stands = true;
    }

    pub fn is_pending(&self) -> bool {
        self.asked.is_some()
    }

    pub fn choices(&self) -> Option<&Arc<[Choice]>> {
        match &self.found {
            Found::Choices(choices) => Some(choices),
            _ => None,
        }
    }

    pub fn annotations(&self) -> &[Annotation] {
        match &self.found {
            Found::Annotations(annotations) => annotations,
            _ => &[],
        }
    }

    /// One more viewer looks: due now, or when the answer it already has grows old.
    pub fn wake(&mut self, config: &Config, base: Instant, now: Instant) {
        self.lookers += 1;
        if self.key.sql(config).is_none() || self.is_pending() || self.due.is_some() {
            return;
        }
        let age = self.last_asked.map(|asked| now.duration_since(asked));
        let fresh = (self.stands && age.is_some())
            || (self.failures == 0 && !self.missed)
                && age.is_some_and(|age| match self.refresh {
                    Some(refresh) => age < refresh,
                    // Whoever still looks at it has it.
                    None => self.lookers > 1 || age < STALE,
                });
        self.is_awaited = !fresh;
        self.due = if fresh {
            self.next_tick(base, now)
        } else {
            Some(now)
        };
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
        let is_known = self.stands && self.last_asked.is_some();
        if self.lookers == 0 || self.key.sql(config).is_none() || is_known {
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
    fn next_tick(&self, base: Instant, now: Instant) -> Option<Instant> {
        let period = self.refresh?.as_micros().max(1);
        let passed = now.saturating_duration_since(base).as_micros();
        let wait = period - passed % period;
        Some(now + Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX)))
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
        let window = self.key.window(config, clock);
        let rendered = self.key.rendered(config, window)?;
        let zone = &self.key.dashboard(config).time_zone;
        let request = Request {
            key: id,
            sql: rendered.sql.clone(),
            timeout: self.key.timeout(config),
            row_limit: config.database.row_limit,
            time_zone: zone.iana_name().map(str::to_owned),
            identity: Some(Arc::clone(&self.identity)),
            refresh: self.refresh,
            is_own: false,
        };
        if self.data.inspection.is_none() {
            // A query that takes long can be looked into while it does.
            let inspection = self.cost.inspection(&rendered, clock, None, 0, now);
            self.data = Arc::new(PanelData {
                inspection: Some(Arc::new(inspection)),
                ..PanelData::clone(&self.data)
            });
        }
        self.asked = Some(Asked {
            at: clock,
            rendered,
            window,
            recorded: None,
        });
        Ok(request)
    }

    /// Cannot be asked at all: marked for ever.
    pub fn refuse(&mut self, failure: Failure, revisions: &mut Revisions) {
        self.is_answered = true;
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

    /// Keeps the last rows and marks them. `retry` is when somebody else asks again who asks for all.
    pub fn fail(
        &mut self,
        failure: Failure,
        retry: Option<Moment>,
        config: &Config,
        now: Instant,
        clock: Moment,
        revisions: &mut Revisions,
    ) {
        self.is_answered = true;
        self.is_awaited = false;
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            self.failing_since = Some(clock);
            let (dashboard, name) = (self.key.dashboard, self.key.name(config));
            tracing::warn!(dashboard, name, why = failure.summary, "a query fails");
        }
        let wait = back_off(self.failures).max(if self.failures > 3 {
            self.refresh
                .unwrap_or(LONGEST_BACK_OFF)
                .min(LONGEST_BACK_OFF)
        } else {
            Duration::ZERO
        });
        let mut data = PanelData::clone(&self.data);
        if std::mem::take(&mut self.of_others) {
            // Old rows are worth showing, those of another choice are wrong.
            data = PanelData {
                inspection: data.inspection,
                ..PanelData::waiting()
            };
        }
        data.revision = revisions.next();
        data.health = Health::Failed {
            why: Arc::new(failure),
            retry_at: if self.stands {
                Moment::INFINITY
            } else {
                retry.unwrap_or_else(|| clock.after(wait))
            },
        };
        self.data = Arc::new(data);
        self.due = (self.lookers > 0 && !self.stands).then(|| now + wait);
    }

    /// What others are told of it; none before the first answer.
    pub fn published(&self) -> Option<Published> {
        let failing = match &self.data.health {
            Health::Failed { why, retry_at } => Some(Failing {
                why: Arc::clone(why),
                retry_at: *retry_at,
            }),
            _ => None,
        };
        if self.last.is_none() && failing.is_none() {
            return None;
        }
        Some(Published {
            rows: self.last.clone(),
            failing,
        })
    }

    /// The same query under another configuration, which asks it no differently.
    pub fn moved(&mut self, key: Key, config: &Config) {
        debug_assert!(matches!(
            (self.key.subject, key.subject),
            (Subject::Panel(_), Subject::Panel(_))
                | (Subject::Variable(_), Subject::Variable(_))
                | (Subject::Annotation(_), Subject::Annotation(_))
                | (Subject::Notes, Subject::Notes)
        ));
        self.refresh = key.refresh(config);
        self.identity = Arc::new(key.identity(config, self.identity.values.clone()));
        self.key = key;
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
