//! Clients that are slow, greedy, many, or leave early.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod web;

use std::time::{Duration, Instant};

use kpi_dashboard::serve::http::Limits;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use web::{TOKEN, Web, limits};

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn huge_paths_heads_and_bodies_are_refused_and_the_next_request_is_answered() {
    let web = Web::start(limits()).await;
    for (bytes, statuses) in [
        (format!("/snapshot/{}.txt", "x".repeat(5_000)), &[414][..]),
        (format!("/events?var.x={}", "x".repeat(5_000)), &[414]),
        (format!("/{}", "x".repeat(100_000)), &[414, 431]),
    ] {
        let reply = web.get(&bytes).await;
        assert!(statuses.contains(&reply.status), "{reply:?}");
    }
    let wide = "x".repeat(40_000);
    assert_eq!(web.ask("/healthz", &[("X", &wide)]).await.status, 431);
    let many = "X-Y: z\r\n".repeat(200);
    let many = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n");
    assert_eq!(web.send(many.as_bytes()).await.status, 431);
    for length in [
        "1000000000000",
        "5000",
        "99999999999999999999999",
        "-1",
        "x",
    ] {
        let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
        let reply = web.send(head.as_bytes()).await;
        assert!([400, 413].contains(&reply.status), "{length}: {reply:?}");
    }
    let chunked =
        "GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n";
    assert_eq!(web.send(chunked.as_bytes()).await.status, 413);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"] {
        let head = format!("{method} /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let reply = web.send(head.as_bytes()).await;
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.header("allow"), "GET, HEAD");
    }
    for nonsense in [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
    ] {
        let reply = web.send(nonsense.as_bytes()).await;
        assert!([0, 400, 505].contains(&reply.status), "{reply:?}");
    }
    for path in [
        "/api/panels/%ff/x",
        "/api/panels/1/..%2f..%2fetc",
        "/snapshot/%00.txt",
    ] {
        let reply = web.get(path).await;
        assert!([400, 404].contains(&reply.status), "{path}: {reply:?}");
    }
    let head = web
        .send(b"HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(web.get("/healthz").await.status, 200);
}

/// Until the server hangs up.
async fn hung_up(mut stream: TcpStream) -> Duration {
    let before = Instant::now();
    let mut rest = Vec::new();
    let read = timeout(LONG, stream.read_to_end(&mut rest)).await;
    let _ = read.expect("the server hangs up");
    before.elapsed()
}

