//! What a live update does to the store: pictures move, panels ask again, the header says so.

use std::collections::HashMap;

use tokio::time::Instant;

use super::super::key::Subject;
use super::super::live::Verdict;
use super::Store;
use crate::model::kind::PanelKind;
use crate::model::live::{LiveItem, LiveSample};
use crate::model::panel_data::{Link, Resync, Shape};
use crate::source::{LiveKind, LiveUpdate};

impl Store {
    /// Takes in one live update.
    pub fn apply_live(&mut self, kind: LiveKind, update: LiveUpdate, now: Instant) {
        match update {
            LiveUpdate::Link(link) => self.live_link(kind, link),
            LiveUpdate::Snapshot(items) => {
                for item in &items {
                    match item {
                        LiveItem::Sample(sample) if self.metrics.contains(&sample.metric) => {
                            self.live.know(sample);
                        }
                        LiveItem::Sample(_) => {}
                        LiveItem::Event(event) => {
                            self.live.event(event);
                        }
                    }
                }
                self.show_logs();
                // What came between the panels' own answers and this is in neither.
                self.ask_metrics(None, now);
            }
            LiveUpdate::Items(items) => self.items(&items, now),
            LiveUpdate::Refresh(metric) => self.ask_metrics(Some(&[metric]), now),
            LiveUpdate::Resync { why, metrics } => {
                tracing::info!(%why, "live updates have a hole: asking again");
                self.live.counts.resyncs += 1;
                self.live.resync = Some(Resync {
                    at: self.now(),
                    why,
                });
                self.ask_metrics(metrics.as_deref(), now);
                self.changed = true;
            }
            LiveUpdate::Dropped(more) => {
                self.live.counts.dropped += more;
                self.changed = true;
            }
        }
    }

    fn live_link(&mut self, kind: LiveKind, link: Link) {
        match &link {
            Link::Down { why, .. } => {
                tracing::warn!(?kind, why = why.summary, "live updates are down");
            }
            state => tracing::info!(?kind, ?state, "live updates"),
        }
        match kind {
            LiveKind::Redis => self.links.redis = link,
            LiveKind::Notify => self.links.notify = link,
        }
        self.changed = true;
    }

    fn items(&mut self, items: &[LiveItem], now: Instant) {
        let clock = self.now();
        let before = self.live.counts;
        let mut new: HashMap<&str, Vec<&LiveSample>> = HashMap::new();
        let mut late: Vec<String> = Vec::new();
        let mut events = false;
        for item in items {
            match item {
                LiveItem::Event(event) => events |= self.live.event(event),
                // Whatever else is pushed moves nothing here.
                LiveItem::Sample(sample) if !self.metrics.contains(&sample.metric) => {}
                LiveItem::Sample(sample) => match self.live.judge(sample, clock) {
                    Verdict::New => new.entry(&sample.metric).or_default().push(sample),
                    Verdict::Late if !late.contains(&sample.metric) => {
                        late.push(sample.metric.clone());
                    }
                    Verdict::Late | Verdict::Ignored => {}
                },
            }
        }
        for polled in self.polled.values_mut() {
            let metric = polled
                .key
                .panel(&self.config)
                .and_then(|panel| panel.live.as_ref())
                .map(|live| live.metric.as_str());
            if let Some(samples) = metric.and_then(|metric| new.get(metric)) {
                self.changed |= polled.live(samples, &self.config, now, clock, &mut self.revisions);
            }
        }
        if !late.is_empty() {
            self.ask_metrics(Some(&late), now);
        }
        if events {
            self.show_logs();
            // Whoever announces an event has written it down before.
            self.ask_events(now);
        }
        self.changed |= before != self.live.counts;
    }

    /// Asks the panels that declare one of these metrics; all that declare any for none.
    fn ask_metrics(&mut self, metrics: Option<&[String]>, now: Instant) {
        for polled in self.polled.values_mut() {
            let concerned = polled
                .key
                .panel(&self.config)
                .and_then(|panel| panel.live.as_ref())
                .is_some_and(|live| metrics.is_none_or(|metrics| metrics.contains(&live.metric)));
            if concerned {
                polled.ask_soon(&self.config, now);
            }
        }
    }

    /// Asks the queries for events on the charts.
    pub(super) fn ask_events(&mut self, now: Instant) {
        for polled in self.polled.values_mut() {
            if matches!(polled.key.subject, Subject::Annotation(_) | Subject::Notes) {
                polled.ask_soon(&self.config, now);
            }
        }
    }

    /// Shows live events in the log panels.
    pub(super) fn show_logs(&mut self) {
        // In a file one can go back to before an event.
        let recorded = self.links.recorded.as_ref().map(|recorded| recorded.at);
        for polled in self.polled.values_mut() {
            let panel = polled.key.panel(&self.config);
            if panel.is_none_or(|panel| panel.kind != PanelKind::Log) {
                continue;
            }
            let until = recorded.map(|at| polled.key.window(&self.config, at).to);
            let Shape::Log(lines) = polled.data.shape.as_ref() else {
                continue;
            };
            if let Some(lines) = self.live.log(lines, until) {
                polled.show_log(lines, &mut self.revisions);
                self.changed = true;
            }
        }
    }
}
