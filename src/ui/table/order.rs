//! Which rows of a table are shown, in which order. Pure; who draws keeps what it gives.
//!
//! A sort compares keys that are made once per row: numbers as the bits of a float, text as the bytes of its
//! [`natural_key`]. The values themselves are compared only where keys are equal.

use std::cmp::Ordering;

use crate::model::rowset::Column;
use crate::model::value::{Value, natural_key};

/// The rows that are shown, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// All of so many, as the query gave them.
    All(usize),
    /// These, by their index in the result.
    Rows(Box<[u32]>),
}

impl Order {
    /// How many are shown.
    pub fn len(&self) -> usize {
        match self {
            Self::All(count) => *count,
            Self::Rows(rows) => rows.len(),
        }
    }

    /// None is shown.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row of the result that is shown at `position`.
    pub fn row(&self, position: usize) -> Option<usize> {
        match self {
            Self::All(count) => (position < *count).then_some(position),
            Self::Rows(rows) => rows.get(position).map(|row| *row as usize),
        }
    }

    /// Where a row of the result is shown, if it is.
    pub fn position(&self, row: usize) -> Option<usize> {
        match self {
            Self::All(count) => (row < *count).then_some(row),
            Self::Rows(rows) => rows.iter().position(|other| *other as usize == row),
        }
    }

    /// The rows shown from `first` on, at most `count`.
    pub fn from(&self, first: usize, count: usize) -> impl Iterator<Item = usize> + '_ {
        let end = first.saturating_add(count).min(self.len());
        (first..end).filter_map(|position| self.row(position))
    }
}

/// The rows of a result by the values of `column`; equal ones stay in the result's order, NULL is last either
/// way.
pub fn sorted(column: &Column, descending: bool) -> Box<[u32]> {
    let rows = || (0_u32..).zip(&column.values);
    let known = || rows().filter(|(_, value)| **value != Value::Null);
    let mut keys = Keys::of(known().map(|(_, value)| value));
    let mut keyed: Vec<(u64, u32)> = Vec::with_capacity(column.values.len());
    keyed.extend(known().map(|(row, value)| (keys.add(row, value), row)));
    keyed.sort_unstable_by(|(a, one), (b, other)| {
        let order = a.cmp(b).then_with(|| keys.compare(column, *one, *other));
        let order = if descending { order.reverse() } else { order };
        order.then(one.cmp(other))
    });
    let nulls = rows().filter(|(_, value)| **value == Value::Null);
    let sorted = keyed.into_iter().map(|(_, row)| row);
    sorted.chain(nulls.map(|(row, _)| row)).collect()
}

/// What stands for the values of a column. The first eight bytes are compared in place.
enum Keys {
    /// The bits of a float. Digits that a float has no room for count unless the column itself is of floats.
    Number { exact: bool },
    /// Microseconds.
    Moment,
    /// Natural keys one behind the other, and where each row's begins and ends.
    Text(Vec<u8>, Vec<(usize, usize)>),
    /// None: values are compared.
    Other,
}

