//! Server-sent events (HTML Living Standard, §9.2): one for each panel when its data changed.
//!
//! ```text
//! event: panel
//! data: {"dashboard":"Operations","panel":"orders","revision":7,"health":"live","asked_at":"…","newest_at":"…"}
//! ```
//!
//! The first events say how every panel is, so that a client that comes back has missed nothing. `event:
//! configuration` says that the dashboards were read again. The data itself is at `/api/panels`: an event is
//! only the reason to ask for it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::ask::{self, Ask, Known};
use super::reply::Refusal;
use super::{Room, Tokens};
use crate::config::Config;
use crate::hub::{Configs, Looking, Viewer};
use crate::model::panel_data::{Health, PanelData, Snapshot};
use crate::model::time::Moment;

/// Parameters of the stream.
pub(super) const EVENTS: Known = &["dashboard", "panel", "range", "compare"];
/// Width the panels are asked with.
const WIDTH: u16 = 80;

/// One client that listens.
struct Listener {
    viewer: Viewer,
    looking: Looking,
    config: Arc<Config>,
    /// The one panel it listens to.
    only: Option<String>,
    /// What it was told of, by panel.
    told: Vec<Option<Arc<PanelData>>>,
    queue: VecDeque<Event>,
    ending: watch::Receiver<bool>,
    /// The stream ends when they change: whoever still may asks again.
    tokens: watch::Receiver<Tokens>,
    _permit: OwnedSemaphorePermit,
}

