//! What `kpi serve` does not answer, and why: the same on every address, in words that a machine finds, too.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod web;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kpi_dashboard::config::Config;
use kpi_dashboard::model::panel_data::Failure;
use kpi_dashboard::serve::state::Standing;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use web::{TOKEN, Web, limits};

#[tokio::test]
async fn a_value_that_a_variable_has_not_is_refused_by_every_route_that_takes_one() {
    let web = Web::start(limits()).await;
    for path in [
        "/api/panels/1/latest",
        "/snapshot/1.txt",
        "/snapshot/1.json",
        "/events",
    ] {
        let reply = web.get(&format!("{path}?var.region=mars")).await;
        assert_eq!(reply.status, 400, "{path}");
        let why = reply.why();
        assert!(why.contains("region: `mars` is not one"), "{path}: {why}");
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_variable_loses_the_value() {
    let web = Web::start(limits()).await;
    let mut stream = web.connect().await;
    let head = format!(
        "GET /events?var.region=us HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).await.unwrap();
    assert!(first.ends_with(b" 200"));
    let mut config = web.config.clone();
    let text = web::DASHBOARDS.replace("[\"eu\", \"us\"]", "[\"eu\"]");
    let fewer = Config::from_toml("config.toml", &text, &BTreeMap::new());
    config.dashboards = fewer.unwrap().dashboards;
    web.hub.reload(config.into()).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut rest));
    ended.await.expect("the stream ends").unwrap();
}

#[tokio::test]
async fn whatever_is_wrong_with_an_address_is_said_as_json() {
    let web = Web::start(limits()).await;
    for (path, status) in [
        ("/snapshot/%ff.txt", 400),
        ("/api/panels/%ff/orders", 400),
        ("/api/panels/1/%fe%ff", 400),
        ("/snapshot/1.gif", 404),
        ("/snapshot/1.txt?size=%ff", 400),
        ("/events?dashboard=%ff", 404),
        ("/%ff", 404),
    ] {
        let reply = web.get(path).await;
        assert_eq!(reply.status, status, "{path}: {reply:?}");
        assert_eq!(reply.header("content-type"), "application/json", "{path}");
        assert!(!reply.why().is_empty(), "{path}");
    }
}

#[tokio::test]
async fn who_is_not_ready_says_why_without_a_name() {
    let mut web = Web::start(limits()).await;
    let secret = Failure::new("password authentication failed for user \"app\" at db.internal");
    let gone = Instant::now();
    for (standing, is_silent, says) in [
        (Standing::Unknown { why: None }, false, "not been asked"),
        (
            Standing::Unknown { why: Some(secret) },
            false,
            "the database gives no lease",
        ),
        (Standing::Follower, true, "no collector"),
        (
            Standing::Leader {
                epoch: 1,
                until: gone,
            },
            false,
            "has run out",
        ),
        (Standing::Resigned, false, "ending"),
    ] {
        web.feed.send_modify(|feed| feed.is_silent = is_silent);
        web.standing.send_replace(standing.clone());
        let reply = web.ask("/readyz", &[]).await;
        assert_eq!(reply.status, 503, "{standing:?}");
        let why = reply.json()["why"].as_str().unwrap().to_owned();
        assert!(why.contains(says), "{standing:?}: {why}");
        let said = reply.text();
        assert!(!said.contains("app") && !said.contains("db."), "{said}");
    }
    web.feed.send_modify(|feed| feed.is_silent = false);
    web.standing.send_replace(Standing::Follower);
    let ready = web.ask("/readyz", &[]).await;
    assert_eq!(ready.status, 200);
    assert!(ready.json().get("why").is_none(), "{ready:?}");
    web.tell_to_end();
    web.ended().await;
}

#[tokio::test]
async fn a_panel_that_fails_is_an_answer_as_the_document_says_with_the_reason_in_it() {
    let web = Web::start(limits()).await;
    web.until("/api/panels/1/orders", |reply| reply.status == 200)
        .await;
    web.sql("alter table orders rename to elsewhere");
    let failing = |reply: &web::Reply| reply.json()["panels"][0]["health"] == "failed";
    let reply = web.until("/api/panels/1/orders", failing).await;
    assert_eq!(reply.status, 200);
    let panel = &reply.json()["panels"][0];
    let why = panel["why"]["summary"].as_str().unwrap_or_default();
    assert!(why.contains("does not exist"), "{panel}");
    assert_eq!(panel["rows"], serde_json::json!([[2]]), "the last rows");
    let document = web.get("/openapi.json").await.json();
    let responses = &document["paths"]["/api/panels/{dashboard}/{panel}"]["get"]["responses"];
    let told = responses["200"]["description"].as_str().unwrap();
    assert!(told.contains("`failed`"), "{told}");
    let busy = responses["503"]["$ref"].as_str().unwrap();
    assert_eq!(busy, "#/components/responses/Busy");
    let busy = &document["components"]["responses"]["Busy"]["description"];
    let busy = busy.as_str().unwrap();
    assert!(busy.contains("never because a panel fails"), "{busy}");
}
