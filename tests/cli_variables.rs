//! `--var` as a script uses it, on a real PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Output};
use std::sync::LazyLock;

use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};

/// One server for all; its watchdog ends it with this program.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let server = Postgres::start(&PostgresOptions::default()).unwrap();
    let orders = "create table orders (region text, city text, amount int); \
        insert into orders values ('eu', 'Köln', 1), ('eu', 'O''Brien''s', 2), ('us', 'Reno', 4), \
        ('us', 'Waco', 8)";
    server.psql("postgres", orders).unwrap();
    server
});

const CONFIG: &str = r#"
[[dashboard]]
name = "Orders"
areas = "sum cities"

[[dashboard.variable]]
name = "city"
kind = "query"
sql = "select city from orders where region in ($region) order by amount"
multi = true
include_all = true
default = "all"

[[dashboard.variable]]
name = "region"
kind = "query"
sql = "select distinct region from orders order by region"

[[dashboard.variable]]
name = "search"
kind = "text"

[dashboard.panel.sum]
kind = "table"
title = "Orders of $region: $city"
sql = "select sum(amount) from orders where city in ($city) and city ilike '%$search%'"

[dashboard.panel.cities]
kind = "table"
sql = "select ${search:raw}"
"#;

fn kpi(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
    Command::new(env!("CARGO_BIN_EXE_kpi"))
        .args(arguments)
        .env_clear()
        .env("HOME", folder.path())
        .env("DATABASE_URL", SERVER.url("postgres"))
        .env("KPI_SCHEMA", "public")
        .current_dir(folder.path())
        .output()
        .unwrap()
}

/// Exit code, output and errors of a snapshot of the sum.
fn sum(variables: &[&str]) -> (Option<i32>, String, String) {
    let mut arguments = vec!["snapshot", "--panel", "sum", "--format", "csv"];
    for variable in variables {
        arguments.extend(["--var", variable]);
    }
    let said = kpi(&arguments);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let lines = text(said.stdout);
    let last = lines.lines().last().unwrap_or_default().to_owned();
    (said.status.code(), last, text(said.stderr))
}

#[test]
fn chosen_values_reach_the_query_and_those_that_depend_on_them() {
    let cases = [
        (&[][..], "3", "the first region and all its cities"),
        (&["region=us"], "12", "another region has other cities"),
        (&["region=us", "city=Reno"], "4", "one city"),
        (&["city=Köln", "city=O'Brien's"], "3", "two cities"),
        (&["city=O'Brien's"], "2", "a quote is a quote"),
        (&["region=us", "city=$__all"], "12", "all of them"),
        (&["search=k"], "1", "what is typed"),
        (&["search=' or true --"], "", "is only a text"),
    ];
    for (variables, expected, claim) in cases {
        let (code, sum, err) = sum(variables);
        assert_eq!((code, sum.as_str()), (Some(0), expected), "{claim}: {err}");
    }
}

#[test]
fn the_title_tells_what_was_chosen() {
    let said = kpi(&[
        "snapshot",
        "--size",
        "100x10",
        "--var",
        "region=us",
        "--panel",
        "sum",
    ]);
    let screen = String::from_utf8(said.stdout).unwrap();
    assert!(screen.contains("Orders of us: All"), "{screen}");
}

#[test]
fn a_value_that_its_query_does_not_list_is_told_and_fails() {
    let (code, sum, err) = sum(&["region=mars"]);
    assert_eq!((code, sum.as_str()), (Some(1), ""), "{err}");
    assert!(
        err.contains("region: `mars` is not one of its values"),
        "{err}"
    );
    let said = kpi(&["snapshot", "--format", "json", "--var", "region=mars"]);
    let json: serde_json::Value = serde_json::from_slice(&said.stdout).unwrap();
    let [sum, other] = json["panels"].as_array().unwrap().as_slice() else {
        panic!("{json}")
    };
    assert_eq!(
        (&sum["health"], &sum["rows"]),
        (&"failed".into(), &serde_json::json!([]))
    );
    let why = sum["why"]["summary"].as_str().unwrap();
    assert!(why.contains("`mars` is not one of its values"), "{why}");
    assert!(
        !other["why"].to_string().contains("mars"),
        "it does not use it: {other}"
    );
}

#[test]
fn a_name_nobody_knows_is_wrong_usage() {
    let (code, _, err) = sum(&["regoin=us"]);
    assert_eq!(code, Some(2));
    assert!(
        err.contains("no variable `regoin`; there is: city, region, search"),
        "{err}"
    );
    let (code, _, err) = sum(&["region"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("NAME=VALUE"), "{err}");
}

#[test]
fn what_is_typed_never_goes_without_quotes_and_check_says_so_without_a_server() {
    let said = kpi(&["check", "--offline"]);
    let out = String::from_utf8(said.stdout).unwrap() + &String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(1), "{out}");
    assert!(
        out.contains("`${search:raw}` would put what somebody typed"),
        "{out}"
    );
}

/// The cells of a snapshot that say how a number changed.
#[test]
fn a_comparison_is_chosen_by_a_flag_and_an_unknown_one_is_told() {
    let config =
        "[[dashboard]]\nname = \"A\"\n[dashboard.panel.a]\nkind = \"text\"\ntext = \"words\"\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    let run = |compare: &str| {
        Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(["snapshot", "--compare", compare])
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let drawn = run("yesterday");
    let said = String::from_utf8_lossy(&drawn.stdout).into_owned();
    assert!(
        said.lines().next().unwrap().contains("vs yesterday"),
        "{said}"
    );
    let refused = run("tomorrow");
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("previous, yesterday, last-week"), "{said}");
}

#[test]
fn a_misspelt_variable_is_named_with_and_without_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let config = CONFIG
        .replace("select ${search:raw}", "select $serch as v")
        .replace("'%$search%'", "'%$searh%'");
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    for words in [&["check", "--offline"][..], &["check"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(words)
            .env_clear()
            .env("HOME", folder.path())
            .env("DATABASE_URL", SERVER.url("postgres"))
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(1), "{words:?}: {text}");
        for part in [
            "failed  Orders / cities: there is no variable `serch`; there is: city, region, search; did you mean `search`?",
            "warning Orders / sum: there is no variable `searh`",
            " | sql = \"select $serch as v\"",
            "             ^^^^^^",
        ] {
            assert!(text.contains(part), "{words:?}: {part}: {text}");
        }
    }
}
