use super::*;
use crate::model::rowset::Column;
use crate::model::value::Value;

const WINDOW: TimeWindow = TimeWindow {
    from: Moment(0),
    to: Moment(3_600_000_000),
};

fn column(name: &str, type_name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
    Column {
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        kind,
        values,
    }
}

fn times(name: &str, seconds: &[i64]) -> Column {
    let at = |second: &i64| Value::Timestamp(Moment(second * 1_000_000));
    let values = seconds.iter().map(at).collect();
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

fn texts(name: &str, values: &[&str]) -> Column {
    let values = values
        .iter()
        .map(|text| Value::Text((*text).into()))
        .collect();
    column(name, "text", ColumnKind::Text, values)
}

fn rows(columns: Vec<Column>) -> Rowset {
    Rowset {
        columns,
        truncated: false,
    }
}

/// Name and (second, value) of each series; −1 stands for a gap.
fn drawn(kind: PanelKind, columns: Vec<Column>) -> Vec<(String, Vec<(i64, f64)>)> {
    match shape(kind, Reduction::LastNotNull, &rows(columns), WINDOW) {
        Ok(Shape::Series(all)) => all
            .into_iter()
            .map(|series| {
                let value = |value: f64| if value.is_nan() { -1.0 } else { value };
                let points = series.points.iter();
                let points = points.map(|p| (p.at.0.div_euclid(1_000_000), value(p.value)));
                (series.name, points.collect())
            })
            .collect(),
        other => panic!("no series: {other:?}"),
    }
}

fn barred(columns: Vec<Column>) -> Vec<(String, f64)> {
    match shape(PanelKind::Bars, Reduction::Sum, &rows(columns), WINDOW) {
        Ok(Shape::Bars(bars)) => bars.into_iter().map(|bar| (bar.label, bar.value)).collect(),
        other => panic!("no bars: {other:?}"),
    }
}

fn failure(kind: PanelKind, columns: Vec<Column>) -> Failure {
    shape(kind, Reduction::Last, &rows(columns), WINDOW).unwrap_err()
}

fn name(text: &str) -> String {
    text.to_owned()
}

#[test]
fn number_columns_are_series_and_null_is_a_gap() {
    let all = drawn(
        PanelKind::Timeseries,
        vec![
            times("time", &[10, 20]),
            numbers("a", &[1.0, f64::NAN]),
            column(
                "up",
                "bool",
                ColumnKind::Bool,
                vec![Value::Bool(true), Value::Bool(false)],
            ),
        ],
    );
    let expected = [
        (name("a"), vec![(10, 1.0), (20, -1.0)]),
        (name("up"), vec![(10, 1.0), (20, 0.0)]),
    ];
    assert_eq!(all, expected);
}

#[test]
fn text_columns_are_labels_and_rows_need_no_order() {
    let all = drawn(
        PanelKind::Timeseries,
        vec![
            times("time", &[20, 10, 10, 20, 20]),
            texts("region", &["eu", "eu", "us", "us", "us"]),
            numbers("value", &[2.0, 1.0, 3.0, 4.0, 5.0]),
        ],
    );
    let expected = [
        (name("eu"), vec![(10, 1.0), (20, 2.0)]),
        (name("us"), vec![(10, 3.0), (20, 5.0)]),
    ];
    assert_eq!(all, expected);
}

#[test]
fn names_say_what_tells_series_apart() {
    let named = |labels: &[&str], values: &[&str]| {
        let mut columns = vec![times("time", &[1])];
        columns.extend(
            labels
                .iter()
                .map(|label| texts(label, &[label.trim_start_matches('l')])),
        );
        columns.extend(values.iter().map(|value| numbers(value, &[1.0])));
        let all = drawn(PanelKind::Timeseries, columns);
        all.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    assert_eq!(named(&[], &["a", "b"]), ["a", "b"]);
    assert_eq!(named(&["l1"], &["a"]), ["1"]);
    assert_eq!(named(&["l1", "l2"], &["a"]), ["1, 2"]);
    assert_eq!(named(&["l1"], &["a", "b"]), ["a 1", "b 1"]);
    assert_eq!(
        named(&["l1", "l2"], &["a", "b"])[1],
        r#"b {l1="1", l2="2"}"#
    );
    assert_eq!(named(&["l"], &["a"]), ["a"], "an empty label says nothing");
}

#[test]
fn series_of_labels_keep_their_order_whichever_has_the_first_row() {
    let named = |labels: &[&str], values: &[&str]| {
        let seconds: Vec<i64> = (0..labels.len() as i64).collect();
        let mut columns = vec![times("time", &seconds), texts("host", labels)];
        let ones = vec![1.0; labels.len()];
        columns.extend(values.iter().map(|value| numbers(value, &ones)));
        let all = drawn(PanelKind::Timeseries, columns);
        all.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let expected = ["Web 1", "web 2", "web 10"];
    assert_eq!(named(&["web 10", "Web 1", "web 2"], &["v"]), expected);
    assert_eq!(named(&["web 2", "web 10", "Web 1"], &["v"]), expected);
    assert_eq!(
        named(&["b", "a"], &["up", "down"]),
        ["up a", "up b", "down a", "down b"],
        "columns stand as in the query"
    );
    let ranked = vec![texts("host", &["b", "a"]), numbers("v", &[2.0, 1.0])];
    let ranked: Vec<_> = drawn(PanelKind::Stat, ranked)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(ranked, ["b", "a"], "rows without a time keep their order");
}

#[test]
fn numbers_named_time_are_times() {
    let at = |number: f64| {
        let columns = vec![numbers("time", &[number]), numbers("v", &[1.0])];
        newest_at(&rows(columns)).map(|at| at.0)
    };
    assert_eq!(at(1_785_585_600.0), Some(1_785_585_600_000_000), "seconds");
    assert_eq!(
        at(1_785_585_600_500.0),
        Some(1_785_585_600_500_000),
        "milliseconds"
    );
    assert_eq!(
        at(1_785_585_600e9),
        Some(1_785_585_600_000_000),
        "nanoseconds"
    );
    assert_eq!(at(0.0), Some(0));
    assert_eq!(at(f64::NAN), None);
}

#[test]
fn the_column_named_time_wins_over_an_earlier_one() {
    let columns = vec![
        times("created", &[5]),
        numbers("v", &[1.0]),
        times("time", &[9]),
    ];
    assert_eq!(newest_at(&rows(columns.clone())), Some(Moment(9_000_000)));
    let all = drawn(PanelKind::Timeseries, columns);
    assert_eq!(all, [(name("v"), vec![(9, 1.0)])], "`created` is no series");
    let infinite = column(
        "time",
        "timestamptz",
        ColumnKind::Time,
        vec![Value::Timestamp(Moment::INFINITY), Value::Null],
    );
    assert_eq!(newest_at(&rows(vec![infinite])), None);
}

#[test]
fn a_hole_in_a_regular_series_is_a_gap() {
    let seconds = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 140, 150];
    let all = drawn(
        PanelKind::Timeseries,
        vec![times("time", &seconds), numbers("v", &[1.0; 12])],
    );
    assert_eq!(all[0].1.len(), 13);
    assert_eq!(all[0].1[10], (100, -1.0));
}

#[test]
fn a_stat_takes_numbers_without_a_time() {
    let single = drawn(
        PanelKind::Stat,
        vec![numbers("orders", &[42.0]), numbers("b", &[1.0])],
    );
    assert_eq!(
        single,
        [
            (name("orders"), vec![(3_600, 42.0)]),
            (name("b"), vec![(3_600, 1.0)])
        ]
    );
    let rows = vec![texts("region", &["eu", "us"]), numbers("v", &[1.0, 2.0])];
    let named: Vec<_> = drawn(PanelKind::Stat, rows)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(named, ["eu", "us"]);
    let several = shape(
        PanelKind::Gauge,
        Reduction::Last,
        &self::rows(vec![numbers("v", &[1.0, 2.0, 3.0])]),
        WINDOW,
    );
    let Ok(Shape::Series(series)) = several else {
        panic!("{several:?}")
    };
    assert_eq!(reduce(&series[0].points, Reduction::Last), Some(3.0));
    assert_eq!(series[0].points.last().unwrap().at, WINDOW.to);
}

#[test]
fn a_stat_of_a_time_shows_its_milliseconds() {
    let all = drawn(PanelKind::Stat, vec![times("last_order", &[5])]);
    assert_eq!(all, [(name("last_order"), vec![(3_600, 5_000.0)])]);
}

#[test]
fn a_lone_time_is_for_a_stat_or_a_gauge_only() {
    for kind in [PanelKind::Stat, PanelKind::Gauge] {
        assert_eq!(drawn(kind, vec![times("now", &[5])]).len(), 1, "{kind:?}");
    }
    for kind in [PanelKind::Bars, PanelKind::Pie, PanelKind::BarGauge] {
        for columns in [
            vec![times("now", &[5])],
            vec![texts("host", &["a"]), times("now", &[5])],
            vec![times("time", &[5]), times("now", &[6])],
        ] {
            let why = shape(kind, Reduction::LastNotNull, &rows(columns), WINDOW).unwrap_err();
            assert!(why.summary.contains("now (timestamptz)"), "{why:?}");
        }
    }
}

#[test]
fn bars_come_from_labels_numbers_and_series() {
    let labelled = vec![
        texts("region", &["eu", "us"]),
        numbers("v", &[1.0, f64::NAN]),
    ];
    let bars = barred(labelled);
    assert_eq!(bars[0], (name("eu"), 1.0));
    assert!(bars[1].1.is_nan());
    let several = vec![
        texts("region", &["eu"]),
        numbers("a", &[1.0]),
        numbers("b", &[2.0]),
    ];
    assert_eq!(barred(several), [(name("eu a"), 1.0), (name("eu b"), 2.0)]);
    let one_row = vec![numbers("a", &[1.0]), numbers("b", &[2.0])];
    assert_eq!(barred(one_row), [(name("a"), 1.0), (name("b"), 2.0)]);
    let series = vec![times("time", &[1, 2]), numbers("a", &[1.0, 2.0])];
    assert_eq!(barred(series), [(name("a"), 3.0)]);
    let flags = vec![
        column(
            "active",
            "bool",
            ColumnKind::Bool,
            vec![Value::Bool(true), Value::Bool(false)],
        ),
        numbers("n", &[3.0, 4.0]),
    ];
    assert_eq!(barred(flags), [(name("true"), 3.0), (name("false"), 4.0)]);
}

#[test]
fn tables_and_texts_take_anything() {
    for kind in [PanelKind::Table, PanelKind::Text] {
        let anything = rows(vec![texts("a", &["x"])]);
        assert_eq!(
            shape(kind, Reduction::Last, &anything, WINDOW),
            Ok(Shape::Rows)
        );
    }
}

#[test]
fn no_rows_are_no_failure() {
    let empty = vec![times("time", &[]), numbers("v", &[])];
    assert_eq!(drawn(PanelKind::Timeseries, empty), [(name("v"), vec![])]);
    let labelled = vec![times("time", &[]), texts("l", &[]), numbers("v", &[])];
    assert!(drawn(PanelKind::Timeseries, labelled).is_empty());
    assert!(drawn(PanelKind::Stat, vec![]).is_empty());
    assert!(barred(vec![texts("l", &[]), numbers("v", &[])]).is_empty());
}

#[test]
fn wrong_columns_are_named_with_what_is_needed() {
    let why = failure(
        PanelKind::Timeseries,
        vec![texts("region", &["eu"]), numbers("total", &[1.0])],
    );
    assert_eq!(
        why.summary,
        "a timeseries panel needs a time column and at least one number column; \
         the query gives region (text), total (float8)"
    );
    assert!(why.details[0].starts_with("for example: select $__timeGroup"));

    let waits = column("waited", "interval", ColumnKind::Text, vec![Value::Null]);
    let why = failure(PanelKind::Stat, vec![waits]);
    assert!(
        why.details[1].contains("extract(epoch from waited)"),
        "{why:?}"
    );

    let why = failure(
        PanelKind::Bars,
        vec![numbers("hour", &[1.0, 2.0]), numbers("n", &[3.0, 4.0])],
    );
    assert!(why.details[1].contains("hour::text"), "{why:?}");

    let json = column("doc", "jsonb", ColumnKind::Json, vec![Value::Null]);
    let why = failure(PanelKind::Stat, vec![numbers("v", &[1.0]), json]);
    assert!(why.details[1].contains("`doc` is jsonb"), "{why:?}");

    let text_time = vec![texts("time", &["2026"]), numbers("v", &[1.0])];
    let why = failure(PanelKind::Timeseries, text_time);
    assert!(why.details[1].contains("time::timestamptz"), "{why:?}");
}
