//! Roll-ups on a real PostgreSQL: whatever comes in whatever order, they are what SQL over all samples says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use kpi_dashboard::source::postgres::migrate::{apply, embedded};
use kpi_dashboard::source::postgres::{Target, direct};

/// What the roll-ups have to be, from the samples alone.
const EXPECTED: &str = "
    select width, metric, (floor(extract(epoch from ts) / width) * width)::bigint as at, labels, count(*), sum(value), min(value), max(value),
        (array_agg(value order by ts desc, value desc))[1], max(ts)
    from samples, (values (60), (3600), (86400)) as w (width)
    group by 1, 2, 3, 4";
const ROLLED: &str = "
    select seconds, metric, extract(epoch from ts)::bigint, labels, count, sum, min, max, last, last_ts from rollups";

struct Stage(Postgres);

impl Stage {
    /// A server with the tables, the roles, and samples of three days that were there before the roll-ups.
    async fn new() -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
        let target = Target::parse(&postgres.url("postgres")).unwrap();
        let (client, _) = direct::connect(&target).await.unwrap();
        let mut migrations = embedded().unwrap();
        let later = migrations.split_off(5);
        assert_eq!(later[0].name, "rollups");
        apply(&client, "kpi", &migrations).await.unwrap();
        let stage = Self(postgres);
        stage.sql("insert into metrics (name) select 'm' || n from generate_series(1, 3) n");
        stage.sql(
            "insert into samples (metric, ts, value, labels)
             select 'm' || (1 + n % 3), now() - n * interval '26 s', (n * 7919 % 1000) / 8.0,
                 case n % 2 when 0 then '{}'::jsonb else jsonb_build_object('region', repeat('x', n % 5)) end
             from generate_series(1, 10000) n",
        );
        apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
        let roles = include_str!("../sql/roles.sql");
        stage
            .0
            .script("postgres", &[("schema", "kpi")], roles)
            .unwrap();
        stage
    }

    fn sql(&self, text: &str) -> String {
        self.try_sql(text)
            .unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    fn try_sql(&self, text: &str) -> Result<String, String> {
        let arguments = ["-c", "set search_path to kpi", "-c", text];
        self.0
            .psql_with("postgres", &arguments)
            .map_err(|why| why.details.join("\n"))
    }

    /// Rolls up in steps of `most`; says how many calls did something, and how many samples they counted.
    fn roll_up(&self, most: u32) -> (u32, u64) {
        let (mut calls, mut counted) = (0, 0);
        loop {
            let done: u64 = self
                .sql(&format!("select roll_up({most})"))
                .parse()
                .unwrap();
            if done == 0 {
                return (calls, counted);
            }
            calls += 1;
            counted += done;
            assert!(calls < 10_000);
        }
    }

    fn assert_equal(&self) {
        let differences = format!(
            "select count(*) from (({EXPECTED} except {ROLLED}) union all ({ROLLED} except {EXPECTED})) as differing"
        );
        assert_eq!(self.sql(&differences), "0");
        assert_eq!(
            self.sql(&format!("select count(*) > 100 from ({ROLLED}) as rolled")),
            "t"
        );
    }
}

#[tokio::test]
async fn what_was_there_what_comes_and_what_comes_late_is_counted_once() {
    let stage = Stage::new().await;
    let (calls, counted) = stage.roll_up(997);
    assert_eq!(counted, 10_000);
    assert!((10..=14).contains(&calls), "{calls} calls of about 997");
    stage.assert_equal();
    assert_eq!(stage.roll_up(997), (0, 0));

    // In one transaction, torn into many calls; then one by one; days late, at once, with the same time twice.
    stage.sql(
        "insert into samples (metric, ts, value)
         select 'm1', now() - n * interval '1 h', n from generate_series(1, 2000) n, generate_series(1, 2)",
    );
    for n in 0..20 {
        stage.sql(&format!(
            "insert into samples (metric, ts, value) values ('m2', now() - interval '{n} d', {n}), ('m2', now(), 0.1)"
        ));
    }
    let (calls, counted) = stage.roll_up(300);
    assert_eq!(counted, 4_040);
    assert!(calls >= 13, "{calls} calls of about 300");
    stage.assert_equal();
}

