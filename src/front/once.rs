//! One frame: waits until every panel has answered (or its deadline), draws once, hands the picture on.

use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::config::Config;
use crate::hub::{Clock, Hub, HubGone, Looking};
use crate::model::panel_data::Snapshot;
use crate::ui::{Layout, Look, Ui};
use crate::view::{self, Screen};

/// Time for wires and drawing on top of the slowest panel's own deadline.
const GRACE: Duration = Duration::from_secs(2);

/// Width a panel is asked with when it is not in the picture.
const UNSEEN_WIDTH: u16 = 80;

/// Every panel's data, and the picture.
#[derive(Debug)]
pub struct Picture {
    /// The data.
    pub snapshot: Arc<Snapshot>,
    /// The frame.
    pub buffer: Buffer,
}

/// Polls the panels `ui` shows once and draws them at `width` × `height`.
/// With `every_panel`, also those that do not fit on that screen.
pub async fn picture(
    hub: &Hub,
    config: &Config,
    ui: &Ui,
    look: Look,
    (width, height): (u16, u16),
    every_panel: bool,
    clock: Clock,
) -> Result<Picture, HubGone> {
    let dashboard = &config.dashboards[ui.dashboard];
    let area = Rect::new(0, 0, width, height);
    let layout = Layout::solve(dashboard, ui, area);
    let mut panels: Vec<(usize, u16)> = layout.looked_at().collect();
    if every_panel {
        for index in 0..dashboard.panels.len() {
            if !panels.iter().any(|(panel, _)| *panel == index) {
                panels.push((index, UNSEEN_WIDTH));
            }
        }
    }
    let slowest = panels
        .iter()
        .filter_map(|(panel, _)| dashboard.panels[*panel].timeout)
        .max();
    // Panels may wait for variables, one after the other.
    let chain = config.database.timeout * dashboard.variables.len() as u32;
    let deadline = slowest.unwrap_or_default().max(config.database.timeout) + chain + GRACE;
    let mut viewer = hub
        .open(Looking {
            dashboard: ui.dashboard,
            range: ui.range.clone(),
            variables: ui.variables.clone(),
            compare: ui.compare,
            panels,
            ..Looking::default()
        })
        .await?;
    let gone = tokio::time::timeout(deadline, async {
        let settled = |snapshot: &Arc<Snapshot>| snapshot.is_settled;
        viewer.snapshots.wait_for(settled).await.is_err()
    })
    .await;
    if gone == Ok(true) {
        return Err(HubGone);
    }
    let snapshot = viewer.snapshot();
    let mut buffer = Buffer::empty(area);
    let screen = Screen {
        config,
        ui,
        layout: &layout,
        snapshot: &snapshot,
        look,
        now: clock(),
    };
    view::draw(&screen, area, &mut buffer);
    Ok(Picture { snapshot, buffer })
}
