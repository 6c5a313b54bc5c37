//! `kpi push` as it is run: what arrives in PostgreSQL and Redis, what is refused, and what it says.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{
    Pgbouncer, PgbouncerOptions, PoolMode, Postgres, PostgresOptions, Redis, RedisOptions,
};
use kpi_dashboard::source::postgres::migrate::{apply, embedded};
use kpi_dashboard::source::postgres::{Target, direct};

const CONFIG: &str = r#"
[database]
timeout = "5s"

[[dashboard]]
name = "none"
[dashboard.panel.words]
kind = "text"
text = "no query"
"#;

const ROLES: &str = include_str!("../sql/roles.sql");

/// A migrated server with the roles of sql/roles.sql and the metric `orders`.
async fn server() -> Postgres {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    let target = Target::parse(&postgres.url("postgres")).unwrap();
    let (client, _) = direct::connect(&target).await.unwrap();
    apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
    postgres
        .script("postgres", &[("schema", "kpi")], ROLES)
        .unwrap();
    sql(
        &postgres,
        "insert into kpi.metrics (name) values ('orders')",
    );
    postgres
}

fn writer(postgres: &Postgres) -> String {
    postgres.url_as("kpi_writer", "postgres")
}

fn redis() -> (Redis, String) {
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let url = format!("redis+unix://{}", redis.socket().display());
    (redis, url)
}

fn sql(postgres: &Postgres, text: &str) -> String {
    postgres.psql("postgres", text).unwrap()
}

fn in_redis<T: redis::FromRedisValue>(server: &Redis, words: &[&str]) -> T {
    let url = format!("unix://{}", server.socket().display());
    let client = redis::Client::open(url).unwrap();
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command
        .query(&mut client.get_connection().unwrap())
        .unwrap()
}

/// `kpi push` in a folder of its own, with nothing of this process's environment.
fn start(urls: &[(&str, &str)], arguments: &[&str]) -> (Child, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_kpi"))
        .arg("push")
        .args(arguments)
        .env_clear()
        .envs(urls.iter().copied())
        .env("HOME", folder.path())
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    (child, folder)
}

/// Exit code and words.
fn push(urls: &[(&str, &str)], arguments: &[&str], input: &str) -> (i32, String) {
    let (mut child, _folder) = start(urls, arguments);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Beside reading what it says: neither may wait for the other.
    let feed = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = ended(child);
    let _ = feed.join().unwrap();
    output
}

