//! The numbers a panel shows.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::config::Panel;
use crate::model::panel_data::{PanelData, Shape};
use crate::model::reduce::reduce;

/// Of each panel at most: it is one line.
const MOST: usize = 8;

/// One number, or one text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Reading {
    /// The series.
    pub name: String,
    /// Its number; none where there is none.
    pub value: Option<f64>,
    /// Of a panel that shows a text.
    pub words: Option<String>,
}

/// What the panel shows; the first few where there are many.
pub(super) fn readings(panel: &Panel, data: &PanelData) -> Vec<Reading> {
    let number = |name: &str, value: Option<f64>| Reading {
        name: name.to_owned(),
        // JSON has no other number.
        value: value.filter(|value| value.is_finite()),
        words: None,
    };
    match &*data.shape {
        Shape::Series(series) => {
            let series = series.iter().take(MOST);
            series
                .map(|one| number(&one.name, reduce(&one.points, panel.reduce)))
                .collect()
        }
        Shape::Bars(bars) => {
            let bars = bars.iter().take(MOST);
            bars.map(|bar| number(&bar.label, Some(bar.value)))
                .collect()
        }
        Shape::Rows => {
            let first = data.rows.columns.first();
            let words = first.and_then(|column| Some((column, column.values.first()?)));
            let words = words.map(|(column, value)| Reading {
                name: column.name.clone(),
                value: None,
                words: Some(value.display(&TimeZone::UTC).chars().take(200).collect()),
            });
            words.into_iter().collect()
        }
        _ => Vec::new(),
    }
}
