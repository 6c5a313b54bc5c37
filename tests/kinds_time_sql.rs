//! What SQL the four kinds over time take, and what they say of columns that do not fit.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "panels/fixtures.rs"]
#[allow(dead_code)]
mod fixtures;

use fixtures::{HOUR, SECOND, column};
use kpi_dashboard::model::buckets::{Contents, Distribution};
use kpi_dashboard::model::heat::{Bucket, Counted, Heat};
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Failure, Shape};
use kpi_dashboard::model::reduce::Reduction;
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::states::{State, States};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::model::value::Value;

fn minute(minutes: i64) -> Moment {
    Moment(HOUR.from.0 + minutes * 60 * SECOND)
}

fn times(name: &str, minutes: &[i64]) -> Column {
    let values = minutes
        .iter()
        .map(|at| Value::Timestamp(minute(*at)))
        .collect();
    column(name, "timestamptz", ColumnKind::Time, values)
}

fn numbers(name: &str, values: &[f64]) -> Column {
    let value = |value: &f64| {
        if value.is_nan() {
            Value::Null
        } else {
            Value::Float(*value)
        }
    };
    column(
        name,
        "float8",
        ColumnKind::Number,
        values.iter().map(value).collect(),
    )
}

fn words(name: &str, values: &[&str]) -> Column {
    let values = values
        .iter()
        .map(|text| Value::Text((*text).into()))
        .collect();
    column(name, "text", ColumnKind::Text, values)
}

fn flags(name: &str, values: &[bool]) -> Column {
    column(
        name,
        "bool",
        ColumnKind::Bool,
        values.iter().map(|flag| Value::Bool(*flag)).collect(),
    )
}

fn of(kind: PanelKind, columns: Vec<Column>) -> Result<Shape, Failure> {
    let rows = Rowset {
        columns,
        truncated: false,
    };
    shape(kind, Reduction::LastNotNull, &rows, HOUR)
}

fn counted(columns: Vec<Column>) -> Counted {
    match of(PanelKind::Heatmap, columns) {
        Ok(Shape::Heat(Heat::Counted(counted))) => counted,
        other => panic!("{other:?}"),
    }
}

fn distributions(columns: Vec<Column>) -> Vec<Distribution> {
    match of(PanelKind::Histogram, columns) {
        Ok(Shape::Distributions(all)) => all,
        other => panic!("{other:?}"),
    }
}

/// Lanes by name, each with its spans as minutes from, to and the state.
type Lanes = Vec<(String, Vec<(i64, i64, String)>)>;

fn lanes(columns: Vec<Column>) -> Lanes {
    let States { states, lanes } = match of(PanelKind::StateTimeline, columns) {
        Ok(Shape::States(states)) => states,
        other => panic!("{other:?}"),
    };
    let word = |state: u32| match &states[state as usize] {
        State::Number(number) => number.to_string(),
        State::Text(text) => text.clone(),
    };
    let at = |moment: Moment| moment.since(HOUR.from) / (60 * SECOND);
    lanes
        .into_iter()
        .map(|lane| {
            let spans = lane
                .spans
                .iter()
                .map(|span| (at(span.from), at(span.to), word(span.state)));
            (lane.name, spans.collect())
        })
        .collect()
}

fn spans(all: &[(i64, i64, &str)]) -> Vec<(i64, i64, String)> {
    all.iter()
        .map(|(from, to, state)| (*from, *to, (*state).to_owned()))
        .collect()
}

#[test]
fn a_heatmap_takes_readings_of_any_number_of_columns_and_labels() {
    let Ok(Shape::Heat(Heat::Readings(points))) = of(
        PanelKind::Heatmap,
        vec![
            times("time", &[2, 1]),
            words("host", &["a", "b"]),
            numbers("x", &[1.0, f64::NAN]),
            numbers("y", &[3.0, 4.0]),
        ],
    ) else {
        panic!("readings");
    };
    let values: Vec<_> = points.iter().map(|point| (point.at, point.value)).collect();
    assert_eq!(
        values,
        [(minute(1), 4.0), (minute(2), 1.0), (minute(2), 3.0)]
    );
}

