//! Symbols → tree, by recursive descent; one symbol ahead, no way back.

mod operand;

use std::ops::Range;

use super::lexer::{Placed, Symbol, symbols};
use super::tree::{
    Comparison, Condition, Expression, KEYWORDS, Number, Operator, Quantifier, Statement, Term,
};
use super::{Mistake, literal};
use crate::config::did_you_mean;

/// Parentheses, `not` and `-` in each other at most.
pub const DEEPEST: usize = 32;

/// Reads an expression. Takes time in proportion to its length.
///
/// # Errors
/// The first thing that makes no sense, and where.
pub fn parse(text: &str) -> Result<Expression, Mistake> {
    let symbols = symbols(text)?;
    let mut parser = Parser {
        symbols: &symbols,
        at: 0,
        depth: 0,
        quantified: false,
    };
    if symbols.len() == 1 {
        return Err(Mistake::new(0..0, "there is no expression").hint(EXAMPLE));
    }
    let root = parser.or()?;
    let end = parser.here();
    if end.symbol != Symbol::End {
        return Err(parser.unexpected("`and`, `or` or the end"));
    }
    let root = root.statement()?;
    Ok(Expression {
        text: text.to_owned(),
        root,
    })
}

const EXAMPLE: &str = "try `orders.rate5m > 10 and errors.last < 1%`";

struct Parser<'a> {
    symbols: &'a [Placed],
    at: usize,
    depth: usize,
    /// Inside `any` or `all`.
    quantified: bool,
}

/// What stands in parentheses is known when it was read.
enum Part {
    Statement(Box<Statement>),
    Number(Number),
}

impl Part {
    fn statement(self) -> Result<Statement, Mistake> {
        match self {
            Self::Statement(statement) => Ok(*statement),
            Self::Number(number) => {
                let mistake =
                    Mistake::new(number.span.clone(), "this is a number, not a condition");
                Err(mistake.hint(format!("compare it: `{number} > 0`")))
            }
        }
    }

    fn number(self) -> Result<Number, Mistake> {
        match self {
            Self::Number(number) => Ok(number),
            Self::Statement(statement) => {
                let message = "this is a condition, not a number";
                let mistake = Mistake::new(statement.span.clone(), message);
                Err(match statement.condition {
                    Condition::Compare(..) => mistake.hint(
                        "write `x between 1 and 5` for a number in a range, `a > 1 and b > 1` for two comparisons",
                    ),
                    _ => mistake,
                })
            }
        }
    }
}

fn joined(first: &Range<usize>, last: &Range<usize>) -> Range<usize> {
    first.start..last.end
}

