//! Rows to lanes of states.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::columns::{self, Layout, moment_of};
use super::series;
use super::{ColumnKind, Failure, Moment, PanelKind, Rowset, TimeWindow};
use crate::model::rowset::Column;
use crate::model::sample::rhythm;
use crate::model::states::{Lane, Span, State, States};
use crate::model::text::single_line;
use crate::model::value::Value;

/// Names of the text column that is the state where there are several.
const STATES: [&str; 6] = ["state", "status", "value", "health", "phase", "level"];

/// A lane per value column and label set. A state holds until the lane's next row, or until the row's
/// end where there is a second time column; the last one until the window's end. NULL is a gap, and so
/// is a hole in a lane that has a rhythm.
pub(super) fn states(
    kind: PanelKind,
    rows: &Rowset,
    window: TimeWindow,
) -> Result<States, Failure> {
    if rows.columns.is_empty() {
        return Ok(States::default());
    }
    let (layout, time, end) = parts(kind, rows)?;
    let mut known = Known::default();
    let mut lanes: Vec<(String, Vec<Row>)> = Vec::new();
    let mut index: HashMap<(usize, Vec<String>), usize> = HashMap::new();
    for row in 0..rows.len() {
        let at = |column: usize| moment_of(&rows.columns[column].values[row]);
        let Some(from) = at(time).filter(|from| from.is_finite()) else {
            continue;
        };
        let labels = series::labels(&layout, rows, row);
        for value in &layout.values {
            let state = known.state(&rows.columns[*value], row);
            let lane = *index
                .entry((*value, labels.clone()))
                .or_insert_with_key(|key| {
                    lanes.push((series::name(&layout, rows, *value, &key.1), Vec::new()));
                    lanes.len() - 1
                });
            let end = end.and_then(at);
            lanes[lane].1.push(Row { from, end, state });
        }
    }
    let lanes = lanes
        .into_iter()
        .map(|(name, rows)| Lane {
            name,
            spans: spans(rows, window),
        })
        .collect();
    Ok(States {
        states: known.states,
        lanes,
    })
}

/// One row of a lane.
#[derive(Clone, Copy, Debug)]
struct Row {
    from: Moment,
    end: Option<Moment>,
    state: Option<u32>,
}

fn spans(mut rows: Vec<Row>, window: TimeWindow) -> Vec<Span> {
    rows.sort_by_key(|row| row.from);
    // Two rows of one time: the later one counts.
    rows.dedup_by(|later, kept| {
        let same = later.from == kept.from;
        if same {
            *kept = *later;
        }
        same
    });
    let step = rhythm(rows.iter().map(|row| row.from));
    let mut spans = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let next = rows.get(index + 1).map(|next| next.from);
        let until = next.unwrap_or_else(|| window.to.max(row.from.plus(step.unwrap_or(0))));
        let to = match (row.end, step) {
            (Some(end), _) => end.min(until),
            (None, Some(step)) if until.since(row.from) > step.saturating_mul(5) / 2 => {
                row.from.plus(step)
            }
            _ => until,
        };
        if let Some(state) = row.state.filter(|_| to > row.from) {
            spans.push(Span {
                from: row.from,
                to,
                state,
            });
        }
    }
    spans
}

/// Every different state and its number.
#[derive(Debug, Default)]
struct Known {
    states: Vec<State>,
    numbers: HashMap<u64, u32>,
    texts: HashMap<String, u32>,
}

impl Known {
    /// The state at `row`; none for NULL, a blank text and what is no number where one should be.
    fn state(&mut self, column: &Column, row: usize) -> Option<u32> {
        let value = &column.values[row];
        let next = self.states.len() as u32;
        if column.kind == ColumnKind::Number {
            // −0 is 0.
            let number = value.as_f64().filter(|number| number.is_finite())? + 0.0;
            let states = &mut self.states;
            return Some(*self.numbers.entry(number.to_bits()).or_insert_with(|| {
                states.push(State::Number(number));
                next
            }));
        }
        if matches!(value, Value::Null) {
            return None;
        }
        let text = value.display(&TimeZone::UTC);
        let text = single_line(&text);
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if let Some(state) = self.texts.get(text) {
            return Some(*state);
        }
        self.texts.insert(text.to_owned(), next);
        self.states.push(State::Text(text.to_owned()));
        Some(next)
    }
}

/// Which columns are states, labels, time and end.
fn parts(kind: PanelKind, rows: &Rowset) -> Result<(Layout, usize, Option<usize>), Failure> {
    let wrong = || columns::hints(columns::wrong(kind, rows), rows);
    let time = columns::time_column(rows).ok_or_else(wrong)?;
    let mut numbers = Vec::new();
    let mut texts = Vec::new();
    let mut end = None;
    for (index, column) in rows.columns.iter().enumerate() {
        match column.kind {
            _ if index == time => {}
            ColumnKind::Number | ColumnKind::Bool => numbers.push(index),
            ColumnKind::Time => end = end.or(Some(index)),
            ColumnKind::Text => texts.push(index),
            ColumnKind::Json => return Err(columns::json(kind, rows, column)),
        }
    }
    let named = STATES.iter().find_map(|name| {
        let mut texts = texts.iter();
        texts.find(|index| rows.columns[**index].name.eq_ignore_ascii_case(name))
    });
    let states = match (named.or(texts.last()).copied(), named.is_some()) {
        (Some(state), true) => vec![state],
        (None, _) => Vec::new(),
        // Numbers are the states, texts name them: a time series.
        (Some(_), false) if !numbers.is_empty() => Vec::new(),
        // One time in several rows: they are about several things, and the last text is the state.
        (Some(state), false) if has_repeated_times(rows, time) => vec![state],
        // A column per thing, as Grafana has it.
        (Some(_), false) => texts.clone(),
    };
    texts.retain(|index| !states.contains(index));
    let mut values = numbers;
    values.extend(states);
    values.sort_unstable();
    if values.is_empty() {
        return Err(wrong());
    }
    let layout = Layout {
        time: Some(time),
        values,
        labels: texts,
    };
    Ok((layout, time, end))
}

fn has_repeated_times(rows: &Rowset, time: usize) -> bool {
    let mut times: Vec<Moment> = rows.columns[time]
        .values
        .iter()
        .filter_map(moment_of)
        .collect();
    times.sort_unstable();
    times.windows(2).any(|pair| pair[0] == pair[1])
}
