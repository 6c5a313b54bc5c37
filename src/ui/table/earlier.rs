//! Which row of the compared time belongs to a row of now: the one with the same labels.
//!
//! A label is the first column where it names each row once; else it and every column of words. Times among the
//! labels are moved to where the earlier time lies on the axis of now.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use crate::model::compare::Compare;
use crate::model::panel_data::PanelData;
use crate::model::rowset::{ColumnKind, Rowset};
use crate::model::value::Value;

/// For each row of `now` the row of `then`; none where the columns are not the same ones.
pub(super) fn rows(
    now: &PanelData,
    then: &PanelData,
    compare: Compare,
    zone: &TimeZone,
) -> Option<Box<[Option<u32>]>> {
    let names = |rows: &Rowset| -> Vec<String> {
        rows.columns
            .iter()
            .map(|column| column.name.clone())
            .collect()
    };
    if compare == Compare::Off
        || now.rows.columns.is_empty()
        || names(&now.rows) != names(&then.rows)
    {
        return None;
    }
    let moved = |value: &Value| match value {
        Value::Timestamp(at) => Value::Timestamp(compare.onto(*at, now.window, zone)),
        Value::Datetime(at) => Value::Datetime(compare.onto(*at, now.window, &TimeZone::UTC)),
        other => other.clone(),
    };
    let first = [0];
    let here = by_labels(&now.rows, &first, Value::clone);
    let there = by_labels(&then.rows, &first, moved);
    if is_unique(&here) && is_unique(&there) {
        return Some(pairs(now.rows.len(), &here, &there));
    }
    let words = now.rows.columns.iter().enumerate().skip(1);
    let words = words.filter(|(_, c)| matches!(c.kind, ColumnKind::Text | ColumnKind::Bool));
    let labels: Vec<usize> = first
        .into_iter()
        .chain(words.map(|(index, _)| index))
        .collect();
    Some(pairs(
        now.rows.len(),
        &by_labels(&now.rows, &labels, Value::clone),
        &by_labels(&then.rows, &labels, moved),
    ))
}

/// Rows by their labels; none for labels that several have.
type Labelled = HashMap<String, Option<u32>>;

fn by_labels(rows: &Rowset, labels: &[usize], value: impl Fn(&Value) -> Value) -> Labelled {
    let mut labelled = Labelled::new();
    for row in 0..rows.len() {
        let mut key = String::new();
        for label in labels {
            if let Some(one) = rows.columns[*label].values.get(row) {
                key.push_str(&value(one).display(&TimeZone::UTC));
                key.push('\u{1f}');
            }
        }
        labelled
            .entry(key)
            .and_modify(|row| *row = None)
            .or_insert(Some(row as u32));
    }
    labelled
}

fn is_unique(labelled: &Labelled) -> bool {
    labelled.values().all(Option::is_some)
}

fn pairs(count: usize, here: &Labelled, there: &Labelled) -> Box<[Option<u32>]> {
    let mut pairs = vec![None; count];
    for (key, row) in here {
        if let Some(row) = row {
            pairs[*row as usize] = there.get(key).copied().flatten();
        }
    }
    pairs.into()
}
