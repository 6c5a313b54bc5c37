//! What the screen says when live updates fail, and that it recovers by itself; NOTIFY in place of Redis.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stack;
mod terminal;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{RedisOptions, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use stack::{Stack, add, order};
use terminal::Terminal;

/// A number that only live samples move in the time of a test, and one that polls move.
const CONFIG: &str = r#"
[database]
url = "${DATABASE_URL}"
direct_url = "${DIRECT_URL:-}"
schema = "kpi"
[redis]
url = "${REDIS_URL:-}"
sslrootcert = "root.pem"
[[dashboard]]
name = "Live"
range = "15m"
areas = "live polled"
[dashboard.panel.live]
title = "By samples"
kind = "stat"
unit = "none"
decimals = 0
refresh = "10m"
live = "orders"
sql = "select value from samples where metric = 'orders' order by ts desc limit 1"
[dashboard.panel.polled]
title = "By polls"
kind = "stat"
unit = "none"
decimals = 0
refresh = "300ms"
sql = "select count(*) + 5000 as rows from samples"
"#;

fn config(root: bool) -> String {
    if root {
        CONFIG.to_owned()
    } else {
        CONFIG.replace("sslrootcert = \"root.pem\"\n", "")
    }
}

fn is_up(screen: &str) -> bool {
    screen.contains("● redis")
}

/// The header's sign and a sentence in the status line.
fn says(terminal: &Terminal, sentence: &str) -> String {
    terminal.wait_for(sentence, |screen| {
        screen.contains("✖ redis") && screen.contains(sentence)
    })
}

/// Polls go on: a row shows up.
fn polls_go_on(stack: &Stack, terminal: &Terminal) {
    let rows = stack.sql("insert into kpi.samples values ('other', now(), 1); select count(*) + 5000 from kpi.samples");
    terminal.wait_for("a polled row", |screen| screen.contains(&rows));
}

/// Live updates are back: a sample by hand shows up.
fn live_goes_on(stack: &Stack, terminal: &Terminal, value: &str) {
    terminal.wait_for("the connection", is_up);
    // A sample of the moment between connecting and the snapshot is the next poll's, and SQL has none.
    let mut control = stack.control();
    let begun = Instant::now();
    while !terminal.screen().contains(value) {
        assert!(
            begun.elapsed() < terminal::PATIENCE,
            "{}",
            terminal.screen()
        );
        add(&mut control, "orders", value);
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn redis_stops_polls_go_on_and_it_comes_back() {
    let mut stack = Stack::start(&["orders", "other"], &config(false));
    let terminal = stack.viewer(120, 6);
    live_goes_on(&stack, &terminal, "41000");
    let outage = std::env::var("KPI_TEST_OUTAGE").map_or(2, |text| text.parse().unwrap());
    stack.redis.stop();
    let stopped = Instant::now();
    says(&terminal, "there is no Redis socket");
    while stopped.elapsed() < Duration::from_secs(outage) {
        polls_go_on(&stack, &terminal);
    }
    // The database knows something newer than the screen: the hole is filled from there, and told.
    stack.sql("insert into kpi.samples values ('orders', now(), 42000)");
    stack.redis.restart().unwrap();
    terminal.wait_for("the hole filled and told", |screen| {
        screen.contains("42000") && screen.contains("resync")
    });
    live_goes_on(&stack, &terminal, "43000");
}

#[test]
fn no_redis_at_the_start_is_said_and_found_later() {
    let mut stack = Stack::start(&["orders", "other"], &config(false));
    stack.redis.stop();
    let terminal = stack.viewer(120, 6);
    says(&terminal, "Redis: there is no Redis socket");
    polls_go_on(&stack, &terminal);
    stack.redis.restart().unwrap();
    live_goes_on(&stack, &terminal, "41000");
}

#[test]
fn a_wrong_password_is_said_without_it_and_put_right_at_the_server() {
    let user = "user watch on >right ~{kpi}:* &kpi:refresh +@all";
    let options = RedisOptions {
        settings: vec![user.to_owned()],
        ..RedisOptions::default()
    };
    let mut stack = Stack::with(&options, &["orders", "other"], &config(false));
    let url = format!("{}?user=watch&password=hunter2", stack.redis.url());
    stack.set("REDIS_URL", Some(&url));
    let terminal = stack.viewer(120, 6);
    let screen = says(&terminal, "refuses the login of user `watch`");
    assert!(!screen.contains("hunter2"));
    polls_go_on(&stack, &terminal);
    assert!(order(
        &mut stack.control(),
        &["ACL", "SETUSER", "watch", ">hunter2"]
    ));
    live_goes_on(&stack, &terminal, "41000");
}

fn authority(name: &str, folder: &Path) -> (PathBuf, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let common = rcgen::DnType::CommonName;
    params.distinguished_name.push(common, name);
    let file = folder.join(format!("{name}.pem"));
    std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
    (file, Issuer::new(params, key))
}

#[test]
fn a_wrong_authority_is_said_and_the_right_file_is_found_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let (right, issuer) = authority("right", folder.path());
    let (wrong, _) = authority("wrong", folder.path());
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let files = TlsFiles {
        certificate: folder.path().join("server.crt"),
        key: folder.path().join("server.key"),
    };
    let certificate = params.signed_by(&key, &issuer).unwrap();
    std::fs::write(&files.certificate, certificate.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    let options = RedisOptions {
        tls: Some(files),
        ..RedisOptions::default()
    };
    let stack = Stack::with(&options, &["orders", "other"], &config(true));
    let root = stack.folder.path().join("root.pem");
    std::fs::copy(&wrong, &root).unwrap();
    let terminal = stack.viewer(140, 6);
    says(&terminal, "signed by an unknown authority");
    polls_go_on(&stack, &terminal);
    std::fs::copy(&right, &root).unwrap();
    live_goes_on(&stack, &terminal, "41000");
}

#[test]
fn a_server_that_accepts_and_never_answers_is_said_and_replaced_by_one_that_does() {
    let options = RedisOptions {
        tcp: true,
        ..RedisOptions::default()
    };
    let mut stack = Stack::with(&options, &["orders", "other"], &config(false));
    let port = stack.redis.port().unwrap();
    stack.redis.stop();
    let hole = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let terminal = stack.viewer(120, 6);
    says(&terminal, "accepts and does not answer");
    polls_go_on(&stack, &terminal);
    drop(hole);
    stack.redis.restart().unwrap();
    live_goes_on(&stack, &terminal, "41000");
    // The same with a server that freezes while it is followed.
    stack.redis.freeze();
    says(&terminal, "accepts and does not answer");
    polls_go_on(&stack, &terminal);
    stack.redis.thaw();
    live_goes_on(&stack, &terminal, "42000");
}

#[test]
fn without_redis_an_insert_moves_the_panel_at_once_by_notify() {
    let mut stack = Stack::start(&["orders", "other"], &config(false));
    let direct = stack.postgres.url("postgres");
    stack.set("REDIS_URL", None);
    stack.set("DIRECT_URL", Some(&direct));
    stack.sql("select kpi.enable_notify()");
    let terminal = stack.viewer(120, 6);
    terminal.wait_for("the connection", |screen| screen.contains("● notify"));
    stack.sql("insert into kpi.samples values ('orders', now(), 41000)");
    terminal.wait_for("the insert", |screen| screen.contains("41000"));
    // PostgreSQL is away and back: what was inserted meanwhile is asked for.
    stack.postgres.restart().unwrap();
    stack.sql("insert into kpi.samples values ('orders', now(), 42000)");
    terminal.wait_for("the insert", |screen| {
        screen.contains("42000") && screen.contains("● notify")
    });
    stack.sql("insert into kpi.samples values ('orders', now(), 43000)");
    terminal.wait_for("the next", |screen| screen.contains("43000"));
}
