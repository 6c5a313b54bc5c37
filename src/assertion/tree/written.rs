//! An expression as it is written: reading it again gives the same.

use std::fmt;

use super::{Condition, Expression, Number, Operand, Operator, Quantifier, Statement, Term, What};

/// A name as it may stand in an expression.
struct Name<'a>(&'a str);

/// Words that are no names.
pub(in crate::assertion) const KEYWORDS: [&str; 9] = [
    "and", "or", "not", "any", "all", "is", "between", "abs", "earlier",
];

/// True for a character a word may begin with.
pub(in crate::assertion) fn begins_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// True for a character a word may go on with.
pub(in crate::assertion) fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// A text between quotes.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_word = self.0.starts_with(begins_word) && self.0.chars().all(is_in_word);
        if is_word && !KEYWORDS.contains(&self.0) {
            f.write_str(self.0)
        } else {
            quoted(f, self.0)
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_earlier {
            f.write_str("earlier(")?;
        }
        write!(f, "{}", Name(&self.panel))?;
        if let Some(series) = &self.series {
            f.write_str("[")?;
            quoted(f, series)?;
            f.write_str("]")?;
        }
        if self.reading.what != What::Shown {
            write!(f, ".{}", self.reading)?;
        }
        f.write_str(if self.is_earlier { ")" } else { "" })
    }
}

/// How tightly parts hold together; what holds less tightly needs parentheses inside.
fn in_parentheses(
    f: &mut fmt::Formatter<'_>,
    part: &impl fmt::Display,
    needed: bool,
) -> fmt::Result {
    if needed {
        write!(f, "({part})")
    } else {
        write!(f, "{part}")
    }
}

impl Number {
    fn tightness(&self) -> u8 {
        match self.term {
            Term::Sum(..) => 0,
            Term::Product(..) => 1,
            _ => 2,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chain = |first: &Self, rest: &[(Operator, Self)], tightness: u8| {
            in_parentheses(f, first, first.tightness() <= tightness)?;
            for (operator, number) in rest {
                write!(f, " {} ", operator.sign())?;
                in_parentheses(f, number, number.tightness() <= tightness)?;
            }
            Ok(())
        };
        match &self.term {
            Term::Sum(first, rest) => chain(first, rest, 0),
            Term::Product(first, rest) => chain(first, rest, 1),
            Term::Literal(text, _) => f.write_str(text),
            Term::Operand(operand) => write!(f, "{operand}"),
            Term::Absolute(inner) => write!(f, "abs({inner})"),
            Term::Negative(inner) => {
                f.write_str("-")?;
                in_parentheses(f, inner.as_ref(), inner.tightness() < 2)
            }
        }
    }
}

impl Statement {
    fn tightness(&self) -> u8 {
        match self.condition {
            Condition::Or(_) => 0,
            Condition::And(_) => 1,
            _ => 2,
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut chain = |parts: &[Self], word: &str, tightness: u8| {
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                in_parentheses(f, part, part.tightness() <= tightness)?;
            }
            Ok(())
        };
        let not = |is_not: bool| if is_not { "not " } else { "" };
        match &self.condition {
            Condition::Or(parts) => chain(parts, "or", 0),
            Condition::And(parts) => chain(parts, "and", 1),
            Condition::Not(inner) => {
                f.write_str("not ")?;
                in_parentheses(f, inner.as_ref(), inner.tightness() < 2)
            }
            Condition::Each(quantifier, inner) => {
                f.write_str(match quantifier {
                    Quantifier::Any => "any ",
                    Quantifier::All => "all ",
                })?;
                in_parentheses(f, inner.as_ref(), inner.tightness() < 2)
            }
            Condition::Compare(left, comparison, right) => {
                write!(f, "{left} {} {right}", comparison.sign())
            }
            Condition::Between {
                value,
                is_not,
                low,
                high,
            } => write!(f, "{value} {}between {low} and {high}", not(*is_not)),
            Condition::Is {
                operand,
                is_not,
                state,
            } => write!(f, "{operand} is {}{}", not(*is_not), state.name()),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root)
    }
}
