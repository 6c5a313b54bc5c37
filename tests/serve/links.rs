//! What replicas and viewers say of their connections while PostgreSQL or Redis is away: in words, in JSON, in figures.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kpi_dashboard::source::feed::codec;
use rustix::process::Signal;
use serde_json::Value;

use crate::serve::followers::{figure_of, get, two};
use crate::serve::stage::{CONFIG, PATIENCE, Replica, Stage, wait};
use crate::web::TOKEN;

/// The links in the JSON of a dashboard.
fn links(replica: &Replica) -> Value {
    let reply = get(replica, "/snapshot/Shop.json");
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["links"].clone()
}

/// The first line of the dashboard in text.
fn header(replica: &Replica) -> String {
    let reply = get(replica, "/snapshot/Shop.txt?size=120x30");
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.text().lines().next().unwrap_or_default().to_owned()
}

/// The states of `database`, `redis` and `feed` (`-` for none), and the signs of these in the header.
fn told(replica: &Replica) -> ([String; 3], Vec<&'static str>) {
    let all = ["● pg", "✖ pg", "● redis", "✖ redis", "● feed", "✖ feed"];
    let (links, header) = (links(replica), header(replica));
    let state = |name: &str| links[name]["state"].as_str().unwrap_or("-").to_owned();
    let states = ["database", "redis", "feed"].map(state);
    let signs = all.into_iter().filter(|sign| header.contains(sign));
    (states, signs.collect())
}

