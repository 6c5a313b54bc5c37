//! Having what is shown written into a file.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::Session;
use crate::hub::Configs;
use crate::model::panel_data::Snapshot;
use crate::model::time::Moment;
use crate::ui::Ui;

/// A viewer wants what it sees, and all that belongs to it, in a file.
#[derive(Debug)]
pub struct BundleOrder {
    /// Where to; nothing is there yet.
    pub file: PathBuf,
    /// What the viewer looks at.
    pub ui: Ui,
    /// On how large a screen.
    pub size: (u16, u16),
    /// What was on it.
    pub seen: Arc<Snapshot>,
    /// What that counts in.
    pub configs: Configs,
    /// When it was asked for.
    pub at: Moment,
}

impl Session {
    /// Orders for bundles go here; what became of them the hub tells.
    pub fn bundles_to(&mut self, orders: mpsc::Sender<Box<BundleOrder>>) {
        self.bundler = Some(orders);
    }

    /// Orders one.
    pub(super) fn bundle(&mut self, name: Option<String>) {
        let at = self.now();
        let dashboard = &self.config.dashboards[self.ui.dashboard];
        let name = name.unwrap_or_else(|| file_name(&dashboard.name, at, &dashboard.time_zone));
        let area = self.surface.area();
        let order = BundleOrder {
            file: PathBuf::from(&name),
            ui: self.ui.clone(),
            size: (area.width, area.height),
            seen: Arc::clone(&self.snapshot),
            configs: Configs {
                revision: self.config_revision,
                config: Arc::clone(&self.config),
            },
            at,
        };
        let Some(orders) = &self.bundler else {
            return self.tell(true, "bundles cannot be written here".to_owned());
        };
        let (is_bad, text) = match orders.try_send(Box::new(order)) {
            Ok(()) => (false, format!("writing {name} …")),
            Err(TrySendError::Full(_)) => (true, "the one before is not written yet".to_owned()),
            Err(TrySendError::Closed(_)) => (true, "the program is ending".to_owned()),
        };
        self.tell(is_bad, text);
    }
}

/// `kpi-shop-20261120-140305.kpib`, in the dashboard's zone.
fn file_name(dashboard: &str, at: Moment, zone: &TimeZone) -> String {
    let mut name = String::new();
    for letter in dashboard.to_lowercase().chars() {
        if letter.is_alphanumeric() {
            name.push(letter);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let time = at.zoned(zone).strftime("%Y%m%d-%H%M%S").to_string();
    format!("kpi-{}-{time}.kpib", name.trim_matches('-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_its_dashboard_and_time() {
        let at = Moment(1_795_183_385_000_000);
        let named = |dashboard| file_name(dashboard, at, &TimeZone::UTC);
        assert_eq!(named("Shop"), "kpi-shop-20261120-140305.kpib");
        assert_eq!(named("../a b/ü"), "kpi-a-b-ü-20261120-140305.kpib");
    }
}
