//! `kpi check` on a live schema: every query planned, nothing run, each finding with its place in the file.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kpi_dashboard::config::EXAMPLE;
use kpi_dashboard::demo::servers::{Pgbouncer, PgbouncerOptions, Postgres, PostgresOptions};
use serde_json::Value;
use tempfile::TempDir;

/// A server with a shop in it, and a folder with the configuration.
struct Shop {
    postgres: Postgres,
    folder: TempDir,
    environment: Vec<(String, String)>,
}

struct Said {
    code: i32,
    out: String,
    err: String,
}

const TABLES: &str = "
create schema SCHEMA;
create table SCHEMA.orders (id int, ts timestamptz, region text, total numeric);
create table SCHEMA.shops (region text, latitude float8, longitude float8);
insert into SCHEMA.shops values ('eu', 1, 2), ('us', 3, 4);";

const CONFIG: &str = r#"
[database]
schema = "shop"

[[dashboard]]
name = "Shop"
range = "1h"

[[dashboard.variable]]
name = "region"
kind = "query"
multi = true
include_all = true
sql = "select distinct region from shops"

[[dashboard.annotation]]
name = "big"
sql = "select ts as time, 'big order' as text from orders where total > 1000 and $__timeFilter(ts)"

[dashboard.panel.traffic]
kind = "timeseries"
sql = """
select $__timeGroup(ts, $__interval) as time, count(*) as orders
from orders
where region in ($region) and $__timeFilter(ts)
group by 1 order by 1
"""

[dashboard.panel.latest]
kind = "table"
sql = "select id, region, total from $__schema().orders order by ts desc limit 10;  -- newest first"
"#;

impl Shop {
    fn with(config: &str) -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
        for schema in ["shop", "ci"] {
            let tables = TABLES.replace("SCHEMA", schema);
            postgres.psql("postgres", &tables).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), config).unwrap();
        let mut shop = Self {
            environment: Vec::new(),
            postgres,
            folder,
        };
        shop.set("DATABASE_URL", &shop.postgres.url("postgres"));
        shop
    }

    fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn write(&self, config: &str) {
        fs::write(self.path().join("config.toml"), config).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn sql(&self, text: &str) -> String {
        let said = self.postgres.psql("postgres", text).unwrap();
        said.trim().to_owned()
    }

    fn check(&self, words: &[&str]) -> Said {
        let words: Vec<&str> = ["check"].iter().chain(words).copied().collect();
        self.kpi(&words)
    }

    fn kpi(&self, words: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
            .args(words)
            .env_clear()
            .env("HOME", self.path())
            .env("LANG", "C.UTF-8")
            .envs(self.environment.iter().cloned())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The JSON report of a check that ends like this.
    fn report(&self, words: &[&str], code: i32) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--format", "json"]).collect();
        let said = self.check(&words);
        assert_eq!(said.code, code, "{}{}", said.out, said.err);
        serde_json::from_str(&said.out).unwrap()
    }
}

impl Said {
    fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.out.contains(word), "`{word}` is not in:\n{}", self.out);
        }
    }
}

/// `rule panel`, sorted.
fn rules(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let mut rules: Vec<String> = findings
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            format!("{} {}", text("rule"), text("panel"))
        })
        .collect();
    rules.sort();
    rules
}

/// A dashboard of these tables with this SQL.
fn panels(queries: &[&str]) -> String {
    let mut config = "[database]\nschema = \"shop\"\n[[dashboard]]\nname = \"A\"\n".to_owned();
    for (index, sql) in queries.iter().enumerate() {
        config.push_str(&format!(
            "[dashboard.panel.p{index}]\nkind = \"table\"\nsql = '''{sql}'''\n"
        ));
    }
    config
}

