//! Keeps the cache warm: what the hub was answered goes into the files, a few seconds' worth at a time.

use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until};

use super::cache::{Entry, Shelf, Unsaved, gather, sweep};
use crate::cli::open;
use crate::config::Config;
use crate::hub::{Configs, Hub, Kept};
use crate::source::feed::Wanted;

/// Answers waiting at most; what comes then is not kept.
const WAITING: usize = 256;
/// Between two writes at least.
const EVERY: Duration = Duration::from_secs(3);
/// What comes together is written together.
const TOGETHER: Duration = Duration::from_millis(100);

/// Where a hub's answers go, and who keeps them.
pub(in crate::cli) fn keep() -> (mpsc::Sender<Kept>, Keeper) {
    let (kept, answers) = mpsc::channel(WAITING);
    (kept, Keeper { answers })
}

/// Writes what comes.
#[derive(Debug)]
pub(in crate::cli) struct Keeper {
    answers: mpsc::Receiver<Kept>,
}

impl Keeper {
    /// Begins, until the hub is gone.
    pub fn spawn(self, hub: &Hub) {
        tokio::spawn(self.run(hub.watch_configs()));
    }

    async fn run(mut self, configs: watch::Receiver<Configs>) {
        let mut written = None;
        let mut complained = false;
        while let Some(first) = self.answers.recv().await {
            let config = configs.borrow().config.clone();
            let mut unsaved = Unsaved::new();
            take(&config, &first, &mut unsaved);
            let soon = Instant::now() + TOGETHER;
            let until = written.map_or(soon, |at: Instant| soon.max(at + EVERY));
            loop {
                tokio::select! {
                    more = self.answers.recv() => match more {
                        Some(more) => take(&config, &more, &mut unsaved),
                        None => break,
                    },
                    () = sleep_until(until) => break,
                }
            }
            let is_first = written.is_none();
            // A slow disk holds up nobody but this.
            let saved = tokio::task::spawn_blocking(move || {
                if is_first {
                    sweep();
                }
                save(&config, unsaved)
            });
            if let Ok(Err(problem)) = saved.await
                && !complained
            {
                complained = true;
                tracing::warn!(%problem, "the numbers for `kpi status` cannot be written");
            }
            written = Some(Instant::now());
        }
    }
}

/// One answer, as it is kept; nothing of what shows no number.
fn take(config: &Config, kept: &Kept, unsaved: &mut Unsaved) {
    let identity = &kept.identity;
    let Wanted::Panel(id) = &identity.wanted else {
        return;
    };
    let mut dashboards = config.dashboards.iter();
    let dashboard = dashboards.find(|dashboard| dashboard.name == identity.dashboard);
    let panel =
        dashboard.and_then(|dashboard| dashboard.panels.iter().find(|panel| panel.id == *id));
    let Some(panel) = panel.filter(|panel| panel.kind.has_numbers()) else {
        return;
    };
    let (range, values) = (identity.range.clone(), identity.values.clone());
    let title = kept.title.clone();
    if let Some(mut entry) = Entry::of(panel, title, &kept.data, range, values, open::clock()) {
        entry.is_default = kept.is_default;
        gather(unsaved, &identity.dashboard, entry);
    }
}

fn save(config: &Config, unsaved: Unsaved) -> std::io::Result<()> {
    for (name, entries) in unsaved {
        let dashboard = config
            .dashboards
            .iter()
            .find(|dashboard| dashboard.name == name);
        let shelf = dashboard.and_then(|dashboard| Shelf::of(config, dashboard));
        if let Some(shelf) = shelf {
            shelf.put(entries, open::clock())?;
        }
    }
    Ok(())
}
