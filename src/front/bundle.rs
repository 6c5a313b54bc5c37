//! What a dashboard shows → a bundle: what is on screen as it is there, the rest asked for once.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::once::Sitting;
use crate::config::{Dashboard, Panel};
use crate::export::file::{Readers, save};
use crate::hub::{Configs, Hub, HubGone};
use crate::model::annotation::Annotation;
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Failure, Health, Link, LogLine, PanelData, Shape, Snapshot};
use crate::model::series::Series;
use crate::model::shape::shape;
use crate::model::time::Moment;
use crate::model::variable::VariableState;
use crate::session::BundleOrder;
use crate::source::bundle::{Part, Picture, Recording, Shown, What, Written};
use crate::ui::{Layout, Ui};

/// Orders waiting at most.
const ORDERS: usize = 2;
/// How long live events are waited for: a stream that does not answer has none.
const EVENTS: Duration = Duration::from_secs(3);

/// Writes what sessions order, until they are gone. What became of it is told by the hub.
pub(super) fn start(hub: Hub) -> mpsc::Sender<Box<BundleOrder>> {
    let (orders, mut inbox) = mpsc::channel::<Box<BundleOrder>>(ORDERS);
    tokio::spawn(async move {
        while let Some(order) = inbox.recv().await {
            let name = order.file.display().to_string();
            let said = match deliver(&hub, *order).await {
                Ok(said) => said,
                Err(HubGone) => return,
            };
            match &said {
                Ok(_) => tracing::info!(name, "a bundle was written"),
                Err(why) => tracing::warn!(name, why, "no bundle was written"),
            }
            if hub.tell(said).await.is_err() {
                return;
            }
        }
    });
    orders
}

/// Carries out one order; what to say of it.
async fn deliver(hub: &Hub, order: BundleOrder) -> Result<Result<String, String>, HubGone> {
    let dashboards = [order.ui.dashboard];
    let mut recorder = Recorder::new(hub, order.configs, &dashboards, order.at);
    recorder
        .add(order.ui, order.size, Some(&order.seen))
        .await?;
    Ok(match recorder.write(&order.file, false).await {
        Ok(written) => Ok(format!(
            "bundle written to {} ({}{})",
            order.file.display(),
            size_words(written.bytes.len()),
            too_large(&written)
        )),
        Err(failure) => Err(failure.summary),
    })
}

/// `, 2 panels were too large`.
fn too_large(written: &Written) -> String {
    match written.too_large.len() {
        0 => String::new(),
        1 => ", one panel was too large".to_owned(),
        many => format!(", {many} panels were too large"),
    }
}

/// `84 kB`, `2.4 MB`.
pub fn size_words(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Puts a bundle together, dashboard by dashboard.
#[derive(Debug)]
pub struct Recorder<'a> {
    hub: &'a Hub,
    configs: Configs,
    recording: Recording,
    at: Moment,
    failing: Vec<(String, Failure)>,
    /// Something was asked, and nothing of it was answered.
    is_empty: Option<bool>,
}

impl<'a> Recorder<'a> {
    /// Of these dashboards, dated `at`.
    pub fn new(hub: &'a Hub, configs: Configs, dashboards: &[usize], at: Moment) -> Self {
        let definitions = configs.config.definitions_of(dashboards);
        Self {
            hub,
            configs,
            recording: Recording::new(at, definitions),
            at,
            failing: Vec::new(),
            is_empty: None,
        }
    }

