//! Who is let in by `kpi serve` over HTTP, and what that takes.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web;

use std::sync::Arc;
use std::time::{Duration, Instant};

use kpi_dashboard::config::Secret;
use kpi_dashboard::serve::http::{Server, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use web::{OTHER, TOKEN, Web, limits};

#[tokio::test]
async fn only_who_bears_a_token_is_let_in_and_health_is_for_everybody() {
    let web = Web::start(limits()).await;
    let wrong = format!("Bearer {TOKEN}x");
    for (path, open) in [("/healthz", true), ("/readyz", true), ("/metrics", false)] {
        for header in ["", "Bearer", "Bearer ", &wrong, &wrong[..20], "Basic Og=="] {
            let reply = web.ask(path, &[("Authorization", header)]).await;
            assert_eq!(
                reply.status,
                if open { 200 } else { 401 },
                "{path} {header}"
            );
            if !open {
                assert!(reply.header("www-authenticate").starts_with("Bearer"));
                assert!(!reply.text().contains(TOKEN));
            }
        }
        for token in [TOKEN, OTHER] {
            let header = format!("Bearer {token}");
            let reply = web.ask(path, &[("Authorization", &header)]).await;
            assert_eq!(reply.status, 200, "{path}");
        }
    }
}

/// Goes on with these tokens, as after an edit of the configuration.
async fn reload(web: &Web, tokens: &[&str]) {
    let mut config = web.config.clone();
    let tokens = tokens.iter().map(|token| Secret((*token).to_owned()));
    config.serve.tokens = tokens.collect();
    web.hub.reload(Arc::new(config)).await.unwrap();
}

#[tokio::test]
async fn tokens_are_read_again_with_the_configuration() {
    let web = Web::start(limits()).await;
    let asked = async |token: &str| {
        let header = format!("Bearer {token}");
        let reply = web.ask("/metrics", &[("Authorization", &header)]).await;
        reply.status
    };
    let until = async |token: &str, status: u16| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while asked(token).await != status {
            assert!(Instant::now() < deadline, "{token} never gets {status}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let mut listening = web.connect().await;
    let head = format!("GET /events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n");
    listening.write_all(head.as_bytes()).await.unwrap();
    listening.read_exact(&mut [0; 12]).await.unwrap();
    let new = "new-0123456789abcdef";
    reload(&web, &[OTHER, new]).await;
    until(new, 200).await;
    assert_eq!((asked(TOKEN).await, asked(OTHER).await), (401, 200));
    // Whoever listened by the one that is gone does not any more.
    let ended = tokio::time::timeout(Duration::from_secs(30), async {
        let mut rest = Vec::new();
        listening.read_to_end(&mut rest).await
    });
    ended.await.expect("the stream ends").unwrap();
    // On this machine there may be none at all; then names of others are refused again.
    reload(&web, &[]).await;
    until("", 200).await;
    let rebound = b"GET /metrics HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    assert_eq!(web.send(rebound).await.status, 421);
    reload(&web, &[TOKEN]).await;
    until("", 401).await;
    assert_eq!(asked(TOKEN).await, 200);
}

#[tokio::test]
async fn where_other_machines_can_ask_the_last_tokens_stay() {
    let web = Web::beyond(limits(), [0, 0, 0, 0].into()).await;
    reload(&web, &[OTHER]).await;
    web.until("/metrics", |reply| reply.status == 401).await;
    reload(&web, &[]).await;
    // Seen by something that is read at the same time.
    let mut revisions = web.hub.watch_configs();
    while revisions.borrow_and_update().revision < 2 {
        revisions.changed().await.unwrap();
    }
    for _ in 0..20 {
        assert_eq!(web.get("/metrics").await.status, 401);
        assert_eq!(web.ask("/metrics", &[]).await.status, 401);
    }
}

#[tokio::test]
async fn beyond_loopback_there_must_be_a_token_and_without_one_only_our_own_names_are_answered() {
    let web = Web::with(limits(), &[]).await;
    let mut settings = Settings::of(&web.config);
    settings.bind = [0, 0, 0, 0].into();
    let refused = Server::bind(settings).await.unwrap_err();
    assert!(refused.summary.contains("there is no token"), "{refused:?}");
    assert!(refused.details[0].contains("KPI_TOKEN"));
    let mut settings = Settings::of(&web.config);
    settings.port = web.address.port();
    let taken = Server::bind(settings).await.unwrap_err();
    assert!(taken.details[0].contains("PORT"), "{taken:?}");
    assert_eq!(web.ask("/api/dashboards", &[]).await.status, 200);
    let rebound =
        b"GET /api/dashboards HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    let reply = web.send(rebound).await;
    assert_eq!(reply.status, 421);
    assert!(!reply.text().contains("Shop floor"));
}
