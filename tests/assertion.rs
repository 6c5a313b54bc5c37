//! The language of `kpi assert`, by itself: what is written is read again, what holds is what an evaluator written
//! a second time says, and hostile text is refused at once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod assertions;

use std::time::{Duration, Instant};

use assertions::{Fixed, expressions, truth_of};
use kpi_dashboard::assertion::{DEEPEST, GRAMMAR, LONGEST, Mistake, Truth, evaluate, parse};
use proptest::prelude::*;

fn wrong(text: &str) -> Mistake {
    parse(text).expect_err(text)
}

/// The text at the mistake, and all that is said.
fn said(text: &str) -> (String, String) {
    let mistake = wrong(text);
    let at = text[mistake.span.clone()].to_owned();
    (
        at,
        format!("{} {}", mistake.message, mistake.hint.unwrap_or_default()),
    )
}

#[test]
fn an_expression_is_written_as_it_is_understood() {
    for (text, written) in [
        (
            "orders.rate5m>10 and errors.last<0.01",
            "orders.rate5m > 10 and errors.last < 0.01",
        ),
        (
            "a > 1 or b > 1 and not c > 1",
            "a > 1 or b > 1 and not c > 1",
        ),
        ("(a > 1 or b > 1) and c > 1", "(a > 1 or b > 1) and c > 1"),
        ("((a)) > ((1))", "a > 1"),
        ("a - (b - c) * 2 > -1", "a - (b - c) * 2 > -1"),
        ("\"error-rate\".last > 1", "\"error-rate\".last > 1"),
        ("errors.eu.last > 1", "errors[\"eu\"].last > 1"),
        ("errors['it''s'].p95_5m > 1", ""),
        ("errors['it\\'s'].p95_5m > 1", "errors[\"it's\"].p95_5m > 1"),
        ("a.mean1h30m > 1k", "a.mean1h30m > 1k"),
        ("a.mean90m > 1", "a.mean1h30m > 1"),
        (
            "x not between 1 and 2 and y is not red",
            "x not between 1 and 2 and y is not red",
        ),
        ("all errors is good", "all errors is good"),
        (
            "earlier( orders.sum )*0.5<orders.sum",
            "earlier(orders.sum) * 0.5 < orders.sum",
        ),
        ("abs(a-b) <= 5%", "abs(a - b) <= 5%"),
        ("\"and\" > 1", "\"and\" > 1"),
    ] {
        match parse(text) {
            Ok(expression) => assert_eq!(expression.to_string(), written, "{text}"),
            Err(_) => assert_eq!(written, "", "{text}"),
        }
    }
}

#[test]
fn a_mistake_says_where_and_what_to_write() {
    for (text, at, words) in [
        ("", "", "orders.rate5m > 10"),
        ("orders", "orders", "compare it: `orders > 0`"),
        ("orders > ", "", "it ends here"),
        ("orders.lst > 1", "lst", "did you mean `last`?"),
        ("orders.median > 1", "median", "lastNotNull, first, min"),
        ("orders.eu > 1", "eu", "orders[\"eu\"]"),
        ("orders.mean5 > 1", "mean5", "mean5m"),
        ("orders.age5m > 1", "age5m", "takes no duration"),
        ("orders.p955m > 1", "p955m", "p95_5m"),
        ("a = 1", "=", "write `==`"),
        ("a > 1 && b > 1", "&&", "write `and`"),
        ("a > 1 || b > 1", "||", "write `or`"),
        ("!(a > 1)", "!", "write `not`"),
        ("a > 1 AND b > 1", "AND", "did you mean `and`?"),
        ("1 < a < 5", "<", "between 1 and 5"),
        ("a between 5 and 1", "5 and 1", "between 1 and 5"),
        ("(1 < a) < 5", "(1 < a)", "between 1 and 5"),
        ("a > 1 and 5", "5", "not a condition"),
        ("(a > 1", "(", "never closed"),
        ("a > 1)", ")", "nothing to close"),
        ("a is rde", "rde", "did you mean `red`?"),
        (
            "a.age is red",
            "a.age",
            "thresholds are for the panel's values",
        ),
        ("a + 1 is red", "a + 1", "orders is red"),
        ("a > 5x", "5x", "a number may end in"),
        ("a > 5min", "5min", "write `5m`"),
        ("a > 1e999", "1e999", "too large"),
        ("a > .5", ".", "expected a number"),
        ("any all a > 1", "all", "cannot stand in each other"),
        ("earlier(1) > 1", "earlier", "earlier(orders.sum)"),
        ("a > $x", "$", "--var NAME=VALUE"),
        ("a[eu] > 1", "eu", "in quotes"),
        ("\"a > 1", "\"", "no closing"),
        ("é > 1 und b > 1", "und", "expected `and`, `or` or the end"),
        ("a > 1 \u{1b}[31m", "\u{1b}", "control character"),
    ] {
        let (place, words_said) = said(text);
        assert_eq!(place, at, "{text}: {words_said}");
        assert!(words_said.contains(words), "{text}: {words_said}");
    }
}

