//! `kpi serve` on a real PostgreSQL behind PgBouncer, a real Redis, and real viewers: one polls for all.
//!
//! `KPI_TEST_SECONDS=600` makes the chaos last that long; `serve/load.rs` says how hundreds of viewers are measured.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

mod serve {
    pub mod chaos;
    pub mod fed;
    pub mod feeding;
    pub mod followers;
    pub mod hostile;
    pub mod links;
    pub mod load;
    pub mod replicas;
    pub mod stage;
}
mod stack;
mod terminal;
mod web;
