//! The operands of an expression.

use super::{Condition, Number, Operand, Statement, Term};

/// Every operand of a statement, in the order of the text.
pub(in crate::assertion) fn operands(statement: &Statement) -> Vec<&Operand> {
    fn of_number<'a>(number: &'a Number, into: &mut Vec<&'a Operand>) {
        match &number.term {
            Term::Literal(..) => {}
            Term::Operand(operand) => into.push(operand),
            Term::Negative(inner) | Term::Absolute(inner) => of_number(inner, into),
            Term::Sum(first, rest) | Term::Product(first, rest) => {
                of_number(first, into);
                for (_, number) in rest {
                    of_number(number, into);
                }
            }
        }
    }
    fn of<'a>(statement: &'a Statement, into: &mut Vec<&'a Operand>) {
        match &statement.condition {
            Condition::And(parts) | Condition::Or(parts) => {
                for part in parts {
                    of(part, into);
                }
            }
            Condition::Not(inner) | Condition::Each(_, inner) => of(inner, into),
            Condition::Compare(left, _, right) => {
                of_number(left, into);
                of_number(right, into);
            }
            Condition::Between {
                value, low, high, ..
            } => {
                for one in [value, low, high] {
                    of_number(one, into);
                }
            }
            Condition::Is { operand, .. } => into.push(operand),
        }
    }
    let mut found = Vec::new();
    of(statement, &mut found);
    found
}
