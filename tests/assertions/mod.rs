//! Expressions and boards made up, and a second evaluator: by tables of cases instead of by the code's way.

#![allow(dead_code, reason = "the fuzz target uses a part of it")]

use std::time::Duration;

use kpi_dashboard::assertion::{
    Board, Comparison, Condition, Expression, Number, Operand, Operator, Pick, Quantifier, Reading,
    State, Statement, Term, Truth, What,
};
use kpi_dashboard::model::color::Color;
use kpi_dashboard::model::reduce::Reduction;
use proptest::prelude::*;

/// Panels of fixed numbers, whatever the reading; the series are called s0, s1, …
#[derive(Clone, Debug, Default)]
pub struct Fixed(Vec<(String, Vec<Option<f64>>)>);

impl Fixed {
    pub fn with(mut self, panel: &str, values: &[Option<f64>]) -> Self {
        self.0.push((panel.to_owned(), values.to_vec()));
        self
    }

    fn values(&self, panel: &str) -> Option<&[Option<f64>]> {
        let found = self.0.iter().find(|(name, _)| name == panel);
        found.map(|(_, values)| values.as_slice())
    }
}

impl Board for Fixed {
    fn series(&self, panel: &str, _: bool) -> Result<Vec<String>, String> {
        let values = self.values(panel).ok_or("no panel")?;
        Ok((0..values.len()).map(|index| format!("s{index}")).collect())
    }

    fn read(&self, operand: &Operand, pick: Pick<'_>) -> Result<f64, String> {
        let values = self.values(&operand.panel).ok_or("no panel")?;
        let named = |name: &str| name.strip_prefix('s')?.parse::<usize>().ok();
        let index = match pick {
            Pick::Only | Pick::NamedOrOnly(_) if values.len() == 1 => Some(0),
            Pick::Only => None,
            Pick::Named(name) | Pick::NamedOrOnly(name) => named(name),
            Pick::At(index) => Some(index),
        };
        let value = index.and_then(|index| *values.get(index)?);
        value.ok_or_else(|| "no data".to_owned())
    }

    fn color(&self, _: &Operand, _: Pick<'_>, value: f64) -> Result<Color, String> {
        if value < 0.0 {
            Err("no thresholds".to_owned())
        } else if value < 2.0 {
            Ok(Color::Green)
        } else if value < 4.0 {
            Ok(Color::Rgb(255, 200, 0))
        } else {
            Ok(Color::Red)
        }
    }

    fn is_live(&self, panel: &str, _: bool) -> Option<bool> {
        self.values(panel).map(|values| values.len() != 2)
    }
}

const PANELS: [&str; 4] = ["a", "b", "error-rate", "not"];

/// Words and signs, whole and broken.
pub const SYMBOLS: &[&str] = &[
    "a",
    "b",
    "\"error-rate\"",
    "and",
    "or",
    "not",
    "any",
    "all",
    "is",
    "between",
    "abs",
    "earlier",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    ".",
    "+",
    "-",
    "*",
    "/",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "1",
    "2.5",
    "5%",
    "1h30m",
    "last",
    "mean5m",
    "p95",
    "p95_5m",
    "age",
    "rows",
    "red",
    "failed",
    "'s0'",
    "\"s1\"",
    "=",
    "!",
    "&&",
    "\\",
    "\"",
    "1e",
    "0x1",
    "µs",
];

pub fn boards() -> impl Strategy<Value = Fixed> {
    let value = prop::option::weighted(
        0.8,
        prop_oneof![(-5_i32..6).prop_map(f64::from), any::<f64>(),],
    );
    let series = prop::collection::vec(value, 0..4);
    prop::collection::vec(series, PANELS.len()).prop_map(|all| {
        Fixed(
            PANELS
                .iter()
                .map(|name| (*name).to_owned())
                .zip(all)
                .collect(),
        )
    })
}

fn reading() -> impl Strategy<Value = Reading> {
    let what = prop_oneof![
        Just(What::Shown),
        prop::sample::select(&Reduction::ALL[..]).prop_map(What::Reduced),
        (1..=99_u8).prop_map(What::Percentile),
        Just(What::Rate),
        Just(What::Change),
        Just(What::Age),
        Just(What::Rows),
    ];
    let window = prop::option::of((1_u64..10_000_000).prop_map(Duration::from_millis));
    (what, window).prop_map(|(what, window)| Reading {
        what,
        window: window.filter(|_| what.is_of_points()),
    })
}

fn operand() -> impl Strategy<Value = Operand> {
    let series = prop::option::weighted(
        0.3,
        prop_oneof![
            Just("s0".to_owned()),
            Just("s1".to_owned()),
            "[a-z\"'\\\\ é]{0,6}",
        ],
    );
    let panel = prop::sample::select(&PANELS[..]);
    (panel, series, reading(), any::<bool>()).prop_map(|(panel, series, reading, is_earlier)| {
        Operand {
            span: 0..0,
            panel_span: 0..0,
            panel: panel.to_owned(),
            series,
            reading,
            is_earlier,
        }
    })
}

