use super::super::{Context, Rendered, render};
use crate::model::panel_data::Failure;
use crate::model::time::{Moment, TimeWindow};
use crate::model::variable::{Choice, VariableValue};

fn value(name: &str, values: &[&str]) -> VariableValue {
    VariableValue {
        name: name.to_owned(),
        chosen: values.iter().copied().map(Choice::of).collect(),
        is_list: values.len() > 1,
        is_listed: true,
        ..VariableValue::default()
    }
}

fn variables() -> Vec<VariableValue> {
    vec![
        value("one", &["eu"]),
        value("two", &["eu", "us"]),
        value("odd", &["it's \\ \"1\""]),
        value("none", &[]),
        value("empty", &[""]),
        value("bucket", &["5m"]),
        value("money", &["a$$b"]),
        value("dollar", &["$"]),
        value("macro", &["$__interval $__timeFilter(x) $one ${one}"]),
        value("comment", &["a -- b /* c"]),
        value("re", &["a.b", "c*"]),
        VariableValue {
            is_listed: false,
            ..value("typed", &["o'clock"])
        },
        VariableValue {
            is_listed: false,
            ..value("nul", &["a\0b"])
        },
        VariableValue {
            is_all: true,
            all_value: Some("select region from regions".to_owned()),
            ..value("any", &["eu", "us"])
        },
        VariableValue {
            is_all: true,
            ..value("all", &["eu", "us"])
        },
        VariableValue {
            chosen: vec![Choice {
                text: "Europe".to_owned(),
                value: "eu".to_owned(),
            }],
            ..value("named", &[])
        },
    ]
}

fn rendered(template: &str) -> Result<Rendered, Failure> {
    let variables = variables();
    let at = |text: &str| Moment::from_timestamp(text.parse().unwrap());
    let context = Context {
        window: TimeWindow {
            from: at("2026-08-01T06:00:00Z"),
            to: at("2026-08-01T22:30:00.5Z"),
        },
        interval: 60_000_000,
        schema: "kpi",
        time_zone: "Europe/Berlin",
        variables: &variables,
    };
    render(template, &context)
}

fn sql(template: &str) -> String {
    rendered(template)
        .unwrap_or_else(|why| panic!("{template}: {why:?}"))
        .sql
}

/// The first line of why it fails.
fn why(template: &str) -> String {
    match rendered(template) {
        Ok(rendered) => panic!("{template} became {}", rendered.sql),
        Err(failure) => failure.summary,
    }
}

#[test]
fn every_spelling_is_replaced_and_unknown_names_stay() {
    assert_eq!(
        sql("$one, ${one}, [[one]], ${one:sqlstring}, [[one:sqlstring]]"),
        "'eu', 'eu', 'eu', 'eu', 'eu'"
    );
    let unknown = "$ones ${other} [[other:csv]] ${one.text} $1 ${__user.login} $$ a[1]";
    assert_eq!(sql(unknown), unknown);
}

#[test]
fn outside_quotes_a_value_becomes_a_text_and_a_list_several() {
    for (template, expected) in [
        ("a = $one", "a = 'eu'"),
        ("a in ($two)", "a in ('eu','us')"),
        ("a in (${all})", "a in ('eu','us')"),
        ("a in ($none)", "a in (NULL)"),
        ("a = $empty", "a = ''"),
        ("a = $odd::text", "a = 'it''s \\ \"1\"'::text"),
        ("a = $typed", "a = 'o''clock'"),
        ("a ~ $comment", "a ~ 'a -- b /* c'"),
    ] {
        assert_eq!(sql(template), expected, "{template}");
    }
}

#[test]
fn inside_quotes_a_value_is_escaped_for_them() {
    for (template, expected) in [
        ("'<$odd>'", "'<it''s \\ \"1\">'"),
        ("n'<$odd>'", "n'<it''s \\ \"1\">'"),
        ("E'<$odd>'", "E'<it''s \\\\ \"1\">'"),
        ("e'\\'<$odd>'", "e'\\'<it''s \\\\ \"1\">'"),
        ("E'a''<$odd>'", "E'a''<it''s \\\\ \"1\">'"),
        ("E'a'\n'<$odd>'", "E'a'\n'<it''s \\\\ \"1\">'"),
        ("E'a' -- c\n'<$odd>'", "E'a' \n'<it''s \\\\ \"1\">'"),
        ("E'a' '<$odd>'", "E'a' '<it''s \\ \"1\">'"),
        ("type'<$odd>'", "type'<it''s \\ \"1\">'"),
        ("\"<$odd>\"", "\"<it's \\ \"\"1\"\">\""),
        ("$$<$odd>$$", "$$<it's \\ \"1\">$$"),
        ("$q$<${money}>$q$", "$q$<a$$b>$q$"),
        ("'<$two>'", "'<eu,us>'"),
        ("'<$none>'", "'<>'"),
        ("'[[one]]''[[one]]'", "'eu''eu'"),
    ] {
        assert_eq!(sql(template), expected, "{template}");
    }
}