/// The stream for one dashboard, the first where none is named.
pub(super) async fn events(
    State(room): State<Room>,
    RawQuery(query): RawQuery,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Refusal> {
    let query = query.as_deref();
    let Configs { revision, config } = room.state.hub.configs();
    let dashboard = match ask::value(query, "dashboard") {
        Some(name) => ask::dashboard(&config, &name)?,
        None => 0,
    };
    let ask = ask::read(&config, dashboard, query, EVENTS)?;
    let permit = Arc::clone(&room.streams)
        .try_acquire_owned()
        .map_err(|_| Refusal::busy("too many streams of events are open; try again later"))?;
    let only = ask
        .panel
        .map(|panel| config.dashboards[dashboard].panels[panel].id.clone());
    let looking = looking(ask, revision, &config);
    let viewer = room.state.hub.open(looking.clone()).await;
    let mut viewer = viewer.map_err(|_| ending())?;
    if !looking.variables.is_empty() {
        refuse_missed(&mut viewer, &looking).await?;
    }
    let mut listener = Listener {
        viewer,
        looking,
        config,
        only,
        told: Vec::new(),
        queue: VecDeque::new(),
        ending: room.ending.clone(),
        tokens: room.tokens.clone(),
        _permit: permit,
    };
    listener.viewer.snapshots.mark_changed();
    let heartbeat = KeepAlive::new().interval(room.limits.heartbeat);
    Ok(Sse::new(unfold(listener, next)).keep_alive(heartbeat))
}

fn ending() -> Refusal {
    Refusal::busy("the process is ending")
}

/// Waits until the variables' values are known, and refuses what is none of them.
async fn refuse_missed(viewer: &mut Viewer, looking: &Looking) -> Result<(), Refusal> {
    let known = viewer.snapshots.wait_for(|snapshot| {
        let mut states = snapshot.variables.iter();
        let are_known = states.all(|state| state.health != Health::Waiting);
        (are_known && !snapshot.variables.is_empty())
            || snapshot.config_revision != looking.config_revision
    });
    let seen = Arc::clone(&*known.await.map_err(|_| ending())?);
    match ask::missed(&looking.variables, &seen) {
        Some(refusal) => Err(refusal),
        None => Ok(()),
    }
}

fn looking(ask: Ask, revision: u64, config: &Config) -> Looking {
    let count = config.dashboards[ask.dashboard].panels.len();
    let panels = match ask.panel {
        Some(panel) => vec![(panel, WIDTH)],
        None => (0..count).map(|panel| (panel, WIDTH)).collect(),
    };
    Looking {
        config_revision: revision,
        dashboard: ask.dashboard,
        range: ask.range,
        variables: ask.variables,
        compare: ask.compare,
        panels,
        ..Looking::default()
    }
}

async fn next(mut listener: Listener) -> Option<(Result<Event, Infallible>, Listener)> {
    loop {
        if let Some(event) = listener.queue.pop_front() {
            return Some((Ok(event), listener));
        }
        let Listener {
            viewer,
            ending,
            tokens,
            ..
        } = &mut listener;
        tokio::select! {
            changed = viewer.snapshots.changed() => changed.ok()?,
            _ = ending.wait_for(|ending| *ending) => return None,
            _ = tokens.changed() => return None,
        }
        let snapshot = Arc::clone(&listener.viewer.snapshots.borrow_and_update());
        if ask::missed(&listener.looking.variables, &snapshot).is_some() {
            // Whoever asks again is told.
            return None;
        }
        if snapshot.config_revision == listener.looking.config_revision {
            listener.tell(&snapshot);
        } else {
            listener.read_again().await?;
        }
    }
}

impl Listener {
    fn tell(&mut self, snapshot: &Snapshot) {
        let Some(dashboard) = self.config.dashboards.get(snapshot.dashboard) else {
            return;
        };
        self.told.resize(dashboard.panels.len(), None);
        let panels = dashboard.panels.iter().zip(&snapshot.panels);
        for ((panel, data), told) in panels.zip(&mut self.told) {
            if self.only.as_ref().is_some_and(|only| *only != panel.id)
                || told.as_ref().is_some_and(|told| is_same(told, data))
            {
                continue;
            }
            *told = Some(Arc::clone(data));
            self.queue
                .push_back(event(&dashboard.name, &panel.id, data));
        }
    }

    /// Goes on with another configuration; none where its dashboard or panel is gone.
    async fn read_again(&mut self) -> Option<()> {
        let Configs { revision, config } = self.viewer.configs.borrow().clone();
        let name = &self.config.dashboards[self.looking.dashboard].name;
        let dashboard = config.dashboards.iter().position(|one| one.name == *name)?;
        let panels = &config.dashboards[dashboard].panels;
        let panels = match &self.only {
            Some(only) => vec![panels.iter().position(|panel| panel.id == *only)?],
            None => (0..panels.len()).collect(),
        };
        self.looking = Looking {
            config_revision: revision,
            dashboard,
            panels: panels.into_iter().map(|panel| (panel, WIDTH)).collect(),
            ..self.looking.clone()
        };
        self.config = config;
        self.told.clear();
        self.viewer.look(self.looking.clone()).await.ok()?;
        let data = json!({ "revision": revision }).to_string();
        let event = Event::default().event("configuration").data(data);
        self.queue.push_back(event);
        Some(())
    }
}

/// Whether nobody needs to fetch the data again. A revision alone says little: a chart's window moves with every
/// poll.
fn is_same(old: &Arc<PanelData>, new: &Arc<PanelData>) -> bool {
    let health = |data: &PanelData| match &data.health {
        Health::Failed { why, .. } => Some(Err(Arc::clone(why))),
        Health::Live => Some(Ok(())),
        Health::Waiting => None,
    };
    old.revision == new.revision
        || (health(old) == health(new)
            && old.newest_at == new.newest_at
            && (Arc::ptr_eq(&old.rows, &new.rows) || old.rows == new.rows))
}

fn event(dashboard: &str, panel: &str, data: &PanelData) -> Event {
    let (health, why) = match &data.health {
        Health::Waiting => ("waiting", None),
        Health::Live => ("live", None),
        Health::Failed { why, .. } => ("failed", Some(why.summary.as_str())),
    };
    let data = json!({
        "dashboard": dashboard,
        "panel": panel,
        "revision": data.revision,
        "health": health,
        "why": why,
        "asked_at": data.asked_at.map(Moment::rfc3339),
        "newest_at": data.newest_at.map(Moment::rfc3339),
    });
    // JSON has no line feeds outside of its own.
    Event::default().event("panel").data(data.to_string())
}
