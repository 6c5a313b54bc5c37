//! What stands for private servers where there are none: they are Unix programs, started and watched over as such.

use crate::model::panel_data::Failure;

/// No PostgreSQL.
#[derive(Debug)]
pub enum Postgres {}

/// How it would be started.
#[derive(Debug, Default)]
pub struct PostgresOptions {}

impl Postgres {
    /// Never starts.
    ///
    /// # Errors
    /// Always.
    pub fn start(_: &PostgresOptions) -> Result<Self, Failure> {
        Err(none())
    }

    /// The URL of one of its databases.
    pub fn url(&self, _: &str) -> String {
        match *self {}
    }

    /// The same for another user.
    pub fn url_as(&self, _: &str, _: &str) -> String {
        match *self {}
    }

    /// Runs a script of psql.
    ///
    /// # Errors
    /// Never.
    pub fn script(&self, _: &str, _: &[(&str, &str)], _: &str) -> Result<String, Failure> {
        match *self {}
    }
}

/// No Redis.
#[derive(Debug)]
pub enum Redis {}

/// How it would be started.
#[derive(Debug, Default)]
pub struct RedisOptions {}

impl Redis {
    /// Never starts.
    ///
    /// # Errors
    /// Always.
    pub fn start(_: &RedisOptions) -> Result<Self, Failure> {
        Err(none())
    }

    /// Its URL.
    pub fn url(&self) -> String {
        match *self {}
    }
}

fn none() -> Failure {
    Failure::new("the demo starts PostgreSQL and Redis by itself and needs Linux or macOS").detail(
        "on Windows it runs in WSL; `kpi init` writes a configuration for a database of your own",
    )
}
