//! The data of some panels, for whoever draws nothing.

use std::sync::Arc;
use std::time::Duration;

use super::once::{deadline, usual_widths};
use crate::hub::{Configs, Hub, HubGone, Looking, Viewer};
use crate::model::compare::Compare;
use crate::model::panel_data::{Health, Snapshot};
use crate::model::range::RangeSpec;
use crate::model::time::Moment;
use crate::model::variable::Selection;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Which dashboard of the configuration.
    pub dashboard: usize,
    /// Which of its panels; no other is asked.
    pub panels: Vec<usize>,
    /// In place of the dashboard's range.
    pub range: Option<RangeSpec>,
    /// What is chosen for variables.
    pub variables: Selection,
    /// Which earlier window is asked for besides.
    pub compare: Compare,
}

/// A viewer of some panels' data.
#[derive(Debug)]
pub struct Asked {
    viewer: Viewer,
    panels: Vec<usize>,
    revision: u64,
    deadline: Duration,
}

impl Asked {
    /// Asks.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn open(hub: &Hub, question: Question) -> Result<Self, HubGone> {
        let Configs { revision, config } = hub.configs();
        let dashboard = &config.dashboards[question.dashboard];
        let mut panels = usual_widths(dashboard);
        panels.retain(|(panel, _)| question.panels.contains(panel));
        let viewer = hub
            .open(Looking {
                config_revision: revision,
                dashboard: question.dashboard,
                range: question.range,
                variables: question.variables,
                compare: question.compare,
                panels,
                ..Looking::default()
            })
            .await?;
        Ok(Self {
            viewer,
            revision,
            deadline: deadline(&config, dashboard, question.panels.iter().copied()),
            panels: question.panels,
        })
    }

    /// Gives up waiting earlier than the panels' own deadlines.
    pub fn within(&mut self, timeout: Duration) {
        self.deadline = self.deadline.min(timeout);
    }

    /// Waits until every panel has answered or failed, or the deadline.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn settle(&mut self) -> Result<Arc<Snapshot>, HubGone> {
        let revision = self.revision;
        self.wait(|snapshot| snapshot.is_settled || snapshot.config_revision != revision)
            .await
    }

    /// Asks again and waits until every panel has answered, or one has failed, or the deadline.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn again(&mut self, now: Moment) -> Result<Arc<Snapshot>, HubGone> {
        self.viewer.refresh().await?;
        let panels = self.panels.clone();
        self.wait(|snapshot| {
            let mut panels = panels.iter().map(|panel| &snapshot.panels[*panel]);
            panels.all(|data| {
                let is_new = data.asked_at.is_some_and(|asked| asked >= now);
                is_new || matches!(data.health, Health::Failed { .. })
            })
        })
        .await
    }

    async fn wait(&mut self, enough: impl Fn(&Snapshot) -> bool) -> Result<Arc<Snapshot>, HubGone> {
        let wait = self.viewer.snapshots.wait_for(|snapshot| enough(snapshot));
        let gone = match tokio::time::timeout(self.deadline, wait).await {
            Ok(waited) => waited.is_err(),
            Err(_) => false,
        };
        if gone {
            return Err(HubGone);
        }
        Ok(self.viewer.snapshot())
    }

    /// The next snapshot.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn next(&mut self) -> Result<Arc<Snapshot>, HubGone> {
        self.viewer.snapshots.changed().await.map_err(|_| HubGone)?;
        Ok(self.viewer.snapshot())
    }

    /// Whether `snapshot` is of the configuration that was asked in.
    pub fn counts(&self, snapshot: &Snapshot) -> bool {
        snapshot.config_revision == self.revision
    }
}
