//! Private servers: started in a temporary folder as an unprivileged user, gone with their owner.
//!
//! Every server lives in a [`Folder`] of its own. Three things see to it that nothing is left behind:
//! `Drop` stops the server; a watchdog (a small shell script) notices when the owner is gone without
//! a word, `SIGKILL` included, and does the same; and each start sweeps what a machine that lost its
//! power or a killed watchdog left. Starting and stopping block the calling thread for up to a second or two.

mod account;
mod binaries;
mod cluster;
mod folder;
mod pgbouncer;
mod postgres;
mod process;
mod redis;

pub use folder::Folder;
pub use pgbouncer::{Pgbouncer, PgbouncerOptions, PoolMode};
pub use postgres::{Postgres, PostgresOptions, TlsFiles};
pub use redis::{Redis, RedisOptions, Sentinel};
