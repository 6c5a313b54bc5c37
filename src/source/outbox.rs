//! What waits for a consumer, bounded however far behind it is.
//!
//! The connection is read at full speed; what the consumer has not taken yet is kept up to a limit. Beyond it
//! only the newest sample per metric and labels stays: the others are counted, and their metrics are to be
//! polled again, so that nothing is lost silently.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};

use crate::model::live::LiveItem;
use crate::model::panel_data::Link;
use crate::source::LiveUpdate;

/// Most items that wait here.
pub(super) const MOST_WAITING: usize = 20_000;
/// Most bytes of text in them: items may be long.
const MOST_BYTES: usize = 16 << 20;
/// Most items in one update.
pub(super) const MOST_AT_ONCE: usize = 1_000;
/// Most events that outlive a thinning.
const MOST_EVENTS: usize = 1_000;
/// Beyond this many names "everything" is shorter.
const MOST_NAMES: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    link: Option<Link>,
    snapshot: Option<Vec<LiveItem>>,
    items: VecDeque<LiveItem>,
    /// Text in `items`.
    bytes: usize,
    hole: Option<Hole>,
    wishes: BTreeSet<String>,
    dropped: u64,
    /// Items went last: now it is something else's turn.
    items_went: bool,
}

#[derive(Debug)]
struct Hole {
    why: String,
    /// None for everything.
    metrics: Option<BTreeSet<String>>,
}

impl Outbox {
    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        change(&mut self.lock());
        self.bell.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn link(&self, link: Link) {
        self.change(|waiting| waiting.link = Some(link));
    }

    /// Replaces what waits: a snapshot is newer. Events stay, no poll brings them back.
    pub fn snapshot(&self, items: Vec<LiveItem>) {
        self.change(|waiting| {
            waiting
                .items
                .retain(|item| matches!(item, LiveItem::Event(_)));
            waiting.bytes = waiting.items.iter().map(length).sum();
            waiting.snapshot = Some(items);
        });
    }

    pub fn items(&self, items: impl IntoIterator<Item = LiveItem>) {
        self.change(|waiting| {
            for item in items {
                waiting.bytes += length(&item);
                waiting.items.push_back(item);
            }
            if waiting.items.len() > MOST_WAITING || waiting.bytes > MOST_BYTES {
                waiting.thin_out();
            }
        });
    }

    /// `metrics` empty: words for the header, and nothing to poll.
    pub fn hole(&self, why: &str, metrics: Option<Vec<String>>) {
        self.change(|waiting| {
            waiting.add_hole(why, metrics.map(|list| list.into_iter().collect()));
        });
    }

    pub fn wish(&self, metric: &str) {
        self.change(|waiting| {
            waiting.wishes.insert(metric.to_owned());
            if waiting.wishes.len() > MOST_NAMES {
                waiting.wishes.clear();
                waiting.add_hole("many refreshes", None);
            }
        });
    }

    pub fn dropped(&self, count: u64) {
        self.change(|waiting| waiting.dropped += count);
    }

    /// The next update.
    pub fn take(&self) -> Option<LiveUpdate> {
        self.lock().take()
    }

    /// Hands on what waits, until the receiver is gone.
    pub async fn deliver(&self, updates: mpsc::Sender<LiveUpdate>) {
        while let Ok(permit) = updates.reserve().await {
            loop {
                if let Some(update) = self.take() {
                    permit.send(update);
                    break;
                }
                tokio::select! {
                    () = self.bell.notified() => {}
                    () = updates.closed() => return,
                }
            }
        }
    }
}

impl Waiting {
    fn take(&mut self) -> Option<LiveUpdate> {
        if let Some(link) = self.link.take() {
            return Some(LiveUpdate::Link(link));
        }
        if let Some(snapshot) = self.snapshot.take() {
            return Some(LiveUpdate::Snapshot(snapshot));
        }
        // By turns, so that a flood of items does not keep the holes from being filled.
        if self.items_went || self.items.is_empty() {
            self.items_went = false;
            if self.dropped > 0 {
                return Some(LiveUpdate::Dropped(std::mem::take(&mut self.dropped)));
            }
            if let Some(Hole { why, metrics }) = self.hole.take() {
                let metrics = metrics.map(|names| names.into_iter().collect());
                return Some(LiveUpdate::Resync { why, metrics });
            }
            if let Some(metric) = self.wishes.pop_first() {
                return Some(LiveUpdate::Refresh(metric));
            }
        }
        if self.items.is_empty() {
            return None;
        }
        self.items_went = true;
        let count = self.items.len().min(MOST_AT_ONCE);
        let items: Vec<_> = self.items.drain(..count).collect();
        self.bytes -= items.iter().map(length).sum::<usize>();
        Some(LiveUpdate::Items(items))
    }

