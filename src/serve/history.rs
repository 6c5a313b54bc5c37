//! History: numbers of panels with `record = true` become samples, and samples become roll-ups.
//!
//! Whoever leads records and rolls up. For the hub it is one more viewer of these panels, so that they are polled
//! whether anybody looks at them or not, and once however many do.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::select_all;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::state::{Counters, Standing};
use crate::config::{self, Panel};
use crate::hub::{Configs, Hub, HubGone, Looking, Viewer};
use crate::model::live::{LiveItem, LiveSample};
use crate::model::panel_data::{Failure, Health, PanelData, Shape, Snapshot};
use crate::model::reduce::reduce;
use crate::model::time::Moment;
use crate::source::postgres::lease::Claim;
use crate::source::postgres::rollups::Keeper;
use crate::source::postgres::write::{Fate, Recorder, Trouble};

/// Numbers of one panel at a time; what is more is no KPI.
const MOST_NUMBERS: usize = 200;
/// Samples that wait for a database that is away; older ones are lost.
const MOST_WAITING: usize = 5_000;
/// As wide as a viewer's panel may be: decides the buckets of a chart.
const WIDTH: u16 = 200;
/// Between two roll-ups.
const ROLL_UP: Duration = Duration::from_secs(10);
/// Every so many roll-ups what is too old is removed.
const RETAIN: u32 = 60;
/// Calls at a time; what is left waits for the next.
const MOST_CALLS: u32 = 20;

/// A panel's numbers as they were polled last, dated when they were asked for: one sample per series, reduced as
/// the panel does it, or per bar. Of the metric `panel:DASHBOARD/ID`, with the labels `dashboard`, `panel` and
/// `series`. None where the last poll failed.
pub fn samples(dashboard: &str, panel: &Panel, data: &PanelData) -> Vec<LiveItem> {
    let (Health::Live, Some(at)) = (&data.health, data.asked_at) else {
        return Vec::new();
    };
    let numbers: Vec<(&str, f64)> = match &*data.shape {
        Shape::Series(series) => series
            .iter()
            .filter_map(|one| Some((one.name.as_str(), reduce(&one.points, panel.reduce)?)))
            .collect(),
        Shape::Bars(bars) => bars
            .iter()
            .map(|bar| (bar.label.as_str(), bar.value))
            .collect(),
        _ => Vec::new(),
    };
    let metric = format!("panel:{dashboard}/{}", panel.id);
    let finite = numbers.into_iter().filter(|(_, value)| value.is_finite());
    finite
        .take(MOST_NUMBERS)
        .filter_map(|(series, value)| {
            let labels = [
                ("dashboard", dashboard),
                ("panel", panel.id.as_str()),
                ("series", series),
            ];
            let labels: BTreeMap<String, String> = labels
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
            // Every digit of it, and no more: `0.1` and not `0.1000000000000000055`.
            let sample = LiveSample::new(&metric, &format!("{value:?}"), at, labels);
            sample.ok().map(LiveItem::Sample)
        })
        .collect()
}

/// Records and rolls up whenever this replica leads, until the hub is gone or the lease is given back.
///
/// # Errors
/// No URL, or one that cannot be right.
pub(super) fn keep(
    hub: Hub,
    database: &config::Database,
    claim: Claim,
    standing: watch::Receiver<Standing>,
    counters: Arc<Counters>,
) -> Result<impl Future<Output = ()> + Send + use<>, Failure> {
    let mut keeper = Keeper::new(database, claim.clone())?;
    let mut records = Records {
        recorder: Recorder::new(database, true)?,
        claim,
        recorded: HashMap::new(),
        waiting: Vec::new(),
        trouble: String::new(),
        counters: Arc::clone(&counters),
    };
    let mut changes = standing.clone();
    Ok(async move {
        loop {
            let leads = |standing: &Standing| matches!(standing, Standing::Leader { .. });
            let begun = changes.wait_for(|now| leads(now) || *now == Standing::Follower);
            match begun.await.map(|now| leads(&now)) {
                Ok(true) => {}
                Ok(false) => {
                    // Another replica records what comes now: what waits here is over.
                    records.waiting.clear();
                    if changes.changed().await.is_err() {
                        return;
                    }
                    continue;
                }
                Err(_) => return,
            }
            tokio::select! {
                gone = records.lead(&hub, &standing) => if gone.is_err() {
                    return;
                },
                () = roll_up(&mut keeper, &standing, &counters) => {}
                ended = async { changes.wait_for(|now| !leads(now)).await.map(drop) } => if ended.is_err() {
                    return;
                },
            }
        }
    })
}

/// Rolls up, and removes what is too old, for ever.
async fn roll_up(keeper: &mut Keeper, standing: &watch::Receiver<Standing>, counters: &Counters) {
    let mut beat = tokio::time::interval(ROLL_UP);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut told = String::new();
    for round in 0_u32.. {
        beat.tick().await;
        let mut done = work(keeper, false, standing).await;
        if done.is_ok() && round.is_multiple_of(RETAIN) {
            done = work(keeper, true, standing).await;
        }
        if done.is_err() {
            counters.roll_up_failures.count();
        }
        let said = done.err().map_or_else(String::new, words);
        // Once, not every ten seconds.
        if said != told && !said.is_empty() {
            tracing::warn!(why = said, "samples cannot be rolled up");
        }
        told = said;
    }
}