#[test]
fn a_heatmap_takes_counts_by_bound_long_and_wide() {
    let long = counted(vec![
        times("time", &[0, 0, 1]),
        words("le", &["+Inf", "0.5", "0.5"]),
        numbers("count", &[7.0, 2.0, 3.0]),
    ]);
    assert_eq!(
        long.buckets,
        [Bucket::AtMost(0.5), Bucket::AtMost(f64::INFINITY)]
    );
    let wide = counted(vec![
        times("time", &[0, 1]),
        numbers("+Inf", &[7.0, f64::NAN]),
        numbers("0.5", &[2.0, 3.0]),
    ]);
    assert_eq!(wide.buckets, long.buckets);
    assert_eq!(wide.cells, long.cells);
    // Grafana's `metric` column: a text that holds bounds.
    let metric = counted(vec![
        times("time", &[0, 0]),
        words("metric", &["200", "100"]),
        numbers("value", &[1.0, 2.0]),
    ]);
    assert_eq!(metric.buckets, [Bucket::From(100.0), Bucket::From(200.0)]);
}

#[test]
fn buckets_with_names_keep_the_order_of_their_numbers() {
    let named = counted(vec![
        times("time", &[0, 0, 0]),
        words("bucket", &["100-200 ms", "≥ 1000 ms", "0-100 ms"]),
        numbers("n", &[1.0, 2.0, 3.0]),
    ]);
    let names = ["0-100 ms", "100-200 ms", "≥ 1000 ms"].map(|name| Bucket::Named(name.to_owned()));
    assert_eq!(named.buckets, names);
    let counts: Vec<f64> = named.cells.iter().map(|cell| cell.count).collect();
    assert_eq!(counts, [3.0, 1.0, 2.0]);
}

#[test]
fn a_histogram_takes_values_by_column_and_label() {
    let all = distributions(vec![
        times("time", &[0, 1, 2]),
        words("region", &["eu", "us", "eu"]),
        numbers("total", &[3.0, 2.0, 1.0]),
    ]);
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["eu", "us"]);
    assert_eq!(all[0].contents, Contents::Values(vec![1.0, 3.0]));
    // Shops whose names are numbers are shops, not bounds.
    let shops = distributions(vec![
        words("shop", &["1", "2"]),
        numbers("total", &[3.0, 2.0]),
    ]);
    assert_eq!(shops.len(), 2);
}

#[test]
fn a_histogram_takes_what_the_database_counted() {
    let expected = Contents::Counts(vec![(0.0, 10.0, 5.0), (10.0, 20.0, 8.0)]);
    // Grafana's names, as PostgreSQL folds them; rows of several times add up.
    let ends = distributions(vec![
        numbers("xmin", &[10.0, 0.0, 10.0]),
        numbers("xmax", &[20.0, 10.0, 20.0]),
        numbers("count", &[7.0, 5.0, 1.0]),
    ]);
    assert_eq!(
        (ends[0].name.as_str(), &ends[0].contents),
        ("count", &expected)
    );
    for (name, bounds) in [
        ("le", [10.0, 20.0]),
        ("ge", [0.0, 10.0]),
        ("bucket", [0.0, 10.0]),
    ] {
        let counted = distributions(vec![numbers(name, &bounds), numbers("count", &[5.0, 8.0])]);
        assert_eq!(counted[0].contents, expected, "{name}");
    }
}

