//! 24 hours of samples before the demo starts, in one COPY.

use std::fmt::Write as _;
use std::io::Cursor;
use std::pin::pin;

use futures_util::SinkExt;
use jiff::Timestamp;

use super::generator::{FEEDS, Generator, METRICS};
use super::story::Incident;
use crate::model::panel_data::Failure;
use crate::source::postgres::direct::{self, Client, Type};

/// How far back it goes, in seconds.
pub const SPAN: i64 = 24 * 3600;
/// Seconds between two samples of a feed, `age` seconds before the start: what a viewer sees first is drawn finely.
fn step(age: i64) -> i64 {
    match age / 3600 {
        0 => 10,
        1..6 => 30,
        _ => 60,
    }
}

/// Fills `metrics`, `samples` and `annotations` of the search path with what happened until `start` (Unix seconds).
/// Answers the number of samples.
pub async fn fill(client: &Client, generator: &Generator, start: i64) -> Result<u64, Failure> {
    let wrong = |error: direct::Error| failed(&error);
    client.batch_execute("begin").await.map_err(wrong)?;
    for metric in &METRICS {
        let target = metric.target.map(|target| target.to_string());
        client
            .query_typed(
                "insert into metrics (name, title, unit, target) values ($1, $2, $3, $4::numeric)",
                &[
                    (&metric.name, Type::TEXT),
                    (&metric.title, Type::TEXT),
                    (&metric.unit, Type::TEXT),
                    (&target, Type::TEXT),
                ],
            )
            .await
            .map_err(wrong)?;
    }
    for incident in generator.story().past() {
        annotate(client, incident).await?;
    }
    // The feeds' metrics were inserted above: no need to look each one up again.
    client
        .batch_execute("set local session_replication_role = replica")
        .await
        .map_err(wrong)?;
    let sink = client
        .copy_in::<_, Cursor<Vec<u8>>>("copy samples (metric, ts, value, labels) from stdin")
        .await
        .map_err(wrong)?;
    let mut sink = pin!(sink);
    let mut at = start - SPAN;
    let mut text = String::new();
    while at <= start {
        write_rows(&mut text, generator, at);
        if text.len() > 256 * 1024 {
            sink.send(Cursor::new(std::mem::take(&mut text).into_bytes()))
                .await
                .map_err(wrong)?;
        }
        at += step(start - at - 1);
    }
    sink.send(Cursor::new(text.into_bytes()))
        .await
        .map_err(wrong)?;
    let rows = sink.finish().await.map_err(wrong)?;
    // Analyzed, so that the first query is planned well already.
    client
        .batch_execute("commit; analyze samples")
        .await
        .map_err(wrong)?;
    Ok(rows)
}

/// One line of COPY's text format for each feed.
fn write_rows(text: &mut String, generator: &Generator, at: i64) {
    let time = timestamp(at);
    for (number, feed) in FEEDS.iter().enumerate() {
        let value = generator.text(number, at);
        // No value here holds a tab, a line end or a backslash.
        let _ = writeln!(text, "{}\t{time}\t{value}\t{}", feed.metric, feed.labels);
    }
}

/// Writes an incident's annotation.
pub(super) async fn annotate(client: &Client, incident: &Incident) -> Result<(), Failure> {
    let sql = "insert into annotations (ts, end_ts, text, tags, author) \
               values ($1::timestamptz, $2::timestamptz, $3, $4::text[], 'demo')";
    client
        .query_typed(
            sql,
            &[
                (&timestamp(incident.start), Type::TEXT),
                (&timestamp(incident.end), Type::TEXT),
                (&incident.text(), Type::TEXT),
                (&incident.tags(), Type::TEXT),
            ],
        )
        .await
        .map(drop)
        .map_err(|error| failed(&error))
}

/// As PostgreSQL reads it.
pub(super) fn timestamp(at: i64) -> String {
    Timestamp::from_second(at)
        .unwrap_or(Timestamp::MAX)
        .to_string()
}

pub(super) fn failed(error: &direct::Error) -> Failure {
    let why = error
        .as_db_error()
        .map_or_else(|| error.to_string(), |said| said.message().to_owned());
    Failure::new(format!("the demo's data cannot be written: {why}"))
}