#[tokio::test]
async fn a_transaction_that_commits_after_later_ones_is_not_missed() {
    let stage = Stage::new().await;
    let target = Target::parse(&stage.0.url("postgres")).unwrap();
    let (slow, _) = direct::connect(&target).await.unwrap();
    let insert = "insert into kpi.samples (metric, value) values ('m1', 1)";
    // Also while what was there is still being swept.
    stage.sql("select roll_up(500)");
    slow.batch_execute("begin").await.unwrap();
    slow.batch_execute(insert).await.unwrap();
    stage.sql(insert);
    stage.roll_up(500);
    slow.batch_execute("commit").await.unwrap();
    stage.roll_up(500);
    stage.assert_equal();
    assert_eq!(
        stage.sql("select sum(count) from rollups where seconds = 86400"),
        "10002"
    );
}

#[tokio::test]
async fn several_at_once_count_nothing_twice_and_an_interrupted_one_nothing_at_all() {
    let stage = Stage::new().await;
    let arguments = [
        "-c",
        "set search_path to kpi",
        "-c",
        "begin",
        "-c",
        "select roll_up(4000)",
        "-c",
        "rollback",
    ];
    stage.0.psql_with("postgres", &arguments).unwrap();
    assert_eq!(stage.sql("select count(*) from rollups"), "0");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| stage.roll_up(400));
        }
    });
    stage.roll_up(400);
    stage.assert_equal();
}

#[tokio::test]
async fn days_are_days_in_utc_whatever_zone_the_session_has() {
    let stage = Stage::new().await;
    stage.sql("alter database postgres set timezone to 'Europe/Berlin'");
    // The clocks go back at 01:00 UTC: the day has 24 hours all the same.
    stage.sql(
        "insert into samples (metric, ts, value)
         select 'm3', '2025-10-26T00:00:00Z'::timestamptz + n * interval '30 min', 1 from generate_series(0, 49) n",
    );
    stage.roll_up(50_000);
    stage.assert_equal();
    let days = "select string_agg(to_char(ts at time zone 'UTC', 'DD HH24:MI') || ' ' || count, ', ' order by ts)
        from rollups where metric = 'm3' and seconds = 86400 and ts < '2025-10-28'";
    assert_eq!(stage.sql(days), "26 00:00 48, 27 00:00 2");
}

#[tokio::test]
async fn the_history_outlives_its_samples_in_the_resolution_that_is_left() {
    let stage = Stage::new().await;
    let history = |from: &str, step: &str| {
        stage.sql(&format!(
            "select string_agg(distinct seconds::text, ' '), sum(count), sum(sum)
             from history('m1', {from}, now() + interval '1 min', {step})"
        ))
    };
    let raw = "date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' - interval '2 d'";
    let from_samples = stage.sql(&format!(
        "select count(*), sum(value) from samples where metric = 'm1' and ts >= {raw}"
    ));
    // Before anything is rolled up, only samples can answer.
    assert_eq!(history(raw, "'1 d'"), format!("0|{from_samples}"));
    stage.sql("select roll_up(100)");
    assert_eq!(history(raw, "'1 d'"), format!("0|{from_samples}"));
    stage.roll_up(50_000);
    for (step, seconds) in [
        ("'1 s'", 0),
        ("'1 min'", 60),
        ("'59 min'", 60),
        ("'1 h'", 3600),
        ("'2 d'", 86400),
        ("null", 60),
    ] {
        assert_eq!(
            history(raw, step),
            format!("{seconds}|{from_samples}"),
            "{step}"
        );
    }
    // What is not rolled up yet is in it.
    stage.sql("insert into samples (metric, value) values ('m1', 1000)");
    let with_tail = stage.sql(&format!(
        "select count(*), sum(value) from samples where metric = 'm1' and ts >= {raw}"
    ));
    assert_eq!(history(raw, "'1 h'"), format!("3600|{with_tail}"));

    // Samples of an hour, minutes of a day: what is older answers in hours.
    stage.sql("update retention set keep = '1 h' where seconds = 0");
    stage.sql("update retention set keep = '1 d' where seconds = 60");
    let uncounted = stage.sql("insert into samples (metric, ts, value) values ('m1', now() - interval '30 h', 5) returning 1");
    assert_eq!(uncounted, "1");
    while stage.sql("select retain(1000)").parse::<u64>().unwrap() >= 1000 {}
    assert_eq!(
        stage.sql("select count(*) from samples where ts < now() - interval '61 min'"),
        "1",
        "what is not counted yet stays"
    );
    stage.roll_up(1000);
    stage.sql("select retain()");
    assert_eq!(
        stage.sql("select count(*) from samples where ts < now() - interval '61 min'"),
        "0"
    );
    let whole = stage.sql(&format!(
        "select count + 1, sum + 5 from (select {}) as before (count, sum)",
        with_tail.replace('|', ",")
    ));
    assert_eq!(history(raw, "'1 s'"), format!("3600|{whole}"));
    assert_eq!(
        history("now() - interval '30 min'", "'1 s'")
            .split('|')
            .next(),
        Some("0")
    );
}

