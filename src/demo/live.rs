//! The demo goes on: new samples every second, new incidents now and then, old samples removed. What is
//! written is announced through Redis, where there is one, as `kpi push` would.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use super::generator::{FEEDS, Feed, Generator};
use super::history::{SPAN, annotate, failed, timestamp};
use crate::model::live::{LiveEvent, LiveItem, LiveSample};
use crate::model::panel_data::Failure;
use crate::model::time::{Moment, SECOND};
use crate::source::postgres::direct::{Client, Type};
use crate::source::redis::Announcer;

/// Seconds between two removals of old samples.
const RETENTION: u64 = 300;

/// Writes until it fails, which it does when the server is gone. `last` is the second that was written last.
pub async fn write(
    client: Client,
    generator: Generator,
    mut last: i64,
    mut announcer: Option<Announcer>,
) -> Failure {
    let mut ticks = tokio::time::interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut turn = 0_u64;
    loop {
        ticks.tick().await;
        let now = jiff::Timestamp::now().as_second();
        // After a suspended laptop the gap stays a gap, as in a real shop's monitoring.
        let from = (last + 1).max(now - 5);
        let written = match write_seconds(&client, &generator, from, now).await {
            Ok(written) => written,
            Err(failure) => return failure,
        };
        // First the rows, then the announcement: who asks again because of it finds them.
        if let Some(announcer) = &mut announcer
            && let Err(error) = announcer.announce(&written).await
        {
            tracing::warn!(?error, "the demo's samples are not announced");
        }
        last = last.max(now);
        turn += 1;
        if turn.is_multiple_of(RETENTION) {
            let purge = format!("select purge_samples(make_interval(secs => {SPAN}))");
            if let Err(error) = client.batch_execute(&purge).await {
                return failed(&error);
            }
        }
    }
}

/// The samples of `from..=to`, in one statement; answers what was written.
pub(super) async fn write_seconds(
    client: &Client,
    generator: &Generator,
    from: i64,
    to: i64,
) -> Result<Vec<LiveItem>, Failure> {
    let (mut metrics, mut times, mut values, mut labels) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut written = Vec::new();
    for at in from..=to {
        for (number, feed) in FEEDS.iter().enumerate() {
            if at.rem_euclid(feed.every) == 0 {
                metrics.push(feed.metric);
                times.push(timestamp(at));
                let value = generator.text(number, at);
                written.extend(sample(feed, &value, at).map(LiveItem::Sample));
                values.push(value);
                labels.push(feed.labels);
            }
        }
    }
    if metrics.is_empty() {
        return Ok(written);
    }
    let sql = "insert into samples (metric, ts, value, labels) \
               select m, t::timestamptz, v::numeric, l::jsonb from unnest($1, $2, $3, $4) as row (m, t, v, l)";
    client
        .query_typed(
            sql,
            &[
                (&metrics, Type::TEXT_ARRAY),
                (&times, Type::TEXT_ARRAY),
                (&values, Type::TEXT_ARRAY),
                (&labels, Type::TEXT_ARRAY),
            ],
        )
        .await
        .map_err(|error| failed(&error))?;
    if let Some(incident) = generator.story().begins(from, to + 1) {
        annotate(client, &incident).await?;
        written.push(LiveItem::Event(LiveEvent {
            text: incident.text().to_owned(),
            level: incident.level(),
            at: moment(incident.start),
            labels: BTreeMap::new(),
        }));
    }
    Ok(written)
}

fn sample(feed: &Feed, value: &str, at: i64) -> Option<LiveSample> {
    let labels = serde_json::from_str(feed.labels).unwrap_or_default();
    LiveSample::new(feed.metric, value, moment(at), labels).ok()
}

fn moment(second: i64) -> Moment {
    Moment(second * SECOND)
}