fn ended(child: Child) -> (i32, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    assert!(stdout.is_empty(), "words go to standard error");
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

#[tokio::test]
async fn a_sample_is_written_with_every_digit_and_announced() {
    let postgres = server().await;
    let (redis, redis_url) = redis();
    let database = writer(&postgres);
    let urls = [("DATABASE_URL", &*database), ("REDIS_URL", &*redis_url)];
    let digits = "-12345678901234567890.12345678901234567890";
    let (code, words) = push(
        &urls,
        &[
            "orders",
            digits,
            "--at",
            "2026-11-22T10:00:00.123456+01:00",
            "--label",
            "region=eu",
            "--label",
            "q=a=b",
        ],
        "",
    );
    assert_eq!((code, words.trim()), (0, "1 sample written, announced"));
    let row = sql(
        &postgres,
        "select metric, value, extract(epoch from ts), labels->>'region', labels->>'q' from kpi.samples",
    );
    assert_eq!(row, format!("orders|{digits}|1795338000.123456|eu|a=b"));
    let latest: String = in_redis(&redis, &["HGET", "{kpi}:latest", "orders"]);
    assert!(
        latest.contains(&format!("\"value\":\"{digits}\"")),
        "{latest}"
    );
    assert!(
        latest.contains("\"ts\":\"2026-11-22T09:00:00.123456Z\""),
        "{latest}"
    );
}

#[tokio::test]
async fn events_are_annotations_and_are_announced() {
    let postgres = server().await;
    let (redis, redis_url) = redis();
    let database = writer(&postgres);
    let urls = [("DATABASE_URL", &*database), ("REDIS_URL", &*redis_url)];
    let arguments = [
        "--event",
        "deployed 1.4",
        "--level",
        "warning",
        "--at",
        "1795338000",
        "--label",
        "host=a",
    ];
    let (code, words) = push(&urls, &arguments, "");
    assert_eq!((code, words.trim()), (0, "1 event written, announced"));
    let row = sql(
        &postgres,
        "select extract(epoch from ts), text, tags, author from kpi.annotations",
    );
    assert_eq!(
        row,
        "1795338000.000000|deployed 1.4|{warning,host=a}|kpi_writer"
    );
    let events: Vec<String> = in_redis(&redis, &["LRANGE", "{kpi}:events", "0", "-1"]);
    assert_eq!(events.len(), 1, "{events:?}");
}

#[tokio::test]
async fn an_unknown_metric_is_refused_unless_it_is_to_be_created() {
    let postgres = server().await;
    let (redis, redis_url) = redis();
    let database = writer(&postgres);
    let urls = [("DATABASE_URL", &*database), ("REDIS_URL", &*redis_url)];
    let (code, words) = push(&urls, &["oders", "1"], "");
    assert_eq!(code, 1);
    assert!(
        words.contains("unknown metric `oders` (--create adds it)"),
        "{words}"
    );
    let announced: u64 = in_redis(&redis, &["XLEN", "{kpi}:log"]);
    assert_eq!(announced, 0, "what is not written is not announced");
    let (code, words) = push(&urls, &["oders", "1", "--create"], "");
    assert_eq!((code, words.trim()), (0, "1 sample written, announced"));
    let metrics = sql(&postgres, "select name from kpi.metrics order by 1");
    assert_eq!(metrics, "oders\norders");
}

#[tokio::test]
async fn either_one_may_be_missing_and_it_says_which() {
    let postgres = server().await;
    let (redis, redis_url) = redis();
    let database = writer(&postgres);
    let (code, words) = push(&[("DATABASE_URL", &database)], &["orders", "1"], "");
    assert_eq!(
        (code, words.trim()),
        (0, "1 sample written; not announced: no Redis is configured")
    );
    let (code, words) = push(&[("REDIS_URL", &redis_url)], &["anything", "1"], "");
    assert_eq!(code, 0, "{words}");
    assert!(
        words.starts_with("1 sample announced; not written: no database is configured")
            && words.contains("could not be checked"),
        "{words}"
    );
    let (code, words) = push(&[], &["orders", "1"], "");
    assert_eq!(code, 2);
    assert!(
        words.contains("neither a database nor Redis is configured"),
        "{words}"
    );
    drop(redis);
    let urls = [("DATABASE_URL", &*database), ("REDIS_URL", &*redis_url)];
    let (code, words) = push(&urls, &["orders", "2"], "");
    assert_eq!(code, 0, "the next poll shows it: {words}");
    assert!(
        words.contains("1 sample written; not announced: "),
        "{words}"
    );
    assert_eq!(sql(&postgres, "select count(*) from kpi.samples"), "2");
}

#[tokio::test]
async fn a_database_that_is_down_leaves_the_announcement_and_a_failure() {
    let mut postgres = server().await;
    let (redis, redis_url) = redis();
    let database = writer(&postgres);
    postgres.stop();
    let urls = [("DATABASE_URL", &*database), ("REDIS_URL", &*redis_url)];
    let (code, words) = push(&urls, &["orders", "1"], "");
    assert_eq!(code, 1, "{words}");
    assert!(
        words.contains("1 sample announced; not written: cannot reach "),
        "{words}"
    );
    let announced: u64 = in_redis(&redis, &["XLEN", "{kpi}:log"]);
    assert_eq!(announced, 1);
}

#[tokio::test]
async fn a_reader_is_told_who_may_write() {
    let postgres = server().await;
    let (redis, redis_url) = redis();
    let reader = postgres.url_as("kpi_reader", "postgres");
    let urls = [("DATABASE_URL", &*reader), ("REDIS_URL", &*redis_url)];
    let (code, words) = push(&urls, &["orders", "1"], "");
    assert_eq!(code, 1);
    assert!(
        words.contains("permission denied") && words.contains("kpi_writer"),
        "{words}"
    );
    let announced: u64 = in_redis(&redis, &["XLEN", "{kpi}:log"]);
    assert_eq!(announced, 0, "{words}");
    let (code, words) = push(
        &[("DATABASE_URL", &postgres.url("template1"))],
        &["orders", "1"],
        "",
    );
    assert_eq!(code, 1);
    assert!(words.contains("kpi migrate"), "{words}");
}

/// 20,000 lines: every thousandth is wrong, in five ways.
fn lines() -> (String, Vec<u64>) {
    let mut text = String::new();
    let mut wrong = Vec::new();
    for number in 1..=20_000_u64 {
        let line = match number {
            1_000 | 2_000 | 3_000 | 4_000 => {
                "{\"metric\":\"orders\",\"value\":\"many\"}".to_owned()
            }
            5_000 | 6_000 | 7_000 | 8_000 => "{\"metric\":\"orders\",".to_owned(),
            9_000 | 10_000 | 11_000 | 12_000 => {
                format!("{{\"metric\":\"unknown{number}\",\"value\":1}}")
            }
            // PostgreSQL's calendar begins in 4713 BC: only the server refuses these.
            13_000 | 14_000 | 15_000 | 16_000 => {
                "{\"metric\":\"orders\",\"value\":1,\"ts\":\"-008000-01-01T00:00:00Z\"}".to_owned()
            }
            17_000 | 18_000 | 19_000 | 20_000 => format!("{{\"event\":\"{}\"}}", "x".repeat(9_000)),
            _ => format!("{{\"metric\":\"orders\",\"value\":\"{number}.{number:05}\"}}"),
        };
        if number % 1_000 == 0 {
            wrong.push(number);
        }
        text.push_str(&line);
        text.push('\n');
    }
    (text, wrong)
}

fn refused_lines(words: &str) -> Vec<u64> {
    let mut found: Vec<u64> = words
        .lines()
        .filter_map(|line| line.strip_prefix("line ")?.split_once(':')?.0.parse().ok())
        .collect();
    found.sort_unstable();
    found
}

#[tokio::test]
async fn of_twenty_thousand_lines_the_wrong_ones_are_named_and_the_rest_is_written() {
    let postgres = server().await;
    let (redis, redis_url) = redis();
    let pooler = Pgbouncer::start(
        &postgres,
        &PgbouncerOptions {
            mode: PoolMode::Transaction,
            pool_size: 1,
            users: vec!["kpi_writer".to_owned()],
            ..PgbouncerOptions::default()
        },
    )
    .unwrap();
    let database = pooler.url_as("kpi_writer", "postgres");
    let urls = [("DATABASE_URL", &*database), ("REDIS_URL", &*redis_url)];
    let (text, wrong) = lines();
    let began = Instant::now();
    let (code, words) = push(&urls, &["-"], &text);
    let took = began.elapsed();
    assert_eq!(code, 1);
    assert_eq!(refused_lines(&words), wrong);
    assert!(
        words.contains("line 1000: the value `many` is not"),
        "{words}"
    );
    assert!(
        words.contains("line 9000: unknown metric `unknown9000`"),
        "{words}"
    );
    assert!(
        words.ends_with("19980 samples written, announced; 20 refused\n"),
        "{}",
        words.lines().last().unwrap()
    );
    let sums = sql(
        &postgres,
        "select count(*), count(distinct value), sum(value) from kpi.samples",
    );
    let wanted: u128 = (1..=20_000_u128)
        .filter(|n| n % 1_000 != 0)
        .map(|n| n * 100_000 + n)
        .sum();
    assert_eq!(
        sums,
        format!("19980|19980|{}.{:05}", wanted / 100_000, wanted % 100_000)
    );
    let announced: u64 = in_redis(&redis, &["XLEN", "{kpi}:log"]);
    assert_eq!(announced, 19_980);
    assert!(
        took < Duration::from_secs(20),
        "thousands a second: {took:?}"
    );
}

#[tokio::test]
async fn a_restart_of_the_server_in_the_middle_neither_loses_nor_doubles_a_sample() {
    let mut postgres = server().await;
    let database = writer(&postgres);
    let (mut child, _folder) = start(&[("DATABASE_URL", &database)], &["-"]);
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || {
        for number in 0..60_000 {
            writeln!(stdin, "{{\"metric\":\"orders\",\"value\":{number}}}").unwrap();
        }
    });
    for restart in 1..=3 {
        let begun = Instant::now();
        loop {
            let count: u64 = sql(&postgres, "select count(*) from kpi.samples")
                .parse()
                .unwrap();
            if count >= restart * 5_000 {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "{count} samples");
        }
        if restart == 2 {
            postgres.crash();
        }
        postgres.restart().unwrap();
    }
    let (code, words) = ended(child);
    feed.join().unwrap();
    assert_eq!(code, 0, "{words}");
    assert!(words.starts_with("60000 samples written;"), "{words}");
    let counts = sql(
        &postgres,
        "select count(*), count(distinct value) from kpi.samples",
    );
    assert_eq!(counts, "60000|60000");
}

