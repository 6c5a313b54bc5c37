//! Another configuration while viewers look: what is the same keeps its data, everything else is new.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Store, metrics};
use crate::config::{AnnotationQuery, Config, Panel, Variable};
use crate::hub::Configs;
use crate::hub::key::{Key, Subject};
use crate::model::panel_data::{PanelData, Snapshot};

impl Store {
    /// Goes on with `config`. Viewers keep their dashboard and panels by name.
    pub fn reload(&mut self, config: &Arc<Config>, now: Instant) {
        let old = std::mem::replace(&mut self.config, Arc::clone(config));
        let revision = self.configs.borrow().revision + 1;
        // First of all: whoever sees a picture of this revision finds its configuration there.
        self.configs.send_replace(Configs {
            revision,
            config: Arc::clone(config),
        });
        self.metrics = metrics(config);
        self.ids.clear();
        let all = std::mem::take(&mut self.polled);
        for (id, mut polled) in all {
            if let Some(key) = carried(&polled.key, &old, config) {
                polled.moved(key.clone(), config);
                self.ids.insert(key, id);
                self.polled.insert(id, polled);
            }
        }
        self.plans.clear();
        self.followed.forget();
        let viewers: Vec<u64> = self.viewers.keys().copied().collect();
        for id in viewers {
            let Some(viewer) = self.viewers.get_mut(&id) else {
                continue;
            };
            let before = viewer.looking.dashboard;
            let dashboard = same_dashboard(before, &old, config);
            let mut looking = viewer.looking.clone();
            looking.config_revision = revision;
            looking.dashboard =
                dashboard.unwrap_or_else(|| before.min(config.dashboards.len().saturating_sub(1)));
            let place = |panel: usize| same_panel((before, panel), dashboard?, &old, config);
            let moved = looking.panels.iter();
            looking.panels = moved
                .filter_map(|(panel, width)| Some((place(*panel)?, *width)))
                .collect();
            looking.inspected = looking.inspected.and_then(place);
            // Pictures go where their panels went; all else in the snapshot is made anew.
            let seen = Arc::clone(&viewer.snapshots.borrow());
            let count = config.dashboards[looking.dashboard].panels.len();
            let waiting = Arc::new(PanelData::waiting());
            let mut panels = vec![waiting; count];
            for (index, data) in seen.panels.iter().enumerate() {
                let asks_the_same = |new: &usize| {
                    let was = &old.dashboards[before].panels[index];
                    is_same(was, &config.dashboards[looking.dashboard].panels[*new])
                };
                if let Some(new) = place(index).filter(asks_the_same) {
                    panels[new] = Arc::clone(data);
                }
            }
            let variables =
                |config: &Config, index: usize| config.dashboards[index].variables.clone();
            if variables(&old, before) != variables(config, looking.dashboard) {
                viewer.variables = Arc::default();
            }
            viewer.snapshots.send_replace(Arc::new(Snapshot {
                revision: seen.revision + 1,
                config_revision: revision,
                panels: panels.into_boxed_slice(),
                variables: Arc::clone(&viewer.variables),
                notice: seen.notice.clone(),
                ..Snapshot::empty(looking.dashboard, self.links.clone())
            }));
            viewer.plan = None;
            viewer.explaining = None;
            let held = std::mem::take(&mut viewer.wanted);
            self.want(id, looking, now);
            self.release(&held, now);
        }
        self.follow_again(now);
        self.changed = true;
    }
}

/// The dashboard of the same name.
fn same_dashboard(index: usize, old: &Config, new: &Config) -> Option<usize> {
    let name = &old.dashboards.get(index)?.name;
    new.dashboards.iter().position(|one| one.name == *name)
}

/// The panel of the same id.
fn same_panel(
    (dashboard, panel): (usize, usize),
    now: usize,
    old: &Config,
    new: &Config,
) -> Option<usize> {
    let id = &old.dashboards.get(dashboard)?.panels.get(panel)?.id;
    let panels = &new.dashboards.get(now)?.panels;
    panels.iter().position(|one| one.id == *id)
}

/// True when both ask the same and read the answer in the same way.
fn is_same(old: &Panel, new: &Panel) -> bool {
    (&old.sql, old.kind, old.reduce) == (&new.sql, new.kind, new.reduce)
}

/// The key of the same query in the new configuration; none where it would be asked differently.
fn carried(key: &Key, old: &Config, new: &Config) -> Option<Key> {
    if old.database != new.database {
        return None;
    }
    let dashboard = same_dashboard(key.dashboard, old, new)?;
    let (was, is) = (&old.dashboards[key.dashboard], &new.dashboards[dashboard]);
    if was.time_zone != is.time_zone {
        return None;
    }
    let subject = match key.subject {
        Subject::Panel(index) => {
            let place = same_panel((key.dashboard, index), dashboard, old, new)?;
            is_same(&was.panels[index], &is.panels[place]).then_some(Subject::Panel(place))?
        }
        Subject::Variable(index) => {
            let before = was.variables.get(index)?;
            let same = |one: &Variable| (&one.name, &one.kind) == (&before.name, &before.kind);
            Subject::Variable(is.variables.iter().position(same)?)
        }
        Subject::Annotation(index) => {
            let before = was.annotations.get(index)?;
            let same = |one: &AnnotationQuery| {
                (&one.name, &one.sql, one.color) == (&before.name, &before.sql, before.color)
            };
            Subject::Annotation(is.annotations.iter().position(same)?)
        }
        Subject::Notes => is.notes.then_some(Subject::Notes)?,
    };
    Some(Key {
        dashboard,
        subject,
        ..key.clone()
    })
}
