//! Whether an expression holds: Kleene's three values, and what decided it.

use std::collections::HashMap;
use std::ops::Range;

use super::tree::{
    Condition, Expression, Number, Operand, Operator, Quantifier, State, Statement, Term, operands,
};
use crate::model::color::Color;

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It does.
    True,
    /// It does not.
    False,
    /// It cannot be told.
    Unknown,
}

impl Truth {
    /// As a member of JSON; none is null.
    pub fn known(self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            Self::Unknown => None,
        }
    }

    /// The other one.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// Which series of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pick<'a> {
    /// The only one.
    Only,
    /// The one of this name.
    Named(&'a str),
    /// The one of this name, or the only one.
    NamedOrOnly(&'a str),
    /// By its place among [`Board::series`].
    At(usize),
}

/// Where the numbers come from. Why something cannot be told is one sentence.
pub trait Board {
    /// The names of a panel's series.
    ///
    /// # Errors
    /// Why they are not known.
    fn series(&self, panel: &str, is_earlier: bool) -> Result<Vec<String>, String>;

    /// A number of a series.
    ///
    /// # Errors
    /// Why it cannot be told.
    fn read(&self, operand: &Operand, pick: Pick<'_>) -> Result<f64, String>;

    /// The colour of the threshold that a value of this panel reaches.
    ///
    /// # Errors
    /// Why there is none.
    fn color(&self, operand: &Operand, pick: Pick<'_>, value: f64) -> Result<Color, String>;

    /// Whether the panel's last poll succeeded; none before it was answered.
    fn is_live(&self, panel: &str, is_earlier: bool) -> Option<bool>;
}

/// An operand, and what it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// The operand.
    pub operand: Operand,
    /// The series it was read of, inside `any` and `all`.
    pub series: Option<String>,
    /// The number, or why it cannot be told.
    pub value: Result<f64, String>,
    /// The colour of the threshold it reaches.
    pub color: Option<Color>,
}

/// A part of the expression that made it what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// Of which series, inside `any` and `all`.
    pub series: Option<String>,
    /// Whether it holds.
    pub truth: Truth,
    /// What decided is its opposite: it stands under `not`.
    pub is_not: bool,
    /// Why it cannot be told.
    pub why: Option<String>,
}

/// What became of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether it holds.
    pub truth: Truth,
    /// The comparisons that decided, in the order of the text.
    pub decided: Vec<Part>,
    /// Every operand, in the order of the text.
    pub seen: Vec<Seen>,
}

/// Evaluates on what `board` has now.
pub fn evaluate(expression: &Expression, board: &dyn Board) -> Verdict {
    let mut evaluation = Evaluation {
        board,
        seen: Vec::new(),
        index: HashMap::new(),
    };
    let (truth, decided) = evaluation.statement(&expression.root, None);
    Verdict {
        truth,
        decided,
        seen: evaluation.seen,
    }
}

/// The series `any` or `all` is at.
#[derive(Clone, Copy)]
struct Turn<'a> {
    /// Whose series are gone through.
    panel: (&'a str, bool),
    index: usize,
    name: &'a str,
}

struct Evaluation<'a> {
    board: &'a dyn Board,
    seen: Vec<Seen>,
    /// What was read before: the operand as it is written, and the turn.
    index: HashMap<(String, Option<usize>), usize>,
}

type Found = (Truth, Vec<Part>);

