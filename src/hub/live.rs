//! Live samples and events → the pictures they move, until the next poll replaces them.
//!
//! How a panel takes a sample is what its `live` says (`append`, `replace`, `refresh`) or, where it says
//! nothing, what suits its kind. What cannot be applied without guessing the panel's SQL (a labelled
//! sample of a panel that sums over labels, a table) makes the panel ask again instead.

use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

use crate::config::{Apply, Panel};
use crate::model::kind::PanelKind;
use crate::model::live::{LiveEvent, LiveSample};
use crate::model::panel_data::{LiveCounts, LogLine, PanelData, Resync, Shape};
use crate::model::series::{Point, Series};
use crate::model::time::{MINUTE, Moment, TimeWindow};

/// A sample dated later than this is a wrong clock, not news.
const FUTURE: i64 = MINUTE;
/// A sample dated earlier than this is history: a backfill, or a feed with a long way.
const PAST: i64 = MINUTE;
/// Points of one series that live samples make it grow to.
const POINTS: usize = 20_000;
/// Feeds (metric and labels) whose newest sample is remembered.
const FEEDS: usize = 10_000;
/// Events remembered for log panels, and lines one of them shows.
const LINES: usize = 500;

/// What the live updates told so far.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub counts: LiveCounts,
    pub resync: Option<Resync>,
    events: VecDeque<LogLine>,
    newest: HashMap<String, (Moment, u64)>,
}

/// What to think of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Newer than all before.
    New,
    /// Older than one before, or simply old: only the database knows where it belongs.
    Late,
    /// Not to be used.
    Ignored,
}

impl Live {
    /// Compares a sample with what came before, and counts what is odd.
    pub fn judge(&mut self, sample: &LiveSample, now: Moment) -> Verdict {
        if sample.at.since(now) > FUTURE {
            self.counts.future += 1;
            return Verdict::Ignored;
        }
        let news = if now.since(sample.at) > PAST {
            Verdict::Late
        } else {
            Verdict::New
        };
        self.forget_when_full();
        let value = sample.value.to_bits();
        match self.newest.entry(feed(sample)) {
            Entry::Vacant(free) => {
                free.insert((sample.at, value));
                news
            }
            Entry::Occupied(mut known) => {
                let (at, before) = *known.get();
                if sample.at < at {
                    self.counts.late += 1;
                    return Verdict::Late;
                }
                if sample.at == at && value == before {
                    self.counts.duplicate += 1;
                    return Verdict::Ignored;
                }
                known.insert((sample.at, value));
                news
            }
        }
    }

    fn forget_when_full(&mut self) {
        if self.newest.len() >= FEEDS {
            self.newest.clear();
        }
    }

    /// Remembers a latest value without counting it: it may well be known already.
    pub fn know(&mut self, sample: &LiveSample) {
        self.forget_when_full();
        let known = self
            .newest
            .entry(feed(sample))
            .or_insert((sample.at, sample.value.to_bits()));
        if sample.at > known.0 {
            *known = (sample.at, sample.value.to_bits());
        }
    }

    /// Remembers an event; false when it is known.
    pub fn event(&mut self, event: &LiveEvent) -> bool {
        let line = LogLine {
            at: event.at,
            level: event.level,
            text: event.text.clone(),
        };
        if self.events.contains(&line) {
            return false;
        }
        let at = self.events.partition_point(|known| known.at >= line.at);
        self.events.insert(at, line);
        self.events.truncate(LINES);
        true
    }

    /// The lines of a log panel with the live ones (those before `until`, if that is given) among them, newest
    /// first; none when they are all there.
    pub fn log(&self, lines: &[LogLine], until: Option<Moment>) -> Option<Vec<LogLine>> {
        let mut all = lines.to_vec();
        all.extend(
            self.events
                .iter()
                .filter(|event| until.is_none_or(|until| event.at <= until))
                .filter(|event| !lines.contains(event))
                .cloned(),
        );
        if all.len() == lines.len() {
            return None;
        }
        all.sort_by_key(|line| std::cmp::Reverse(line.at));
        all.truncate(LINES);
        (all != lines).then_some(all)
    }
}

fn feed(sample: &LiveSample) -> String {
    let mut feed = sample.metric.clone();
    for (name, value) in &sample.labels {
        feed.push('\0');
        feed.push_str(name);
        feed.push('\0');
        feed.push_str(value);
    }
    feed
}

/// What samples did to a picture.
#[derive(Debug, PartialEq)]
pub(super) enum Moved {
    /// Nothing: they are older than what is shown.
    Nothing,
    /// This is the new picture; its revision is still the old one's.
    Picture(Box<PanelData>),
    /// They cannot be shown without asking the database.
    Ask,
}

