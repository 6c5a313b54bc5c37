//! How old a panel's data is, in steps, and from when on that matters.

use super::super::PanelView;
use crate::model::panel_data::{Health, PanelData, Shape};
use crate::model::rowset::ColumnKind;
use crate::model::time::Moment;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Since when, and from which age on it is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Age {
    since: Option<Moment>,
    from: i64,
}

impl Age {
    /// The age now, when it is old enough to matter.
    pub(super) fn shown(&self, now: Moment) -> Option<i64> {
        let age = now.since(self.since?);
        (age > self.from).then_some(age)
    }

    /// When what is shown of it changes.
    fn next_change(&self, now: Moment) -> Option<Moment> {
        let since = self.since?;
        let age = now.since(since);
        let next = if age > self.from {
            age - age.rem_euclid(step(age)) + step(age)
        } else {
            self.from + 1
        };
        Some(Moment(since.0.saturating_add(next)))
    }
}

/// The two ages of a panel, never mixed.
pub(super) struct Ages {
    /// Since the shown data was asked for.
    pub(super) poll: Age,
    /// Since the newest time in the data.
    pub(super) data: Age,
}

impl Ages {
    pub(super) fn of(data: &PanelData, view: &PanelView<'_>) -> Self {
        let refresh = view.refresh.max(0);
        let newest = data
            .newest_at
            .filter(|at| *at != Moment::INFINITY && *at != Moment::NEG_INFINITY);
        let interval = data.interval.max(0).saturating_mul(2);
        Self {
            poll: Age {
                since: data.asked_at,
                from: refresh.saturating_mul(3).saturating_add(2 * SECOND),
            },
            data: Age {
                // A range that ended may well end with old data.
                since: newest
                    .filter(|_| view.is_live && data.asked_at.is_some() && is_up_to_date(data)),
                from: refresh.saturating_mul(5).max(interval).max(MINUTE),
            },
        }
    }
}

/// Whether the newest time in the data says how far the data goes. That nothing happened lately is no
/// sign of old data, and of what needs no time only `time` is one: `seen` is when something was seen.
fn is_up_to_date(data: &PanelData) -> bool {
    match data.shape.as_ref() {
        Shape::Series(_) | Shape::Heat(_) | Shape::States(_) | Shape::Candles(_) => true,
        Shape::Rows | Shape::Bars(_) | Shape::Distributions(_) | Shape::Sites(_) => {
            data.rows.columns.iter().any(|column| {
                column.name == "time"
                    && matches!(column.kind, ColumnKind::Time | ColumnKind::Number)
            })
        }
        Shape::Log(_) => false,
    }
}

/// When a failed panel is asked again, as long as that is to come: later the answer is on its way, or who asks is
/// silent. None for what comes from a file.
pub(in super::super) fn shown_retry(retry_at: Moment, now: Moment) -> Option<Moment> {
    (retry_at.is_finite() && now <= retry_at).then_some(retry_at)
}

/// When an age that is shown changes, or a time that is to come has come.
pub(in super::super) fn next_change(data: &PanelData, view: &PanelView<'_>) -> Option<Moment> {
    let ages = Ages::of(data, view);
    let health = &data.health;
    let poll = ages.poll.next_change(view.now);
    let data = ages.data.next_change(view.now);
    let retry = match health {
        Health::Failed { retry_at, .. } => shown_retry(*retry_at, view.now),
        _ => None,
    };
    let passed = retry.map(|at| at.plus(1));
    poll.into_iter().chain(data).chain(passed).min()
}

/// The width of the steps in which an age is shown.
fn step(age: i64) -> i64 {
    match age {
        age if age < MINUTE => 10 * SECOND,
        age if age < HOUR => MINUTE,
        age if age < 2 * DAY => HOUR,
        _ => DAY,
    }
}

/// An age in its steps: `20s`, `3m`, `5h`, `12d`.
pub(super) fn coarse(age: i64) -> String {
    let whole = age - age.rem_euclid(step(age));
    match whole {
        0 => "a few s".to_owned(),
        whole if whole < MINUTE => format!("{}s", whole / SECOND),
        whole if whole < HOUR => format!("{}m", whole / MINUTE),
        whole if whole < 2 * DAY => format!("{}h", whole / HOUR),
        whole => format!("{}d", whole / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_coarse() {
        let seen: Vec<_> = [6, 19, 59, 60, 119, 3_599, 7_300, 172_799, 172_800]
            .map(|seconds| coarse(seconds * SECOND))
            .into();
        assert_eq!(
            seen,
            [
                "a few s", "10s", "50s", "1m", "1m", "59m", "2h", "47h", "2d"
            ]
        );
    }

    #[test]
    fn an_age_is_shown_only_from_where_it_matters_and_changes_only_at_its_steps() {
        let age = Age {
            since: Some(Moment(0)),
            from: 17 * SECOND,
        };
        assert_eq!(age.shown(Moment(17 * SECOND)), None);
        let first = age.next_change(Moment(5 * SECOND)).unwrap();
        assert_eq!(age.shown(Moment(first.0 - 1)), None);
        assert_eq!(age.shown(first), Some(17 * SECOND + 1));
        let mut at = first;
        for expected in ["20s", "30s", "40s", "50s", "1m", "2m"] {
            let before = coarse(at.0);
            let next = age.next_change(at).unwrap();
            assert_eq!(coarse(next.0 - 1), before);
            assert_eq!(coarse(next.0), expected);
            at = next;
        }
    }
}