#[test]
fn formats_with_quotes_are_sql_wherever_they_stand() {
    for (template, expected) in [
        ("in (${two:sqlstring})", "in ('eu','us')"),
        ("in (${odd:singlequote})", "in ('it''s \\ \"1\"')"),
        ("'in (${odd:sqlstring})'", "'in (''it''''s \\ \"1\"'')'"),
        ("order by ${one:identifier}", "order by \"eu\""),
        ("${two:doublequote}", "\"eu\",\"us\""),
        ("x.${odd:identifier}.y", "x.\"it's \\ \"\"1\"\"\".y"),
        ("'${odd:identifier}'", "'\"it''s \\ \"\"1\"\"\"'"),
        ("'${two:json}'::jsonb", "'[\"eu\",\"us\"]'::jsonb"),
        ("${odd:json}::jsonb", "'\"it''s \\\\ \\\"1\\\"\"'::jsonb"),
        ("${none:json}", "'null'"),
        ("${typed:sqlstring}", "'o''clock'"),
    ] {
        assert_eq!(sql(template), expected, "{template}");
    }
}

#[test]
fn formats_without_quotes_write_what_is_listed() {
    for (template, expected) in [
        ("${two:csv}", "eu,us"),
        ("${two:raw}", "eu,us"),
        ("${two:pipe}", "eu|us"),
        ("${two:glob} ${one:glob}", "{eu,us} eu"),
        ("~ '${re:regex}'", "~ '(a\\.b|c\\*)'"),
        ("~ E'${re:regex}'", "~ E'(a\\\\.b|c\\\\*)'"),
        ("${one:regex}", "eu"),
        ("${two:join} ${two:join: + }", "eu,us eu + us"),
        ("'${named:text}' '${two:text}'", "'Europe' 'eu + us'"),
        ("'${all:text}'", "'All'"),
        ("'${odd:csv}'", "'it''s \\ \"1\"'"),
        ("table_${one:raw}_x", "table_eu_x"),
        ("region in ($any)", "region in (select region from regions)"),
        (
            "region in (${any:csv})",
            "region in (select region from regions)",
        ),
        ("'${any:text}'", "'All'"),
    ] {
        assert_eq!(sql(template), expected, "{template}");
    }
}

#[test]
fn what_stands_without_quotes_is_reported() {
    let rendered = rendered("select '${one:csv}', ${two:raw}, $one, $any;").unwrap();
    let found: Vec<&str> = rendered
        .unquoted
        .iter()
        .map(|range| &rendered.sql[range.clone()])
        .collect();
    assert_eq!(found, ["eu", "eu,us", "select region from regions"]);
    assert!(self::rendered("select $one").unwrap().unquoted.is_empty());
}

#[test]
fn what_was_typed_is_never_written_without_quotes() {
    for format in [
        "raw", "csv", "pipe", "glob", "regex", "text", "join", "join:;",
    ] {
        for template in [
            format!("${{typed:{format}}}"),
            format!("'${{typed:{format}}}'"),
        ] {
            let failure = rendered(&template).unwrap_err();
            let starts = format!("`${{typed:{format}}}` would put what somebody typed");
            assert!(failure.summary.starts_with(&starts), "{failure:?}");
            assert!(
                failure
                    .details
                    .iter()
                    .any(|line| line.contains("write `${typed}`"))
            );
        }
    }
}

#[test]
fn a_value_is_data_for_macros_too() {
    let data = "'$__interval $__timeFilter(x) $one ${one}'";
    assert_eq!(sql("$macro"), data);
    assert_eq!(sql("'$macro'"), data);
    assert_eq!(sql("${macro:raw}"), data.trim_matches('\''));
    assert_eq!(
        sql("$__timeGroup(ts, $bucket), $__timeGroup(ts, '${bucket}', NULL)"),
        "floor(extract(epoch from ts)/300)*300 AS \"time\", floor(extract(epoch from ts)/300)*300"
    );
    assert_eq!(
        sql("$__timeFilter(${one:identifier})"),
        "\"eu\" BETWEEN '2026-08-01T06:00:00Z' AND '2026-08-01T22:30:00.5Z'"
    );
    assert_eq!(
        sql("$__timeFilter(coalesce($comment, ts))"),
        "coalesce('a -- b /* c', ts) BETWEEN '2026-08-01T06:00:00Z' AND '2026-08-01T22:30:00.5Z'"
    );
    assert!(why("$__timeGroup(ts, $odd)").contains("is not an interval"));
    assert!(why("$__timeFilter($one)").contains("${name:identifier}"));
}

