//! Writes samples and events: a transaction for each batch, of statements without a name, so that it works
//! through a transaction pooler.
//!
//! Two flights a batch: everything up to the last insert, and then `COMMIT`. What fails before `COMMIT` is
//! sent was certainly not written and is tried again; after an unanswered `COMMIT` the server is asked what
//! became of the transaction. So nothing is lost or written twice over a restart of server or pooler.

mod sql;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::connect::Connector;
use super::error::{QueryError, READER_GRANTS};
use super::lease::{self, Claim};
use super::url::Target;
use crate::config;
use crate::model::live::LiveItem;
use crate::model::panel_data::Failure;
use crate::source::notes::Note;
use sql::{Columns, Sql};

/// Between two attempts.
const PAUSE: Duration = Duration::from_millis(100);
/// After an outage, how long a further batch is given up at once.
const REST: Duration = Duration::from_secs(1);

/// What a role needs, for whoever lacks it.
const WRITER_RIGHTS: &str = "kpi_writer may: sql/roles.sql makes that role";
const NOTE_RIGHTS: &str =
    "kpi_writer may: sql/roles.sql makes that role, and says how a reader may write notes";
/// The same for `record = true` on a panel.
pub const RECORD_RIGHTS: &str =
    "the lines at `record = true` in sql/roles.sql give a reader the right to record";

/// What became of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Committed.
    Written,
    /// The database does not take this one; why.
    Refused(String),
    /// Not written, see [`Report::trouble`].
    Open,
}

/// Why items stay open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The database cannot be reached, or not now: another batch may have better luck.
    Away(Failure),
    /// It refuses whatever is sent: a right, a table, a login is missing.
    Refused(Failure),
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// One for each item, in their order.
    pub fates: Vec<Fate>,
    /// Why some are [`Fate::Open`].
    pub trouble: Option<Trouble>,
}

/// Writes samples into `samples` and events into `annotations` of one schema. Connects when first used,
/// and anew when the connection was lost.
pub struct Recorder {
    connector: Connector,
    sql: Sql,
    /// For one batch, with all attempts.
    patience: Duration,
    commit: String,
    /// Who may do what is done here.
    rights: &'static str,
    client: Option<Client>,
    resting: Option<(Instant, Failure)>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// Why one transaction came to nothing.
enum Failed {
    /// Try again; nothing was written.
    Lost(Failure),
    /// One of the items is at fault.
    Item(String),
    Refused(Failure),
}

impl Recorder {
    /// A writer through `[database] url`, as the role that logs in there: `role`, `claims` and `settings`
    /// are for reading. With `create`, unknown metrics are added. Opens no connection yet.
    ///
    /// # Errors
    /// No URL, or one that cannot be right.
    pub fn new(config: &config::Database, create: bool) -> Result<Self, Failure> {
        let target = Target::of(config)?;
        Ok(Self {
            connector: Connector::new(Arc::new(target), false),
            sql: Sql::new(config, create),
            patience: config.timeout,
            commit: "COMMIT".to_owned(),
            rights: WRITER_RIGHTS,
            client: None,
            resting: None,
        })
    }

    /// From now on commits nothing unless the lease is held under `epoch`: a collector records.
    pub fn hold(&mut self, claim: &Claim, epoch: u64) {
        self.rights = RECORD_RIGHTS;
        self.commit = claim.commit(epoch);
    }

    /// Writes items in one transaction. Where the database refuses one of them for its contents, the others
    /// are written without it, in several transactions.
    pub async fn write(&mut self, items: &[LiveItem]) -> Report {
        let mut report = Report {
            fates: vec![Fate::Open; items.len()],
            trouble: None,
        };
        if let Some((until, why)) = &self.resting
            && Instant::now() < *until
        {
            report.trouble = Some(Trouble::Away(why.clone()));
            return report;
        }
        self.resting = None;
        let deadline = Instant::now() + self.patience;
        let mut parts = std::iter::once(0..items.len()).collect::<Vec<_>>();
        while let Some(part) = parts.pop() {
            if part.is_empty() {
                continue;
            }
            match self
                .persist(&Columns::of(&items[part.clone()]), deadline)
                .await
            {
                Ok(unknown) => {
                    report.fates[part.clone()].fill(Fate::Written);
                    for index in unknown {
                        let name = items[part.start + index].metric().unwrap_or_default();
                        report.fates[part.start + index] =
                            Fate::Refused(format!("unknown metric `{name}` (--create adds it)"));
                    }
                }
                Err(Failed::Item(why)) if part.len() == 1 => {
                    report.fates[part.start] = Fate::Refused(why);
                }
                Err(Failed::Item(_)) => {
                    let middle = part.start + part.len() / 2;
                    parts.push(middle..part.end);
                    parts.push(part.start..middle);
                }
                Err(Failed::Lost(why)) => {
                    self.resting = Some((Instant::now() + REST, why.clone()));
                    report.trouble = Some(Trouble::Away(why));
                    break;
                }
                Err(Failed::Refused(why)) => {
                    report.trouble = Some(Trouble::Refused(why));
                    break;
                }
            }
        }
        report
    }

    /// Writes one note.
    ///
    /// # Errors
    /// It was not written, and why.
    pub async fn note(&mut self, note: &Note) -> Result<(), Failure> {
        self.rights = NOTE_RIGHTS;
        let deadline = Instant::now() + self.patience;
        match self.persist(&Columns::of_note(note), deadline).await {
            Ok(_) => Ok(()),
            Err(Failed::Lost(why) | Failed::Refused(why)) => Err(why),
            Err(Failed::Item(why)) => Err(Failure::new(why)),
        }
    }