#[tokio::test]
async fn slow_heads_are_given_up_while_others_are_answered() {
    let web = Web::start(Limits {
        head: Duration::from_secs(1),
        ..limits()
    })
    .await;
    let mut slow = JoinSet::new();
    for client in 0..200 {
        let mut stream = web.connect().await;
        slow.spawn(async move {
            let before = Instant::now();
            // A byte now and then, for ever: each in time, the head never.
            for byte in b"GET /healthz HTTP/1.1\r\nX: "
                .iter()
                .chain([b'x'; 10_000].iter())
            {
                if stream.write_all(&[*byte]).await.is_err() {
                    return before.elapsed();
                }
                sleep(Duration::from_millis(100 + client % 50)).await;
            }
            panic!("still taken after {:?}", before.elapsed());
        });
    }
    for _ in 0..20 {
        assert_eq!(web.get("/healthz").await.status, 200);
    }
    while let Some(ended) = timeout(LONG, slow.join_next()).await.expect("an end") {
        assert!(ended.unwrap() < Duration::from_secs(20));
    }
    // Idle connections, before and between requests, are the same.
    assert!(hung_up(web.connect().await).await >= Duration::from_millis(900));
    let mut kept = web.connect().await;
    kept.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    assert!(hung_up(kept).await >= Duration::from_millis(900));
    assert_eq!(web.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn who_asks_and_never_reads_is_given_up() {
    let web = Web::start(Limits {
        write: Duration::from_millis(500),
        head: LONG,
        ..limits()
    })
    .await;
    let mut stream = web.connect().await;
    let ask = format!(
        "GET /api/panels/Still/big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    // Requests go on until no answer fits into anybody's buffers any more, and then the connection breaks.
    let broken = timeout(LONG, async {
        while stream.write_all(ask.as_bytes()).await.is_ok() {}
    });
    broken.await.expect("the server gives up");
    let gone = timeout(LONG, async {
        while !web
            .get("/metrics")
            .await
            .text()
            .contains("kpi_http_connections 1\n")
        {}
    });
    gone.await.expect("only this client's connection is left");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_and_streams_beyond_theirs_are_refused() {
    let web = Web::start(Limits {
        connections: 3,
        streams: 2,
        head: Duration::from_secs(2),
        ..limits()
    })
    .await;
    let ask = format!("GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    let mut streams = Vec::new();
    for _ in 0..2 {
        let mut stream = web.connect().await;
        stream.write_all(ask.as_bytes()).await.unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        streams.push(stream);
    }
    let third = web.get("/events").await;
    assert_eq!(third.status, 503);
    assert_eq!(third.header("retry-after"), "1");
    // The last place is taken by one who says nothing: the next one waits until it is given up.
    let silent = web.connect().await;
    let before = Instant::now();
    assert_eq!(web.get("/healthz").await.status, 200);
    assert!(
        before.elapsed() >= Duration::from_secs(1),
        "{:?}",
        before.elapsed()
    );
    drop((silent, streams));
}

/// Reads one answer with a length from a connection that stays; returns its status.
async fn one_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> String {
    loop {
        let head = buffer.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
            let length = text
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next())
                .and_then(|length| length.trim().parse::<usize>().ok())
                .expect("a length");
            if buffer.len() >= head + 4 + length {
                buffer.drain(..head + 4 + length);
                return text[9..12].to_owned();
            }
        }
        let read = timeout(LONG, stream.read_buf(buffer)).await;
        assert!(read.expect("an answer").unwrap() > 0, "hung up on");
    }
}

#[tokio::test]
async fn a_thousand_requests_a_second_are_all_answered() {
    const CLIENTS: u64 = 20;
    const EACH: u64 = 100;
    let web = Web::start(limits()).await;
    assert_eq!(web.get("/snapshot/Still.txt").await.status, 200);
    let ask = format!(
        "GET /snapshot/Still.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    let begin = Instant::now();
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let mut stream = web.connect().await;
        let ask = ask.clone();
        clients.spawn(async move {
            let mut buffer = Vec::new();
            let mut longest = Duration::ZERO;
            for round in 0..EACH {
                // Due at its time of a thousand a second, whatever became of those before.
                let due = Duration::from_millis(round * CLIENTS + client);
                sleep(due.saturating_sub(begin.elapsed())).await;
                stream.write_all(ask.as_bytes()).await.unwrap();
                assert_eq!(one_answer(&mut stream, &mut buffer).await, "200");
                longest = longest.max(begin.elapsed().saturating_sub(due));
            }
            longest
        });
    }
    let mut longest = Duration::ZERO;
    while let Some(client) = clients.join_next().await {
        longest = longest.max(client.unwrap());
    }
    let took = begin.elapsed();
    println!(
        "{} answers in {took:?}, the latest {longest:?} after it was due",
        CLIENTS * EACH
    );
    // Others may have the machine, too: a server that cannot keep up would be later than this.
    assert!(longest < Duration::from_secs(15), "{longest:?} late");
    let metrics = web.get("/metrics").await;
    let made = "kpi_http_cache_misses_total 1\n";
    assert!(
        metrics.text().contains(made),
        "drawn once: {}",
        metrics.text()
    );
}

#[tokio::test]
async fn told_to_end_it_takes_nobody_in_finishes_answers_and_waits_for_nobody_long() {
    let mut web = Web::start(Limits {
        drain: Duration::from_secs(1),
        head: LONG,
        ..limits()
    })
    .await;
    // An answer on its way: the database is asked for the first time.
    let mut asking = web.connect().await;
    let ask = format!(
        "GET /api/panels/Still/big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    asking.write_all(ask.as_bytes()).await.unwrap();
    let mut idle = web.connect().await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut buffer = Vec::new();
    assert_eq!(one_answer(&mut idle, &mut buffer).await, "200");
    // One who never finishes its question.
    let mut silent = web.connect().await;
    silent.write_all(b"GET /hea").await.unwrap();
    assert_eq!(web.get("/healthz").await.status, 200);
    web.tell_to_end();
    let mut buffer = Vec::new();
    assert_eq!(one_answer(&mut asking, &mut buffer).await, "200");
    assert!(web.ended().await < Duration::from_secs(10));
    assert!(TcpStream::connect(web.address).await.is_err());
    for stream in [idle, silent] {
        hung_up(stream).await;
    }
}
