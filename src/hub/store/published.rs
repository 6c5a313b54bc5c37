//! What the store knows → the picture each viewer gets.

use std::sync::Arc;

use super::wanted::Behind;
use super::{Store, Viewer};
use crate::hub::{Condition, annotations};
use crate::model::compare::Compare;
use crate::model::panel_data::{
    FRESH, Feed, Health, Link, Links, Notice, Own, PanelData, Snapshot,
};

impl Store {
    /// Gives every viewer its newest picture, if anything changed since the last time.
    pub fn publish(&mut self) {
        self.show_database();
        if !std::mem::take(&mut self.changed) {
            return;
        }
        self.condition.send_replace(Condition {
            links: self.links.clone(),
            is_complaining: self.standing.is_some(),
        });
        let gone: Vec<u64> = self
            .viewers
            .iter()
            .filter(|(_, viewer)| viewer.snapshots.is_closed())
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            self.close(id);
        }
        for viewer in self.viewers.values() {
            let before = Arc::clone(&viewer.snapshots.borrow());
            let mut new = if viewer.looking.paused {
                // The picture stands still; what the viewer asks for is answered all the same.
                Snapshot {
                    plan: viewer.plan.clone(),
                    notice: self.notice(viewer),
                    ..Snapshot::clone(&before)
                }
            } else {
                self.picture(viewer, &before)
            };
            let inspected = viewer.looking.inspected;
            new.revision += u64::from(is_visible(&new, &before, inspected));
            viewer.snapshots.send_replace(Arc::new(new));
        }
    }

    /// With the revision of the one before.
    fn picture(&self, viewer: &Viewer, before: &Snapshot) -> Snapshot {
        let looking = &viewer.looking;
        let count = self.config.dashboards[looking.dashboard].panels.len();
        let same = before.dashboard == looking.dashboard && before.panels.len() == count;
        // A panel out of sight keeps what the viewer last saw of it.
        let mut panels: Vec<Arc<PanelData>> = if same {
            before.panels.to_vec()
        } else {
            let waiting = Arc::new(PanelData::waiting());
            vec![waiting; count]
        };
        let mut settled = true;
        for (panel, behind) in &viewer.wanted.panels {
            match behind {
                Behind::Poll(id) => {
                    if let Some(polled) = self.polled.get(id) {
                        panels[*panel] = Arc::clone(&polled.data);
                    }
                }
                Behind::Nothing(shown) => {
                    panels[*panel] = Arc::clone(shown);
                    settled &= shown.health != Health::Waiting;
                }
            }
        }
        let mut ghosts: Vec<Option<Arc<PanelData>>> = if looking.compare == Compare::Off {
            Vec::new()
        } else if same && before.compare == looking.compare && before.ghosts.len() == count {
            before.ghosts.to_vec()
        } else {
            vec![None; count]
        };
        for (panel, _) in &viewer.wanted.panels {
            if let Some(ghost) = ghosts.get_mut(*panel) {
                *ghost = None;
            }
        }
        for (panel, id) in &viewer.wanted.ghosts {
            if let Some(polled) = self.polled.get(id) {
                ghosts[*panel] = Some(Arc::clone(&polled.data));
            }
        }
        let mut others = viewer.wanted.ids().filter_map(|id| self.polled.get(&id));
        settled &=
            others.all(|polled| polled.is_answered && !(polled.is_awaited && self.has_database));
        Snapshot {
            config_revision: self.configs.borrow().revision,
            panels: panels.into_boxed_slice(),
            compare: looking.compare,
            ghosts: ghosts.into_boxed_slice(),
            variables: Arc::clone(&viewer.variables),
            annotations: Arc::clone(&viewer.annotations),
            plan: viewer.plan.clone(),
            notice: self.notice(viewer),
            live: self.live.counts,
            resync: self.live.resync.clone(),
            revision: before.revision,
            is_settled: settled,
            ..Snapshot::empty(looking.dashboard, self.links.clone())
        }
    }

    /// What was just told this viewer, else what is wrong for all, else with its events.
    fn notice(&self, viewer: &Viewer) -> Option<Arc<Notice>> {
        let told = viewer.notice.as_ref().map(|(_, notice)| Arc::clone(notice));
        told.or_else(|| self.standing.clone()).or_else(|| {
            // What keeps everything away keeps the events away, too, and is told by itself.
            if is_broken(&self.links) {
                return None;
            }
            let queries = viewer.wanted.annotations.iter();
            let queries = queries.filter_map(|id| self.polled.get(id));
            annotations::complaint(queries, &self.config).map(Arc::new)
        })
    }
}

/// Whether what answers the queries cannot be reached.
fn is_broken(links: &Links) -> bool {
    let is_down = |link: &Link| matches!(link, Link::Down { .. });
    match &links.feed {
        Some(feed) if feed.own != Own::Polls => {
            feed.is_silent || feed.trouble.is_some() || is_down(&feed.link)
        }
        _ => is_down(&links.database),
    }
}

/// True when `new` looks different from `old`.
fn is_visible(new: &Snapshot, old: &Snapshot, inspected: Option<usize>) -> bool {
    let same_data = |new: &Arc<PanelData>, old: &Arc<PanelData>| new.revision == old.revision;
    let same_panels = new.panels.len() == old.panels.len()
        && new
            .panels
            .iter()
            .zip(&old.panels)
            .all(|(new, old)| same_data(new, old));
    let same_ghosts = new.ghosts.len() == old.ghosts.len()
        && new
            .ghosts
            .iter()
            .zip(&old.ghosts)
            .all(|(new, old)| match (new, old) {
                (Some(new), Some(old)) => same_data(new, old),
                (None, None) => true,
                _ => false,
            });
    let inspection = |snapshot: &Snapshot| {
        let panel = snapshot.panels.get(inspected?)?;
        panel.inspection.as_ref().map(Arc::as_ptr)
    };
    !same_panels
        || !same_ghosts
        || new.dashboard != old.dashboard
        || new.config_revision != old.config_revision
        || new.compare != old.compare
        || new.variables != old.variables
        || new.annotations != old.annotations
        || new.plan != old.plan
        || new.notice != old.notice
        || links_differ(&new.links, &old.links)
        || new.resync != old.resync
        || new.live.dropped != old.live.dropped
        || inspection(new) != inspection(old)
}

/// A sign of life in time changes nothing that is drawn.
fn links_differ(new: &Links, old: &Links) -> bool {
    let (Some(heard), Some(before)) = (&new.feed, &old.feed) else {
        return new != old;
    };
    let is_late = match (heard.heard_at, before.heard_at) {
        (Some(heard), Some(before)) => heard.since(before) > FRESH,
        (heard, before) => heard != before,
    };
    let same_but_time = Links {
        feed: Some(Feed {
            heard_at: before.heard_at,
            ..heard.clone()
        }),
        ..new.clone()
    };
    is_late || same_but_time != *old
}