impl Keys {
    fn of<'v>(values: impl Iterator<Item = &'v Value>) -> Self {
        let mut kinds = [false; 5];
        for value in values {
            kinds[match value {
                Value::Int(_) | Value::Decimal(_) => 0,
                Value::Float(_) => 1,
                Value::Timestamp(_) | Value::Datetime(_) | Value::Date(_) => 2,
                Value::Text(_) => 3,
                _ => 4,
            }] = true;
        }
        match kinds {
            [_, float, false, false, false] => Self::Number { exact: !float },
            [false, false, true, false, false] => Self::Moment,
            [false, false, false, true, false] => Self::Text(Vec::new(), Vec::new()),
            _ => Self::Other,
        }
    }

    /// The first bytes of a row's key.
    fn add(&mut self, row: u32, value: &Value) -> u64 {
        match self {
            Self::Number { .. } => bits(value.as_f64().unwrap_or(f64::NAN)),
            Self::Moment => {
                let at = value.as_moment().map_or(i64::MAX, |at| at.0);
                at.cast_unsigned() ^ (1 << 63)
            }
            Self::Text(bytes, ends) => {
                let start = bytes.len();
                if let Value::Text(text) = value {
                    natural_key(text, bytes);
                }
                ends.resize(row as usize, (0, 0));
                ends.push((start, bytes.len()));
                let mut first = [0; 8];
                let key = &bytes[start..];
                let count = key.len().min(first.len());
                first[..count].copy_from_slice(&key[..count]);
                u64::from_be_bytes(first)
            }
            Self::Other => 0,
        }
    }

    /// Two rows whose first bytes are equal.
    fn compare(&self, column: &Column, one: u32, other: u32) -> Ordering {
        let (one, other) = (one as usize, other as usize);
        let values = || column.values[one].compare(&column.values[other]);
        match self {
            Self::Number { exact: false } | Self::Moment => Ordering::Equal,
            Self::Number { exact: true } | Self::Other => values(),
            Self::Text(bytes, ends) => {
                let key = |row: usize| ends.get(row).map(|(start, end)| &bytes[*start..*end]);
                key(one).cmp(&key(other)).then_with(|| {
                    let same = column.values[one] == column.values[other];
                    if same { Ordering::Equal } else { values() }
                })
            }
        }
    }
}

/// A float's bits so that they are in the order of the numbers; NaN above everything, −0 equal to 0.
fn bits(number: f64) -> u64 {
    if number.is_nan() {
        return u64::MAX;
    }
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::rowset::ColumnKind;
    use crate::model::time::Moment;

    fn column(values: Vec<Value>) -> Column {
        Column {
            name: "c".into(),
            type_name: String::new(),
            kind: ColumnKind::Text,
            values,
        }
    }

    fn texts(texts: &[&str]) -> Column {
        column(texts.iter().map(|t| Value::Text((*t).into())).collect())
    }

    #[test]
    fn numbers_are_sorted_by_value_and_null_is_last_either_way() {
        let numbers = column(vec![
            Value::Decimal("9007199254740993.0001".into()),
            Value::Null,
            Value::Int(9),
            Value::Float(-1.5),
            Value::Int(10),
            Value::Decimal("9007199254740993".into()),
            Value::Float(f64::NAN),
        ]);
        assert_eq!(*sorted(&numbers, false), [3, 2, 4, 5, 0, 6, 1]);
        assert_eq!(*sorted(&numbers, true), [6, 0, 5, 4, 2, 3, 1]);
    }

    #[test]
    fn equal_values_stay_in_the_querys_order_either_way() {
        let same = texts(&["b", "a", "b", "a"]);
        assert_eq!(*sorted(&same, false), [1, 3, 0, 2]);
        assert_eq!(*sorted(&same, true), [0, 2, 1, 3]);
    }

    #[test]
    fn text_is_sorted_in_natural_order_however_long_what_is_equal_in_front() {
        let hosts = texts(&["web-server-10", "web-server-9", "Web-server-1", "db"]);
        assert_eq!(*sorted(&hosts, false), [3, 2, 1, 0]);
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Float),
            (-99..99_i32).prop_map(|n| Value::Decimal(format!("{n}.50").into())),
        ]
    }

    proptest! {
        #[test]
        fn a_sort_by_keys_is_a_sort_by_values(numbers in prop::collection::vec(value(), 0..60)) {
            agrees(&column(numbers))?;
        }

        #[test]
        fn also_for_text(texts in prop::collection::vec("[a-cA-C0-3 ä]{0,12}", 0..60)) {
            agrees(&column(texts.into_iter().map(|t| Value::Text(t.into())).collect()))?;
        }

        #[test]
        fn also_for_times(times in prop::collection::vec(any::<i64>(), 0..60)) {
            agrees(&column(times.into_iter().map(|t| Value::Timestamp(Moment(t))).collect()))?;
        }
    }

    fn agrees(column: &Column) -> Result<(), TestCaseError> {
        let mut slow: Vec<u32> = (0..column.values.len() as u32).collect();
        slow.sort_by(|a, b| column.values[*a as usize].compare(&column.values[*b as usize]));
        prop_assert_eq!(&*sorted(column, false), slow.as_slice());
        Ok(())
    }
}
