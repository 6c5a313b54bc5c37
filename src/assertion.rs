//! Floor 1: conditions over panels, as `kpi assert` takes them: `orders.rate5m > 10 and errors.last < 1%`.
//!
//! Text → [`Expression`] ([`parse`]) → [`Verdict`] ([`evaluate`]), whatever the numbers come from ([`Board`]).
//! Pure: no clock, no I/O. Knows `config` and `model`.
//!
//! # Grammar
//!
//! In EBNF (ISO 14977). Blanks may stand between any two symbols, but not inside numbers, readings and words; a
//! reading's decimals are whole.
//!
//! ```text
#![doc = include_str!("assertion/grammar.ebnf")]
//! ```
//!
//! # Meaning
//!
//! - An operand without a reading is the number the panel shows: its own `reduce`. The reductions and their
//!   names are Grafana's, as in [`model::reduce`](crate::model::reduce); `p95` interpolates as PostgreSQL's
//!   `percentile_cont`; `rate` is what a counter grew per second between its first and last point (`delta` over
//!   the time between them; a fall is a reset); `change` is the last value relative to the first (0.25: a quarter
//!   more). `age` is how many seconds old the newest row is (with buckets of
//!   time: since its bucket began), `rows` how many rows the answer has, 0 too.
//! - A duration ends where the panel's range ends, or when it was asked where that is earlier. One longer than
//!   the range cannot be told.
//! - A series is one of the panel's lines or bars, by the name in its legend; a number column by its name
//!   where the kind draws neither (`table`, `histogram`, `heatmap`, …). It may be left out where there is one.
//! - `any errors.last > 1%` holds when it does for one series of the panel or more, `all …` when for each. A
//!   further panel in it gives its series of the same name, or its only one.
//! - `earlier(orders.sum)` is the same in the window that is compared with (`--compare`).
//! - `is red`, `is bad`: the colour of the threshold that the value reaches. An exact colour counts as the one
//!   it looks like; green is good, yellow and orange are warning, red is bad. `is failed`: the query failed.
//! - Three values (Kleene's): no data, a failed query, a gap, an answer cut at the row limit, a division by zero
//!   and what is not a number are "cannot tell". `false and X` is false and `true or X` is true whatever X is;
//!   everything else with it cannot be told. Without data nothing is true but what `is failed` and `rows` say.
//! - `1%` is 0.01, `1s` is 1 and `1KiB` is 1024. Compared with or added to a value whose unit counts otherwise
//!   (`percent`, `ms`, `mbytes`) they are refused, with the number to write; in `errors / 100 < 1%` it is converted.
//! - `not` binds tighter than `and`, `and` than `or`. A text has at most [`LONGEST`] bytes and is nested at most
//!   [`DEEPEST`] levels deep.

mod board;
mod evaluate;
mod lexer;
mod literal;
mod names;
mod parser;
mod scale;
mod tree;

use std::ops::Range;

pub use board::Panels;
pub use evaluate::{Board, Part, Pick, Seen, Truth, Verdict, evaluate};
pub use names::{panels, unread};
pub use parser::{DEEPEST, parse};
pub use tree::{
    Comparison, Condition, Expression, Number, Operand, Operator, Quantifier, Reading, State,
    Statement, Term, What,
};

/// The grammar, in EBNF.
pub const GRAMMAR: &str = include_str!("assertion/grammar.ebnf");

/// A longer text, in bytes, is no condition.
pub const LONGEST: usize = 10_000;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Mistake {
    /// The bytes it is about; may be empty, at the end.
    pub span: Range<usize>,
    /// One sentence.
    pub message: String,
    /// What to write instead.
    pub hint: Option<String>,
    /// The panel whose reading is not known, and where its name stands.
    pub panel: Option<(String, Range<usize>)>,
}

impl Mistake {
    fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            span,
            message: message.into(),
            hint: None,
            panel: None,
        }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