/// Applies samples of the panel's metric, oldest first. `window` is what the panel's range means by now.
pub(super) fn apply(
    panel: &Panel,
    data: &PanelData,
    samples: &[&LiveSample],
    window: TimeWindow,
    now: Moment,
) -> Moved {
    let declared = panel.live.as_ref().and_then(|live| live.apply);
    let how = declared.unwrap_or_else(|| by_kind(panel.kind, &data.shape));
    if how == Apply::Refresh {
        return Moved::Ask;
    }
    let mut shape = Shape::clone(&data.shape);
    let mut moved = false;
    for sample in samples {
        // The answer knows a newer one already; but a forecast is no news.
        if how == Apply::Replace && data.newest_at.is_some_and(|newest| newest > sample.at) {
            if data.newest_at > Some(now.plus(FUTURE)) {
                return Moved::Ask;
            }
            continue;
        }
        let applied = match (&mut shape, how) {
            (Shape::Series(series), Apply::Append) => {
                target(series, sample).and_then(|series| append(series, sample, data.interval))
            }
            (Shape::Series(series), _) => {
                target(series, sample).map(|series| replace(series, sample))
            }
            (Shape::Bars(bars), _) => bars
                .iter_mut()
                .find(|bar| is_named(&bar.label, sample))
                .map(|bar| {
                    bar.value = sample.value;
                    true
                }),
            // What is counted or held for a while cannot be moved without guessing.
            _ => None,
        };
        match applied {
            Some(applied) => moved |= applied,
            None => return Moved::Ask,
        }
    }
    if !moved {
        return Moved::Nothing;
    }
    let newest = samples.iter().map(|sample| sample.at).max();
    let mut data = PanelData {
        shape: shape.into(),
        ..data.clone()
    };
    if let Some(newest) = newest {
        data.newest_at = data.newest_at.max(Some(newest));
        slide(&mut data, window);
    }
    Moved::Picture(Box::new(data))
}

/// The default by kind: a line grows, a single number changes, everything else is asked again.
fn by_kind(kind: PanelKind, shape: &Shape) -> Apply {
    match kind {
        PanelKind::Timeseries => Apply::Append,
        PanelKind::Stat | PanelKind::Gauge => match shape {
            Shape::Series(series) if series.iter().any(|one| one.points.len() > 1) => Apply::Append,
            _ => Apply::Replace,
        },
        PanelKind::Bars | PanelKind::BarGauge => Apply::Replace,
        _ => Apply::Refresh,
    }
}

/// The series a sample belongs to: the one named like one of its labels or its metric; without labels,
/// the only one. None where a guess would be needed.
fn target<'a>(series: &'a mut [Series], sample: &LiveSample) -> Option<&'a mut Series> {
    let only = series.len() == 1 && sample.labels.is_empty();
    series
        .iter_mut()
        .find(|one| only || is_named(&one.name, sample))
}

fn is_named(name: &str, sample: &LiveSample) -> bool {
    if sample.labels.is_empty() {
        name == sample.metric
    } else {
        // One label names a series by its value; of several only the whole would be no guess.
        sample.labels.len() == 1 && sample.labels.values().any(|value| value == name)
    }
}

/// A further point in its bucket; in the last bucket it takes the last point's place. None when the series
/// has more points than a chart has use for: its SQL makes no buckets, and knows a limit of rows.
fn append(series: &mut Series, sample: &LiveSample, interval: i64) -> Option<bool> {
    let step = step(&series.points).unwrap_or(interval).max(1);
    let Some(last) = series.points.last().copied() else {
        series.points.push(Point {
            at: sample.at,
            value: sample.value,
        });
        return Some(true);
    };
    if sample.at < last.at {
        return Some(false);
    }
    let buckets = sample.at.since(last.at) / step;
    if buckets == 0 {
        if let Some(last) = series.points.last_mut() {
            last.value = sample.value;
        }
    } else if series.points.len() >= POINTS {
        return None;
    } else {
        series.points.push(Point {
            at: last.at.plus(buckets.saturating_mul(step)),
            value: sample.value,
        });
    }
    Some(true)
}

/// The newest value, in place.
fn replace(series: &mut Series, sample: &LiveSample) -> bool {
    match series.points.last_mut() {
        Some(last) => {
            last.at = last.at.max(sample.at);
            last.value = sample.value;
        }
        None => series.points.push(Point {
            at: sample.at,
            value: sample.value,
        }),
    }
    true
}

/// The width of a series' buckets: the median distance of its last points; none for fewer than three.
fn step(points: &[Point]) -> Option<i64> {
    let last = &points[points.len().saturating_sub(16)..];
    let mut steps: Vec<i64> = last
        .windows(2)
        .map(|pair| pair[1].at.since(pair[0].at))
        .collect();
    if steps.len() < 2 {
        return None;
    }
    steps.sort_unstable();
    Some(steps[steps.len() / 2]).filter(|step| *step > 0)
}

/// Moves the window on and lets go of what has left it: memory stays bounded.
fn slide(data: &mut PanelData, window: TimeWindow) {
    if window.to <= data.window.to {
        return;
    }
    data.window = window;
    let from = window.from;
    if let Shape::Series(series) = std::sync::Arc::make_mut(&mut data.shape) {
        for one in series {
            // One point before the window stays: the line comes in from the left.
            let gone = one
                .points
                .partition_point(|point| point.at < from)
                .saturating_sub(1);
            one.points.drain(..gone);
        }
    }
}
