//! A query's result by column.

use super::value::Value;

/// What a column holds, as far as drawing cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers of any sort: right-aligned, may carry a unit.
    Number,
    /// Points in time and dates.
    Time,
    /// `bool`.
    Bool,
    /// Everything else, shown as text.
    Text,
    /// `json`, `jsonb`.
    Json,
}

/// One column: its name, PostgreSQL type and values.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The name in the result.
    pub name: String,
    /// PostgreSQL's name of the type: `int8`, `timestamptz`, `order_state`, `_text`.
    pub type_name: String,
    /// How to treat it.
    pub kind: ColumnKind,
    /// One value per row.
    pub values: Vec<Value>,
}

/// A result: columns of equal length. An empty result keeps its columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rowset {
    /// The columns, in the result's order.
    pub columns: Vec<Column>,
    /// True when the row limit cut the result.
    pub truncated: bool,
}

impl Rowset {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, |column| column.values.len())
    }

    /// True when there is no row (columns may well be there).
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
