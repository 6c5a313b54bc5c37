//! The lease on a real PostgreSQL through a real transaction pooler: one holder at a time, a greater epoch for
//! each new one, and no word from whoever was frozen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kpi_dashboard::config::{self, Secret};
use kpi_dashboard::demo::servers::{Pgbouncer, PgbouncerOptions, Postgres, PostgresOptions};
use kpi_dashboard::model::live::{LiveItem, LiveSample};
use kpi_dashboard::model::time::Moment;
use kpi_dashboard::source::postgres::lease::{Candidate, Standing};
use kpi_dashboard::source::postgres::migrate::{apply, embedded};
use kpi_dashboard::source::postgres::rollups::Keeper;
use kpi_dashboard::source::postgres::write::{Fate, Recorder, Trouble};
use kpi_dashboard::source::postgres::{Target, direct};

const TTL: Duration = Duration::from_millis(1500);

struct Stage {
    postgres: Postgres,
    pooler: Pgbouncer,
}

impl Stage {
    async fn new() -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
        let pooler = Pgbouncer::start(&postgres, &PgbouncerOptions::default()).unwrap();
        let target = Target::parse(&postgres.url("postgres")).unwrap();
        let (client, _) = direct::connect(&target).await.unwrap();
        apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
        Self { postgres, pooler }
    }

    fn config(&self) -> config::Database {
        config::Database {
            url: Some(Secret(self.pooler.url("postgres"))),
            ..config::Database::default()
        }
    }

    fn candidate(&self) -> Candidate {
        self.candidate_for(TTL)
    }

    fn candidate_for(&self, ttl: Duration) -> Candidate {
        Candidate::new(&self.config(), "collector", ttl).unwrap()
    }

    fn sql(&self, text: &str) -> String {
        let answer = self.postgres.psql("postgres", text).unwrap();
        answer.trim().to_owned()
    }
}

fn epoch(standing: Standing) -> Option<u64> {
    match standing {
        Standing::Leader { epoch, .. } => Some(epoch),
        Standing::Follower => None,
    }
}

#[tokio::test]
async fn one_of_many_holds_it_and_keeps_its_epoch() {
    let stage = Stage::new().await;
    let mut candidates: Vec<Candidate> = (0..8).map(|_| stage.candidate()).collect();
    let racing = candidates.iter_mut().map(Candidate::beat);
    let standings = futures_util::future::join_all(racing).await;
    let leaders: Vec<usize> = (0..8)
        .filter(|index| epoch(standings[*index].clone().unwrap()).is_some())
        .collect();
    assert_eq!(leaders.len(), 1, "{standings:?}");
    let leader = &mut candidates[leaders[0]];
    for _ in 0..5 {
        assert_eq!(epoch(leader.beat().await.unwrap()), Some(1));
    }
}

