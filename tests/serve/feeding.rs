//! One polls, many see.

use std::time::Duration;

use crate::serve::stage::{CONFIG, PATIENCE, Stage, wait};

#[test]
fn a_viewer_without_a_configuration_or_a_database_sees_what_the_collector_polls() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader, epoch 1");
    let mut viewer = stage.fed(120, 30);
    let shows = |text: &'static str| {
        let (screen, _) = viewer.wait_within(PATIENCE, text, |screen| screen.contains(text));
        screen
    };
    shows("111");
    let screen = shows("Tokyo");
    assert!(screen.contains("● feed 1 s"), "{screen}");
    assert!(screen.contains("staging"), "{screen}");
    // A change arrives without a key, by the collector's next poll.
    stage.stack.sql("update public.price set price = 222");
    shows("222");
    viewer.send("q");
    assert!(viewer.wait(PATIENCE).success());
    drop(collector);
}

#[test]
fn a_fed_viewer_shows_the_same_cells_as_a_direct_one() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let mut fed = stage.fed(140, 40);
    let mut direct = stage.direct(140, 40);
    for (keys, text) in [("", "Bern"), ("2", "424")] {
        fed.send(keys);
        direct.send(keys);
        let has = |screen: &str| screen.contains(text) && !screen.contains("waiting");
        fed.wait_within(PATIENCE, text, has);
        direct.wait_within(PATIENCE, text, has);
        // The header says where it comes from; all below is the same but for the ages, which are none.
        let body = |screen: &str| screen.lines().skip(1).collect::<Vec<_>>().join("\n");
        wait("the same screens", || {
            body(&fed.screen()) == body(&direct.screen())
        });
    }
}

#[test]
fn what_nobody_watches_is_not_polled_and_many_viewers_cost_what_one_does() {
    let mut stage = Stage::start(CONFIG);
    stage.count_statements();
    let collector = stage.replica();
    collector.says("leader");
    let rate = || {
        let before = stage.statements();
        std::thread::sleep(Duration::from_secs(6));
        stage.statements() - before
    };
    let idle = rate();
    let first = stage.fed(120, 30);
    first.wait_within(PATIENCE, "a number", |screen| screen.contains("111"));
    let one = rate();
    let others: Vec<_> = (0..7).map(|_| stage.fed(120, 30)).collect();
    for viewer in &others {
        viewer.wait_within(PATIENCE, "a number", |screen| screen.contains("111"));
    }
    let eight = rate();
    eprintln!("statements in 6 s: nobody {idle}, one viewer {one}, eight viewers {eight}");
    assert_eq!(idle, 0, "nobody looks");
    // Four panels each second, and one more round where the six seconds begin or end.
    assert!((20..=28).contains(&one), "one viewer: {one}");
    assert!(
        (20..=28).contains(&eight),
        "eight viewers: {eight}, one: {one}"
    );
    drop((first, others));
    // Their interest ends by itself, and with it the polls.
    wait("the end of the interest", || {
        let mut control = stage.stack.control();
        let mut command = redis::cmd("ZCARD");
        command.arg("{kpi}:feed:wanted");
        command.query::<u64>(&mut control).unwrap() == 0
    });
    assert!(rate() <= 4, "nobody looks any more");
}
