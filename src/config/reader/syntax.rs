//! What the parser complains about, in words for a person.

use std::collections::BTreeSet;
use std::ops::Range;

use super::suggest::printable;
use crate::config::problem::{Problem, Source};

/// This many are shown.
const MOST: usize = 20;
/// So many wrong lines in a row have one cause: mostly a quote that was forgotten above.
const RUN: usize = 3;

/// The problems of the parser's `errors`, and the lines that cannot be judged because of them.
pub(super) fn report(
    source: &Source,
    errors: &[toml::de::Error],
) -> (Vec<Problem>, Vec<Range<usize>>) {
    let mut problems = Vec::new();
    let mut broken: Vec<Range<usize>> = Vec::new();
    let end = source.text.trim_end().len();
    let line_of = |error: &toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        source.line(start.min(end))
    };
    let lines: BTreeSet<usize> = errors.iter().map(line_of).collect();
    for (index, error) in errors.iter().enumerate() {
        let span = error.span().unwrap_or(0..0);
        let line = line_of(error);
        // A line's second complaint is mostly the echo of its first, and so are those of the lines
        // below a header that could not be read.
        if broken.iter().any(|lines| lines.contains(&line)) {
            continue;
        }
        let run = lines
            .range(line..)
            .enumerate()
            .take_while(|(steps, other)| **other == line + steps)
            .count();
        if run >= RUN && error.message().starts_with("key with no value") {
            broken.push(line..line + run);
            let end = line + run - 1;
            let message = format!("lines {line} to {end} are not TOML");
            let problem = source.problem(span, message);
            problems.push(problem.hint("is a closing quote missing above?"));
            continue;
        }
        broken.push(line..after(source, line));
        if problems.len() == MOST {
            let left = errors.len() - index;
            let problem = source.problem(span, format!("{left} further places are not valid TOML"));
            problems.push(problem.hint("repair those above first"));
            broken.push(line..usize::MAX);
            break;
        }
        let (span, message, hint) = explain(error.message(), &source.text, span);
        problems.push(source.problem(span, message).hint(hint));
    }
    (problems, broken)
}

/// The first line after `line` that is not affected when `line` is wrong: a header takes all lines
/// up to the next header with it.
fn after(source: &Source, line: usize) -> usize {
    let mut lines = source.text.lines().skip(line - 1);
    let header = |text: &str| text.trim_start().starts_with('[');
    if lines.next().is_some_and(header) {
        lines
            .position(header)
            .map_or(usize::MAX, |next| line + 1 + next)
    } else {
        line + 1
    }
}

/// Where, what, and what to do.
fn explain(message: &str, text: &str, span: Range<usize>) -> (Range<usize>, String, String) {
    let at = printable(text.get(span.clone()).unwrap_or_default().trim());
    if message.starts_with("duplicate key") {
        let hint = "keep one of them".to_owned();
        return (span, format!("`{at}` is given twice"), hint);
    }
    let (what, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    if what.contains("string") && ["`\"`", "`'`", "'`'"].contains(&expected) {
        let before = text.get(..span.start).unwrap_or_default();
        if what.contains("multi-line") {
            // Nothing closes it, so the last three quotes before the end are those that open it.
            let quotes = if what.contains("literal") {
                "'''"
            } else {
                "\"\"\""
            };
            let open = before.rfind(quotes).map_or(span, |open| open..open + 3);
            let hint = format!("it ends with a further `{quotes}`");
            return (open, "this text is not closed".to_owned(), hint);
        }
        let hint = format!("a closing {expected} is missing");
        return (span, "this text is not closed".to_owned(), hint);
    }
    match what {
        "string values must be quoted" if at.is_empty() => {
            let message = "there is no value after `=`";
            (
                span,
                message.to_owned(),
                "write one, or remove the line".to_owned(),
            )
        }
        "string values must be quoted" => {
            let message = format!("`{at}` is not a value");
            (span, message, "texts need quotes around them".to_owned())
        }
        "unclosed table" | "unclosed array of tables" => {
            let hint = format!("a closing {expected} is missing");
            (span, "this header is not closed".to_owned(), hint)
        }
        what => {
            let hint = if expected.is_empty() {
                String::new()
            } else {
                format!("expected {expected}")
            };
            (span, format!("not valid TOML: {what}"), hint)
        }
    }
}
