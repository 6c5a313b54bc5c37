//! Rows → what a panel draws, and a series → one number: 1,000,000 rows.
//!
//! `cargo bench --bench shape`. Far beyond any row limit: what is linear here stays so below.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::Shape;
use kpi_dashboard::model::reduce::{Reduction, reduce};
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::{Moment, SECOND, TimeWindow};
use kpi_dashboard::model::value::Value;

const ROWS: i64 = 1_000_000;

fn column(name: &str, type_name: &str, kind: ColumnKind, value: impl Fn(i64) -> Value) -> Column {
    Column {
        name: name.into(),
        type_name: type_name.into(),
        kind,
        values: (0..ROWS).map(value).collect(),
    }
}

fn main() {
    let time = column("time", "timestamptz", ColumnKind::Time, |row| {
        Value::Timestamp(Moment(row * SECOND))
    });
    let value = column("value", "float8", ColumnKind::Number, |row| {
        Value::Float((row as f64 / 900.0).sin())
    });
    let region = column("region", "text", ColumnKind::Text, |row| {
        Value::Text(["north", "east", "south", "west"][row as usize % 4].into())
    });
    let of = |columns: &[&Column]| Rowset {
        columns: columns.iter().map(|column| (*column).clone()).collect(),
        truncated: false,
    };
    let window = TimeWindow {
        from: Moment(0),
        to: Moment(ROWS * SECOND),
    };
    let shaped =
        |rows: &Rowset| shape(PanelKind::Timeseries, Reduction::LastNotNull, rows, window).unwrap();
    let one = of(&[&time, &value]);
    let four = of(&[&time, &region, &value]);
    let Shape::Series(series) = shaped(&one) else {
        panic!("a time series");
    };
    assert_eq!(series[0].points.len() as i64, ROWS);
    assert!(matches!(shaped(&four), Shape::Series(series) if series.len() == 4));

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("1,000,000 rows");
    group
        .throughput(Throughput::Elements(ROWS as u64))
        .sample_size(20);
    group.bench_function("shape into one series", |bench| {
        bench.iter(|| shaped(black_box(&one)));
    });
    group.bench_function("shape into four series by label", |bench| {
        bench.iter(|| shaped(black_box(&four)));
    });
    for how in [Reduction::LastNotNull, Reduction::Mean, Reduction::Max] {
        group.bench_function(format!("reduce to {}", how.name()), |bench| {
            bench.iter(|| reduce(black_box(&series[0].points), how));
        });
    }
    group.finish();
    criterion.final_summary();
}
