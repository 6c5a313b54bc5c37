//! What a viewer looks at → the queries behind it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::{Store, Viewer};
use crate::config::{Config, Panel, VariableKind};
use crate::hub::key::{Key, Subject};
use crate::hub::polled::Polled;
use crate::hub::variables::{self, Answered, Missing, Resolved};
use crate::hub::{Kept, Looking, annotations};
use crate::model::annotation::Annotation;
use crate::model::compare::Compare;
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Health, PanelData};
use crate::model::range::{RangeSpec, interval};
use crate::model::variable::VariableValue;
use crate::query;

/// Buckets that `$__interval` makes in a statement that fills no panel.
const POINTS: u32 = 100;

/// The queries a viewer holds.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// What stands behind each panel in sight.
    pub panels: Vec<(usize, Behind)>,
    /// The polls behind the earlier windows of panels.
    pub ghosts: Vec<(usize, u64)>,
    /// The polls for choices.
    pub variables: Vec<u64>,
    /// The polls for events.
    pub annotations: Vec<u64>,
}

/// Where a panel's picture comes from.
#[derive(Debug)]
pub(super) enum Behind {
    /// A poll.
    Poll(u64),
    /// None yet: a value it needs is missing. What is shown meanwhile.
    Nothing(Arc<PanelData>),
}

impl Wanted {
    /// Every poll, as often as it is held.
    pub fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        let panels = self.panels.iter().filter_map(|(_, behind)| match behind {
            Behind::Poll(id) => Some(*id),
            Behind::Nothing(_) => None,
        });
        panels
            .chain(self.ghosts.iter().map(|(_, id)| *id))
            .chain(self.variables.iter().copied())
            .chain(self.annotations.iter().copied())
    }
}

/// The events a viewer sees.
pub(super) fn events(wanted: &Wanted, polled: &HashMap<u64, Polled>) -> Arc<[Annotation]> {
    annotations::merged(wanted.annotations.iter().filter_map(|id| polled.get(id)))
}

impl Store {
    /// A query has answered or failed: viewers whose variables or events come from it take that in.
    pub(super) fn told(&mut self, id: u64, now: Instant) {
        let Some(subject) = self.polled.get(&id).map(|polled| polled.key.subject) else {
            return;
        };
        self.followed.pour(id, &self.polled);
        match subject {
            Subject::Panel(_) => self.keep(id),
            Subject::Variable(_) => {
                let holders: Vec<u64> = self
                    .viewers
                    .iter()
                    .filter(|(_, viewer)| viewer.wanted.variables.contains(&id))
                    .map(|(viewer, _)| *viewer)
                    .collect();
                for viewer in holders {
                    let looking = self.viewers[&viewer].looking.clone();
                    self.want(viewer, looking, now);
                }
                if self.followed.waits_for(id) {
                    self.follow_again(now);
                }
            }
            Subject::Annotation(_) | Subject::Notes => {
                let holders = self.viewers.values_mut();
                for viewer in holders.filter(|viewer| viewer.wanted.annotations.contains(&id)) {
                    viewer.annotations = events(&viewer.wanted, &self.polled);
                }
            }
        }
    }

    /// From now on answers of panels go there, too.
    pub fn keep_in(&mut self, kept: Option<mpsc::Sender<Kept>>) {
        self.kept = kept;
    }

    /// Hands on what a panel was answered.
    fn keep(&self, id: u64) {
        let (Some(kept), Some(polled)) = (&self.kept, self.polled.get(&id)) else {
            return;
        };
        if polled.key.compare != Compare::Off {
            return;
        }
        let values = &polled.identity.values;
        let is_default = |viewer: &Viewer| {
            let chosen = &viewer.looking.variables;
            !values.keys().any(|name| chosen.contains_key(name))
        };
        let holds = |viewer: &&Viewer| {
            let mut panels = viewer.wanted.panels.iter();
            panels.any(|(_, behind)| matches!(behind, Behind::Poll(held) if *held == id))
        };
        let holders = self.viewers.values().filter(holds);
        let holder = holders.max_by_key(|viewer| is_default(viewer));
        let panel = polled.key.panel(&self.config);
        let title = panel.map_or("", |panel| panel.title.as_str());
        // Whoever keeps it late gets the next one.
        let _ = kept.try_send(Kept {
            identity: Arc::clone(&polled.identity),
            is_default: values.is_empty() || holder.is_some_and(is_default),
            // A title may use what the statement does not: only who looks at it knows that.
            title: match holder {
                Some(viewer) => query::title(title, &viewer.variables),
                None => query::title(title, &polled.key.values),
            },
            data: Arc::clone(&polled.data),
        });
    }

    /// Gives a viewer the queries behind `looking`, and lets go of those it had.
    pub(super) fn want(&mut self, viewer: u64, looking: Looking, now: Instant) {
        let (wanted, resolved) = if looking.paused {
            (Wanted::default(), None)
        } else {
            let (wanted, resolved) = self.wanted_by(viewer, &looking, now);
            (wanted, Some(resolved))
        };
        for id in wanted.ids() {
            if let Some(polled) = self.polled.get_mut(&id) {
                polled.wake(&self.config, self.base, now);
            }
        }
        let Some(entry) = self.viewers.get_mut(&viewer) else {
            self.release(&wanted, now);
            return;
        };
        if let Some(resolved) = resolved {
            let dashboard = &self.config.dashboards[looking.dashboard];
            entry.variables =
                variables::states(dashboard, &resolved, &entry.variables, &mut self.revisions);
            entry.annotations = events(&wanted, &self.polled);
        }
        entry.looking = looking;
        let before = std::mem::replace(&mut entry.wanted, wanted);
        self.release(&before, now);
        self.changed = true;
    }

