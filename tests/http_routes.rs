//! Every address of `kpi serve` against strangers, giants, the slow and the many: a route that is added to the table
//! of routes is tested here by itself.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod web;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kpi_dashboard::serve::http::Limits;
use kpi_dashboard::serve::http::routes::Route;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use web::{OTHER, TOKEN, Web, limits};

const LONG: Duration = Duration::from_secs(120);

/// A route's path with its examples filled in.
fn address(route: Route) -> String {
    let of_path = route.parameters().iter().filter(|one| one.in_path);
    of_path.fold(route.path().to_owned(), |path, one| {
        path.replace(&format!("{{{}}}", one.name), one.example)
    })
}

/// The head of a request that lets its connection live.
fn ask(route: Route, more: &str) -> String {
    let path = address(route);
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n{more}\r\n")
}

/// The status of a stream of events, which does not end by itself, or of any other answer.
async fn status(web: &Web, head: &str) -> u16 {
    let mut stream = web.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    let read = timeout(LONG, stream.read_exact(&mut first)).await;
    read.expect("an answer").unwrap();
    String::from_utf8_lossy(&first[9..]).parse().unwrap()
}

#[tokio::test]
async fn no_route_lets_a_wrong_token_in_but_those_of_health() {
    let web = Web::start(limits()).await;
    let near = format!("Bearer {}X", &TOKEN[..TOKEN.len() - 1]);
    let long = format!("Bearer {}", "x".repeat(8_000));
    let both = format!("Bearer {TOKEN},{OTHER}");
    let wrong = [
        "",
        "Bearer",
        "Bearer ",
        "Basic Og==",
        "Bearer null",
        TOKEN,
        &near,
        &long,
        &both,
    ];
    for route in Route::ALL {
        for header in wrong {
            let reply = web.ask(&address(route), &[("Authorization", header)]).await;
            if route.is_open() {
                assert_eq!(reply.status, 200, "{route:?} {header}");
                continue;
            }
            assert_eq!(reply.status, 401, "{route:?} {header}");
            assert!(reply.header("www-authenticate").starts_with("Bearer"));
            let said = format!("{reply:?}");
            assert!(!said.contains(TOKEN) && !said.contains("Shop"), "{said}");
        }
        for token in [TOKEN, OTHER] {
            let head = ask(route, "").replace(TOKEN, token);
            assert_eq!(status(&web, &head).await, 200, "{route:?}");
        }
    }
}

#[tokio::test]
async fn no_route_takes_huge_paths_heads_or_bodies() {
    let web = Web::start(limits()).await;
    // All at once: what is refused keeps its connection open for a while.
    join_all(Route::ALL.map(async |route| {
        let path = address(route);
        let kib = |kib: usize| "x".repeat(kib << 10);
        for (path, statuses) in [
            (format!("{path}?var.x={}", kib(5)), &[414][..]),
            (format!("{path}/{}", kib(5)), &[414]),
            (format!("{path}?{}", kib(1000)), &[414, 431]),
        ] {
            let reply = web.get(&path).await;
            assert!(statuses.contains(&reply.status), "{route:?}: {reply:?}");
        }
        let bearer = format!("Bearer {TOKEN}");
        let wide = [("Authorization", bearer.as_str()), ("X", &kib(40))];
        assert_eq!(web.ask(&path, &wide).await.status, 431, "{route:?}");
        for (more, status) in [
            ("Content-Length: 1000000000000\r\n", 413),
            ("Content-Length: 5000\r\n", 413),
            ("Content-Length: -1\r\n", 400),
            ("Transfer-Encoding: chunked\r\n", 413),
        ] {
            let mut bytes = ask(route, more).into_bytes();
            bytes.extend_from_slice(kib(64).as_bytes());
            let reply = web.send(&bytes).await;
            assert_eq!(reply.status, status, "{route:?} {more}");
        }
        let posted = ask(route, "Content-Length: 3\r\n").replacen("GET", "POST", 1) + "abc";
        assert_eq!(web.send(posted.as_bytes()).await.status, 405, "{route:?}");
        assert_eq!(status(&web, &ask(route, "")).await, 200, "{route:?}");
    }))
    .await;
}