/// Some calls, until nothing is left to do.
async fn work(
    keeper: &mut Keeper,
    retains: bool,
    standing: &watch::Receiver<Standing>,
) -> Result<(), Failure> {
    for _ in 0..MOST_CALLS {
        let Some(epoch) = led(standing) else { break };
        let done = if retains {
            keeper.retain(epoch).await?
        } else {
            keeper.roll_up(epoch).await?
        };
        if !done.is_more {
            break;
        }
    }
    Ok(())
}

/// The epoch under which something may be written now, by this machine's clock; the database looks again.
fn led(standing: &watch::Receiver<Standing>) -> Option<u64> {
    let standing = standing.borrow();
    standing.epoch().filter(|_| standing.leads(Instant::now()))
}

/// In one line.
fn words(failure: Failure) -> String {
    let lines = std::iter::once(failure.summary).chain(failure.details);
    lines.collect::<Vec<_>>().join("; ")
}

/// What was recorded, and what waits.
struct Records {
    recorder: Recorder,
    claim: Claim,
    /// When the number recorded last was asked for, by dashboard and panel.
    recorded: HashMap<(String, String), Moment>,
    waiting: Vec<LiveItem>,
    /// As it was told.
    trouble: String,
    counters: Arc<Counters>,
}

impl Records {
    /// Records until the hub is gone.
    async fn lead(
        &mut self,
        hub: &Hub,
        standing: &watch::Receiver<Standing>,
    ) -> Result<(), HubGone> {
        let mut configs = hub.watch_configs();
        loop {
            let now = configs.borrow_and_update().clone();
            let mut viewers = open(hub, &now).await?;
            self.recorded.retain(|(dashboard, panel), _| {
                now.config.dashboards.iter().any(|one| {
                    one.name == *dashboard && one.panels.iter().any(|one| one.id == *panel)
                })
            });
            loop {
                let snapshots = viewers.iter_mut();
                let changed = snapshots.map(|viewer| Box::pin(viewer.snapshots.changed()));
                let changed: Vec<_> = changed.collect();
                let any = async {
                    if changed.is_empty() {
                        std::future::pending().await
                    } else {
                        select_all(changed).await.0
                    }
                };
                tokio::select! {
                    changed = any => changed.map_err(|_| HubGone)?,
                    changed = configs.changed() => {
                        changed.map_err(|_| HubGone)?;
                        break;
                    }
                }
                for viewer in &mut viewers {
                    let snapshot = Arc::clone(&viewer.snapshots.borrow_and_update());
                    self.take(&now, &snapshot);
                }
                if !self.waiting.is_empty()
                    && let Some(epoch) = led(standing)
                {
                    self.recorder.hold(&self.claim, epoch);
                    self.write().await;
                }
            }
        }
    }

    /// What is new in `snapshot` waits from now on.
    fn take(&mut self, now: &Configs, snapshot: &Snapshot) {
        let dashboard = now.config.dashboards.get(snapshot.dashboard);
        let Some(dashboard) = dashboard.filter(|_| snapshot.config_revision == now.revision) else {
            return;
        };
        for (panel, data) in dashboard.panels.iter().zip(&snapshot.panels) {
            let (true, Some(at)) = (panel.is_recorded, data.asked_at) else {
                continue;
            };
            let key = (dashboard.name.clone(), panel.id.clone());
            if self.recorded.get(&key) == Some(&at) || data.health != Health::Live {
                continue;
            }
            self.waiting.extend(samples(&dashboard.name, panel, data));
            self.recorded.insert(key, at);
        }
        let lost = self.waiting.len().saturating_sub(MOST_WAITING);
        if lost > 0 {
            self.waiting.drain(..lost);
            self.counters.unrecorded.add(lost as u64);
            tracing::warn!(lost, "samples that could not be recorded in time are lost");
        }
    }

    async fn write(&mut self) {
        let report = self.recorder.write(&self.waiting).await;
        let counters = &self.counters;
        let mut said = match report.trouble {
            Some(Trouble::Away(why) | Trouble::Refused(why)) => {
                counters.record_failures.count();
                words(why)
            }
            None => String::new(),
        };
        let mut fates = report.fates.into_iter();
        self.waiting.retain(|_| match fates.next() {
            Some(Fate::Refused(why)) => {
                counters.unrecorded.count();
                said = why;
                false
            }
            Some(Fate::Open) | None => true,
            Some(Fate::Written) => {
                counters.recorded.count();
                false
            }
        });
        if said != self.trouble && !said.is_empty() {
            tracing::warn!(why = said, "panels cannot be recorded");
        }
        self.counters.record_trouble.send_replace(said.clone());
        self.trouble = said;
    }
}

/// A viewer for each dashboard that has a panel to record.
async fn open(hub: &Hub, now: &Configs) -> Result<Vec<Viewer>, HubGone> {
    let mut viewers = Vec::new();
    for (index, dashboard) in now.config.dashboards.iter().enumerate() {
        let panels = dashboard.panels.iter().enumerate();
        let panels: Vec<(usize, u16)> = panels
            .filter(|(_, panel)| panel.is_recorded)
            .map(|(panel, _)| (panel, WIDTH))
            .collect();
        if panels.is_empty() {
            continue;
        }
        let looking = Looking {
            config_revision: now.revision,
            dashboard: index,
            panels,
            ..Looking::default()
        };
        viewers.push(hub.open(looking).await?);
    }
    Ok(viewers)
}

#[cfg(test)]
mod tests;
