//! Whoever may write to Redis can waste some of its room, and nothing else.

use std::time::{Duration, Instant};

use kpi_dashboard::source::feed::{Identity, LONGEST, Wanted};

use crate::serve::stage::{CONFIG, PATIENCE, Stage, wait};
use crate::stack::order;

const SET: &str = "{kpi}:feed:wanted";

fn identity(wanted: Wanted) -> Identity {
    Identity {
        dashboard: "Shop".into(),
        wanted,
        range: "1h".into(),
        interval: 30_000_000,
        compare: kpi_dashboard::model::compare::Compare::Off,
        values: kpi_dashboard::model::variable::Selection::new(),
    }
}

/// Milliseconds by the server's clock, `ahead` from now.
fn score(control: &mut redis::Connection, ahead: u64) -> String {
    let (seconds, _): (u64, u64) = redis::cmd("TIME").query(control).unwrap();
    (seconds * 1000 + ahead).to_string()
}

fn members(control: &mut redis::Connection) -> Vec<String> {
    let answer: Vec<Vec<u8>> = redis::cmd("ZRANGE")
        .arg(SET)
        .arg(0)
        .arg(-1)
        .query(control)
        .unwrap();
    answer
        .iter()
        .map(|member| String::from_utf8_lossy(member).into_owned())
        .collect()
}

#[test]
fn interests_that_are_none_are_thrown_away_and_run_nothing() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let mut control = stage.stack.control();
    let soon = score(&mut control, 60_000);
    let panel = || Wanted::Panel("price".into());
    let injected = Identity {
        dashboard: "Shop'; drop table orders; --".into(),
        ..identity(panel())
    };
    // Known by name, but not as anybody may ask for it.
    let unknown = [
        injected,
        identity(Wanted::Panel("price; select 1".into())),
        identity(Wanted::Variable("price".into())),
        Identity {
            interval: 1,
            ..identity(panel())
        },
        Identity {
            range: "now-9999999y".into(),
            interval: -5,
            ..identity(panel())
        },
        Identity {
            values: [(
                "region".to_owned(),
                kpi_dashboard::model::variable::Chosen::All,
            )]
            .into(),
            ..identity(panel())
        },
        Identity {
            values: [
                (
                    "region".to_owned(),
                    kpi_dashboard::model::variable::Chosen::Values(vec!["europe".into()]),
                ),
                (
                    "city".to_owned(),
                    kpi_dashboard::model::variable::Chosen::Values(vec![
                        "' or 1=1; drop table orders; --".into(),
                    ]),
                ),
            ]
            .into(),
            ..identity(Wanted::Panel("count".into()))
        },
    ];
    for identity in &unknown {
        assert!(order(
            &mut control,
            &["ZADD", SET, &soon, &identity.to_json()]
        ));
    }
    let huge = "x".repeat(1 << 20);
    let long = format!("{{\"dashboard\":\"{}\"}}", "y".repeat(LONGEST));
    for member in [
        "",
        "select pg_sleep(1)",
        "{",
        "[]",
        "\u{1b}[2J",
        &huge,
        &long,
    ] {
        assert!(order(&mut control, &["ZADD", SET, &soon, member]));
    }
    assert!(order(&mut control, &["ZADD", SET, "+inf", "for ever"]));
    // One that is fine, among them.
    let fine = identity(panel());
    assert!(order(&mut control, &["ZADD", SET, &soon, &fine.to_json()]));
    wait("what is no identity to be gone", || {
        members(&mut control).len() == unknown.len() + 1
    });
    let result = |identity: &Identity| format!("{{kpi}}:feed:result:{}", identity.digest());
    wait("the result of the one that is fine", || {
        let mut exists = redis::cmd("EXISTS");
        exists.arg(result(&fine));
        exists.query::<u64>(&mut control).unwrap() == 1
    });
    for identity in &unknown {
        let mut exists = redis::cmd("EXISTS");
        exists.arg(result(identity));
        assert_eq!(
            exists.query::<u64>(&mut control).unwrap(),
            0,
            "{identity:?}"
        );
    }
    assert_eq!(stage.stack.sql("select count(*) from public.orders"), "120");
}

