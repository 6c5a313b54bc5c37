//! What people know from Grafana holds here: SQL written for its PostgreSQL data source expands to
//! the same text, buckets have the same width, rows become the same series, numbers read the same.
//! The expectations are derived from Grafana's rules by hand.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use jiff::Timestamp;
use kpi_dashboard::model::fill::{FillMode, fill};
use kpi_dashboard::model::kind::PanelKind;
use kpi_dashboard::model::panel_data::{Failure, Shape};
use kpi_dashboard::model::range::{interval, interval_text};
use kpi_dashboard::model::reduce::{Reduction, reduce};
use kpi_dashboard::model::rowset::{Column, ColumnKind, Rowset};
use kpi_dashboard::model::series::Series;
use kpi_dashboard::model::shape::shape;
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::model::unit::Unit;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::model::variable::{Choice, VariableValue};
use kpi_dashboard::query::{Context, Rendered, render};

fn at(text: &str) -> Moment {
    Moment::from_timestamp(text.parse::<Timestamp>().unwrap())
}

fn window(from: &str, to: &str) -> TimeWindow {
    TimeWindow {
        from: at(from),
        to: at(to),
    }
}

fn six_hours() -> TimeWindow {
    window("2026-08-01T06:00:00Z", "2026-08-01T12:00:00Z")
}

/// A variable as Grafana's dashboards have them: its value or values, and whether it may have several.
fn variable(name: &str, values: &[&str], is_list: bool) -> VariableValue {
    VariableValue {
        name: name.to_owned(),
        chosen: values.iter().copied().map(Choice::of).collect(),
        is_list,
        is_listed: true,
        ..VariableValue::default()
    }
}

/// The SQL Grafana would send for six hours at 1000 points.
fn sent(template: &str) -> String {
    let rendered = rendered(template);
    rendered
        .unwrap_or_else(|why| panic!("{template}: {why:?}"))
        .sql
}

fn rendered(template: &str) -> Result<Rendered, Failure> {
    let variables = [
        variable("shop", &["north"], false),
        variable("regions", &["eu", "us"], true),
        variable("host", &["web-1"], true),
        variable("bucket", &["10m"], false),
        variable("least", &["5"], false),
        variable("quoted", &["O'Brien"], true),
        VariableValue {
            is_all: true,
            all_value: Some("'<all>'".to_owned()),
            ..variable("run", &["run-1", "run-2"], true)
        },
    ];
    let window = six_hours();
    let context = Context {
        window,
        interval: interval(window.span(), 1_000, Duration::from_secs(60)),
        schema: "public",
        time_zone: "utc",
        variables: &variables,
    };
    render(template, &context)
}

#[test]
fn a_bucketed_query_of_the_old_kind_names_its_time_column() {
    assert_eq!(
        sent(
            "SELECT\n  $__timeGroup(time, '10m'),\n  max(v) as peak -- the worst\n\
             FROM load\nWHERE $__timeFilter(time)\nGROUP BY 1\nORDER BY 1;\n"
        ),
        "SELECT\n  floor(extract(epoch from time)/600)*600 AS \"time\",\n  max(v) as peak \n\
         FROM load\nWHERE time BETWEEN '2026-08-01T06:00:00Z' AND '2026-08-01T12:00:00Z'\n\
         GROUP BY 1\nORDER BY 1"
    );
}

