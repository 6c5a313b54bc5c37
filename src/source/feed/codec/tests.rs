use proptest::prelude::*;

use std::time::Duration;

use super::*;
use crate::model::inspection::Timings;
use crate::model::panel_data::Failure;
use crate::model::rowset::{Column, ColumnKind, Rowset};
use crate::model::text::sanitize;
use crate::model::time::{Moment, TimeWindow};
use crate::model::value::Value;

fn column(name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
    Column {
        name: name.into(),
        type_name: "any".into(),
        kind,
        values,
    }
}

fn published(rowset: Rowset) -> Published {
    Published {
        rows: Some(Rows {
            asked_at: Moment(1_795_356_200_000_001),
            window: TimeWindow {
                from: Moment::NEG_INFINITY,
                to: Moment(7),
            },
            timings: Timings {
                wait: Duration::from_micros(1),
                round_trip: Duration::from_micros(22),
                decode: Duration::from_micros(333),
            },
            rowset: Arc::new(rowset),
        }),
        failing: None,
    }
}

fn value() -> impl Strategy<Value = Value> {
    let text = "[a-zü世\\n]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        // Not a number is not equal to itself; it has a test of its own.
        any::<f64>()
            .prop_filter("a number", |number| !number.is_nan())
            .prop_map(Value::Float),
        "-?[0-9]{1,40}\\.[0-9]{1,9}".prop_map(|text| Value::Decimal(text.into())),
        text.prop_map(|text| Value::Text(sanitize(&text).into())),
        any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(bytes.into())),
        any::<i64>().prop_map(|at| Value::Timestamp(Moment(at))),
        any::<i64>().prop_map(|at| Value::Datetime(Moment(at))),
        any::<i32>().prop_map(Value::Date),
        any::<i64>().prop_map(Value::Time),
        any::<(i32, i32, i64)>().prop_map(|(months, days, micros)| Value::Interval {
            months,
            days,
            micros
        }),
        any::<[u8; 16]>().prop_map(Value::Uuid),
        Just(Value::Json("{\"a\": [1]}".into())),
        Just(Value::Undecoded("box".into())),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(|items| Value::List(items.into()))
    })
}

proptest! {
    #[test]
    fn every_value_comes_back(values in prop::collection::vec(value(), 0..20), truncated: bool) {
        let columns = vec![
            column("a", ColumnKind::Number, values.clone()),
            column("b", ColumnKind::Json, values),
        ];
        let published = published(Rowset { columns, truncated });
        prop_assert_eq!(decode(&encode(&published).unwrap()), Ok(published));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = decode(&bytes);
        let mut body = vec![VERSION];
        body.extend(compress_to_vec_zlib(&bytes, 1));
        let _ = decode(&body);
    }

    #[test]
    fn a_damaged_payload_is_read_without_a_panic(at in 0_usize..200, flip: u8) {
        let values = (0..40).map(|n| Value::Text(format!("row {n}").into())).collect();
        let rowset = Rowset { columns: vec![column("a", ColumnKind::Text, values)], truncated: false };
        let mut plain = Writer::default();
        plain.option(Some(&rowset), |out, rows| out.rowset(rows, LARGEST));
        let index = at % plain.bytes.len();
        plain.bytes[index] ^= flip;
        let mut bytes = vec![VERSION];
        bytes.extend(compress_to_vec_zlib(&plain.bytes, 1));
        let _ = decode(&bytes);
    }
}

#[test]
fn a_failure_keeps_the_last_rows_beside_it() {
    let failing = Failure::new("stopped by the server").detail("make it cheaper");
    let one = Published {
        failing: Some(Failing {
            why: Arc::new(failing),
            retry_at: Moment(1_795_356_209_000_000),
        }),
        ..published(Rowset::default())
    };
    assert_eq!(decode(&encode(&one).unwrap()), Ok(one.clone()));
    let none = Published { rows: None, ..one };
    assert_eq!(decode(&encode(&none).unwrap()), Ok(none));
}

#[test]
fn not_a_number_stays_not_a_number() {
    let values = vec![Value::Float(f64::NAN), Value::Float(f64::INFINITY)];
    let columns = vec![column("a", ColumnKind::Number, values)];
    let bytes = encode(&published(Rowset {
        columns,
        truncated: false,
    }));
    let rows = decode(&bytes.unwrap()).unwrap().rows.unwrap();
    let values = &rows.rowset.columns[0].values;
    assert!(matches!(values[0], Value::Float(number) if number.is_nan()));
    assert_eq!(values[1], Value::Float(f64::INFINITY));
}

#[test]
fn a_bomb_is_damaged_and_another_version_says_so() {
    let mut bomb = vec![VERSION];
    bomb.extend(compress_to_vec_zlib(&vec![0; LARGEST + 1], 9));
    assert!(bomb.len() < 100_000);
    assert_eq!(decode(&bomb), Err(Unreadable::Damaged));
    assert_eq!(decode(&[7, 1, 2]), Err(Unreadable::Version(7)));
    assert_eq!(decode(&[]), Err(Unreadable::Damaged));
    // Lists in lists, far deeper than the stack.
    let mut deep = vec![1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0];
    deep.extend([14, 1].repeat(1 << 20));
    let mut bytes = vec![VERSION];
    bytes.extend(compress_to_vec_zlib(&deep, 9));
    assert_eq!(decode(&bytes), Err(Unreadable::Damaged));
}

#[test]
fn what_is_too_large_is_not_written() {
    let values = (0..LARGEST / 1000)
        .map(|_| Value::Text("x".repeat(1_000).into()))
        .collect();
    let columns = vec![column("a", ColumnKind::Text, values)];
    let rowset = Rowset {
        columns,
        truncated: false,
    };
    let refused = encode(&published(rowset));
    assert!(matches!(refused, Err(TooLarge(size)) if size > LARGEST));
}

#[test]
fn text_that_was_tampered_with_carries_no_escape() {
    let values = vec![Value::Text("\u{1b}[2J".into())];
    let columns = vec![column("\u{1b}", ColumnKind::Text, values)];
    let rowset = Rowset {
        columns,
        truncated: false,
    };
    let read = decode(&encode(&published(rowset)).unwrap()).unwrap();
    assert!(!format!("{read:?}").contains("\\u{1b}"));
}
