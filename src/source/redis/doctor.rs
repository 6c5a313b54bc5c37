//! What `kpi check` says about Redis.

use std::sync::Arc;
use std::time::{Duration, Instant};

use redis::Value;

use super::connect::{Line, Purpose, text};
use super::keys::Keys;
use super::now;
use super::position::StreamBooks;
use super::url::{Place, RedisTarget};
use super::words::plain;
use crate::model::finding::Finding;
use crate::model::panel_data::Failure;

/// Clocks further apart than this put samples into the wrong minute.
const MOST_SKEW: i64 = 1_000_000;

/// Looks at the server: whether it can be reached and is new enough, what would lose messages, its clock.
pub async fn examine(target: &RedisTarget, keys: &Keys) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(failure) = look(&Arc::new(target.clone()), keys, &mut findings).await {
        findings.push(Finding::bad(failure.summary, failure.details.join("; ")));
    }
    findings
}

async fn look(
    target: &Arc<RedisTarget>,
    keys: &Keys,
    findings: &mut Vec<Finding>,
) -> Result<(), Failure> {
    let began = Instant::now();
    let line = Line::open(target, Purpose::Commands(&keys.latest)).await?;
    findings.push(Finding::ok(format!(
        "connected to {} in {}",
        line.place(),
        millis(began.elapsed())
    )));
    findings.extend(in_the_clear(target));
    findings.extend(clock(&line).await);
    let answers = line.ask_all(redis::pipe().cmd("INFO")).await?;
    match answers.first() {
        Some(answer) if text(answer).is_some() => {
            let info = Info(text(answer).unwrap_or_default());
            findings.push(version(&info));
            findings.extend(role(&info));
            findings.extend(memory(&info));
            findings.extend(persistence(&info, saves(&line).await.as_deref()));
        }
        _ => findings.push(Finding::warning(
            "this user may not ask for INFO",
            "each reconnection counts as a restart and polls everything; allow it with ACL SETUSER … +info",
        )),
    }
    findings.push(stream(&line, keys).await?);
    Ok(())
}

/// The text of `INFO`: `name:value` by line.
struct Info<'a>(&'a str);

impl Info<'_> {
    fn get(&self, name: &str) -> &str {
        self.0
            .lines()
            .find_map(|row| row.strip_prefix(name)?.strip_prefix(':'))
            .unwrap_or("")
            .trim()
    }

    fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap_or(0)
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn in_the_clear(target: &RedisTarget) -> Option<Finding> {
    let local = match &target.place {
        Place::Socket(_) => true,
        Place::Host(address) => ["127.0.0.1", "localhost", "::1"].contains(&address.host.as_str()),
        Place::Sentinel { .. } => false,
    };
    if target.tls {
        return Some(Finding::ok("TLS, certificate checked"));
    }
    (!local).then(|| {
        Finding::warning(
            "no TLS: passwords and samples cross the network in the clear",
            "use rediss:// where the network is not yours alone",
        )
    })
}

/// `TIME` compared with the middle of its round trip.
async fn clock(line: &Line) -> Option<Finding> {
    let asked = now();
    let began = Instant::now();
    let answer = line.ask(&redis::cmd("TIME")).await.ok()?;
    let trip = began.elapsed();
    let Value::Array(parts) = &answer else {
        return None;
    };
    let part = |index: usize| text(parts.get(index)?)?.parse::<i64>().ok();
    let theirs = part(0)?.saturating_mul(1_000_000).saturating_add(part(1)?);
    let ours = asked.0.saturating_add(trip.as_micros() as i64 / 2);
    let skew = theirs.saturating_sub(ours);
    let words = format!(
        "round trip {}, clock {:.3} s {} this machine's",
        millis(trip),
        skew.abs() as f64 / 1e6,
        if skew < 0 { "behind" } else { "ahead of" }
    );
    Some(if skew.abs() > MOST_SKEW + trip.as_micros() as i64 {
        Finding::warning(
            words,
            "samples without a time carry the server's: let both follow NTP",
        )
    } else {
        Finding::ok(words)
    })
}

fn version(info: &Info) -> Finding {
    let version = plain(info.get("redis_version"));
    let major: u32 = version
        .split('.')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    let words = format!("Redis {version}");
    match major {
        0..6 => Finding::bad(words, "version 6 or newer is needed"),
        6 => Finding::warning(
            words,
            "before version 7 a stream does not count its entries: samples added by hand and trimmed unread are not noticed",
        ),
        _ => Finding::ok(words),
    }
}

fn role(info: &Info) -> Option<Finding> {
    match info.get("role") {
        "master" | "" => None,
        _ => Some(Finding::warning(
            "this is a replica: samples can be read, not announced",
            "connect to the master, or through Sentinel: redis+sentinel://host/master",
        )),
    }
}