#[test]
fn numbers_are_what_people_mean_by_them() {
    for (text, value) in [
        ("1e3", 1000.0),
        ("1.5e-3", 0.0015),
        ("7%", 0.07),
        ("2k", 2e3),
        ("5M", 5e6),
        ("5m", 300.0),
        ("1h30m", 5400.0),
        ("500ms", 0.5),
        ("2MiB", 2_097_152.0),
        ("2Gi", 2_147_483_648.0),
    ] {
        let same = parse(&format!("{text} == {value}")).unwrap();
        let verdict = evaluate(&same, &Fixed::default());
        assert_eq!(verdict.truth, Truth::True, "{text}");
    }
}

#[test]
fn what_is_not_known_is_never_true() {
    let board = Fixed::default()
        .with("a", &[Some(1.0)])
        .with("gone", &[None]);
    for (text, truth) in [
        ("gone > 1", Truth::Unknown),
        ("gone <= 1", Truth::Unknown),
        ("gone == gone", Truth::Unknown),
        ("gone != gone", Truth::Unknown),
        ("not gone > 1", Truth::Unknown),
        ("a > 5 and gone > 1", Truth::False),
        ("gone > 1 and a > 5", Truth::False),
        ("a > 0 and gone > 1", Truth::Unknown),
        ("a > 0 or gone > 1", Truth::True),
        ("gone > 1 or a > 0", Truth::True),
        ("a > 5 or gone > 1", Truth::Unknown),
        ("a / 0 > 1", Truth::Unknown),
        ("gone * 0 == 0", Truth::Unknown),
        ("abs(gone) >= 0", Truth::Unknown),
        ("a between gone and 0", Truth::False),
        ("a between 0 and gone", Truth::Unknown),
        ("a not between 5 and gone", Truth::True),
    ] {
        let verdict = evaluate(&parse(text).unwrap(), &board);
        assert_eq!(verdict.truth, truth, "{text}");
    }
}

#[test]
fn any_and_all_go_through_the_series() {
    let board = Fixed::default()
        .with("mixed", &[Some(1.0), Some(9.0)])
        .with("holey", &[Some(1.0), None])
        .with("other", &[Some(2.0), Some(3.0)])
        .with("one", &[Some(5.0)])
        .with("none", &[]);
    for (text, truth) in [
        ("any mixed > 5", Truth::True),
        ("all mixed > 5", Truth::False),
        ("all mixed > 0", Truth::True),
        ("any mixed > 10", Truth::False),
        ("mixed > 0", Truth::Unknown),
        ("mixed[\"s1\"] > 5", Truth::True),
        ("mixed.s0 > 5", Truth::Unknown),
        ("any holey > 5", Truth::Unknown),
        ("any holey > 0", Truth::True),
        ("all holey > 5", Truth::False),
        ("all none > 5", Truth::Unknown),
        ("any none > 5", Truth::Unknown),
        // By name: 1 < 2, 9 > 3.
        ("any mixed > other", Truth::True),
        ("all mixed > other", Truth::False),
        ("all mixed < one * 2", Truth::True),
        ("all (mixed > 5 or other < 3)", Truth::True),
        ("not any mixed > 5", Truth::False),
    ] {
        let truth_is = parse(text).map(|expression| evaluate(&expression, &board).truth);
        match truth_is {
            Ok(is) => assert_eq!(is, truth, "{text}"),
            Err(mistake) => assert_eq!(text, "mixed.s0 > 5", "{mistake:?}"),
        }
    }
    let verdict = evaluate(&parse("any mixed > 5").unwrap(), &board);
    assert_eq!(verdict.decided.len(), 1);
    assert_eq!(verdict.decided[0].series.as_deref(), Some("s1"));
}

