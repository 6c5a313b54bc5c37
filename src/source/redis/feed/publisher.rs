//! The collector's side: sets results, gives signs of life, reads what is wanted.

use std::sync::Arc;
use std::time::Duration;

use redis::{Script, ScriptInvocation, Value};

use super::super::connect::{Line, Purpose, text};
use super::super::keys::Keys;
use super::super::url::RedisTarget;
use super::super::writer::AnnounceError;
use super::MOST_WANTED;
use crate::model::panel_data::Failure;
use crate::source::feed::{Identity, LONGEST};

/// Whoever wants something for longer must say so again; no refresh is longer than a day.
const LONGEST_LIFE: Duration = Duration::from_secs(4 * 24 * 3600);

/// A sign of life.
#[derive(Clone, Copy, Debug)]
pub struct Beat<'a> {
    /// The leader's epoch.
    pub epoch: u64,
    /// What its process is called.
    pub holder: &'a str,
    /// Version of the definitions it publishes.
    pub definitions: &'a str,
    /// Why it publishes nothing new; empty for nothing.
    pub trouble: &'a str,
}

/// What Redis says to that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beaten {
    /// The definitions there are of the version that the beat names.
    pub is_defined: bool,
    /// How many viewers listen; none where Redis does not tell.
    pub viewers: Option<u64>,
}

/// One result to publish.
#[derive(Clone, Debug)]
pub struct OneResult {
    /// The identity's digest.
    pub digest: String,
    /// How long it is kept.
    pub life: Duration,
    /// What; empty prolongs what is there.
    pub payload: Vec<u8>,
}

/// Who published last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latest {
    /// The greatest epoch so far, as it stands there.
    pub epoch: String,
    /// What the process of the last sign of life is called.
    pub holder: String,
    /// How old that is, by Redis' clock; none for none.
    pub age: Option<Duration>,
    /// It publishes nothing new.
    pub is_in_trouble: bool,
}

/// What viewers look at.
#[derive(Clone, Debug, Default)]
pub struct Interests {
    /// Each once, ordered.
    pub identities: Vec<Arc<Identity>>,
    /// Members that were none, thrown away.
    pub refused: u64,
}

/// Writes the feed under an epoch. Connects when first used, and anew when the connection was lost.
#[derive(Debug)]
pub struct Publisher {
    target: Arc<RedisTarget>,
    keys: Keys,
    beat: Script,
    publish: Script,
    define: Script,
    wanted: Script,
    line: Option<Line>,
}

impl Publisher {
    /// A writer under `keys`. Opens no connection yet.
    pub fn new(target: Arc<RedisTarget>, keys: Keys) -> Self {
        Self {
            target,
            keys,
            beat: Script::new(include_str!("beat.lua")),
            publish: Script::new(include_str!("publish.lua")),
            define: Script::new(include_str!("define.lua")),
            wanted: Script::new(include_str!("wanted.lua")),
            line: None,
        }
    }

    /// Gives a sign of life.
    ///
    /// # Errors
    /// A later epoch has published, or Redis does not do it.
    pub async fn beat(&mut self, beat: &Beat<'_>) -> Result<Beaten, AnnounceError> {
        let script = self.beat.clone();
        let mut call = script.prepare_invoke();
        call.key(&self.keys.latest)
            .key(&self.keys.beat)
            .key(&self.keys.dashboards)
            .arg(beat.epoch)
            .arg(beat.holder)
            .arg(beat.definitions)
            .arg(beat.trouble)
            .arg(&self.keys.changed)
            .arg(&self.keys.new);
        match self.run(&call).await? {
            Value::Int(-1) => Err(AnnounceError::Superseded),
            Value::Array(said) => match said.as_slice() {
                [Value::Int(defined), Value::Int(viewers)] => Ok(Beaten {
                    is_defined: *defined == 1,
                    viewers: u64::try_from(*viewers).ok(),
                }),
                _ => Err(strange().into()),
            },
            _ => Err(strange().into()),
        }
    }

    /// Publishes results, all or none.
    ///
    /// # Errors
    /// A later epoch has published, or Redis does not do it.
    pub async fn publish(
        &mut self,
        epoch: u64,
        results: &[OneResult],
    ) -> Result<(), AnnounceError> {
        let script = self.publish.clone();
        let mut call = script.prepare_invoke();
        let changed: Vec<&str> = results
            .iter()
            .filter(|result| !result.payload.is_empty())
            .map(|result| result.digest.as_str())
            .collect();
        call.key(&self.keys.latest)
            .arg(epoch)
            .arg(&self.keys.changed)
            .arg(changed.join(" "));
        for result in results {
            call.key(self.keys.result(&result.digest))
                .arg(u64::try_from(result.life.as_millis()).unwrap_or(u64::MAX))
                .arg(result.payload.as_slice());
        }
        self.write(&call).await.map(|_| ())
    }

