//! Answers of a database, written down by column, and what kinds make of them.

use jiff::tz::TimeZone;
use kpi_dashboard::config::Panel;
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Failure, PanelData, Shape};
use kpi_dashboard::model::reduce::Reduction;
use kpi_dashboard::model::rowset::{ColumnKind, Rowset};
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::ui::Look;

use super::fixtures::{HOUR, SECOND, column, drawn, text, view};

pub fn seen(panel: &Panel, data: &PanelData, look: Look, size: (u16, u16)) -> String {
    text(&drawn(panel, data, &view(look, &TimeZone::UTC), size))
}

pub fn rows(columns: Vec<(&str, ColumnKind, Vec<Value>)>) -> Rowset {
    Rowset {
        columns: columns
            .into_iter()
            .map(|(name, kind, values)| {
                let type_name = match kind {
                    ColumnKind::Number => "float8",
                    ColumnKind::Time => "timestamptz",
                    _ => "text",
                };
                column(name, type_name, kind, values)
            })
            .collect(),
        truncated: false,
    }
}

pub fn shaped(kind: PanelKind, rows: &Rowset) -> Result<Shape, Failure> {
    shape(kind, Reduction::LastNotNull, rows, HOUR)
}

pub fn numbers(values: &[f64]) -> Vec<Value> {
    values.iter().map(|value| Value::Float(*value)).collect()
}

pub fn words(values: &[&str]) -> Vec<Value> {
    let word = |word: &&str| Value::Text((*word).into());
    values.iter().map(word).collect()
}

/// Seconds after the start of the hour.
pub fn times(seconds: &[i64]) -> Vec<Value> {
    let at = |second: &i64| Value::Timestamp(Moment(HOUR.from.0 + second * SECOND));
    seconds.iter().map(at).collect()
}
