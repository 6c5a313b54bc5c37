//! One snapshot: asks, waits, writes down.

use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};

use super::super::{open, variables};
use super::then;
use crate::config::Config;
use crate::export::paint::Ground;
use crate::export::{self, ExportFormat};
use crate::front::once::{Picture, Sitting};
use crate::hub::{Configs, Hub};
use crate::model::compare::Compare;
use crate::model::panel_data::{Failure, Health, PanelData, SILENT_AFTER, Snapshot};
use crate::model::time::Moment;
use crate::query;
use crate::ui::{Look, Ui};

/// An answer of a feed is old after so many refreshes.
const REFRESHES: u32 = 4;

/// What is taken, each time the same way.
#[derive(Clone, Debug)]
pub(super) struct Shot {
    /// What is drawn.
    pub config: Arc<Config>,
    pub ui: Ui,
    pub look: Look,
    pub panel: Option<usize>,
    pub format: ExportFormat,
    pub size: (u16, u16),
    /// In place of now.
    pub at: Option<Moment>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Taken {
    /// None where there is no answer to write.
    pub data: Option<Vec<u8>>,
    /// For people.
    pub words: Vec<String>,
    /// Something that was asked for failed.
    pub failed: bool,
}

impl Shot {
    /// True for what is written without being drawn.
    fn is_data(&self) -> bool {
        !self.format.is_drawn()
    }

    /// Asks what is in the picture and waits for it.
    ///
    /// # Errors
    /// The hub is gone, or what there is cannot be written in this format.
    pub async fn take(&self, hub: &Hub) -> Result<Taken> {
        let Configs { revision, config } = hub.configs();
        // The first one is this one, but for ranges that are fixed.
        if revision == 0 {
            return self.take_now(hub, revision).await;
        }
        self.on(config)?.take_now(hub, revision).await
    }

    /// The same of a newer configuration: a collector may publish other dashboards by now.
    fn on(&self, config: Arc<Config>) -> Result<Self> {
        let before = &self.config.dashboards[self.ui.dashboard];
        let mut dashboards = config.dashboards.iter();
        let dashboard = dashboards.position(|dashboard| dashboard.name == before.name);
        let dashboard =
            dashboard.ok_or_else(|| eyre!("there is no dashboard `{}` any more", before.name))?;
        let mut taken = self.clone();
        if let Some(panel) = self.panel {
            let id = &before.panels[panel].id;
            let mut panels = config.dashboards[dashboard].panels.iter();
            let panel = panels.position(|panel| panel.id == *id);
            taken.panel = Some(panel.ok_or_else(|| eyre!("there is no panel `{id}` any more"))?);
        }
        taken.ui.dashboard = dashboard;
        taken.ui.focus = taken.panel.unwrap_or_default();
        taken.config = config;
        Ok(taken)
    }

    async fn take_now(&self, hub: &Hub, revision: u64) -> Result<Taken> {
        let every_panel = self.panel.is_none() && self.is_data();
        let configs = Configs {
            revision,
            config: Arc::clone(&self.config),
        };
        let opening = Sitting::open(hub, configs, self.ui.clone(), self.size, every_panel);
        let mut sitting = opening.await?;
        let mut snapshot = sitting.settle().await?;
        // The clock of a file stands still.
        let recorded = snapshot.links.recorded.as_ref();
        let clock = || recorded.map_or_else(open::clock, |recorded| recorded.at);
        let now = self.at.unwrap_or_else(clock);
        if let Some(at) = self.at {
            snapshot = Arc::new(then::answered(&snapshot, at));
        }
        let (buffer, _) = sitting.draw(&snapshot, self.look, now);
        self.judged(Picture { snapshot, buffer }, now)
    }

