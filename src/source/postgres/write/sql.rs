//! The statements of a batch, and items as the columns they take.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::super::error::QueryError;
use super::super::pins::identifier;
use crate::config;
use crate::model::live::{LiveEvent, LiveItem, LiveSample};
use crate::model::time::Moment;
use crate::source::notes::Note;

/// What is sent for each batch.
pub(super) struct Sql {
    begin: String,
    create: Option<String>,
    samples: String,
    events: String,
}

/// A batch by columns, as `unnest` takes them.
#[derive(Default)]
pub(super) struct Columns<'a> {
    samples: Samples<'a>,
    events: Events<'a>,
}

#[derive(Default)]
struct Samples<'a> {
    /// Each one's place in the batch.
    places: Vec<usize>,
    metrics: Vec<&'a str>,
    times: Vec<String>,
    values: Vec<&'a str>,
    labels: Vec<String>,
}

#[derive(Default)]
struct Events<'a> {
    times: Vec<String>,
    /// Empty for a moment.
    ends: Vec<String>,
    texts: Vec<&'a str>,
    tags: Vec<String>,
}

impl<'a> Columns<'a> {
    pub fn of(items: &'a [LiveItem]) -> Self {
        let mut columns = Self::default();
        for (place, item) in items.iter().enumerate() {
            match item {
                LiveItem::Sample(sample) => columns.samples.push(place, sample),
                LiveItem::Event(event) => columns.events.push(event),
            }
        }
        columns
    }

    pub fn of_note(note: &'a Note) -> Self {
        let mut columns = Self::default();
        let end = note.until.map(Moment::rfc3339).unwrap_or_default();
        columns.events.add(note.at, end, &note.text, &note.tags);
        columns
    }
}

impl<'a> Samples<'a> {
    fn push(&mut self, place: usize, sample: &'a LiveSample) {
        self.places.push(place);
        self.metrics.push(&sample.metric);
        self.times.push(sample.at.rfc3339());
        // As it was written: numeric keeps every digit.
        self.values.push(&sample.text);
        self.labels.push(json(&sample.labels));
    }
}

impl<'a> Events<'a> {
    fn push(&mut self, event: &'a LiveEvent) {
        let labels = event
            .labels
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let tags: Vec<String> = std::iter::once(event.level.name().to_owned())
            .chain(labels)
            .collect();
        self.add(event.at, String::new(), &event.text, &tags);
    }

    fn add(&mut self, at: Moment, end: String, text: &'a str, tags: &[String]) {
        self.times.push(at.rfc3339());
        self.ends.push(end);
        self.texts.push(text);
        self.tags.push(json(&tags));
    }
}

/// Texts and maps of texts always have a JSON form.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

impl Sql {
    pub fn new(config: &config::Database, create: bool) -> Self {
        let schema = identifier(&config.schema);
        // Whatever the role's defaults are; a pooler knows nothing of a session's. Whoever is frozen before it commits
        // keeps nobody waiting.
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;SET LOCAL statement_timeout={};SET LOCAL lock_timeout={};\
             SET LOCAL idle_in_transaction_session_timeout={}",
            config.statement_timeout.as_millis(),
            config.lock_timeout.as_millis(),
            config.timeout.as_millis(),
        );
        // In the order of names: two writers must not wait for each other crosswise.
        let add = format!(
            "INSERT INTO {schema}.metrics (name) \
             SELECT DISTINCT given.name FROM unnest($1) AS given (name) \
             WHERE NOT EXISTS (SELECT FROM {schema}.metrics AS known WHERE known.name = given.name) \
             ORDER BY 1 ON CONFLICT DO NOTHING"
        );
        let samples = format!(
            "WITH given AS MATERIALIZED (\
                 SELECT * FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS given (metric, ts, value, labels, n)\
             ), known AS MATERIALIZED (\
                 SELECT name FROM {schema}.metrics WHERE name = ANY ($1)\
             ), written AS (\
                 INSERT INTO {schema}.samples (metric, ts, value, labels) \
                 SELECT metric, ts::timestamptz, value::numeric, labels::jsonb FROM given \
                 WHERE metric IN (SELECT name FROM known) ORDER BY n\
             ) \
             SELECT n FROM given WHERE metric NOT IN (SELECT name FROM known) ORDER BY n"
        );
        let events = format!(
            "INSERT INTO {schema}.annotations (ts, end_ts, text, tags) \
             SELECT ts::timestamptz, nullif(end_ts, '')::timestamptz, text, \
                 ARRAY(SELECT jsonb_array_elements_text(tags::jsonb)) \
             FROM unnest($1, $2, $3, $4) AS given (ts, end_ts, text, tags)"
        );
        Self {
            begin,
            create: create.then_some(add),
            samples,
            events,
        }
    }

    /// Opens a transaction and inserts, in one flight. Answers the places of samples whose metric is
    /// unknown, and the transaction's id. It stays open.
    pub async fn fill(
        &self,
        client: &Client,
        columns: &Columns<'_>,
    ) -> Result<(Vec<usize>, String), QueryError> {
        let Columns { samples, events } = columns;
        let begin = client.batch_execute(&self.begin);
        let create = async {
            match &self.create {
                Some(create) if !samples.places.is_empty() => client
                    .execute_typed(create, &[(&samples.metrics, Type::TEXT_ARRAY)])
                    .await
                    .map(drop),
                _ => Ok(()),
            }
        };
        let insert = async {
            if samples.places.is_empty() {
                return Ok(Vec::new());
            }
            client
                .query_typed(
                    &self.samples,
                    &[
                        (&samples.metrics, Type::TEXT_ARRAY),
                        (&samples.times, Type::TEXT_ARRAY),
                        (&samples.values, Type::TEXT_ARRAY),
                        (&samples.labels, Type::TEXT_ARRAY),
                    ],
                )
                .await
        };
        let note = async {
            if events.texts.is_empty() {
                return Ok(());
            }
            client
                .execute_typed(
                    &self.events,
                    &[
                        (&events.times, Type::TEXT_ARRAY),
                        (&events.ends, Type::TEXT_ARRAY),
                        (&events.texts, Type::TEXT_ARRAY),
                        (&events.tags, Type::TEXT_ARRAY),
                    ],
                )
                .await
                .map(drop)
        };
        let name = client.query_typed_one("SELECT txid_current()::text", &[]);
        // Polled in this order: so are they sent.
        let (begun, created, inserted, noted, named) =
            tokio::join!(biased; begin, create, insert, note, name);
        // The first error is the reason; what follows only says that the transaction is broken.
        begun.and(created).map_err(QueryError::from_driver)?;
        let rows = inserted.map_err(QueryError::from_driver)?;
        noted.map_err(QueryError::from_driver)?;
        let row = named.map_err(QueryError::from_driver)?;
        let mut unknown = Vec::with_capacity(rows.len());
        for row in rows {
            let n: i64 = row.try_get(0).map_err(QueryError::from_driver)?;
            let place = usize::try_from(n - 1).ok();
            unknown.extend(place.and_then(|place| samples.places.get(place)));
        }
        Ok((unknown, row.try_get(0).map_err(QueryError::from_driver)?))
    }
}

/// What became of a transaction: `committed`, `aborted` or `in progress`; empty when it is too long ago.
pub(super) async fn status(client: &Client, transaction: &str) -> Result<String, QueryError> {
    let row = client
        .query_typed_one(
            "SELECT coalesce(txid_status($1::bigint), '')",
            &[(&transaction, Type::TEXT)],
        )
        .await
        .map_err(QueryError::from_driver)?;
    row.try_get(0).map_err(QueryError::from_driver)
}
