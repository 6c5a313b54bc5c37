//! PostgreSQL's binary rows → values: 10,000 rows of five columns.
//!
//! `cargo bench --bench decode`. What a poll of a large table costs before anything is drawn.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use kpi_dashboard::model::value::Value;
use kpi_dashboard::source::postgres::decode;

const ROWS: u64 = 10_000;

/// Type numbers of `pg_type`.
const TIMESTAMPTZ: u32 = 1184;
const INT8: u32 = 20;
const TEXT: u32 = 25;
const NUMERIC: u32 = 1700;
const FLOAT8: u32 = 701;

type Column = (u32, Vec<Option<Vec<u8>>>);

/// `numeric` with two decimals, as `numeric_send` writes it: groups of four digits.
fn numeric(cents: u64) -> Vec<u8> {
    let whole = cents / 100;
    let groups = [whole / 10_000, whole % 10_000, cents % 100 * 100];
    // Count of groups, weight of the first, sign, decimals.
    let head = [3, 1, 0, 2];
    head.into_iter()
        .chain(groups)
        .flat_map(|part| (part as u16).to_be_bytes())
        .collect()
}

/// Orders: a time, a number, a name (one in ten is NULL), an amount and a share.
fn columns() -> Vec<Column> {
    let names = ["Acme", "Müller GmbH", "O'Brien & Sons", "株式会社サンプル"];
    let of = |make: &dyn Fn(u64) -> Option<Vec<u8>>| (0..ROWS).map(make).collect::<Vec<_>>();
    vec![
        (
            TIMESTAMPTZ,
            of(&|row| Some((817_000_000_000_000 + row * 1_000_000).to_be_bytes().into())),
        ),
        (INT8, of(&|row| Some((90_000 + row).to_be_bytes().into()))),
        (
            TEXT,
            of(&|row| (row % 10 != 0).then(|| names[row as usize % 4].as_bytes().to_vec())),
        ),
        (NUMERIC, of(&|row| Some(numeric(1_234_500 + row * 731)))),
        (
            FLOAT8,
            of(&|row| Some((row as f64 / 7.0).to_be_bytes().into())),
        ),
    ]
}

fn fields(column: &[Option<Vec<u8>>]) -> Vec<Option<&[u8]>> {
    column.iter().map(Option::as_deref).collect()
}

fn main() {
    let columns = columns();
    let columns: Vec<_> = columns
        .iter()
        .map(|(oid, column)| (*oid, fields(column)))
        .collect();
    // A benchmark of failures would be a fast one.
    for (oid, fields) in &columns {
        let values = decode(*oid, fields).unwrap();
        let readable = values
            .iter()
            .filter(|value| !matches!(value, Value::Undecoded(_)));
        assert_eq!(readable.count() as u64, ROWS, "type {oid}");
    }
    assert_eq!(
        decode(NUMERIC, &[Some(&numeric(1_234_567_890))]),
        Some(vec![Value::Decimal("12345678.90".into())])
    );

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Elements(ROWS));
    group.bench_function("10,000 rows of 5 columns", |bench| {
        bench.iter(|| {
            for (oid, fields) in &columns {
                black_box(decode(*oid, black_box(fields)));
            }
        });
    });
    for ((oid, fields), name) in
        columns
            .iter()
            .zip(["timestamptz", "int8", "text", "numeric", "float8"])
    {
        group.bench_function(name, |bench| bench.iter(|| decode(*oid, black_box(fields))));
    }
    group.finish();
    criterion.final_summary();
}
