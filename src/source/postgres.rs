//! PostgreSQL through a small pool that assumes a transaction pooler in between.

mod connect;
pub mod direct;
mod error;
pub mod migrate;
mod tls;
pub mod url;
mod wire;

pub use error::{QueryError, SqlError};
pub use url::Target;
