//! Values of variables are data: whatever they hold, PostgreSQL's own parser sees the same statement as
//! with a harmless value, and gives the value back byte for byte.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, stream};
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::model::panel_data::Failure;
use kpi_dashboard::model::time::{Moment, TimeWindow};
use kpi_dashboard::model::variable::{Choice, VariableValue};
use kpi_dashboard::query::{Context, Rendered, render};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use tokio::runtime::Runtime;
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage};

const HARMLESS: &str = "harmless";
/// The second value of the list.
const OTHER: &str = "it's \\ \"another\"";

/// A private server whose parser tells what it read.
struct Parser {
    runtime: Runtime,
    client: Client,
    trees: Arc<Mutex<Vec<String>>>,
    _server: Postgres,
}

/// What one statement came to.
#[derive(Debug, PartialEq)]
struct Read {
    /// The parse tree without constants, names of columns and places.
    tree: String,
    /// The only column's name and, of its only row, the value.
    column: String,
    value: Option<String>,
}

impl Parser {
    fn start() -> Self {
        let server = Postgres::start(&PostgresOptions::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let trees = Arc::new(Mutex::new(Vec::new()));
        let client = runtime.block_on(async {
            let config: tokio_postgres::Config = server.url("postgres").parse().unwrap();
            let (client, mut connection) = config.connect(NoTls).await.unwrap();
            let told = Arc::clone(&trees);
            tokio::spawn(async move {
                let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
                while let Some(Ok(message)) = messages.next().await {
                    if let AsyncMessage::Notice(notice) = message
                        && notice.message() == "parse tree:"
                    {
                        let tree = notice.detail().unwrap_or_default().to_owned();
                        told.lock().unwrap().push(tree);
                    }
                }
            });
            let settings = "set debug_print_parse = on; set debug_pretty_print = off; \
                            set client_min_messages = log";
            client.batch_execute(settings).await.unwrap();
            client
        });
        Self {
            runtime,
            client,
            trees,
            _server: server,
        }
    }

    /// Has the server parse and run `sql`, which must be one statement.
    fn read(&self, sql: &str) -> Result<Read, String> {
        self.trees.lock().unwrap().clear();
        let answer = self.runtime.block_on(self.client.simple_query(sql));
        let messages = answer.map_err(|error| format!("{sql}\n{error:?}"))?;
        let trees = std::mem::take(&mut *self.trees.lock().unwrap());
        let [tree] = trees.as_slice() else {
            return Err(format!("{sql}\nis {} statements", trees.len()));
        };
        let mut read = Read {
            tree: masked(tree),
            column: String::new(),
            value: None,
        };
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    read.column = columns
                        .first()
                        .map_or_else(String::new, |one| one.name().to_owned());
                }
                SimpleQueryMessage::Row(row) => {
                    read.value = row.try_get(0).ok().flatten().map(str::to_owned);
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

/// The tree without what may differ: values of constants, names of columns, places in the text.
fn masked(tree: &str) -> String {
    let words: Vec<&str> = tree.split_whitespace().collect();
    let mut masked = Vec::new();
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        masked.push(word);
        at += 1;
        let skip_to = |end: &dyn Fn(&str) -> bool| {
            let length = words[at..].iter().position(|word| end(word));
            at + length.expect("the end of a field")
        };
        if word == ":constvalue" && words[at] != "<>" {
            at = skip_to(&|word| word.starts_with(']'));
        } else if word == ":resname" {
            at = skip_to(&|word| word == ":ressortgroupref");
        } else if ["location", "_len", "_start", "_end"]
            .iter()
            .any(|end| word.starts_with(':') && word.ends_with(end))
        {
            let number = words[at];
            let digits = number
                .trim_start_matches('-')
                .trim_start_matches(|c: char| c.is_ascii_digit());
            masked.push(digits);
            at += 1;
        }
    }
    masked.join(" ")
}

fn rendered(template: &str, value: &str) -> Result<Rendered, Failure> {
    let variable = |name: &str, values: &[&str], is_listed| VariableValue {
        name: name.to_owned(),
        chosen: values.iter().copied().map(Choice::of).collect(),
        is_list: values.len() > 1,
        is_listed,
        ..VariableValue::default()
    };
    let variables = [
        variable("x", &[value], false),
        variable("two", &[value, OTHER], false),
        variable("listed", &[value], true),
    ];
    let context = Context {
        window: TimeWindow {
            from: Moment(1_785_564_000_000_000),
            to: Moment(1_785_585_600_000_000),
        },
        interval: 60_000_000,
        schema: "public",
        time_zone: "UTC",
        variables: &variables,
    };
    render(template, &context)
}

/// What has to come back.
enum Back {
    /// The value of the row: what the function makes of the variable's.
    Value(fn(&str) -> String),
    /// The name of the column, cut as PostgreSQL cuts names.
    Column(fn(&str) -> String),
    /// A JSON document in the row that holds this.
    Json(fn(&str) -> serde_json::Value),
    /// Nothing: only the structure counts.
    Structure,
}

/// `'…'` as PostgreSQL writes it.
fn literal(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

fn name(value: &str) -> String {
    format!("\"{}\"", value.replace('"', "\"\""))
}

fn same(value: &str) -> String {
    value.to_owned()
}

fn framed(value: &str) -> String {
    format!("<{value}>")
}

fn framed_literal(value: &str) -> String {
    framed(&literal(value))
}

fn framed_name(value: &str) -> String {
    framed(&name(value))
}

fn framed_list(value: &str) -> String {
    framed(&format!("{value},{OTHER}"))
}

fn json(value: &str) -> serde_json::Value {
    serde_json::json!(value)
}

fn json_list(value: &str) -> serde_json::Value {
    serde_json::json!([value, OTHER])
}

/// Every format that quotes, and every format inside quotes, in every context.
const CASES: &[(&str, Back)] = &[
    // Outside quotes.
    ("select $x", Back::Value(same)),
    ("select [[x]]::text", Back::Value(same)),
    ("select ${x:sqlstring}", Back::Value(same)),
    ("select [[x:singlequote]]", Back::Value(same)),
    (
        "select coalesce($x, 'else') -- $x ${x:raw}",
        Back::Value(same),
    ),
    (
        "select /* $x '*/ $x from (select 1) as t where 1 - -1 = 2",
        Back::Value(same),
    ),
    (
        "select ''||$x||E'\\''||'--' as v",
        Back::Value(|value| format!("{value}'--")),
    ),
    (
        "select v from (values ($x)) as t(v) where v = $x",
        Back::Value(same),
    ),
    (
        "select $$a$$||$x||$q$'$q$",
        Back::Value(|value| format!("a{value}'")),
    ),
    ("select to_json(array[$two]::text[])", Back::Json(json_list)),
    (
        "select to_json(array[${two:sqlstring}]::text[])",
        Back::Json(json_list),
    ),
    ("select 'nobody' in ($two)", Back::Structure),
    ("select 1 as ${x:identifier}", Back::Column(same)),
    ("select 1 as [[x:doublequote]]", Back::Column(same)),
    (
        "select t.\"a\" as ${x:identifier} from (select 2 as a) as t",
        Back::Column(same),
    ),
    ("select ${x:json}::text", Back::Json(json)),
    ("select ${two:json}", Back::Json(json_list)),
    // Inside '…'.
    ("select '<$x>'", Back::Value(framed)),
    ("select n'<$x>'", Back::Value(framed)),
    ("select '$x'", Back::Value(same)),
    (
        "select 'it''s $x'",
        Back::Value(|value| format!("it's {value}")),
    ),
    (
        "select '$x''$x'",
        Back::Value(|value| format!("{value}'{value}")),
    ),
    ("select 'a'\n'$x'", Back::Value(|value| format!("a{value}"))),
    ("select '<$two>'", Back::Value(framed_list)),
    ("select '<${x:sqlstring}>'", Back::Value(framed_literal)),
    ("select '<${x:singlequote}>'", Back::Value(framed_literal)),
    ("select '<${x:identifier}>'", Back::Value(framed_name)),
    ("select '<${x:doublequote}>'", Back::Value(framed_name)),
    ("select '${x:json}'", Back::Json(json)),
    ("select '${two:json}'", Back::Json(json_list)),
    ("select '<${listed:csv}>'", Back::Value(framed)),
    ("select '<${listed:pipe}>'", Back::Value(framed)),
    ("select '<${listed:glob}>'", Back::Value(framed)),
    ("select '<${listed:text}>'", Back::Value(framed)),
    ("select '<${listed:join:;}>'", Back::Value(framed)),
    ("select '${listed:regex}'", Back::Structure),
    // Inside E'…'.
    ("select E'<$x>'", Back::Value(framed)),
    (
        "select e'\\'\\\\<$x>'",
        Back::Value(|value| format!("'\\<{value}>")),
    ),
    (
        "select E'a'\n'<$x>'",
        Back::Value(|value| format!("a<{value}>")),
    ),
    (
        "select E'a' -- it's\n  '<$x>'",
        Back::Value(|value| format!("a<{value}>")),
    ),
    ("select E'<${x:sqlstring}>'", Back::Value(framed_literal)),
    ("select E'<${x:identifier}>'", Back::Value(framed_name)),
    ("select E'${x:json}'", Back::Json(json)),
    ("select E'<${listed:csv}>'", Back::Value(framed)),
    ("select E'${listed:regex}'", Back::Structure),
    // Inside "…".
    ("select 1 as \"<$x>\"", Back::Column(framed)),
    (
        "select 1 as \"\"\"$x\"",
        Back::Column(|value| format!("\"{value}")),
    ),
    (
        "select 1 as \"<${x:sqlstring}>\"",
        Back::Column(framed_literal),
    ),
    (
        "select 1 as \"<${x:identifier}>\"",
        Back::Column(framed_name),
    ),
    ("select 1 as \"<${listed:csv}>\"", Back::Column(framed)),
    // Inside dollar quotes; a value that could end them is refused.
    ("select $$<$x>$$", Back::Value(framed)),
    ("select $q$<$x>$q$", Back::Value(framed)),
    ("select $$$x$$", Back::Value(same)),
    ("select $q$$x$q$", Back::Value(same)),
    ("select $q$<${x:sqlstring}>$q$", Back::Value(framed_literal)),
    ("select $q$${x:json}$q$", Back::Json(json)),
    ("select $q$<${listed:csv}>$q$", Back::Value(framed)),
    // Among macros, which must not look into values.
    (
        "select coalesce($x, $__timeFrom(), '$__interval')",
        Back::Value(same),
    ),
    (
        "select '$x' from (select now() as ts) as t where not $__timeFilter(coalesce(ts, ts))",
        Back::Value(same),
    ),
    (
        "select $__unixEpochGroup(length($x), '5m') as v",
        Back::Structure,
    ),
];

/// Scraps that mean something to some lexer, and any characters.
fn values() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "'",
        "''",
        "\"",
        "\"\"",
        "\\",
        "\\'",
        "\\\\",
        "$",
        "$$",
        "$q$",
        "$q",
        "q$",
        "$1",
        "$x",
        "${x}",
        "[[x]]",
        "${x:raw}",
        "$__interval",
        "$__timeFilter(ts)",
        "$__timeFrom()",
        "--",
        "-- ",
        "/*",
        "*/",
        ";",
        "; drop table t; --",
        ")",
        "(",
        ",",
        "E'",
        "U&'",
        "X'",
        "\n",
        "\r",
        "\t",
        "\u{b}",
        " ",
        "a",
        "or 1=1",
        "NULL",
        "😀",
        "é",
        "\u{202e}",
        "\u{a0}",
        "%",
        "_",
        "{",
        "}",
        "]",
        ":",
        "::text",
        "\u{1}",
    ]);
    let scraps = prop::collection::vec(scrap, 0..8).prop_map(|parts| parts.concat());
    let letters = prop::collection::vec(any::<char>(), 0..12).prop_map(String::from_iter);
    prop_oneof![4 => scraps, 1 => letters]
}

