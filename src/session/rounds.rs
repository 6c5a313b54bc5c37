//! A screen on a wall: whose turn it is, and whether somebody is there.

use tokio::time::Instant;

use super::Session;
use crate::hub::HubGone;
use crate::ui::Situation;
use crate::ui::kiosk::AWAKE;

impl Session {
    /// Somebody is at a screen on a wall; true when nobody was.
    pub(super) fn attended(&mut self) -> bool {
        self.turn_at = self.ui.kiosk.map(|_| Instant::now() + AWAKE);
        self.ui.attend()
    }

    /// A screen on a wall goes on with its rounds.
    pub(super) async fn turn(&mut self) -> Result<(), HubGone> {
        self.turn_at = self.ui.kiosk.map(|kiosk| Instant::now() + kiosk.every);
        let before = self.ui.clone();
        let now = Situation {
            ui: &before,
            config: &self.config,
            layout: &self.layout,
            snapshot: &self.snapshot,
        };
        if self.ui.turn(&now) {
            self.pacer.input(Instant::now());
            self.look_again().await?;
        }
        Ok(())
    }
}