    fn wanted_by(
        &mut self,
        viewer: u64,
        looking: &Looking,
        now: Instant,
    ) -> (Wanted, Vec<Resolved>) {
        let config = Arc::clone(&self.config);
        let dashboard = &config.dashboards[looking.dashboard];
        let mut wanted = Wanted::default();
        let resolved = variables::resolve(dashboard, &looking.variables, |index, values, known| {
            let range = match &dashboard.variables[index].kind {
                VariableKind::Query { on_range: true, .. } => looking.range.as_ref(),
                _ => None,
            };
            let range = range.unwrap_or(&dashboard.range);
            let subject = Subject::Variable(index);
            let key = self.key(looking, subject, range, values);
            let id = self.query(key, now, || variables::chosen(dashboard, subject, known));
            wanted.variables.push(id);
            self.answered(id)
        });
        for &(index, width) in &looking.panels {
            let Some(panel) = dashboard.panels.get(index) else {
                continue;
            };
            let subject = Subject::Panel(index);
            let values = match variables::values_for(dashboard, subject, &resolved) {
                Ok(values) => values,
                Err(missing) => {
                    let shown = self.meanwhile(viewer, looking, index, &missing);
                    wanted.panels.push((index, Behind::Nothing(shown)));
                    continue;
                }
            };
            let key = self.panel_key(looking, &config, (index, panel), width, values);
            if let Some(ghost) = self.ghost(&key, looking.compare, panel, &config) {
                let id = self.query(ghost, now, || {
                    variables::chosen(dashboard, subject, &resolved)
                });
                wanted.ghosts.push((index, id));
            }
            let id = self.query(key, now, || {
                variables::chosen(dashboard, subject, &resolved)
            });
            wanted.panels.push((index, Behind::Poll(id)));
        }
        let ranges = annotations::ranges(dashboard, &looking.panels, looking.range.as_ref());
        for subject in annotations::subjects(dashboard) {
            // A query for events that lacks a value has none to show; the panels say why.
            let Ok(values) = variables::values_for(dashboard, subject, &resolved) else {
                continue;
            };
            for range in &ranges {
                let key = self.key(looking, subject, range, Arc::clone(&values));
                wanted.annotations.push(self.query(key, now, || {
                    variables::chosen(dashboard, subject, &resolved)
                }));
            }
        }
        (wanted, resolved)
    }

    pub(super) fn answered(&self, id: u64) -> Answered {
        let polled = self.polled.get(&id);
        Answered {
            choices: polled.and_then(Polled::choices).cloned(),
            health: polled.map_or(Health::Waiting, |polled| polled.data.health.clone()),
        }
    }

    pub(super) fn key(
        &self,
        looking: &Looking,
        subject: Subject,
        range: &RangeSpec,
        values: Arc<[VariableValue]>,
    ) -> Key {
        let zone = &self.config.dashboards[looking.dashboard].time_zone;
        let span = range.resolve(self.now(), zone).span();
        Key {
            dashboard: looking.dashboard,
            subject,
            range: range.clone(),
            interval: interval(span, POINTS, Duration::from_secs(1)),
            values,
            compare: Compare::Off,
        }
    }

    fn panel_key(
        &self,
        looking: &Looking,
        config: &Config,
        (index, panel): (usize, &Panel),
        width: u16,
        values: Arc<[VariableValue]>,
    ) -> Key {
        let dashboard = &config.dashboards[looking.dashboard];
        let range = panel
            .range
            .as_ref()
            .or(looking.range.as_ref())
            .unwrap_or(&dashboard.range);
        let span = range.resolve(self.now(), &dashboard.time_zone).span();
        let least = panel.min_interval.unwrap_or(Duration::from_secs(1));
        Key {
            interval: interval(span, u32::from(width.max(1)), least),
            ..self.key(looking, Subject::Panel(index), range, values)
        }
    }

    /// The same question about the earlier window; none where the statement knows no window.
    fn ghost(&self, key: &Key, compare: Compare, panel: &Panel, config: &Config) -> Option<Key> {
        if compare == Compare::Off || matches!(panel.kind, PanelKind::Log | PanelKind::Text) {
            return None;
        }
        panel.sql.as_ref()?;
        let ghost = Key {
            compare,
            ..key.clone()
        };
        let now = self.now();
        let asked = |key: &Key| key.rendered(config, key.window(config, now)).ok();
        let (today, earlier) = (asked(key)?, asked(&ghost)?);
        (today.sql != earlier.sql).then_some(ghost)
    }

    /// What a panel shows while a value it needs is missing: its last picture, marked.
    fn meanwhile(
        &mut self,
        viewer: u64,
        looking: &Looking,
        panel: usize,
        missing: &Missing,
    ) -> Arc<PanelData> {
        let before = self
            .viewers
            .get(&viewer)
            .map(|entry| Arc::clone(&entry.snapshots.borrow()))
            .filter(|before| before.dashboard == looking.dashboard)
            .and_then(|before| before.panels.get(panel).cloned());
        let before = before.unwrap_or_else(|| Arc::new(PanelData::waiting()));
        let health = missing.health();
        if before.health == health {
            return before;
        }
        // What it shows is the answer for values that are no longer meant.
        let shown = match missing {
            Missing::Waits => PanelData::clone(&before),
            Missing::Failed { .. } => PanelData::waiting(),
        };
        Arc::new(PanelData {
            revision: self.revisions.next(),
            health,
            ..shown
        })
    }
}
