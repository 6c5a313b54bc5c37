//! Three replicas: one leads, the others take over.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::serve::stage::{CONFIG, PATIENCE, Replica, Stage, wait};
use crate::stack::order;
use crate::terminal::Terminal;

/// The lease's length, a heartbeat and the dashboard's refresh.
const GAP: Duration = Duration::from_secs(3 + 1 + 1);
/// What a busy machine may add.
const SLACK: Duration = Duration::from_secs(5);

fn three(stage: &Stage) -> [Replica; 3] {
    let replicas = [stage.replica(), stage.replica(), stage.replica()];
    wait("one leader and two followers", || {
        let led = replicas.iter().filter(|replica| replica.leads()).count();
        let followed = replicas.iter().filter(|replica| {
            replica
                .said()
                .last()
                .is_some_and(|line| line.starts_with("follower"))
        });
        led == 1 && followed.count() == 2
    });
    replicas
}

fn leader(replicas: &[Replica]) -> usize {
    replicas.iter().position(Replica::leads).unwrap()
}

fn viewer(stage: &Stage) -> Terminal {
    let viewer = stage.fed(100, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    viewer
}

/// How long it takes until a viewer sees a new price.
fn until_seen(stage: &Stage, viewer: &Terminal, price: &str) -> Duration {
    let began = Instant::now();
    stage
        .stack
        .sql(&format!("update public.price set price = {price}"));
    viewer.wait_within(PATIENCE, price, |screen| screen.contains(price));
    began.elapsed()
}

#[test]
fn sigterm_hands_over_at_once() {
    let stage = Stage::start(CONFIG);
    let mut replicas = three(&stage);
    let viewer = viewer(&stage);
    let first = leader(&replicas);
    let began = Instant::now();
    replicas[first].signal(Signal::TERM);
    assert_eq!(replicas[first].ended(), Some(0));
    wait("the next leader", || {
        replicas.iter().filter(|replica| replica.leads()).count() == 1
            && stage.beat("epoch").as_deref() == Some("2")
    });
    // Not the end of the lease was waited for: the next beat of a follower is enough.
    let handed_over = began.elapsed();
    eprintln!("handed over in {handed_over:?}");
    assert!(handed_over < Duration::from_millis(2500), "{handed_over:?}");
    until_seen(&stage, &viewer, "777");
}

#[test]
fn a_killed_leader_is_followed_within_its_lease() {
    let stage = Stage::start(CONFIG);
    let replicas = three(&stage);
    let viewer = viewer(&stage);
    replicas[leader(&replicas)].signal(Signal::KILL);
    let gap = until_seen(&stage, &viewer, "777");
    eprintln!("killed: seen after {gap:?}");
    assert!(gap < GAP + SLACK, "{gap:?}");
    assert_eq!(stage.beat("epoch").as_deref(), Some("2"));
}

#[test]
fn a_frozen_leader_says_nothing_when_it_wakes() {
    let stage = Stage::start(CONFIG);
    let replicas = three(&stage);
    let viewer = viewer(&stage);
    let first = leader(&replicas);
    replicas[first].signal(Signal::STOP);
    let gap = until_seen(&stage, &viewer, "777");
    eprintln!("frozen: seen after {gap:?}");
    assert!(gap < GAP + SLACK, "{gap:?}");
    let holder = stage.beat("holder");
    replicas[first].signal(Signal::CONT);
    replicas[first].says("follower");
    // It had its chance to publish what it held when it was frozen.
    until_seen(&stage, &viewer, "888");
    assert_eq!(stage.beat("epoch").as_deref(), Some("2"));
    assert_eq!(stage.beat("holder"), holder);
}

#[test]
fn a_database_that_was_restored_leads_on_above_the_epochs_that_readers_have_seen() {
    let stage = Stage::start(CONFIG);
    let replicas = three(&stage);
    let viewer = viewer(&stage);
    let mut control = stage.stack.control();
    // As after ninety elections, before the table was made anew.
    let seen = ["HSET", "{kpi}:latest", "_epoch", "90"];
    assert!(order(&mut control, &seen));
    stage.stack.sql("delete from kpi.lease");
    let gap = until_seen(&stage, &viewer, "777");
    eprintln!("restored: seen after {gap:?}");
    let epoch: u64 = stage.beat("epoch").unwrap().parse().unwrap();
    assert!(epoch > 90, "{epoch}");
    assert_eq!(replicas.iter().filter(|one| one.leads()).count(), 1);
    let held = stage.stack.sql("select epoch from kpi.lease");
    assert_eq!(held, epoch.to_string());
    // And again, with a new leader: what the table gives now is enough.
    replicas[leader(&replicas)].signal(Signal::KILL);
    until_seen(&stage, &viewer, "888");
    assert_eq!(stage.beat("epoch"), Some((epoch + 1).to_string()));
}

#[test]
fn without_postgresql_the_last_results_stay_and_say_so() {
    let mut stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let viewer = viewer(&stage);
    stage.pooler.freeze();
    collector.says("the database is away");
    viewer.wait_within(PATIENCE, "a marked screen", |screen| {
        screen.contains("no database") && screen.contains("111")
    });
    // Whoever comes now sees them, too.
    let late = stage.fed(100, 30);
    late.wait_within(PATIENCE, "the last results", |screen| {
        screen.contains("no database") && screen.contains("111")
    });
    stage.pooler.thaw();
    until_seen(&stage, &viewer, "777");
    late.wait_within(PATIENCE, "a sound screen", |screen| {
        screen.contains("777") && !screen.contains("no database")
    });
    stage.pooler.stop();
}

#[test]
fn redis_may_go_and_come_back() {
    let mut stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let viewer = viewer(&stage);
    stage.stack.redis.stop();
    viewer.wait_within(PATIENCE, "a broken feed", |screen| {
        screen.contains("✖ feed")
    });
    // Once everything that comes through it fails, the notes besides, the cause still is what is told.
    viewer.wait_within(PATIENCE, "failing panels", |screen| {
        screen.contains("failing")
    });
    viewer.wait_within(PATIENCE, "the cause", |screen| {
        screen.contains("✖ the feed: ") && !screen.contains("no annotations")
    });
    stage.stack.redis.restart().unwrap();
    until_seen(&stage, &viewer, "777");
    assert!(collector.leads(), "{:?}", collector.said());
}

#[test]
fn a_collector_that_is_silent_is_said_to_be() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let viewer = viewer(&stage);
    drop(collector);
    viewer.wait_within(PATIENCE, "silence", |screen| {
        screen.contains("✖ feed silent 11 s") && screen.contains("111")
    });
    let again = stage.replica();
    again.says("leader, epoch 2");
    viewer.wait_within(PATIENCE, "a voice", |screen| screen.contains("● feed 1 s"));
}

