//! The hub's state: queries, viewers, connections; no channel is awaited here.

mod moved;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::live::Live;
use super::polled::{Key, LinkNews, Polled, Revisions};
use super::{Clock, Looking, links};
use crate::config::Config;
use crate::model::panel_data::{Failure, Health, Link, Links, PanelData, Snapshot};
use crate::model::range::interval;
use crate::source::{Request, Update};

/// Answers nobody looks at that are kept, so that going back to a dashboard shows something at once.
const KEPT_UNSEEN: usize = 64;

struct Viewer {
    looking: Looking,
    /// The query behind each panel in sight.
    queries: Vec<(usize, u64)>,
    snapshots: watch::Sender<Arc<Snapshot>>,
}

pub(super) struct Store {
    config: Arc<Config>,
    clock: Clock,
    has_database: bool,
    base: Instant,
    ids: HashMap<Key, u64>,
    polled: HashMap<u64, Polled>,
    viewers: HashMap<u64, Viewer>,
    backlog: VecDeque<u64>,
    links: Links,
    live: Live,
    /// What panels declare as `live`.
    metrics: HashSet<String>,
    next_id: u64,
    revisions: Revisions,
    changed: bool,
}

impl Store {
    pub fn new(config: Arc<Config>, has_database: bool, clock: Clock) -> Self {
        let panels = config.dashboards.iter().flat_map(|one| &one.panels);
        let metrics = panels
            .filter_map(|panel| panel.live.as_ref())
            .map(|live| live.metric.clone())
            .collect();
        Self {
            metrics,
            clock,
            has_database,
            base: Instant::now(),
            ids: HashMap::new(),
            polled: HashMap::new(),
            viewers: HashMap::new(),
            backlog: VecDeque::new(),
            links: Links {
                database: if has_database {
                    Link::Connecting
                } else {
                    Link::Off
                },
                redis: Link::Off,
                notify: Link::Off,
            },
            live: Live::default(),
            next_id: 1,
            revisions: Revisions::default(),
            changed: false,
            config,
        }
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
        let empty = Snapshot::empty(looking.dashboard, self.links.clone());
        let (snapshots, watching) = watch::channel(Arc::new(empty));
        self.viewers.insert(
            id,
            Viewer {
                looking: Looking::default(),
                queries: Vec::new(),
                snapshots,
            },
        );
        self.look(id, looking, now);
        // The first snapshot is there before the viewer asks for it.
        self.publish();
        (id, watching)
    }

    pub fn look(&mut self, viewer: u64, looking: Looking, now: Instant) {
        if looking.dashboard >= self.config.dashboards.len() {
            return;
        }
        let wanted = if looking.paused {
            Vec::new()
        } else {
            self.queries_of(&looking, now)
        };
        let Some(entry) = self.viewers.get_mut(&viewer) else {
            return;
        };
        entry.looking = looking;
        let before = std::mem::replace(&mut entry.queries, wanted.clone());
        for (_, id) in &wanted {
            if let Some(polled) = self.polled.get_mut(id) {
                polled.lookers += 1;
                polled.wake(&self.config, self.base, now);
            }
        }
        self.release(&before, now);
        self.changed = true;
    }

    pub fn refresh(&mut self, viewer: u64, now: Instant) {
        let Some(entry) = self.viewers.get(&viewer) else {
            return;
        };
        for (_, id) in &entry.queries {
            if let Some(polled) = self.polled.get_mut(id) {
                polled.ask_now(&self.config, now);
            }
        }
    }

    pub fn close(&mut self, viewer: u64) {
        if let Some(entry) = self.viewers.remove(&viewer) {
            self.release(&entry.queries, Instant::now());
        }
    }

    fn queries_of(&mut self, looking: &Looking, now: Instant) -> Vec<(usize, u64)> {
        let config = Arc::clone(&self.config);
        let dashboard = &config.dashboards[looking.dashboard];
        let mut queries = Vec::with_capacity(looking.panels.len());
        for &(index, width) in &looking.panels {
            let Some(panel) = dashboard.panels.get(index) else {
                continue;
            };
            let range = panel
                .range
                .as_ref()
                .or(looking.range.as_ref())
                .unwrap_or(&dashboard.range);
            let span = range.resolve((self.clock)(), &dashboard.time_zone).span();
            let least = panel.min_interval.unwrap_or(Duration::from_secs(1));
            let key = Key {
                dashboard: looking.dashboard,
                panel: index,
                range: range.clone(),
                interval: interval(span, u32::from(width.max(1)), least),
            };
            queries.push((index, self.query(key, now)));
        }
        queries
    }