    /// Publishes the dashboards' definitions.
    ///
    /// # Errors
    /// A later epoch has published, or Redis does not do it.
    pub async fn define(
        &mut self,
        epoch: u64,
        version: &str,
        payload: &[u8],
    ) -> Result<(), AnnounceError> {
        let script = self.define.clone();
        let mut call = script.prepare_invoke();
        call.key(&self.keys.latest)
            .key(&self.keys.dashboards)
            .arg(epoch)
            .arg(version)
            .arg(payload);
        self.write(&call).await.map(|_| ())
    }

    /// Who published last.
    ///
    /// # Errors
    /// Redis does not say.
    pub async fn latest(&mut self) -> Result<Latest, Failure> {
        let line = self.line().await?;
        let mut steps = redis::pipe();
        steps.cmd("TIME");
        steps.cmd("HGET").arg(&self.keys.latest).arg("_epoch");
        let fields = ["holder", "at", "trouble"];
        steps.cmd("HMGET").arg(&self.keys.beat).arg(&fields);
        let answers = line.ask_all(&steps).await?;
        self.line = Some(line);
        let [Value::Array(time), epoch, Value::Array(beat)] = answers.as_slice() else {
            return Err(Failure::new("Redis answers with something else"));
        };
        let said = |value: Option<&Value>| value.and_then(text).unwrap_or_default().to_owned();
        let number = |value: Option<&Value>| value.and_then(text)?.parse::<u64>().ok();
        let age = || {
            let now = number(time.first())? * 1_000_000 + number(time.get(1))?;
            Some(Duration::from_micros(
                now.saturating_sub(number(beat.get(1))?),
            ))
        };
        Ok(Latest {
            epoch: said(Some(epoch)),
            holder: said(beat.first()),
            age: age(),
            is_in_trouble: !said(beat.get(2)).is_empty(),
        })
    }

    /// What viewers look at now.
    ///
    /// # Errors
    /// Redis does not say.
    pub async fn interests(&mut self) -> Result<Interests, Failure> {
        let script = self.wanted.clone();
        let mut call = script.prepare_invoke();
        call.key(&self.keys.wanted)
            .arg(MOST_WANTED)
            .arg(LONGEST)
            .arg(LONGEST_LIFE.as_millis() as u64);
        let Value::Array(answer) = self.run(&call).await? else {
            return Err(strange());
        };
        let mut found = Interests::default();
        let mut strange = redis::cmd("ZREM");
        strange.arg(&self.keys.wanted);
        let mut strangers = 0;
        for value in answer {
            match value {
                Value::Int(refused) => found.refused += refused.unsigned_abs(),
                Value::BulkString(member) => {
                    if let Some(identity) = Identity::from_json(&member) {
                        found.identities.push(Arc::new(identity));
                    } else {
                        strangers += 1;
                        strange.arg(member);
                    }
                }
                _ => {}
            }
        }
        if strangers > 0 {
            found.refused += strangers;
            if let Some(line) = &self.line {
                line.ask(&strange).await?;
            }
        }
        found.identities.sort_unstable();
        found.identities.dedup();
        Ok(found)
    }

    /// A script that answers -1 for a later epoch.
    async fn write(&mut self, call: &ScriptInvocation<'_>) -> Result<i64, AnnounceError> {
        match self.run(call).await? {
            Value::Int(-1) => Err(AnnounceError::Superseded),
            Value::Int(answer) => Ok(answer),
            _ => Err(strange().into()),
        }
    }

    async fn run(&mut self, call: &ScriptInvocation<'_>) -> Result<Value, Failure> {
        let line = self.line().await?;
        let answer = line.run(call).await?;
        // Only a connection that answered is used again.
        self.line = Some(line);
        Ok(answer)
    }

    /// The connection, taken.
    async fn line(&mut self) -> Result<Line, Failure> {
        match self.line.take() {
            Some(line) => Ok(line),
            None => Line::open(&self.target, Purpose::Commands(&self.keys.latest)).await,
        }
    }
}

fn strange() -> Failure {
    Failure::new("Redis answers a script with something else")
}