fn literal() -> impl Strategy<Value = Term> {
    prop_oneof![
        (0_u32..10).prop_map(|value| Term::Literal(value.to_string(), f64::from(value))),
        (0_u32..1000)
            .prop_map(|value| Term::Literal(format!("{value}%"), f64::from(value) / 100.0)),
        (1_u32..100).prop_map(|value| Term::Literal(format!("{value}m"), f64::from(value) * 60.0)),
        (0_u32..100).prop_map(|value| Term::Literal(
            format!("{value}e-2"),
            format!("{value}e-2").parse().unwrap()
        )),
    ]
}

fn number(term: Term) -> Number {
    Number { span: 0..0, term }
}

fn numbers() -> impl Strategy<Value = Number> {
    let leaf = prop_oneof![
        operand().prop_map(|one| Term::Operand(Box::new(one))),
        literal()
    ]
    .prop_map(number);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let chain = |operators: [Operator; 2], inner: BoxedStrategy<Number>| {
            let rest = (prop::sample::select(operators.to_vec()), inner.clone());
            (inner, prop::collection::vec(rest, 1..3))
        };
        let inner = inner.boxed();
        let sum = chain([Operator::Plus, Operator::Minus], inner.clone());
        let product = chain([Operator::Times, Operator::By], inner.clone());
        prop_oneof![
            inner
                .clone()
                .prop_map(|one| number(Term::Negative(Box::new(one)))),
            inner.prop_map(|one| number(Term::Absolute(Box::new(one)))),
            sum.prop_map(|(first, rest)| number(Term::Sum(Box::new(first), rest))),
            product.prop_map(|(first, rest)| number(Term::Product(Box::new(first), rest))),
        ]
    })
}

fn statement(condition: Condition) -> Statement {
    Statement {
        span: 0..0,
        condition,
    }
}

fn leaves() -> impl Strategy<Value = Statement> {
    let comparison = prop::sample::select(&Comparison::ALL[..]);
    let state = prop::sample::select(&State::ALL[..]);
    prop_oneof![
        3 => (numbers(), comparison, numbers())
            .prop_map(|(left, comparison, right)| Condition::Compare(left, comparison, right)),
        1 => (numbers(), any::<bool>(), numbers(), numbers())
            .prop_map(|(value, is_not, mut low, mut high)| {
                if let (Term::Literal(_, least), Term::Literal(_, most)) = (&low.term, &high.term)
                    && least > most
                {
                    std::mem::swap(&mut low, &mut high);
                }
                Condition::Between { value, is_not, low, high }
            }),
        1 => (operand(), any::<bool>(), state).prop_map(|(mut operand, is_not, state)| {
            if !operand.reading.what.is_a_value() {
                operand.reading = Reading::default();
            }
            Condition::Is { operand: Box::new(operand), is_not, state }
        }),
    ]
    .prop_map(statement)
}

fn joined(leaf: BoxedStrategy<Statement>) -> impl Strategy<Value = Statement> {
    leaf.prop_recursive(3, 16, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several
                .clone()
                .prop_map(|parts| statement(Condition::And(parts))),
            several.prop_map(|parts| statement(Condition::Or(parts))),
            inner.prop_map(|one| statement(Condition::Not(Box::new(one)))),
        ]
    })
}

/// Whole expressions; `any` and `all` never in each other.
pub fn expressions() -> impl Strategy<Value = Expression> {
    let plain = joined(leaves().boxed()).boxed();
    let quantifier = prop::sample::select(vec![Quantifier::Any, Quantifier::All]);
    let each = (quantifier, plain.clone())
        .prop_map(|(quantifier, inner)| statement(Condition::Each(quantifier, Box::new(inner))));
    joined(prop_oneof![3 => plain, 1 => each].boxed()).prop_map(|root| Expression {
        text: String::new(),
        root,
    })
}

/// False, unknown and true as 0, 1 and 2: and is the least, or the greatest, not what is missing to 2.
pub fn truth_of(expression: &Expression, board: &Fixed) -> Truth {
    match degree(&expression.root, board, None) {
        0 => Truth::False,
        1 => Truth::Unknown,
        _ => Truth::True,
    }
}

/// The series gone through: of which panel and window, and which.
type Turn<'a> = Option<(&'a str, bool, usize)>;

