//! PostgreSQL first, then Redis: whoever polls because of an announcement finds the row.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::super::{open, say};
use super::intake::Line;
use crate::config::Config;
use crate::model::live::LiveItem;
use crate::model::panel_data::Failure;
use crate::source::postgres::write::{Fate, Recorder, Report, Trouble};
use crate::source::redis::{AnnounceError, Announcer};

/// After Redis failed, how long nothing is announced: a server that swallows packets must not slow the writing.
const REST: Duration = Duration::from_secs(2);

/// Most metrics remembered as not announced.
const MISSED: usize = 1000;

/// Where items go, and what became of them.
pub(super) struct Delivery {
    recorder: Option<Recorder>,
    announcer: Option<Announcer>,
    resting: Option<Instant>,
    /// First and last line that the database has missed since it went away.
    missing: Option<(u64, u64)>,
    /// Metrics with samples that were written and not announced: screens are to poll them.
    missed: BTreeSet<String>,
    tally: Tally,
}

#[derive(Debug, Default)]
struct Tally {
    samples: u64,
    events: u64,
    written: u64,
    announced: u64,
    wrong: u64,
    not_written: Option<String>,
    not_announced: Option<String>,
    /// A database is configured and did not take all.
    lost: bool,
}

impl Delivery {
    /// Both or one of them. Opens no connection yet.
    ///
    /// # Errors
    /// Neither is configured, or a URL cannot be right.
    pub fn new(config: &Config, create: bool) -> Result<Self, Failure> {
        let recorder = match &config.database.url {
            Some(_) => Some(Recorder::new(&config.database, create)?),
            None => None,
        };
        let announcer =
            open::redis_target(config)?.map(|(target, keys)| Announcer::new(target, keys));
        if recorder.is_none() && announcer.is_none() {
            return Err(Failure::new(
                "neither a database nor Redis is configured, so there is nowhere to push to",
            )
            .detail("set DATABASE_URL, REDIS_URL or both"));
        }
        let mut tally = Tally::default();
        if recorder.is_none() {
            tally.not_written = Some(
                "no database is configured, so the names of metrics could not be checked"
                    .to_owned(),
            );
        }
        if announcer.is_none() {
            tally.not_announced = Some("no Redis is configured".to_owned());
        }
        Ok(Self {
            recorder,
            announcer,
            resting: None,
            missing: None,
            missed: BTreeSet::new(),
            tally,
        })
    }

    /// A line that is not delivered.
    pub fn refuse(&mut self, number: Option<u64>, why: &str) {
        self.tally.refuse(number, why);
    }

    /// Writes and announces.
    ///
    /// # Errors
    /// The database refuses everything; nothing of this batch was announced.
    pub async fn deliver(&mut self, lines: Vec<Line>) -> Result<(), Failure> {
        let (numbers, mut items): (Vec<Option<u64>>, Vec<LiveItem>) = lines
            .into_iter()
            .map(|line| (line.number, line.item))
            .unzip();
        for item in &items {
            match item {
                LiveItem::Sample(_) => self.tally.samples += 1,
                LiveItem::Event(_) => self.tally.events += 1,
            }
        }
        if let Some(recorder) = &mut self.recorder {
            let Report { fates, trouble } = recorder.write(&items).await;
            let open = |fate: &Fate| *fate == Fate::Open;
            let first = fates.iter().position(open).and_then(|at| numbers[at]);
            let last = fates.iter().rposition(open).and_then(|at| numbers[at]);
            let mut fates = fates.into_iter();
            let mut numbers = numbers.into_iter();
            items.retain(|item| {
                let number = numbers.next().flatten();
                match fates.next() {
                    Some(Fate::Written) => self.tally.written += 1,
                    Some(Fate::Refused(why)) => {
                        match item {
                            LiveItem::Sample(_) => self.tally.samples -= 1,
                            LiveItem::Event(_) => self.tally.events -= 1,
                        }
                        self.tally.refuse(number, &why);
                        return false;
                    }
                    Some(Fate::Open) | None => self.tally.lost = true,
                }
                true
            });
            match trouble {
                None => self.name_missing(),
                Some(Trouble::Away(why)) => {
                    if let (Some(first), Some(last)) = (first, last) {
                        self.missing = Some((self.missing.map_or(first, |(first, _)| first), last));
                    }
                    self.tally.not_written = Some(line(&why));
                }
                Some(Trouble::Refused(why)) => {
                    self.tally.not_written = Some("see above".to_owned());
                    self.tally.not_announced.get_or_insert_with(|| {
                        "what the database refuses is not announced".to_owned()
                    });
                    return Err(why);
                }
            }
        }
        self.announce(&items).await;
        Ok(())
    }