#[tokio::test]
async fn a_pooler_killed_in_the_middle_neither_loses_nor_doubles_a_sample() {
    let postgres = server().await;
    let options = PgbouncerOptions {
        pool_size: 2,
        users: vec!["kpi_writer".to_owned()],
        ..PgbouncerOptions::default()
    };
    let mut pooler = Pgbouncer::start(&postgres, &options).unwrap();
    let database = pooler.url_as("kpi_writer", "postgres");
    let (mut child, _folder) = start(&[("DATABASE_URL", &database)], &["-"]);
    let mut stdin = child.stdin.take().unwrap();
    let feed = std::thread::spawn(move || {
        for number in 0..60_000 {
            writeln!(stdin, "{{\"metric\":\"orders\",\"value\":{number}}}").unwrap();
        }
    });
    let count = || -> u64 {
        sql(&postgres, "select count(*) from kpi.samples")
            .parse()
            .unwrap()
    };
    for kill in 1..=6 {
        let begun = Instant::now();
        while count() < kill * 7_000 {
            assert!(begun.elapsed() < Duration::from_secs(20));
        }
        pooler.restart().unwrap();
    }
    let (code, words) = ended(child);
    feed.join().unwrap();
    assert_eq!(code, 0, "{words}");
    assert!(words.starts_with("60000 samples written;"), "{words}");
    let counts = sql(
        &postgres,
        "select count(*), count(distinct value) from kpi.samples",
    );
    assert_eq!(counts, "60000|60000");
}