#[tokio::test]
async fn after_samples_were_changed_by_hand_whole_days_are_made_anew() {
    let stage = Stage::new().await;
    stage.roll_up(50_000);
    stage.sql("update samples set value = value + 1 where ts > now() - interval '30 h'");
    stage.sql("select roll_up_again('-infinity')");
    stage.roll_up(700);
    stage.assert_equal();

    // As in another server that this database was restored to: its transactions have smaller numbers.
    stage.sql("update rollup_state set added = 1000000000");
    let why = stage.try_sql("select roll_up()").unwrap_err();
    assert!(why.contains("roll_up_again"), "{why}");
    stage.sql("update samples set added = 999999999 where metric = 'm1'");
    stage.sql("select roll_up_again(now() - interval '1 d')");
    stage.roll_up(700);
    stage.assert_equal();
}

#[tokio::test]
async fn the_reader_rolls_up_and_looks_back_and_can_do_no_harm() {
    let stage = Stage::new().await;
    let as_reader = |sql: &str| {
        let arguments = [
            "-c",
            "set role kpi_reader",
            "-c",
            "set search_path to kpi",
            "-c",
            sql,
        ];
        stage
            .0
            .psql_with("postgres", &arguments)
            .map_err(|why| why.details.join("\n"))
    };
    assert_eq!(as_reader("select roll_up(1000) > 0").unwrap(), "t");
    assert_eq!(as_reader("select retain()").unwrap(), "0");
    assert_eq!(
        as_reader("select count(*) > 0 from history('m1', now() - interval '1 d', now())").unwrap(),
        "t"
    );
    for sql in [
        "delete from rollups",
        "update retention set keep = '1 s'",
        "update rollup_state set added = 0",
        "select roll_up_again('-infinity')",
        "select add_to_rollups('{}')",
        "select purge_samples('1 s')",
    ] {
        let why = as_reader(sql).unwrap_err();
        assert!(why.contains("permission denied"), "{sql}: {why}");
    }
    // Somebody's temporary table is not taken for ours by what runs with the owner's rights.
    let trap = "create temp table rollup_state as select * from kpi.rollup_state where false; select roll_up(1000) > 0";
    assert_eq!(as_reader(trap).unwrap(), "t");
    stage.roll_up(50_000);
    stage.assert_equal();
}

/// `KPI_TEST_SAMPLES=1000000` for the full size; `--nocapture` shows what it took.
#[tokio::test]
async fn calls_of_the_usual_size_count_every_one_of_many_samples() {
    let samples = std::env::var("KPI_TEST_SAMPLES").ok();
    let samples: u64 = samples.map_or(150_000, |number| number.parse().unwrap());
    let stage = Stage::new().await;
    stage.roll_up(50_000);
    stage.sql(&format!(
        "insert into samples (metric, ts, value, labels)
         select 'm' || (1 + n % 3), now() - n * interval '0.2 s', n, jsonb_build_object('region', n % 4)
         from generate_series(1, {samples}) n"
    ));
    let began = Instant::now();
    let mut longest = Duration::ZERO;
    let mut counted = 0_u64;
    loop {
        let call = Instant::now();
        let done: u64 = stage.sql("select roll_up()").parse().unwrap();
        longest = longest.max(call.elapsed());
        counted += done;
        if done == 0 {
            break;
        }
    }
    eprintln!(
        "{samples} samples in {:?}, the longest call {longest:?}",
        began.elapsed()
    );
    assert_eq!(counted, samples);
    stage.assert_equal();
}