#[tokio::test]
async fn a_holder_that_is_silent_is_followed_within_its_ttl_by_a_greater_epoch() {
    let stage = Stage::new().await;
    let (mut first, mut second) = (stage.candidate(), stage.candidate());
    let Standing::Leader { epoch: 1, until } = first.beat().await.unwrap() else {
        panic!("nobody else wants it");
    };
    let deadline = Instant::now() + 4 * TTL;
    let taken = loop {
        assert!(Instant::now() < deadline, "nobody took over");
        if let Some(epoch) = epoch(second.beat().await.unwrap()) {
            break epoch;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(taken, 2);
    assert!(Instant::now() >= until, "two at a time");
    // Whoever was frozen meanwhile learns that it leads no more.
    assert_eq!(first.beat().await.unwrap(), Standing::Follower);
}

#[tokio::test]
async fn who_comes_back_after_its_end_has_a_greater_epoch_too() {
    let stage = Stage::new().await;
    let mut only = stage.candidate();
    let Standing::Leader { epoch: 1, until } = only.beat().await.unwrap() else {
        panic!("nobody else wants it");
    };
    tokio::time::sleep_until((until + Duration::from_millis(20)).into()).await;
    assert_eq!(epoch(only.beat().await.unwrap()), Some(2));
}

#[tokio::test]
async fn who_gives_it_up_is_followed_at_once() {
    let stage = Stage::new().await;
    let (mut first, mut second) = (stage.candidate(), stage.candidate());
    assert_eq!(epoch(first.beat().await.unwrap()), Some(1));
    assert_eq!(second.beat().await.unwrap(), Standing::Follower);
    first.give_up().await;
    assert_eq!(epoch(second.beat().await.unwrap()), Some(2));
    // Giving up what one does not hold changes nothing.
    first.give_up().await;
    assert_eq!(epoch(second.beat().await.unwrap()), Some(2));
}

#[tokio::test]
async fn an_epoch_rises_above_what_readers_have_seen_for_the_holder_alone() {
    let stage = Stage::new().await;
    let (mut first, mut second) = (stage.candidate(), stage.candidate());
    assert_eq!(epoch(first.beat().await.unwrap()), Some(1));
    second.rise_above(70);
    assert_eq!(second.beat().await.unwrap(), Standing::Follower);
    first.rise_above(40);
    for _ in 0..3 {
        assert_eq!(epoch(first.beat().await.unwrap()), Some(41));
    }
    first.rise_above(12);
    assert_eq!(epoch(first.beat().await.unwrap()), Some(41));
    first.give_up().await;
    assert_eq!(epoch(second.beat().await.unwrap()), Some(71));
}

fn sample(value: i64) -> [LiveItem; 1] {
    let sample = LiveSample::new("a", &value.to_string(), Moment(value), BTreeMap::new());
    [LiveItem::Sample(sample.unwrap())]
}

#[tokio::test]
async fn nothing_is_written_under_an_epoch_that_is_over_or_never_was() {
    let stage = Stage::new().await;
    // Longer than anything here takes on a busy machine.
    let long = Duration::from_secs(120);
    let (mut first, mut second) = (stage.candidate_for(long), stage.candidate_for(long));
    assert_eq!(epoch(first.beat().await.unwrap()), Some(1));
    let mut recorder = Recorder::new(&stage.config(), true).unwrap();
    let mut keeper = Keeper::new(&stage.config(), first.claim()).unwrap();
    recorder.hold(&first.claim(), 1);
    assert_eq!(recorder.write(&sample(1)).await.fates, [Fate::Written]);
    assert_eq!(keeper.roll_up(1).await.unwrap().rows, 1);
    assert!(keeper.retain(1).await.is_ok());
    // Of one's own, and nearly.
    for forged in [0, 2, u64::from(u32::MAX)] {
        recorder.hold(&first.claim(), forged);
        let report = recorder.write(&sample(2)).await;
        assert_eq!(report.fates, [Fate::Open], "epoch {forged}");
    }
    recorder.hold(&second.claim(), 1);
    assert_eq!(recorder.write(&sample(2)).await.fates, [Fate::Open]);

    first.give_up().await;
    assert_eq!(epoch(second.beat().await.unwrap()), Some(2));
    recorder.hold(&first.claim(), 1);
    let report = recorder.write(&sample(3)).await;
    assert_eq!(report.fates, [Fate::Open]);
    let Some(Trouble::Refused(why)) = report.trouble else {
        panic!("{report:?}");
    };
    assert!(why.summary.contains("another replica leads"), "{why:?}");
    stage.sql("insert into kpi.samples (metric, ts, value) values ('a', now(), 9)");
    for done in [keeper.roll_up(1).await, keeper.retain(1).await] {
        let why = done.unwrap_err();
        assert!(why.summary.contains("another replica leads"), "{why:?}");
    }
    let samples = "select string_agg(value::text, ' ' order by value) from kpi.samples";
    assert_eq!(stage.sql(samples), "1 9");
    let counted = "select sum(count) from kpi.rollups where seconds = 86400";
    assert_eq!(stage.sql(counted), "1");
    // Its successor writes what it could not.
    recorder.hold(&second.claim(), 2);
    assert_eq!(recorder.write(&sample(3)).await.fates, [Fate::Written]);
    let mut keeper = Keeper::new(&stage.config(), second.claim()).unwrap();
    assert_eq!(keeper.roll_up(2).await.unwrap().rows, 2);
}

#[tokio::test]
async fn nobody_takes_the_lease_between_the_look_at_it_and_the_commit() {
    let stage = Stage::new().await;
    let (mut first, mut second) = (stage.candidate(), stage.candidate());
    assert_eq!(epoch(first.beat().await.unwrap()), Some(1));
    let holder = first.holder().to_owned();
    // Not through the pooler, whose one connection it would occupy.
    let target = Target::parse(&stage.postgres.url("postgres")).unwrap();
    let (client, _) = direct::connect(&target).await.unwrap();
    let look = format!("begin; select kpi.hold_lease('collector', '{holder}', 1)");
    client.batch_execute(&look).await.unwrap();
    tokio::time::sleep(TTL).await;
    // It is over, and still nobody gets it.
    assert!(second.beat().await.is_err());
    client.batch_execute("commit").await.unwrap();
    assert_eq!(epoch(second.beat().await.unwrap()), Some(2));
    let late = client.batch_execute(&look).await.unwrap_err();
    assert_eq!(late.code().unwrap().code(), "KPI01");
}

#[tokio::test]
async fn without_the_table_it_says_what_to_do() {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    let config = config::Database {
        url: Some(Secret(postgres.url("postgres"))),
        ..config::Database::default()
    };
    let why = Candidate::new(&config, "collector", TTL)
        .unwrap()
        .beat()
        .await
        .unwrap_err();
    assert!(
        why.details.iter().any(|line| line.contains("kpi migrate")),
        "{why:?}"
    );
}