    /// One transaction, as often as it takes. Answers the places of samples whose metric is unknown.
    async fn persist(
        &mut self,
        columns: &Columns<'_>,
        deadline: Instant,
    ) -> Result<Vec<usize>, Failed> {
        loop {
            let failed = match self.attempt(columns, deadline).await {
                Err(Failed::Lost(why)) => why,
                done => return done,
            };
            if Instant::now() + PAUSE >= deadline {
                return Err(Failed::Lost(failed));
            }
            tracing::debug!(why = failed.summary, "writing again");
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn attempt(
        &mut self,
        columns: &Columns<'_>,
        deadline: Instant,
    ) -> Result<Vec<usize>, Failed> {
        // A connection given up in the middle of something is closed, which ends its transaction.
        let filled = tokio::time::timeout_at(deadline.into(), self.fill(columns));
        let (client, unknown, transaction) = filled.await.map_err(|_| {
            Failed::Lost(
                Failure::new("the database does not answer in time")
                    .detail("[database] timeout is the limit"),
            )
        })??;
        let commit = tokio::time::timeout(self.patience, client.batch_execute(&self.commit));
        match commit.await {
            Ok(Ok(())) => {
                self.client = Some(client);
                return Ok(unknown);
            }
            Ok(Err(error)) => {
                let error = QueryError::from_driver(error);
                tracing::debug!(%error, "COMMIT was not answered");
                if !error.is_link() {
                    // A deferred constraint, or a lost lease: the server says that it rolls back.
                    return Err(Failed::of(&error, self.rights));
                }
            }
            Err(_) => {}
        }
        drop(client);
        if self.was_committed(&transaction).await? {
            Ok(unknown)
        } else {
            Err(Failed::Lost(Failure::new(
                "the connection was lost while committing, and nothing was written",
            )))
        }
    }
}

impl Recorder {
    /// A connection with an open transaction that holds the batch.
    async fn fill(
        &mut self,
        columns: &Columns<'_>,
    ) -> Result<(Client, Vec<usize>, String), Failed> {
        let client = match self.client.take() {
            Some(client) if !client.is_closed() => client,
            _ => {
                let opened = self.connector.open().await;
                opened.map_err(|error| Failed::of(&error, self.rights))?.0
            }
        };
        match self.sql.fill(&client, columns).await {
            Ok((unknown, transaction)) => Ok((client, unknown, transaction)),
            Err(error) => {
                let failed = Failed::of(&error, self.rights);
                if !matches!(failed, Failed::Lost(_))
                    && client.batch_execute("ROLLBACK").await.is_ok()
                {
                    self.client = Some(client);
                }
                Err(failed)
            }
        }
    }

    /// Asks, on a new connection, what became of a transaction whose `COMMIT` was not answered.
    async fn was_committed(&mut self, transaction: &str) -> Result<bool, Failed> {
        let deadline = Instant::now() + self.patience;
        loop {
            let asked = tokio::time::timeout_at(deadline.into(), self.status_of(transaction));
            match asked.await {
                Ok(Ok(Some(known))) => return Ok(known),
                Ok(Ok(None) | Err(_)) if Instant::now() + PAUSE < deadline => {
                    tokio::time::sleep(PAUSE).await;
                }
                _ => {
                    return Err(Failed::Refused(Failure::new(
                        "the connection was lost while committing: whether it was written is not known",
                    )));
                }
            }
        }
    }

    /// None while it is still open: the server has not noticed yet that nobody is there.
    async fn status_of(&mut self, transaction: &str) -> Result<Option<bool>, QueryError> {
        let (client, _) = self.connector.open().await?;
        let status = sql::status(&client, transaction).await?;
        self.client = Some(client);
        Ok(match status.as_str() {
            "committed" => Some(true),
            "aborted" => Some(false),
            _ => None,
        })
    }
}

impl Failed {
    /// `rights` are advised where one is missing.
    fn of(error: &QueryError, rights: &str) -> Self {
        let failure = error.failure(|_| None);
        let QueryError::Sql(said) = error else {
            return match error {
                QueryError::Config(_) | QueryError::Authentication(_) => Self::Refused(failure),
                // Also what a restarting server does to a handshake.
                _ => Self::Lost(failure),
            };
        };
        if lease::is_lost(&said.code) {
            return Self::Refused(lease::lost());
        }
        match said.code.get(..2) {
            // Data exceptions, constraints, limits, what a trigger raises.
            Some("22" | "23" | "54" | "P0") => Self::Item(failure.summary),
            Some("42" | "3F" | "3D" | "25" | "28" | "0A") => {
                Self::Refused(advise(&said.code, failure, rights))
            }
            _ => Self::Lost(failure),
        }
    }
}

/// What a person can do about it.
fn advise(code: &str, mut failure: Failure, rights: &str) -> Failure {
    // Said of whoever only reads.
    failure.details.retain(|line| line != READER_GRANTS);
    if code == "42501" {
        failure = failure.detail(
            "grant the login role what it needs: GRANT USAGE ON SCHEMA …; GRANT INSERT ON …",
        );
    }
    match code {
        "42P01" | "3F000" => failure.detail("create the tables: kpi migrate"),
        "42501" | "25006" => failure.detail(rights),
        _ => failure,
    }
}