/// Waits until exactly this is told.
fn says(replica: &Replica, states: [&str; 3], signs: &[&str]) {
    let began = Instant::now();
    loop {
        let (found, shown) = told(replica);
        if found == states && shown == signs {
            return;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "wanted {states:?} and {signs:?}: {found:?} and {shown:?}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Waits until one of them leads and the other follows, and both say that all is well.
fn all_is_well(replicas: [&Replica; 2]) {
    let is_sound = |replica: &&Replica| {
        let (states, signs) = if replica.leads() {
            (["up", "up", "-"], SOUND)
        } else {
            (["up", "up", "up"], SOUND_FED)
        };
        told(replica) == (states.map(str::to_owned), signs.to_vec())
    };
    wait("two that are well", || {
        let led = replicas.iter().filter(|replica| replica.leads());
        led.count() == 1 && replicas.iter().all(is_sound)
    });
}

fn is_up(replica: &Replica, link: &str) -> Option<f64> {
    figure_of(replica, &format!("kpi_link_up{{link=\"{link}\"}}"))
}

fn why(replica: &Replica, link: &str) -> String {
    links(replica)[link]["why"].to_string()
}

const SOUND: &[&str] = &["● pg", "● redis"];
const SOUND_FED: &[&str] = &["● redis", "● feed"];

#[test]
fn without_postgresql_a_leader_and_a_follower_say_that_the_database_is_away() {
    let mut stage = Stage::start(CONFIG);
    let (leader, follower) = two(&mut stage);
    says(&leader, ["up", "up", "-"], SOUND);
    says(&follower, ["up", "up", "up"], SOUND_FED);
    assert_eq!(is_up(&leader, "database"), Some(1.0));
    stage.stack.postgres.stop();
    says(&leader, ["down", "up", "-"], &["✖ pg", "● redis"]);
    // Its feed goes on, and says itself that there is no database.
    says(&follower, ["down", "up", "up"], &["✖ pg", "● redis"]);
    wait("word of the leader", || {
        header(&follower).contains("no database")
    });
    for replica in [&leader, &follower] {
        assert_eq!(is_up(replica, "database"), Some(0.0));
        assert_eq!(is_up(replica, "feed"), Some(1.0));
    }
    stage.stack.postgres.restart().unwrap();
    // Whose try is the first leads.
    all_is_well([&leader, &follower]);
}

#[test]
fn without_redis_a_leader_and_a_follower_say_so_and_the_database_is_up() {
    let mut stage = Stage::start(CONFIG);
    let (leader, follower) = two(&mut stage);
    says(&leader, ["up", "up", "-"], SOUND);
    says(&follower, ["up", "up", "up"], SOUND_FED);
    assert!(figure_of(&leader, "kpi_redis_lag_seconds").is_some_and(|lag| lag > 0.0));
    assert_eq!(figure_of(&follower, "kpi_redis_lag_seconds"), None);
    stage.stack.redis.stop();
    says(&leader, ["up", "down", "-"], &["● pg", "✖ redis"]);
    says(&follower, ["up", "down", "down"], &["✖ redis", "✖ feed"]);
    assert!(
        why(&follower, "feed").contains("Redis"),
        "{}",
        why(&follower, "feed")
    );
    for replica in [&leader, &follower] {
        assert_eq!(is_up(replica, "database"), Some(1.0));
        assert_eq!(is_up(replica, "redis"), Some(0.0));
        assert_eq!(is_up(replica, "feed"), Some(0.0));
    }
    // A lag that nobody can measure is none.
    wait("no lag", || {
        figure_of(&leader, "kpi_redis_lag_seconds").is_none()
    });
    assert_eq!(figure_of(&leader, "kpi_viewers{via=\"feed\"}"), None);
    stage.stack.redis.restart().unwrap();
    all_is_well([&leader, &follower]);
    wait("a lag", || {
        figure_of(&leader, "kpi_redis_lag_seconds").is_some()
    });
}

#[test]
fn who_takes_over_without_redis_says_nothing_of_the_feed_it_read() {
    let mut stage = Stage::start(CONFIG);
    let (leader, follower) = two(&mut stage);
    says(&follower, ["up", "up", "up"], SOUND_FED);
    stage.stack.redis.stop();
    says(&follower, ["up", "down", "down"], &["✖ redis", "✖ feed"]);
    leader.signal(Signal::KILL);
    follower.says("leader, epoch 2");
    says(&follower, ["up", "down", "-"], &["● pg", "✖ redis"]);
    stage.stack.redis.restart().unwrap();
    says(&follower, ["up", "up", "-"], SOUND);
}

#[test]
fn who_led_without_a_database_says_as_a_follower_how_the_database_is_now() {
    let mut stage = Stage::start(CONFIG);
    let (first, second) = two(&mut stage);
    says(&first, ["up", "up", "-"], SOUND);
    stage.stack.postgres.stop();
    says(&first, ["down", "up", "-"], &["✖ pg", "● redis"]);
    // It does not see the database come back, nor the other one take over.
    first.signal(Signal::STOP);
    stage.stack.postgres.restart().unwrap();
    second.says("leader, epoch");
    says(&second, ["up", "up", "-"], SOUND);
    first.signal(Signal::CONT);
    first.says("follower");
    says(&first, ["up", "up", "up"], SOUND_FED);
    // And back: what it read as a follower is nothing to a leader.
    second.signal(Signal::KILL);
    wait("it to lead again", || first.leads());
    says(&first, ["up", "up", "-"], SOUND);
}

#[test]
fn viewers_of_the_feed_are_counted_by_whoever_leads() {
    let mut stage = Stage::start(CONFIG);
    let (leader, follower) = two(&mut stage);
    let viewers = |replica: &Replica| figure_of(replica, "kpi_viewers{via=\"feed\"}");
    wait("a count", || viewers(&leader) == Some(0.0));
    // Two who look at the same are two.
    let mut first = stage.fed(100, 30);
    let second = stage.fed(100, 30);
    for viewer in [&first, &second] {
        viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    }
    wait("two viewers", || viewers(&leader) == Some(2.0));
    first.send("q");
    assert!(first.wait(PATIENCE).success());
    wait("one viewer", || viewers(&leader) == Some(1.0));
    assert_eq!(viewers(&follower), None);
    leader.signal(Signal::KILL);
    follower.says("leader, epoch 2");
    wait("the new leader's count", || viewers(&follower) == Some(1.0));
}

#[test]
fn a_configuration_that_is_refused_is_a_figure() {
    let mut stage = Stage::start(CONFIG);
    stage.stack.set("KPI_TOKEN", Some(TOKEN));
    let replica = stage.replica();
    replica.says("leader");
    let is_fine = || figure_of(&replica, "kpi_config_last_reload_successful");
    assert_eq!(is_fine(), Some(1.0));
    let path = stage.stack.folder.path().join("config.toml");
    std::fs::write(
        &path,
        CONFIG.replace("refresh = \"1s\"", "refresh = \"soon\""),
    )
    .unwrap();
    wait("a refusal", || is_fine() == Some(0.0));
    replica.says("the configuration that is running stays");
    std::fs::write(&path, CONFIG).unwrap();
    wait("a sound configuration", || is_fine() == Some(1.0));
}

fn second_of_day(second: i64) -> u32 {
    u32::try_from(second.rem_euclid(86_400)).unwrap()
}

/// When panels on the screen say that they are asked again.
fn next_tries(screen: &str) -> Vec<u32> {
    let words = screen.split("next try at ").skip(1);
    let clocks = words.filter_map(|after| after.get(..8));
    clocks
        .map(|clock| {
            let parts = clock.split(':').map(|part| part.parse::<u32>().unwrap());
            parts.fold(0, |seconds, part| seconds * 60 + part)
        })
        .collect()
}

/// When the collector says that it asks again.
fn tries(stage: &Stage) -> Vec<u32> {
    let mut control = stage.stack.control();
    let mut keys = redis::cmd("KEYS");
    let keys: Vec<String> = keys.arg("{kpi}:feed:result:*").query(&mut control).unwrap();
    let payloads = keys.iter().filter_map(|key| {
        let mut get = redis::cmd("GET");
        let payload: Option<Vec<u8>> = get.arg(key).query(&mut control).unwrap();
        codec::decode(&payload?).unwrap().failing
    });
    payloads
        .map(|failing| second_of_day(failing.retry_at.0.div_euclid(1_000_000)))
        .collect()
}

#[test]
fn a_fed_viewer_shows_when_the_collector_asks_again_and_never_a_time_that_is_past() {
    let mut stage = Stage::start(CONFIG);
    stage.stack.set("KPI_TOKEN", Some(TOKEN));
    let collector = stage.replica();
    collector.says("leader");
    let viewer = stage.fed(100, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    stage.stack.postgres.stop();
    let now = || second_of_day(jiff::Timestamp::now().as_second());
    // Several tries of the collector are seen, each of them as it was published, and while it is to come.
    let began = Instant::now();
    let mut published = BTreeSet::new();
    let mut seen = BTreeSet::new();
    while seen.len() < 5 {
        let before = now();
        let screen = viewer.screen();
        assert!(began.elapsed() < 2 * PATIENCE, "{seen:?}: {screen}");
        published.extend(tries(&stage));
        for next in next_tries(&screen) {
            // A frame is drawn within a second of what changes it; midnight is no test.
            assert!(
                next + 2 > before || next + 43_200 < before,
                "{before}: {screen}"
            );
            assert!(
                published.contains(&next),
                "{next} of {published:?}: {screen}"
            );
            seen.insert(next);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // With the collector itself away nobody knows when: the last time passes, and no other is shown.
    drop(collector);
    viewer.wait_within(PATIENCE, "silence", |screen| {
        screen.contains("feed silent") && screen.contains("111") && next_tries(screen).is_empty()
    });
}
