//! Rows to candles.
//!
//! Columns are found by Grafana's names (candlestick panel, `fields.ts`), in any case: `open` or `o`,
//! `high`, `h` or `max`, `low`, `l` or `min`, `close` or `c`, `volume` or `v`. Only the
//! close has to be there: a missing open is, as in Grafana, the close of the row before, missing ends are
//! those of the two. (Grafana makes a missing close of the next row's open; a query of nothing but opens is
//! rather a mistake.)

use super::columns::{hints, moment_of, time_column, wrong};
use super::sites::named;
use super::{ColumnKind, Failure, PanelKind, Rowset};
use crate::model::panel_data::Candle;
use crate::model::rowset::Column;

const OPEN: [&str; 2] = ["open", "o"];
const HIGH: [&str; 3] = ["high", "h", "max"];
const LOW: [&str; 3] = ["low", "l", "min"];
const CLOSE: [&str; 2] = ["close", "c"];
const VOLUME: [&str; 2] = ["volume", "v"];

/// A candle per time, ascending. Rows without a time or a number are left out; rows of one time
/// become one candle, see [`merge`].
pub(super) fn candles(rows: &Rowset) -> Result<Vec<Candle>, Failure> {
    if rows.columns.is_empty() {
        return Ok(Vec::new());
    }
    let number = |names: &[&str]| named(rows, names, ColumnKind::Number);
    let (open, close) = (number(&OPEN), number(&CLOSE));
    let time = time_column(rows).map(|index| &rows.columns[index]);
    let (Some(time), true) = (time, close.is_some()) else {
        return Err(missing(rows, time.is_some()));
    };
    one_thing_only(rows)?;
    let (high, low, volume) = (number(&HIGH), number(&LOW), number(&VOLUME));
    let mut order: Vec<(i64, usize)> = (0..rows.len())
        .filter_map(|row| {
            let at = moment_of(&time.values[row]).filter(|at| at.is_finite())?;
            Some((at.0, row))
        })
        .collect();
    // Stable: of two rows for one time the earlier one opens.
    order.sort_by_key(|(at, _)| *at);
    let value = |column: Option<&Column>, place: Option<usize>| -> Option<f64> {
        let (_, row) = order.get(place?)?;
        let value = column?.values[*row].as_f64();
        value.filter(|value| value.is_finite())
    };
    let mut candles: Vec<Candle> = Vec::with_capacity(order.len());
    for (place, (at, _)) in order.iter().enumerate() {
        let here = Some(place);
        let first = match open {
            Some(_) => value(open, here),
            None => value(close, place.checked_sub(1)).or_else(|| value(close, here)),
        };
        let (Some(first), Some(last)) = (first, value(close, here)) else {
            continue;
        };
        // Ends that do not enclose the rest are no ends.
        let candle = Candle {
            at: super::Moment(*at),
            open: first,
            close: last,
            high: value(high, here)
                .map_or(first, |high| high.max(first))
                .max(last),
            low: value(low, here)
                .map_or(first, |low| low.min(first))
                .min(last),
            volume: value(volume, here).unwrap_or(f64::NAN),
        };
        match candles.last_mut().filter(|before| before.at == candle.at) {
            Some(before) => *before = join(*before, candle),
            None => candles.push(candle),
        }
    }
    Ok(candles)
}

/// One candle of several in a row: the first open, the greatest high, the least low, the last close,
/// the volumes added up. None of none.
pub fn merge(candles: &[Candle]) -> Option<Candle> {
    candles.iter().copied().reduce(join)
}

fn join(before: Candle, after: Candle) -> Candle {
    Candle {
        at: before.at,
        open: before.open,
        high: before.high.max(after.high),
        low: before.low.min(after.low),
        close: after.close,
        volume: match (before.volume.is_nan(), after.volume.is_nan()) {
            (true, _) => after.volume,
            (_, true) => before.volume,
            _ => before.volume + after.volume,
        },
    }
}

/// Candles of several things drawn as one would mean nothing.
fn one_thing_only(rows: &Rowset) -> Result<(), Failure> {
    for column in rows
        .columns
        .iter()
        .filter(|column| column.kind == ColumnKind::Text)
    {
        let Some(first) = column.values.first() else {
            continue;
        };
        if let Some(other) = column.values.iter().find(|value| *value != first) {
            let shown = |value: &crate::model::value::Value| {
                let text = value.display(&jiff::tz::TimeZone::UTC).into_owned();
                text.chars().take(40).collect::<String>()
            };
            return Err(Failure::new(format!(
                "a candlestick panel shows one thing; `{}` holds several: `{}`, `{}`",
                column.name,
                shown(first),
                shown(other)
            ))
            .detail(format!(
                "choose one, `where {} = '…'`, or leave the column out and group by time",
                column.name
            )));
        }
    }
    Ok(())
}

fn missing(rows: &Rowset, has_time: bool) -> Failure {
    let mut failure = wrong(PanelKind::Candlestick, rows);
    if !has_time {
        failure = failure.detail("there is no time column: `… as time`");
    }
    if named(rows, &CLOSE, ColumnKind::Number).is_none() {
        failure =
            failure.detail("there is no number column `close`: it is the least a candle needs");
    }
    for (names, role) in [(&OPEN[..], "open"), (&CLOSE[..], "close")] {
        let text = |column: &&Column| {
            column.kind != ColumnKind::Number
                && names
                    .iter()
                    .any(|name| column.name.eq_ignore_ascii_case(name))
        };
        if let Some(column) = rows.columns.iter().find(text) {
            failure = failure.detail(format!(
                "`{0}` is {1}, not a number: cast it, `{0}::float8 as {role}`",
                column.name, column.type_name
            ));
        }
    }
    hints(failure, rows)
}
