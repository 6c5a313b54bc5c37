//! Rows to a heatmap: single readings, or counts by time and bucket.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::columns::{self, bound_of, bounds_of, moment_of, named_bounds, numeric_texts};
use super::series;
use super::{ColumnKind, Failure, Moment, PanelKind, Point, Rowset};
use crate::model::heat::{Bucket, Cell, Counted, Heat};
use crate::model::sample::rhythm;
use crate::model::text::single_line;
use crate::model::value::Value;

/// Names of the column that says how often, best first; else the first number column.
const COUNTS: [&str; 3] = ["count", "value", "n"];

/// Needs a time and numbers; counts where a column names the buckets or all number columns are named
/// by bounds, else readings.
pub(super) fn heat(rows: &Rowset) -> Result<Heat, Failure> {
    if rows.columns.is_empty() {
        return Ok(Heat::Readings(Vec::new()));
    }
    let wrong = || columns::hints(columns::wrong(PanelKind::Heatmap, rows), rows);
    let time = columns::time_column(rows).ok_or_else(wrong)?;
    let numbers: Vec<usize> = (0..rows.columns.len())
        .filter(|index| *index != time && rows.columns[*index].kind == ColumnKind::Number)
        .collect();
    if let Some(bound) = named_bounds(rows, Some(time)).or_else(|| numeric_texts(rows)) {
        let named = |name: &&str| {
            let mut numbers = numbers.iter();
            numbers.find(|index| rows.columns[**index].name.eq_ignore_ascii_case(name))
        };
        let others = || numbers.iter().find(|index| **index != bound);
        let count = COUNTS
            .iter()
            .find_map(|name| named(name).filter(|index| **index != bound));
        let Some(count) = count.or_else(others) else {
            return Err(wrong().detail(format!(
                "`{}` holds bounds of buckets: a number column must say how often each came",
                rows.columns[bound].name
            )));
        };
        return Ok(Heat::Counted(long(rows, time, bound, *count)));
    }
    if numbers.is_empty() {
        return Err(wrong());
    }
    let bounds: Vec<f64> = numbers
        .iter()
        .filter_map(|index| bound_of(&rows.columns[*index].name))
        .collect();
    if numbers.len() > 1 && bounds.len() == numbers.len() {
        return Ok(Heat::Counted(wide(rows, time, &numbers, &bounds)));
    }
    Ok(Heat::Readings(readings(rows, time, &numbers)))
}

fn time_at(rows: &Rowset, time: usize, row: usize) -> Option<Moment> {
    moment_of(&rows.columns[time].values[row]).filter(|at| at.is_finite())
}

fn readings(rows: &Rowset, time: usize, numbers: &[usize]) -> Vec<Point> {
    let mut points = Vec::with_capacity(rows.len() * numbers.len());
    for row in 0..rows.len() {
        let Some(at) = time_at(rows, time, row) else {
            continue;
        };
        let values = numbers
            .iter()
            .map(|column| series::number(&rows.columns[*column], row));
        points.extend(
            values
                .filter(|value| value.is_finite())
                .map(|value| Point { at, value }),
        );
    }
    if !points.is_sorted_by_key(|point| point.at) {
        points.sort_by_key(|point| point.at);
    }
    points
}

