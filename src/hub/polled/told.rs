//! What a query is told between its answers: live samples, and lines of a log.

use std::sync::Arc;

use tokio::time::Instant;

use super::super::live::{self, Moved};
use super::{Polled, Revisions};
use crate::config::Config;
use crate::model::live::LiveSample;
use crate::model::panel_data::{LogLine, PanelData, Shape};
use crate::model::time::Moment;

/// Live samples remembered while an answer is pending.
const MEANWHILE: usize = 4096;

impl Polled {
    /// Live samples of the panel's metric: moves the picture, or asks. True when it moved.
    pub fn live(
        &mut self,
        samples: &[&LiveSample],
        config: &Config,
        now: Instant,
        clock: Moment,
        revisions: &mut Revisions,
    ) -> bool {
        if self.lookers == 0 {
            self.missed = true;
            return false;
        }
        let Some(panel) = self.key.panel(config) else {
            return false;
        };
        let newest = samples.iter().map(|sample| sample.at).max();
        let zone = &config.dashboards[self.key.dashboard].time_zone;
        let window = self
            .key
            .range
            .resolve(newest.map_or(clock, |at| at.max(clock)), zone);
        // News of today is none for a viewer who looks at yesterday.
        let samples: Vec<&LiveSample> = samples
            .iter()
            .copied()
            .filter(|sample| (window.from..=window.to).contains(&sample.at))
            .collect();
        if samples.is_empty() {
            return false;
        }
        if self.is_pending() || self.is_fed {
            self.meanwhile.retain(|known| !samples.contains(&known));
            let room = MEANWHILE.saturating_sub(self.meanwhile.len());
            self.meanwhile.extend(
                samples
                    .iter()
                    .rev()
                    .take(room)
                    .rev()
                    .map(|sample| (*sample).clone()),
            );
            if samples.len() > room {
                // More than is remembered: the answer may lack some, so there will be another.
                self.ask_soon(config, now);
            }
        }
        if self.data.asked_at.is_none() {
            return false;
        }
        match live::apply(panel, &self.data, &samples, window, clock) {
            Moved::Nothing => false,
            Moved::Ask => {
                self.ask_soon(config, now);
                false
            }
            Moved::Picture(data) => {
                self.data = Arc::new(PanelData {
                    revision: revisions.next(),
                    ..*data
                });
                true
            }
        }
    }

    /// Shows these lines instead; for log panels.
    pub fn show_log(&mut self, lines: Vec<LogLine>, revisions: &mut Revisions) {
        let mut data = PanelData::clone(&self.data);
        data.newest_at = lines.first().map(|line| line.at).or(data.newest_at);
        data.shape = Arc::new(Shape::Log(lines));
        data.revision = revisions.next();
        self.data = Arc::new(data);
    }
}
