//! A check's result for people: a line per query, what is wrong with it below.

use std::fmt::Write as _;

use super::judge::grouped;
use super::{Checked, Finding, Level, QueryReport, State};
use crate::config::Problem;

/// What stands below a line begins here.
const INDENT: &str = "        ";

/// The lines. With `is_quiet`, only what is not fine.
pub fn words(checked: &Checked, is_quiet: bool) -> String {
    let mut text = String::new();
    for query in &checked.queries {
        let about = |finding: &&Finding| {
            finding.dashboard == query.dashboard && finding.panel == query.panel
        };
        if query.ok && query.state == State::Checked && !is_quiet {
            let name = format!("{} / {}", query.dashboard, query.panel);
            let _ = writeln!(text, "ok      {name}: {}", facts(query));
        }
        for finding in checked.findings.iter().filter(about) {
            write_finding(finding, &mut text);
        }
    }
    text
}

/// `3 columns, cost 12.5, about 20 rows`; with rows where it was run.
fn facts(query: &QueryReport) -> String {
    let mut facts = Vec::new();
    if let Some(rows) = query.rows {
        facts.push(counted(rows, "row"));
    }
    if !query.columns.is_empty() {
        facts.push(counted(query.columns.len(), "column"));
    }
    if let Some(cost) = query.cost {
        facts.push(format!("cost {}", grouped(cost)));
    }
    if let (None, Some(rows)) = (query.rows, query.expected_rows) {
        let noun = if rows == 1.0 { "row" } else { "rows" };
        facts.push(format!("about {} {noun}", grouped(rows)));
    }
    facts.join(", ")
}

fn write_finding(finding: &Finding, text: &mut String) {
    let sign = match finding.level {
        Level::Error => "failed",
        Level::Warning => "warning",
        Level::Note => "skipped",
    };
    let name = format!("{} / {}", finding.dashboard, finding.panel);
    let _ = writeln!(text, "{sign:7} {name}: {}", finding.message);
    let place = finding.place.as_ref().map(Problem::place);
    let lines = place.iter().flat_map(|place| place.lines());
    for line in lines.chain(finding.details.iter().map(String::as_str)) {
        let _ = writeln!(text, "{INDENT}{line}");
    }
}

/// `1 panel`, `2 panels`.
pub fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