#[tokio::test]
async fn no_route_waits_for_the_slow() {
    let web = Web::start(Limits {
        // Long enough for one process that is client and server on a busy machine.
        head: Duration::from_secs(4),
        write: Duration::from_secs(1),
        ..limits()
    })
    .await;
    let mut slow = JoinSet::new();
    for route in Route::ALL {
        // Byte by byte, each in time, the head never.
        let mut stream = web.connect().await;
        let head = ask(route, &format!("X: {}\r\n", "x".repeat(4_000)));
        slow.spawn(async move {
            for byte in head.into_bytes() {
                if stream.write_all(&[byte]).await.is_err() {
                    return;
                }
                sleep(Duration::from_millis(20)).await;
            }
            panic!("{route:?}: the whole head was taken");
        });
        // A body that is announced and never comes keeps nobody: the answer does not need it.
        let mut stream = web.connect().await;
        let head = ask(route, "Content-Length: 4000\r\n");
        let is_endless = route == Route::Events;
        slow.spawn(async move {
            stream.write_all(head.as_bytes()).await.unwrap();
            let mut first = [0; 12];
            let read = stream.read_exact(&mut first).await;
            assert!(
                read.is_ok() && first.ends_with(b" 200"),
                "{route:?}: {read:?}"
            );
            if !is_endless {
                let mut rest = Vec::new();
                let _ = stream.read_to_end(&mut rest).await;
            }
        });
        // Asks and asks, and never reads.
        let mut stream = web.connect().await;
        let head = ask(route, "");
        if !is_endless {
            slow.spawn(async move { while stream.write_all(head.as_bytes()).await.is_ok() {} });
        }
    }
    let ended = timeout(LONG, async {
        while let Some(client) = slow.join_next().await {
            client.unwrap();
        }
    });
    ended.await.expect("nobody slow is still there");
    for route in Route::ALL {
        assert_eq!(status(&web, &ask(route, "")).await, 200, "{route:?}");
    }
}

#[tokio::test]
async fn every_route_keeps_up_with_a_thousand_requests_a_second() {
    const CLIENTS: u64 = 20;
    // For the figures of a whole second: KPI_TEST_REQUESTS=1000, in a release build.
    let wanted = std::env::var("KPI_TEST_REQUESTS").ok();
    let each = wanted.map_or(200, |wanted| wanted.parse().unwrap()) / CLIENTS;
    let web = Web::start(limits()).await;
    for route in Route::ALL {
        // Once before the clock runs: the database is asked, the picture drawn.
        assert_eq!(status(&web, &ask(route, "")).await, 200);
        // A stream is a connection; whatever does not end shares some.
        let is_stream = route == Route::Events;
        let head = ask(
            route,
            if is_stream {
                ""
            } else {
                "Connection: close\r\n"
            },
        );
        let begin = Instant::now();
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let address = web.address;
            let head = head.clone();
            clients.spawn(async move {
                let mut longest = Duration::ZERO;
                for round in 0..each {
                    // Due at its time of a thousand a second, whatever became of those before.
                    let due = Duration::from_millis(round * CLIENTS + client);
                    sleep(due.saturating_sub(begin.elapsed())).await;
                    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
                    stream.write_all(head.as_bytes()).await.unwrap();
                    let mut answer = vec![0; 12];
                    stream.read_exact(&mut answer).await.unwrap();
                    if is_stream {
                        // Beyond the most streams there may be: a refusal is an answer.
                        assert!([b"200", b"503"].map(|one| &one[..]).contains(&&answer[9..]));
                    } else {
                        assert_eq!(&answer[9..], b"200");
                        stream.read_to_end(&mut answer).await.unwrap();
                    }
                    longest = longest.max(begin.elapsed().saturating_sub(due));
                }
                longest
            });
        }
        let mut longest = Duration::ZERO;
        while let Some(client) = clients.join_next().await {
            longest = longest.max(client.unwrap());
        }
        println!(
            "{}: {} answers in {:?}, the latest {longest:?} after it was due",
            route.path(),
            CLIENTS * each,
            begin.elapsed(),
        );
        // Others may have the machine, too: a server that cannot keep up would be later than this.
        assert!(
            longest < Duration::from_secs(15),
            "{route:?}: {longest:?} late"
        );
    }
}