    async fn announce(&mut self, items: &[LiveItem]) {
        let resting = self.resting.is_some_and(|until| Instant::now() < until);
        let Some(announcer) = &mut self.announcer else {
            return;
        };
        if items.is_empty() {
            return;
        }
        if resting {
            self.miss(items);
            return;
        }
        match announcer.announce(items).await {
            Ok(_) => {
                self.resting = None;
                self.tally.announced += items.len() as u64;
                self.ask_to_poll().await;
            }
            Err(AnnounceError::Failed(why)) => {
                self.miss(items);
                self.resting = Some(Instant::now() + REST);
                self.tally.not_announced = Some(line(&why));
            }
            // Only leaders carry an epoch.
            Err(AnnounceError::Superseded) => {
                self.tally.not_announced = Some("another writer has taken over".to_owned());
            }
        }
    }

    fn miss(&mut self, items: &[LiveItem]) {
        for metric in items.iter().filter_map(LiveItem::metric) {
            if self.missed.len() < MISSED && !self.missed.contains(metric) {
                self.missed.insert(metric.to_owned());
            }
        }
    }

    /// The end of what is pushed: Redis may be back. One that failed just now is not waited for again.
    pub async fn finish(&mut self) {
        let just_now = |until: Instant| Instant::now() + REST.mul_f64(0.75) < until;
        if !self.resting.is_some_and(just_now) {
            self.ask_to_poll().await;
        }
    }

    /// Tells the screens what to poll, where samples were written and could not be announced.
    async fn ask_to_poll(&mut self) {
        let Some(announcer) = &mut self.announcer else {
            return;
        };
        if self.missed.is_empty() {
            return;
        }
        match announcer.ask_to_poll(&self.missed).await {
            Ok(()) => self.missed.clear(),
            Err(why) => tracing::debug!(why = why.summary, "the screens were not asked to poll"),
        }
    }

    /// Nothing was wrong and nothing was lost. That Redis is away loses nothing: the next poll shows it.
    pub fn is_fine(&self) -> bool {
        let tally = &self.tally;
        let arrived = self.recorder.is_some() || tally.announced == tally.count();
        tally.wrong == 0 && !tally.lost && arrived
    }

    /// For whoever wants to send them again.
    fn name_missing(&mut self) {
        if let Some((first, last)) = self.missing.take() {
            say(&format!("lines {first} to {last} were not written"));
        }
    }

    /// What was done, in a line.
    pub fn summary(&mut self) -> String {
        self.name_missing();
        self.tally.summary()
    }
}

impl Tally {
    fn refuse(&mut self, number: Option<u64>, why: &str) {
        self.wrong += 1;
        match number {
            Some(number) => say(&format!("line {number}: {why}")),
            None => say(&format!("kpi push: {why}")),
        }
    }

    fn count(&self) -> u64 {
        self.samples + self.events
    }

    fn summary(&self) -> String {
        let all = self.count();
        let mut nouns = Vec::new();
        if self.samples > 0 || self.events == 0 {
            nouns.push(counted(self.samples, "sample"));
        }
        if self.events > 0 {
            nouns.push(counted(self.events, "event"));
        }
        let done = [(self.written, "written"), (self.announced, "announced")];
        let whole = done.iter().all(|(count, _)| [0, all].contains(count));
        let done: Vec<String> = done
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| {
                if whole {
                    word.to_owned()
                } else {
                    format!("{count} {word}")
                }
            })
            .collect();
        let mut text = nouns.join(" and ");
        if !done.is_empty() {
            text.push_str(if whole { " " } else { ": " });
            text.push_str(&done.join(", "));
        }
        for (count, word, why) in [
            (self.written, "written", &self.not_written),
            (self.announced, "announced", &self.not_announced),
        ] {
            if count < all {
                let some = if count == 0 {
                    String::new()
                } else {
                    format!("{} ", all - count)
                };
                let why = why
                    .as_ref()
                    .map_or_else(String::new, |why| format!(": {why}"));
                let _ = write!(text, "; {some}not {word}{why}");
            }
        }
        if self.wrong > 0 {
            let _ = write!(text, "; {} refused", self.wrong);
        }
        text
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn line(failure: &Failure) -> String {
    let mut text = failure.summary.clone();
    for detail in &failure.details {
        text.push_str(" (");
        text.push_str(detail);
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_was_done_and_what_not() {
        let tally = Tally {
            samples: 3,
            written: 3,
            announced: 3,
            ..Tally::default()
        };
        assert_eq!(tally.summary(), "3 samples written, announced");
        let tally = Tally {
            samples: 1,
            written: 1,
            not_announced: Some("no Redis is configured".into()),
            ..Tally::default()
        };
        assert_eq!(
            tally.summary(),
            "1 sample written; not announced: no Redis is configured"
        );
        let tally = Tally {
            samples: 9,
            events: 1,
            written: 10,
            announced: 4,
            wrong: 2,
            not_announced: Some("gone".into()),
            ..Tally::default()
        };
        assert_eq!(
            tally.summary(),
            "9 samples and 1 event: 10 written, 4 announced; 6 not announced: gone; 2 refused"
        );
        let tally = Tally {
            wrong: 1,
            ..Tally::default()
        };
        assert_eq!(tally.summary(), "0 samples; 1 refused");
    }
}
