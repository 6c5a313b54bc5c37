//! PostgreSQL through a small pool that assumes a transaction pooler in between.

pub mod migrate;
