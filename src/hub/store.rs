//! The hub's state: queries, viewers, connections; no channel is awaited here.

mod asked;
mod connected;
mod followed;
mod moved;
mod published;
mod reload;
mod wanted;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::inspect::Explain;
use super::key::{Key, Subject};
use super::links::Found;
use super::live::Live;
use super::polled::{Polled, Revisions};
use super::{Clock, Condition, Configs, Kept, Looking, NO_DATABASE, Own};
use crate::config::Config;
use crate::model::annotation::Annotation;
use crate::model::compare::Compare;
use crate::model::inspection::Plan;
use crate::model::panel_data::{Failure, Link, Links, Notice, Recorded, Snapshot};
use crate::model::time::Moment;
use crate::model::variable::{Selection, VariableState};
use crate::source::feed::Tap;
use crate::source::notes::NoteRequest;
use crate::source::{Request, Update};
use followed::Followed;
use wanted::Wanted;

/// Answers nobody looks at that are kept, so that going back to a dashboard shows something at once.
const KEPT_UNSEEN: usize = 64;

struct Viewer {
    looking: Looking,
    wanted: Wanted,
    variables: Arc<[VariableState]>,
    annotations: Arc<[Annotation]>,
    plan: Option<Arc<Plan>>,
    /// The plan on its way.
    explaining: Option<u64>,
    /// What to tell this viewer, and until when.
    notice: Option<(Instant, Arc<Notice>)>,
    snapshots: watch::Sender<Arc<Snapshot>>,
}

pub(super) struct Store {
    config: Arc<Config>,
    configs: watch::Sender<Configs>,
    clock: Clock,
    has_database: bool,
    base: Instant,
    ids: HashMap<Key, u64>,
    polled: HashMap<u64, Polled>,
    /// Plans that are asked for, at most one per viewer.
    plans: HashMap<u64, Explain>,
    notes: Option<mpsc::Sender<NoteRequest>>,
    followed: Followed,
    /// Where panels' answers go to be kept.
    kept: Option<mpsc::Sender<Kept>>,
    /// What a fed viewer asks the database itself, if it does.
    own: Option<Own>,
    /// The feed's dashboards, while it does.
    fed: Option<Arc<Config>>,
    viewers: HashMap<u64, Viewer>,
    backlog: VecDeque<u64>,
    links: Links,
    found: Found,
    /// For whoever asks how the hub is.
    condition: watch::Sender<Condition>,
    live: Live,
    /// What panels declare as `live`.
    metrics: HashSet<String>,
    /// What every viewer is told until it is over.
    standing: Option<Arc<Notice>>,
    next_id: u64,
    revisions: Revisions,
    changed: bool,
}

impl Store {
    pub fn new(
        configs: watch::Sender<Configs>,
        has_database: bool,
        notes: Option<mpsc::Sender<NoteRequest>>,
        tap: Option<Tap>,
        clock: Clock,
    ) -> Self {
        let config = Arc::clone(&configs.borrow().config);
        let database = if has_database {
            Link::Connecting
        } else {
            Link::Off
        };
        let links = Links {
            database: database.clone(),
            redis: Link::Off,
            notify: Link::Off,
            feed: None,
            recorded: None,
        };
        let condition = Condition {
            links: links.clone(),
            is_complaining: false,
        };
        Self {
            metrics: metrics(&config),
            clock,
            has_database,
            base: Instant::now(),
            ids: HashMap::new(),
            polled: HashMap::new(),
            plans: HashMap::new(),
            notes,
            followed: Followed::new(tap),
            kept: None,
            own: None,
            fed: None,
            viewers: HashMap::new(),
            backlog: VecDeque::new(),
            links,
            found: Found {
                asked: database,
                ..Found::default()
            },
            condition: watch::Sender::new(condition),
            live: Live::default(),
            standing: None,
            next_id: 1,
            revisions: Revisions::default(),
            changed: false,
            config,
            configs,
        }
    }

    /// Everything comes from a file.
    pub fn replay(&mut self, recorded: Option<Arc<Recorded>>) {
        self.links.recorded = recorded;
    }