    fn judged(&self, mut taken: Picture, now: Moment) -> Result<Taken> {
        let missed = variables::missed(&self.ui.variables, &taken.snapshot.variables);
        let unanswered = if self.is_data() && !missed.is_empty() {
            self.withhold(&missed, &mut taken, now)
        } else {
            Vec::new()
        };
        // Another value's rows are no answer, and no rows would be a wrong one.
        let is_nothing = self.format == ExportFormat::Csv
            && unanswered.contains(&self.panel.unwrap_or_default());
        let data = if is_nothing {
            None
        } else {
            Some(self.written(&taken, now)?)
        };
        let (mut words, mut failed) = self.verdict(&taken);
        words.extend(self.stale(&taken.snapshot, now));
        words.extend(self.held(&taken.snapshot));
        for missed in &missed {
            if !self.is_data() {
                words.push(format!(
                    "{}; this is for `{}`",
                    missed.sentence, missed.instead
                ));
            } else if unanswered.is_empty() {
                words.push(missed.sentence.clone());
            }
            failed = true;
        }
        if let Some(outside) = self.outside(&taken.snapshot, now) {
            words.push(outside);
            failed = true;
        }
        Ok(Taken {
            data,
            words,
            failed,
        })
    }

    /// A bundle holds nothing of what is shown.
    fn outside(&self, snapshot: &Snapshot, now: Moment) -> Option<String> {
        let recorded = snapshot.links.recorded.as_ref()?;
        let dashboard = &self.config.dashboards[self.ui.dashboard];
        let range = self.ui.range.as_ref().unwrap_or(&dashboard.range);
        let shown = range.resolve(now, &dashboard.time_zone);
        let extent = recorded.dashboards.get(self.ui.dashboard)?;
        extent.missed(shown, &dashboard.time_zone)
    }

    /// What to say of the panels whose range reaches outside of what a bundle holds: a line for each part.
    fn held(&self, snapshot: &Snapshot) -> Vec<String> {
        let dashboard = &self.config.dashboards[self.ui.dashboard];
        let panels = dashboard.panels.iter().zip(&snapshot.panels).enumerate();
        let time = |at: Moment| {
            let at = at.zoned(&dashboard.time_zone);
            at.strftime("%Y-%m-%d %H:%M").to_string()
        };
        // By what is said: no two panels were asked in the same instant.
        let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
        for (index, (panel, data)) in panels {
            let is_asked = self.panel.is_none_or(|alone| alone == index);
            // Where there is nothing at all, that is what the panel shows.
            let Some(held) = data.held.filter(|held| is_asked && held.from < held.to) else {
                continue;
            };
            let words = format!("{} to {}", time(held.from), time(held.to));
            match parts.iter_mut().find(|(part, _)| *part == words) {
                Some((_, ids)) => ids.push(&panel.id),
                None => parts.push((words, vec![&panel.id])),
            }
        }
        let parts = parts.into_iter();
        let words = parts.map(|(part, ids)| {
            let ids = ids.join(", ");
            format!("warning: {ids}: of this range only {part} was recorded")
        });
        words.collect()
    }

    /// Takes the data out of the panels that use a variable whose wanted value there is not: what they hold is
    /// for another value. Returns which panels.
    fn withhold(
        &self,
        missed: &[variables::Missed],
        taken: &mut Picture,
        now: Moment,
    ) -> Vec<usize> {
        let dashboard = &self.config.dashboards[self.ui.dashboard];
        let names = variables::concerned(&dashboard.variables, missed);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let uses = |sql: &String| !query::used(sql, &names).is_empty();
        let concerned: Vec<usize> = (0..dashboard.panels.len())
            .filter(|index| dashboard.panels[*index].sql.as_ref().is_some_and(uses))
            .collect();
        let sentences: Vec<&str> = missed.iter().map(|one| one.sentence.as_str()).collect();
        let why = Arc::new(Failure::new(sentences.join("; ")));
        let snapshot = Arc::make_mut(&mut taken.snapshot);
        for index in &concerned {
            let Some(data) = snapshot.panels.get_mut(*index) else {
                continue;
            };
            *data = Arc::new(PanelData {
                health: Health::Failed {
                    why: Arc::clone(&why),
                    retry_at: now,
                },
                ..PanelData::waiting()
            });
            if let Some(earlier) = snapshot.ghosts.get_mut(*index) {
                *earlier = None;
            }
        }
        concerned
    }

