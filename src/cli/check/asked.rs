//! `kpi check --run`: every panel of every dashboard, asked once as a viewer asks.

use std::sync::Arc;

use color_eyre::eyre::Result;

use super::super::{Global, look, open, runtime};
use crate::check::{Checked, Finding};
use crate::config::{Config, Places};
use crate::front::once::picture;
use crate::model::panel_data::{Failure, Health};
use crate::ui::Ui;

/// Asks, and adds what was found to `seen`.
pub(super) fn ask(
    global: &Global,
    config: Config,
    places: &Places,
    seen: &mut Checked,
) -> Result<()> {
    let config = Arc::new(config);
    let look = look::detect(global, &config);
    let runtime = runtime()?;
    runtime.block_on(async {
        let hub = open::hub(&config)?;
        for (index, dashboard) in config.dashboards.iter().enumerate() {
            let ui = Ui {
                dashboard: index,
                ..Ui::default()
            };
            let taken = picture(&hub, &ui, look, (200, 50), true, open::clock).await?;
            let mut told = |panel: &str, rows: usize, health: &Health| {
                let why = match health {
                    Health::Live => None,
                    Health::Waiting => Some(Failure::new("no answer")),
                    Health::Failed { why, .. } => Some(Failure::clone(why)),
                };
                let finding = why.and_then(|why| Finding::of_run(dashboard, panel, why, places));
                seen.ran(&dashboard.name, panel, rows, finding);
            };
            for state in taken.snapshot.variables.iter() {
                let name = format!("${}", state.value.name);
                told(&name, state.choices.len(), &state.health);
            }
            for (panel, data) in dashboard.panels.iter().zip(&taken.snapshot.panels) {
                told(&panel.id, data.rows.len(), &data.health);
            }
            // Queries for events have no place of their own on the screen: what is wrong is told.
            if let Some(notice) = taken.snapshot.notice.as_ref().filter(|told| told.is_bad)
                && let Some(finding) = Finding::of_events(dashboard, &notice.text, places)
            {
                seen.ran(&dashboard.name, &finding.panel.clone(), 0, Some(finding));
            }
        }
        Ok::<_, color_eyre::Report>(())
    })?;
    runtime.shutdown_background();
    Ok(())
}