impl Evaluation<'_> {
    fn statement(&mut self, statement: &Statement, turn: Option<Turn<'_>>) -> Found {
        match &statement.condition {
            Condition::And(parts) => self.joined(parts, turn, Truth::False),
            Condition::Or(parts) => self.joined(parts, turn, Truth::True),
            Condition::Not(inner) => {
                let (truth, mut parts) = self.statement(inner, turn);
                for part in &mut parts {
                    part.is_not = !part.is_not;
                }
                (truth.negated(), parts)
            }
            Condition::Each(quantifier, inner) => self.each(*quantifier, inner, &statement.span),
            Condition::Compare(left, comparison, right) => {
                let (left, right) = (self.number(left, turn), self.number(right, turn));
                let holds = left.and_then(|left| Ok(comparison.holds(left, right?)));
                part(statement, turn, holds)
            }
            Condition::Between {
                value,
                is_not,
                low,
                high,
            } => {
                let value = self.number(value, turn);
                let (low, high) = (self.number(low, turn), self.number(high, turn));
                let inside = value.and_then(|value| {
                    // One end may be enough to tell that it is outside.
                    match (low, high) {
                        (Ok(low), _) if value < low => Ok(false),
                        (_, Ok(high)) if value > high => Ok(false),
                        (Err(why), _) | (_, Err(why)) => Err(why),
                        _ => Ok(true),
                    }
                });
                part(statement, turn, inside.map(|inside| inside != *is_not))
            }
            Condition::Is {
                operand,
                is_not,
                state,
            } => {
                let is = self.is(operand, *state, turn);
                part(statement, turn, is.map(|is| is != *is_not))
            }
        }
    }

    /// `strong` in one part decides all; otherwise every part has to be known.
    fn joined(&mut self, parts: &[Statement], turn: Option<Turn<'_>>, strong: Truth) -> Found {
        // Every part is evaluated: what is shown does not depend on the order they stand in.
        let found = parts
            .iter()
            .map(|part| self.statement(part, turn))
            .collect();
        decide(found, strong)
    }

    fn each(&mut self, quantifier: Quantifier, inner: &Statement, span: &Range<usize>) -> Found {
        let unknown = |why: String| {
            let part = Part {
                span: span.clone(),
                series: None,
                truth: Truth::Unknown,
                is_not: false,
                why: Some(why),
            };
            (Truth::Unknown, vec![part])
        };
        let mut names: Option<((&str, bool), Vec<String>)> = None;
        for operand in operands(inner) {
            if operand.series.is_some() {
                continue;
            }
            let series = match self.board.series(&operand.panel, operand.is_earlier) {
                Ok(series) => series,
                Err(why) => return unknown(format!("{operand}: {why}")),
            };
            // The panel of the most series is gone through.
            if names
                .as_ref()
                .is_none_or(|(_, most)| series.len() > most.len())
            {
                names = Some(((&operand.panel, operand.is_earlier), series));
            }
        }
        let Some((panel, names)) = names else {
            return unknown("every panel in it names its series".to_owned());
        };
        if names.is_empty() {
            return unknown(format!("{}: no data", panel.0));
        }
        let strong = match quantifier {
            Quantifier::Any => Truth::True,
            Quantifier::All => Truth::False,
        };
        let turns = names.iter().enumerate().map(|(index, name)| {
            let turn = Turn { panel, index, name };
            self.statement(inner, Some(turn))
        });
        decide(turns.collect(), strong)
    }

    fn is(
        &mut self,
        operand: &Operand,
        state: State,
        turn: Option<Turn<'_>>,
    ) -> Result<bool, String> {
        let wanted = match state {
            State::Live | State::Failed => {
                let live = self.board.is_live(&operand.panel, operand.is_earlier);
                let live = live.ok_or_else(|| "no answer yet".to_owned())?;
                return Ok(live == (state == State::Live));
            }
            wanted => wanted,
        };
        let value = self.read(operand, turn)?;
        let color = self.board.color(operand, pick(operand, turn), value)?;
        Ok(match wanted {
            State::Opinion(opinion) => color.opinion() == Some(opinion),
            State::Color(wanted) => color.family() == wanted,
            State::Live | State::Failed => false,
        })
    }

    fn number(&mut self, number: &Number, turn: Option<Turn<'_>>) -> Result<f64, String> {
        match &number.term {
            Term::Literal(_, value) => Ok(*value),
            Term::Operand(operand) => self.read(operand, turn),
            Term::Negative(inner) => Ok(-self.number(inner, turn)?),
            Term::Absolute(inner) => Ok(self.number(inner, turn)?.abs()),
            Term::Sum(first, rest) | Term::Product(first, rest) => {
                let mut value = self.number(first, turn);
                for (operator, number) in rest {
                    let next = self.number(number, turn);
                    value = value.and_then(|value| applied(value, *operator, next?));
                }
                value
            }
        }
    }

    fn read(&mut self, operand: &Operand, turn: Option<Turn<'_>>) -> Result<f64, String> {
        let turn = turn.filter(|_| operand.series.is_none());
        let key = (operand.to_string(), turn.map(|turn| turn.index));
        if let Some(index) = self.index.get(&key) {
            return self.seen[*index].value.clone();
        }
        let pick = pick(operand, turn);
        let value = self.board.read(operand, pick);
        // NaN compares with nothing, so that even `!=` would hold.
        let value = value.and_then(|value| {
            let known = (!value.is_nan()).then_some(value);
            known.ok_or_else(|| "not a number".to_owned())
        });
        let value = value.map_err(|why| match turn {
            Some(turn) => format!("{operand} of {}: {why}", turn.name),
            None => format!("{operand}: {why}"),
        });
        let color = value
            .as_ref()
            .ok()
            .filter(|_| operand.reading.what.is_a_value());
        let color = color.and_then(|value| self.board.color(operand, pick, *value).ok());
        self.index.insert(key, self.seen.len());
        self.seen.push(Seen {
            operand: operand.clone(),
            series: turn.map(|turn| turn.name.to_owned()),
            value: value.clone(),
            color,
        });
        value
    }
}

fn pick<'a>(operand: &'a Operand, turn: Option<Turn<'a>>) -> Pick<'a> {
    match (&operand.series, turn) {
        (Some(name), _) => Pick::Named(name),
        (None, None) => Pick::Only,
        (None, Some(turn)) if turn.panel == (operand.panel.as_str(), operand.is_earlier) => {
            Pick::At(turn.index)
        }
        (None, Some(turn)) => Pick::NamedOrOnly(turn.name),
    }
}

fn part(statement: &Statement, turn: Option<Turn<'_>>, holds: Result<bool, String>) -> Found {
    let (truth, why) = match holds {
        Ok(holds) => (holds.into(), None),
        Err(why) => (Truth::Unknown, Some(why)),
    };
    let part = Part {
        span: statement.span.clone(),
        series: turn.map(|turn| turn.name.to_owned()),
        truth,
        is_not: false,
        why,
    };
    (truth, vec![part])
}

/// One `strong` part decides, else one unknown one, else all of them together.
fn decide(found: Vec<Found>, strong: Truth) -> Found {
    let has = |wanted: Truth| found.iter().any(|(truth, _)| *truth == wanted);
    let truth = if has(strong) {
        strong
    } else if has(Truth::Unknown) {
        Truth::Unknown
    } else {
        strong.negated()
    };
    let deciding = found.into_iter().filter(|(one, _)| *one == truth);
    (truth, deciding.flat_map(|(_, parts)| parts).collect())
}

fn applied(left: f64, operator: Operator, right: f64) -> Result<f64, String> {
    let value = match operator {
        Operator::Plus => left + right,
        Operator::Minus => left - right,
        Operator::Times => left * right,
        Operator::By if right == 0.0 => return Err("division by zero".to_owned()),
        Operator::By => left / right,
    };
    let known = value.is_finite().then_some(value);
    known.ok_or_else(|| format!("{left} {} {right} is no number", operator.sign()))
}
