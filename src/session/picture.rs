//! What a viewer sees: the screen divided, drawn, and when the clock alone changes it.

use std::time::Duration;

use tokio::time::Instant;

use super::Session;
use crate::model::time::Moment;
use crate::ui::{Layout, Look};
use crate::view::{self, Screen};

impl Session {
    fn solved(&self) -> Layout {
        Layout::solve(
            &self.config.dashboards[self.ui.dashboard],
            &self.ui,
            self.surface.area(),
        )
    }

    /// Divides the screen anew. The next event may come before the next frame and has to find the
    /// charts where they will be.
    pub(super) fn divide(&mut self) {
        self.layout = self.solved();
        if self.snapshot.dashboard == self.ui.dashboard {
            let screen = self.screen(self.now());
            let (plots, spots) = (view::plots(&screen), view::spots(&screen));
            let table = view::table(&screen);
            (self.layout.plots, self.layout.spots) = (plots, spots);
            self.layout.table = table;
        }
    }

    /// How long until the picture changes by the clock alone.
    pub(super) fn next_change(&self) -> Option<Instant> {
        if self.snapshot.links.recorded.is_some() {
            return self.told_until;
        }
        let now = self.now();
        let at = view::next_change(&self.screen(now))?;
        let wait = u64::try_from(at.since(now)).unwrap_or(0);
        // A clock step must not freeze the header for ever, nor make it spin.
        Some(
            Instant::now()
                + Duration::from_micros(wait)
                    .clamp(Duration::from_millis(50), Duration::from_secs(60)),
        )
    }

    /// The terminal with the viewer's theme on it.
    fn look(&self) -> Look {
        let theme = self.ui.theme.unwrap_or(self.config.screen.theme);
        Look {
            theme: theme.on(self.background),
            ..self.look
        }
    }

    pub(super) fn screen(&self, now: Moment) -> Screen<'_> {
        Screen {
            config: &self.config,
            ui: &self.ui,
            layout: &self.layout,
            snapshot: &self.snapshot,
            look: self.look(),
            now,
        }
    }

    pub(super) fn frame(&mut self) -> Option<Vec<u8>> {
        self.pacer.drawn(Instant::now());
        self.drawn_revision = self.snapshot.revision;
        // Between a key and the hub's answer to it, the snapshot is still another dashboard's.
        if self.snapshot.dashboard != self.ui.dashboard {
            return None;
        }
        self.ui.follow(&self.config, &self.snapshot);
        self.layout = self.solved();
        let screen = Screen {
            config: &self.config,
            ui: &self.ui,
            layout: &self.layout,
            snapshot: &self.snapshot,
            look: self.look(),
            now: self.now(),
        };
        let mut plots = Vec::new();
        let picture = self
            .surface
            .frame(|area, buf| plots = view::draw(&screen, area, buf));
        let (spots, table) = (view::spots(&screen), view::table(&screen));
        (self.layout.plots, self.layout.spots) = (plots, spots);
        self.layout.table = table;
        let mut bytes = std::mem::take(&mut self.unsent);
        bytes.extend(picture.unwrap_or_default());
        (!bytes.is_empty()).then_some(bytes)
    }
}