/// A row per time and bucket.
fn long(rows: &Rowset, time: usize, bound: usize, count: usize) -> Counted {
    let numbers = bounds_of(rows, bound);
    let is_numeric = rows.columns[bound]
        .values
        .iter()
        .zip(&numbers)
        .all(|(value, number)| matches!(value, Value::Null) || number.is_some());
    let mut known: Vec<f64> = numbers.iter().flatten().copied().collect();
    known.sort_by(f64::total_cmp);
    known.dedup();
    let upper = columns::is_upper(&rows.columns[bound].name, &known);
    let mut names: Vec<String> = Vec::new();
    let mut index: HashMap<String, u32> = HashMap::new();
    let mut found = Vec::with_capacity(rows.len());
    for (row, (value, number)) in rows.columns[bound].values.iter().zip(&numbers).enumerate() {
        if matches!(value, Value::Null) {
            continue;
        }
        let bucket = match *number {
            Some(number) if is_numeric => known.partition_point(|other| *other < number) as u32,
            _ => {
                let name = single_line(&value.display(&TimeZone::UTC)).into_owned();
                *index.entry(name).or_insert_with_key(|name| {
                    names.push(name.clone());
                    (names.len() - 1) as u32
                })
            }
        };
        let count = series::number(&rows.columns[count], row);
        if let Some(at) = time_at(rows, time, row).filter(|_| count.is_finite()) {
            found.push((at, bucket, count));
        }
    }
    let buckets = if is_numeric {
        known
            .into_iter()
            .map(|bound| bucket(bound, upper))
            .collect()
    } else {
        sort_names(&mut names, &mut found);
        names.into_iter().map(Bucket::Named).collect()
    };
    counted(buckets, found)
}

/// Names that all begin with a number (`0-10 ms`, `≥ 1 s`) are put in its order; others keep theirs.
fn sort_names(names: &mut Vec<String>, found: &mut [(Moment, u32, f64)]) {
    let Some(keys) = names
        .iter()
        .map(|name| leading(name))
        .collect::<Option<Vec<f64>>>()
    else {
        return;
    };
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
    let mut place = vec![0; names.len()];
    for (to, from) in order.iter().enumerate() {
        place[*from] = to as u32;
    }
    for (_, bucket, _) in found {
        *bucket = place[*bucket as usize];
    }
    *names = order
        .into_iter()
        .map(|from| std::mem::take(&mut names[from]))
        .collect();
}

fn leading(name: &str) -> Option<f64> {
    let text = name.trim_start_matches(['<', '>', '=', '≤', '≥', '[', '(', ' ']);
    let is_digit = |c: char| c.is_ascii_digit() || c == '.';
    let sign = usize::from(text.starts_with('-'));
    let end = text[sign..]
        .find(|c| !is_digit(c))
        .map_or(text.len(), |end| end + sign);
    text[..end].parse().ok()
}

/// A column per bucket.
fn wide(rows: &Rowset, time: usize, numbers: &[usize], bounds: &[f64]) -> Counted {
    let mut known = bounds.to_vec();
    known.sort_by(f64::total_cmp);
    known.dedup();
    let upper = columns::is_upper("", &known);
    let mut found = Vec::with_capacity(rows.len() * numbers.len());
    for row in 0..rows.len() {
        let Some(at) = time_at(rows, time, row) else {
            continue;
        };
        for (column, bound) in numbers.iter().zip(bounds) {
            let count = series::number(&rows.columns[*column], row);
            if count.is_finite() {
                let bucket = known.partition_point(|other| other < bound) as u32;
                found.push((at, bucket, count));
            }
        }
    }
    counted(
        known
            .into_iter()
            .map(|bound| bucket(bound, upper))
            .collect(),
        found,
    )
}

fn bucket(bound: f64, upper: bool) -> Bucket {
    if upper {
        Bucket::AtMost(bound)
    } else {
        Bucket::From(bound)
    }
}

/// Puts counts in order; those of one time and bucket add up.
fn counted(buckets: Vec<Bucket>, mut found: Vec<(Moment, u32, f64)>) -> Counted {
    found.sort_by_key(|(at, bucket, _)| (*at, *bucket));
    let mut times: Vec<Moment> = Vec::new();
    let mut cells: Vec<Cell> = Vec::with_capacity(found.len());
    for (at, bucket, count) in found {
        if times.last() != Some(&at) {
            times.push(at);
        }
        let time = (times.len() - 1) as u32;
        match cells.last_mut() {
            Some(cell) if cell.time == time && cell.bucket == bucket => cell.count += count,
            _ => cells.push(Cell {
                time,
                bucket,
                count,
            }),
        }
    }
    Counted {
        buckets,
        step: rhythm(times.iter().copied()),
        times,
        cells,
    }
}
