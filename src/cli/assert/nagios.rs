//! A verdict as monitoring plugins give it: one line, performance data, an exit code
//! (<https://www.monitoring-plugins.org/doc/guidelines.html>).

use std::ffi::OsString;
use std::process::ExitCode;

use color_eyre::eyre::Result;

use super::written;
use crate::assertion::{
    Comparison, Condition, Expression, Number, Seen, Statement, Term, Truth, Verdict, What,
};
use crate::cli::print;
use crate::config::Dashboard;

const WARNING: u8 = 1;
const CRITICAL: u8 = 2;
const UNKNOWN: u8 = 3;

/// Which of the expressions are conditions that alert; without any, the one there is has to hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Alerts {
    pub warning: bool,
    pub critical: bool,
}

/// Words that went wrong, as a plugin says it.
pub(super) fn unknown(words: &str) -> Result<ExitCode> {
    let words = words.trim().trim_start_matches("error: ");
    print(format!("UNKNOWN - {}\n", plain(words)).as_bytes())?;
    Ok(ExitCode::from(UNKNOWN))
}

/// The end of the program for a command line that makes no sense: what Nagios starts must not look CRITICAL
/// for it.
pub(crate) fn refused(wrong: &clap::Error, words: &[OsString]) -> ! {
    let is_plugin = ["assert", "--nagios"]
        .iter()
        .all(|wanted| words.iter().any(|word| word == wanted));
    if !is_plugin || !wrong.use_stderr() {
        wrong.exit()
    }
    let _ = unknown(&wrong.render().to_string());
    std::process::exit(i32::from(UNKNOWN))
}

/// A `|` would begin performance data.
fn plain(words: &str) -> String {
    words.replace('|', "¦")
}

/// Prints the line, and gives the code.
pub(super) fn answer(
    dashboard: &Dashboard,
    expressions: &[Expression],
    verdicts: &[Verdict],
    alerts: Alerts,
) -> Result<ExitCode> {
    let has_to_hold = !alerts.warning && !alerts.critical;
    // In the order of the arguments: the warning first.
    let warning = alerts.warning.then_some(0);
    let critical = alerts
        .critical
        .then_some(usize::from(alerts.warning))
        .or(has_to_hold.then_some(0));
    let alerts = |index: Option<usize>| {
        let truth = index.map_or(Truth::False, |index| verdicts[index].truth);
        if has_to_hold && index.is_some() {
            truth.negated()
        } else {
            truth
        }
    };
    let (word, code, decided) = match (alerts(critical), alerts(warning)) {
        (Truth::True, _) => ("CRITICAL", CRITICAL, critical),
        (Truth::Unknown, _) => ("UNKNOWN", UNKNOWN, critical),
        (_, Truth::True) => ("WARNING", WARNING, warning),
        (_, Truth::Unknown) => ("UNKNOWN", UNKNOWN, warning),
        _ => ("OK", 0, critical.or(warning)),
    };
    let decided = decided.unwrap_or_default();
    let words = written::because(dashboard, &expressions[decided], &verdicts[decided]);
    let limits = |index: Option<usize>| {
        let mut found = Vec::new();
        if let Some(index) = index {
            limits(&expressions[index].root, has_to_hold, &mut found);
        }
        found
    };
    let (warning, critical) = (limits(warning), limits(critical));
    let mut data = Vec::new();
    for seen in verdicts.iter().flat_map(|verdict| &verdict.seen) {
        let one = measured(dashboard, seen, &warning, &critical);
        if !data.contains(&one) {
            data.push(one);
        }
    }
    let line = format!("{word} - {} | {}\n", plain(&words), data.join(" "));
    print(line.as_bytes())?;
    Ok(ExitCode::from(code))
}

/// `'label'=value[unit];[warning];[critical]`.
fn measured(
    dashboard: &Dashboard,
    seen: &Seen,
    warning: &[(String, String)],
    critical: &[(String, String)],
) -> String {
    // A quote is doubled; `=` cannot be in a label.
    let label = written::name(seen)
        .replace('=', ":")
        .replace('\'', "''")
        .replace('|', "¦");
    let value = match &seen.value {
        Ok(value) if value.is_finite() => format!("{value}{}", unit(dashboard, seen)),
        _ => "U".to_owned(),
    };
    let operand = seen.operand.to_string();
    let limit = |all: &[(String, String)]| {
        let found = all.iter().find(|(of, _)| *of == operand);
        found.map(|(_, range)| range.clone()).unwrap_or_default()
    };
    let text = format!("'{label}'={value};{};{}", limit(warning), limit(critical));
    text.trim_end_matches(';').to_owned()
}

/// The units that plugins know.
fn unit(dashboard: &Dashboard, seen: &Seen) -> &'static str {
    let what = seen.operand.reading.what;
    if what == What::Age {
        return "s";
    }
    let panel = written::panel(dashboard, seen).filter(|_| what.is_a_value());
    match panel.map_or("", |panel| panel.unit.id()) {
        "s" => "s",
        "ms" => "ms",
        "µs" => "us",
        "percent" => "%",
        "bytes" | "decbytes" => "B",
        _ => "",
    }
}

/// The ranges in which single comparisons of an operand with a number alert: `5:` below 5, `@~:5` up to 5,
/// `~:5` above 5, `@5:` from 5 on.
fn limits(statement: &Statement, has_to_hold: bool, into: &mut Vec<(String, String)>) {
    match &statement.condition {
        Condition::And(parts) | Condition::Or(parts) => {
            for part in parts {
                limits(part, has_to_hold, into);
            }
        }
        Condition::Each(_, inner) => limits(inner, has_to_hold, into),
        Condition::Compare(left, comparison, right) => {
            let found = match (&left.term, &right.term) {
                (Term::Operand(operand), _) => {
                    constant(right).map(|limit| (operand, *comparison, limit))
                }
                (_, Term::Operand(operand)) => {
                    constant(left).map(|limit| (operand, mirrored(*comparison), limit))
                }
                _ => None,
            };
            let Some((operand, comparison, limit)) = found else {
                return;
            };
            let comparison = if has_to_hold {
                negated(comparison)
            } else {
                comparison
            };
            let range = match comparison {
                Comparison::Less => format!("{limit}:"),
                Comparison::AtMost => format!("@~:{limit}"),
                Comparison::Greater => format!("~:{limit}"),
                Comparison::AtLeast => format!("@{limit}:"),
                Comparison::Equal => format!("@{limit}:{limit}"),
                Comparison::Different => format!("{limit}:{limit}"),
            };
            into.push((operand.to_string(), range));
        }
        Condition::Not(_) | Condition::Between { .. } | Condition::Is { .. } => {}
    }
}

fn constant(number: &Number) -> Option<f64> {
    match &number.term {
        Term::Literal(_, value) => Some(*value),
        Term::Negative(inner) => constant(inner).map(|value| -value),
        _ => None,
    }
}

/// With the sides changed.
fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Greater => Comparison::Less,
        Comparison::AtLeast => Comparison::AtMost,
        same => same,
    }
}

fn negated(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Greater,
        Comparison::Greater => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Less,
        Comparison::Equal => Comparison::Different,
        Comparison::Different => Comparison::Equal,
    }
}
