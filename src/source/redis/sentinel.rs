//! Who is the master now.

use std::sync::Arc;
use std::time::Duration;

use redis::Value;
use tokio::time::timeout;

use super::connect::{Line, Purpose, text};
use super::dial::dial;
use super::url::{Address, Login, RedisTarget};
use super::words;
use crate::model::panel_data::Failure;

/// How long one sentinel may take: there are others to ask.
const SENTINEL_PATIENCE: Duration = Duration::from_secs(1);

/// Asks one sentinel after the other (<https://redis.io/docs/latest/develop/reference/sentinel-clients/>).
pub(super) async fn find_master(
    target: &Arc<RedisTarget>,
    sentinels: &[Address],
    master: &str,
    login: &Login,
) -> Result<Address, Failure> {
    let mut failure = Failure::new("no sentinel is configured");
    for sentinel in sentinels {
        let asked = timeout(
            SENTINEL_PATIENCE,
            ask_sentinel(target, sentinel, master, login),
        );
        match asked.await {
            Ok(Ok(address)) => return Ok(address),
            Ok(Err(why)) => failure = why,
            Err(_) => failure = words::silent(&sentinel.to_string()),
        }
    }
    if sentinels.len() > 1 {
        failure.summary = format!(
            "none of {} sentinels names the master of `{master}`; the last: {}",
            sentinels.len(),
            failure.summary
        );
    } else {
        failure.summary = format!("Sentinel: {}", failure.summary);
    }
    Err(failure)
}

async fn ask_sentinel(
    target: &Arc<RedisTarget>,
    sentinel: &Address,
    master: &str,
    login: &Login,
) -> Result<Address, Failure> {
    let stream = dial(target, sentinel).await?;
    let place = sentinel.to_string();
    let line = Line::greet_as(target, place, stream, Purpose::Commands(""), login, 0).await?;
    let mut command = redis::cmd("SENTINEL");
    command.arg("get-master-addr-by-name").arg(master);
    let answer = line.ask(&command).await?;
    let parts = match &answer {
        Value::Array(parts) => parts.as_slice(),
        _ => &[],
    };
    let unknown = || {
        Failure::new(format!(
            "the sentinel at {sentinel} knows no master `{master}`"
        ))
        .detail("the name stands in its `sentinel monitor` line")
    };
    let [host, port] = parts else {
        return Err(unknown());
    };
    Ok(Address {
        host: text(host).ok_or_else(unknown)?.to_owned(),
        port: text(port)
            .and_then(|port| port.parse().ok())
            .ok_or_else(unknown)?,
    })
}
