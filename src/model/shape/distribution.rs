//! Rows to distributions: single values, or what the database counted.

use std::collections::BTreeMap;

use super::columns::{self, Layout, bounds_of, named_bounds};
use super::series;
use super::{ColumnKind, Failure, PanelKind, Rowset};
use crate::model::buckets::{Contents, Distribution};

/// Names of the columns with a bucket's ends; Grafana's first. PostgreSQL makes `xmin` of `xMin`.
const ENDS: [(&str, &str); 3] = [
    ("xmin", "xmax"),
    ("bucketmin", "bucketmax"),
    ("lower", "upper"),
];

/// A distribution per number column and label set. A time column is not needed and not used.
pub(super) fn distributions(rows: &Rowset) -> Result<Vec<Distribution>, Failure> {
    if rows.columns.is_empty() {
        return Ok(Vec::new());
    }
    if let Some((from, to)) = ends(rows) {
        let counts = |row: usize| {
            let end = |column: usize| series::number(&rows.columns[column], row);
            (end(from), end(to))
        };
        return counted(rows, &[from, to], counts);
    }
    if let Some(bound) = named_bounds(rows, columns::time_column(rows)) {
        let bounds = bounds_of(rows, bound);
        if !rows.is_empty() && bounds.iter().all(Option::is_none) {
            let name = &rows.columns[bound].name;
            return Err(columns::wrong(PanelKind::Histogram, rows).detail(format!(
                "`{name}` holds bounds of buckets, which must be numbers: a text has no place on the axis"
            )));
        }
        let mut known: Vec<f64> = bounds.iter().flatten().copied().collect();
        known.sort_by(f64::total_cmp);
        known.dedup();
        let upper = columns::is_upper(&rows.columns[bound].name, &known);
        let counts = |row: usize| match bounds[row] {
            Some(bound) => around(bound, &known, upper),
            None => (f64::NAN, f64::NAN),
        };
        return counted(rows, &[bound], counts);
    }
    values(rows)
}

/// The ends of the bucket at `bound`, which is its upper end or its lower one.
fn around(bound: f64, known: &[f64], upper: bool) -> (f64, f64) {
    let at = known.partition_point(|other| *other < bound);
    let width = |left: Option<&f64>, right: Option<&f64>| match (left, right) {
        (Some(left), Some(right)) if (right - left).is_finite() => right - left,
        _ => bound.abs().max(1.0),
    };
    if upper {
        let before = at.checked_sub(1).and_then(|at| known.get(at)).copied();
        // As in Prometheus the first bucket of what cannot be negative begins at 0.
        let first = if bound > 0.0 {
            0.0
        } else {
            bound - width(known.first(), known.get(1))
        };
        (before.unwrap_or(first), bound)
    } else {
        let before = at.checked_sub(1).and_then(|at| known.get(at));
        let after = known.get(at + 1).copied();
        (
            bound,
            after.unwrap_or_else(|| bound + width(before, Some(&bound))),
        )
    }
}

fn ends(rows: &Rowset) -> Option<(usize, usize)> {
    let named = |name: &str| {
        let mut columns = rows.columns.iter();
        columns.position(|column| {
            column.kind == ColumnKind::Number && column.name.eq_ignore_ascii_case(name)
        })
    };
    ENDS.iter()
        .find_map(|(from, to)| Some((named(from)?, named(to)?)))
}

/// Every number column but the `bounds` is counts of one distribution; rows of one bucket add up.
fn counted(
    rows: &Rowset,
    bounds: &[usize],
    ends: impl Fn(usize) -> (f64, f64),
) -> Result<Vec<Distribution>, Failure> {
    let time = columns::time_column(rows);
    let mut counts = (0..rows.columns.len())
        .filter(|column| !bounds.contains(column) && Some(*column) != time)
        .filter(|column| rows.columns[*column].kind == ColumnKind::Number)
        .peekable();
    if counts.peek().is_none() {
        let failure = columns::wrong(PanelKind::Histogram, rows);
        return Err(failure.detail(format!(
            "`{}` holds bounds of buckets: a number column must say how many values each has",
            rows.columns[bounds[0]].name
        )));
    }
    Ok(counts
        .map(|column| {
            let column = &rows.columns[column];
            let mut buckets: BTreeMap<Ends, f64> = BTreeMap::new();
            for row in 0..rows.len() {
                let (from, to) = ends(row);
                let count = series::number(column, row);
                if from < to && count.is_finite() {
                    *buckets.entry(Ends(from, to)).or_default() += count.max(0.0);
                }
            }
            let counts = buckets
                .into_iter()
                .map(|(Ends(from, to), count)| (from, to, count));
            Distribution {
                name: column.name.clone(),
                contents: Contents::Counts(counts.collect()),
            }
        })
        .collect())
}

/// A bucket's ends, in their order.
#[derive(Clone, Copy, Debug)]
struct Ends(f64, f64);

impl Ord for Ends {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0).then(self.1.total_cmp(&other.1))
    }
}

impl PartialOrd for Ends {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ends {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ends {}

fn values(rows: &Rowset) -> Result<Vec<Distribution>, Failure> {
    let layout = Layout::of(PanelKind::Histogram, rows)?;
    let mut found: Vec<(String, Vec<f64>)> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for row in 0..rows.len() {
        let labels = series::labels(&layout, rows, row);
        for value in &layout.values {
            let number = series::number(&rows.columns[*value], row);
            let at = *index
                .entry((*value, labels.clone()))
                .or_insert_with_key(|key| {
                    found.push((series::name(&layout, rows, *value, &key.1), Vec::new()));
                    found.len() - 1
                });
            found[at].1.push(number);
        }
    }
    Ok(found
        .into_iter()
        .map(|(name, values)| Distribution::of(name, values))
        .collect())
}
