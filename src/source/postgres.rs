//! PostgreSQL through a small pool that assumes a transaction pooler in between.
//!
//! One panel query is one round trip: `BEGIN READ ONLY`, the `SET LOCAL`s, the query and `COMMIT` are
//! sent together. No statement has a name, nothing relies on session state, and a connection that did
//! anything unexpected is dropped instead of handed on.

mod connect;
mod decode;
pub mod direct;
pub mod doctor;
mod error;
mod exchange;
pub mod feed;
pub mod lease;
pub mod migrate;
mod pins;
pub mod plan;
pub mod pooling;
pub mod rights;
pub mod rollups;
mod tls;
mod types;
pub mod url;
mod wire;
pub mod write;

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod};

use super::Answer;
use crate::config;
use crate::model::inspection::Timings;
use crate::model::panel_data::Failure;
use crate::model::rowset::{Column, Rowset};
use crate::model::text::single_line;
use crate::model::value::Value;
use connect::{Connector, PoolConnector};
use exchange::{Limits, Received};
use types::{ColumnType, Types};

pub use error::{QueryError, SqlError};
pub use url::Target;

/// One statement and its limits.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The statement; nothing is wrapped around it.
    pub sql: &'a str,
    /// Deadline for waiting + connecting + the answer.
    pub timeout: Duration,
    /// Most rows; a longer result is marked as truncated.
    pub row_limit: usize,
    /// The zone in which the server turns times into text and days; [`Database::time_zone`] where none is
    /// given or the configuration's settings name one.
    pub time_zone: Option<&'a str>,
}

/// A database behind a pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    pool: Pool,
    types: Types,
    /// The `SET LOCAL`s of every query but `statement_timeout`.
    pins: String,
    statement_timeout: Duration,
    time_zone: String,
    /// The configuration's settings name the zone: no query has one of its own.
    zone_is_set: bool,
    target: Arc<Target>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Database")
            .field(&self.0.target.place())
            .finish()
    }
}

/// A connection that goes back to the pool only when somebody says that it is clean.
struct Lease(Option<Object>);

impl Lease {
    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // A dropped query goes on running on the server, and the next user of its connection would wait for it.
        drop(self.0.take().map(Object::take));
    }
}

impl Database {
    /// Prepares a pool. Cheap: reads no file and opens no connection.
    ///
    /// # Errors
    /// A URL or setting that cannot be right, in words without secrets.
    pub fn connect(config: &config::Database) -> Result<Self, Failure> {
        let target = Target::of(config)?;
        for warning in &target.warnings {
            tracing::warn!("{warning}");
        }
        let time_zone = pins::time_zone(config);
        let pins = pins::sql(config, &time_zone)?;
        let target = Arc::new(target);
        let connector = Arc::new(Connector::new(Arc::clone(&target), true));
        let manager = Manager::from_connect(
            connector.config(),
            PoolConnector(connector),
            ManagerConfig {
                // No check that costs a round trip: the query itself finds a dead connection.
                recycling_method: RecyclingMethod::Fast,
            },
        );
        let pool = Pool::builder(manager)
            .max_size(config.pool_size.max(1))
            .build()
            .map_err(|error| Failure::new(format!("the connection pool: {error}")))?;
        Ok(Self(Arc::new(Inner {
            pool,
            types: Types::default(),
            pins,
            statement_timeout: config.statement_timeout,
            time_zone,
            zone_is_set: pins::names_time_zone(config),
            target,
        })))
    }

    /// The URL, taken apart: places, hints and warnings for `kpi check`.
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// The zone in which the server turns times into text and days.
    pub fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Most connections.
    pub fn pool_size(&self) -> usize {
        self.0.pool.status().max_size
    }

    /// Opens up to `count` connections side by side, so that the first queries need not wait for them.
    ///
    /// # Errors
    /// The first connection's reason, where none could be opened.
    pub async fn warm(&self, count: usize, timeout: Duration) -> Result<(), QueryError> {
        let deadline = Instant::now() + timeout;
        let count = count.min(self.pool_size());
        let opening = (0..count).map(|_| self.lease(deadline, timeout));
        // All are held until the last one is there: a connection given back early would be handed out twice.
        let mut outcome = Ok(());
        let mut opened = Vec::with_capacity(count);
        for lease in futures_util::future::join_all(opening).await {
            match lease {
                Ok(lease) => opened.push(lease),
                Err(error) => outcome = Err(error),
            }
        }
        let any = !opened.is_empty();
        opened.into_iter().for_each(Lease::give_back);
        if any { Ok(()) } else { outcome }
    }