#[test]
fn a_flood_of_interests_is_cut_and_real_viewers_are_served() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let mut control = stage.stack.control();
    // Later than any real one ends: those of viewers come first.
    let late = score(&mut control, 300_000);
    for chunk in 0..20 {
        let mut add = redis::cmd("ZADD");
        add.arg(SET);
        for index in 0..1000 {
            let mut one = identity(Wanted::Panel(format!("p{chunk}-{index}")));
            one.dashboard = "Nowhere".into();
            add.arg(&late).arg(one.to_json());
        }
        add.exec(&mut control).unwrap();
    }
    wait("the flood to be cut", || {
        members(&mut control).len() <= 8192
    });
    // What was thrown away made room for nobody yet: the set is full until the flood ends, or is cut again.
    assert!(order(&mut control, &["ZREMRANGEBYRANK", SET, "8000", "-1"]));
    let began = Instant::now();
    let viewer = stage.fed(100, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    eprintln!("served beside 8000 strangers after {:?}", began.elapsed());
    assert!(collector.leads());
}

#[test]
fn an_old_epoch_publishes_nothing_while_the_later_one_lives() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader, epoch 1");
    let viewer = stage.fed(100, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    let mut control = stage.stack.control();
    // A collector of a later epoch gives signs of life here: one with another database.
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let mut other = stage.stack.control();
    let beats = std::thread::spawn(move || {
        while ended.try_recv().is_err() {
            let at = score(&mut other, 0) + "000";
            let beat = ["HSET", "{kpi}:feed:beat", "epoch", "7", "holder", "other"];
            assert!(order(
                &mut other,
                &[&beat as &[&str], &["at", &at]].concat()
            ));
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    assert!(order(
        &mut control,
        &["HSET", "{kpi}:latest", "_epoch", "7"]
    ));
    stage.stack.sql("update public.price set price = 666");
    let watched = Instant::now();
    while watched.elapsed() < Duration::from_secs(6) {
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(stage.beat("holder").as_deref(), Some("other"));
        assert!(!viewer.screen().contains("666"), "{}", viewer.screen());
    }
    assert_eq!(collector.said().last().unwrap(), "leader, epoch 1");
    // When it is gone for longer than a lease, whoever holds ours goes on above it.
    end.send(()).unwrap();
    beats.join().unwrap();
    viewer.wait_within(PATIENCE, "the news", |screen| screen.contains("666"));
    assert_eq!(stage.beat("epoch").as_deref(), Some("8"));
}

#[test]
fn what_is_no_epoch_keeps_nobody_from_publishing() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader, epoch 1");
    let viewer = stage.fed(100, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    let mut control = stage.stack.control();
    for (epoch, price) in [
        ("1e300", "201"),
        ("inf", "202"),
        ("nan", "203"),
        ("garbage", "204"),
        ("-5", "205"),
        ("9007199254740993", "206"),
    ] {
        let forged = ["HSET", "{kpi}:latest", "_epoch", epoch];
        assert!(order(&mut control, &forged));
        let update = format!("update public.price set price = {price}");
        stage.stack.sql(&update);
        viewer.wait_within(PATIENCE, price, |screen| screen.contains(price));
    }
}

#[test]
fn a_result_that_was_tampered_with_is_told_and_survived() {
    let stage = Stage::start(CONFIG);
    let collector = stage.replica();
    collector.says("leader");
    let mut viewer = stage.fed(100, 30);
    viewer.wait_within(PATIENCE, "the price", |screen| screen.contains("111"));
    collector.signal(rustix::process::Signal::STOP);
    let mut control = stage.stack.control();
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("{kpi}:feed:result:*")
        .query(&mut control)
        .unwrap();
    assert!(keys.len() >= 4, "{keys:?}");
    for key in &keys {
        assert!(order(&mut control, &["SET", key, "\u{2}garbage\u{1b}[2J"]));
    }
    viewer.wait_within(PATIENCE, "a damaged result", |screen| {
        screen.contains("damaged") && screen.contains("111")
    });
    collector.signal(rustix::process::Signal::CONT);
    viewer.wait_within(PATIENCE, "sound results", |screen| {
        !screen.contains("damaged") && screen.contains("111")
    });
    viewer.send("q");
    assert!(viewer.wait(PATIENCE).success());
}
