//! What a statement would cost and give, without running it.
//!
//! Two questions, each a read-only transaction of its own with the settings of every query: `EXPLAIN`, and the
//! statement as a sub-select of which no row is asked for. The second one's description has the columns with
//! their types (an unnamed statement, as everything here), and PostgreSQL refuses what may not be run.

use super::pins::literal;
use super::{Database, Query, QueryError};
use crate::model::estimate::{self, Estimate};
use crate::model::rowset::Rowset;
use crate::model::value::Value;

const EXPLAIN: &str = "EXPLAIN (VERBOSE, FORMAT JSON) ";
const AROUND: [&str; 2] = ["SELECT * FROM (", "\n) AS planned LIMIT 0"];

/// A statement that was planned.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Its columns, without a row.
    pub columns: Rowset,
    /// What PostgreSQL expects of it; none for what has no plan (`SHOW`, `EXPLAIN`).
    pub estimate: Option<Estimate>,
}

/// A table, and how large it is.
#[derive(Clone, Debug, PartialEq)]
pub struct TableSize {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Rows as the statistics have it; none where it was never analysed.
    pub rows: Option<f64>,
    /// On disk: `96 MB`.
    pub size: String,
}

impl Database {
    /// Plans `query`. Positions in errors are those of `query.sql`.
    ///
    /// # Errors
    /// As [`Database::query`]; also where it is fine for `EXPLAIN` and could not be run all the same.
    pub async fn plan(&self, query: Query<'_>) -> Result<Planned, QueryError> {
        if has_no_plan(query.sql) {
            // Neither can be planned or stand in a sub-select; asking is cheap.
            let answer = self.query(query).await?;
            return Ok(Planned {
                columns: answer.rowset,
                estimate: None,
            });
        }
        let sql = format!("{EXPLAIN}{}", query.sql);
        let asked = Query { sql: &sql, ..query };
        let answer = self.query(asked).await.map_err(|error| {
            let length = query.sql.chars().count();
            moved(error, EXPLAIN, length)
        })?;
        let plan = answer.rowset.columns.first();
        let estimate = match plan.and_then(|column| column.values.first()) {
            Some(Value::Json(text) | Value::Text(text)) => estimate::parse(text),
            _ => None,
        };
        if estimate.as_ref().is_some_and(|plan| plan.writes.is_some()) {
            // As a sub-select it would be refused for a reason that is none.
            return Ok(Planned {
                columns: Rowset::default(),
                estimate,
            });
        }
        let [before, behind] = AROUND;
        let sql = format!("{before}{}{behind}", query.sql);
        let described = self.query(Query { sql: &sql, ..query }).await;
        let length = query.sql.chars().count();
        let columns = described
            .map_err(|error| moved(error, before, length))?
            .rowset;
        Ok(Planned { columns, estimate })
    }

    /// How large these tables are, by schema and name. What is no table (any more) is left out.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn table_sizes(
        &self,
        tables: &[(&str, &str)],
        like: Query<'_>,
    ) -> Result<Vec<TableSize>, QueryError> {
        if tables.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<serde_json::Value> = tables
            .iter()
            .map(|(schema, name)| serde_json::json!([schema, name]))
            .collect();
        let names = serde_json::Value::from(names).to_string();
        let sql = format!(
            "select n.nspname::pg_catalog.text, c.relname::pg_catalog.text, c.reltuples::pg_catalog.float8,
  pg_catalog.pg_size_pretty(pg_catalog.pg_table_size(c.oid))
from pg_catalog.json_array_elements({}::pg_catalog.json) wanted
join pg_catalog.pg_namespace n on n.nspname = wanted ->> 0
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = wanted ->> 1",
            literal(&names)
        );
        let answer = self.query(Query { sql: &sql, ..like }).await?;
        let text = |column: usize, row: usize| {
            let value = answer.rowset.columns.get(column)?.values.get(row)?;
            match value {
                Value::Text(text) => Some(text.to_string()),
                _ => None,
            }
        };
        let sizes = (0..answer.rowset.len()).filter_map(|row| {
            let rows = answer.rowset.columns.get(2)?.values.get(row)?.as_f64();
            Some(TableSize {
                schema: text(0, row)?,
                name: text(1, row)?,
                rows: rows.filter(|rows| *rows >= 0.0),
                size: text(3, row).unwrap_or_default(),
            })
        });
        Ok(sizes.collect())
    }

    /// Whether there is a schema of this name that this role may use.
    ///
    /// # Errors
    /// As [`Database::query`].
    pub async fn has_schema(&self, name: &str, like: Query<'_>) -> Result<bool, QueryError> {
        let sql = format!(
            "select 1 from pg_catalog.pg_namespace where nspname = {} and pg_catalog.has_schema_privilege(oid, 'USAGE')",
            literal(name)
        );
        let answer = self.query(Query { sql: &sql, ..like }).await?;
        Ok(!answer.rowset.is_empty())
    }
}

/// `SHOW` and `EXPLAIN` are utilities: read-only by nature, and not to be planned.
fn has_no_plan(sql: &str) -> bool {
    let word = sql
        .trim_start()
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    word.eq_ignore_ascii_case("show") || word.eq_ignore_ascii_case("explain")
}

/// The error with its position counted in the statement of `length` characters that `before` stood before.
fn moved(error: QueryError, before: &str, length: usize) -> QueryError {
    match error {
        QueryError::Sql(mut said) => {
            said.position = said
                .position
                .and_then(|at| at.checked_sub(before.chars().count()))
                .map(|at| at.clamp(1, length.max(1)));
            QueryError::Sql(said)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utilities_are_told_by_their_first_word() {
        for sql in [
            "show all",
            " SHOW\tserver_version",
            "explain(costs off) select 1",
        ] {
            assert!(has_no_plan(sql), "{sql}");
        }
        for sql in [
            "select 1",
            "showing",
            "with show as (select 1) table show",
            "(select 1)",
        ] {
            assert!(!has_no_plan(sql), "{sql}");
        }
    }
}
