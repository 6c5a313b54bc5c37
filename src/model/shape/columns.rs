//! Which column plays which part.

use super::{ColumnKind, Failure, Moment, PanelKind, Rowset, is_a_number_each};
use crate::model::rowset::Column;
use crate::model::value::Value;

/// Indices of the columns by their part.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    pub(super) time: Option<usize>,
    pub(super) values: Vec<usize>,
    pub(super) labels: Vec<usize>,
}

/// The last column named exactly `time` that can be one, else the first that holds times.
pub(super) fn time_column(rows: &Rowset) -> Option<usize> {
    let named = rows.columns.iter().rposition(|column| {
        column.name == "time" && matches!(column.kind, ColumnKind::Time | ColumnKind::Number)
    });
    named.or_else(|| {
        let holds_times = |column: &Column| column.kind == ColumnKind::Time && !is_clock(column);
        rows.columns.iter().position(holds_times)
    })
}

/// `time` without a date is no point in time.
fn is_clock(column: &Column) -> bool {
    matches!(column.type_name.as_str(), "time" | "timetz")
}

/// The time a value stands for. A number counts by its decimal exponent, as in Grafana
/// (`epochPrecisionToMS`): 9 is seconds, 18 nanoseconds, everything else milliseconds.
pub(super) fn moment_of(value: &Value) -> Option<Moment> {
    if let Some(at) = value.as_moment() {
        return Some(at);
    }
    let (Value::Int(_) | Value::Float(_) | Value::Decimal(_)) = value else {
        return None;
    };
    let number = value.as_f64().filter(|number| number.is_finite())?;
    let micros = match number.abs() {
        1e9..1e10 => number * 1e6,
        1e18..1e19 => number / 1e3,
        _ => number * 1e3,
    };
    Some(Moment(micros.round() as i64))
}

impl Layout {
    /// The parts for `kind`, or what is wrong with the columns.
    pub(super) fn of(kind: PanelKind, rows: &Rowset) -> Result<Self, Failure> {
        let mut layout = Self {
            time: time_column(rows),
            ..Self::default()
        };
        let mut times = Vec::new();
        let mut bools = Vec::new();
        for (index, column) in rows.columns.iter().enumerate() {
            if layout.time == Some(index) {
                continue;
            }
            match column.kind {
                ColumnKind::Number => layout.values.push(index),
                ColumnKind::Bool => bools.push(index),
                ColumnKind::Time => times.push(index),
                ColumnKind::Text => layout.labels.push(index),
                ColumnKind::Json => {
                    return Err(json(kind, rows, column));
                }
            }
        }
        layout.place_bools(kind, rows, bools);
        // The length of a bar is no date.
        let takes_times = kind != PanelKind::Histogram && !is_a_number_each(kind);
        if layout.values.is_empty() && takes_times {
            layout.values = times;
        }
        // `select now()` on a stat: the time itself is what is shown.
        let shows_a_time = matches!(kind, PanelKind::Stat | PanelKind::Gauge);
        if layout.values.is_empty() && shows_a_time {
            layout.values.extend(layout.time.take());
        }
        layout.check(kind, rows)?;
        Ok(layout)
    }

    /// A `bool` is a number, except on bars that have nothing else to be named by.
    fn place_bools(&mut self, kind: PanelKind, rows: &Rowset, bools: Vec<usize>) {
        let names_bars = is_a_number_each(kind)
            && self.time.is_none()
            && self.labels.is_empty()
            && !self.values.is_empty()
            && rows.len() > 1;
        if names_bars {
            self.labels = bools;
        } else {
            self.values.extend(bools);
            self.values.sort_unstable();
        }
    }

    fn check(&self, kind: PanelKind, rows: &Rowset) -> Result<(), Failure> {
        if self.values.is_empty() || (kind == PanelKind::Timeseries && self.time.is_none()) {
            return Err(hints(wrong(kind, rows), rows));
        }
        let bare = self.time.is_none() && self.labels.is_empty();
        if is_a_number_each(kind) && bare && rows.len() > 1 {
            return Err(wrong(kind, rows).detail(format!(
                "several rows need a text column that names them: `{}::text`",
                rows.columns[self.values[0]].name
            )));
        }
        Ok(())
    }
}

/// JSON has no one value.
pub(super) fn json(kind: PanelKind, rows: &Rowset, column: &Column) -> Failure {
    wrong(kind, rows).detail(format!(
        "`{0}` is {1}: take a value out of it (`{0}->>'key'`) or leave it out",
        column.name, column.type_name
    ))
}

