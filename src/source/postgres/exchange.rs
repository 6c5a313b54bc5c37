//! One round trip: begin, pins, query and commit are sent together and answered together.

use std::time::Duration;

use futures_util::TryStreamExt;
use tokio_postgres::types::{FromSql, Type};
use tokio_postgres::{Client, Column, Row};

use super::error::QueryError;
use super::wire::NO_ROWS;

/// Most bytes of one result that are held before they are decoded.
const MOST_BYTES: usize = 32 << 20;
/// What is left of a result beyond its limits is read and thrown away up to here; beyond, the connection goes.
const MOST_DISCARDED: usize = 256 << 10;
const LONGEST_DISCARD: Duration = Duration::from_millis(100);

/// Where to stop reading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub rows: usize,
}

/// An answer before it is decoded.
#[derive(Debug, Default)]
pub(super) struct Received {
    rows: Vec<Row>,
    /// The only row is made up: it has the columns of an empty result.
    made_up: bool,
    /// There were more.
    pub truncated: bool,
}

impl Received {
    pub fn rows(&self) -> &[Row] {
        if self.made_up { &[] } else { &self.rows }
    }

    pub fn columns(&self) -> &[Column] {
        self.rows.first().map_or(&[], Row::columns)
    }

    /// The columns' true types; see [`super::wire`].
    pub fn type_ids(&self) -> impl Iterator<Item = u32> + '_ {
        self.columns()
            .iter()
            .map(|column| column.table_oid().unwrap_or_else(|| column.type_().oid()))
    }
}

/// What came of it.
pub(super) struct Outcome {
    pub received: Result<Received, QueryError>,
    /// The connection is outside of any transaction and has nothing left to say.
    pub clean: bool,
}

/// More came than is worth reading to its end.
struct Cut;

/// Runs `sql` read-only after `pins`, a list of `SET LOCAL`s.
///
/// `BEGIN READ ONLY` is a message of its own: nothing that may be wrong with the pins can keep it from
/// taking effect, and after a wrong pin the transaction refuses the query.
pub(super) async fn run(client: &Client, pins: &str, sql: &str, limits: Limits) -> Outcome {
    if sql.contains('\0') {
        // The driver would refuse to send this part only.
        return Outcome {
            received: Err(QueryError::Config("the SQL holds a zero byte".to_owned())),
            clean: true,
        };
    }
    let mut received = Received::default();
    let begin = async { Ok::<_, Cut>(client.batch_execute("BEGIN READ ONLY").await) };
    let pin = async { Ok(client.batch_execute(pins).await) };
    let query = read(client, sql, limits, &mut received);
    let commit = async { Ok(client.batch_execute("COMMIT").await) };
    // Polled in this order: so are they sent, with no wait in between.
    let answers = tokio::try_join!(biased; begin, pin, query, commit);
    let (begun, pinned, queried, committed) = match answers {
        Ok(answers) => answers,
        Err(Cut) => {
            return Outcome {
                received: Ok(received),
                clean: false,
            };
        }
    };
    let error = match (begun, pinned, queried) {
        (Ok(()), Ok(()), Ok(())) => None,
        (Err(error), _, _) | (Ok(()), Ok(()), Err(error)) => Some(QueryError::from_driver(error)),
        (Ok(()), Err(error), _) => Some(in_pins(QueryError::from_driver(error))),
    };
    let usable = error.as_ref().is_none_or(|error| !error.is_link());
    Outcome {
        clean: usable && committed.is_ok(),
        received: match error {
            None => Ok(received),
            Some(error) => Err(error),
        },
    }
}

/// A setting was refused: the position would point into our own SQL.
fn in_pins(error: QueryError) -> QueryError {
    match error {
        QueryError::Sql(mut said) => {
            said.position = None;
            said.context = Some("the role, claims or settings of [database]".to_owned());
            QueryError::Sql(said)
        }
        other => other,
    }
}

async fn read(
    client: &Client,
    sql: &str,
    limits: Limits,
    into: &mut Received,
) -> Result<Result<(), tokio_postgres::Error>, Cut> {
    let no_parameters: [(&str, Type); 0] = [];
    let stream = match client.query_typed_raw(sql, no_parameters).await {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(error)),
    };
    let mut stream = std::pin::pin!(stream);
    let mut bytes = 0;
    loop {
        match stream.try_next().await {
            Ok(Some(row)) => {
                bytes += row.raw_size_bytes();
                if into.rows.len() >= limits.rows || bytes > MOST_BYTES {
                    into.truncated = true;
                    break;
                }
                into.rows.push(row);
            }
            Ok(None) => {
                into.made_up = stream.rows_affected() == Some(NO_ROWS);
                return Ok(Ok(()));
            }
            Err(error) => return Ok(Err(error)),
        }
    }
    let discard = async {
        let mut discarded = 0;
        while discarded < MOST_DISCARDED {
            match stream.try_next().await {
                Ok(Some(row)) => discarded += row.raw_size_bytes(),
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
        false
    };
    match tokio::time::timeout(LONGEST_DISCARD, discard).await {
        Ok(true) => Ok(Ok(())),
        _ => Err(Cut),
    }
}

/// A value's bytes as they came, of whatever type.
struct Raw<'a>(Option<&'a [u8]>);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(
        _: &Type,
        bytes: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(Some(bytes)))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(None))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The bytes of one column; none for NULL.
pub(super) fn raw(row: &Row, index: usize) -> Option<&[u8]> {
    row.try_get::<_, Raw<'_>>(index).ok()?.0
}
