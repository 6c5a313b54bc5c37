//! Rows to what a panel kind draws; says what is missing when they do not fit.
//!
//! Time series follow Grafana's `format = time_series`, with what helps a reader added:
//!
//! - The time is the column named `time` (the last one, exactly that name), else the first column
//!   that holds points in time. A number as `time` is seconds, nanoseconds or milliseconds by its
//!   size. Rows without a time, or with an infinite one, are left out.
//! - Numbers and `bool` columns are values. A further time column is a value (epoch milliseconds)
//!   only where there is no other, and never the length of a bar.
//! - Text columns are labels: one series per value column and set of labels. Rows may come in any
//!   order; Grafana would refuse unsorted ones.
//! - Names: with one value column the labels, `eu` or `eu, web`; with several the column and its
//!   labels, `p95 eu` or `p95 {region="eu", app="web"}`. Without labels the column.
//! - Order, and with it colours: as the columns stand; the series of one column in the natural order of
//!   their labels, whichever has the first row.
//! - NULL is a gap. So is a hole in a series that has a rhythm, see [`mark_gaps`].

mod annotations;
mod candles;
mod columns;
mod distribution;
mod heat;
mod log;
mod series;
mod sites;
mod states;

use super::kind::PanelKind;
use super::panel_data::{Bar, Failure, Shape};
use super::reduce::{Reduction, reduce};
use super::rowset::{ColumnKind, Rowset};
use super::sample::mark_gaps;
use super::series::{Point, Series};
use super::time::{Moment, TimeWindow};

pub use self::candles::merge;
use self::columns::{Layout, moment_of};

pub use self::annotations::annotations;

/// Turns rows into `kind`'s shape. `window` dates a value that has no time of its own; `reduction`
/// makes one number of each series for `bars`, `pie` and `bargauge`.
///
/// | kind | needs | gives |
/// |---|---|---|
/// | `timeseries` | a time and numbers, maybe labels | a series per number column and label set |
/// | `stat`, `gauge` | numbers; a time and labels where there are any | the same |
/// | `stat` | or one text | the row |
/// | `bars`, `pie`, `bargauge` | labels and numbers in rows, one row of numbers, or a time series | a bar per row and number column, per number, per series |
/// | `table`, `text` | anything | the rows |
/// | `log` | a time and a text, maybe a `level` | a line per row, newest first |
/// | `heatmap` | a time and numbers | readings to count |
/// | `heatmap` | or a time, a bucket's bound and a count; or a time and a column per bound | the counts |
/// | `histogram` | numbers, maybe labels | a distribution per number column and label set |
/// | `histogram` | or bounds (`xmin`, `xmax`, or `le`) and counts | the counts |
/// | `statetimeline`, `statushistory` | a time and states, maybe an end and labels | a lane per state column and label set |
/// | `canvas-map` | `latitude` and `longitude`, or `geohash`; maybe a text and a number | a point per row |
/// | `candlestick` | a time and `close`; maybe `open`, `high`, `low`, `volume` | a candle per time |
///
/// No rows are no failure, columns that cannot fit are: it names them and what is needed.
pub fn shape(
    kind: PanelKind,
    reduction: Reduction,
    rows: &Rowset,
    window: TimeWindow,
) -> Result<Shape, Failure> {
    match kind {
        PanelKind::Table | PanelKind::Text => Ok(Shape::Rows),
        PanelKind::Heatmap => heat::heat(rows).map(Shape::Heat),
        PanelKind::Histogram => distribution::distributions(rows).map(Shape::Distributions),
        PanelKind::StateTimeline | PanelKind::StatusHistory => {
            states::states(kind, rows, window).map(Shape::States)
        }
        PanelKind::Map => sites::sites(rows).map(Shape::Sites),
        PanelKind::Candlestick => candles::candles(rows).map(Shape::Candles),
        PanelKind::Log => log::lines(rows).map(Shape::Log),
        // Before the first answer there is not even a column.
        kind if is_a_number_each(kind) && rows.columns.is_empty() => Ok(Shape::Bars(Vec::new())),
        kind if is_a_number_each(kind) => bars(kind, reduction, rows, window).map(Shape::Bars),
        _ if rows.columns.is_empty() => Ok(Shape::Series(Vec::new())),
        PanelKind::Stat if is_one_text(rows) => Ok(Shape::Rows),
        _ => {
            let layout = Layout::of(kind, rows)?;
            let mut series = series::collect(&layout, rows, window);
            for series in &mut series {
                mark_gaps(&mut series.points);
            }
            Ok(Shape::Series(series))
        }
    }
}

/// `select 'all good' as status`: a stat of words. An interval is a number nobody took out yet.
fn is_one_text(rows: &Rowset) -> bool {
    let [one] = rows.columns.as_slice() else {
        return false;
    };
    one.kind == ColumnKind::Text && one.type_name != "interval" && rows.len() <= 1
}

/// Kinds that show one number per label.
fn is_a_number_each(kind: PanelKind) -> bool {
    matches!(kind, PanelKind::Bars | PanelKind::Pie | PanelKind::BarGauge)
}

fn bars(
    kind: PanelKind,
    reduction: Reduction,
    rows: &Rowset,
    window: TimeWindow,
) -> Result<Vec<Bar>, Failure> {
    let layout = Layout::of(kind, rows)?;
    let reduced = layout.time.is_some();
    if reduced || (layout.labels.is_empty() && rows.len() <= 1) {
        let series = series::collect(&layout, rows, window);
        return Ok(series
            .into_iter()
            .map(|series| Bar {
                value: reduce(&series.points, reduction).unwrap_or(f64::NAN),
                label: series.name,
            })
            .collect());
    }
    let mut bars = Vec::with_capacity(rows.len() * layout.values.len());
    for row in 0..rows.len() {
        for value in &layout.values {
            let values = std::slice::from_ref(value);
            let labels = series::labels(&layout, rows, row);
            bars.push(Bar {
                label: if layout.values.len() == 1 {
                    series::name(&layout, rows, values[0], &labels)
                } else {
                    format!("{} {}", labels.join(", "), rows.columns[*value].name)
                },
                value: series::number(&rows.columns[*value], row),
            });
        }
    }
    Ok(bars)
}

/// The newest time in the rows; none where they carry no time. Takes the same column as [`shape`].
pub fn newest_at(rows: &Rowset) -> Option<Moment> {
    times(rows)?.1.into_iter().flatten().max()
}

/// The column that dates the rows, and each row's time; none where they carry no time. A row whose time is
/// missing or infinite has none.
pub fn times(rows: &Rowset) -> Option<(usize, Vec<Option<Moment>>)> {
    let index = columns::time_column(rows)?;
    let values = rows.columns[index].values.iter();
    let times = values.map(|value| moment_of(value).filter(|at| at.is_finite()));
    Some((index, times.collect()))
}

#[cfg(test)]
mod tests;
