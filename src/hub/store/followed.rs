//! What others follow: questions by their identity, and the tap their answers go to.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Store;
use crate::config::{Config, VariableKind};
use crate::hub::key::{Key, Subject, statement};
use crate::hub::polled::Polled;
use crate::hub::variables::{self, Answered};
use crate::hub::{Following, Looking, Own};
use crate::model::compare::Compare;
use crate::model::panel_data::{Health, Link};
use crate::model::range::{RangeSpec, interval};
use crate::source::feed::{Identity, Poured, Tap, Wanted};

/// Points that a viewer's screen may ask a chart for: many more are no screen's.
const MOST_POINTS: u32 = 4_000;
/// What is polled at least this often is not told again in between.
const SOON: Duration = Duration::from_secs(15);
/// A range that takes longer to type is none.
const LONGEST_RANGE: usize = 200;

/// The questions that are followed, and the polls behind them.
#[derive(Debug, Default)]
pub(super) struct Followed {
    tap: Option<Tap>,
    asked: Vec<Arc<Identity>>,
    /// Every poll that is held, as often as it is.
    held: Vec<u64>,
    /// Under which identities a poll's answer goes out: two may mean the same statement.
    told: HashMap<u64, Vec<Arc<Identity>>>,
}

impl Followed {
    pub fn new(tap: Option<Tap>) -> Self {
        Self {
            tap,
            ..Self::default()
        }
    }

    /// Pours the newest answer of a poll that is followed.
    pub fn pour(&self, id: u64, polled: &HashMap<u64, Polled>) {
        let (Some(tap), Some(identities), Some(polled)) =
            (&self.tap, self.told.get(&id), polled.get(&id))
        else {
            return;
        };
        let Some(published) = polled.published() else {
            return;
        };
        for identity in identities {
            let published = published.clone();
            let refresh = polled.refresh;
            tap.pour(identity, Poured { published, refresh });
        }
    }

    /// True when the choices of a variable decide what is followed.
    pub fn waits_for(&self, id: u64) -> bool {
        self.held.contains(&id)
    }

    /// The polls are other ones now; what is followed is not.
    pub fn forget(&mut self) {
        self.told.clear();
    }
}

/// What stands behind an identity.
enum Behind {
    Poll(u64),
    /// A value is not known yet.
    Waits,
    /// Nothing of this configuration.
    Nothing,
}

impl Store {
    /// Polls what answers these questions, and nothing else on their behalf.
    pub fn follow(&mut self, identities: Vec<Arc<Identity>>, now: Instant) -> Following {
        self.followed.asked = identities;
        let following = self.follow_again(now);
        // What is not polled soon would be missing for as long where it was lost on its way.
        for id in self.followed.told.keys() {
            let refresh = self.polled.get(id).and_then(|polled| polled.refresh);
            if refresh.is_none_or(|refresh| refresh > SOON) {
                self.followed.pour(*id, &self.polled);
            }
        }
        following
    }

    /// The same questions, after something they depend on has changed.
    pub(super) fn follow_again(&mut self, now: Instant) -> Following {
        let asked = std::mem::take(&mut self.followed.asked);
        let mut held = Vec::with_capacity(asked.len());
        let mut told: HashMap<u64, Vec<Arc<Identity>>> = HashMap::new();
        let mut following = Following::default();
        for identity in &asked {
            match self.behind(identity, &mut held, now) {
                Behind::Poll(id) => {
                    following.known += 1;
                    held.push(id);
                    told.entry(id).or_default().push(Arc::clone(identity));
                }
                Behind::Waits => following.known += 1,
                Behind::Nothing => following.unknown += 1,
            }
        }
        for id in &held {
            if let Some(polled) = self.polled.get_mut(id) {
                polled.wake(&self.config, self.base, now);
            }
        }
        let before = std::mem::replace(&mut self.followed.held, held);
        self.let_go(before.into_iter(), now);
        let old = std::mem::replace(&mut self.followed.told, told);
        for (id, identities) in &self.followed.told {
            if old.get(id) != Some(identities) {
                self.followed.pour(*id, &self.polled);
            }
        }
        self.followed.asked = asked;
        following
    }