/// The columns do not fit `kind`: which there are, and which it needs.
pub(super) fn wrong(kind: PanelKind, rows: &Rowset) -> Failure {
    let (needs, example) = match kind {
        PanelKind::Timeseries => (
            "a time column and at least one number column",
            "select $__timeGroup(ts, $__interval) as time, count(*) as orders \
             from orders where $__timeFilter(ts) group by 1 order by 1",
        ),
        PanelKind::Map => (
            "number columns `latitude` and `longitude` (or `lat` and `lon` or `lng`), or a text \
             column `geohash`",
            "select name, latitude, longitude, orders from shops",
        ),
        PanelKind::Candlestick => (
            "a time column and number columns `open`, `high`, `low` and `close`",
            "select day as time, open, high, low, close, volume from prices \
             where $__timeFilter(day) order by 1",
        ),
        PanelKind::Bars | PanelKind::Pie | PanelKind::BarGauge => (
            "a text column and at least one number column",
            "select region, sum(total) as revenue from orders group by 1 order by 2 desc",
        ),
        PanelKind::Heatmap => (
            "a time column and number columns with readings, or a time, a bucket (`le`) and a count",
            "select ts as time, duration from requests where $__timeFilter(ts)",
        ),
        PanelKind::Histogram => (
            "at least one number column",
            "select total from orders where $__timeFilter(ts)",
        ),
        PanelKind::StateTimeline | PanelKind::StatusHistory => (
            "a time column and a state: a text, bool or number column",
            "select ts as time, host, state from checks where $__timeFilter(ts) order by 1",
        ),
        _ => (
            "at least one number column",
            "select count(*) as orders from orders where $__timeFilter(ts)",
        ),
    };
    Failure::new(format!(
        "a {} panel needs {needs}; the query gives {}",
        kind.name(),
        found(rows)
    ))
    .detail(format!("for example: {example}"))
}

/// `region (text), total (int8)`.
fn found(rows: &Rowset) -> String {
    const SHOWN: usize = 8;
    let named = |column: &Column| format!("{} ({})", column.name, column.type_name);
    let mut names: Vec<String> = rows.columns.iter().take(SHOWN).map(named).collect();
    if rows.columns.len() > SHOWN {
        names.push(format!("and {} more", rows.columns.len() - SHOWN));
    }
    names.join(", ")
}

/// How columns that nearly fit can be made to.
pub(super) fn hints(mut failure: Failure, rows: &Rowset) -> Failure {
    for column in &rows.columns {
        let name = &column.name;
        if column.type_name == "interval" {
            failure = failure.detail(format!(
                "`{name}` is an interval: extract(epoch from {name}) makes seconds of it"
            ));
        } else if column.name.eq_ignore_ascii_case("time") && column.kind == ColumnKind::Text {
            failure = failure.detail(format!(
                "`{name}` is {}: cast it, `{name}::timestamptz`",
                column.type_name
            ));
        } else if column.name != "time"
            && column.name.eq_ignore_ascii_case("time")
            && column.kind == ColumnKind::Number
        {
            failure = failure.detail(format!(
                "`{name}` would be the time if it were named `time`"
            ));
        }
    }
    failure
}

/// Names of a column that holds bounds of buckets.
const BOUNDS: [&str; 5] = ["le", "ge", "bucket", "bin", "bound"];

/// The column that holds bounds of buckets, by its name. Never `time`.
pub(super) fn named_bounds(rows: &Rowset, time: Option<usize>) -> Option<usize> {
    let fits = |index: usize| {
        Some(index) != time
            && matches!(
                rows.columns[index].kind,
                ColumnKind::Number | ColumnKind::Text
            )
    };
    (0..rows.columns.len()).find(|index| {
        let name = &rows.columns[*index].name;
        fits(*index) && BOUNDS.iter().any(|bound| bound.eq_ignore_ascii_case(name))
    })
}

/// The only text column, where all it holds are numbers: where labels would mean nothing it names buckets.
pub(super) fn numeric_texts(rows: &Rowset) -> Option<usize> {
    let is_text = |index: &usize| rows.columns[*index].kind == ColumnKind::Text;
    let mut texts = (0..rows.columns.len()).filter(is_text);
    let only = texts.next().filter(|_| texts.next().is_none())?;
    let numbers = bounds_of(rows, only);
    (!numbers.is_empty() && numbers.iter().all(Option::is_some)).then_some(only)
}

/// The bounds in a column, by row; none for NULL and for what is no number.
pub(super) fn bounds_of(rows: &Rowset, column: usize) -> Vec<Option<f64>> {
    let bound = |value: &Value| match value {
        Value::Text(text) => bound_of(text),
        value => value.as_f64().filter(|number| !number.is_nan()),
    };
    rows.columns[column].values.iter().map(bound).collect()
}

/// A bound as Prometheus and PostgreSQL write it: `0.5`, `+Inf`, `Infinity`.
pub(super) fn bound_of(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|bound: &f64| !bound.is_nan())
}

/// Whether bounds are upper ones: `le` says so, and so does an infinite one; `ge` says no.
pub(super) fn is_upper(name: &str, bounds: &[f64]) -> bool {
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    is("le") || (!is("ge") && bounds.last() == Some(&f64::INFINITY))
}
