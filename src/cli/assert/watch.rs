//! `--for`: whether something holds for a while.
//!
//! Watched, not looked up: the panels are asked now, at their own refresh, and once more at the end; live updates
//! count as well. What is not true at any of these times ends it at once. What held in the past is a question to
//! the data itself: `errors.max5m < 1%`.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::assertion::{Expression, Panels, Part, Truth, Verdict, evaluate};
use crate::cli::open;
use crate::config::Dashboard;
use crate::front::asked::Asked;
use crate::hub::HubGone;
use crate::model::panel_data::Snapshot;

/// Ages grow by the clock alone.
const TICK: Duration = Duration::from_secs(1);

/// The last verdicts, and what they were given on.
#[derive(Debug)]
pub(super) struct Held {
    /// One per expression.
    pub verdicts: Vec<Verdict>,
    /// The data.
    pub snapshot: Arc<Snapshot>,
    /// How long it held, where that was asked for.
    pub long: Option<Duration>,
}

/// Evaluates once, or until it does not hold or has held for `long`.
pub(super) async fn hold(
    mut asked: Asked,
    dashboard: &Dashboard,
    expressions: &[Expression],
    long: Option<Duration>,
    is_fed: bool,
) -> Result<Held, HubGone> {
    let mut snapshot = asked.settle().await?;
    let start = Instant::now();
    let end = long.map(|long| start + long);
    let mut is_over = end.is_none();
    loop {
        let board = Panels::new(dashboard, &snapshot, open::clock());
        let mut verdicts: Vec<Verdict> = expressions
            .iter()
            .map(|expression| evaluate(expression, &board))
            .collect();
        if !asked.counts(&snapshot) {
            verdicts = expressions.iter().map(changed).collect();
        }
        let holds = verdicts.iter().all(|one| one.truth == Truth::True);
        let Some(end) = end.filter(|_| holds && !is_over) else {
            return Ok(Held {
                verdicts,
                snapshot,
                long: long.map(|_| start.elapsed()),
            });
        };
        tokio::select! {
            next = asked.next() => snapshot = next?,
            () = tokio::time::sleep_until(end) => {
                is_over = true;
                // A collector asks when it asks.
                if !is_fed {
                    snapshot = asked.again(open::clock()).await?;
                }
            }
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

/// The panels are others by now.
fn changed(expression: &Expression) -> Verdict {
    Verdict {
        truth: Truth::Unknown,
        decided: vec![Part {
            span: expression.root.span.clone(),
            series: None,
            truth: Truth::Unknown,
            is_not: false,
            why: Some("the collector's dashboards have changed meanwhile".to_owned()),
        }],
        seen: Vec::new(),
    }
}
