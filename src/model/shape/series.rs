//! Rows to series, wide or long.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::columns::{Layout, moment_of};
use super::{Moment, Point, Rowset, Series, TimeWindow};
use crate::model::rowset::Column;
use crate::model::value::{Value, natural_key};

/// The series of the rows, each ascending in time. Their order gives them their colours, so that it must
/// not move with the rows: value columns in the query's order, in each the label sets in natural order.
/// Rows without a time are all there at once and in an order that was asked for: they keep it.
pub(super) fn collect(layout: &Layout, rows: &Rowset, window: TimeWindow) -> Vec<Series> {
    let mut found = Found::default();
    if layout.labels.is_empty() {
        // Columns without rows are series without points: a legend may name them.
        for value in &layout.values {
            found.series(layout, rows, *value, Vec::new());
        }
    }
    for row in 0..rows.len() {
        let Some(at) = time_of(layout, rows, row, window) else {
            continue;
        };
        let labels = labels(layout, rows, row);
        for value in &layout.values {
            let series = found.series(layout, rows, *value, labels.clone());
            series.points.push(Point {
                at,
                value: number(&rows.columns[*value], row),
            });
        }
    }
    let long = !layout.labels.is_empty();
    let mut all = if long && layout.time.is_some() {
        found.by_name()
    } else {
        found.all
    };
    for series in &mut all {
        if !series.points.is_sorted_by_key(|point| point.at) {
            series.points.sort_by_key(|point| point.at);
        }
        if long {
            keep_last_of_each_time(&mut series.points);
        }
    }
    all
}

/// Series by value column and labels.
#[derive(Default)]
struct Found {
    all: Vec<Series>,
    index: HashMap<(usize, Vec<String>), usize>,
}

impl Found {
    fn series(
        &mut self,
        layout: &Layout,
        rows: &Rowset,
        value: usize,
        labels: Vec<String>,
    ) -> &mut Series {
        let all = &mut self.all;
        let index = *self.index.entry((value, labels)).or_insert_with_key(|key| {
            all.push(Series {
                name: name(layout, rows, value, &key.1),
                points: Vec::new(),
            });
            all.len() - 1
        });
        &mut all[index]
    }

    /// By value column, then by labels.
    fn by_name(self) -> Vec<Series> {
        let mut places: Vec<_> = self.index.into_iter().collect();
        places.sort_by_cached_key(|((value, labels), _)| {
            let natural = labels.iter().map(|label| {
                let mut key = Vec::new();
                natural_key(label, &mut key);
                key
            });
            // What differs in case only keeps a fixed order.
            (*value, natural.collect::<Vec<_>>(), labels.clone())
        });
        let mut all: Vec<Option<Series>> = self.all.into_iter().map(Some).collect();
        let places = places.into_iter();
        places.filter_map(|(_, index)| all[index].take()).collect()
    }
}

/// The row's time. Without a time column rows stand a microsecond apart before the window's end, so
/// that they keep their order and `last` is the last row.
fn time_of(layout: &Layout, rows: &Rowset, row: usize, window: TimeWindow) -> Option<Moment> {
    if let Some(time) = layout.time {
        return moment_of(&rows.columns[time].values[row]).filter(|at| at.is_finite());
    }
    let left = rows.len() - 1 - row;
    Some(window.to.plus(-i64::try_from(left).unwrap_or(i64::MAX)))
}

/// The row's labels; NULL is empty.
pub(super) fn labels(layout: &Layout, rows: &Rowset, row: usize) -> Vec<String> {
    let columns = layout.labels.iter();
    columns
        .map(|column| {
            let value = &rows.columns[*column].values[row];
            value.display(&TimeZone::UTC).into_owned()
        })
        .collect()
}

/// The number at `row`; a time as epoch milliseconds, NULL and what is no number as NaN.
pub(super) fn number(column: &Column, row: usize) -> f64 {
    let value = &column.values[row];
    value.as_f64().unwrap_or_else(|| match value {
        Value::Timestamp(_) | Value::Datetime(_) | Value::Date(_) => value
            .as_moment()
            .filter(|at| at.is_finite())
            .map_or(f64::NAN, |at| at.0 as f64 / 1e3),
        _ => f64::NAN,
    })
}

/// The name in a legend.
pub(super) fn name(layout: &Layout, rows: &Rowset, value: usize, labels: &[String]) -> String {
    let column = &rows.columns[value].name;
    let one_column = layout.values.len() == 1;
    if labels.iter().all(String::is_empty) {
        return column.clone();
    }
    match labels {
        labels if one_column => labels.join(", "),
        [label] => format!("{column} {label}"),
        labels => {
            let pairs: Vec<String> = layout
                .labels
                .iter()
                .zip(labels)
                .map(|(label, text)| format!("{}=\"{text}\"", rows.columns[*label].name))
                .collect();
            format!("{column} {{{}}}", pairs.join(", "))
        }
    }
}

/// Two rows for one time and label set: the later one counts, as in Grafana.
fn keep_last_of_each_time(points: &mut Vec<Point>) {
    points.dedup_by(|later, kept| {
        let same = later.at == kept.at;
        if same {
            kept.value = later.value;
        }
        same
    });
}