/// As PostgreSQL cuts a name: at most 63 bytes, whole characters.
fn cut(name: &str) -> &str {
    let mut end = name.len().min(63);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// Why a value may be refused in this case; anything else would be a defect.
fn may_be_refused(template: &str, value: &str, failure: &Failure) -> bool {
    let why = &failure.summary;
    let in_dollars = template.contains("$q$") || template.contains("$$");
    let ends = why.contains("would end the `$$` quote") && in_dollars && value.contains('$');
    let empty = why.contains("is empty, and no name is") && value.is_empty();
    ends || empty
}

#[test]
fn no_value_changes_the_structure_of_a_statement() {
    let parser = Parser::start();
    let expected: Vec<Read> = CASES
        .iter()
        .map(|(template, _)| {
            let sql = rendered(template, HARMLESS).unwrap().sql;
            parser.read(&sql).unwrap()
        })
        .collect();
    let mut runner = TestRunner::new(Config {
        cases: 300,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&values(), |value| {
        for ((template, back), expected) in CASES.iter().zip(&expected) {
            let rendered = match rendered(template, &value) {
                Ok(_) if value.contains('\0') => {
                    return Err(TestCaseError::fail(format!("{template}: NUL was accepted")));
                }
                Ok(rendered) => rendered,
                Err(failure) if value.contains('\0') => {
                    prop_assert!(failure.summary.contains("NUL"), "{template}: {failure:?}");
                    continue;
                }
                Err(failure) => {
                    let fine = may_be_refused(template, &value, &failure);
                    prop_assert!(fine, "{template}: {value:?}: {failure:?}");
                    continue;
                }
            };
            let read = parser.read(&rendered.sql).map_err(TestCaseError::fail)?;
            prop_assert_eq!(&read.tree, &expected.tree, "{}", rendered.sql);
            let given = read.value.as_deref().unwrap_or_default();
            match back {
                Back::Value(of) => prop_assert_eq!(given, of(&value), "{}", rendered.sql),
                Back::Column(of) => {
                    let name = of(&value);
                    prop_assert_eq!(&read.column, cut(&name), "{}", rendered.sql);
                }
                Back::Json(of) => {
                    let document: serde_json::Value = serde_json::from_str(given).unwrap();
                    prop_assert_eq!(document, of(&value), "{}", rendered.sql);
                }
                Back::Structure => {}
            }
        }
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, value)) => panic!("{value:?}: {why}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Statements of scraps, most of them nonsense: quotes that open anywhere, comments, words that touch.
fn templates() -> impl Strategy<Value = String> {
    let scrap = prop::sample::select(vec![
        "$x",
        "$x",
        "$x",
        "${x:sqlstring}",
        "${x:identifier}",
        "${x:json}",
        "$two",
        "'$x'",
        "E'$x'",
        "\"$x\"",
        "$$",
        "$q$",
        "'",
        "'",
        "\"",
        "E'",
        "e",
        "N'",
        "U&",
        "X'",
        "\\",
        "''",
        "'a'",
        "\n",
        "\n",
        " ",
        " ",
        "||",
        "||",
        ",",
        "--c\n",
        "-",
        "/*",
        "*/",
        "/*c*/",
        "(",
        ")",
        " as ",
        "1",
        "b",
        "::text",
        "$1",
        "$",
        "$x$",
        "[[x]]",
        ".",
        "&",
    ]);
    prop::collection::vec(scrap, 1..9).prop_map(|parts| format!("select {}", parts.concat()))
}

#[test]
fn no_value_changes_the_structure_of_any_statement_that_has_one() {
    let parser = Parser::start();
    let mut runner = TestRunner::new(Config {
        cases: 4_000,
        failure_persistence: None,
        ..Config::default()
    });
    let compared = std::cell::Cell::new(0_usize);
    let outcome = runner.run(&(templates(), values()), |(template, value)| {
        let harmless = rendered(&template, HARMLESS).ok();
        let expected = harmless.and_then(|harmless| parser.read(&harmless.sql).ok());
        let (Some(expected), Ok(rendered)) = (expected, rendered(&template, &value)) else {
            return Ok(());
        };
        compared.set(compared.get() + 1);
        let read = match parser.read(&rendered.sql) {
            // `"$x"`: PostgreSQL knows no empty names, and says so.
            Err(why) if value.is_empty() && why.contains("zero-length delimited identifier") => {
                return Ok(());
            }
            read => read.map_err(TestCaseError::fail)?,
        };
        prop_assert_eq!(read.tree, expected.tree, "{}", rendered.sql);
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(why, (template, value))) => panic!("{template:?}, {value:?}: {why}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
    assert!(
        compared.get() > 200,
        "only {} of them made sense",
        compared.get()
    );
}

#[test]
fn the_check_notices_a_changed_structure() {
    let parser = Parser::start();
    let tree = |sql: &str| parser.read(sql).unwrap().tree;
    assert_eq!(tree("select 'a'"), tree("select   'another'"));
    assert_eq!(tree("select 1 as \"a b\""), tree("select 1 as c"));
    assert_ne!(tree("select 'a'"), tree("select 'a' || 'b'"));
    assert_ne!(tree("select 'a'"), tree("select 'a' where 'b' = 'b'"));
    assert_ne!(tree("select 'a'"), tree("select 'a', 'b'"));
    assert!(parser.read("select 'a'; select 'b'").is_err());
}

#[test]
fn what_was_typed_is_refused_by_every_format_without_quotes() {
    let mut runner = TestRunner::new(Config {
        failure_persistence: None,
        ..Config::default()
    });
    let formats = [
        "raw", "csv", "pipe", "glob", "regex", "text", "join", "join:-",
    ];
    let places = [
        "select @",
        "select '@'",
        "select E'@'",
        "select \"@\"",
        "select $$@$$",
    ];
    let outcome = runner.run(&values(), |value| {
        for format in formats {
            for place in places {
                let template = place.replace('@', &format!("${{x:{format}}}"));
                let failure = rendered(&template, &value).unwrap_err();
                let fine = failure.summary.contains("typed") || value.contains('\0');
                prop_assert!(fine, "{template}: {failure:?}");
            }
        }
        Ok(())
    });
    assert_eq!(outcome, Ok(()));
}