#[test]
fn a_sound_configuration_is_planned_and_not_run() {
    let shop = Shop::with(CONFIG);
    let said = shop.check(&[]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    said.says(&[
        "ok      Shop / $region: 1 column, cost ",
        "ok      Shop / traffic: 2 columns, cost ",
        "ok      Shop / latest: 3 columns, cost ",
        "ok      Shop / annotation big: 2 columns, cost ",
    ]);
    let report = shop.report(&[], 0);
    assert_eq!(report["findings"], Value::Array(Vec::new()));
    let columns = report["panels"][1]["columns"].clone();
    assert_eq!(columns[0]["name"], "time");
    assert_eq!(columns[1]["type"], "int8");
    assert_eq!(report["panels"][1]["rows"], Value::Null);
    assert_eq!(report["panels"][0]["what"], "variable");
}

#[test]
fn what_is_wrong_stands_with_its_line_of_the_file() {
    let config = CONFIG
        .replace("from orders\nwhere region", "from orders\nwhere regoin")
        .replace("select id, region, total", "select id, regions, total")
        .replace("'big order' as text", "total");
    let shop = Shop::with(&config);
    let said = shop.check(&[]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    let line = |part: &str| config.lines().position(|line| line.contains(part)).unwrap() + 1;
    let (traffic, latest, events) = (
        line("regoin"),
        line("regions"),
        line("sql = \"select ts as"),
    );
    said.says(&[
        "failed  Shop / traffic: column \"regoin\" does not exist\n",
        &format!("--> config.toml:{traffic}:7\n"),
        &format!("{traffic} | where regoin in ($region) and $__timeFilter(ts)\n"),
        "|       ^^^^^^\n",
        &format!("--> config.toml:{latest}:19\n"),
        "hint: Perhaps you meant to reference the column \"orders.region\".",
        "failed  Shop / annotation big: an annotation needs a time and a text\n",
        &format!("--> config.toml:{events}:8\n"),
        "found: time (timestamptz), total (numeric)",
        "3 errors\n",
    ]);
    // No place is told twice, in two ways of counting.
    assert!(!said.out.contains("line 3"), "{}", said.out);
    let report = shop.report(&[], 1);
    assert_eq!(
        rules(&report),
        ["columns annotation big", "sql latest", "sql traffic"]
    );
    let finding = &report["findings"][0];
    assert_eq!(finding["file"], "config.toml");
    assert_eq!(
        (finding["line"].as_u64(), finding["column"].as_u64()),
        (Some(traffic as u64), Some(7))
    );
}

#[test]
fn columns_that_do_not_fit_are_found_without_a_row() {
    let mut config = "[database]\nschema = \"shop\"\n[[dashboard]]\nname = \"A\"\n".to_owned();
    for (kind, sql) in [
        ("timeseries", "select total from orders"),
        ("bars", "select region from orders"),
        ("gauge", "select region, ts::text from orders"),
        ("log", "select total from orders"),
        ("heatmap", "select ts as time, region from orders"),
        ("histogram", "select region from orders"),
        ("statetimeline", "select region, 'up' as state from orders"),
        ("canvas-map", "select region, latitude from shops"),
        ("candlestick", "select ts as time, region from orders"),
        ("stat", "select to_jsonb(o) from orders o"),
    ] {
        config.push_str(&format!(
            "[dashboard.panel.{kind}]\nkind = \"{kind}\"\nsql = \"{sql}\"\n"
        ));
    }
    config.push_str("[dashboard.panel.nothing]\nkind = \"table\"\nsql = \"select from orders\"\n");
    let shop = Shop::with(&config);
    let report = shop.report(&[], 1);
    let kinds = [
        "bars",
        "candlestick",
        "canvas-map",
        "gauge",
        "heatmap",
        "histogram",
        "log",
        "nothing",
        "stat",
        "statetimeline",
        "timeseries",
    ];
    assert_eq!(rules(&report), kinds.map(|kind| format!("columns {kind}")));
    let whole = report.to_string();
    assert!(
        whole.contains("a timeseries panel needs a time column and at least one number column; the query gives total (numeric)"),
        "{whole}"
    );
}

#[test]
fn columns_that_links_and_units_name_are_looked_for() {
    let config = r#"
[database]
schema = "shop"
[[dashboard]]
name = "A"
[[dashboard.variable]]
name = "region"
kind = "text"
[dashboard.panel.shops]
kind = "table"
sql = "select region, latitude from shops where region <> $region"
link = { dashboard = "A", vars = { region = "${row.regoin}" } }
units = { latitude = "degree", longitude = "degree" }
"#;
    let shop = Shop::with(config);
    let said = shop.check(&[]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    said.says(&[
        "warning A / shops: the query gives no column `regoin`, and its link sets `region` from it\n",
        "warning A / shops: the query gives no column `longitude`, and `units.longitude` is about it\n",
        "it gives region, latitude\n",
        "2 warnings\n",
    ]);
    assert_eq!(shop.check(&["--allow-warnings"]).code, 0);
}

/// What continuous integration does with a schema of its own, before production follows.
fn a_change_is_red_in_the_test_schema_first(shop: &mut Shop) {
    shop.set("TEST_SCHEMA", "ci");
    shop.set("KPI_ENV", "test");
    assert_eq!(shop.check(&["--schema", "test"]).code, 0);
    shop.sql("alter table ci.orders rename column region to country");
    let report = shop.report(&["--schema", "test"], 1);
    assert_eq!(report["schema"], "ci");
    assert_eq!(rules(&report), ["sql latest", "sql traffic"]);
    let message = report["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("column \"region\" does not exist"),
        "{message}"
    );
    // Production still has the column.
    assert_eq!(shop.check(&[]).code, 0);
    assert_eq!(shop.check(&["--schema", "shop"]).code, 0);

    shop.sql("alter table ci.orders rename column country to region");
    assert_eq!(shop.check(&["--schema", "ci"]).code, 0);
}

#[test]
fn a_renamed_column_is_red_in_the_test_schema_before_production() {
    let mut shop = Shop::with(CONFIG);
    a_change_is_red_in_the_test_schema_first(&mut shop);
}

#[test]
fn so_it_is_through_a_transaction_pooler() {
    let mut shop = Shop::with(CONFIG);
    let options = PgbouncerOptions {
        pool_size: 2,
        ..PgbouncerOptions::default()
    };
    let pooler = Pgbouncer::start(&shop.postgres, &options).unwrap();
    let url = pooler.url("postgres");
    shop.set("DATABASE_URL", &url);
    a_change_is_red_in_the_test_schema_first(&mut shop);
}

#[test]
fn a_table_that_only_production_has_is_no_table_of_the_test_schema() {
    // Production lives in a schema that is always searched.
    let shop = Shop::with(&CONFIG.replace("schema = \"shop\"", "schema = \"public\""));
    let tables = TABLES.replace("create schema SCHEMA;", "");
    shop.sql(&tables.replace("SCHEMA", "public"));
    assert_eq!(shop.check(&["--schema", "ci"]).code, 0);
    shop.sql("drop table ci.shops");
    let report = shop.report(&["--schema", "ci"], 1);
    assert_eq!(rules(&report), ["other-schema $region"]);
    assert_eq!(
        report["findings"][0]["message"],
        "this reads public.shops, not the schema that is checked"
    );
    let none = shop.check(&["--schema", "staging"]);
    assert_eq!(none.code, 1);
    none.says(&[
        "failed  there is no schema `staging` that this role may use: 2 panels were not asked",
    ]);
}

#[test]
fn what_is_expensive_is_named_with_its_tables() {
    let shop = Shop::with(&panels(&[
        "select count(*) from orders",
        "select * from orders limit 10",
        "select a.id from orders a, orders b where a.total < b.total",
        "select region from shops",
    ]));
    shop.sql(
        "insert into shop.orders select n, now() - n * interval '1 minute', 'eu', n
         from generate_series(1, 20000) n; analyze shop.orders",
    );
    assert_eq!(shop.check(&["--max-cost", "1000000000"]).code, 0);
    let config = fs::read_to_string(shop.path().join("config.toml")).unwrap();
    shop.write(&format!("{config}\n[check]\nmax_scan = 19999\n"));
    let report = shop.report(&[], 1);
    assert_eq!(
        rules(&report),
        ["cost p2", "sequential-scan p0", "sequential-scan p2"]
    );
    let said = shop.check(&[]);
    said.says(&[
        "warning A / p0: this reads from beginning to end: shop.orders (about 20,000 rows, ",
        "select count(*) from orders",
        "more than 100,000 is too much",
        "3 warnings\n",
    ]);
    // The flag goes before the file.
    let words = ["--max-scan", "20000", "--max-cost", "1000000000"];
    assert_eq!(shop.check(&words).code, 0);
    assert_eq!(shop.check(&["--allow-warnings"]).code, 0);
    assert_eq!(shop.check(&["--max-cost", "0"]).code, 2);
}

#[test]
fn no_statement_can_do_harm() {
    let shop = Shop::with(&panels(&[
        "insert into shops values ('xx')",
        "with gone as (delete from shops returning *) select * from gone",
        "select * from shops for update",
        "select nextval('numbers')",
        "drop table shops",
        "select 1; drop table shops",
        "select 1) as a, (select nextval('numbers')",
        "do $$ begin delete from shops; end $$",
        "create table stolen as select * from shops",
        "select * into stolen from shops",
        "explain analyze insert into shops values ('xx')",
        "set statement_timeout = 0",
        "commit",
        "select pg_sleep(3600)",
        "select 1 as one; -- fine; /* really",
        "select 1 as one -- ) limit",
        "show server_version",
        "/* ) */ values (1), (2);;",
        "(table shops)",
    ]));
    shop.sql("create sequence shop.numbers");
    let began = Instant::now();
    let report = shop.report(&[], 1);
    assert!(began.elapsed() < Duration::from_secs(600));
    let wrong = rules(&report);
    assert_eq!(wrong.len(), 12, "{report:#}");
    assert_eq!(wrong[..3], ["read-only p0", "read-only p1", "read-only p2"]);
    for fine in ["p3", "p13", "p14", "p15", "p16", "p17", "p18"] {
        let panels = report["panels"].as_array().unwrap();
        let panel = panels.iter().find(|one| one["panel"] == fine).unwrap();
        assert_eq!(panel["ok"], true, "{panel}");
        assert_ne!(panel["columns"], Value::Array(Vec::new()), "{panel}");
    }
    assert_eq!(shop.sql("select count(*) from shop.shops"), "2");
    assert_eq!(shop.sql("select is_called from shop.numbers"), "f");
    assert_eq!(shop.sql("select to_regclass('shop.stolen') is null"), "t");
}

#[test]
fn asking_finds_what_a_plan_cannot() {
    let shop = Shop::with(&panels(&[
        "select 1 / (latitude - 1)::int as inverse from shops",
        "select region from shops",
    ]));
    assert_eq!(shop.check(&[]).code, 0);
    let said = shop.check(&["--run"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    said.says(&[
        "failed  A / p0: division by zero\n",
        "--> config.toml:7:",
        "ok      A / p1: 2 rows, 1 column, cost ",
    ]);
}

#[test]
fn a_variable_without_a_value_is_one_mistake_not_two() {
    let shop = Shop::with(&CONFIG.replace("select distinct region", "select distinct regon"));
    let said = shop.check(&[]);
    assert_eq!(said.code, 1);
    said.says(&[
        "failed  Shop / $region: column \"regon\" does not exist\n",
        "skipped Shop / traffic: not checked: the variable `region` has no value\n",
        "ok      Shop / latest: ",
        "1 error\n",
    ]);
    // A schema without rows has no values, and its queries can be planned all the same.
    let shop = Shop::with(CONFIG);
    shop.sql("truncate shop.shops");
    assert_eq!(shop.check(&[]).code, 0);
}

#[test]
fn sarif_has_a_rule_a_place_and_a_lasting_fingerprint_for_each_finding() {
    let config = CONFIG.replace("where region in", "where regoin in");
    let shop = Shop::with(&config);
    fs::create_dir(shop.path().join("more boards")).unwrap();
    let further =
        "name = \"Two\"\n[panel.a]\nkind = \"bars\"\nsql = \"select region from shops\"\n";
    fs::write(shop.path().join("more boards/two.toml"), further).unwrap();
    let whole = format!("dashboards = \"more boards/*.toml\"\n{config}");
    shop.write(&whole);
    let sarif = |code| -> Value {
        let said = shop.check(&["--format", "sarif"]);
        assert_eq!(said.code, code, "{}{}", said.out, said.err);
        serde_json::from_str(&said.out).unwrap()
    };
    let report = sarif(1);
    assert_eq!(report["version"], "2.1.0");
    let run = &report["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{report:#}");
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(result["level"], "error");
    }
    let place = |result: &Value| result["locations"][0]["physicalLocation"].clone();
    let first = place(&results[0]);
    assert_eq!(first["artifactLocation"]["uri"], "config.toml");
    let line = whole
        .lines()
        .position(|line| line.contains("regoin"))
        .unwrap()
        + 1;
    assert_eq!(first["region"]["startLine"], line);
    assert_eq!(first["region"]["startColumn"], 7);
    assert_eq!(
        place(&results[1])["artifactLocation"]["uri"],
        "more%20boards/two.toml"
    );
    let fingerprint = results[0]["partialFingerprints"].clone();
    shop.write(&format!("# A line more.\n{whole}"));
    let moved = sarif(1);
    let moved = &moved["runs"][0]["results"][0];
    assert_eq!(moved["partialFingerprints"], fingerprint);
    assert_eq!(place(moved)["region"]["startLine"], line + 1);

    // A file that cannot be read is a finding, too; the exit code says that it is the configuration.
    shop.write("[[dashboard]]\nname = 3\n");
    let wrong = sarif(2);
    let wrong = wrong["runs"][0]["results"].as_array().unwrap();
    assert!(wrong.iter().all(|one| one["ruleId"] == "config"));
    let lines: Vec<Value> = wrong
        .iter()
        .map(|one| place(one)["region"]["startLine"].clone())
        .collect();
    assert!(lines.contains(&Value::from(2)), "{lines:?}");
}

#[test]
fn five_hundred_panels_share_the_pool_and_a_dead_server_costs_one_deadline() {
    let queries: Vec<String> = (0..500)
        .map(|n| format!("select {n} as n, region, count(*) from orders group by 2"))
        .collect();
    let queries: Vec<&str> = queries.iter().map(String::as_str).collect();
    let mut shop = Shop::with(&panels(&queries));
    let began = Instant::now();
    let report = shop.report(&[], 0);
    let took = began.elapsed();
    assert_eq!(report["panels"].as_array().unwrap().len(), 500);
    assert!(took < Duration::from_secs(180), "{took:?}");

    shop.set("DATABASE_URL", "postgresql://127.0.0.1:9/nothing");
    let began = Instant::now();
    let said = shop.check(&[]);
    assert_eq!(said.code, 1);
    said.says(&["the database cannot be asked: 500 panels were not asked"]);
    assert!(began.elapsed() < Duration::from_secs(180));
}

#[test]
fn the_example_is_sound_in_production_and_in_the_test_schema() {
    let mut shop = Shop::with(EXAMPLE);
    shop.set("DIRECT_URL", &shop.postgres.url("postgres"));
    let before = shop.check(&["--schema", "test"]);
    assert_eq!(before.code, 1);
    before.says(&[
        "failed  there is no schema `test`",
        "`kpi migrate --schema test` makes one",
    ]);
    for words in [&["migrate"][..], &["migrate", "--schema", "test"]] {
        assert_eq!(shop.kpi(words).code, 0, "{words:?}");
    }
    for words in [&[][..], &["--run"], &["--schema", "test"]] {
        let said = shop.check(words);
        assert_eq!(said.code, 0, "{words:?}: {}{}", said.out, said.err);
    }
    shop.sql("alter table test.samples rename column value to amount");
    let said = shop.check(&["--schema", "test"]);
    assert_eq!(said.code, 1);
    said.says(&["failed  Operations / orders: column \"value\" does not exist\n"]);
    assert_eq!(shop.check(&[]).code, 0);
}

#[test]
fn a_dashboard_of_words_needs_no_database() {
    let words = "[[dashboard]]\nname = \"A\"\npanel.a = { kind = \"text\", text = \"open\" }\n";
    let mut shop = Shop::with(words);
    shop.environment.clear();
    let said = shop.check(&[]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

#[test]
fn offline_all_that_can_be_wrong_without_a_server_is_told_with_its_place() {
    let config = CONFIG
        .replace("from shops\"", "from shops where $__timeFilter()\"")
        .replace("total > 1000", "total > $lots");
    let mut shop = Shop::with(&config);
    shop.set("DATABASE_URL", "postgresql://127.0.0.1:9/nothing");
    let report = shop.report(&["--offline"], 1);
    assert_eq!(rules(&report), ["sql $region", "sql annotation big"]);
    let said = shop.check(&["--offline"]);
    said.says(&[
        "failed  Shop / $region: `$__timeFilter` got no argument; write `$__timeFilter(column)`\n",
        "failed  Shop / annotation big: there is no variable `lots`; there is: region\n",
        "^^^^^\n",
        "2 errors\n",
    ]);
    assert_eq!(shop.check(&["--offline", "--run"]).code, 2);
}

#[test]
fn a_statement_that_is_planned_for_too_long_is_stopped_and_the_others_are_not() {
    // The planner works out what an immutable function gives.
    let config = panels(&["select slow() as n", "select region from shops"]).replace(
        "schema = \"shop\"",
        "schema = \"shop\"\nstatement_timeout = \"300ms\"",
    );
    let shop = Shop::with(&config);
    shop.sql(
        "create function shop.slow() returns int immutable language plpgsql as
         'begin perform pg_sleep(60); return 1; end'",
    );
    let said = shop.check(&[]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    said.says(&[
        "failed  A / p0: stopped by the server after 300ms\n",
        "ok      A / p1: 1 column",
    ]);
}

#[test]
fn problems_are_told_in_the_order_of_the_lines_whatever_found_them() {
    let folder = tempfile::tempdir().unwrap();
    // Keys are looked at before the links between dashboards.
    let config = "[[dashboard]]\nname = \"A\"\n[dashboard.panel.p]\nkind = \"table\"\nsql = \"select 1 as a\"\n\
                  link = \"B\"\n\n[keys]\nqiut = \"x\"\n";
    fs::write(folder.path().join("config.toml"), config).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
        .args(["check", "--offline"])
        .env_clear()
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<usize> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--> config.toml:"))
        .map(|place| place.split(':').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(lines, [6, 9], "{text}");
}