    /// How it is, from now on.
    pub fn condition(&self) -> watch::Receiver<Condition> {
        self.condition.subscribe()
    }

    /// The clock; that of a file stands still.
    fn now(&self) -> Moment {
        let recorded = self.links.recorded.as_ref();
        recorded.map_or_else(self.clock, |recorded| recorded.at)
    }

    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    pub fn open(
        &mut self,
        looking: Looking,
        now: Instant,
    ) -> (u64, watch::Receiver<Arc<Snapshot>>) {
        let id = self.new_id();
        let empty = Snapshot {
            config_revision: self.configs.borrow().revision,
            ..Snapshot::empty(looking.dashboard, self.links.clone())
        };
        let (snapshots, watching) = watch::channel(Arc::new(empty));
        self.viewers.insert(
            id,
            Viewer {
                looking: Looking::default(),
                wanted: Wanted::default(),
                variables: Arc::default(),
                annotations: Arc::default(),
                plan: None,
                explaining: None,
                notice: None,
                snapshots,
            },
        );
        self.look(id, looking, now);
        // The first snapshot is there before the viewer asks for it.
        self.publish();
        (id, watching)
    }

    /// A viewer looks at something else. One that has not seen the newest configuration yet means other
    /// panels than we do: it will look again as soon as it has.
    pub fn look(&mut self, viewer: u64, looking: Looking, now: Instant) {
        if looking.dashboard >= self.config.dashboards.len()
            || looking.config_revision != self.configs.borrow().revision
        {
            return;
        }
        if let Some(entry) = self.viewers.get_mut(&viewer)
            && entry.looking.dashboard != looking.dashboard
        {
            entry.variables = Arc::default();
            entry.plan = None;
            if let Some(asked) = entry.explaining.take() {
                self.plans.remove(&asked);
            }
        }
        self.want(viewer, looking, now);
    }

    pub fn refresh(&mut self, viewer: u64, now: Instant) {
        let Some(entry) = self.viewers.get(&viewer) else {
            return;
        };
        for id in entry.wanted.ids() {
            if let Some(polled) = self.polled.get_mut(&id) {
                polled.ask_now(&self.config, now);
            }
        }
    }

    pub fn close(&mut self, viewer: u64) {
        if let Some(entry) = self.viewers.remove(&viewer) {
            if let Some(asked) = entry.explaining {
                self.plans.remove(&asked);
            }
            self.release(&entry.wanted, Instant::now());
        }
    }

    /// The poll behind `key`, a new one where there is none. `chosen` is what its variables stand for.
    fn query(&mut self, key: Key, now: Instant, chosen: impl FnOnce() -> Selection) -> u64 {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        // Another width or range of the same panel: its picture stays up until the new answer is there.
        let is_seed = |other: &&Polled| {
            other.key.dashboard == key.dashboard
                && other.key.subject == key.subject
                && other.key.compare == Compare::Off
        };
        let seed = match key.subject {
            Subject::Panel(_) if key.compare == Compare::Off => {
                self.polled.values().filter(is_seed).max_by_key(|other| {
                    (
                        other.key.values == key.values,
                        other.key.range == key.range,
                        other.touched,
                    )
                })
            }
            _ => None,
        };
        let of_others = seed.is_some_and(|seed| seed.key.values != key.values);
        let seed = seed.map(|seed| Arc::clone(&seed.data));
        let id = self.new_id();
        let identity = Arc::new(key.identity(&self.config, chosen()));
        let mut polled = Polled::new(
            key.clone(),
            identity,
            &self.config,
            seed,
            of_others,
            now,
            &mut self.revisions,
        );
        if !self.has_database && key.sql(&self.config).is_some() {
            let failure = Failure::new(NO_DATABASE)
                .detail("set `url` in `[database]` of the configuration, or DATABASE_URL in the environment");
            polled.refuse(failure, &mut self.revisions);
        }
        if self.links.recorded.is_some() {
            polled.asked_once();
        }
        self.ids.insert(key, id);
        self.polled.insert(id, polled);
        self.show_logs();
        id
    }

    fn release(&mut self, wanted: &Wanted, now: Instant) {
        self.let_go(wanted.ids(), now);
    }