    /// Adds the dashboard of `ui`, asked for as on a screen of this size. What is in sight there is taken from
    /// `seen`, if that is given, else it is asked for like the rest. Returns what its variables stand for.
    ///
    /// # Errors
    /// The hub is gone.
    pub async fn add(
        &mut self,
        ui: Ui,
        size: (u16, u16),
        seen: Option<&Snapshot>,
    ) -> Result<Arc<[VariableState]>, HubGone> {
        let config = Arc::clone(&self.configs.config);
        let dashboard = &config.dashboards[ui.dashboard];
        let seen = seen.filter(|seen| {
            seen.dashboard == ui.dashboard
                && seen.panels.len() == dashboard.panels.len()
                && seen.config_revision == self.configs.revision
        });
        let area = ratatui::layout::Rect::new(0, 0, size.0, size.1);
        let layout = Layout::solve(dashboard, &ui, area);
        let mut sitting =
            Sitting::open(self.hub, self.configs.clone(), ui.clone(), size, true).await?;
        let mut asked = sitting.settle().await?;
        if dashboard
            .panels
            .iter()
            .any(|panel| panel.kind == PanelKind::Log)
        {
            asked = sitting.listened(EVENTS).await?;
        }
        let in_sight: Vec<usize> = layout.looked_at().map(|(panel, _)| panel).collect();
        let from = |panel: usize| {
            let is_there = |seen: &&Snapshot| {
                in_sight.contains(&panel) && seen.panels[panel].health != Health::Waiting
            };
            seen.filter(is_there).unwrap_or(&asked)
        };
        for (index, panel) in dashboard.panels.iter().enumerate() {
            if panel.sql.is_none() {
                continue;
            }
            let snapshot = from(index);
            let part =
                |what: fn(String) -> What| Part::new(&dashboard.name, what(panel.id.clone()));
            if let Some(data) = snapshot.panels.get(index) {
                let picture = picture(dashboard, panel, &ui, data);
                self.note(panel, &picture);
                self.recording.picture(part(What::Panel), &picture);
            }
            if let Some(Some(data)) = snapshot.ghosts.get(index) {
                let picture = picture(dashboard, panel, &ui, data);
                self.recording.picture(part(What::Earlier), &picture);
            }
        }
        let variables = Arc::clone(&seen.unwrap_or(&asked).variables);
        let mut values = crate::model::variable::Selection::new();
        for state in variables.iter() {
            let name = &state.value.name;
            values.insert(name.clone(), state.value.choice());
            self.recording
                .choices(&dashboard.name, name, &state.choices);
        }
        let annotations = together(seen, &asked);
        self.recording.annotations(&dashboard.name, &annotations);
        let lines = live_lines(dashboard, seen.unwrap_or(&asked));
        self.recording.lines(&dashboard.name, &lines);
        let range = ui.range.as_ref().unwrap_or(&dashboard.range);
        let window = range.resolve(self.at, &dashboard.time_zone);
        self.recording.dashboard(Shown {
            dashboard: dashboard.name.clone(),
            range: range.text.clone(),
            from: window.from.0,
            to: window.to.0,
            compare: ui.compare,
            values,
        });
        Ok(variables)
    }

    fn note(&mut self, panel: &Panel, picture: &Picture) {
        self.is_empty = Some(self.is_empty != Some(false) && picture.asked_at.is_none());
        if let Some(why) = &picture.failing {
            self.failing.push((panel.id.clone(), why.clone()));
        }
    }

    /// Panels that failed, and why: the bundle says so, too.
    pub fn failing(&self) -> &[(String, Failure)] {
        &self.failing
    }

    /// Writes the file; what is there already is replaced with `replaces` only. Holds nobody up meanwhile.
    ///
    /// # Errors
    /// It cannot be written, or no panel has an answer: an older file says more.
    pub async fn write(self, file: &Path, replaces: bool) -> Result<Written, Failure> {
        if self.is_empty == Some(true) {
            let nothing = Failure::new("no bundle was written: no panel has an answer");
            let why = self.failing.into_iter().next();
            return Err(why.map_or(nothing.clone(), |(panel, why)| {
                nothing.detail(format!("{panel}: {}", why.summary))
            }));
        }
        let (recording, file) = (self.recording, file.to_owned());
        let work = tokio::task::spawn_blocking(move || {
            let written = recording.write();
            save(&file, &written.bytes, Readers::Owner, replaces).map(|()| written)
        });
        let done = work.await;
        done.unwrap_or_else(|_| Err(Failure::new("the bundle could not be put together")))
    }
}

