//! Who is in between: found by measuring, as a port or a host name proves nothing.
//!
//! What tells server connections apart is the backend's process id with its start. A second connection
//! that holds a transaction open decides: behind a transaction pooler it either sits on the first one's
//! backend or drives it to another, and nothing else does that. Waiting proves nothing: servers hesitate.

use std::time::{Duration, Instant};

use tokio::time::timeout;
use tokio_postgres::Client;

use super::direct;
use super::error::QueryError;
use super::url::Target;

/// What is between us and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// Nothing that shares server connections.
    Direct,
    /// A pooler that lends a server connection for a session.
    Session,
    /// A pooler that lends a server connection for a transaction: no `LISTEN`, no session settings.
    Transaction,
}

/// For one answer; a pool whose connections are all taken lets us wait.
const PATIENCE: Duration = Duration::from_secs(2);
/// Each round, a pooler that deals its connections out in turn has another chance to show itself.
const ROUNDS: usize = 3;
/// How often a neighbour that has to wait is tried again: it may be a server that hesitates.
const HESITATIONS: usize = 2;
/// Clocks of one machine, read twice.
const TOLERANCE: f64 = 0.005;

/// One server connection.
#[derive(Debug, PartialEq)]
struct Backend {
    identity: String,
    /// Seconds since it was opened, by the server's clock.
    age: f64,
}

/// Measures what is between us and `target`: opens three connections, one after the other and side by side.
///
/// # Errors
/// Why no connection can be had, or does not answer.
pub async fn measure(target: &Target) -> Result<Pooling, QueryError> {
    let (client, task) = direct::connect(target).await?;
    let mut beside = neighbour(&client, target).await?;
    for _ in 0..HESITATIONS {
        if beside == Neighbour::Waits {
            beside = neighbour(&client, target).await?;
        }
    }
    match beside {
        Neighbour::Shares => return Ok(Pooling::Transaction),
        Neighbour::Waits => return Ok(Pooling::Session),
        Neighbour::Apart => {}
    }
    let before = within(backend(&client)).await?;
    drop(client);
    // Its end has to be seen by the pooler before the next one comes.
    let _ = timeout(PATIENCE, task).await;
    for _ in 0..2 {
        let began = Instant::now();
        let (client, _task) = direct::connect(target).await?;
        let after = within(backend(&client)).await?;
        let opened_by_us = after.age <= began.elapsed().as_secs_f64() + TOLERANCE;
        if after.identity == before.identity || !opened_by_us {
            return Ok(Pooling::Session);
        }
    }
    Ok(Pooling::Direct)
}

/// Whether the transactions of `client`, a connection to `target`, run on server connections that are
/// lent to others in between.
///
/// # Errors
/// The connection of `client` is lost or does not answer. That no second connection can be had is none.
pub async fn is_shared(client: &Client, target: &Target) -> Result<bool, QueryError> {
    Ok(neighbour(client, target).await? == Neighbour::Shares)
}

/// What a second connection finds beside the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Neighbour {
    /// A server connection of its own.
    Apart,
    /// That of the first.
    Shares,
    /// None, although it is logged in and the first is answered: those for sessions are all taken.
    Waits,
}

async fn neighbour(client: &Client, target: &Target) -> Result<Neighbour, QueryError> {
    let first = within(backend(client)).await?;
    let mut other = None;
    for _ in 0..ROUNDS {
        if other.is_none() {
            other = match timeout(PATIENCE, direct::connect(target)).await {
                Ok(Ok((other, _))) => Some(other),
                Ok(Err(error)) => {
                    tracing::debug!(%error, "no second connection to look for a pooler");
                    None
                }
                Err(_) => None,
            };
        }
        let held = match &other {
            Some(other) => within(hold(other)).await.ok(),
            None => None,
        };
        if held
            .as_ref()
            .is_some_and(|held| held.identity == first.identity)
        {
            return Ok(Neighbour::Shares);
        }
        let again = backend(client);
        tokio::pin!(again);
        let now = if let Ok(now) = timeout(PATIENCE, &mut again).await {
            now?
        } else {
            // Perhaps kept waiting by the other one's transaction: then it ends with it.
            drop(other.take());
            within(again).await?
        };
        if now.identity != first.identity {
            return Ok(Neighbour::Shares);
        }
        match (&other, held) {
            (Some(open), Some(_)) => {
                let ended = async {
                    let ended = open.batch_execute("ROLLBACK").await;
                    ended.map_err(QueryError::from_driver)
                };
                if within(ended).await.is_err() {
                    other = None;
                }
            }
            (Some(_), None) => return Ok(Neighbour::Waits),
            // Was in the way: once more with another.
            (None, Some(_)) => {}
            // There is nobody to compare with.
            (None, None) => return Ok(Neighbour::Apart),
        }
    }
    Ok(Neighbour::Apart)
}

/// Opens a transaction and leaves it open.
async fn hold(client: &Client) -> Result<Backend, QueryError> {
    client
        .batch_execute("BEGIN READ ONLY")
        .await
        .map_err(QueryError::from_driver)?;
    backend(client).await
}

async fn backend(client: &Client) -> Result<Backend, QueryError> {
    let sql = "SELECT pg_catalog.concat_ws(' ', pid, backend_start), \
               extract(epoch from pg_catalog.clock_timestamp() - backend_start)::float8 \
               FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()";
    let row = client
        .query_typed_one(sql, &[])
        .await
        .map_err(QueryError::from_driver)?;
    Ok(Backend {
        identity: row.try_get(0).map_err(QueryError::from_driver)?,
        age: row.try_get(1).map_err(QueryError::from_driver)?,
    })
}

async fn within<T>(answer: impl Future<Output = Result<T, QueryError>>) -> Result<T, QueryError> {
    timeout(PATIENCE, answer)
        .await
        .unwrap_or(Err(QueryError::Timeout {
            after: PATIENCE,
            stage: "looking for a pooler",
        }))
}
