//! The numbers of a dashboard's panels, as the hub's snapshot has them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::time::Duration;

use super::evaluate::{Board, Pick};
use super::tree::{Operand, What};
use crate::config::{Dashboard, Panel};
use crate::model::color::Color;
use crate::model::kind::PanelKind;
use crate::model::panel_data::{Health, PanelData, Shape, Snapshot};
use crate::model::range::duration_text;
use crate::model::reduce::{Reduction, change, reduce};
use crate::model::rowset::{ColumnKind, Rowset};
use crate::model::series::{Point, Series};
use crate::model::shape;
use crate::model::time::{Moment, SECOND};

/// A dashboard and what its panels were answered.
#[derive(Debug)]
pub struct Panels<'a> {
    dashboard: &'a Dashboard,
    snapshot: &'a Snapshot,
    now: Moment,
    /// Of each panel and its earlier one, made when they are first asked for.
    series: Vec<[OnceCell<Cow<'a, [Series]>>; 2]>,
}

impl<'a> Panels<'a> {
    /// The panels of `dashboard` with the data of `snapshot`; ages count until `now`.
    pub fn new(dashboard: &'a Dashboard, snapshot: &'a Snapshot, now: Moment) -> Self {
        let panels = dashboard.panels.iter();
        Self {
            dashboard,
            snapshot,
            now,
            series: panels.map(|_| Default::default()).collect(),
        }
    }

    fn place(&self, id: &str) -> Option<usize> {
        let mut panels = self.dashboard.panels.iter();
        panels.position(|panel| panel.id == id)
    }

    fn panel(&self, id: &str, is_earlier: bool) -> Option<(&'a Panel, &'a PanelData)> {
        let place = self.place(id)?;
        let data = if is_earlier {
            self.snapshot.ghosts.get(place)?.as_ref()?
        } else {
            self.snapshot.panels.get(place)?
        };
        Some((&self.dashboard.panels[place], data))
    }

    /// The series of a panel that has answered.
    fn series_of(&self, panel: &Panel, data: &'a PanelData, is_earlier: bool) -> &[Series] {
        let place = self.place(&panel.id).unwrap_or_default();
        self.series[place][usize::from(is_earlier)].get_or_init(|| series(panel, data))
    }

    /// The panel and its newest answer, whole.
    fn answer(&self, id: &str, is_earlier: bool) -> Result<(&'a Panel, &'a PanelData), String> {
        let (panel, data) = self.panel(id, is_earlier).ok_or("it was not asked")?;
        match &data.health {
            Health::Failed { why, .. } => Err(why.summary.clone()),
            Health::Waiting => Err("no answer".to_owned()),
            Health::Live if data.rows.truncated => Err(format!(
                "only its first {} rows were read; raise `row_limit` in [database]",
                data.rows.len()
            )),
            Health::Live => Ok((panel, data)),
        }
    }
}