    fn add_hole(&mut self, why: &str, metrics: Option<BTreeSet<String>>) {
        let hole = self.hole.get_or_insert_with(|| Hole {
            why: why.to_owned(),
            metrics: Some(BTreeSet::new()),
        });
        match (&mut hole.metrics, metrics) {
            (Some(all), Some(more)) if all.len() + more.len() <= MOST_NAMES => all.extend(more),
            _ => hole.metrics = None,
        }
    }

    /// Down to half the limit: the newest sample per metric and labels, and the newest events.
    fn thin_out(&mut self) {
        let mut newest: HashMap<(&str, &BTreeMap<String, String>), usize> = HashMap::new();
        let mut events = VecDeque::new();
        for (index, item) in self.items.iter().enumerate() {
            match item {
                LiveItem::Sample(sample) => {
                    let best = newest
                        .entry((&sample.metric, &sample.labels))
                        .or_insert(index);
                    if self.items[*best].at() <= sample.at {
                        *best = index;
                    }
                }
                LiveItem::Event(_) => events.push_back(index),
            }
        }
        events.drain(..events.len().saturating_sub(MOST_EVENTS));
        let mut kept: Vec<usize> = newest.into_values().chain(events).collect();
        kept.sort_unstable();
        kept.drain(..kept.len().saturating_sub(MOST_WAITING / 2));
        let mut keep = vec![false; self.items.len()];
        self.bytes = 0;
        // From the newest back, as far as the bytes go.
        for index in kept.iter().rev() {
            let more = length(&self.items[*index]);
            if self.bytes + more > MOST_BYTES / 2 {
                break;
            }
            self.bytes += more;
            keep[*index] = true;
        }
        let mut missing = BTreeSet::new();
        let mut all = std::mem::take(&mut self.items);
        for (item, keep) in all.drain(..).zip(keep) {
            if keep {
                self.items.push_back(item);
                continue;
            }
            self.dropped += 1;
            if let LiveItem::Sample(sample) = item {
                missing.insert(sample.metric);
            }
        }
        self.add_hole("fell behind", Some(missing));
    }
}

