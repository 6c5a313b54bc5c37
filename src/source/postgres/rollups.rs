//! Keeping the history: has the database roll samples up, and remove what is older than its table `retention` says.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::connect::Connector;
use super::error::QueryError;
use super::lease::{self, Claim};
use super::pins::identifier;
use super::url::Target;
use crate::config;
use crate::model::panel_data::Failure;

/// Samples or rows in one call, about: a second's work.
const MOST: i64 = 50_000;
/// For one call; sql/roles.sql allows less where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(30);

/// What one call came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Done {
    /// Samples counted, or rows removed.
    pub rows: u64,
    /// There is more to do.
    pub is_more: bool,
}

/// Calls `roll_up()` and `retain()` of one schema, through the pooled port. Connects when first used, and anew when
/// the connection was lost.
pub struct Keeper {
    connector: Connector,
    begin: String,
    roll_up: String,
    retain: String,
    claim: Claim,
    client: Option<Client>,
}

impl std::fmt::Debug for Keeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keeper").finish_non_exhaustive()
    }
}

impl Keeper {
    /// A keeper that logs in as the panels do, and commits nothing without the lease. Opens no connection yet.
    ///
    /// # Errors
    /// No URL, or one that cannot be right.
    pub fn new(config: &config::Database, claim: Claim) -> Result<Self, Failure> {
        let target = Target::of(config)?;
        let schema = identifier(&config.schema);
        Ok(Self {
            connector: Connector::new(Arc::new(target), false),
            // The login may be one that reads only by default.
            begin: format!(
                "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;SET LOCAL statement_timeout={};SET LOCAL lock_timeout={}",
                PATIENCE.as_millis(),
                config.lock_timeout.as_millis(),
            ),
            roll_up: format!("SELECT {schema}.roll_up($1)"),
            retain: format!("SELECT {schema}.retain($1)"),
            claim,
            client: None,
        })
    }

    /// Counts some samples that are not counted yet, under an epoch of the lease.
    ///
    /// # Errors
    /// Nothing was done: the database does not answer, or refuses, or somebody else leads by now.
    pub async fn roll_up(&mut self, epoch: u64) -> Result<Done, Failure> {
        let sql = self.roll_up.clone();
        self.run(&sql, epoch).await
    }

    /// Removes some of what is too old.
    ///
    /// # Errors
    /// As [`roll_up`](Self::roll_up).
    pub async fn retain(&mut self, epoch: u64) -> Result<Done, Failure> {
        let sql = self.retain.clone();
        self.run(&sql, epoch).await
    }

    async fn run(&mut self, sql: &str, epoch: u64) -> Result<Done, Failure> {
        let asked = tokio::time::timeout(PATIENCE + Duration::from_secs(1), self.ask(sql, epoch));
        match asked.await {
            Ok(Ok(rows)) => Ok(Done {
                rows: rows.unsigned_abs(),
                is_more: rows >= MOST,
            }),
            Ok(Err(error)) => Err(advise(&error)),
            Err(_) => Err(Failure::new("the database does not answer in time")),
        }
    }

    async fn ask(&mut self, sql: &str, epoch: u64) -> Result<i64, QueryError> {
        // Taken: whatever is given up in the middle is closed, which ends its transaction.
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => self.connector.open().await?.0,
        };
        let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 1] =
            [(&MOST, Type::INT8)];
        let begin = client.batch_execute(&self.begin);
        let query = client.query_typed_one(sql, &parameters);
        let commit = self.claim.commit(epoch);
        let commit = client.batch_execute(&commit);
        let (begun, row, committed) = tokio::join!(biased; begin, query, commit);
        // The first error is the reason; a transaction that is broken ends with its connection.
        begun.map_err(QueryError::from_driver)?;
        let row = row.map_err(QueryError::from_driver)?;
        committed.map_err(QueryError::from_driver)?;
        self.client = Some(client);
        row.try_get(0).map_err(QueryError::from_driver)
    }
}

/// What a person can do about a refusal.
fn advise(error: &QueryError) -> Failure {
    let failure = error.failure(|_| None);
    match error {
        QueryError::Sql(said) if lease::is_lost(&said.code) => lease::lost(),
        QueryError::Sql(said) if matches!(said.code.as_str(), "42883" | "42P01" | "3F000") => {
            failure.detail("create the roll-ups' tables: kpi migrate")
        }
        QueryError::Sql(said) if said.code == "42501" => failure.detail(
            "sql/roles.sql gives kpi_reader the right to it; run it again after `kpi migrate`",
        ),
        _ => failure,
    }
}
