//! The words of an inspection, broken into lines.

use std::ops::Range;
use std::time::Duration;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::model::inspection::{Inspection, Plan};
use crate::model::panel_data::{Failure, Health, PanelData};

/// How a piece of a line is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// Ordinary.
    Plain,
    /// Steps back.
    Quiet,
    /// From a variable, without any quoting: look here first.
    Unquoted,
    /// Went wrong.
    Bad,
}

/// One line, in pieces.
pub type Line = Vec<(String, Emphasis)>;

/// What asking for the panel costs, in two lines.
pub fn head(data: &PanelData) -> [String; 2] {
    let Some(inspection) = &data.inspection else {
        return ["not asked yet".to_owned(), String::new()];
    };
    let cost = match inspection.timings {
        Some(timings) => format!(
            "wait {} · round trip {} · decode {} · {}",
            span(timings.wait),
            span(timings.round_trip),
            span(timings.decode),
            count(inspection.rows, "row")
        ),
        None => "no answer yet".to_owned(),
    };
    let load = format!(
        "{} and {} of the database in the last minute",
        count(inspection.asked_per_minute as usize, "question"),
        span(inspection.busy_per_minute)
    );
    [cost, load]
}

/// `340 µs`, `2.3 ms`, `1.25 s`.
fn span(time: Duration) -> String {
    match time.as_micros() {
        micros @ 0..1_000 => format!("{micros} µs"),
        micros @ 1_000..1_000_000 => format!("{:.1} ms", micros as f64 / 1e3),
        micros => format!("{:.2} s", micros as f64 / 1e6),
    }
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}

/// The statement, what came unquoted into it marked, and what it failed of.
pub(super) fn sql(data: &PanelData, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Health::Failed { why, .. } = &data.health {
        lines.extend(failure(why, width));
        lines.push(Line::new());
    }
    let Some(inspection) = &data.inspection else {
        lines.push(vec![(
            "This panel has no query.".to_owned(),
            Emphasis::Quiet,
        )]);
        return lines;
    };
    lines.extend(statement(inspection, width));
    lines.push(Line::new());
    let note = if inspection.unquoted.is_empty() {
        "No parameters: macros and quoted variables are written into the statement."
    } else {
        "Marked: from a variable, without any quoting. Only values that the configuration or a query lists come in that way."
    };
    lines.extend(wrapped(note, Emphasis::Quiet, width));
    lines
}

fn statement(inspection: &Inspection, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for text in inspection.sql.split('\n') {
        let marked: Vec<Range<usize>> = inspection
            .unquoted
            .iter()
            .map(|range| range.start.saturating_sub(start)..range.end.saturating_sub(start))
            .filter(|range| range.start < text.len() && !range.is_empty())
            .collect();
        for part in broken(text, width) {
            lines.push(pieces(text, part, &marked));
        }
        start += text.len() + 1;
    }
    lines
}

/// `text[part]` in pieces, marked or not.
fn pieces(text: &str, part: Range<usize>, marked: &[Range<usize>]) -> Line {
    let mut line = Line::new();
    for (at, grapheme) in text[part.clone()].grapheme_indices(true) {
        let at = part.start + at;
        let emphasis = if marked.iter().any(|range| range.contains(&at)) {
            Emphasis::Unquoted
        } else {
            Emphasis::Plain
        };
        match line.last_mut() {
            Some((piece, last)) if *last == emphasis => piece.push_str(grapheme),
            _ => line.push((grapheme.to_owned(), emphasis)),
        }
    }
    line
}

/// How PostgreSQL runs it.
pub(super) fn plan(plan: Option<&Plan>, width: usize) -> Vec<Line> {
    let quiet = |text: &str| wrapped(text, Emphasis::Quiet, width);
    match plan.map(|plan| (plan.analyzed, &plan.lines)) {
        None => quiet("No plan was asked for yet."),
        Some((_, None)) => quiet("Asking for the plan …"),
        Some((_, Some(Err(why)))) => failure(why, width),
        Some((analyzed, Some(Ok(plan)))) => {
            let note = if analyzed {
                "It was run, in a read-only transaction."
            } else {
                "Estimated. A runs it, in a read-only transaction, and measures."
            };
            let mut lines = quiet(note);
            lines.push(Line::new());
            for line in plan.iter() {
                lines.extend(wrapped(line, Emphasis::Plain, width));
            }
            lines
        }
    }
}

/// Before a statement is run for its plan.
pub(super) fn question(width: usize) -> Vec<Line> {
    let text = "Run the statement with EXPLAIN ANALYZE? It takes as long as the query does, in a read-only \
                transaction with its time limit. y runs it, any other key does not.";
    wrapped(text, Emphasis::Plain, width)
}

fn failure(why: &Failure, width: usize) -> Vec<Line> {
    let mut lines = wrapped(&why.summary, Emphasis::Bad, width);
    for detail in &why.details {
        lines.extend(wrapped(detail, Emphasis::Plain, width));
    }
    lines
}

fn wrapped(text: &str, emphasis: Emphasis, width: usize) -> Vec<Line> {
    broken(text, width)
        .into_iter()
        .map(|part| vec![(text[part].to_owned(), emphasis)])
        .collect()
}

/// Byte ranges of the lines of at most `width` cells that `text` takes, broken at blanks where there are some.
fn broken(text: &str, width: usize) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut start, mut blank, mut used) = (0, None, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        let cells = grapheme.width();
        if used + cells > width && at > start {
            let end = blank.filter(|blank| *blank > start).unwrap_or(at);
            parts.push(start..end);
            start = end;
            blank = None;
            used = text[start..at].width();
        }
        used += cells;
        if grapheme == " " {
            blank = Some(at + 1);
        }
    }
    parts.push(start..text.len());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_blanks_and_lose_nothing() {
        for (text, width) in [
            ("select one, two from three", 10),
            ("averylongword and more", 5),
            ("日本語テキスト", 5),
            ("", 4),
            ("    indented by four", 6),
        ] {
            let parts = broken(text, width);
            let whole: String = parts.iter().map(|part| &text[part.clone()]).collect();
            assert_eq!(whole, text);
            for part in &parts {
                assert!(text[part.clone()].trim_end().width() <= width, "{text}");
            }
        }
        let parts = broken("select one, two", 10);
        assert_eq!(parts.len(), 2, "{parts:?}");
    }

    #[test]
    fn what_came_unquoted_is_marked_on_its_own_line() {
        let inspection = Inspection {
            sql: "select a\nfrom t_eu".into(),
            unquoted: std::iter::once(14..18).collect(),
            asked_at: crate::model::time::Moment(0),
            timings: None,
            rows: 0,
            asked_per_minute: 0,
            busy_per_minute: Duration::ZERO,
        };
        let lines = statement(&inspection, 40);
        assert_eq!(lines[0], [("select a".to_owned(), Emphasis::Plain)]);
        assert_eq!(
            lines[1],
            [
                ("from ".to_owned(), Emphasis::Plain),
                ("t_eu".to_owned(), Emphasis::Unquoted)
            ]
        );
    }
}