fn degree(statement: &Statement, board: &Fixed, turn: Turn<'_>) -> u8 {
    let known = |holds: Option<bool>| holds.map_or(1, |holds| if holds { 2 } else { 0 });
    match &statement.condition {
        Condition::And(parts) => parts
            .iter()
            .map(|part| degree(part, board, turn))
            .min()
            .unwrap(),
        Condition::Or(parts) => parts
            .iter()
            .map(|part| degree(part, board, turn))
            .max()
            .unwrap(),
        Condition::Not(inner) => 2 - degree(inner, board, turn),
        Condition::Each(quantifier, inner) => {
            // Which panel is gone through does not matter here: all are looked at, the first of the longest counts.
            let mut longest: Option<(&str, bool, usize)> = None;
            for (panel, is_earlier) in unnamed(inner) {
                let Some(values) = board.values(panel) else {
                    return 1;
                };
                if longest.is_none_or(|(.., length)| values.len() > length) {
                    longest = Some((panel, is_earlier, values.len()));
                }
            }
            let Some((panel, is_earlier, length)) = longest else {
                return 1;
            };
            let turns =
                (0..length).map(|index| degree(inner, board, Some((panel, is_earlier, index))));
            let found = match quantifier {
                Quantifier::Any => turns.max(),
                Quantifier::All => turns.min(),
            };
            found.unwrap_or(1)
        }
        Condition::Compare(left, comparison, right) => {
            let pair = value(left, board, turn).zip(value(right, board, turn));
            let order = pair.and_then(|(left, right)| left.partial_cmp(&right));
            known(order.map(|order| match comparison {
                Comparison::Less => order.is_lt(),
                Comparison::AtMost => order.is_le(),
                Comparison::Greater => order.is_gt(),
                Comparison::AtLeast => order.is_ge(),
                Comparison::Equal => order.is_eq(),
                Comparison::Different => order.is_ne(),
            }))
        }
        Condition::Between {
            value: inner,
            is_not,
            low,
            high,
        } => {
            let [inner, low, high] = [inner, low, high].map(|one| value(one, board, turn));
            let least = known(inner.zip(low).map(|(inner, low)| inner >= low));
            let most = known(inner.zip(high).map(|(inner, high)| inner <= high));
            let inside = least.min(most);
            if *is_not { 2 - inside } else { inside }
        }
        Condition::Is {
            operand,
            is_not,
            state,
        } => {
            let is = match state {
                State::Live => board.is_live(&operand.panel, false),
                State::Failed => board.is_live(&operand.panel, false).map(|live| !live),
                state => read(operand, board, turn)
                    .filter(|value| *value >= 0.0)
                    .map(|value| {
                        let names: &[&str] = match value {
                            0.0..2.0 => &["green", "good"],
                            2.0..4.0 => &["yellow", "warning"],
                            _ => &["red", "bad"],
                        };
                        names.contains(&state.name())
                    }),
            };
            let is = known(is);
            if *is_not { 2 - is } else { is }
        }
    }
}

/// The panels without a series' name, in the order of the text.
fn unnamed(statement: &Statement) -> Vec<(&str, bool)> {
    fn of_number(number: &Number) -> Vec<(&str, bool)> {
        match &number.term {
            Term::Literal(..) => vec![],
            Term::Operand(operand) => of_operand(operand),
            Term::Negative(one) | Term::Absolute(one) => of_number(one),
            Term::Sum(first, rest) | Term::Product(first, rest) => {
                let rest = rest.iter().flat_map(|(_, one)| of_number(one));
                of_number(first).into_iter().chain(rest).collect()
            }
        }
    }
    fn of_operand(operand: &Operand) -> Vec<(&str, bool)> {
        let named = operand.series.is_some();
        (!named)
            .then_some((operand.panel.as_str(), operand.is_earlier))
            .into_iter()
            .collect()
    }
    match &statement.condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().flat_map(unnamed).collect(),
        Condition::Not(one) | Condition::Each(_, one) => unnamed(one),
        Condition::Compare(left, _, right) => {
            [left, right].into_iter().flat_map(of_number).collect()
        }
        Condition::Between {
            value, low, high, ..
        } => [value, low, high].into_iter().flat_map(of_number).collect(),
        Condition::Is { operand, .. } => of_operand(operand),
    }
}

fn read(operand: &Operand, board: &Fixed, turn: Turn<'_>) -> Option<f64> {
    let values = board.values(&operand.panel)?;
    let value = match (&operand.series, turn) {
        (Some(name), _) => *values.get(name.strip_prefix('s')?.parse::<usize>().ok()?)?,
        (None, Some((panel, is_earlier, index)))
            if values.len() != 1
                || (panel, is_earlier) == (&*operand.panel, operand.is_earlier) =>
        {
            *values.get(index)?
        }
        (None, _) => match values {
            [only] => *only,
            _ => None,
        },
    };
    value.filter(|value| !value.is_nan())
}

fn value(number: &Number, board: &Fixed, turn: Turn<'_>) -> Option<f64> {
    let chain = |first: &Number, rest: &[(Operator, Number)]| {
        rest.iter()
            .fold(value(first, board, turn), |sum, (operator, next)| {
                let (sum, next) = (sum?, value(next, board, turn)?);
                let result = match operator {
                    Operator::Plus => sum + next,
                    Operator::Minus => sum - next,
                    Operator::Times => sum * next,
                    Operator::By => sum / next,
                };
                result.is_finite().then_some(result)
            })
    };
    match &number.term {
        Term::Literal(_, value) => Some(*value),
        Term::Operand(operand) => read(operand, board, turn),
        Term::Negative(one) => value(one, board, turn).map(|value| 0.0 - value),
        Term::Absolute(one) => value(one, board, turn).map(|value| value.max(-value)),
        Term::Sum(first, rest) | Term::Product(first, rest) => chain(first, rest),
    }
}