/// Bytes of text in an item.
fn length(item: &LiveItem) -> usize {
    let (text, labels) = match item {
        LiveItem::Sample(sample) => (sample.metric.len() + sample.text.len(), &sample.labels),
        LiveItem::Event(event) => (event.text.len(), &event.labels),
    };
    let labels = labels.iter().map(|(name, value)| name.len() + value.len());
    text + labels.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::live::{LiveEvent, LiveLevel, LiveSample};
    use crate::model::time::Moment;

    fn sample(metric: &str, at: i64) -> LiveItem {
        let text = at.to_string();
        LiveItem::Sample(LiveSample::new(metric, &text, Moment(at), BTreeMap::new()).unwrap())
    }

    fn event(at: i64) -> LiveItem {
        LiveItem::Event(LiveEvent {
            text: "up".into(),
            level: LiveLevel::Info,
            at: Moment(at),
            labels: BTreeMap::new(),
        })
    }

    fn drain(outbox: &Outbox) -> Vec<LiveUpdate> {
        std::iter::from_fn(|| outbox.take()).collect()
    }

    #[test]
    fn a_consumer_that_never_takes_costs_a_bounded_number_of_items() {
        let outbox = Outbox::default();
        for step in 0..200 {
            outbox.items((0..1000).map(|n| sample(&format!("m{}", n % 7), step * 1000 + n)));
            assert!(outbox.lock().items.len() <= MOST_WAITING);
        }
        let mut taken = 0;
        let mut dropped = 0;
        let mut newest: HashMap<String, i64> = HashMap::new();
        let mut asked = None;
        for update in drain(&outbox) {
            match update {
                LiveUpdate::Items(items) => {
                    assert!(items.len() <= MOST_AT_ONCE);
                    taken += items.len() as u64;
                    for item in items {
                        newest.insert(item.metric().unwrap().to_owned(), item.at().0);
                    }
                }
                LiveUpdate::Dropped(count) => dropped += count,
                LiveUpdate::Resync { metrics, .. } => asked = metrics,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(
            taken + dropped,
            200_000,
            "each is either handed on or counted"
        );
        assert_eq!(
            asked.map(|names| names.len()),
            Some(7),
            "exactly the thinned metrics"
        );
        assert!(newest.values().all(|at| *at >= 199_993), "{newest:?}");
    }

    #[test]
    fn thousands_of_metrics_are_bounded_too_and_asked_for_as_everything() {
        let outbox = Outbox::default();
        outbox.items((0..50_000).map(|n| sample(&format!("m{n}"), n)));
        assert!(outbox.lock().items.len() <= MOST_WAITING / 2);
        let asked = drain(&outbox).into_iter().find_map(|update| match update {
            LiveUpdate::Resync { metrics, .. } => Some(metrics),
            _ => None,
        });
        assert_eq!(asked, Some(None));
    }

    #[test]
    fn long_items_are_bounded_by_their_text() {
        let outbox = Outbox::default();
        let long = |at| {
            LiveItem::Event(LiveEvent {
                text: "x".repeat(7000),
                level: LiveLevel::Info,
                at: Moment(at),
                labels: BTreeMap::new(),
            })
        };
        let mut most = 0;
        for batch in 0..10 {
            outbox.items((0..1000).map(|n| long(batch * 1000 + n)));
            let waiting = outbox.lock();
            most = most.max(waiting.items.iter().map(length).sum());
            assert_eq!(
                waiting.bytes,
                waiting.items.iter().map(length).sum::<usize>()
            );
        }
        assert!(most <= MOST_BYTES, "{most}");
        let _ = drain(&outbox);
        assert_eq!(outbox.lock().bytes, 0);
    }

    #[test]
    fn a_flood_of_items_does_not_starve_a_hole() {
        let outbox = Outbox::default();
        outbox.items((0..5000).map(|n| sample("a", n)));
        outbox.hole("gap", None);
        let kinds: Vec<_> = drain(&outbox)
            .iter()
            .map(|update| matches!(update, LiveUpdate::Resync { .. }))
            .collect();
        assert_eq!(kinds, [false, true, false, false, false, false]);
    }

    #[test]
    fn a_snapshot_replaces_samples_that_wait_and_keeps_events() {
        let outbox = Outbox::default();
        outbox.items([sample("a", 1), event(2)]);
        outbox.snapshot(vec![sample("a", 9)]);
        outbox.items([sample("a", 10)]);
        assert_eq!(
            drain(&outbox),
            [
                LiveUpdate::Snapshot(vec![sample("a", 9)]),
                LiveUpdate::Items(vec![event(2), sample("a", 10)]),
            ]
        );
    }

    #[test]
    fn holes_merge_and_everything_wins() {
        let outbox = Outbox::default();
        outbox.hole("first", Some(vec!["a".into()]));
        outbox.hole("second", Some(vec!["b".into()]));
        let both = Some(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(
            drain(&outbox),
            [LiveUpdate::Resync {
                why: "first".into(),
                metrics: both
            }]
        );
        outbox.hole("first", Some(vec!["a".into()]));
        outbox.hole("second", None);
        assert_eq!(
            drain(&outbox),
            [LiveUpdate::Resync {
                why: "first".into(),
                metrics: None
            }]
        );
    }

    #[test]
    fn many_wishes_become_one_for_everything() {
        let outbox = Outbox::default();
        for n in 0..10_000 {
            outbox.wish(&format!("m{n}"));
        }
        let updates = drain(&outbox);
        assert!(updates.len() <= MOST_NAMES + 1, "{}", updates.len());
        assert!(matches!(
            &updates[0],
            LiveUpdate::Resync { metrics: None, .. }
        ));
    }
}
