//! What an expression is made of, and how it is written.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use crate::model::color::{Color, Opinion};
use crate::model::range::duration_text;
use crate::model::reduce::Reduction;

/// A whole expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// As it was written.
    pub text: String,
    /// What it says.
    pub root: Statement,
}

/// Something that holds or does not.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// What it says.
    pub condition: Condition,
}

/// Wherever they stand.
impl PartialEq for Statement {
    fn eq(&self, other: &Self) -> bool {
        self.condition == other.condition
    }
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `a and b and c`, at least two.
    And(Vec<Statement>),
    /// `a or b or c`, at least two.
    Or(Vec<Statement>),
    /// `not a`.
    Not(Box<Statement>),
    /// `any a`, `all a`.
    Each(Quantifier, Box<Statement>),
    /// `x < y`.
    Compare(Number, Comparison, Number),
    /// `x between low and high`, both included.
    Between {
        /// Which number.
        value: Number,
        /// `not between`.
        is_not: bool,
        /// The least.
        low: Number,
        /// The greatest.
        high: Number,
    },
    /// `x is red`.
    Is {
        /// Whose state.
        operand: Box<Operand>,
        /// `is not`.
        is_not: bool,
        /// Which.
        state: State,
    },
}

/// How many series something has to hold for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// One or more.
    Any,
    /// Every one.
    All,
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Different,
}

impl Comparison {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Less,
        Self::AtMost,
        Self::Greater,
        Self::AtLeast,
        Self::Equal,
        Self::Different,
    ];

    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Different => "!=",
        }
    }

    /// Whether it holds.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::Greater => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
            Self::Different => left != right,
        }
    }
}

/// What a panel or its value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The value reaches a threshold of this colour.
    Color(Color),
    /// The value reaches a threshold of a colour that means this.
    Opinion(Opinion),
    /// The last poll succeeded.
    Live,
    /// It failed.
    Failed,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Color(Color::Green),
        Self::Color(Color::Yellow),
        Self::Color(Color::Orange),
        Self::Color(Color::Red),
        Self::Color(Color::Blue),
        Self::Color(Color::Cyan),
        Self::Color(Color::Purple),
        Self::Color(Color::Gray),
        Self::Color(Color::Text),
        Self::Opinion(Opinion::Good),
        Self::Opinion(Opinion::Warning),
        Self::Opinion(Opinion::Bad),
        Self::Live,
        Self::Failed,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Color(color) => color.name().unwrap_or("text"),
            Self::Opinion(opinion) => opinion.word(),
            Self::Live => "live",
            Self::Failed => "failed",
        }
    }
}

/// A number.
#[derive(Clone, Debug)]
pub struct Number {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// How it comes about.
    pub term: Term,
}

/// Wherever they stand.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.term == other.term
    }
}

/// Where a number comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// As it was written, and how much that is.
    Literal(String, f64),
    /// A panel's.
    Operand(Box<Operand>),
    /// `-x`
    Negative(Box<Number>),
    /// `abs(x)`
    Absolute(Box<Number>),
    /// `x + y - z`, from left to right.
    Sum(Box<Number>, Vec<(Operator, Number)>),
    /// `x * y / z`, from left to right.
    Product(Box<Number>, Vec<(Operator, Number)>),
}

/// What is done to two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    By,
}

impl Operator {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::By => "/",
        }
    }
}

/// One number of a panel.
#[derive(Clone, Debug)]
pub struct Operand {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// Where the panel's name stands.
    pub panel_span: Range<usize>,
    /// The panel's id.
    pub panel: String,
    /// The series, where it is named.
    pub series: Option<String>,
    /// Which number of it.
    pub reading: Reading,
    /// Of the window that is compared with.
    pub is_earlier: bool,
}

/// Wherever they stand.
impl PartialEq for Operand {
    fn eq(&self, other: &Self) -> bool {
        self.panel == other.panel
            && self.series == other.series
            && self.reading == other.reading
            && self.is_earlier == other.is_earlier
    }
}

/// Which number of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What is read.
    pub what: What,
    /// Of the newest that long only.
    pub window: Option<Duration>,
}

/// What is read of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum What {
    /// What the panel shows.
    #[default]
    Shown,
    /// A reduction.
    Reduced(Reduction),
    /// A percentile, 1 to 99.
    Percentile(u8),
    /// What a counter grew per second.
    Rate,
    /// Last relative to first.
    Change,
    /// How old the newest row is, in seconds.
    Age,
    /// How many rows there are.
    Rows,
}

impl Reading {
    /// The reading of this name; none where it is no name of one.
    pub fn parse(name: &str) -> Option<Self> {
        let letters = name.len()
            - name
                .trim_start_matches(|c: char| c.is_ascii_alphabetic())
                .len();
        let (word, rest) = name.split_at(letters);
        let (what, rest) = if word == "p" {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (part, rest) = rest.split_at(digits);
            let part = part.parse().ok().filter(|part| (1..=99).contains(part))?;
            if !rest.is_empty() && !rest.starts_with('_') {
                return None;
            }
            (What::Percentile(part), rest)
        } else {
            (What::named(word)?, rest)
        };
        let window = match rest.strip_prefix('_').unwrap_or(rest) {
            "" if rest.is_empty() => None,
            _ if !what.is_of_points() => return None,
            text => Some(crate::model::range::parse_duration(text).ok()?),
        };
        Some(Self { what, window })
    }

    /// The names of all, without durations.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let reductions = Reduction::ALL.into_iter().map(Reduction::name);
        reductions.chain(["p95", "rate", "change", "age", "rows"])
    }
}

impl What {
    fn named(word: &str) -> Option<Self> {
        Some(match word {
            "rate" => Self::Rate,
            "change" => Self::Change,
            "age" => Self::Age,
            "rows" => Self::Rows,
            word => Self::Reduced(Reduction::from_name(word)?),
        })
    }

    /// It may be of the newest points only.
    pub fn is_of_points(self) -> bool {
        !matches!(self, Self::Shown | Self::Age | Self::Rows)
    }

    /// It is a value as the panel draws it: in its unit, with its thresholds.
    pub fn is_a_value(self) -> bool {
        match self {
            Self::Shown | Self::Percentile(_) => true,
            Self::Reduced(how) => how != Reduction::Count,
            Self::Rate | Self::Change | Self::Age | Self::Rows => false,
        }
    }
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Shown => {}
            What::Reduced(how) => f.write_str(how.name())?,
            What::Percentile(part) => write!(f, "p{part}")?,
            What::Rate => f.write_str("rate")?,
            What::Change => f.write_str("change")?,
            What::Age => f.write_str("age")?,
            What::Rows => f.write_str("rows")?,
        }
        let Some(window) = self.window else {
            return Ok(());
        };
        let gap = if matches!(self.what, What::Percentile(_)) {
            "_"
        } else {
            ""
        };
        // A word has no `µ`: whoever typed `us` gets it back.
        write!(f, "{gap}{}", duration_text(window).replace('µ', "u"))
    }
}

/// A name as it may stand in an expression.
struct Name<'a>(&'a str);

/// Words that are no names.
pub(super) const KEYWORDS: [&str; 9] = [
    "and", "or", "not", "any", "all", "is", "between", "abs", "earlier",
];

/// True for a character a word may begin with.
pub(super) fn begins_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// True for a character a word may go on with.
pub(super) fn is_in_word(c: char) -> bool {
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
