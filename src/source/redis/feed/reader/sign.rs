//! The collector's sign of life, and what its absence means.

use std::time::Duration;

use redis::Value;
use tokio::time::Instant;

use super::super::super::connect::text;
use super::Reader;
use crate::model::panel_data::{Failure, Feed, Link};
use crate::model::text::single_line;
use crate::model::time::Moment;
use crate::source::now;
use crate::source::outage::Outage;
use crate::source::postgres::QueryError;

impl Reader {
    /// Looks for the collector's sign of life, and gives up what takes too long.
    pub(super) async fn look(&mut self) {
        let mut steps = redis::pipe();
        steps.cmd("TIME");
        steps
            .cmd("HMGET")
            .arg(&self.keys.beat)
            .arg("at")
            .arg("trouble");
        match self.all(&steps).await {
            Ok(answers) => self.heard(&answers),
            Err(why) => {
                let late = |feed: &Feed| feed.silent(now()).is_some();
                self.feed.send_if_modified(|feed| {
                    let is_news = !feed.is_silent && late(feed);
                    feed.is_silent |= is_news;
                    is_news
                });
                self.lost(&why);
                self.fail(&why).await;
            }
        }
        // What is waited for is looked at without a wake-up, too.
        let waiting = self.wants.iter().filter(|(_, want)| want.pending.is_some());
        let waiting: Vec<String> = waiting.map(|(digest, _)| digest.clone()).collect();
        self.fetch(&waiting).await;
        let now = Instant::now();
        self.wants
            .retain(|_, want| want.until > now || want.pending.is_some());
        self.give_up().await;
    }

    /// Answers for those whose patience is at its end; for all, where nobody is there to be waited for.
    pub(super) async fn give_up(&mut self) {
        let at = Instant::now();
        let is_silent = self.feed.borrow().silent(now()).is_some();
        let late: Vec<(u64, Duration)> = self
            .wants
            .values_mut()
            .filter_map(|want| {
                let (until, patience) = want.pending?;
                (is_silent || until <= at).then(|| {
                    want.pending = None;
                    (want.key, patience)
                })
            })
            .collect();
        for (key, patience) in late {
            let why = self.silence(patience);
            self.send(key, Err(why)).await;
        }
    }

    /// Takes in a sign of life; its age is counted by the clock of Redis alone.
    fn heard(&mut self, answers: &[Value]) {
        self.outage = None;
        let (Some(Value::Array(time)), Some(Value::Array(beat))) =
            (answers.first(), answers.get(1))
        else {
            return;
        };
        let number = |values: &[Value], index: usize| -> Option<i64> {
            text(values.get(index)?)?.parse().ok()
        };
        let (Some(seconds), Some(micros)) = (number(time, 0), number(time, 1)) else {
            return;
        };
        let heard_at = number(beat, 0).map(|at| {
            let age = seconds.saturating_mul(1_000_000).saturating_add(micros) - at;
            Moment(now().0.saturating_sub(age.max(0)))
        });
        let trouble = beat.get(1).and_then(text).filter(|text| !text.is_empty());
        let trouble = trouble.map(|text| single_line(text).into_owned());
        self.feed.send_if_modified(|feed| {
            let mut heard = Feed {
                heard_at,
                trouble,
                ..feed.clone()
            };
            heard.is_silent = heard.silent(now()).is_some();
            heard.link = Link::Up;
            let is_other = *feed != heard;
            *feed = heard;
            is_other
        });
    }

    /// Says that the link is down, and why.
    fn lost(&mut self, why: &Failure) {
        let (outage, is_news) = Outage::after(self.outage.take(), why.clone());
        let link = outage.link();
        self.outage = Some(outage);
        if is_news {
            self.feed.send_modify(|feed| feed.link = link);
        }
    }

    /// Why a request got no answer in time.
    fn silence(&self, patience: Duration) -> QueryError {
        let feed = self.feed.borrow().clone();
        let now = now();
        if feed.heard_at.is_none() || feed.silent(now).is_some() {
            return QueryError::Feed(feed.no_sign(now));
        }
        QueryError::Told(
            Failure::new(format!("the collector gave no answer within {patience:?}"))
                .detail("its query takes longer, or its configuration does not know this panel"),
        )
    }
}
