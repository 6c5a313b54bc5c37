//! Pictures of pixels over HTTP: right, kept, not compressed again, and painted beside the loop that answers.

#![cfg(all(feature = "png", feature = "serve"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod picture;
mod web;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use kpi_dashboard::export::png::{HEIGHT, WIDTH};
use picture::Pixels;
use tokio::io::AsyncWriteExt;
use web::{TOKEN, Web, limits};

#[tokio::test]
async fn a_dashboard_is_a_picture_that_a_client_may_keep() {
    let web = Web::start(limits()).await;
    let token = format!("Bearer {TOKEN}");
    let ask = async |more: &[(&str, &str)]| {
        let headers = [
            &[
                ("Authorization", token.as_str()),
                ("Accept-Encoding", "gzip"),
            ],
            more,
        ];
        web.ask(
            "/snapshot/Still.png?size=60x20&theme=light",
            &headers.concat(),
        )
        .await
    };
    let reply = ask(&[]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "image/png");
    assert_eq!(reply.header("content-encoding"), "");
    let pixels = Pixels::decode(&reply.body);
    assert_eq!((pixels.width, pixels.height), (60 * WIDTH, 20 * HEIGHT));
    assert_eq!(pixels.at(0, pixels.height - 1), (255, 255, 255));
    // Until the clock turns it is the same picture.
    let mark = reply.header("etag").to_owned();
    let deadline = Instant::now() + Duration::from_secs(30);
    while ask(&[("If-None-Match", &mark)]).await.status != 304 {
        assert!(Instant::now() < deadline);
    }
    assert_eq!(web.get("/snapshot/Still.png?size=0x1").await.status, 400);
}

#[tokio::test]
async fn others_are_answered_while_a_picture_is_painted() {
    let web = Web::start(limits()).await;
    // So that only the painting is left to be done.
    assert_eq!(web.get("/snapshot/Still.txt?size=200x80").await.status, 200);
    let before = Instant::now();
    let mut painting = std::pin::pin!(web.get("/snapshot/Still.png?size=200x80"));
    let (mut slowest, mut answers) = (Duration::ZERO, 0);
    let painted = loop {
        let asked = Instant::now();
        tokio::select! {
            reply = &mut painting => break reply,
            reply = web.get("/healthz") => {
                assert_eq!(reply.status, 200);
                slowest = slowest.max(asked.elapsed());
                answers += 1;
            }
        }
    };
    let took = before.elapsed();
    assert_eq!(Pixels::decode(&painted.body).width, 200 * WIDTH);
    assert!(
        answers > 10 && slowest < took / 2,
        "{answers} answers, the slowest in {slowest:?} of {took:?}"
    );
}

/// A large one, whose body is not kept.
const LARGE: &str = "/snapshot/Dense.png?size=200x100";

/// Hits and misses.
async fn counts(web: &Web) -> (u64, u64) {
    let figures = web.get("/metrics").await;
    let count = |name: &str| -> u64 {
        let mut lines = figures.text().lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap().parse().unwrap()
    };
    (
        count("kpi_http_cache_hits_total"),
        count("kpi_http_cache_misses_total"),
    )
}

#[tokio::test]
async fn one_painting_is_for_everybody_who_waits_for_it() {
    const CLIENTS: u64 = 8;
    let web = Web::start(limits()).await;
    let replies = join_all((0..CLIENTS).map(|_| web.get(LARGE))).await;
    for reply in &replies {
        assert_eq!(reply.status, 200);
        assert!(reply.body.len() > 512 << 10, "{}", reply.body.len());
    }
    let (hits, misses) = counts(&web).await;
    // Who comes while an older one is painted has the next one, with all others who do.
    assert!(misses <= 2, "{misses} paintings for {CLIENTS} clients");
    assert_eq!(hits + misses, CLIENTS);
}

#[tokio::test]
async fn a_client_that_has_a_large_picture_costs_no_painting() {
    let web = Web::start(limits()).await;
    let token = format!("Bearer {TOKEN}");
    let mut mark = web.get(LARGE).await.header("etag").to_owned();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let (_, before) = counts(&web).await;
        let headers = [
            ("Authorization", token.as_str()),
            ("If-None-Match", mark.as_str()),
        ];
        let reply = web.ask(LARGE, &headers).await;
        if reply.status == 304 && counts(&web).await.1 == before {
            return;
        }
        // The clock has turned meanwhile.
        assert!(Instant::now() < deadline, "{reply:?}");
        reply.header("etag").clone_into(&mut mark);
    }
}

#[tokio::test]
async fn who_leaves_takes_no_painting_from_those_who_stay() {
    let web = Web::start(limits()).await;
    let hasty = async {
        let mut stream = web.connect().await;
        let head =
            format!("GET {LARGE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        // It is being painted by now, or soon.
        web.get("/healthz").await;
    };
    let (reply, ()) = tokio::join!(web.get(LARGE), hasty);
    assert_eq!(reply.status, 200);
    assert_eq!(Pixels::decode(&reply.body).width, 200 * WIDTH);
}
