//! Migrations: what is embedded, what a database has had, what is to be done, and doing it.
//!
//! One transaction does everything: it takes a transaction-level advisory lock, so that racing processes
//! queue up and the later ones find nothing to do, also through a transaction pooler.

mod embedded;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use tokio_postgres::Client;
use tokio_postgres::error::ErrorPosition;
use tokio_postgres::types::Type;

use super::direct;
use crate::model::panel_data::Failure;

pub use embedded::embedded;

/// The lock of everybody who migrates: `kpi_migr` in ASCII.
const LOCK: i64 = i64::from_be_bytes(*b"kpi_migr");

/// One migration as this program knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The number its file starts with.
    pub version: i32,
    /// The rest of the file's name, without `.sql`.
    pub name: String,
    /// Its statements.
    pub sql: String,
}

impl Migration {
    /// A migration from its file's name, `NNNN_name.sql`, and text.
    pub fn parse(file: &str, sql: &str) -> Result<Self, Failure> {
        let wrong = || {
            Failure::new(format!("`{file}` is no name for a migration"))
                .detail("it has four digits, `_`, a name, and `.sql`: 0004_teams.sql")
        };
        let stem = file.strip_suffix(".sql").ok_or_else(wrong)?;
        let (digits, name) = stem.split_once('_').ok_or_else(wrong)?;
        let numbered = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
        let version = digits.parse().map_err(|_| wrong())?;
        if !numbered || version == 0 || name.is_empty() {
            return Err(wrong());
        }
        Ok(Self {
            version,
            name: name.to_owned(),
            sql: sql.to_owned(),
        })
    }

    /// The file, for messages.
    pub fn file(&self) -> String {
        file_name(self.version, &self.name)
    }

    /// SHA-256 of its text in hexadecimal. Line ends count as `\n`, so that a checkout on another system is no edit.
    pub fn checksum(&self) -> String {
        let digest = Sha256::digest(self.sql.replace("\r\n", "\n"));
        digest.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn file_name(version: i32, name: &str) -> String {
    format!("sql/migrations/{version:04}_{name}.sql")
}

/// One migration as a database remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// Its text's checksum when it was applied.
    pub checksum: String,
    /// When, as the database writes it, in UTC.
    pub at: String,
}

/// How a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Done, and its file is as it was then.
    Applied,
    /// To be done.
    Pending,
    /// Done, but its file says something else now.
    Edited,
    /// Done, but this program does not have it.
    Missing,
    /// Not done, but a later one is.
    OutOfOrder,
}

impl State {
    /// One or two words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Pending => "pending",
            Self::Edited => "edited",
            Self::Missing => "missing",
            Self::OutOfOrder => "out of order",
        }
    }
}

/// One line of the status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: State,
    /// When it was applied.
    pub at: Option<String>,
}

/// Every migration that the program or the database knows, ascending.
pub fn compare(known: &[Migration], applied: &[Applied]) -> Vec<Entry> {
    let newest = applied
        .iter()
        .map(|applied| applied.version)
        .max()
        .unwrap_or(0);
    let mut entries: Vec<Entry> = known
        .iter()
        .map(|migration| {
            let done = applied
                .iter()
                .find(|applied| applied.version == migration.version);
            let state = match done {
                Some(done)
                    if done.checksum == migration.checksum() && done.name == migration.name =>
                {
                    State::Applied
                }
                Some(_) => State::Edited,
                None if migration.version < newest => State::OutOfOrder,
                None => State::Pending,
            };
            Entry {
                version: migration.version,
                name: migration.name.clone(),
                state,
                at: done.map(|done| done.at.clone()),
            }
        })
        .collect();
    for done in applied {
        if !known
            .iter()
            .any(|migration| migration.version == done.version)
        {
            entries.push(Entry {
                version: done.version,
                name: done.name.clone(),
                state: State::Missing,
                at: Some(done.at.clone()),
            });
        }
    }
    entries.sort_by_key(|entry| entry.version);
    entries
}

/// What is to be applied, ascending. Refuses a history that is not the program's own.
pub fn plan<'a>(
    known: &'a [Migration],
    applied: &[Applied],
) -> Result<Vec<&'a Migration>, Failure> {
    for entry in compare(known, applied) {
        let file = file_name(entry.version, &entry.name);
        let newest = applied.iter().max_by_key(|applied| applied.version);
        match entry.state {
            State::Applied | State::Pending => {}
            State::Edited => {
                return Err(Failure::new(format!("{file} was edited after it was applied"))
                    .detail("restore the file as it was, and put the change into a new migration with the next number"));
            }
            State::Missing => {
                return Err(Failure::new(format!("{file} was applied to this database, but this program does not have it"))
                    .detail("use the version of `kpi` that applied it or a newer one; if the file was deleted, restore it"));
            }
            State::OutOfOrder => {
                let later =
                    newest.map_or_else(String::new, |done| file_name(done.version, &done.name));
                return Err(Failure::new(format!(
                    "{file} comes before {later}, which is applied already"
                ))
                .detail("give it the next free number"));
            }
        }
    }
    let newest = applied
        .iter()
        .map(|applied| applied.version)
        .max()
        .unwrap_or(0);
    Ok(known
        .iter()
        .filter(|migration| migration.version > newest)
        .collect())
}