    /// The poll that answers exactly this question. The polls for choices that it depends on go to `held`.
    fn behind(&mut self, identity: &Identity, held: &mut Vec<u64>, now: Instant) -> Behind {
        let config = Arc::clone(&self.config);
        let Some((index, subject)) = place(&config, identity) else {
            return Behind::Nothing;
        };
        let dashboard = &config.dashboards[index];
        let needed = variables::needed(dashboard, subject);
        let names = needed.iter().map(|index| &dashboard.variables[*index].name);
        if !names.clone().all(|name| identity.values.contains_key(name))
            || names.count() != identity.values.len()
        {
            return Behind::Nothing;
        }
        let typed = Some(&identity.range).filter(|range| range.len() <= LONGEST_RANGE);
        let Some(range) = typed.and_then(|range| RangeSpec::parse(range).ok()) else {
            return Behind::Nothing;
        };
        let looking = Looking {
            dashboard: index,
            range: Some(range.clone()),
            variables: identity.values.clone(),
            ..Looking::default()
        };
        let resolved =
            variables::resolve(dashboard, &looking.variables, |variable, values, known| {
                if !needed.contains(&variable) {
                    return Answered {
                        choices: None,
                        health: Health::Waiting,
                    };
                }
                let range = match &dashboard.variables[variable].kind {
                    VariableKind::Query { on_range: true, .. } => &range,
                    _ => &dashboard.range,
                };
                let subject = Subject::Variable(variable);
                let key = self.key(&looking, subject, range, values);
                let id = self.query(key, now, || variables::chosen(dashboard, subject, known));
                held.push(id);
                self.answered(id)
            });
        for variable in &needed {
            let value = resolved[*variable].value.as_ref();
            let wanted = identity.values.get(&dashboard.variables[*variable].name);
            match value {
                None => return Behind::Waits,
                // Not what was asked for is nothing that may be published under its name.
                Some(value) if Some(&value.choice()) != wanted => return Behind::Nothing,
                Some(_) => {}
            }
        }
        let Ok(values) = variables::values_for(dashboard, subject, &resolved) else {
            return Behind::Waits;
        };
        let key = Key {
            interval: identity.interval,
            compare: identity.compare,
            ..self.key(&looking, subject, &range, values)
        };
        if !self.is_drawable(&key) {
            return Behind::Nothing;
        }
        Behind::Poll(self.query(key, now, || identity.values.clone()))
    }

    /// False for buckets so small that only a hostile viewer would ask for them.
    fn is_drawable(&self, key: &Key) -> bool {
        let zone = &key.dashboard(&self.config).time_zone;
        let span = key.range.resolve(self.now(), zone).span();
        let panel = key.panel_or_ghost(&self.config);
        let least = panel.and_then(|panel| panel.min_interval);
        let least = least.unwrap_or(Duration::from_secs(1));
        key.interval >= interval(span, MOST_POINTS, least)
    }

    /// A fed viewer that could ask the database itself says so here.
    pub fn may_poll(&mut self, own: Option<Own>) {
        self.own = own;
    }

    /// Asks the database itself from now on, or the feed again. Its dashboards change with whom it asks.
    pub fn poll_myself(&mut self, now: Instant) {
        let Some(own) = &self.own else {
            return;
        };
        let (polls, config) = if let Some(fed) = self.fed.take() {
            (false, fed)
        } else {
            self.fed = Some(Arc::clone(&self.config));
            (true, Arc::clone(&own.config))
        };
        own.polls.send_replace(polls);
        self.found.is_own = polls;
        self.found.asked = Link::Connecting;
        self.reload(&config, now);
        for polled in self.polled.values_mut() {
            polled.ask_now(&self.config, now);
        }
        if let Some(feed) = self.links.feed.clone() {
            self.heard(feed, now);
        }
    }
}

/// Where the configuration has what an identity names, if there is a statement.
fn place(config: &Config, identity: &Identity) -> Option<(usize, Subject)> {
    let mut dashboards = config.dashboards.iter();
    let index = dashboards.position(|one| one.name == identity.dashboard)?;
    let dashboard = &config.dashboards[index];
    let subject = match &identity.wanted {
        Wanted::Panel(id) => Subject::Panel(dashboard.panels.iter().position(|one| one.id == *id)?),
        Wanted::Variable(name) => {
            let mut variables = dashboard.variables.iter();
            Subject::Variable(variables.position(|one| one.name == *name)?)
        }
        Wanted::Annotation(name) => {
            let mut annotations = dashboard.annotations.iter();
            Subject::Annotation(annotations.position(|one| one.name == *name)?)
        }
        Wanted::Notes => dashboard.notes.then_some(Subject::Notes)?,
    };
    let is_panel = matches!(subject, Subject::Panel(_));
    statement(dashboard, subject)?;
    (is_panel || identity.compare == Compare::Off).then_some((index, subject))
}