    fn written(&self, taken: &Picture, now: Moment) -> Result<Vec<u8>> {
        let named = &self.config.dashboards[self.ui.dashboard].name;
        let ground = Ground::of(self.look.theme);
        let text = match self.format {
            ExportFormat::Png => return Ok(export::png::png(&taken.buffer, named, ground)?),
            ExportFormat::Text => export::text::text(&taken.buffer),
            ExportFormat::Ansi => export::ansi::ansi(&taken.buffer),
            ExportFormat::Svg => export::svg::svg(&taken.buffer, named, ground),
            ExportFormat::Html => export::html::html(&taken.buffer, named, ground),
            ExportFormat::Json => {
                export::json::json(&self.config, &taken.snapshot, now, self.panel)?
            }
            ExportFormat::Csv => {
                let panel = self.panel.unwrap_or_default();
                let data = taken.snapshot.panels.get(panel);
                let rows = &data.ok_or_else(|| eyre!("`{named}` has no panel"))?.rows;
                match self.ui.compare {
                    Compare::Off => export::csv::csv(rows),
                    compare => {
                        let earlier = taken.snapshot.earlier(panel).map(|data| &*data.rows);
                        export::csv::csv_compared(rows, compare, earlier)
                    }
                }
            }
        };
        Ok(text.into_bytes())
    }

    /// What to say of a feed that stands still: text and data show no ages.
    fn stale(&self, snapshot: &Snapshot, now: Moment) -> Option<String> {
        let feed = snapshot.links.feed.as_ref()?;
        let dashboard = &self.config.dashboards[self.ui.dashboard];
        let ages = dashboard.panels.iter().zip(&snapshot.panels).enumerate();
        let ages = ages.filter(|(index, _)| self.panel.is_none_or(|alone| alone == *index));
        let old = ages.filter_map(|(_, (panel, data))| {
            let several = panel.refresh.unwrap_or(dashboard.refresh) * REFRESHES;
            let several = i64::try_from(several.as_micros()).unwrap_or(i64::MAX);
            let at = data.asked_at?;
            let is_old = now.since(at) > several.max(SILENT_AFTER);
            is_old.then_some((panel.id.as_str(), at))
        });
        let (ids, times): (Vec<&str>, Vec<Moment>) = old.unzip();
        // A time, no age: `--watch` tells what is new.
        let oldest = times.into_iter().min_by_key(|at| at.0)?;
        let why = match &feed.trouble {
            _ if feed.silence(now) > SILENT_AFTER => "the collector is silent".to_owned(),
            Some(trouble) => format!("the collector says: {trouble}"),
            None => "the collector has published nothing newer".to_owned(),
        };
        let (ids, oldest) = (ids.join(", "), then::whole_second(oldest).rfc3339());
        Some(format!("warning: {ids}: as of {oldest}; {why}"))
    }

    /// What to say of the panels, and whether something that was asked for failed.
    fn verdict(&self, taken: &Picture) -> (Vec<String>, bool) {
        let dashboard = &self.config.dashboards[self.ui.dashboard];
        let (mut words, mut failed) = (Vec::new(), false);
        let mut tell = |name: &str, data: &PanelData| match &data.health {
            Health::Live if data.rows.truncated => words.push(format!(
                "warning: {name}: only the first {} rows; raise `row_limit` in [database] for more",
                data.rows.len()
            )),
            Health::Live => {}
            Health::Waiting if self.panel.is_none() && data.asked_at.is_none() => {}
            Health::Waiting => {
                words.push(format!("{name}: no answer"));
                failed = true;
            }
            Health::Failed { why, .. } => {
                words.push(format!("{name}: {}", why.summary));
                failed = true;
            }
        };
        let panels = dashboard.panels.iter().zip(&taken.snapshot.panels);
        for (index, (panel, data)) in panels.enumerate() {
            if self.panel.is_some_and(|alone| alone != index) {
                continue;
            }
            tell(&panel.id, data);
            // A picture shows what is not there; data cannot.
            if let Some(earlier) = taken.snapshot.earlier(index).filter(|_| self.is_data()) {
                let then = self.ui.compare.words();
                tell(&format!("{}, {then}", panel.id), earlier);
            }
        }
        (words, failed)
    }
}
