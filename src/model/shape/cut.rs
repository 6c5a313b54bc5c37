//! A part of what was asked for: the rows that a question about a shorter window would have given.

use super::columns::{moment_of, time_column};
use super::{Point, Series};
use crate::model::kind::PanelKind;
use crate::model::rowset::{Column, Rowset};
use crate::model::time::{Moment, TimeWindow};

/// What a panel's statement says about the rows it gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// It names the window it is asked for.
    pub asks_for_time: bool,
    /// Rows at most.
    pub limit: Option<usize>,
}

/// The rows dated within `window`, its end excluded: a bucket that begins there tells of what came later.
/// None where the rows carry no time that says so.
///
/// A state holds until the next one: of states, what came before the window stays. Of rows that a limit has cut
/// nobody knows what came before the first.
pub fn within(
    kind: PanelKind,
    rows: &Rowset,
    about: Statement,
    window: TimeWindow,
) -> Option<Rowset> {
    let time = &rows.columns[time_column(rows)?];
    let asks_for_time = about.asks_for_time;
    let is_summary = rows.len() <= 1 && rows.columns.len() > 1;
    let is_dated = match kind {
        // `select max(ts) as last, count(*)`: when something was, not when the numbers were so.
        PanelKind::Stat | PanelKind::Gauge => time.name == "time" || !is_summary,
        _ if kind.has_time_axis() || kind == PanelKind::Log => true,
        _ => time.name == "time" || (asks_for_time && !is_summary),
    };
    // `select now()`: the time is what is shown.
    if !is_dated || rows.columns.len() == 1 {
        return None;
    }
    let is_cut = rows.truncated || about.limit.is_some_and(|limit| rows.len() >= limit);
    let first = time.values.iter().filter_map(moment_of).min();
    if is_cut && first.is_some_and(|first| window.to <= first) {
        return None;
    }
    let keeps_earlier = matches!(kind, PanelKind::StateTimeline | PanelKind::StatusHistory);
    let is_kept = |at: Moment| at < window.to && (keeps_earlier || at >= window.from);
    let kept: Vec<bool> = time
        .values
        .iter()
        .map(|value| moment_of(value).is_some_and(is_kept))
        .collect();
    let columns = rows.columns.iter().map(|column| Column {
        name: column.name.clone(),
        type_name: column.type_name.clone(),
        kind: column.kind,
        values: column
            .values
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(value, _)| value.clone())
            .collect(),
    });
    Some(Rowset {
        columns: columns.collect(),
        truncated: rows.truncated,
    })
}

/// The points within `window`, its end excluded. A series without any stays: the others keep their colours.
pub fn points_within(series: &[Series], window: TimeWindow) -> Vec<Series> {
    let is_kept = |point: &&Point| (window.from..window.to).contains(&point.at);
    series
        .iter()
        .map(|one| Series {
            name: one.name.clone(),
            points: one.points.iter().filter(is_kept).copied().collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rowset::ColumnKind;
    use crate::model::value::Value;

    fn rows(time: &str, times: &[i64]) -> Rowset {
        let column = |name: &str, kind, values| Column {
            name: name.into(),
            type_name: "any".into(),
            kind,
            values,
        };
        let at = times.iter().map(|at| Value::Timestamp(Moment(*at)));
        let numbers = times.iter().map(|at| Value::Int(*at));
        Rowset {
            columns: vec![
                column(time, ColumnKind::Time, at.collect()),
                column("n", ColumnKind::Number, numbers.collect()),
            ],
            truncated: false,
        }
    }

    const WINDOW: TimeWindow = TimeWindow {
        from: Moment(10),
        to: Moment(20),
    };

    fn kept(kind: PanelKind, rows: &Rowset, asks_for_time: bool) -> Option<Vec<Value>> {
        let about = Statement {
            asks_for_time,
            limit: Some(5),
        };
        let cut = within(kind, rows, about, WINDOW)?;
        assert_eq!(cut.columns[0].values.len(), cut.columns[1].values.len());
        Some(cut.columns[1].values.clone())
    }

    #[test]
    fn rows_are_cut_by_their_time_with_the_end_excluded() {
        let all = rows("time", &[5, 10, 19, 20, 25]);
        let inside = Some(vec![Value::Int(10), Value::Int(19)]);
        for kind in [PanelKind::Timeseries, PanelKind::Stat, PanelKind::Bars] {
            assert_eq!(kept(kind, &all, false), inside, "{kind:?}");
        }
        let states = kept(PanelKind::StateTimeline, &all, false).unwrap();
        assert_eq!(states.first(), Some(&Value::Int(5)));
        assert_eq!(states.len(), 3);
    }

    #[test]
    fn what_came_before_the_first_row_of_a_limited_statement_is_not_known() {
        let later = [20, 21, 22, 23];
        let kind = PanelKind::Table;
        assert_eq!(kept(kind, &rows("time", &later), false), Some(Vec::new()));
        let five = [20, 21, 22, 23, 24];
        assert_eq!(kept(kind, &rows("time", &five), false), None);
    }

    #[test]
    fn a_time_that_dates_nothing_cuts_nothing() {
        let seen = rows("seen", &[5, 10, 25]);
        assert_eq!(kept(PanelKind::Table, &seen, false), None);
        assert!(kept(PanelKind::Table, &seen, true).is_some());
        assert_eq!(kept(PanelKind::Stat, &rows("last", &[5]), true), None);
        assert_eq!(kept(PanelKind::Table, &rows("last", &[5]), true), None);
    }
}
