//! A verdict in words, and as JSON.
//!
//! ```json
//! {
//!   "version": 1,
//!   "dashboard": "Operations",
//!   "expression": "orders.rate5m > 10 and errors.last < 1%",
//!   "result": false,
//!   "taken_at": "2026-11-22T14:03:00Z",
//!   "held_seconds": null,
//!   "decided": [
//!     {"expression": "errors.last < 1%", "column": 24, "series": null, "result": false, "why": null}
//!   ],
//!   "operands": [
//!     {"expression": "errors.last", "column": 24, "panel": "errors", "series": null, "value": 0.034,
//!      "shown": "3.40%", "color": "red", "why": null}
//!   ]
//! }
//! ```
//!
//! `result` is true, false, or null where it cannot be told; `why` says why then. `column` counts characters
//! from 1. A value that is no JSON number (an infinity) is a text. `held_seconds` is null without `--for`.

use std::ops::Range;

use color_eyre::eyre::Result;
use serde_json::{Value as Json, json};

use super::Held;
use crate::assertion::{Expression, Part, Seen, Truth, Verdict};
use crate::config::{Dashboard, Panel};
use crate::model::range::duration_text;
use crate::model::text::single_line;
use crate::model::time::Moment;

/// Parts that are told in words; JSON has all.
const TOLD: usize = 5;

/// The panel of an operand.
pub(super) fn panel<'d>(dashboard: &'d Dashboard, seen: &Seen) -> Option<&'d Panel> {
    let mut panels = dashboard.panels.iter();
    panels.find(|panel| panel.id == seen.operand.panel)
}

/// The value as the panel writes it; none where that is not its unit.
fn in_unit(dashboard: &Dashboard, seen: &Seen, value: f64) -> Option<String> {
    let panel = panel(dashboard, seen).filter(|_| seen.operand.reading.what.is_a_value())?;
    let written = panel
        .unit
        .write_in(value, panel.decimals, &dashboard.time_zone);
    Some(written.to_string())
}

/// The operand, of which series, and its value.
pub(super) fn seen_in_words(dashboard: &Dashboard, seen: &Seen) -> String {
    let name = name(seen);
    match &seen.value {
        Ok(value) => match in_unit(dashboard, seen, *value) {
            Some(written) if written != value.to_string() => {
                format!("{name} = {value} ({written})")
            }
            _ => format!("{name} = {value}"),
        },
        Err(_) => format!("{name} = ?"),
    }
}

/// The operand, and of which series.
pub(super) fn name(seen: &Seen) -> String {
    match &seen.series {
        Some(series) => single_line(&format!("{} of {series}", seen.operand)).into_owned(),
        None => single_line(&seen.operand.to_string()).into_owned(),
    }
}

/// What was read inside `span`, of the same series where there are several.
fn read_in<'v>(verdict: &'v Verdict, part: &'v Part) -> impl Iterator<Item = &'v Seen> {
    let inside = |span: &Range<usize>| part.span.start <= span.start && span.end <= part.span.end;
    verdict.seen.iter().filter(move |seen| {
        inside(&seen.operand.span) && (seen.series.is_none() || seen.series == part.series)
    })
}

/// One line: the result and what decided.
pub(super) fn words(
    dashboard: &Dashboard,
    expression: &Expression,
    verdict: &Verdict,
    held: &Held,
) -> String {
    let long = held.long.map(|held| {
        let seconds = std::time::Duration::from_secs(held.as_secs());
        match verdict.truth {
            Truth::True => format!(" for {}", duration_text(seconds)),
            _ => format!(" after {}", duration_text(seconds)),
        }
    });
    let long = long.unwrap_or_default();
    let head = match verdict.truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown => "cannot tell",
    };
    format!("{head}{long}: {}", because(dashboard, expression, verdict))
}

/// What decided.
pub(super) fn because(dashboard: &Dashboard, expression: &Expression, verdict: &Verdict) -> String {
    let mut told: Vec<String> = Vec::new();
    for part in &verdict.decided {
        let not = if part.is_not { "not " } else { "" };
        let text = format!("{not}{}", single_line(&expression.text[part.span.clone()]));
        let values = || {
            let values = read_in(verdict, part).map(|seen| seen_in_words(dashboard, seen));
            values.collect::<Vec<_>>().join(", ")
        };
        let line = match (&part.why, values()) {
            (Some(why), _) => single_line(why).into_owned(),
            (None, values) if values.is_empty() => text,
            (None, values) => format!("{text} ({values})"),
        };
        if !told.contains(&line) {
            told.push(line);
        }
    }
    let more = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    if more > 0 {
        told.push(format!("{more} more"));
    }
    told.join("; ")
}

/// The verdict as JSON text with a final line feed.
pub(super) fn json(
    dashboard: &Dashboard,
    expression: &Expression,
    verdict: &Verdict,
    held: &Held,
    taken_at: Moment,
) -> Result<String> {
    let column = |at: usize| expression.text[..at].chars().count() + 1;
    let decided = verdict.decided.iter().map(|part| {
        json!({
            "expression": &expression.text[part.span.clone()],
            "column": column(part.span.start),
            "series": part.series,
            "result": part.truth.known(),
            "why": part.why,
        })
    });
    let operands = verdict.seen.iter().map(|seen| {
        let value = seen.value.as_ref().ok();
        let number = value.map(|value| {
            serde_json::Number::from_f64(*value)
                .map_or_else(|| json!(value.to_string()), Json::Number)
        });
        json!({
            "expression": seen.operand.to_string(),
            "column": column(seen.operand.span.start),
            "panel": seen.operand.panel,
            "series": seen.series.as_ref().or(seen.operand.series.as_ref()),
            "value": number,
            "shown": value.and_then(|value| in_unit(dashboard, seen, *value)),
            "color": seen.color.and_then(|color| color.family().name()),
            "why": seen.value.as_ref().err(),
        })
    });
    let document = json!({
        "version": 1,
        "dashboard": dashboard.name,
        "expression": expression.text,
        "result": verdict.truth.known(),
        "taken_at": taken_at.rfc3339(),
        "held_seconds": held.long.map(|held| held.as_secs_f64()),
        "decided": decided.collect::<Vec<_>>(),
        "operands": operands.collect::<Vec<_>>(),
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&document)?))
}