#[test]
fn a_value_cannot_end_a_dollar_quote() {
    for template in [
        "$$ $money $$",
        "$$ $dollar$$",
        "$$ ${dollar}$$",
        "$q$ $[[none]]q$ $q$ $q[[none]]$ $q$",
        "$eu$ $[[one]]$ $eu$",
    ] {
        let why = why(template);
        assert!(
            why.contains("would end the `$$` quote"),
            "{template}: {why}"
        );
    }
    assert_eq!(sql("$q$ ${dollar} $q$"), "$q$ $ $q$");
    assert_eq!(sql("$q$ $dollar$q$"), "$q$ $$q$", "as PostgreSQL reads it");
    assert_eq!(sql("$one||$$b$$||$two"), "'eu'||$$b$$||'eu','us'");
}

#[test]
fn where_a_value_cannot_stand_the_failure_says_what_to_write() {
    for (template, part) in [
        ("table_$one", "`$one` stands in the middle of a word"),
        ("E$one", "in the middle of a word"),
        ("U&$one", "in the middle of a word"),
        ("${one}_x", "in the middle of a word"),
        ("$one$two", "in the middle of a word"),
        ("$one.x", "`$one` is a text, and a name has to stand here"),
        ("x.$one", "a name has to stand here"),
        ("$one(1)", "a name has to stand here"),
        ("'a'$one", "right beside quotes"),
        ("${one}'a'", "right beside quotes"),
        ("E'a'\n$one", "right beside quotes"),
        ("E'a' --\n $one", "right beside quotes"),
        ("E'a' /* */ $one", "right beside quotes"),
        ("\"a\"${one:identifier}", "right beside quotes"),
        ("U&'$one'", "inside U& quotes"),
        ("U&\"$one\"", "inside U& quotes"),
        ("U&\"a\"\"$one\"", "inside U& quotes"),
        ("X'$one'", "inside B'…' and X'…' quotes"),
        ("E'\\$one'", "a backslash right before `$one`"),
        ("select ${empty:identifier}", "is empty, and no name is"),
        ("$nul", "`nul` has a NUL"),
        ("${nul:json}", "`nul` has a NUL"),
        ("'${odd:raw}'", "closes the quotes it stands in"),
        (
            "${odd:raw}",
            "opens a quote or comment that it does not close",
        ),
        (
            "${comment:raw}",
            "opens a quote or comment that it does not close",
        ),
        ("${one:nope}", "unknown format `nope`; there are `csv`"),
        (
            "$__timeFrom() ${__to:csv}",
            "unknown format `csv`; there are `date`",
        ),
    ] {
        let why = why(template);
        assert!(why.contains(part), "{template}: {why}");
        assert!(why.contains("(line "), "{template}: {why}");
    }
}

#[test]
fn a_failure_points_at_the_variable() {
    let failure = rendered("select 1,\n  ${one:nope}").unwrap_err();
    assert!(
        failure.summary.ends_with("(line 2, column 3)"),
        "{failure:?}"
    );
    assert_eq!(failure.details, ["2 |   ${one:nope}", "      ^"]);
}

#[test]
fn comments_are_no_place_for_values_and_hide_nothing() {
    assert_eq!(
        sql("select 1 -- $typed ${typed:raw} it's\n, $one"),
        "select 1 \n, 'eu'"
    );
    assert_eq!(sql("select /* $typed ' */ $one"), "select   'eu'");
    assert_eq!(sql("a -$one"), "a -'eu'");
}

#[test]
fn the_range_can_be_written_in_milliseconds_or_by_a_format() {
    for (template, expected) in [
        ("$__from ${__to}", "1785564000000 1785623400500"),
        ("'${__from:date}'", "'2026-08-01T06:00:00.000Z'"),
        ("'${__to:date:iso}'", "'2026-08-01T22:30:00.500Z'"),
        (
            "${__to:date:seconds} [[__from]]",
            "1785623400 1785564000000",
        ),
        ("'${__to:date:YYYY-MM-DD HH:mm}'", "'2026-08-02 00:30'"),
        ("'$__interval' ${__interval_ms}", "'1m' 60000"),
    ] {
        assert_eq!(sql(template), expected, "{template}");
    }
}

#[test]
fn a_position_inside_a_value_leads_to_its_variable() {
    let template = "select $two,\n  wrong, '${odd:csv}' from $__schema().x";
    let rendered = rendered(template).unwrap();
    let place = |needle: &str| {
        let byte = rendered.sql.find(needle).unwrap();
        let character = rendered.sql[..byte].chars().count() + 1;
        let place = rendered.source_position(character).unwrap();
        (place.line, place.column)
    };
    assert_eq!(place("'eu'"), (1, 8));
    assert_eq!(place("us"), (1, 8));
    assert_eq!(place("wrong"), (2, 3));
    assert_eq!(place("\"1\""), (2, 11));
    assert_eq!(place("kpi"), (2, 28));
}
