//! The lease on a real PostgreSQL through a real transaction pooler: one holder at a time, a greater epoch for
//! each new one, and no word from whoever was frozen.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use kpi_dashboard::config::{self, Secret};
use kpi_dashboard::demo::servers::{Pgbouncer, PgbouncerOptions, Postgres, PostgresOptions};
use kpi_dashboard::source::postgres::lease::{Candidate, Standing};
use kpi_dashboard::source::postgres::migrate::{apply, embedded};
use kpi_dashboard::source::postgres::{Target, direct};

const TTL: Duration = Duration::from_millis(1500);

struct Stage {
    _postgres: Postgres,
    pooler: Pgbouncer,
}

impl Stage {
    async fn new() -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
        let pooler = Pgbouncer::start(&postgres, &PgbouncerOptions::default()).unwrap();
        let target = Target::parse(&postgres.url("postgres")).unwrap();
        let (client, _) = direct::connect(&target).await.unwrap();
        apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
        Self {
            _postgres: postgres,
            pooler,
        }
    }

    fn candidate(&self) -> Candidate {
        let config = config::Database {
            url: Some(Secret(self.pooler.url("postgres"))),
            ..config::Database::default()
        };
        Candidate::new(&config, "collector", TTL).unwrap()
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