#[test]
fn a_viewer_with_credentials_may_ask_the_database_while_the_collector_is_silent() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let mut viewer = stage.both(120, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    drop(collector);
    viewer.wait_within(PATIENCE, "an offer", |screen| {
        screen.contains("feed silent") && screen.contains("P ask the database")
    });
    stage.stack.sql("update public.price set price = 333");
    viewer.send("P");
    viewer.wait_within(PATIENCE, "an answer of the database", |screen| {
        screen.contains("333") && screen.contains("● pg") && !screen.contains("feed silent")
    });
    let collector = stage.replica();
    collector.says("leader, epoch 2");
    viewer.send("P");
    viewer.wait_within(PATIENCE, "the feed again", |screen| {
        screen.contains("● feed 1 s")
    });
    until_seen(&stage, &viewer, "444");
}

#[test]
fn what_was_not_watched_before_is_served_within_a_refresh() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let mut viewer = viewer(&stage);
    let began = Instant::now();
    viewer.send("2");
    viewer.wait_within(PATIENCE, "another dashboard", |screen| {
        screen.contains("424242")
    });
    let waited = began.elapsed();
    eprintln!("a new interest was served after {waited:?}");
    assert!(waited < Duration::from_secs(1) + SLACK / 5, "{waited:?}");
}
