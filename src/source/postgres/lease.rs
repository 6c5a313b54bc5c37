//! Which of several collectors polls: a row with an epoch and an end, through the pooled port.
//!
//! A session's advisory lock would never be released by a process that is frozen, and a transaction pooler
//! gives it to somebody else. A row that expires by the database's own clock has neither fault. What a frozen
//! ex-holder still writes is refused by its epoch: each new holder has a greater one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::connect::Connector;
use super::error::QueryError;
use super::pins::{identifier, literal};
use super::url::Target;
use crate::config;
use crate::model::panel_data::Failure;

/// How a candidate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds the lease.
    Leader {
        /// Grows with every new holder.
        epoch: u64,
        /// Not after this: counted from before the question was sent, so never longer than the database thinks.
        until: Instant,
    },
    /// Somebody else does.
    Follower,
}

/// Whose lease it is: what a write has to prove before it is committed.
#[derive(Clone, Debug)]
pub struct Claim {
    function: String,
    name: String,
    holder: String,
}

impl Claim {
    /// Commits, unless the lease is not held under `epoch` any more: then a refusal, see [`is_lost`]. One message,
    /// so that nothing can come between the two however slow this process is.
    pub(super) fn commit(&self, epoch: u64) -> String {
        let Self {
            function,
            name,
            holder,
        } = self;
        format!("SELECT {function}({name}, {holder}, {epoch});COMMIT")
    }
}

/// Whether PostgreSQL refuses to commit because the lease is lost.
pub(super) fn is_lost(code: &str) -> bool {
    code == "KPI01"
}

/// What is said of it.
pub(super) fn lost() -> Failure {
    Failure::new("another replica leads by now, and nothing was written")
}

/// One collector that wants the lease of a name.
pub struct Candidate {
    connector: Connector,
    begin: String,
    take: String,
    give: String,
    name: String,
    /// This process: another one, even of the same machine and number, has another.
    holder: String,
    ttl: Duration,
    /// Its epoch must be greater.
    above: u64,
    claim: Claim,
    client: Option<Client>,
}

impl std::fmt::Debug for Candidate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Candidate")
            .field("name", &self.name)
            .field("holder", &self.holder)
            .finish_non_exhaustive()
    }
}

impl Candidate {
    /// A candidate for the lease `name`, held for `ttl` at a time. Opens no connection yet.
    ///
    /// # Errors
    /// No URL, or one that cannot be right.
    pub fn new(config: &config::Database, name: &str, ttl: Duration) -> Result<Self, Failure> {
        let target = Target::of(config)?;
        let schema = identifier(&config.schema);
        let holder = format!("{}-{:016x}", std::process::id(), fastrand::u64(..));
        Ok(Self {
            claim: Claim {
                function: format!("{schema}.hold_lease"),
                name: literal(name),
                holder: literal(&holder),
            },
            connector: Connector::new(Arc::new(target), false),
            // The login may be one that reads only by default.
            begin: format!(
                "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;SET LOCAL statement_timeout={};SET LOCAL lock_timeout={}",
                ttl.as_millis(),
                ttl.as_millis(),
            ),
            take: format!(
                "SELECT {schema}.take_lease($1, $2, $3::bigint * interval '1 millisecond', $4)"
            ),
            give: format!("SELECT {schema}.give_lease($1, $2)"),
            name: name.to_owned(),
            holder,
            ttl,
            above: 0,
            client: None,
        })
    }

    /// What this process is called in the lease.
    pub fn holder(&self) -> &str {
        &self.holder
    }

    /// What its writes have to prove.
    pub fn claim(&self) -> Claim {
        self.claim.clone()
    }

    /// From now on its epoch is greater than this one: readers have seen it.
    pub fn rise_above(&mut self, epoch: u64) {
        self.above = self.above.max(epoch);
    }

    /// Takes or prolongs the lease if nobody else holds it. One round trip; no longer than a third of the ttl, so
    /// that there is time for another try.
    ///
    /// # Errors
    /// Nothing is known: the database does not answer, or refuses. What was held before still is, until its end.
    pub async fn beat(&mut self) -> Result<Standing, Failure> {
        let asked = Instant::now();
        let until = asked + self.ttl;
        let ttl = i64::try_from(self.ttl.as_millis()).unwrap_or(i64::MAX);
        let patience = self.ttl / 3;
        let answer = tokio::time::timeout(patience, self.ask_for_it(ttl)).await;
        match answer {
            Ok(Ok(Some(epoch))) => Ok(Standing::Leader {
                epoch: epoch.unsigned_abs(),
                until,
            }),
            Ok(Ok(None)) => Ok(Standing::Follower),
            Ok(Err(error)) => Err(advise(&error)),
            Err(_) => Err(Failure::new(
                "the database does not answer for the lease in time",
            )),
        }
    }

    /// Lets the lease go, so that another need not wait for its end.
    pub async fn give_up(&mut self) {
        let (name, holder) = (self.name.clone(), self.holder.clone());
        let give = self.give.clone();
        let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
            [(&name, Type::TEXT), (&holder, Type::TEXT)];
        let given = tokio::time::timeout(self.ttl / 3, self.run(&give, &parameters)).await;
        match given {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the lease ends by itself"),
            Err(_) => tracing::warn!("the lease ends by itself: the database does not answer"),
        }
    }

    async fn ask_for_it(&mut self, ttl: i64) -> Result<Option<i64>, QueryError> {
        let (name, holder) = (self.name.clone(), self.holder.clone());
        let take = self.take.clone();
        let above = i64::try_from(self.above).unwrap_or(i64::MAX - 1);
        let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 4] = [
            (&name, Type::TEXT),
            (&holder, Type::TEXT),
            (&ttl, Type::INT8),
            (&above, Type::INT8),
        ];
        let row = self.run(&take, &parameters).await?;
        row.try_get(0).map_err(QueryError::from_driver)
    }

    /// A statement in a transaction of its own, in one flight.
    async fn run(
        &mut self,
        sql: &str,
        parameters: &[(&(dyn tokio_postgres::types::ToSql + Sync), Type)],
    ) -> Result<tokio_postgres::Row, QueryError> {
        // Taken: whatever is given up in the middle is closed, which ends its transaction.
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => self.connector.open().await?.0,
        };
        let begin = client.batch_execute(&self.begin);
        let query = client.query_typed_one(sql, parameters);
        let commit = client.batch_execute("COMMIT");
        let (begun, row, committed) = tokio::join!(biased; begin, query, commit);
        begun.map_err(QueryError::from_driver)?;
        let row = row.map_err(QueryError::from_driver);
        committed.map_err(QueryError::from_driver)?;
        self.client = Some(client);
        row
    }
}

/// What a person can do about a refusal.
fn advise(error: &QueryError) -> Failure {
    let failure = error.failure(|_| None);
    match error {
        QueryError::Sql(said) if matches!(said.code.as_str(), "42883" | "42P01" | "3F000") => {
            failure.detail("create the lease's table: kpi migrate")
        }
        QueryError::Sql(said) if said.code == "42501" => failure.detail(
            "sql/roles.sql gives kpi_reader the right to it; run it again after `kpi migrate`",
        ),
        _ => failure,
    }
}