#[tokio::test]
async fn a_line_is_written_when_it_comes_not_when_the_batch_is_full() {
    let postgres = server().await;
    let database = writer(&postgres);
    let (mut child, _folder) = start(&[("DATABASE_URL", &database)], &["-"]);
    let mut stdin = child.stdin.take().unwrap();
    for wanted in ["1", "2"] {
        writeln!(stdin, "{{\"metric\":\"orders\",\"value\":{wanted}}}").unwrap();
        let begun = Instant::now();
        while sql(&postgres, "select count(*) from kpi.samples") != wanted {
            assert!(begun.elapsed() < Duration::from_secs(10));
        }
    }
    drop(stdin);
    assert_eq!(ended(child).0, 0);
}

#[test]
fn wrong_usage_is_a_sentence_and_exit_code_two() {
    for (arguments, wanted) in [
        (&["orders"][..], "`orders` has no value"),
        (&["orders", "many"], "`many` is not a finite decimal number"),
        (&["_seq", "1"], "a leading `_` is reserved"),
        (
            &["orders", "1", "--at", "noon"],
            "`noon` is no time for --at",
        ),
        (
            &["orders", "1", "--label", "eu"],
            "the label `eu` is not NAME=VALUE",
        ),
        (&["-", "--at", "now"], "every line says its own"),
        (
            &["--event", "up", "--level", "bad"],
            "the level `bad` is none of",
        ),
        (&[], "required"),
    ] {
        let (code, words) = push(&[], arguments, "");
        assert_eq!(code, 2, "{arguments:?}: {words}");
        assert!(words.contains(wanted), "{arguments:?}: {words}");
    }
}

#[tokio::test]
async fn lines_that_an_outage_kept_from_the_database_are_named() {
    let mut postgres = server().await;
    let (redis, redis_url) = redis();
    let database = writer(&postgres);
    let urls = [("DATABASE_URL", &*database), ("REDIS_URL", &*redis_url)];
    let (mut child, _folder) = start(&urls, &["-"]);
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{{\"metric\":\"orders\",\"value\":1}}").unwrap();
    let begun = Instant::now();
    while sql(&postgres, "select count(*) from kpi.samples") != "1" {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    postgres.stop();
    writeln!(
        stdin,
        "{{\"metric\":\"orders\",\"value\":2}}\n{{\"metric\":\"orders\",\"value\":3}}"
    )
    .unwrap();
    drop(stdin);
    let (code, words) = ended(child);
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("lines 2 to 3 were not written\n"), "{words}");
    assert!(
        words.contains("3 samples: 1 written, 3 announced; 2 not written: "),
        "{words}"
    );
    let announced: u64 = in_redis(&redis, &["XLEN", "{kpi}:log"]);
    assert_eq!(announced, 3);
}

#[tokio::test]
async fn what_was_written_while_redis_was_away_is_polled_by_the_screens_when_it_is_back() {
    let postgres = server().await;
    let (mut redis, url) = redis();
    let urls = [("DATABASE_URL", writer(&postgres)), ("REDIS_URL", url)];
    let urls: Vec<(&str, &str)> = urls
        .iter()
        .map(|(name, url)| (*name, url.as_str()))
        .collect();
    let (mut child, _folder) = start(&urls, &["-"]);
    let mut stdin = child.stdin.take().unwrap();
    let mut count = 0;
    let mut written = |count: &mut u32| {
        *count += 1;
        writeln!(stdin, r#"{{"metric":"orders","value":{count}}}"#).unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while sql(&postgres, "select count(*) from kpi.samples").trim() != count.to_string() {
            assert!(Instant::now() < deadline, "sample {count} is not written");
        }
    };
    written(&mut count);
    redis.stop();
    written(&mut count);
    redis.restart().unwrap();
    let socket = format!("unix://{}", redis.socket().display());
    let mut connection = redis::Client::open(socket)
        .unwrap()
        .get_connection()
        .unwrap();
    connection
        .set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let mut ear = connection.as_pubsub();
    ear.subscribe("kpi:refresh").unwrap();
    let deadline = Instant::now() + Duration::from_secs(15);
    let heard: String = loop {
        assert!(Instant::now() < deadline, "no screen is asked to poll");
        written(&mut count);
        if let Ok(told) = ear.get_message() {
            break told.get_payload().unwrap();
        }
    };
    assert_eq!(heard, "orders");
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
