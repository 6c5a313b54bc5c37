//! HTTP on a replica that does not poll: everything it answers comes from the feed.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use kpi_dashboard::serve::http::routes::Route;
use serde_json::Value;

use crate::serve::stage::{CONFIG, PATIENCE, Replica, Stage, wait};
use crate::web::{Reply, TOKEN};

fn ask(replica: &Replica, path: &str, token: &str) -> Reply {
    let mut stream = TcpStream::connect(replica.address()).unwrap();
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Reply::parse(&answer)
}

pub fn get(replica: &Replica, path: &str) -> Reply {
    ask(replica, path, TOKEN)
}

/// The rows of a panel.
fn rows(replica: &Replica, panel: &str) -> Value {
    let reply = get(replica, &format!("/api/panels/Shop/{panel}"));
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["panels"][0]["rows"].clone()
}

/// One line of the figures, where there is one.
pub fn figure_of(replica: &Replica, name: &str) -> Option<f64> {
    let figures = get(replica, "/metrics");
    assert_eq!(figures.status, 200, "{figures:?}");
    let mut lines = figures.text().lines();
    let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map(|value| value.parse().unwrap())
}

fn figure(replica: &Replica, name: &str) -> f64 {
    figure_of(replica, name).unwrap_or_else(|| panic!("no {name}"))
}

/// A leader and a follower that want a token.
pub fn two(stage: &mut Stage) -> (Replica, Replica) {
    stage.stack.set("KPI_TOKEN", Some(TOKEN));
    let leader = stage.replica();
    leader.says("leader, epoch 1");
    let follower = stage.replica();
    follower.says("follower");
    (leader, follower)
}

#[test]
fn a_follower_answers_every_route_as_the_leader_does_and_asks_the_database_nothing() {
    let mut stage = Stage::start(CONFIG);
    stage.count_statements();
    let (leader, follower) = two(&mut stage);
    for route in Route::ALL {
        let of_path = route.parameters().iter().filter(|one| one.in_path);
        let path = of_path.fold(route.path().to_owned(), |path, one| {
            let example = if one.name == "panel" {
                "price"
            } else {
                one.example
            };
            path.replace(&format!("{{{}}}", one.name), example)
        });
        let stranger = ask(&follower, &path, "wrong-0123456789abcdef");
        assert_eq!(
            stranger.status,
            if route.is_open() { 200 } else { 401 },
            "{path}"
        );
        if route == Route::Events {
            continue;
        }
        let replies = [&leader, &follower].map(|replica| get(replica, &path));
        for reply in &replies {
            assert_eq!(reply.status, 200, "{path}: {reply:?}");
        }
        let [one, other] = replies.map(|reply| reply.header("content-type").to_owned());
        assert_eq!(one, other, "{path}");
    }
    let ready = get(&follower, "/readyz").json();
    assert_eq!(
        (&ready["standing"], &ready["ready"]),
        (&"follower".into(), &true.into())
    );
    assert_eq!(get(&leader, "/readyz").json()["standing"], "leader");
    for path in ["/api/dashboards", "/openapi.json"] {
        assert_eq!(get(&leader, path).body, get(&follower, path).body, "{path}");
    }
    for panel in ["price", "list", "chart"] {
        let [one, other] = [&leader, &follower].map(|replica| rows(replica, panel));
        assert_eq!(one, other, "{panel}");
    }
    let text = get(&follower, "/snapshot/Shop.txt?size=100x30");
    assert!(
        text.text().contains("111") && text.text().contains("Bern"),
        "{text:?}"
    );
    for end in ["svg", "html"] {
        let page = get(
            &follower,
            &format!("/snapshot/Shop.{end}?size=100x30&panel=price"),
        );
        assert!(page.text().contains("111"), "{end}");
    }
    // What it has not seen before comes through the leader; what changes there changes here.
    let data = get(&follower, "/snapshot/Unseen.json").json();
    assert_eq!(data["panels"][0]["rows"][0][0], 424_242);
    stage.stack.sql("update public.price set price = 222");
    wait("the news", || {
        rows(&follower, "price") == serde_json::json!([[222]])
    });
    // All of it was asked once, by the leader.
    assert_eq!(figure(&follower, "kpi_queries_total"), 0.0);
    assert_eq!(figure(&follower, "kpi_lease_held"), 0.0);
    assert_eq!(
        figure(&follower, "kpi_standing{standing=\"follower\"}"),
        1.0
    );
    assert!(figure(&leader, "kpi_queries_total") > 4.0);
}

#[test]
fn events_of_a_follower_follow_the_feed_and_outlive_its_leader() {
    let mut stage = Stage::start(CONFIG);
    let (leader, follower) = two(&mut stage);
    let Ok(mut curl) = Command::new("curl")
        .args(["-sSN", "--max-time", "120", "-H"])
        .arg(format!("Authorization: Bearer {TOKEN}"))
        .arg(format!(
            "http://{}/events?dashboard=Shop&panel=price",
            follower.address()
        ))
        .stdout(std::process::Stdio::piped())
        .spawn()
    else {
        eprintln!("skipped: curl is not installed");
        return;
    };
    let mut stream = curl.stdout.take().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = stream.read(&mut bytes) {
            let _ = tell.send(String::from_utf8_lossy(&bytes[..read]).into_owned());
        }
    });
    let next = |what: &str| {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            let text = told
                .recv_timeout(left)
                .unwrap_or_else(|_| panic!("no event: {what}"));
            if text.contains("\"health\":\"live\"") && text.contains("\"price\"") {
                return;
            }
        }
    };
    next("how it is");
    stage.stack.sql("update public.price set price = 222");
    next("a change that the leader polled");
    leader.signal(rustix::process::Signal::KILL);
    follower.says("leader, epoch 2");
    while told.recv_timeout(Duration::from_millis(500)).is_ok() {}
    stage.stack.sql("update public.price set price = 333");
    next("a change that it polled itself");
    assert_eq!(rows(&follower, "price"), serde_json::json!([[333]]));
    curl.kill().unwrap();
    curl.wait().unwrap();
}