    fn let_go(&mut self, ids: impl Iterator<Item = u64>, now: Instant) {
        for id in ids {
            if let Some(polled) = self.polled.get_mut(&id) {
                polled.lookers = polled.lookers.saturating_sub(1);
                if polled.lookers == 0 {
                    polled.due = None;
                    polled.touched = now;
                }
            }
        }
        let mut unseen: Vec<(Instant, u64)> = self
            .polled
            .iter()
            .filter(|(_, polled)| polled.lookers == 0 && !polled.is_pending())
            .map(|(id, polled)| (polled.touched, *id))
            .collect();
        if unseen.len() > KEPT_UNSEEN {
            unseen.sort_unstable();
            for (_, id) in &unseen[..unseen.len() - KEPT_UNSEEN] {
                if let Some(polled) = self.polled.remove(id) {
                    self.ids.remove(&polled.key);
                }
            }
        }
    }

    /// Moves what is due into the backlog, and takes back what has been told for long enough.
    pub fn collect_due(&mut self, now: Instant) {
        for viewer in self.viewers.values_mut() {
            if viewer
                .notice
                .as_ref()
                .is_some_and(|(until, _)| *until <= now)
            {
                viewer.notice = None;
                self.changed = true;
            }
        }
        if !self.has_database {
            return;
        }
        let mut due: Vec<((u8, usize), u64)> = Vec::new();
        for (id, polled) in &mut self.polled {
            if polled.due.is_some_and(|due| due <= now) {
                polled.due = None;
                due.push((polled.key.turn(), *id));
            }
        }
        due.sort_unstable();
        for (_, id) in due {
            if !self.backlog.contains(&id) {
                self.backlog.push_back(id);
            }
        }
    }

    pub fn next_due(&self) -> Option<Instant> {
        let told = self
            .viewers
            .values()
            .filter_map(|viewer| viewer.notice.as_ref());
        let told = told.map(|(until, _)| *until).min();
        let due = if self.has_database {
            self.polled.values().filter_map(|polled| polled.due).min()
        } else {
            None
        };
        [told, due].into_iter().flatten().min()
    }

    pub fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// The next request to send; none when what waited is no longer looked at.
    pub fn next_request(&mut self, now: Instant) -> Option<Request> {
        let request = self.next_question(now)?;
        Some(Request {
            is_own: self.fed.is_some(),
            ..request
        })
    }

    fn next_question(&mut self, now: Instant) -> Option<Request> {
        let clock = self.now();
        while let Some(id) = self.backlog.pop_front() {
            if let Some(explain) = self.plans.get(&id) {
                return Some(explain.request(id));
            }
            let Some(polled) = self.polled.get_mut(&id) else {
                continue;
            };
            if polled.lookers == 0 || polled.is_pending() {
                continue;
            }
            // The first question of a query can be looked into before its answer.
            self.changed |= polled.data.inspection.is_none();
            match polled.request(id, &self.config, now, clock) {
                Ok(request) => return Some(request),
                Err(failure) => {
                    polled.fail(failure, None, &self.config, now, clock, &mut self.revisions);
                    self.changed = true;
                    self.told(id, now);
                }
            }
        }
        None
    }

    pub fn apply(&mut self, update: Update, now: Instant) {
        if let Some(explain) = self.plans.remove(&update.key) {
            self.planned(&explain, update);
            return;
        }
        let clock = self.now();
        let id = update.key;
        let Some(polled) = self.polled.get_mut(&id) else {
            return;
        };
        if update.is_told() && self.found.is_direct() && !polled.is_pending() {
            // Its own answer, come back by way of the feed.
            return;
        }
        let news = polled.answer(
            update.result,
            &self.config,
            self.base,
            now,
            clock,
            &mut self.revisions,
        );
        self.changed = true;
        self.found(news, now);
        self.told(id, now);
        // An answer knows nothing of the live events.
        self.show_logs();
    }
}

/// What panels declare as `live`.
fn metrics(config: &Config) -> HashSet<String> {
    let panels = config.dashboards.iter().flat_map(|one| &one.panels);
    panels
        .filter_map(|panel| panel.live.as_ref())
        .map(|live| live.metric.clone())
        .collect()
}
