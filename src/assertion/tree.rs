//! What an expression is made of.

mod operands;
mod reading;
mod written;

use std::ops::Range;

use crate::model::color::{Color, Opinion};

pub(super) use operands::operands;
pub use reading::{Reading, What};
pub(super) use written::{KEYWORDS, begins_word, is_in_word};

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
