//! Viewers that have one URL and nothing else: what stands in it, what rights it needs, and what they cannot do.

use std::sync::Arc;
use std::time::Instant;

use kpi_dashboard::source::redis::feed::definitions;
use kpi_dashboard::source::redis::{Keys, RedisTarget};

use crate::serve::stage::{CONFIG, PATIENCE, Stage, wait};
use crate::stack::order;

#[test]
fn another_prefix_stands_in_the_url() {
    let config = CONFIG.replace("[redis]", "[redis]\nprefix = \"shop\"");
    let stage = Stage::start(&config);
    let collector = stage.replica();
    collector.says("leader, epoch 1");
    let url = format!("{}?prefix=shop", stage.stack.redis.url());
    let viewer = stage.viewer(&["--from", &url], 100, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    // Whoever does not know it is told where to look.
    let mut lost = stage.fed(100, 30);
    let (screen, _) =
        lost.wait_within(PATIENCE, "advice", |screen| screen.contains("?prefix=NAME"));
    assert!(screen.contains("under `kpi`"), "{screen}");
    assert_eq!(lost.wait(PATIENCE).exit_code(), 1);
    // A collector may have it in its URL, too: it is the same feed, and the same lease.
    let second = stage.replica_with(&[("REDIS_URL", &url)]);
    second.says("follower");
}

/// What an error advises after these words, as ACL rules.
fn advised(details: &[String], whom: &str) -> Vec<String> {
    let line = details.iter().find_map(|line| line.strip_prefix(whom));
    let line = line.unwrap_or_else(|| panic!("no `{whom}` in {details:?}"));
    let (_, rules) = line.split_once(": ").unwrap();
    let rules = rules.trim_start_matches("ACL SETUSER … ").split(' ');
    rules.map(str::to_owned).collect()
}

#[test]
fn the_rights_that_an_error_advises_are_enough_and_a_viewer_publishes_nothing_with_them() {
    let stage = Stage::start(CONFIG);
    let mut control = stage.stack.control();
    let user = |control: &mut redis::Connection, name: &str, rules: &[String]| {
        let mut words = vec!["ACL", "SETUSER", name, "reset", "on", ">secret"];
        words.extend(rules.iter().map(String::as_str));
        assert!(order(control, &words), "{words:?}");
    };
    user(&mut control, "watch", &[]);
    let url = |name: &str| format!("{}?user={name}&password=secret", stage.stack.redis.url());
    let target = Arc::new(RedisTarget::parse(&url("watch"), None).unwrap());
    let keys = Keys::new("kpi").unwrap();
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let refused = runtime.block_on(definitions(&target, &keys)).unwrap_err();
    let reader = advised(&refused.details, "a reader needs");
    let viewer = advised(&refused.details, "a viewer of `kpi serve` also");
    let writer = advised(&refused.details, "a writer and `kpi serve` also");
    user(&mut control, "watch", &[reader.clone(), viewer].concat());
    user(&mut control, "serve", &[reader, writer].concat());

    assert!(order(&mut control, &["ACL", "LOG", "RESET"]));
    let collector = stage.replica_with(&[("REDIS_URL", &url("serve"))]);
    collector.says("leader, epoch 1");
    let screen = stage.viewer(&["--from", &url("watch")], 100, 30);
    screen.wait_within(PATIENCE, "the price", |screen| {
        screen.contains("111") && screen.contains("● feed 1 s")
    });
    // Woken by the channel, not by its own next question: nothing was refused on either side.
    stage.stack.sql("update public.price set price = 222");
    screen.wait_within(PATIENCE, "the news", |screen| screen.contains("222"));
    let log: Vec<redis::Value> = redis::cmd("ACL").arg("LOG").query(&mut control).unwrap();
    assert!(log.is_empty(), "{log:#?}");
    // With a viewer's login nobody can pretend to be the collector.
    let client = format!(
        "unix://{}?user=watch&pass=secret",
        stage.stack.redis.socket().display()
    );
    let mut stranger = redis::Client::open(client)
        .unwrap()
        .get_connection()
        .unwrap();
    for forged in [
        &["SET", "{kpi}:feed:result:0", "x"][..],
        &["HSET", "{kpi}:latest", "_epoch", "99"],
        &["HSET", "{kpi}:feed:beat", "holder", "me"],
        &["DEL", "{kpi}:feed:dashboards"],
        &[
            "EVAL",
            "return redis.call('HSET', KEYS[1], '_epoch', 9)",
            "1",
            "{kpi}:latest",
        ],
        &["FLUSHALL"],
    ] {
        assert!(!order(&mut stranger, forged), "{forged:?}");
    }
}

#[test]
fn a_snapshot_of_a_feed_that_stands_still_says_how_old_it_is() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let url = stage.stack.redis.url();
    let snapshot = || {
        let arguments = [
            "snapshot", "--from", &url, "--panel", "price", "--format", "csv",
        ];
        let output = stage.stack.command(&arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(output.stdout, b"price\r\n111\r\n");
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(snapshot(), "");
    drop(collector);
    wait("the warning", || {
        let said = snapshot();
        let is_old = said.starts_with("warning: price: as of 20") && said.lines().count() == 1;
        assert!(said.is_empty() || is_old, "{said}");
        said.contains("the collector is silent")
    });
    // So do the other ways to ask, at once.
    let ask = |arguments: &[&str]| -> (serde_json::Value, String) {
        let output = stage.stack.command(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (serde_json::from_slice(&output.stdout).unwrap(), said)
    };
    let (taken, _) = ask(&["snapshot", "--from", &url, "--format", "json"]);
    let feed = &taken["links"]["feed"];
    assert_eq!(feed["state"], "down", "{feed}");
    assert_eq!(feed["since"], feed["heard_at"], "{feed}");
    let began = Instant::now();
    let (status, said) = ask(&[
        "status",
        "--from",
        &url,
        "--panel",
        "chart",
        "--format",
        "json",
        "--timeout",
        "40s",
    ]);
    assert!(began.elapsed() < PATIENCE / 2, "{:?}", began.elapsed());
    let chart = &status["panels"][0];
    assert_eq!(chart["state"], "failed", "{chart}");
    let why = chart["why"].as_str().unwrap();
    assert!(why.starts_with("the collector is silent since "), "{why}");
    assert!(
        said.starts_with(&format!("warning: {why}; is `kpi serve`")),
        "{said}"
    );
}

#[test]
fn what_a_fed_viewer_cannot_do_says_who_can() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let mut viewer = stage.fed(120, 40);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    // At once, not after the text was written.
    viewer.send("a");
    viewer.wait_within(PATIENCE, "why not", |screen| {
        screen.contains("the feed takes no notes") && screen.contains("kpi annotate")
    });
    viewer.send("P");
    viewer.wait_within(PATIENCE, "why not", |screen| {
        screen.contains("only the feed can be asked")
    });
    viewer.send("i");
    viewer.wait_within(PATIENCE, "the panel inspected", |screen| {
        screen.contains("Inspect")
    });
    viewer.send("\t");
    viewer.wait_within(PATIENCE, "why there is no plan", |screen| {
        screen.contains("runs nothing but what its configuration holds")
            && screen.contains("without --from")
    });
    assert_eq!(stage.stack.sql("select count(*) from kpi.annotations"), "0");
    // Who has a database and dashboards of his own writes into it, also while the feed shows the numbers.
    let mut both = stage.both(120, 40);
    both.wait_within(PATIENCE, "the price", |screen| screen.contains("● feed"));
    both.send("a");
    both.wait_within(PATIENCE, "the field", |screen| screen.contains("Annotate"));
    both.send("deployed\r");
    wait("the note", || {
        stage
            .stack
            .sql("select string_agg(text, ' ') from kpi.annotations")
            == "deployed"
    });
}