fn memory(info: &Info) -> Vec<Finding> {
    let (most, used) = (info.number("maxmemory"), info.number("used_memory"));
    let policy = plain(info.get("maxmemory_policy"));
    let mut findings = Vec::new();
    if most > 0 && policy.starts_with("allkeys") {
        findings.push(Finding::warning(
            format!(
                "when full, Redis evicts any key (maxmemory-policy {policy}): also the live values"
            ),
            "use `noeviction` or a `volatile-…` policy, or a Redis of its own",
        ));
    }
    if most > 0 && used > most / 10 * 9 {
        findings.push(Finding::warning(
            format!("{} % of maxmemory is used", used * 100 / most),
            "full, Redis evicts keys or refuses to write: raise maxmemory",
        ));
    }
    let evicted = info.number("evicted_keys");
    if evicted > 0 {
        findings.push(Finding::warning(
            format!("{evicted} keys were evicted since the start"),
            "raise maxmemory, or move the live values to a Redis of their own",
        ));
    }
    if findings.is_empty() {
        let bound = if most == 0 {
            "no limit".to_owned()
        } else {
            format!("limit {} MB, {policy}", most >> 20)
        };
        findings.push(Finding::ok(format!("memory {} MB ({bound})", used >> 20)));
    }
    findings
}

/// The `save` setting; none when it may not be read, as on hosted servers.
async fn saves(line: &Line) -> Option<String> {
    let mut command = redis::cmd("CONFIG");
    command.arg("GET").arg("save");
    match line.ask(&command).await.ok()? {
        Value::Array(parts) => Some(text(parts.get(1)?)?.to_owned()),
        _ => None,
    }
}

fn persistence(info: &Info, save: Option<&str>) -> Option<Finding> {
    if info.get("rdb_last_bgsave_status") == "err" {
        return Some(Finding::bad(
            "the last save to disk failed: Redis refuses to write while stop-writes-on-bgsave-error is set",
            "look into its log; usually the disk is full",
        ));
    }
    if info.get("aof_last_write_status") == "err" {
        return Some(Finding::bad(
            "the append-only file cannot be written",
            "look into Redis's log; usually the disk is full",
        ));
    }
    let aof = info.get("aof_enabled") == "1";
    match (aof, save) {
        (true, _) => Some(Finding::ok(
            "append-only file on: a restart loses a second at most",
        )),
        (false, Some("")) => Some(Finding::warning(
            "nothing is kept on disk: a restart empties the live values and the stream",
            "panels then poll the database and nothing shown is lost; to keep them: appendonly yes",
        )),
        (false, Some(_)) => Some(Finding::warning(
            "only snapshots on disk: a restart loses what came since the last",
            "panels then poll the database and nothing shown is lost; to keep more: appendonly yes",
        )),
        (false, None) => None,
    }
}

async fn stream(line: &Line, keys: &Keys) -> Result<Finding, Failure> {
    let mut about = redis::pipe();
    about.cmd("XINFO").arg("STREAM").arg(&keys.log);
    about.cmd("MEMORY").arg("USAGE").arg(&keys.log);
    let answers = line.ask_all(&about).await?;
    match answers.first() {
        Some(Value::ServerError(error)) if error.code() == "ERR" => Ok(Finding::ok(format!(
            "no stream {} yet: nothing was announced",
            keys.log
        ))),
        Some(Value::ServerError(error)) => Err(line.refused(error)),
        answer => {
            let length = answer
                .and_then(StreamBooks::read)
                .map_or(0, |books| books.length);
            let size = match answers.get(1) {
                Some(Value::Int(bytes)) => format!(", {:.1} MB", *bytes as f64 / 1e6),
                _ => String::new(),
            };
            Ok(Finding::ok(format!(
                "stream {}: {length} entries{size}",
                keys.log
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::FindingLevel;

    #[test]
    fn settings_that_lose_messages_are_warned_about() {
        let lossy = Info(
            "maxmemory:1000\r\nmaxmemory_policy:allkeys-lru\r\nused_memory:950\r\nevicted_keys:3\r\n",
        );
        let found = memory(&lossy);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(
            found
                .iter()
                .all(|f| f.level == FindingLevel::Warning && !f.advice.is_empty())
        );
        let sound = Info(
            "maxmemory:0\r\nmaxmemory_policy:noeviction\r\nused_memory:950\r\nevicted_keys:0\r\n",
        );
        assert_eq!(memory(&sound)[0].level, FindingLevel::Ok);
    }

    #[test]
    fn a_disk_that_fails_is_worse_than_none() {
        let level = |info, save| persistence(&Info(info), save).map(|finding| finding.level);
        assert_eq!(
            level("rdb_last_bgsave_status:err\n", None),
            Some(FindingLevel::Bad)
        );
        assert_eq!(
            level("aof_enabled:0\n", Some("")),
            Some(FindingLevel::Warning)
        );
        assert_eq!(level("aof_enabled:1\n", Some("")), Some(FindingLevel::Ok));
        assert_eq!(level("aof_enabled:0\n", None), None);
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        let level = |text| version(&Info(text)).level;
        assert_eq!(level("redis_version:5.0.14"), FindingLevel::Bad);
        assert_eq!(level("redis_version:6.2.1"), FindingLevel::Warning);
        assert_eq!(level("redis_version:10.0.0"), FindingLevel::Ok);
    }
}