impl Board for Panels<'_> {
    fn series(&self, panel: &str, is_earlier: bool) -> Result<Vec<String>, String> {
        let (panel, data) = self.answer(panel, is_earlier)?;
        let all = self.series_of(panel, data, is_earlier);
        Ok(all.iter().map(|one| one.name.clone()).collect())
    }

    fn read(&self, operand: &Operand, pick: Pick<'_>) -> Result<f64, String> {
        let (panel, data) = self.answer(&operand.panel, operand.is_earlier)?;
        match operand.reading.what {
            What::Rows => {
                return Ok(match &*data.shape {
                    // Events come without a query, too.
                    Shape::Log(lines) => lines.len() as f64,
                    _ => data.rows.len() as f64,
                });
            }
            What::Age => {
                let newest = data.newest_at.ok_or("its rows carry no time")?;
                return Ok(self.now.since(newest).max(0) as f64 / 1e6);
            }
            _ => {}
        }
        let all = self.series_of(panel, data, operand.is_earlier);
        let points = &picked(all, pick)?.points;
        let points = match operand.reading.window {
            Some(window) => newest(points, data, window)?,
            None => points,
        };
        if points.iter().all(|point| point.value.is_nan()) {
            return Err(no_data(operand.reading.window, data));
        }
        let value = match operand.reading.what {
            What::Shown => value(points, panel.reduce),
            What::Reduced(how) => value(points, how),
            What::Percentile(part) => Ok(percentile(points, part)),
            What::Rate if data.newest_at.is_none() => Err("its rows carry no time".to_owned()),
            What::Rate => rate(points).ok_or_else(|| "it takes two points".to_owned()),
            What::Change => change(points)
                .ok_or_else(|| "it takes two points, the first of them not zero".to_owned()),
            What::Age | What::Rows => Err("not of a series".to_owned()),
        }?;
        let known = value.is_finite().then_some(value);
        known.ok_or_else(|| format!("{} is no number", infinite(value)))
    }

    fn color(&self, operand: &Operand, pick: Pick<'_>, value: f64) -> Result<Color, String> {
        let (panel, data) = self.answer(&operand.panel, operand.is_earlier)?;
        let column = (!panel.columns.is_empty())
            .then(|| {
                let all = self.series_of(panel, data, operand.is_earlier);
                picked(all, pick).map(|one| one.name.clone())
            })
            .transpose()?;
        let mut columns = panel.columns.iter();
        let own = columns.find(|own| Some(&own.name) == column.as_ref());
        let thresholds = own.and_then(|column| column.thresholds.as_ref());
        let reached = thresholds.unwrap_or(&panel.thresholds).of(value);
        let reached = reached.ok_or_else(|| "it has no thresholds".to_owned())?;
        Ok(reached.color)
    }

    fn is_live(&self, panel: &str, is_earlier: bool) -> Option<bool> {
        match self.panel(panel, is_earlier)?.1.health {
            Health::Live => Some(true),
            Health::Failed { .. } => Some(false),
            Health::Waiting => None,
        }
    }
}

/// What the panel draws as lines or bars; else its number columns.
fn series<'a>(panel: &Panel, data: &'a PanelData) -> Cow<'a, [Series]> {
    match &*data.shape {
        Shape::Series(series) => Cow::Borrowed(series),
        Shape::Bars(bars) => {
            // Bars over time are reduced already: the points behind them say more.
            if data.newest_at.is_some()
                && let Ok(Shape::Series(series)) =
                    shape::shape(PanelKind::Stat, panel.reduce, &data.rows, data.window)
            {
                return Cow::Owned(series);
            }
            let at = data.asked_at.unwrap_or(data.window.to);
            let bars = bars.iter().map(|bar| Series {
                name: bar.label.clone(),
                points: vec![Point {
                    at,
                    value: bar.value,
                }],
            });
            Cow::Owned(bars.collect())
        }
        _ => Cow::Owned(columns(&data.rows, data.window.to)),
    }
}

/// A series per number column; dated where rows carry a time, else in the rows' order.
fn columns(rows: &Rowset, end: Moment) -> Vec<Series> {
    let times = shape::times(rows);
    let numbers = rows.columns.iter().enumerate().filter(|(index, column)| {
        matches!(column.kind, ColumnKind::Number | ColumnKind::Bool)
            && times.as_ref().is_none_or(|(time, _)| time != index)
    });
    let series = numbers.map(|(_, column)| {
        let values = column.values.iter().enumerate();
        let mut points: Vec<Point> = values
            .filter_map(|(row, value)| {
                let at = match &times {
                    Some((_, times)) => times[row]?,
                    None => end,
                };
                let value = value.as_f64().unwrap_or(f64::NAN);
                Some(Point { at, value })
            })
            .collect();
        points.sort_by_key(|point| point.at);
        Series {
            name: column.name.clone(),
            points,
        }
    });
    series.collect()
}

