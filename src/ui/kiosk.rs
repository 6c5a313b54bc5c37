//! Kiosk mode: a screen on a wall. Nothing but panels, one dashboard after the other.
//!
//! While somebody is there (a key or a click, and some seconds after it) the screen is like any other and
//! stays where it is; a key does what it always does. [`Ui::still`] says that nobody is.

use std::time::Duration;

use super::{Situation, Ui, event};
use crate::config::Config;
use crate::model::panel_data::{Health, Link, Snapshot};

/// How long after the last key the screen goes back to its rounds.
pub const AWAKE: Duration = Duration::from_secs(10);

/// A screen on a wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kiosk {
    /// How long each dashboard is shown.
    pub every: Duration,
    /// Something fails: one line says so, also while nobody is there.
    pub is_failing: bool,
}

impl Kiosk {
    /// Each dashboard is shown this long.
    pub fn new(every: Duration) -> Self {
        Self {
            every,
            is_failing: false,
        }
    }
}

impl Ui {
    /// Nobody is at a screen on a wall: no chrome is drawn.
    pub fn is_unattended(&self) -> bool {
        self.still && self.kiosk.is_some()
    }

    /// Somebody is there. True when nobody was.
    pub fn attend(&mut self) -> bool {
        self.kiosk.is_some() && std::mem::take(&mut self.still)
    }

    /// Time is up: nobody is there any more, or it is the next dashboard's turn. What stands still because
    /// somebody wants it to (a pause) goes on doing so. False when nothing changed.
    pub fn turn(&mut self, now: &Situation<'_>) -> bool {
        if self.kiosk.is_none() || self.paused {
            return false;
        }
        let count = now.config.dashboards.len();
        if !self.still {
            self.still = true;
            self.overlay = None;
            self.full_screen = false;
        } else if count > 1 {
            event::show(self, (self.dashboard + 1) % count, count);
        } else {
            return false;
        }
        true
    }

    /// Takes in whether anything fails. True when that changed.
    pub fn watch(&mut self, config: &Config, snapshot: &Snapshot) -> bool {
        let Some(kiosk) = &mut self.kiosk else {
            return false;
        };
        let mut links = snapshot.links.named();
        let is_down = links.any(|(_, link)| matches!(link, Link::Down { .. }));
        let panels = config
            .dashboards
            .get(snapshot.dashboard)
            .map_or(&[][..], |dashboard| &dashboard.panels);
        let fails = panels.iter().zip(&snapshot.panels).any(|(panel, data)| {
            panel.sql.is_some() && matches!(data.health, Health::Failed { .. })
        });
        let before = std::mem::replace(&mut kiosk.is_failing, is_down || fails);
        before != kiosk.is_failing
    }
}
