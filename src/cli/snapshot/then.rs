//! The dashboard as it was: what is asked for ends then, and what is drawn believes that it is then.

use std::sync::Arc;

use color_eyre::eyre::{Result, eyre};

use crate::config::{Config, Dashboard};
use crate::model::panel_data::{Health, PanelData, Snapshot};
use crate::model::range::RangeSpec;
use crate::model::time::{Moment, SECOND, TimeWindow};

/// Ranges are asked for in whole seconds, so then is one.
pub(super) fn whole_second(at: Moment) -> Moment {
    Moment(at.0.div_euclid(SECOND) * SECOND)
}

/// The same with this dashboard's ranges ending at `at` whenever they are asked for, and nobody who tells of what
/// came later.
///
/// # Errors
/// A range begins before the calendar does, or after `at`.
pub(super) fn asked(config: &Config, dashboard: usize, at: Moment) -> Result<Config> {
    let mut asked = config.clone();
    // Nothing live: Redis and NOTIFY know only now.
    asked.redis.url = None;
    asked.database.direct_url = None;
    let Dashboard {
        range,
        panels,
        time_zone: zone,
        ..
    } = &mut asked.dashboards[dashboard];
    let fixed = |range: &RangeSpec| {
        let window = range.resolve(at, zone);
        if window.from >= at {
            return Err(eyre!("--at: the range `{}` begins after that", range.text));
        }
        // What came later had not happened then.
        let to = window.to.min(at);
        RangeSpec::fixed(TimeWindow { to, ..window }, zone)
            .ok_or_else(|| eyre!("the range `{}` does not reach back from then", range.text))
    };
    *range = fixed(range)?;
    for own in panels.iter_mut().filter_map(|panel| panel.range.as_mut()) {
        *own = fixed(own)?;
    }
    Ok(asked)
}

/// What was answered just now, as if it had been then: ages count from there.
pub(super) fn answered(snapshot: &Snapshot, at: Moment) -> Snapshot {
    let then = |data: &Arc<PanelData>| {
        let health = match &data.health {
            Health::Failed { why, .. } => Health::Failed {
                why: Arc::clone(why),
                retry_at: at,
            },
            other => other.clone(),
        };
        Arc::new(PanelData {
            asked_at: data.asked_at.map(|_| at),
            health,
            ..PanelData::clone(data)
        })
    };
    let ghosts = snapshot.ghosts.iter();
    Snapshot {
        panels: snapshot.panels.iter().map(then).collect(),
        ghosts: ghosts.map(|ghost| ghost.as_ref().map(then)).collect(),
        ..snapshot.clone()
    }
}
