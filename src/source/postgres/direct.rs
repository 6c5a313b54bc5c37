//! A connection of its own, outside the pool: migrations and `LISTEN`.

use std::sync::Arc;

use tokio::task::JoinHandle;
use tokio_postgres::AsyncMessage;

pub use tokio_postgres::types::Type;
pub use tokio_postgres::{Client, Error};

use super::connect::{Connector, Driver};
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

/// A connection's bytes, and what the server says unasked. Nothing moves unless it is polled.
pub struct Messages(Driver);

impl Messages {
    /// The next notification or notice; none when the connection was closed in order.
    pub async fn next(&mut self) -> Option<Result<AsyncMessage, QueryError>> {
        let message = std::future::poll_fn(|cx| self.0.poll_message(cx)).await;
        message.map(|said| said.map_err(QueryError::from_driver))
    }
}

/// As [`connect`], for whoever listens: poll the messages while the client is used.
///
/// # Errors
/// As [`connect`].
pub async fn listen(target: &Target) -> Result<(Client, Messages), QueryError> {
    let connector = Connector::new(Arc::new(target.clone()), false);
    let (client, driver) = connector.dial().await?;
    Ok((client, Messages(driver)))
}

/// What tokio-postgres says on such a connection, in the same words as panels get.
pub fn explain(error: Error) -> QueryError {
    QueryError::from_driver(error)
}
