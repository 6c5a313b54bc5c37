//! Values of variables are data: whatever they hold, PostgreSQL's own parser sees the same statement as
//! with a harmless value, and gives the value back byte for byte.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "variables/cases.rs"]
mod cases;
#[path = "variables/parser.rs"]
mod parser;

use cases::{Back, CASES, OTHER};
use kpi_dashboard::model::panel_data::Failure;
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::model::variable::{Choice, VariableValue};
use kpi_dashboard::query::{Context, Rendered, render};
use parser::{Parser, Read};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};

const HARMLESS: &str = "harmless";

fn rendered(template: &str, value: &str) -> Result<Rendered, Failure> {
    let variable = |name: &str, values: &[&str], is_listed| VariableValue {
        name: name.to_owned(),
        chosen: values.iter().copied().map(Choice::of).collect(),
        is_list: values.len() > 1,
        is_listed,
        ..VariableValue::default()
    };
    let variables = [
        variable("x", &[value], false),
        variable("two", &[value, OTHER], false),
        variable("listed", &[value], true),
    ];
    let context = Context {
        window: TimeWindow {
            from: Moment(1_785_564_000_000_000),
            to: Moment(1_785_585_600_000_000),
        },
        interval: 60_000_000,
        schema: "public",
        time_zone: "UTC",
        variables: &variables,
    };
    render(template, &context)
}

/// Scraps that mean something to some lexer, and any characters.
fn values() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "'",
        "''",
        "\"",
        "\"\"",
        "\\",
        "\\'",
        "\\\\",
        "$",
        "$$",
        "$q$",
        "$q",
        "q$",
        "$1",
        "$x",
        "${x}",
        "[[x]]",
        "${x:raw}",
        "$__interval",
        "$__timeFilter(ts)",
        "$__timeFrom()",
        "--",
        "-- ",
        "/*",
        "*/",
        ";",
        "; drop table t; --",
        ")",
        "(",
        ",",
        "E'",
        "U&'",
        "X'",
        "\n",
        "\r",
        "\t",
        "\u{b}",
        " ",
        "a",
        "or 1=1",
        "NULL",
        "😀",
        "é",
        "\u{202e}",
        "\u{a0}",
        "%",
        "_",
        "{",
        "}",
        "]",
        ":",
        "::text",
        "\u{1}",
    ]);
    let scraps = prop::collection::vec(scrap, 0..8).prop_map(|parts| parts.concat());
    let letters = prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter);
    prop_oneof![4 => scraps, 1 => letters]
}

/// As PostgreSQL cuts a name: at most 63 bytes, whole characters.
fn cut(name: &str) -> &str {
    let mut end = name.len().min(63);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// Why a value may be refused in this case; anything else would be a defect.
fn may_be_refused(template: &str, value: &str, failure: &Failure) -> bool {
    let why = &failure.summary;
    let in_dollars = template.contains("$q$") || template.contains("$$");
    let ends = why.contains("would end the `$$` quote") && in_dollars && value.contains('$');
    let empty = why.contains("is empty, and no name is") && value.is_empty();
    ends || empty
}

#[test]
fn no_value_changes_the_structure_of_a_statement() {
    let parser = Parser::start();
    let expected: Vec<Read> = CASES
        .iter()
        .map(|(template, _)| {
            let sql = rendered(template, HARMLESS).unwrap().sql;
            parser.read(&sql).unwrap()
        })
        .collect();
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&values(), |value| {
        for ((template, back), expected) in CASES.iter().zip(&expected) {
            let rendered = match rendered(template, &value) {
                Ok(_) if value.contains('\0') => {
                    return Err(TestCaseError::fail(format!("{template}: NUL was accepted")));
                }
                Ok(rendered) => rendered,
                Err(failure) if value.contains('\0') => {
                    prop_assert!(failure.summary.contains("NUL"), "{template}: {failure:?}");
                    continue;
                }
                Err(failure) => {
                    let fine = may_be_refused(template, &value, &failure);
                    prop_assert!(fine, "{template}: {value:?}: {failure:?}");
                    continue;
                }
            };
            let read = parser.read(&rendered.sql).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&read.tree, &expected.tree, "{}", rendered.sql);
            let given = read.value.as_deref().unwrap_or_default();
            match back {
                Back::Value(of) => prop_assert_eq!(given, of(&value), "{}", rendered.sql),
                Back::Column(of) => {
                    let name = of(&value);
                    prop_assert_eq!(&read.column, cut(&name), "{}", rendered.sql);
                }
                Back::Json(of) => {
                    let document: serde_json::Value = serde_json::from_str(given).unwrap();
                    prop_assert_eq!(document, of(&value), "{}", rendered.sql);
                }
                Back::Structure => {}
            }
        }
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, value)) => panic!("{value:?}: {why}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Statements of scraps, most of them nonsense: quotes that open anywhere, comments, words that touch.
fn templates() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "$x",
        "$x",
        "$x",
        "${x:sqlstring}",
        "${x:identifier}",
        "${x:json}",
        "$two",
        "'$x'",
        "E'$x'",
        "\"$x\"",
        "$$",
        "$q$",
        "'",
        "'",
        "\"",
        "E'",
        "e",
        "N'",
        "U&",
        "X'",
        "\\",
        "''",
        "'a'",
        "\n",
        "\n",
        " ",
        " ",
        "||",
        "||",
        ",",
        "--c\n",
        "-",
        "/*",
        "*/",
        "/*c*/",
        "(",
        ")",
        " as ",
        "1",
        "b",
        "::text",
        "$1",
        "$",
        "$x$",
        "[[x]]",
        ".",
        "&",
    ]);
    prop::collection::vec(scrap, 1..9).prop_map(|parts| format!("select {}", parts.concat()))
}

