//! The task between the hub and the pool: requests in, updates out, both bounded.

use std::collections::HashMap;

use tokio::sync::mpsc;
use tokio::task::{Id, JoinHandle, JoinSet};

use super::{Database, Query, QueryError};
use crate::source::{Request, Update};

/// Answers `requests` until their channel closes. At most as many queries run at once as the pool has
/// connections; each opens its own connection where none is free, so the first ones open side by side.
pub fn spawn(
    database: Database,
    mut requests: mpsc::Receiver<Request>,
    updates: mpsc::Sender<Update>,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let most = database.pool_size();
        let mut running: JoinSet<()> = JoinSet::new();
        let mut keys: HashMap<Id, u64> = HashMap::with_capacity(most);
        loop {
            tokio::select! {
                request = requests.recv(), if running.len() < most => {
                    let Some(request) = request else { break };
                    let key = request.key;
                    let task = running.spawn(answer(database.clone(), request, updates.clone()));
                    keys.insert(task.id(), key);
                }
                Some(ended) = running.join_next_with_id(), if !running.is_empty() => match ended {
                    Ok((id, ())) => {
                        keys.remove(&id);
                    }
                    Err(failed) => {
                        // A key without an update would wait for ever.
                        let key = keys.remove(&failed.id());
                        tracing::error!(%failed, "a query's task failed");
                        if let Some(key) = key {
                            let why = QueryError::Lost("an error inside kpi; see the log".to_owned());
                            let _ = updates.send(Update { key, result: Err(Box::new(why)) }).await;
                        }
                    }
                },
            }
        }
        running.shutdown().await;
        database.close();
    })
}

async fn answer(database: Database, request: Request, updates: mpsc::Sender<Update>) {
    let result = database
        .query(Query {
            sql: &request.sql,
            timeout: request.timeout,
            row_limit: request.row_limit,
            time_zone: request.time_zone.as_deref(),
        })
        .await
        .map_err(Box::new);
    // The hub is gone when this fails; so is whoever asked.
    let _ = updates
        .send(Update {
            key: request.key,
            result,
        })
        .await;
}
