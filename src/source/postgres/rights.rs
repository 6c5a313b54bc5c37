//! What the role that logs in may write, found out without writing.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::types::Type;

use super::connect::Connector;
use super::error::QueryError;
use super::url::Target;

/// For connecting and asking.
const PATIENCE: Duration = Duration::from_secs(10);
/// Table by table: what is missing to add rows to it; nothing where nothing is.
const MISSING: &str = "\
    SELECT CASE \
        WHEN room.oid IS NULL THEN 'schema ' || $1 \
        WHEN found.oid IS NULL THEN 'table ' || $1 || '.' || name \
        WHEN NOT has_schema_privilege(room.oid, 'USAGE') THEN 'USAGE on schema ' || $1 \
        WHEN NOT has_table_privilege(found.oid, 'INSERT') THEN 'INSERT on ' || $1 || '.' || name \
        ELSE 'policy for INSERT on ' || $1 || '.' || name END \
    FROM unnest(ARRAY['metrics', 'samples']) WITH ORDINALITY AS wanted (name, place) \
    LEFT JOIN pg_catalog.pg_namespace AS room ON room.nspname = $1 \
    LEFT JOIN pg_catalog.pg_class AS found ON found.relnamespace = room.oid AND found.relname = name \
    WHERE found.oid IS NULL OR NOT has_schema_privilege(room.oid, 'USAGE') \
        OR NOT has_table_privilege(found.oid, 'INSERT') \
        OR row_security_active(found.oid) AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy \
            WHERE polrelid = found.oid AND polpermissive AND polcmd IN ('a', '*') \
            AND EXISTS (SELECT FROM unnest(polroles) AS granted (role) \
                WHERE CASE WHEN role = 0 THEN true ELSE pg_has_role(role, 'USAGE') END)) \
    ORDER BY place";

/// What `record = true` lacks in `schema`, in a few words each; empty where the role that logs in may add metrics
/// and samples. What a policy says of single rows is not looked at.
///
/// # Errors
/// The database does not answer.
pub async fn missing_to_record(target: &Target, schema: &str) -> Result<Vec<String>, QueryError> {
    let connector = Connector::new(Arc::new(target.clone()), false);
    let asked = tokio::time::timeout(PATIENCE, async {
        let (client, _task) = connector.open().await?;
        let rows = client.query_typed(MISSING, &[(&schema, Type::TEXT)]).await;
        rows.map_err(QueryError::from_driver)
    });
    let late = |_| QueryError::Timeout {
        after: PATIENCE,
        stage: "asking for rights",
    };
    let rows = asked.await.map_err(late)??;
    let mut missing = Vec::new();
    for row in rows {
        let one: String = row.try_get(0).map_err(QueryError::from_driver)?;
        // A schema that is not there has no tables either.
        if !missing.contains(&one) {
            missing.push(one);
        }
    }
    Ok(missing)
}