#[test]
fn no_value_changes_the_structure_of_any_statement_that_has_one() {
    let parser = Parser::start();
    let mut runner = TestRunner::new(Config {
        cases: 4_000,
        failure_persistence: None,
        ..Config::default()
    });
    let compared = std::cell::Cell::new(0_usize);
    let outcome = runner.run(&(templates(), values()), |(template, value)| {
        let harmless = rendered(&template, HARMLESS).ok();
        let expected = harmless.and_then(|harmless| parser.read(&harmless.sql).ok());
        let (Some(expected), Ok(rendered)) = (expected, rendered(&template, &value)) else {
            return Ok(());
        };
        compared.set(compared.get() + 1);
        let read = match parser.read(&rendered.sql) {
            // `"$x"`: PostgreSQL knows no empty names, and says so.
            Err(why) if value.is_empty() && why.contains("zero-length delimited identifier") => {
                return Ok(());
            }
            read => read.map_err(TestCaseError::fail)?,
        };
        prop_assert_eq!(read.tree, expected.tree, "{}", rendered.sql);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, (template, value))) => panic!("{template:?}, {value:?}: {why}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
    assert!(
        compared.get() > 200,
        "only {} of them made sense",
        compared.get()
    );
}

#[test]
fn the_check_notices_a_changed_structure() {
    let parser = Parser::start();
    let tree = |sql: &str| parser.read(sql).unwrap().tree;
    assert_eq!(tree("select 'a'"), tree("select   'another'"));
    assert_eq!(tree("select 1 as \"a b\""), tree("select 1 as c"));
    assert_ne!(tree("select 'a'"), tree("select 'a' || 'b'"));
    assert_ne!(tree("select 'a'"), tree("select 'a' where 'b' = 'b'"));
    assert_ne!(tree("select 'a'"), tree("select 'a', 'b'"));
    assert!(parser.read("select 'a'; select 'b'").is_err());
}

#[test]
fn what_was_typed_is_refused_by_every_format_without_quotes() {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let formats = [
        "raw", "csv", "pipe", "glob", "regex", "text", "join", "join:-",
    ];
    let places = [
        "select @",
        "select '@'",
        "select E'@'",
        "select \"@\"",
        "select $$@$$",
    ];
    let outcome = runner.run(&values(), |value| {
        for format in formats {
            for place in places {
                let template = place.replace('@', &format!("${{x:{format}}}"));
                let failure = rendered(&template, &value).unwrap_err();
                let fine = failure.summary.contains("typed") || value.contains('\0');
                prop_assert!(fine, "{template}: {failure:?}");
            }
        }
        Ok(())
    });
    assert_eq!(outcome, Ok(()));
}