/// What a panel shows, for a file.
fn picture(dashboard: &Dashboard, panel: &Panel, ui: &Ui, data: &PanelData) -> Picture {
    let of_viewer = ui.range.as_ref().unwrap_or(&dashboard.range);
    let failing = match &data.health {
        Health::Failed { why, .. } => Some(Failure::clone(why)),
        // What it shows answers another question.
        Health::Waiting => Some(Failure::new("there was no answer when the bundle was made")),
        Health::Live => None,
    };
    let timings = data.inspection.as_ref().and_then(|asked| asked.timings);
    Picture {
        range: panel.range.as_ref().unwrap_or(of_viewer).text.clone(),
        window: data.window,
        interval: data.interval,
        asked_at: data.asked_at.filter(|_| data.health != Health::Waiting),
        timings: timings.unwrap_or_default(),
        rows: data.rows.as_ref().clone(),
        moved: moved(panel, data),
        newest_at: data.newest_at,
        failing,
    }
}

/// What is drawn, where that is not what the rows alone would give: live samples have moved it on, or holes of
/// its time were filled.
fn moved(panel: &Panel, data: &PanelData) -> Option<Shape> {
    let plain = shape(panel.kind, panel.reduce, &data.rows, data.window).ok();
    let is_plain = match (data.shape.as_ref(), &plain) {
        (Shape::Series(drawn), Some(Shape::Series(plain))) => same(drawn, plain),
        (Shape::Bars(drawn), Some(Shape::Bars(plain))) => {
            drawn.len() == plain.len()
                && drawn.iter().zip(plain).all(|(one, other)| {
                    one.label == other.label && one.value.to_bits() == other.value.to_bits()
                })
        }
        (Shape::Series(_) | Shape::Bars(_), _) => false,
        _ => true,
    };
    (!is_plain).then(|| data.shape.as_ref().clone())
}

/// The same points; a gap is the same as a gap.
fn same(drawn: &[Series], plain: &[Series]) -> bool {
    drawn.len() == plain.len()
        && drawn.iter().zip(plain).all(|(one, other)| {
            let points = one.points.iter().zip(&other.points);
            one.name == other.name
                && one.points.len() == other.points.len()
                && points
                    .into_iter()
                    .all(|(a, b)| a.at == b.at && a.value.to_bits() == b.value.to_bits())
        })
}

/// The events that are on screen, and those for panels that are not.
fn together(seen: Option<&Snapshot>, asked: &Snapshot) -> Vec<Annotation> {
    let mut all: Vec<Annotation> = seen.map_or_else(Vec::new, |seen| seen.annotations.to_vec());
    for one in asked.annotations.iter() {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
    all.sort_by_key(|one| one.at);
    all
}

/// The lines of logs that no query gave.
fn live_lines(dashboard: &Dashboard, snapshot: &Snapshot) -> Vec<LogLine> {
    let mut all: Vec<LogLine> = Vec::new();
    for (panel, data) in dashboard.panels.iter().zip(&snapshot.panels) {
        let Shape::Log(lines) = data.shape.as_ref() else {
            continue;
        };
        let asked = match shape(panel.kind, panel.reduce, &data.rows, data.window) {
            Ok(Shape::Log(asked)) => asked,
            _ => Vec::new(),
        };
        let live = lines.iter().filter(|line| !asked.contains(line));
        for line in live {
            if !all.contains(line) {
                all.push(line.clone());
            }
        }
    }
    all
}

/// Nothing is on its way on the live connection.
pub(super) fn is_listening(snapshot: &Snapshot) -> bool {
    let is_open = |link: &Link| !matches!(link, Link::Connecting);
    is_open(&snapshot.links.redis) && is_open(&snapshot.links.notify)
}