/// Applies what `schema` lacks and answers their files' names. All of it, or nothing.
pub async fn apply(
    client: &Client,
    schema: &str,
    known: &[Migration],
) -> Result<Vec<String>, Failure> {
    let outcome = apply_in_transaction(client, schema, known).await;
    let end = if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    };
    let ended = client.batch_execute(end).await;
    let done = outcome?;
    ended.map_err(|error| explain("the migrations could not be committed", error))?;
    Ok(done)
}

async fn apply_in_transaction(
    client: &Client,
    schema: &str,
    known: &[Migration],
) -> Result<Vec<String>, Failure> {
    // Read committed, so that what a racing process committed is seen once the lock is ours. The role's own
    // limits are meant for its queries: a migration may take its time, but not wait for a lock for ever.
    let begin = format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; \
         SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '60s'; \
         SELECT pg_advisory_xact_lock({LOCK})"
    );
    client
        .batch_execute(&begin)
        .await
        .map_err(|error| explain("the migrations cannot start", error))?;
    let failed = |error| {
        explain(
            &format!("schema `{schema}` cannot be prepared for migrations"),
            error,
        )
    };
    let schema_exists = "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $1";
    let found = client
        .query_typed(schema_exists, &[(&schema, Type::TEXT)])
        .await
        .map_err(failed)?;
    let quoted = quote(schema);
    if found.is_empty() {
        // Only then: even "if not exists" asks for the right to create schemas.
        client
            .batch_execute(&format!("CREATE SCHEMA {quoted}"))
            .await
            .map_err(failed)?;
    }
    let table = format!(
        "SET LOCAL search_path TO {quoted}; \
         SET LOCAL client_min_messages = warning; \
         CREATE TABLE IF NOT EXISTS {quoted}.kpi_migrations (\
             version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, \
             applied_at timestamptz NOT NULL DEFAULT clock_timestamp()); \
         ALTER TABLE {quoted}.kpi_migrations ENABLE ROW LEVEL SECURITY"
    );
    client.batch_execute(&table).await.map_err(failed)?;
    let applied = applied(client, schema).await?;
    let mut done = Vec::new();
    for migration in plan(known, &applied)? {
        client
            .batch_execute(&migration.sql)
            .await
            .map_err(|error| explain_at(migration, error))?;
        client
            .query_typed(
                &format!("INSERT INTO {quoted}.kpi_migrations (version, name, checksum) VALUES ($1, $2, $3)"),
                &[
                    (&migration.version, Type::INT4),
                    (&migration.name, Type::TEXT),
                    (&migration.checksum(), Type::TEXT),
                ],
            )
            .await
            .map_err(failed)?;
        done.push(migration.file());
    }
    Ok(done)
}

/// How every migration stands in `schema`; changes nothing.
pub async fn status(
    client: &Client,
    schema: &str,
    known: &[Migration],
) -> Result<Vec<Entry>, Failure> {
    let failed = |error| explain(&format!("schema `{schema}` cannot be looked at"), error);
    let table_exists =
        "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'kpi_migrations'";
    let found = client
        .query_typed(table_exists, &[(&schema, Type::TEXT)])
        .await
        .map_err(failed)?;
    let applied = if found.is_empty() {
        Vec::new()
    } else {
        applied(client, schema).await?
    };
    Ok(compare(known, &applied))
}

async fn applied(client: &Client, schema: &str) -> Result<Vec<Applied>, Failure> {
    let sql = format!(
        "SELECT version, name, checksum, \
         to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM {}.kpi_migrations ORDER BY version",
        quote(schema)
    );
    let rows = client
        .query_typed(&sql, &[])
        .await
        .map_err(|error| explain(&format!("`{schema}.kpi_migrations` cannot be read"), error))?;
    let read = |row: &tokio_postgres::Row| -> Result<Applied, tokio_postgres::Error> {
        Ok(Applied {
            version: row.try_get(0)?,
            name: row.try_get(1)?,
            checksum: row.try_get(2)?,
            at: row.try_get(3)?,
        })
    };
    rows.iter()
        .map(|row| {
            read(row).map_err(|error| {
                explain(
                    &format!("`{schema}.kpi_migrations` is not as expected"),
                    error,
                )
            })
        })
        .collect()
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The database's own words, after what was tried.
fn explain(what: &str, error: tokio_postgres::Error) -> Failure {
    prefixed(what, direct::explain(error).failure(|_| None))
}

fn prefixed(what: &str, mut failure: Failure) -> Failure {
    failure.summary = format!("{what}: {}", failure.summary);
    failure
}

fn explain_at(migration: &Migration, error: tokio_postgres::Error) -> Failure {
    let position = match error
        .as_db_error()
        .and_then(tokio_postgres::error::DbError::position)
    {
        // Counted in characters from 1.
        Some(ErrorPosition::Original(position)) => place(&migration.sql, *position as usize - 1),
        _ => None,
    };
    let line = position
        .as_ref()
        .map_or_else(String::new, |(line, ..)| format!(":{line}"));
    let failure = direct::explain(error).failure(|_| position.clone());
    prefixed(&format!("{}{line} failed", migration.file()), failure).detail("nothing was applied")
}

/// Line and column, both from 1, and the line's text, of the character `at`.
fn place(sql: &str, at: usize) -> Option<(usize, usize, String)> {
    let mut start = 0;
    for (index, line) in sql.split('\n').enumerate() {
        let length = line.chars().count();
        if at <= start + length {
            return Some((index + 1, at - start + 1, line.to_owned()));
        }
        start += length + 1;
    }
    None
}

#[cfg(test)]
mod tests;