fn picked<'s>(all: &'s [Series], pick: Pick<'_>) -> Result<&'s Series, String> {
    let named = |name: &str| all.iter().find(|one| one.name == name);
    let names = || {
        let mut names: Vec<&str> = all.iter().take(8).map(|one| one.name.as_str()).collect();
        if all.len() > names.len() {
            names.push("…");
        }
        names.join(", ")
    };
    let missing = |name: &str| match all {
        [] => "no data".to_owned(),
        _ => format!("there is no series `{name}`; there is: {}", names()),
    };
    match (pick, all) {
        (_, []) => Err("no data".to_owned()),
        (Pick::Named(name), _) => named(name).ok_or_else(|| missing(name)),
        (Pick::NamedOrOnly(_) | Pick::Only, [only]) => Ok(only),
        (Pick::NamedOrOnly(name), _) => named(name).ok_or_else(|| missing(name)),
        (Pick::At(index), _) => all.get(index).ok_or_else(|| "no data".to_owned()),
        (Pick::Only, _) => Err(format!(
            "it has {} series: name one, as in [\"{}\"], or write `any` or `all` before the comparison; there is: {}",
            all.len(),
            all[0].name,
            names()
        )),
    }
}

/// The part of `points` in the last `window` of the panel's range.
fn newest<'p>(
    points: &'p [Point],
    data: &PanelData,
    window: Duration,
) -> Result<&'p [Point], String> {
    if data.newest_at.is_none() {
        return Err("its rows carry no time".to_owned());
    }
    let asked_at = data.asked_at.unwrap_or(data.window.to);
    let end = data.window.to.min(asked_at);
    let length = i64::try_from(window.as_micros()).unwrap_or(i64::MAX);
    // The range is counted in whole seconds here: it began a moment before the question was asked.
    if end.since(data.window.from).saturating_add(SECOND) < length {
        let range = Duration::from_micros(end.since(data.window.from).max(0).cast_unsigned());
        let range = Duration::from_secs(range.as_secs());
        return Err(format!(
            "the panel's range is {} only; --range asks for more",
            duration_text(range)
        ));
    }
    let start = end.plus(-length);
    Ok(&points[points.partition_point(|point| point.at <= start)..])
}

fn no_data(window: Option<Duration>, data: &PanelData) -> String {
    let Some(window) = window else {
        return "no data".to_owned();
    };
    let between = Duration::from_micros(data.interval.max(0).cast_unsigned());
    let no_data = format!("no data in the last {}", duration_text(window));
    if between <= window {
        return no_data;
    }
    // `$__interval` is as coarse as the range is long.
    format!(
        "{no_data}; $__interval is {}: a shorter --range makes it finer",
        duration_text(between)
    )
}

fn value(points: &[Point], how: Reduction) -> Result<f64, String> {
    reduce(points, how).ok_or_else(|| match how {
        Reduction::Last => "its last point is a gap; lastNotNull passes over gaps".to_owned(),
        Reduction::First => "its first point is a gap".to_owned(),
        _ => "no data".to_owned(),
    })
}

/// As PostgreSQL writes them.
fn infinite(value: f64) -> &'static str {
    if value.is_nan() {
        "NaN"
    } else if value < 0.0 {
        "-Infinity"
    } else {
        "Infinity"
    }
}

/// As `percentile_cont`: between two values in proportion. There is at least one.
fn percentile(points: &[Point], part: u8) -> f64 {
    let values = points.iter().map(|point| point.value);
    let mut values: Vec<f64> = values.filter(|value| !value.is_nan()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let place = f64::from(part) / 100.0 * (values.len() - 1) as f64;
    let (below, above) = (
        values[place.floor() as usize],
        values[place.ceil() as usize],
    );
    if below == above {
        return below;
    }
    below + (above - below) * place.fract()
}

/// What a counter grew per second between its first and last value.
fn rate(points: &[Point]) -> Option<f64> {
    let mut known = points.iter().filter(|point| !point.value.is_nan());
    let first = known.next()?;
    let last = known.next_back()?;
    let seconds = last.at.since(first.at) as f64 / 1e6;
    (seconds > 0.0)
        .then(|| reduce(points, Reduction::Delta))
        .flatten()
        .map(|grown| grown / seconds)
}