impl<'a> Parser<'a> {
    fn here(&self) -> &'a Placed {
        // The last one is the end, which nothing goes past.
        &self.symbols[self.at.min(self.symbols.len() - 1)]
    }

    fn next(&mut self) -> &'a Placed {
        let here = self.here();
        self.at += 1;
        here
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.here().symbol, Symbol::Sign(here) if here == sign)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.here().symbol, Symbol::Word(here) if here == word)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let is_it = self.is_sign(sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_it = self.is_word(word);
        self.at += usize::from(is_it);
        is_it
    }

    /// The end of what was read last.
    fn end(&self) -> usize {
        self.symbols[self.at.saturating_sub(1).min(self.symbols.len() - 1)]
            .span
            .end
    }

    fn unexpected(&self, wanted: &str) -> Mistake {
        let here = self.here();
        let mistake = Mistake::new(here.span.clone(), format!("expected {wanted}"));
        match &here.symbol {
            Symbol::End => Mistake {
                message: format!("expected {wanted}, but it ends here"),
                ..mistake
            },
            Symbol::Word(word) => {
                let near = did_you_mean(&word.to_lowercase(), KEYWORDS.into_iter());
                match near {
                    Some(near) if !KEYWORDS.contains(&word.as_str()) => mistake.hint(near),
                    _ => mistake,
                }
            }
            Symbol::Sign("]" | ")") => mistake.hint("there is nothing to close"),
            Symbol::Sign("<" | "<=" | ">" | ">=" | "==" | "!=") => {
                mistake.hint("for a number in a range write `x between 1 and 5`")
            }
            _ => mistake,
        }
    }

    /// One level deeper.
    fn nested<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Mistake>,
    ) -> Result<T, Mistake> {
        if self.depth == DEEPEST {
            let message = format!("more than {DEEPEST} levels deep");
            return Err(Mistake::new(self.here().span.clone(), message));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn or(&mut self) -> Result<Part, Mistake> {
        self.chain("or", Self::and, Condition::Or)
    }

    fn and(&mut self) -> Result<Part, Mistake> {
        self.chain("and", Self::condition, Condition::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Part, Mistake>,
        condition: fn(Vec<Statement>) -> Condition,
    ) -> Result<Part, Mistake> {
        let first = part(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first.statement()?];
        while self.take_word(word) {
            parts.push(part(self)?.statement()?);
        }
        let span = joined(&parts[0].span, &parts[parts.len() - 1].span);
        Ok(Part::Statement(Box::new(Statement {
            span,
            condition: condition(parts),
        })))
    }

    fn condition(&mut self) -> Result<Part, Mistake> {
        let start = self.here().span.start;
        let quantifier = if self.is_word("any") {
            Some(Quantifier::Any)
        } else if self.is_word("all") {
            Some(Quantifier::All)
        } else {
            None
        };
        if let Some(quantifier) = quantifier {
            let word = self.next();
            if self.quantified {
                return Err(Mistake::new(
                    word.span.clone(),
                    "`any` and `all` cannot stand in each other",
                ));
            }
            self.quantified = true;
            let inner = self.nested(Self::condition)?.statement()?;
            self.quantified = false;
            return Ok(Part::Statement(Box::new(Statement {
                span: start..inner.span.end,
                condition: Condition::Each(quantifier, Box::new(inner)),
            })));
        }
        if self.take_word("not") {
            let inner = self.nested(Self::condition)?.statement()?;
            return Ok(Part::Statement(Box::new(Statement {
                span: start..inner.span.end,
                condition: Condition::Not(Box::new(inner)),
            })));
        }
        self.comparison(start)
    }

    fn comparison(&mut self, start: usize) -> Result<Part, Mistake> {
        let left = self.sum()?;
        let condition = if let Symbol::Sign(sign) = self.here().symbol
            && let Some(comparison) = Comparison::ALL.into_iter().find(|one| one.sign() == sign)
        {
            let left = left.number()?;
            self.at += 1;
            Condition::Compare(left, comparison, self.sum()?.number()?)
        } else if self.is_word("between") || self.is_word("not") {
            let is_not = self.take_word("not");
            if !self.take_word("between") {
                return Err(self.unexpected("`between`"));
            }
            let value = left.number()?;
            let low = self.sum()?.number()?;
            if !self.take_word("and") {
                return Err(self.unexpected("`and` and the greatest number"));
            }
            let high = self.sum()?.number()?;
            if let (Term::Literal(_, least), Term::Literal(_, greatest)) = (&low.term, &high.term)
                && least > greatest
            {
                let message = "no number lies between these";
                let mistake = Mistake::new(low.span.start..high.span.end, message);
                return Err(mistake.hint(format!("write `between {high} and {low}`")));
            }
            Condition::Between {
                value,
                is_not,
                low,
                high,
            }
        } else if self.take_word("is") {
            self.is(left.number()?)?
        } else {
            return Ok(left);
        };
        Ok(Part::Statement(Box::new(Statement {
            span: start..self.end(),
            condition,
        })))
    }

    fn sum(&mut self) -> Result<Part, Mistake> {
        let operators = [("+", Operator::Plus), ("-", Operator::Minus)];
        self.arithmetic(operators, Self::product, Term::Sum)
    }

    fn product(&mut self) -> Result<Part, Mistake> {
        let operators = [("*", Operator::Times), ("/", Operator::By)];
        self.arithmetic(operators, Self::factor, Term::Product)
    }

    fn arithmetic(
        &mut self,
        operators: [(&str, Operator); 2],
        part: fn(&mut Self) -> Result<Part, Mistake>,
        term: fn(Box<Number>, Vec<(Operator, Number)>) -> Term,
    ) -> Result<Part, Mistake> {
        let first = part(self)?;
        let operator = |parser: &Self| operators.into_iter().find(|(sign, _)| parser.is_sign(sign));
        if operator(self).is_none() {
            return Ok(first);
        }
        let first = first.number()?;
        let mut rest = Vec::new();
        while let Some((_, operator)) = operator(self) {
            self.at += 1;
            rest.push((operator, part(self)?.number()?));
        }
        Ok(Part::Number(Number {
            span: first.span.start..self.end(),
            term: term(Box::new(first), rest),
        }))
    }

    fn factor(&mut self) -> Result<Part, Mistake> {
        let here = self.here();
        let start = here.span.start;
        let term = match &here.symbol {
            Symbol::Sign("(") => return self.parentheses(start),
            Symbol::Sign("-") => {
                self.at += 1;
                let inner = self.nested(Self::factor)?.number()?;
                Term::Negative(Box::new(inner))
            }
            Symbol::Number(text) => {
                self.at += 1;
                Term::Literal(text.clone(), literal::value(text, here.span.clone())?)
            }
            Symbol::Word(word) if word == "abs" => {
                let inner = self.function(|parser| parser.nested(Self::sum)?.number())?;
                Term::Absolute(Box::new(inner))
            }
            Symbol::Word(word) if word == "earlier" => self.earlier(start)?,
            Symbol::Word(word) if KEYWORDS.contains(&word.as_str()) => {
                return Err(self.unexpected("a number or a panel"));
            }
            Symbol::Word(_) | Symbol::Text(_) => Term::Operand(Box::new(self.operand()?)),
            _ => return Err(self.unexpected("a number or a panel")),
        };
        let span = start..self.end();
        Ok(Part::Number(Number { span, term }))
    }

    fn parentheses(&mut self, start: usize) -> Result<Part, Mistake> {
        self.at += 1;
        let mut inner = self.nested(Self::or)?;
        self.close(start)?;
        // The parentheses belong to it where a mistake is shown.
        let span = start..self.end();
        match &mut inner {
            Part::Statement(inner) => inner.span = span,
            Part::Number(inner) => inner.span = span,
        }
        Ok(inner)
    }

    fn earlier(&mut self, start: usize) -> Result<Term, Mistake> {
        let word = self.here().span.clone();
        let mut operand =
            self.function(|parser| match parser.nested(Self::sum)?.number()?.term {
                Term::Operand(operand) if !operand.is_earlier => Ok(operand),
                _ => {
                    let message = "only a panel's number has an earlier one";
                    Err(Mistake::new(word, message).hint("write `earlier(orders.sum)`"))
                }
            })?;
        operand.is_earlier = true;
        operand.span = start..self.end();
        Ok(Term::Operand(operand))
    }

    /// The argument of a function, whose name is here.
    fn function<T>(
        &mut self,
        argument: impl FnOnce(&mut Self) -> Result<T, Mistake>,
    ) -> Result<T, Mistake> {
        self.at += 1;
        let start = self.here().span.start;
        if !self.take_sign("(") {
            return Err(self.unexpected("`(`"));
        }
        let argument = argument(self)?;
        self.close(start)?;
        Ok(argument)
    }

    fn close(&mut self, opened: usize) -> Result<(), Mistake> {
        if self.take_sign(")") {
            return Ok(());
        }
        if self.here().symbol == Symbol::End {
            return Err(Mistake::new(
                opened..opened + 1,
                "this parenthesis is never closed",
            ));
        }
        Err(self.unexpected("`)`"))
    }
}
