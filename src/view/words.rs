//! What a panel says, in words: for a clipboard, and for those who hear the dashboard instead of seeing it.

use std::borrow::Cow;

use jiff::tz::TimeZone;

use crate::config::Panel;
use crate::model::color::Color;
use crate::model::kind::PanelKind;
use crate::model::panel_data::{LogLine, PanelData, Shape};
use crate::model::reduce::{Reduction, reduce};
use crate::model::text::single_line;
use crate::model::time::Moment;
use crate::model::value::Value;

/// One number of a panel.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Of its series or category.
    pub name: String,
    /// The number; none where there is no data.
    pub value: Option<f64>,
    /// As shown, with its unit.
    pub text: String,
    /// Where the thresholds put it.
    pub color: Option<Color>,
}

/// Every number of a panel: each series' last (or as the panel reduces it), each bar. None for rows and words.
pub fn readings(panel: &Panel, data: &PanelData, zone: &TimeZone, now: Moment) -> Vec<Reading> {
    let asked = data.asked_at.unwrap_or(now);
    let reading = |name: &str, value: Option<f64>| {
        let value = value.filter(|value| !value.is_nan());
        let text = value.map_or_else(
            || "no data".to_owned(),
            |value| {
                let written = panel.unit.write_at(value, panel.decimals, zone, asked);
                written.to_string()
            },
        );
        let step = value.and_then(|value| panel.thresholds.of(value));
        Reading {
            name: single_line(name).into_owned(),
            value,
            text,
            color: step.map(|step| step.color),
        }
    };
    let how = match panel.kind {
        PanelKind::Timeseries => Reduction::LastNotNull,
        _ => panel.reduce,
    };
    match data.shape.as_ref() {
        Shape::Series(series) => series
            .iter()
            .map(|series| reading(&series.name, reduce(&series.points, how)))
            .collect(),
        Shape::Bars(bars) => bars
            .iter()
            .map(|bar| reading(&bar.label, Some(bar.value)))
            .collect(),
        _ => Vec::new(),
    }
}

/// The panel's value or values as shown: `62`, `web 420 req/s, api 260 req/s`, a text panel's words. None where
/// there is nothing, or only rows.
pub fn value(panel: &Panel, data: &PanelData, zone: &TimeZone, now: Moment) -> Option<String> {
    if let Some(words) = &panel.text {
        return Some(words.clone());
    }
    if *data.shape == Shape::Rows {
        let is_word = matches!(panel.kind, PanelKind::Stat | PanelKind::Text);
        let column = data.rows.columns.first().filter(|_| is_word)?;
        return column.values.first().map(|value| cell(value, zone));
    }
    let readings = readings(panel, data, zone, now);
    match readings.as_slice() {
        [] => None,
        [one] => Some(one.text.clone()),
        many => {
            let each: Vec<String> = many
                .iter()
                .map(|reading| format!("{} {}", reading.name, reading.text))
                .collect();
            Some(each.join(", "))
        }
    }
}

/// A row's cells with tabs between them; a tab or line end inside a cell becomes a blank.
pub fn row(data: &PanelData, row: usize, zone: &TimeZone) -> Option<String> {
    if let Shape::Log(lines) = data.shape.as_ref() {
        return lines.get(row).map(|line| log_line(line, zone, '\t'));
    }
    let cells: Option<Vec<String>> = data
        .rows
        .columns
        .iter()
        .map(|column| Some(cell(column.values.get(row)?, zone)))
        .collect();
    cells
        .filter(|cells| !cells.is_empty())
        .map(|cells| cells.join("\t"))
}

/// Time, level and words of a log's line.
pub fn log_line(line: &LogLine, zone: &TimeZone, between: char) -> String {
    let time = Value::Timestamp(line.at);
    let (time, level) = (time.display(zone), line.level.name());
    let text = plain(&line.text);
    format!("{time}{between}{level}{between}{text}")
}

fn cell(value: &Value, zone: &TimeZone) -> String {
    plain(&value.display(zone)).into_owned()
}

/// Without anything that would end a cell or a line.
fn plain(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        text.replace(char::is_control, " ").into()
    } else {
        text.into()
    }
}