#[test]
fn the_help_has_the_grammar() {
    let mut kpi = std::process::Command::new(env!("CARGO_BIN_EXE_kpi"));
    let help = kpi.args(["assert", "--help"]).output().unwrap().stdout;
    let dense = |text: &str| text.split_whitespace().collect::<String>();
    assert!(dense(&String::from_utf8(help).unwrap()).contains(&dense(GRAMMAR)));
}

#[test]
fn hostile_text_is_refused_at_once() {
    let deep = 100_000;
    let texts = [
        "(".repeat(deep),
        format!("{}a > 1{}", "(".repeat(deep), ")".repeat(deep)),
        "not ".repeat(deep),
        format!("{}1 > 1", "-".repeat(deep)),
        format!("{}1{} > 1", "abs(".repeat(deep), ")".repeat(deep)),
        "x".repeat(1 << 20),
        "9".repeat(1 << 20),
        "\"".repeat(1 << 20),
        "\\".repeat(1 << 20),
        "=".repeat(1 << 20),
        "a.".repeat(1 << 19),
        "ü".repeat(1 << 19),
        "(".repeat(LONGEST),
        "9".repeat(LONGEST),
        "-".repeat(LONGEST),
        "a[".repeat(LONGEST / 2),
    ];
    for text in texts {
        let start = Instant::now();
        let mistake = wrong(&text);
        let took = start.elapsed();
        assert!(
            // On any machine: what grows with the square of a megabyte takes minutes.
            took < Duration::from_secs(10),
            "{took:?} for {}…",
            &text[..8]
        );
        assert!(
            text.is_char_boundary(mistake.span.start) && text.is_char_boundary(mistake.span.end)
        );
        assert!(mistake.message.len() < 3 * LONGEST);
    }
    let nested = |levels: usize| format!("{}a > 1{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&nested(DEEPEST)).is_ok());
    assert!(wrong(&nested(DEEPEST + 1)).message.contains("levels deep"));
}

#[test]
fn the_longest_expression_takes_milliseconds() {
    let series: Vec<Option<f64>> = (0..1000).map(|value| Some(f64::from(value))).collect();
    let board = Fixed::default().with("a", &series);
    let mut text = "all a > -1".to_owned();
    while text.len() + 16 < LONGEST {
        text.push_str(" or any a > 5000");
    }
    let start = Instant::now();
    let verdict = evaluate(&parse(&text).unwrap(), &board);
    assert_eq!(verdict.truth, Truth::True);
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(expression in expressions()) {
        let text = expression.to_string();
        if text.len() <= LONGEST {
            let read = parse(&text).map_err(|wrong| TestCaseError::fail(format!("{text}: {wrong:?}")))?;
            prop_assert_eq!(&read.root, &expression.root, "{}", text);
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn what_holds_is_what_another_evaluator_says(expression in expressions(), board in assertions::boards()) {
        let verdict = evaluate(&expression, &board);
        prop_assert_eq!(verdict.truth, truth_of(&expression, &board), "{}", expression);
        for part in &verdict.decided {
            prop_assert_eq!(part.truth == Truth::Unknown, part.why.is_some());
        }
        if verdict.truth == Truth::Unknown {
            prop_assert!(verdict.decided.iter().all(|part| part.truth == Truth::Unknown));
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in any::<String>()) {
        if let Err(wrong) = parse(&text) {
            prop_assert!(text.get(wrong.span).is_some());
        }
    }

    #[test]
    fn no_sequence_of_symbols_breaks_the_reader(
        symbols in prop::collection::vec(prop::sample::select(assertions::SYMBOLS), 0..40),
        blank in prop::bool::ANY,
    ) {
        let text = symbols.join(if blank { " " } else { "" });
        match parse(&text) {
            Err(wrong) => prop_assert!(text.get(wrong.span).is_some()),
            Ok(expression) => {
                let written = expression.to_string();
                let again = parse(&written).map_err(|wrong| TestCaseError::fail(format!("{written}: {wrong:?}")))?;
                prop_assert_eq!(again.root, expression.root);
            }
        }
    }
}