#[test]
fn macros_work_in_sub_queries_casts_and_quotes() {
    let cases = [
        (
            "with b as (select $__timeGroupAlias(t.at, $__interval), count(*) from t \
             where t.at >= $__timeFrom()::timestamptz - interval '$__interval' group by 1) \
             select * from b",
            "with b as (select floor(extract(epoch from t.at)/60)*60 AS \"time\", count(*) from t \
             where t.at >= '2026-08-01T06:00:00Z'::timestamptz - interval '1m' group by 1) \
             select * from b",
        ),
        (
            "select date_bin('$__interval_ms milliseconds', at, $__timeTo()) from t",
            "select date_bin('60000 milliseconds', at, '2026-08-01T12:00:00Z') from t",
        ),
        (
            "select 1 from t where $__unixEpochFilter(t.epoch) and x::text = '--'",
            "select 1 from t where t.epoch >= 1785564000 AND t.epoch <= 1785585600 \
             and x::text = '--'",
        ),
        (
            "select to_timestamp($__unixEpochTo()), timezone('$__timezone', now()) as \"time\"",
            "select to_timestamp(1785585600), timezone('utc', now()) as \"time\"",
        ),
        (
            "select avg(v) over (order by $__timeGroup(at,'1h')) from t",
            "select avg(v) over (order by floor(extract(epoch from at)/3600)*3600) from t",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(sent(template), expected);
    }
}

#[test]
fn variables_stand_as_in_grafana_inside_quotes_as_lists_and_by_format() {
    let cases = [
        // Inside quotes, nearly half of all uses.
        ("where shop = '$shop'", "where shop = 'north'"),
        ("where shop = '[[shop]]'", "where shop = 'north'"),
        ("where name ilike '%${shop}%'", "where name ilike '%north%'"),
        (
            "$__timeGroup(at, '$bucket')",
            "floor(extract(epoch from at)/600)*600",
        ),
        ("interval '$bucket'", "interval '10m'"),
        // A variable that may have several values is a list of texts, also with one value.
        ("where region in ($regions)", "where region in ('eu','us')"),
        ("where host = $host", "where host = 'web-1'"),
        ("where host in ([[host]])", "where host in ('web-1')"),
        ("where name in ($quoted)", "where name in ('O''Brien')"),
        (
            "where region in (${regions:sqlstring})",
            "where region in ('eu','us')",
        ),
        (
            "where region in (${regions:singlequote})",
            "where region in ('eu','us')",
        ),
        // Formats without quotes.
        ("where '${regions:csv}' <> ''", "where 'eu,us' <> ''"),
        (
            "where region ~ '^(${regions:pipe})$'",
            "where region ~ '^(eu|us)$'",
        ),
        (
            "where region ~ '${regions:regex}'",
            "where region ~ '(eu|us)'",
        ),
        (
            "from orders_${shop:raw} limit ${least:raw}",
            "from orders_north limit 5",
        ),
        ("'${regions:text}'", "'eu + us'"),
        // All, with a value of its own: as it is.
        (
            "case when $run != '<all>' then 1 end",
            "case when '<all>' != '<all>' then 1 end",
        ),
        // What is built in.
        (
            "to_timestamp(${__from:date:seconds})",
            "to_timestamp(1785564000)",
        ),
        (
            "to_timestamp($__to / 1000)",
            "to_timestamp(1785585600000 / 1000)",
        ),
        ("'${__from:date:iso}'", "'2026-08-01T06:00:00.000Z'"),
        ("'${__user.login}' $unknown", "'${__user.login}' $unknown"),
    ];
    for (template, expected) in cases {
        assert_eq!(sent(template), expected);
    }
}

/// Grafana writes a variable of one value as it is. Here it is data: a text, which PostgreSQL turns into
/// what stands beside it; and what is no value says so with `:raw` or `:identifier`.
#[test]
fn a_variable_of_one_value_is_a_text_outside_quotes_unlike_in_grafana() {
    let cases = [
        ("where minutes >= $least", "where minutes >= '5'"),
        ("limit $least", "limit '5'"),
        ("$least::numeric", "'5'::numeric"),
        (
            "at > now() - interval $bucket",
            "at > now() - interval '10m'",
        ),
        (
            "$__timeGroup(at, $bucket)",
            "floor(extract(epoch from at)/600)*600",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(sent(template), expected);
    }
    for (template, hint) in [
        ("select start_${shop}_range from t", "write `${shop:raw}`"),
        ("select 1 from $shop.orders", "write `${shop:identifier}`"),
    ] {
        let failure = rendered(template).unwrap_err();
        let details = failure.details.join("\n");
        assert!(details.contains(hint), "{failure:?}");
    }
    assert_eq!(
        sent("select start_${shop:raw}_range"),
        "select start_north_range"
    );
    assert_eq!(
        sent("from ${shop:identifier}.orders"),
        "from \"north\".orders"
    );
}

#[test]
fn a_thousand_points_have_grafanas_interval() {
    let spans = [
        ("2026-08-01T11:55:00Z", 60, "1m"),
        ("2026-08-01T11:55:00Z", 1, "1s"),
        ("2026-07-31T12:00:00Z", 1, "1m"),
        ("2026-07-25T12:00:00Z", 1, "10m"),
        ("2026-07-02T12:00:00Z", 1, "30m"),
        ("2025-08-01T12:00:00Z", 1, "6h"),
        ("2024-08-15T12:00:00Z", 1, "12h"),
    ];
    for (from, least, text) in spans {
        let span = window(from, "2026-08-01T12:00:00Z").span();
        let width = interval(span, 1_000, Duration::from_secs(least));
        assert_eq!(interval_text(width), text, "from {from}");
    }
}

fn column(name: &str, type_name: &str, kind: ColumnKind, values: Vec<Value>) -> Column {
    Column {
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        kind,
        values,
    }
}

fn series(columns: Vec<Column>) -> Vec<Series> {
    let rows = Rowset {
        columns,
        truncated: false,
    };
    match shape(
        PanelKind::Timeseries,
        Reduction::LastNotNull,
        &rows,
        six_hours(),
    ) {
        Ok(Shape::Series(series)) => series,
        other => panic!("no series: {other:?}"),
    }
}

#[test]
fn a_time_group_of_epoch_seconds_is_a_time_axis() {
    let seconds = [1_785_580_200_i64, 1_785_580_800, 1_785_581_400];
    let all = series(vec![
        column(
            "time",
            "numeric",
            ColumnKind::Number,
            seconds.map(|s| Value::Decimal(s.to_string().into())).into(),
        ),
        column(
            "metric",
            "text",
            ColumnKind::Text,
            ["tps", "qps", "tps"]
                .map(|name| Value::Text(name.into()))
                .into(),
        ),
        column(
            "value",
            "float8",
            ColumnKind::Number,
            vec![Value::Float(3.5), Value::Float(9.0), Value::Float(4.5)],
        ),
    ]);
    let names: Vec<_> = all.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(
        names,
        ["qps", "tps"],
        "the column `metric` names the series"
    );
    assert_eq!(all[1].points[0].at, at("2026-08-01T10:30:00Z"));
    assert_eq!(reduce(&all[1].points, Reduction::Mean), Some(4.0));
}

#[test]
fn small_numbers_named_time_are_milliseconds() {
    let one = vec![Value::Int(1)];
    let all = series(vec![
        column("time", "int4", ColumnKind::Number, one.clone()),
        column("sum", "int8", ColumnKind::Number, one),
    ]);
    assert_eq!(all[0].points[0].at, Moment(1_000));
}

#[test]
fn a_fill_puts_series_on_the_grid_of_the_range() {
    let minute = |minute: i64| Value::Timestamp(six_hours().from.plus(minute * 60_000_000));
    let columns = vec![
        column(
            "time",
            "timestamptz",
            ColumnKind::Time,
            vec![minute(0), minute(120)],
        ),
        column(
            "v",
            "int4",
            ColumnKind::Number,
            vec![Value::Int(7), Value::Int(9)],
        ),
    ];
    let values = |mode| {
        let mut all = series(columns.clone());
        fill(&mut all, six_hours(), 3_600_000_000, mode);
        let points = all[0].points.iter();
        points
            .map(|point| (!point.value.is_nan()).then_some(point.value as i64))
            .collect::<Vec<_>>()
    };
    let gap = None;
    assert_eq!(
        values(FillMode::Null),
        [Some(7), gap, Some(9), gap, gap, gap, gap]
    );
    assert_eq!(values(FillMode::Previous), [7, 7, 9, 9, 9, 9, 9].map(Some));
    assert_eq!(
        values(FillMode::Value(0.0)),
        [7, 0, 9, 0, 0, 0, 0].map(Some)
    );
}

#[test]
fn numbers_read_as_they_do_on_a_grafana_panel() {
    let cases = [
        ("short", 1_536.0, None, "1.54 K"),
        ("short", 12_345_678.0, Some(1), "12.3 Mil"),
        ("bytes", 123_456_789.0, None, "118 MiB"),
        ("decbytes", 123_456_789.0, None, "123 MB"),
        ("ms", 1_234.0, None, "1.23 s"),
        ("s", 172_800.0, None, "2 day"),
        ("percentunit", 0.9985, Some(2), "99.85%"),
        ("percent", 99.0, None, "99%"),
        ("reqps", 1_234.0, None, "1.23K req/s"),
        ("currencyUSD", 1_530.0, None, "$1.53K"),
        ("currencyEUR", -12.5, Some(2), "-€12.50"),
        (
            "dtdurations",
            93_784.0,
            Some(3),
            "1 day, 2 hours, 3 minutes, 4 seconds",
        ),
        ("suffix:rpm", 1_450.0, None, "1450 rpm"),
        ("bool_on_off", 1.0, None, "On"),
    ];
    for (id, value, decimals, text) in cases {
        let unit = Unit::parse(id).unwrap();
        assert_eq!(unit.write(value, decimals).to_string(), text, "{id}");
    }
}
