//! One frame, or several of the same: waits until every panel has answered (or its deadline), draws once, hands the picture on.

use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::bundle::is_listening;
use crate::config::{Config, Dashboard};
use crate::hub::{Clock, Configs, Hub, HubGone, Looking, Viewer};
use crate::model::panel_data::Snapshot;
use crate::model::time::Moment;
use crate::ui::{Layout, Look, Ui};
use crate::view::{self, Screen};

/// Time for wires and drawing on top of the slowest panel's own deadline.
const GRACE: Duration = Duration::from_secs(2);

/// The size of a frame unless another is asked for.
const USUAL: Rect = Rect::new(0, 0, 120, 40);

/// Every panel and its width in the usual frame: `$__interval` for who draws nothing.
pub(super) fn usual_widths(dashboard: &Dashboard) -> Vec<(usize, u16)> {
    let layout = Layout::solve(dashboard, &Ui::default(), USUAL);
    layout.widths().collect()
}

/// How long these panels may take to answer.
pub(super) fn deadline(
    config: &Config,
    dashboard: &Dashboard,
    panels: impl Iterator<Item = usize>,
) -> Duration {
    let slowest = panels.filter_map(|panel| dashboard.panels[panel].timeout);
    // Panels may wait for variables, one after the other.
    let chain = config.database.timeout * dashboard.variables.len() as u32;
    slowest
        .max()
        .unwrap_or_default()
        .max(config.database.timeout)
        + chain
        + GRACE
}

/// Every panel's data, and the picture.
#[derive(Debug)]
pub struct Picture {
    /// The data.
    pub snapshot: Arc<Snapshot>,
    /// The frame.
    pub buffer: Buffer,
}

/// A viewer that has its pictures taken: what it looks at stays the same.
#[derive(Debug)]
pub struct Sitting {
    config: Arc<Config>,
    ui: Ui,
    area: Rect,
    layout: Layout,
    deadline: Duration,
    viewer: Viewer,
    /// The configuration it counts in.
    revision: u64,
}

impl Sitting {
    /// Looks at what `ui` shows at `width` × `height`. With `every_panel`, also at those that do not fit on that
    /// screen.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn open(
        hub: &Hub,
        Configs { revision, config }: Configs,
        ui: Ui,
        (width, height): (u16, u16),
        every_panel: bool,
    ) -> Result<Self, HubGone> {
        let dashboard = &config.dashboards[ui.dashboard];
        let area = Rect::new(0, 0, width, height);
        let layout = Layout::solve(dashboard, &ui, area);
        let mut panels: Vec<(usize, u16)> = layout.looked_at().collect();
        if every_panel {
            for (index, width) in layout.widths() {
                if !panels.iter().any(|(panel, _)| *panel == index) {
                    panels.push((index, width));
                }
            }
        }
        let deadline = deadline(&config, dashboard, panels.iter().map(|(panel, _)| *panel));
        let viewer = hub
            .open(Looking {
                config_revision: revision,
                dashboard: ui.dashboard,
                range: ui.range.clone(),
                variables: ui.variables.clone(),
                compare: ui.compare,
                panels,
                ..Looking::default()
            })
            .await?;
        Ok(Self {
            config,
            ui,
            area,
            layout,
            deadline,
            viewer,
            revision,
        })
    }

    /// Waits until every panel has answered, or its deadline; not for what another configuration shows.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn settle(&mut self) -> Result<Arc<Snapshot>, HubGone> {
        let revision = self.revision;
        let gone = tokio::time::timeout(self.deadline, async {
            let settled = |snapshot: &Arc<Snapshot>| {
                snapshot.is_settled || snapshot.config_revision != revision
            };
            self.viewer.snapshots.wait_for(settled).await.is_err()
        })
        .await;
        if gone == Ok(true) {
            return Err(HubGone);
        }
        Ok(self.viewer.snapshot())
    }

    /// Waits until the live connection has told what it has, at most this long.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn listened(&mut self, patience: Duration) -> Result<Arc<Snapshot>, HubGone> {
        let listens = |snapshot: &Arc<Snapshot>| is_listening(snapshot);
        let waited = tokio::time::timeout(patience, async {
            self.viewer.snapshots.wait_for(listens).await.is_err()
        })
        .await;
        if waited == Ok(true) {
            return Err(HubGone);
        }
        Ok(self.viewer.snapshot())
    }

    /// What it sees now; none when the configuration is another one by now.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let snapshot = self.viewer.snapshot();
        (snapshot.config_revision == self.revision).then_some(snapshot)
    }

    /// The picture of a snapshot, and when the clock alone makes it another one.
    pub fn draw(&self, snapshot: &Snapshot, look: Look, now: Moment) -> (Buffer, Option<Moment>) {
        let mut buffer = Buffer::empty(self.area);
        let screen = Screen {
            config: &self.config,
            ui: &self.ui,
            layout: &self.layout,
            snapshot,
            look,
            now,
        };
        view::draw(&screen, self.area, &mut buffer);
        (buffer, view::next_change(&screen))
    }

    /// The configuration it counts in.
    pub fn config(&self) -> &Config {
        &self.config
    }
}

/// Polls the panels `ui` shows once and draws them at `width` × `height`.
/// With `every_panel`, also those that do not fit on that screen.
///
/// # Errors
/// The hub is gone.
pub async fn picture(
    hub: &Hub,
    ui: &Ui,
    look: Look,
    size: (u16, u16),
    every_panel: bool,
    clock: Clock,
) -> Result<Picture, HubGone> {
    let mut sitting = Sitting::open(hub, hub.configs(), ui.clone(), size, every_panel).await?;
    let snapshot = sitting.settle().await?;
    let (buffer, _) = sitting.draw(&snapshot, look, clock());
    Ok(Picture { snapshot, buffer })
}
