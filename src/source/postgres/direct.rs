//! A connection of its own, outside the pool: migrations and `LISTEN`.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_postgres::Client;

use super::connect::Connector;
use super::error::QueryError;
use super::url::Target;

/// Opens one connection to `target` and the task that moves its bytes; drop the client to close it.
///
/// Answers are tokio-postgres's own, unfiltered. The address may still lead through a transaction
/// pooler: use `batch_execute` and `query_typed` inside one transaction, select built-in types only
/// (cast enums and domains to text), and never `query` or `prepare`.
///
/// # Errors
/// [`QueryError`] in words fit for the command line; see [`QueryError::failure`].
pub async fn connect(target: &Target) -> Result<(Client, JoinHandle<()>), QueryError> {
    Connector::new(Arc::new(target.clone()), false).open().await
}

/// What tokio-postgres says on such a connection, in the same words as panels get.
pub fn explain(error: tokio_postgres::Error) -> QueryError {
    QueryError::from_driver(error)
}