    /// Asks one statement in one round trip. A connection that turns out to be dead costs a second try on
    /// a new one, within the same deadline.
    ///
    /// # Errors
    /// See [`QueryError`]. Nothing takes longer than `query.timeout`.
    pub async fn query(&self, query: Query<'_>) -> Result<Answer, QueryError> {
        let started = Instant::now();
        let deadline = started + query.timeout;
        match self.attempt(query, deadline).await {
            Err(error) if error.is_lost() => {
                tracing::debug!(%error, "trying once more on a new connection");
                // Its neighbours are as old and have most likely met the same fate.
                self.0.pool.retain(|_, metrics| metrics.created > started);
                self.attempt(query, deadline).await
            }
            outcome => outcome,
        }
    }

    /// Closes every connection; later queries fail.
    pub fn close(&self) {
        self.0.pool.close();
    }

    async fn attempt(&self, query: Query<'_>, deadline: Instant) -> Result<Answer, QueryError> {
        let asked = Instant::now();
        let lease = self.lease(deadline, query.timeout).await?;
        let wait = asked.elapsed();
        let late = |_| QueryError::Timeout {
            after: query.timeout,
            stage: "the query was sent",
        };
        let exchange = self.exchange(lease, query);
        let mut answer = tokio::time::timeout_at(deadline.into(), exchange)
            .await
            .map_err(late)??;
        answer.timings.wait = wait;
        Ok(answer)
    }

    async fn lease(&self, deadline: Instant, timeout: Duration) -> Result<Lease, QueryError> {
        match tokio::time::timeout_at(deadline.into(), self.0.pool.get()).await {
            Ok(Ok(object)) => Ok(Lease(Some(object))),
            Ok(Err(PoolError::Backend(error))) => Err(QueryError::from_driver(error)),
            Ok(Err(error)) => Err(QueryError::Config(format!("the connection pool: {error}"))),
            Err(_) => Err(QueryError::Timeout {
                after: timeout,
                stage: "no connection was free or could be opened",
            }),
        }
    }

    async fn exchange(&self, lease: Lease, query: Query<'_>) -> Result<Answer, QueryError> {
        let sent = Instant::now();
        let Some(client) = &lease.0 else {
            return Err(QueryError::Lost("no connection".to_owned()));
        };
        let limit = self.0.statement_timeout.min(query.timeout);
        let zone = query.time_zone.filter(|_| !self.0.zone_is_set);
        let pins = format!(
            "SET LOCAL statement_timeout={};{}{}",
            limit.as_millis().max(1),
            self.0.pins,
            zone.map_or_else(String::new, pins::set_time_zone),
        );
        let limits = Limits {
            rows: query.row_limit,
        };
        let mut outcome = exchange::run(client, &pins, query.sql, limits).await;
        if let Err(QueryError::Sql(said)) = &mut outcome.received
            && said.code == "57014"
        {
            said.statement_timeout = Some(limit);
        }
        let mut clean = outcome.clean;
        let round_trip = sent.elapsed();
        if let Ok(received) = &outcome.received {
            let unknown = self.0.types.unknown(received.type_ids());
            if !unknown.is_empty() {
                clean = self.learn(client, &unknown).await? && clean;
            }
        }
        if clean {
            lease.give_back();
        } else {
            drop(lease);
        }
        let decoding = Instant::now();
        let rowset = rowset(&outcome.received?, &self.0.types);
        Ok(Answer {
            rowset,
            timings: Timings {
                wait: Duration::ZERO,
                round_trip,
                decode: decoding.elapsed(),
            },
            origin: None,
        })
    }

    /// Asks the catalogue what these types are. True when the connection may be used again.
    async fn learn(
        &self,
        client: &tokio_postgres::Client,
        unknown: &[u32],
    ) -> Result<bool, QueryError> {
        let limits = Limits { rows: 10_000 };
        let asked = exchange::run(client, "", &types::catalogue_sql(unknown), limits).await;
        let rows = rowset(&asked.received?, &self.0.types);
        self.0.types.learn(unknown, &rows);
        Ok(asked.clean)
    }
}

/// Reads values of a built-in type from PostgreSQL's binary format (none is NULL), as results are read;
/// for benchmarks and tests. None for a type that only a server's catalogue knows.
pub fn decode(type_id: u32, fields: &[Option<&[u8]>]) -> Option<Vec<Value>> {
    let decoder = decode::Decoder::built_in(type_id)?;
    let values = fields.iter().map(|field| decoder.value(*field, "value"));
    Some(values.collect())
}

/// Rows as they came → columns of values.
fn rowset(received: &Received, types: &Types) -> Rowset {
    let kinds: Vec<Arc<ColumnType>> = received.type_ids().map(|oid| types.of(oid)).collect();
    let columns = received
        .columns()
        .iter()
        .zip(&kinds)
        .enumerate()
        .map(|(index, (column, kind))| Column {
            name: single_line(column.name()).into_owned(),
            type_name: kind.name.clone(),
            kind: kind.decoder.kind(),
            values: received
                .rows()
                .iter()
                .map(|row| kind.decoder.value(exchange::raw(row, index), &kind.name))
                .collect(),
        })
        .collect();
    Rowset {
        columns,
        truncated: received.truncated,
    }
}