    fn query(&mut self, key: Key, now: Instant) -> u64 {
        if let Some(id) = self.ids.get(&key) {
            return *id;
        }
        // Another width or range of the same panel: its picture stays up until the new answer is there.
        let seed = self
            .polled
            .values()
            .filter(|other| other.key.dashboard == key.dashboard && other.key.panel == key.panel)
            .max_by_key(|other| (other.key.range == key.range, other.touched))
            .map(|other| Arc::clone(&other.data));
        let id = self.new_id();
        let mut polled = Polled::new(key.clone(), &self.config, seed, now, &mut self.revisions);
        if !self.has_database && polled.panel(&self.config).sql.is_some() {
            let failure = Failure::new("no database is configured")
                .detail("set `url` in `[database]` of the configuration, or DATABASE_URL in the environment");
            polled.refuse(failure, &mut self.revisions);
        }
        self.ids.insert(key, id);
        self.polled.insert(id, polled);
        self.show_logs();
        id
    }

    fn release(&mut self, queries: &[(usize, u64)], now: Instant) {
        for (_, id) in queries {
            if let Some(polled) = self.polled.get_mut(id) {
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

    /// Moves what is due into the backlog.
    pub fn collect_due(&mut self, now: Instant) {
        if !self.has_database {
            return;
        }
        let mut due: Vec<(usize, u64)> = Vec::new();
        for (id, polled) in &mut self.polled {
            if polled.due.is_some_and(|due| due <= now) {
                polled.due = None;
                due.push((polled.key.panel, *id));
            }
        }
        // Top left first: that is where people look.
        due.sort_unstable();
        for (_, id) in due {
            if !self.backlog.contains(&id) {
                self.backlog.push_back(id);
            }
        }
    }

    pub fn next_due(&self) -> Option<Instant> {
        if self.has_database {
            self.polled.values().filter_map(|polled| polled.due).min()
        } else {
            None
        }
    }

    pub fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// The next request to send; none when what waited is no longer looked at.
    pub fn next_request(&mut self, now: Instant) -> Option<Request> {
        while let Some(id) = self.backlog.pop_front() {
            let Some(polled) = self.polled.get_mut(&id) else {
                continue;
            };
            if polled.lookers == 0 || polled.is_pending() {
                continue;
            }
            let clock = (self.clock)();
            match polled.request(id, &self.config, now, clock) {
                Ok(request) => return Some(request),
                Err(failure) => {
                    polled.fail(failure, now, clock, &mut self.revisions);
                    self.changed = true;
                }
            }
        }
        None
    }

    pub fn apply(&mut self, update: Update, now: Instant) {
        let clock = (self.clock)();
        let Some(polled) = self.polled.get_mut(&update.key) else {
            return;
        };
        let result = update.result.map(|answer| answer.rowset);
        let news = polled.answer(
            result,
            &self.config,
            self.base,
            now,
            clock,
            &mut self.revisions,
        );
        self.changed = true;
        match news {
            LinkNews::Up => {
                let was_down = matches!(self.links.database, Link::Down { .. });
                if links::up(&mut self.links.database) {
                    tracing::info!("the database answers");
                }
                if was_down {
                    // The cause is gone: nobody waits out a back-off.
                    for other in self.polled.values_mut().filter(|other| other.lookers > 0) {
                        if other.due.is_some() && matches!(other.data.health, Health::Failed { .. })
                        {
                            other.due = Some(now);
                        }
                    }
                }
            }
            LinkNews::Down(why) => {
                let summary = why.summary.clone();
                if links::down(&mut self.links.database, why, clock) {
                    tracing::warn!(why = summary, "the database does not answer");
                }
            }
            LinkNews::Unknown => {}
        }
        // An answer knows nothing of the live events.
        self.show_logs();
    }

    /// Gives every viewer its newest picture, if anything changed since the last time.
    pub fn publish(&mut self) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let gone: Vec<u64> = self
            .viewers
            .iter()
            .filter(|(_, viewer)| viewer.snapshots.is_closed())
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            self.close(id);
        }
        let waiting = Arc::new(PanelData::waiting());
        for viewer in self.viewers.values() {
            if viewer.looking.paused {
                continue;
            }
            let dashboard = &self.config.dashboards[viewer.looking.dashboard];
            let before = Arc::clone(&viewer.snapshots.borrow());
            let same = before.dashboard == viewer.looking.dashboard
                && before.panels.len() == dashboard.panels.len();
            // A panel out of sight keeps what the viewer last saw of it.
            let mut panels: Vec<Arc<PanelData>> = if same {
                before.panels.to_vec()
            } else {
                vec![Arc::clone(&waiting); dashboard.panels.len()]
            };
            for &(panel, id) in &viewer.queries {
                if let Some(polled) = self.polled.get(&id) {
                    panels[panel] = Arc::clone(&polled.data);
                }
            }
            let visible = !same
                || before.links != self.links
                || before.resync != self.live.resync
                || before.live.dropped != self.live.counts.dropped
                || panels
                    .iter()
                    .zip(&before.panels)
                    .any(|(new, old)| new.revision != old.revision);
            let snapshot = Snapshot {
                revision: before.revision + u64::from(visible),
                panels: panels.into_boxed_slice(),
                live: self.live.counts,
                resync: self.live.resync.clone(),
                ..Snapshot::empty(viewer.looking.dashboard, self.links.clone())
            };
            viewer.snapshots.send_replace(Arc::new(snapshot));
        }
    }
}
