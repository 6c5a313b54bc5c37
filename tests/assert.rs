//! `kpi assert` as a script meets it: exit codes, words, JSON, Nagios; on a real PostgreSQL and Redis.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

use std::io::{BufRead, BufReader};
use std::process::{Child, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use stack::Stack;
use terminal::PATIENCE;

const CONFIG: &str = r#"
[database]
url = "${DATABASE_URL}"
timeout = "5s"
[redis]
url = "${REDIS_URL:-}"

[[dashboard]]
name = "Shop"
range = "1h"
refresh = "500ms"
notes = true
areas = """
orders  hits    regions  latest
bars    broken  nothing  old
slow    chosen  rate     words
errors  delay   size     delays
"""
variable = [
  { name = "region", kind = "query", sql = "select distinct region from shop order by 1" },
  { name = "unused", kind = "query", sql = "select name from untouched" },
]
[dashboard.panel.orders]
kind = "stat"
unit = "percentunit"
sql = "select ts as time, amount as orders from shop where region = 'eu' and $__timeFilter(ts) order by 1"
thresholds = [{ at = 0, color = "green" }, { at = 0.5, color = "yellow" }, { at = 50, color = "red" }]
[dashboard.panel.hits]
kind = "timeseries"
sql = "select ts as time, total as hits from counter where $__timeFilter(ts) order by 1"
[dashboard.panel.regions]
kind = "timeseries"
sql = "select ts as time, region, amount from shop where $__timeFilter(ts) order by 1"
thresholds = [{ at = 0, color = "green" }, { at = 50, color = "red" }]
[dashboard.panel.latest]
kind = "table"
sql = "select ts, region, amount from shop order by ts desc"
[dashboard.panel.bars]
kind = "bars"
sql = "select region, sum(amount) as amount from shop group by 1 order by 2 desc"
[dashboard.panel.broken]
kind = "stat"
sql = "select amuont from shop"
[dashboard.panel.nothing]
kind = "stat"
sql = "select ts as time, amount from shop where false"
[dashboard.panel.old]
kind = "timeseries"
sql = "select now() - interval '40 minutes' as time, 7 as value"
[dashboard.panel.slow]
kind = "stat"
sql = "select count(*) as n from untouched"
[dashboard.panel.chosen]
kind = "stat"
sql = "select sum(amount) as amount from shop where region = $region"
[dashboard.panel.rate]
kind = "stat"
sql = "select value from switch"
[dashboard.panel.errors]
kind = "timeseries"
unit = "percent"
sql = "select ts as time, 0.4 as errors from shop where $__timeFilter(ts) order by 1"
[dashboard.panel.delay]
kind = "stat"
unit = "ms"
sql = "select 900 as delay"
[dashboard.panel.size]
kind = "stat"
unit = "mbytes"
sql = "select 3 as size"
[dashboard.panel.delays]
kind = "table"
units = { web = "s", jobs = "m" }
sql = "select 0.5 as web, 90 as jobs"
[dashboard.panel.words]
kind = "text"
text = "nothing but words"
"#;

/// Amounts 1 to 60 in `eu`, the newest now, one each 10 s; ten times that in `us`; a counter that grows by 30 each 10 s.
const DATA: &str = r"
create table shop as
  select now() - n * interval '10 seconds' as ts, region, (60 - n) * factor as amount
  from generate_series(0, 59) n, (values ('eu', 1), ('us', 10)) r (region, factor);
create table counter as
  select now() - n * interval '10 seconds' as ts, 10000 - n * 30 as total from generate_series(0, 59) n;
create table untouched as select 'x' as name;
create table switch as select 1 as value;
";

const WIDTHS: &str = r#"
[database]
url = "${DATABASE_URL}"
[[dashboard]]
name = "Widths"
range = "6h"
areas = "narrow wide wide wide"
variable = [{ name = "unused", kind = "query", sql = "select 'x'" }]
[dashboard.panel.narrow]
kind = "stat"
sql = "select $__interval_ms as ms"
[dashboard.panel.wide]
kind = "stat"
sql = "select $__interval_ms as ms"
"#;

#[test]
fn a_panel_is_asked_as_the_usual_frame_asks_it() {
    let stack = Stack::filled(WIDTHS, "");
    let drawn = stack.run("snapshot", &["--format", "json"]);
    let drawn: Value = serde_json::from_slice(&drawn.stdout).unwrap();
    let shown = |panel: usize| drawn["panels"][panel]["rows"][0][0].as_i64().unwrap();
    let (narrow, wide) = (shown(0), shown(1));
    assert!(narrow > wide, "{narrow}, {wide}");
    let same = format!("narrow == {narrow} and wide == {wide}");
    expect(&stack, &[&same], 0, "true");
    let line = stack.run("status", &["--format", "json"]);
    let line: Value = serde_json::from_slice(&line.stdout).unwrap();
    let numbers = line["panels"].as_array().unwrap().iter();
    let numbers: Vec<_> = numbers
        .map(|panel| panel["series"][0]["value"].as_f64())
        .collect();
    assert_eq!(numbers, [Some(narrow as f64), Some(wide as f64)], "{line}");
}

#[test]
fn a_value_that_is_not_there_is_refused_also_where_no_panel_uses_it() {
    let stack = Stack::filled(WIDTHS, "");
    for (command, what) in [("assert", "wide > 0"), ("status", "--panel=wide")] {
        let done = stack.run(command, &[what, "--var", "unused=mars"]);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{command}: {said}");
        assert!(
            said.contains("unused: `mars` is not one of its values"),
            "{said}"
        );
        assert!(done.stdout.is_empty(), "{command}");
    }
}

#[test]
fn no_number_is_neither_more_nor_less() {
    let config = WIDTHS.replacen("$__interval_ms", "'Infinity'::float8", 1);
    let config = config.replacen("$__interval_ms", "'NaN'::float8", 1);
    let stack = Stack::filled(&config, "");
    expect(&stack, &["narrow > 1"], 2, "Infinity is no number");
    expect(&stack, &["wide > 1 or wide <= 1"], 2, "no data");
}

fn shop() -> Stack {
    Stack::filled(CONFIG, DATA)
}

fn assert_in(stack: &Stack, arguments: &[&str]) -> Output {
    stack.run("assert", arguments)
}

fn begun(stack: &Stack, arguments: &[&str]) -> Child {
    let arguments: Vec<&str> = ["assert"].iter().chain(arguments).copied().collect();
    stack
        .command(&arguments)
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

#[track_caller]
fn expect(stack: &Stack, arguments: &[&str], wanted: i32, words: &str) {
    let done = assert_in(stack, arguments);
    assert_eq!(code(&done), wanted, "{arguments:?}: {}", err(&done));
    assert!(err(&done).contains(words), "{arguments:?}: {}", err(&done));
    assert_eq!(out(&done), "", "words are for standard error");
}

#[test]
fn true_false_and_cannot_tell_are_exit_codes() {
    let stack = shop();
    for (expression, wanted, words) in [
        (
            "orders.last == 60",
            0,
            "true: orders.last == 60 (orders.last = 60 (6000%))",
        ),
        (
            "orders > 10 and hits.last < 5",
            1,
            "false: hits.last < 5 (hits.last = 10000 (10 K))",
        ),
        ("nothing > 0", 2, "cannot tell: nothing: no data"),
        (
            "nothing.count == 0",
            2,
            "cannot tell: nothing.count: no data",
        ),
        ("nothing.rows == 0", 0, "true"),
        ("broken > 0 or orders > 0", 0, "true"),
        ("broken > 0", 2, "amuont"),
        ("broken is failed and orders is live", 0, "true"),
        (
            "regions.last > 5",
            2,
            "it has 2 series: name one, as in [\"eu\"]",
        ),
        (
            "regions[\"eu\"].last == 60 and regions.us.last == 600",
            0,
            "true",
        ),
        (
            "regions[\"asia\"].last > 5",
            2,
            "there is no series `asia`; there is: eu, us",
        ),
        (
            "any regions.last > 100 and not all regions.last > 100",
            0,
            "true",
        ),
        ("all regions.last > 100", 1, "regions.last of eu = 60"),
        ("orders is red and orders is bad", 0, "true"),
        ("regions.eu.min is green", 0, "true"),
        ("old.mean5m > 0", 2, "no data in the last 5m"),
        ("orders.mean2h > 0", 2, "--range asks for more"),
        ("bars.us == 5", 2, ""),
        (
            "bars[\"us\"] == 18300 and bars[\"eu\"].last == 1830",
            0,
            "true",
        ),
        ("bars[\"us\"].mean5m > 0", 2, "its rows carry no time"),
        (
            "latest.amount.last == 60 or latest[\"amount\"].max == 600",
            0,
            "true",
        ),
        ("latest.rows == 120", 0, "true"),
        ("old.age between 39m and 41m", 0, "true"),
        ("orders.age < 5m", 0, "true"),
        ("1 + 1 == 2", 0, "true: 1 + 1 == 2"),
        ("chosen.last == 1830", 0, "true"),
    ] {
        expect(&stack, &[expression], wanted, words);
    }
    expect(
        &stack,
        &["chosen.last == 18300", "--var", "region=us"],
        0,
        "true",
    );
    expect(
        &stack,
        &["chosen.last > 0", "--var", "region=mars"],
        2,
        "`mars` is not one of its values",
    );
    expect(&stack, &["orders.mean2h > 0", "--range", "3h"], 0, "true");
    let coarse = "$__interval is 12h: a shorter --range makes it finer";
    expect(&stack, &["old.mean5m > 0", "--range", "20d"], 2, coarse);
    expect(
        &stack,
        &["orders.count == 60", "--dashboard", "1"],
        0,
        "true",
    );
}

#[test]
fn readings_are_what_sql_computes() {
    let stack = shop();
    let done = assert_in(
        &stack,
        &[
            "--json",
            "orders.mean + orders.sum + orders.p95 + orders.p50_5m + orders.max5m + orders.mean5m + orders.count5m \
             + orders.delta + hits.rate5m + hits.rate + orders.change + orders.diff5m + abs(orders.first) > 0",
        ],
    );
    let document: Value = serde_json::from_str(&out(&done)).unwrap();
    let read = |name: &str| {
        let operands = document["operands"].as_array().unwrap();
        let found = operands
            .iter()
            .find(|operand| operand["expression"] == name);
        found.unwrap_or_else(|| panic!("{name} in {document}"))["value"]
            .as_f64()
            .unwrap()
    };
    // What was asked a moment after the rows were dated: the oldest of five minutes is the 30th.
    let eu = "from shop where region = 'eu'";
    let newest = format!("{eu} and amount > 30");
    for (name, select, from) in [
        ("orders.mean", "avg(amount)", eu),
        ("orders.sum", "sum(amount)", eu),
        (
            "orders.p95",
            "percentile_cont(0.95) within group (order by amount)",
            eu,
        ),
        (
            "orders.p50_5m",
            "percentile_cont(0.5) within group (order by amount)",
            &newest,
        ),
        ("orders.max5m", "max(amount)", eu),
        ("orders.mean5m", "avg(amount)", &newest),
        ("orders.count5m", "count(*)", &newest),
        ("orders.delta", "max(amount) - min(amount)", eu),
        ("orders.diff5m", "max(amount) - min(amount)", &newest),
        ("orders.first", "min(amount)", eu),
        (
            "orders.change",
            "(max(amount) - min(amount)) / min(amount)",
            eu,
        ),
        (
            "hits.rate",
            "(max(total) - min(total)) / extract(epoch from max(ts) - min(ts))",
            "from counter",
        ),
        ("hits.rate5m", "3", ""),
    ] {
        let wanted: f64 = stack
            .sql(&format!("select ({select})::float8 {from}"))
            .parse()
            .unwrap();
        let is = read(name);
        assert!(
            (is - wanted).abs() < 1e-9 * wanted.abs().max(1.0),
            "{name}: {is}, SQL says {wanted}"
        );
    }
}

#[test]
fn only_the_panels_named_are_asked_and_each_once() {
    let stack = shop();
    let scans = |table: &str| {
        stack.sql(&format!(
            "select coalesce(seq_scan, 0) from pg_stat_user_tables where relname = '{table}'"
        ))
    };
    let before = scans("counter");
    expect(
        &stack,
        &["hits.last > 0 and hits.mean5m > 0 and hits.rate > 0"],
        0,
        "true",
    );
    // The server tells its statistics when the connection ends, and not at once.
    let start = Instant::now();
    while scans("counter") == before {
        assert!(start.elapsed() < PATIENCE, "no scan was counted");
        std::thread::sleep(Duration::from_millis(20));
    }
    let grown = scans("counter").parse::<u32>().unwrap() - before.parse::<u32>().unwrap();
    assert_eq!(grown, 1, "one query for three readings");
    // What other panels and a variable that nobody needs would read.
    assert_eq!(scans("untouched"), "0");
}

#[test]
fn mistakes_point_at_the_character() {
    let stack = shop();
    for (expression, words) in [
        ("orders.lsat > 1", "--> expression:1:8"),
        ("order > 1", "did you mean `orders`?"),
        ("shop.orders > 1", "there is no panel `shop` in `Shop`"),
        ("warehouse.orders > 1", "there is orders, hits"),
        ("1 > shop.orders", "--> expression:1:5"),
        ("hist.lsat > 1", "did you mean `hits`?"),
        ("hits.orders > 1", "there is no reading `orders`"),
        ("words > 1", "asks nothing"),
        ("hits is red", "`hits` has no thresholds"),
        ("earlier(orders) > 1", "--compare previous"),
        ("all regions[\"eu\"] > 1", "each one is named"),
    ] {
        expect(&stack, &[expression], 2, words);
    }
    let done = assert_in(&stack, &["orders > 1 and regoins > 1"]);
    let lines: Vec<String> = err(&done).lines().map(str::to_owned).collect();
    let at = lines
        .iter()
        .position(|line| line.contains("orders > 1 and"))
        .unwrap();
    assert_eq!(
        lines[at].find("regoins"),
        lines[at + 1].find("^^^^^^^"),
        "{lines:?}"
    );
    let long = format!("orders > {}", "1".repeat(100_000));
    expect(&stack, &[&long], 2, "longer than 10000 bytes");
    expect(
        &stack,
        &["orders > 1", "--dashboard", "Nope"],
        2,
        "there is no dashboard `Nope`",
    );
}

#[test]
fn a_number_in_another_scale_than_the_panels_is_refused() {
    let stack = shop();
    for (expression, at, words) in [
        ("errors < 1%", "1%", "`errors` counts in percent"),
        ("errors < 1%", "1%", "write 1"),
        ("errors.mean5m < 7%", "7%", "write 7"),
        ("all errors.last > -0.5%", "0.5%", "write 0.5"),
        ("errors - earlier(errors) < 1%", "1%", "write 1"),
        ("errors + 1% < 5", "1%", "write 1"),
        ("2 * (errors + 1%) < 5", "1%", "write 1"),
        ("errors > 2 * 3%", "3%", "write 3"),
        ("2 * errors > 3%", "3%", "write 3"),
        ("1s > delay", "1s", "`delay` counts in ms"),
        ("1s > delay", "1s", "write 1000"),
        ("delay between 1 and 1h30m", "1h30m", "write 5400000"),
        ("size < 4MiB", "4MiB", "write 4"),
        ("size < 1GiB", "1GiB", "write 1024"),
        (
            "delays.jobs.last < 2h",
            "2h",
            "`delays[\"jobs\"].last` counts in m",
        ),
        ("any delays < 2h", "2h", "several scales: name one"),
    ] {
        let done = assert_in(&stack, &[expression, "--compare", "yesterday"]);
        let said = err(&done);
        assert_eq!(code(&done), 2, "{expression}: {said}");
        assert!(said.contains(words), "{expression}: {said}");
        let lines: Vec<&str> = said.lines().collect();
        let shown = lines
            .iter()
            .position(|line| line.contains(expression))
            .expect(&said);
        let place = lines[shown].find(expression).unwrap() + expression.rfind(at).unwrap();
        let caret = "^".repeat(at.len());
        assert_eq!(
            lines[shown + 1].find(&caret),
            Some(place),
            "{expression}: {said}"
        );
    }
    for expression in [
        "errors < 1",
        "errors / 100 < 1%",
        "errors * 1% < 1%",
        "errors > 10% * errors",
        "errors > 0%",
        "errors.age < 1h",
        "errors.change < 5% and errors.rate < 1%",
        "delay / 1000 < 1s",
        "delay < 5k",
        "delay.rows < 1m",
        "size.last * 1MiB < 4MiB",
        "delays.web.last < 1s",
        "delays.jobs.last * 60 < 2h",
        "orders > 1%",
        "hits > 2MiB / 1MiB",
    ] {
        expect(&stack, &[expression], 0, "true");
    }
    let done = assert_in(&stack, &["--nagios", "--critical", "errors > 1%"]);
    assert_eq!(code(&done), 3, "{}", out(&done));
}

#[test]
fn what_is_printed_is_a_true_sentence_with_not_as_well() {
    let stack = shop();
    for (expression, wanted, words) in [
        (
            "not orders > 1",
            1,
            "false: not orders > 1 (orders = 60 (6000%))\n",
        ),
        (
            "not orders > 100",
            0,
            "true: not orders > 100 (orders = 60 (6000%))\n",
        ),
        ("not not orders > 1", 0, "true: orders > 1 (orders = 60"),
        (
            "not (orders > 1 and hits.last > 1)",
            1,
            "false: not orders > 1 (orders = 60 (6000%)); not hits.last > 1 (",
        ),
        (
            "not any regions.last > 100",
            1,
            "false: not regions.last > 100 (regions.last of us = 600)\n",
        ),
        (
            "hits.last > 1 and not orders is red",
            1,
            "false: not orders is red (orders = 60",
        ),
        ("not nothing > 0", 2, "cannot tell: nothing: no data"),
    ] {
        expect(&stack, &[expression], wanted, words);
    }
    let done = assert_in(&stack, &["--nagios", "not orders > 1"]);
    let line = "CRITICAL - not orders > 1 (orders = 60 (6000%)) | ";
    assert!(out(&done).starts_with(line), "{}", out(&done));
}

#[test]
fn json_tells_every_value_and_what_decided() {
    let stack = shop();
    let done = assert_in(
        &stack,
        &[
            "--json",
            "orders.last > 10 and (hits.last < 5 or nothing.last > 1)",
        ],
    );
    assert_eq!(code(&done), 2, "{}", err(&done));
    let document: Value = serde_json::from_str(&out(&done)).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["result"], Value::Null);
    assert_eq!(document["decided"][0]["expression"], "nothing.last > 1");
    assert_eq!(document["decided"][0]["column"], 40);
    assert_eq!(document["decided"][0]["why"], "nothing.last: no data");
    let operands = document["operands"].as_array().unwrap();
    assert_eq!(operands.len(), 3);
    assert_eq!(operands[0]["value"], 60.0);
    assert_eq!(operands[0]["shown"], "6000%");
    assert_eq!(operands[0]["color"], "red");
    assert_eq!(operands[2]["value"], Value::Null);
    let done = assert_in(&stack, &["--json", "any regions.last > 100"]);
    let document: Value = serde_json::from_str(&out(&done)).unwrap();
    assert_eq!(document["result"], true);
    assert_eq!(document["decided"][0]["series"], "us");
}

#[test]
fn as_a_nagios_plugin_it_answers_with_performance_data() {
    let stack = shop();
    for (arguments, wanted, line) in [
        (
            &["orders.last > 10"][..],
            0,
            "OK - orders.last > 10 (orders.last = 60 (6000%)) | 'orders.last'=60;;@~:10",
        ),
        (
            &["orders.last < 10"],
            2,
            "CRITICAL - orders.last < 10 (orders.last = 60 (6000%)) | 'orders.last'=60;;@10:",
        ),
        (
            &["nothing.last > 0"],
            3,
            "UNKNOWN - nothing.last: no data | 'nothing.last'=U;;@~:0",
        ),
        (
            &[
                "--warning",
                "orders.last > 50",
                "--critical",
                "orders.last > 70",
            ],
            1,
            "WARNING - orders.last > 50 (orders.last = 60 (6000%)) | 'orders.last'=60;~:50;~:70",
        ),
        (
            &["--critical", "orders.last >= 60"],
            2,
            "CRITICAL - orders.last >= 60 (orders.last = 60 (6000%)) | 'orders.last'=60;;@60:",
        ),
        (
            &["--warning", "5 > hits.last", "--critical", "broken > 1"],
            3,
            "UNKNOWN - broken: column",
        ),
        (
            &["--warning", "regions.eu.last < 5"],
            0,
            "OK - regions.eu.last < 5",
        ),
        (
            &["orders.lst > 1"],
            3,
            "UNKNOWN - there is no reading `lst`",
        ),
        (
            &["orders > 1", "--wrong"],
            3,
            "UNKNOWN - unexpected argument",
        ),
        (
            &["orders > 1", "--dashboard", "Nope"],
            3,
            "UNKNOWN - there is no dashboard `Nope`",
        ),
    ] {
        let arguments: Vec<&str> = ["--nagios"].iter().chain(arguments).copied().collect();
        let done = assert_in(&stack, &arguments);
        assert!(
            out(&done).starts_with(line),
            "{arguments:?}: {}{}",
            out(&done),
            err(&done)
        );
        assert_eq!(code(&done), wanted, "{arguments:?}");
        assert!(out(&done).matches('|').count() <= 1);
    }
    let done = assert_in(&stack, &["--nagios", "old.age < 1d"]);
    let data = out(&done).split_once("'old.age'=").unwrap().1.to_owned();
    assert!(data.trim_end().ends_with("s;;@86400:"), "{data}");
}

#[test]
fn for_a_while_it_has_to_hold_all_the_time() {
    let stack = shop();
    let start = Instant::now();
    expect(
        &stack,
        &["rate == 1", "--for", "2s"],
        0,
        "true for 2s: rate == 1",
    );
    assert!(start.elapsed() >= Duration::from_secs(2));

    let start = Instant::now();
    expect(&stack, &["rate == 2", "--for", "10m"], 1, "false after 0s");
    expect(
        &stack,
        &["nothing > 1", "--for", "10m"],
        2,
        "cannot tell after 0s",
    );
    assert!(
        start.elapsed() < Duration::from_secs(60),
        "they end at once"
    );

    let child = begun(&stack, &["rate == 1", "--for", "10m", "--json"]);
    stack.sql("update switch set value = 2");
    let done = child.wait_with_output().unwrap();
    let document: Value = serde_json::from_str(&out(&done)).unwrap();
    assert_eq!((code(&done), &document["result"]), (1, &Value::Bool(false)));
    assert!(document["held_seconds"].as_f64().unwrap() < 300.0);
}

#[test]
fn the_last_word_is_a_fresh_answer() {
    let config = CONFIG.replace("refresh = \"500ms\"", "refresh = \"1h\"");
    let stack = Stack::start(&[], &config);
    stack.sql(DATA);
    // Asked once at the start, and then not for an hour: only the question at the end can see the change.
    let child = begun(&stack, &["rate == 1", "--for", "8s"]);
    let asked =
        "select count(*) from pg_stat_activity where state = 'idle' and query ilike 'commit%'";
    let start = Instant::now();
    while stack.sql(asked) == "0" {
        assert!(start.elapsed() < PATIENCE, "it was never asked");
        std::thread::sleep(Duration::from_millis(10));
    }
    stack.sql("update switch set value = 2");
    let done = child.wait_with_output().unwrap();
    assert_eq!(code(&done), 1, "{}", err(&done));
    assert!(err(&done).contains("rate = 2"), "{}", err(&done));
}

#[test]
fn the_earlier_window_is_that_of_compare() {
    let stack = shop();
    stack.sql("insert into shop select ts - interval '1 day', region, amount * 2 from shop");
    let expression =
        "earlier(orders.sum) == 2 * orders.sum and earlier(regions.us.last) > regions.us.last";
    expect(&stack, &[expression, "--compare", "yesterday"], 0, "true");
    expect(
        &stack,
        &[
            "all earlier(regions.last) > regions.last",
            "--compare",
            "yesterday",
        ],
        0,
        "true",
    );
    expect(
        &stack,
        &["earlier(orders.sum) > 0", "--compare", "last-week"],
        2,
        "no data",
    );
}

#[test]
fn without_a_database_nothing_can_be_told() {
    let mut stack = shop();
    stack.set(
        "DATABASE_URL",
        Some("postgres://nobody@127.0.0.1:1/none?connect_timeout=1"),
    );
    expect(&stack, &["orders > 1"], 2, "cannot tell: orders: ");
    let done = assert_in(&stack, &["--nagios", "orders > 1"]);
    assert_eq!(code(&done), 3);
    assert!(out(&done).starts_with("UNKNOWN - "), "{}", out(&done));
    std::fs::write(
        stack.folder.path().join("config.toml"),
        "[[dashboard]]\nnam = 1",
    )
    .unwrap();
    expect(&stack, &["orders > 1"], 2, "unknown key `nam`");
    let done = assert_in(&stack, &["--nagios", "orders > 1"]);
    assert_eq!(code(&done), 3, "{}", err(&done));
}

#[test]
fn a_collectors_numbers_do_as_well() {
    let mut stack = shop();
    let mut serve = stack
        .command(&["serve", "--port", "0"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(serve.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    for line in lines {
        said.push(line.unwrap());
        if said.iter().any(|line| line.starts_with("leader")) {
            break;
        }
    }
    stack.set("DATABASE_URL", None);
    let url = stack.redis.url();
    std::fs::remove_file(stack.folder.path().join("config.toml")).unwrap();
    let done = assert_in(
        &stack,
        &["orders.last == 60 and hits.rate > 1", "--from", &url],
    );
    let killed = serve.kill();
    serve.wait().unwrap();
    assert_eq!(code(&done), 0, "{}{said:?}", err(&done));
    killed.unwrap();
}
