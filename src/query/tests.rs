use super::*;
use crate::model::fill::FillMode;
use crate::model::time::Moment;
use proptest::prelude::*;

fn context() -> Context<'static> {
    let at = |text: &str| Moment::from_timestamp(text.parse().unwrap());
    Context {
        window: TimeWindow {
            from: at("2026-08-01T06:00:00Z"),
            to: at("2026-08-01T12:00:00.5Z"),
        },
        interval: 60_000_000,
        schema: "kpi",
        time_zone: "Europe/Berlin",
        variables: &[],
    }
}

fn sql(template: &str) -> String {
    render(template, &context())
        .unwrap_or_else(|why| panic!("{template}: {why:?}"))
        .sql
}

fn failure(template: &str) -> Failure {
    render(template, &context()).unwrap_err()
}

#[test]
fn macros_expand_as_in_grafana() {
    let cases = [
        ("$__time(ts)", r#"ts AS "time""#),
        ("$__timeEpoch(ts)", r#"extract(epoch from ts) as "time""#),
        (
            "$__timeFilter(ts)",
            "ts BETWEEN '2026-08-01T06:00:00Z' AND '2026-08-01T12:00:00.5Z'",
        ),
        ("$__timeFrom()", "'2026-08-01T06:00:00Z'"),
        ("$__timeTo()", "'2026-08-01T12:00:00.5Z'"),
        (
            "$__timeGroup(ts,'5m')",
            "floor(extract(epoch from ts)/300)*300",
        ),
        (
            "$__timeGroup(ts, $__interval)",
            "floor(extract(epoch from ts)/60)*60",
        ),
        (
            "$__timeGroup(ts,'500ms')",
            "floor(extract(epoch from ts)/0.5)*0.5",
        ),
        (
            "$__timeGroup(ts,'1h30m')",
            "floor(extract(epoch from ts)/5400)*5400",
        ),
        (
            "$__timeGroup(ts,1M)",
            "floor(extract(epoch from ts)/2678400)*2678400",
        ),
        (
            "$__timeGroup(ts,1d), x",
            r#"floor(extract(epoch from ts)/86400)*86400 AS "time", x"#,
        ),
        (
            "group by $__timeGroup(ts,1d), x",
            "group by floor(extract(epoch from ts)/86400)*86400, x",
        ),
        (
            "$__timeGroupAlias(ts,1w)",
            r#"floor(extract(epoch from ts)/604800)*604800 AS "time""#,
        ),
        (
            "$__unixEpochFilter(e)",
            "e >= 1785564000 AND e <= 1785585600",
        ),
        (
            "$__unixEpochNanoFilter(e)",
            "e >= 1785564000000000000 AND e <= 1785585600500000000",
        ),
        (
            "$__unixEpochFrom() $__unixEpochTo()",
            "1785564000 1785585600",
        ),
        (
            "$__unixEpochNanoFrom() $__unixEpochNanoTo()",
            "1785564000000000000 1785585600500000000",
        ),
        ("$__unixEpochGroup(e,5m)", "floor((e)/300)*300"),
        (
            "$__unixEpochGroupAlias(e,5m)",
            r#"floor((e)/300)*300 AS "time""#,
        ),
        ("'$__interval' $__interval_ms", "'1m' 60000"),
        ("$__schema().x", "kpi.x"),
        ("at time zone '$__timezone'", "at time zone 'Europe/Berlin'"),
        (
            "$__timeFilter(coalesce(a, b))",
            "coalesce(a, b) BETWEEN '2026-08-01T06:00:00Z' AND '2026-08-01T12:00:00.5Z'",
        ),
        (
            "$__timeGroup(to_date(x, ')'), 5m)",
            "floor(extract(epoch from to_date(x, ')'))/300)*300",
        ),
        (
            "'about $__timeFrom() o''clock'",
            "'about '2026-08-01T06:00:00Z' o''clock'",
        ),
    ];
    for (template, expected) in cases {
        assert_eq!(sql(template), expected, "{template}");
    }
}

#[test]
fn what_is_not_ours_stays() {
    for text in [
        "select $1, $name, $name(x), $__intervals, ${x}, a$__b, $",
        "select $tag$ it's -- not /* a comment $tag$",
        "select E'it\\'s -- no comment', 'a''--b', \"--name\", $$ -- $$",
        "select 'unterminated -- here",
        "select 1 - -1, 2 /3",
        "select naïve$$ from x",
    ] {
        assert_eq!(sql(text), text);
    }
}

#[test]
fn comments_go_first() {
    let cases = [
        ("select 1 -- one\nfrom x", "select 1 \nfrom x"),
        ("select/* a /* nested */ b */1", "select 1"),
        ("select 1 -- $__nothing(x)", "select 1"),
        ("select '--' -- '\n, 2", "select '--' \n, 2"),
        ("select 1; -- done\n ;\n", "select 1"),
        ("select 'e'/*x*/, name'--'", "select 'e' , name'--'"),
        ("select type'\\' -- c", "select type'\\'"),
    ];
    for (template, expected) in cases {
        assert_eq!(sql(template), expected, "{template}");
    }
}

#[test]
fn a_schema_that_needs_quotes_gets_them() {
    let quoted = Context {
        schema: "My \"KPIs\"",
        ..context()
    };
    let rendered = render("select * from $__schema().x", &quoted).unwrap();
    assert_eq!(rendered.sql, "select * from \"My \"\"KPIs\"\"\".x");
}

#[test]
fn a_fill_is_handed_on() {
    let fill = |template: &str| render(template, &context()).unwrap().fill;
    let expected = |mode| {
        Some(Fill {
            interval: 300_000_000,
            mode,
        })
    };
    assert_eq!(fill("$__timeGroup(ts,5m)"), None);
    assert_eq!(fill("$__timeGroup(ts,5m,NULL)"), expected(FillMode::Null));
    assert_eq!(
        fill("$__timeGroupAlias(ts,'5m', previous)"),
        expected(FillMode::Previous)
    );
    assert_eq!(
        fill("$__unixEpochGroup(ts,5m,0)"),
        expected(FillMode::Value(0.0))
    );
}

#[test]
fn mistakes_name_the_macro_the_place_and_the_way_out() {
    let cases = [
        (
            "select 1\nwhere $__timeFiter(ts)",
            "unknown macro `$__timeFiter`; did you mean `$__timeFilter(column)`? (line 2, column 7)",
        ),
        (
            "$__xyzzyplugh(ts)",
            "unknown macro `$__xyzzyplugh` (line 1, column 1)",
        ),
        (
            "-- c\n  $__timeGroup(ts)",
            "`$__timeGroup` got 1 argument; write `$__timeGroup(column, interval[, fill])` (line 2, column 3)",
        ),
        (
            "$__timeFilter()",
            "`$__timeFilter` got no argument; write `$__timeFilter(column)` (line 1, column 1)",
        ),
        (
            "$__timeFrom(x)",
            "`$__timeFrom` got 1 argument; write `$__timeFrom()` (line 1, column 1)",
        ),
        (
            "$__timeGroup(ts,,)",
            "`$__timeGroup` got an empty argument; write `$__timeGroup(column, interval[, fill])` (line 1, column 1)",
        ),
        (
            "$__timeFilter(ts",
            "the `(` of `$__timeFilter` is never closed (line 1, column 1)",
        ),
        ("$__interval(ts)", ""),
    ];
    for (template, summary) in cases {
        if summary.is_empty() {
            assert_eq!(sql(template), "1m(ts)", "a word, replaced as in Grafana");
        } else {
            assert_eq!(failure(template).summary, summary);
        }
    }
    let interval = failure("$__timeGroup(ts, 'often')").summary;
    assert!(
        interval.contains("`often` is not an interval"),
        "{interval}"
    );
    let zero = failure("$__timeGroup(ts, '0s')").summary;
    assert!(zero.contains("more than zero"), "{zero}");
    let fill = failure("$__timeGroup(ts, 5m, linear)").summary;
    assert!(fill.contains("the fill `linear`"), "{fill}");
    let empty = failure(" -- nothing\n;").summary;
    assert_eq!(empty, "the query is empty");
}

#[test]
fn a_failure_shows_the_line_with_a_caret() {
    let details = failure("select 'ü表',\t$__nope(1)").details;
    assert_eq!(
        details,
        ["1 | select 'ü表', $__nope(1)", "                  ^"]
    );
}

/// Where the `needle` of the sent SQL lies in the template.
fn traced(template: &str, needle: &str) -> (usize, usize) {
    let rendered = render(template, &context()).unwrap();
    let byte = rendered.sql.find(needle).unwrap();
    let character = rendered.sql[..byte].chars().count() + 1;
    let place = rendered.source_position(character).unwrap();
    (place.line, place.column)
}

#[test]
fn positions_lead_back_to_the_template() {
    let template = "-- héllo\nselect /* ü */ 'ä' as 表, wrong\n\
                    from t where $__timeFilter(tss) and other > $__interval_ms";
    assert_eq!(traced(template, "wrong"), (2, 26));
    assert_eq!(traced(template, "tss"), (3, 28), "an argument is itself");
    assert_eq!(
        traced(template, "BETWEEN"),
        (3, 14),
        "an expansion is its macro"
    );
    assert_eq!(traced(template, "'2026-08-01T12"), (3, 14));
    assert_eq!(traced(template, "other"), (3, 37));
    assert_eq!(traced(template, "60000"), (3, 45));
    let rendered = render(template, &context()).unwrap();
    let length = rendered.sql.chars().count();
    assert!(rendered.source_position(length + 1).is_some(), "the end");
    assert_eq!(rendered.source_position(length + 2), None);
    assert_eq!(rendered.source_position(0), None);
    let place = rendered.source_position(length).unwrap();
    assert!(place.line_text.starts_with("from t where"));
}

/// SQL-like scraps that meet the scanner's cases in all orders.
fn scraps() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "select ",
        "'",
        "''",
        "\"",
        "E'",
        "\\",
        "$$",
        "$a$",
        "--",
        "/*",
        "*/",
        "\n",
        "(",
        ")",
        ",",
        " ",
        "ü",
        "表",
        "$",
        "$__timeFilter(",
        "$__timeGroup(ts,5m)",
        "$__interval",
        "$__nope(x)",
        "$__timeFrom()",
        "$__schema()",
        ";",
        "x",
        "1M",
        "by ",
    ]);
    prop::collection::vec(scrap, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn rendering_never_panics_and_positions_stay_inside(template in scraps()) {
        if let Ok(rendered) = render(&template, &context()) {
            prop_assert_eq!(rendered.sql.len(), rendered.origins.len());
            for character in 0..rendered.sql.chars().count() + 3 {
                if let Some(place) = rendered.source_position(character) {
                    prop_assert!(place.line <= template.lines().count().max(1));
                    let _ = place.caret();
                }
            }
        }
    }

    #[test]
    fn any_text_is_survived(template in "\\PC{0,80}") {
        let _ = render(&template, &context());
    }

    #[test]
    fn without_macros_and_comments_nothing_changes(words in "[a-z0-9 ,.=<>+'\"\n]{0,60}x") {
        prop_assert_eq!(sql(&words), words);
    }

    #[test]
    fn quoted_text_keeps_its_comment_marks(inside in "[a-z /*-]{0,30}") {
        for template in [
            format!("select '{inside}', 1"),
            format!("select \"{inside}\", 1"),
            format!("select $q${inside}$q$, 1"),
            format!("select E'\\'{inside}', 1"),
        ] {
            prop_assert_eq!(sql(&template), template);
        }
    }
}

#[test]
fn a_statement_tells_of_its_rows() {
    let read = |sql| {
        let about = about(sql);
        (about.asks_for_time, about.limit)
    };
    assert_eq!(read("select 1"), (false, None));
    assert_eq!(
        read("select * from t where $__timeFilter(ts) order by 1\nLIMIT 20;"),
        (true, Some(20))
    );
    assert_eq!(
        read("select (select 1 limit 1) limit all"),
        (false, Some(1))
    );
}