#[test]
fn states_come_long_wide_and_with_an_end() {
    let long = vec![
        times("time", &[0, 0, 10]),
        words("service", &["api", "web", "api"]),
        words("state", &["up", "up", "down"]),
    ];
    assert_eq!(
        lanes(long),
        [
            ("api".to_owned(), spans(&[(0, 10, "up"), (10, 60, "down")])),
            ("web".to_owned(), spans(&[(0, 60, "up")])),
        ]
    );
    // As Grafana has it: a column per thing.
    let wide = vec![
        times("time", &[0, 10]),
        words("server a", &["up", "down"]),
        words("server b", &["up", ""]),
    ];
    assert_eq!(
        lanes(wide),
        [
            (
                "server a".to_owned(),
                spans(&[(0, 10, "up"), (10, 60, "down")])
            ),
            ("server b".to_owned(), spans(&[(0, 10, "up")])),
        ]
    );
    // Without a name that says so the last text of rows that share their times is the state.
    let unnamed = vec![
        times("time", &[0, 0]),
        words("job", &["import", "export"]),
        words("said", &["running", "idle"]),
    ];
    assert_eq!(
        lanes(unnamed)[1],
        ("export".to_owned(), spans(&[(0, 60, "idle")]))
    );
    let ended = vec![
        times("time", &[0, 20]),
        times("ended", &[5, 40]),
        words("state", &["deploy", "deploy"]),
    ];
    assert_eq!(
        lanes(ended)[0].1,
        spans(&[(0, 5, "deploy"), (20, 40, "deploy")])
    );
    let both = vec![
        times("time", &[0, 30]),
        flags("leader", &[true, false]),
        numbers("load", &[1.5, 2.0]),
    ];
    assert_eq!(
        lanes(both),
        [
            (
                "leader".to_owned(),
                spans(&[(0, 30, "true"), (30, 60, "false")])
            ),
            ("load".to_owned(), spans(&[(0, 30, "1.5"), (30, 60, "2")])),
        ]
    );
}

#[test]
fn a_lane_with_a_rhythm_ends_where_its_rows_do() {
    let rows = vec![
        times("time", &[0, 5, 10, 15, 30, 35]),
        numbers("up", &[1.0, 1.0, f64::NAN, 1.0, 0.0, 0.0]),
    ];
    assert_eq!(
        lanes(rows)[0].1,
        spans(&[
            (0, 5, "1"),
            (5, 10, "1"),
            (15, 20, "1"),
            (30, 35, "0"),
            (35, 40, "0")
        ])
    );
}

#[test]
fn wrong_columns_are_named_with_what_is_needed() {
    let why = |kind, columns| of(kind, columns).unwrap_err();
    let no_time = why(PanelKind::Heatmap, vec![numbers("v", &[1.0])]);
    assert!(
        no_time
            .summary
            .starts_with("a heatmap panel needs a time column and number columns"),
        "{no_time:?}"
    );
    assert!(
        no_time.summary.ends_with("the query gives v (float8)"),
        "{no_time:?}"
    );
    let no_count = why(
        PanelKind::Heatmap,
        vec![times("time", &[0]), numbers("le", &[1.0])],
    );
    assert!(
        no_count
            .details
            .iter()
            .any(|line| line.contains("how often each came")),
        "{no_count:?}"
    );
    let no_number = why(
        PanelKind::Histogram,
        vec![times("time", &[0]), words("region", &["eu"])],
    );
    assert!(
        no_number
            .summary
            .starts_with("a histogram panel needs at least one number column"),
        "{no_number:?}"
    );
    let names = why(
        PanelKind::Histogram,
        vec![words("bucket", &["low"]), numbers("n", &[1.0])],
    );
    assert!(
        names
            .details
            .iter()
            .any(|line| line.contains("must be numbers")),
        "{names:?}"
    );
    for kind in [PanelKind::StateTimeline, PanelKind::StatusHistory] {
        let no_state = why(kind, vec![times("time", &[0])]);
        assert!(
            no_state
                .summary
                .contains("a state: a text, bool or number column"),
            "{no_state:?}"
        );
        assert!(
            no_state.details[0].starts_with("for example: select ts as time"),
            "{no_state:?}"
        );
        let json = column("doc", "jsonb", ColumnKind::Json, vec![Value::Null]);
        let json = why(kind, vec![times("time", &[0]), json]);
        assert!(json.details[1].contains("`doc` is jsonb"), "{json:?}");
    }
}
