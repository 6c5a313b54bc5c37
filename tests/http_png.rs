//! Pictures of pixels over HTTP: right, kept, not compressed again, and painted beside the loop that answers.

#![cfg(all(feature = "png", feature = "serve"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod picture;
mod web;

use std::time::{Duration, Instant};

use kpi_dashboard::export::png::{HEIGHT, WIDTH};
use picture::Pixels;
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
