//! Announces samples: one atomic script per batch.

use std::sync::Arc;

use redis::{Script, Value};

use super::connect::{Line, Purpose};
use super::keys::Keys;
use super::reader::EVENTS;
use super::url::RedisTarget;
use crate::model::live::{LiveItem, MAX_PAYLOAD};
use crate::model::panel_data::Failure;

/// Most items in one run of the script, which keeps everybody else waiting meanwhile: some milliseconds.
const BATCH: usize = 500;
/// Entries the stream keeps, about: Redis trims whole blocks.
const KEPT: usize = 100_000;

/// Why items were not announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnounceError {
    /// A writer of a later epoch has taken over; nothing of the batch was written.
    Superseded,
    /// Redis does not do it. After a lost connection a batch may have been written nevertheless.
    Failed(Failure),
}

impl From<Failure> for AnnounceError {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Writes samples and events to the hash, the stream and the channels. Connects when first used, and anew
/// when the connection was lost.
#[derive(Debug)]
pub struct Announcer {
    target: Arc<RedisTarget>,
    keys: Keys,
    script: Script,
    kept: usize,
    epoch: Option<u64>,
    line: Option<Line>,
}

impl Announcer {
    /// A writer under `keys`.
    pub fn new(target: RedisTarget, keys: Keys) -> Self {
        Self {
            target: Arc::new(target),
            keys,
            script: Script::new(include_str!("announce.lua")),
            kept: KEPT,
            epoch: None,
            line: None,
        }
    }

    /// With another length of the stream, about.
    #[must_use]
    pub fn keeping(mut self, entries: usize) -> Self {
        self.kept = entries;
        self
    }

    /// As a leader of this epoch: later epochs supersede it, earlier ones are refused from now on.
    #[must_use]
    pub fn of_epoch(mut self, epoch: u64) -> Self {
        self.epoch = Some(epoch);
        self
    }

    /// Announces items in their order and answers the last sequence number; 0 for no items. Each batch of
    /// 500 is all or nothing. At least once: a batch whose answer was lost is sent again.
    pub async fn announce(&mut self, items: &[LiveItem]) -> Result<u64, AnnounceError> {
        let payloads: Vec<(&str, String)> = items
            .iter()
            .map(|item| (item.metric().unwrap_or(""), item.to_json()))
            .collect();
        if let Some((metric, json)) = payloads.iter().find(|(_, json)| json.len() > MAX_PAYLOAD) {
            let what = if metric.is_empty() {
                "an event".to_owned()
            } else {
                format!("a sample of `{metric}`")
            };
            return Err(Failure::new(format!(
                "{what} is too long to be announced: {} bytes, {MAX_PAYLOAD} is the most",
                json.len()
            ))
            .detail("shorten its labels")
            .into());
        }
        let mut last = 0;
        for batch in payloads.chunks(BATCH) {
            last = self.announce_batch(batch).await?;
        }
        Ok(last)
    }

    /// Asks all readers to poll these metrics: something of them was not announced.
    pub async fn ask_to_poll(
        &mut self,
        metrics: impl IntoIterator<Item = &String>,
    ) -> Result<(), Failure> {
        let mut wishes = redis::pipe();
        for metric in metrics {
            wishes
                .cmd("PUBLISH")
                .arg(&self.keys.refresh)
                .arg(metric.as_str());
        }
        if wishes.is_empty() {
            return Ok(());
        }
        let line = match self.line.take() {
            Some(line) => line,
            None => Line::open(&self.target, Purpose::Commands(&self.keys.latest)).await?,
        };
        let answers = line.ask_all(&wishes).await?;
        let refused = answers.iter().find_map(|answer| match answer {
            Value::ServerError(error) => Some(line.refused(error)),
            _ => None,
        });
        self.line = Some(line);
        refused.map_or(Ok(()), Err)
    }

    async fn announce_batch(&mut self, batch: &[(&str, String)]) -> Result<u64, AnnounceError> {
        // A connection that lay idle may be dead without our knowing: that is worth a second try.
        let idle = self.line.is_some();
        match self.try_batch(batch).await {
            Err(AnnounceError::Failed(_)) if idle => self.try_batch(batch).await,
            outcome => outcome,
        }
    }

    async fn try_batch(&mut self, batch: &[(&str, String)]) -> Result<u64, AnnounceError> {
        let line = match self.line.take() {
            Some(line) => line,
            None => Line::open(&self.target, Purpose::Commands(&self.keys.latest)).await?,
        };
        let mut call = self.script.prepare_invoke();
        call.key(&self.keys.latest)
            .key(&self.keys.log)
            .key(&self.keys.events)
            .arg(self.kept)
            .arg(&self.keys.tick)
            .arg(
                self.epoch
                    .map(|epoch| epoch.to_string())
                    .unwrap_or_default(),
            )
            .arg(EVENTS);
        for (metric, json) in batch {
            call.arg(*metric).arg(json);
        }
        let answer = line.run(&call).await?;
        // Only a connection that answered is used again.
        self.line = Some(line);
        match answer {
            Value::Int(-1) => Err(AnnounceError::Superseded),
            Value::Int(seq) => Ok(seq as u64),
            _ => Err(Failure::new("Redis answers the script with something else").into()),
        }
    }
}
