//! What a plan says about a query.

use super::finding::{Finding, Rule};
use super::subject::{Subject, What};
use crate::config::{Panel, Places};
use crate::model::estimate::{Estimate, TableRead};
use crate::model::kind::PanelKind;
use crate::model::rowset::Rowset;
use crate::model::shape::{annotations, shape};
use crate::model::time::TimeWindow;
use crate::source::postgres::plan::{Planned, TableSize};

/// Tables named in one finding.
const NAMED: usize = 3;

/// What a query may cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// In the planner's unit.
    pub cost: f64,
    /// Rows of a table that is read from beginning to end.
    pub scan: f64,
    /// Another schema is checked than this one, the configuration's own.
    pub home: Option<String>,
}

/// Whether the columns are those that are needed.
pub(super) fn columns(
    subject: &Subject<'_>,
    planned: &Planned,
    window: TimeWindow,
    places: &Places,
) -> Vec<Finding> {
    let estimate = planned.estimate.as_ref();
    if let Some(word) = estimate.and_then(|estimate| estimate.writes.as_deref()) {
        let message = format!("panels only ever read, and this is `{word}`");
        let finding = Finding::new(Rule::ReadOnly, subject, message)
            .detail("every query runs in BEGIN READ ONLY; write with `kpi push` or a migration");
        return vec![finding.at_beginning(subject, places)];
    }
    let rows = &planned.columns;
    if rows.columns.is_empty() {
        let finding = Finding::new(Rule::Columns, subject, "the query gives no columns");
        return vec![finding.at_beginning(subject, places)];
    }
    let misfit = match subject.what {
        What::Panel(panel) => shape(panel.kind, panel.reduce, rows, window).err(),
        What::Annotation(_) | What::Notes => annotations(rows, None).err(),
        What::Variable(_) => None,
    };
    let misfit = misfit.map(|why| {
        let mut finding = Finding::of(Rule::Columns, subject, why, places);
        // A note of PostgreSQL's would have a place of its own; this is about the whole.
        if finding.place.is_none() {
            finding = finding.at_beginning(subject, places);
        }
        finding
    });
    let mut findings: Vec<Finding> = misfit.into_iter().collect();
    if let What::Panel(panel) = subject.what {
        findings.extend(missing(subject, panel, rows, places));
    }
    findings
}

/// Columns that something else of the panel names.
fn missing(subject: &Subject<'_>, panel: &Panel, rows: &Rowset, places: &Places) -> Vec<Finding> {
    let mut named: Vec<(String, String)> = Vec::new();
    let link = panel.link.iter().flat_map(|link| &link.variables);
    for (variable, text) in link {
        for part in text.split("${row.").skip(1) {
            if let Some((column, _)) = part.split_once('}') {
                let by = format!("its link sets `{variable}` from it");
                named.push((column.to_owned(), by));
            }
        }
    }
    if panel.kind == PanelKind::Table {
        let drawn = panel.columns.iter().map(|column| &column.name);
        named.extend(drawn.map(|name| (name.clone(), format!("`columns.{name}` is about it"))));
        let units = panel.column_units.iter().map(|(name, _)| name);
        named.extend(units.map(|name| (name.clone(), format!("`units.{name}` is about it"))));
    }
    let gives: Vec<&str> = rows.columns.iter().map(|one| one.name.as_str()).collect();
    named.retain(|(column, _)| !gives.contains(&column.as_str()));
    named
        .into_iter()
        .map(|(column, by)| {
            let message = format!("the query gives no column `{column}`, and {by}");
            Finding::new(Rule::MissingColumn, subject, message)
                .detail(format!("it gives {}", gives.join(", ")))
                .at_beginning(subject, places)
        })
        .collect()
}

/// Whether it is too much, or of somebody else.
pub(super) fn estimate(
    subject: &Subject<'_>,
    estimate: &Estimate,
    sizes: &[TableSize],
    limits: &Limits,
    places: &Places,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    if estimate.cost > limits.cost {
        let message = format!(
            "PostgreSQL expects this to cost {}; more than {} is too much",
            grouped(estimate.cost),
            grouped(limits.cost)
        );
        let finding = Finding::new(Rule::Cost, subject, message).detail(
            "an index or a shorter range makes it cheaper; `max_cost` in [check] is the limit",
        );
        findings.push(finding.at_beginning(subject, places));
    }
    findings.extend(scans(subject, estimate, sizes, limits, places));
    if let Some(home) = &limits.home {
        let mut names: Vec<&TableRead> = estimate.tables.iter().collect();
        names.retain(|table| table.schema == *home);
        if let Some(table) = names.first() {
            let message = format!(
                "this reads {}, not the schema that is checked",
                table.qualified()
            );
            let finding = Finding::new(Rule::OtherSchema, subject, message).detail(format!(
                "the SQL names the schema (write `$__schema().{0}` or just `{0}`), or only {home} has such a table",
                table.name
            ));
            findings.push(finding.at_word(&table.name, subject, places));
        }
    }
    findings
}

fn scans(
    subject: &Subject<'_>,
    estimate: &Estimate,
    sizes: &[TableSize],
    limits: &Limits,
    places: &Places,
) -> Option<Finding> {
    let mut large: Vec<(f64, &TableRead, Option<&TableSize>)> = Vec::new();
    for table in estimate.tables.iter().filter(|table| table.is_sequential) {
        let mut sizes = sizes.iter();
        let size = sizes.find(|size| size.schema == table.schema && size.name == table.name);
        // A table that was never analysed has at least the rows that come out of it.
        let known = size.and_then(|size| size.rows).unwrap_or(0.0);
        let rows = known.max(table.rows);
        let is_new = !large
            .iter()
            .any(|(_, other, _)| other.qualified() == table.qualified());
        if rows * table.share > limits.scan && is_new {
            large.push((rows, table, size));
        }
    }
    large.sort_by(|left, right| right.0.total_cmp(&left.0));
    let (_, first, _) = large.first()?;
    let mut named: Vec<String> = (large.iter().take(NAMED))
        .map(|(rows, table, size)| {
            let size = size.map_or_else(String::new, |size| format!(", {}", size.size));
            format!(
                "{} (about {} rows{size})",
                table.qualified(),
                grouped(*rows)
            )
        })
        .collect();
    if large.len() > NAMED {
        named.push(format!("and {} more", large.len() - NAMED));
    }
    let message = format!("this reads from beginning to end: {}", named.join(", "));
    let finding = Finding::new(Rule::SequentialScan, subject, message).detail(
        "an index on what it filters by would read less, or a time filter; `max_scan` in [check] is the limit",
    );
    Some(finding.at_word(&first.name, subject, places))
}

/// `1,234,567`; with decimals only what is small.
pub(super) fn grouped(number: f64) -> String {
    if number.abs() < 100.0 {
        let text = format!("{number:.2}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    let digits = format!("{number:.0}");
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 && !text.ends_with('-') {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_written_for_people() {
        for (number, text) in [
            (0.0, "0"),
            (0.015, "0.01"),
            (12.5, "12.5"),
            (999.6, "1,000"),
            (100_000.0, "100,000"),
            (1_234_567.4, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
