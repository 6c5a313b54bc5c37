//! What `kpi serve` answers over HTTP, asked by a client over TCP, from a real PostgreSQL.

#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod web;

use std::io::Read;
use std::process::Command;
use std::time::{Duration, Instant};

use kpi_dashboard::serve::http::routes::Route;
use kpi_dashboard::serve::state::Standing;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use web::{Reply, TOKEN, Web, limits};

/// A path of the OpenAPI document with its examples filled in.
fn filled(path: &str, operation: &Value) -> String {
    let mut path = path.to_owned();
    for parameter in operation["parameters"].as_array().unwrap() {
        if parameter["in"] == "path" {
            let name = format!("{{{}}}", parameter["name"].as_str().unwrap());
            let example = parameter["example"].as_str().unwrap();
            path = path.replace(&name, example);
        }
    }
    path
}

#[tokio::test]
async fn every_route_of_the_openapi_document_answers_as_described_and_every_handler_is_in_it() {
    let web = Web::start(limits()).await;
    let document = web.get("/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap();
    let mut described: Vec<&str> = paths.keys().map(String::as_str).collect();
    let mut routed = Route::ALL.map(Route::path);
    described.sort_unstable();
    routed.sort_unstable();
    assert_eq!(described, routed);
    for (path, operations) in paths {
        let operation = &operations["get"];
        let responses = operation["responses"].as_object().unwrap();
        let address = filled(path, operation);
        let is_open = operation["security"] == json!([]);
        let stranger = web.ask(&address, &[]).await;
        assert_eq!(stranger.status, if is_open { 200 } else { 401 }, "{path}");
        assert!(is_open || responses.contains_key("401"), "{path}");
        if path == "/events" {
            // It does not end by itself; its own test reads it.
            continue;
        }
        let reply = web.get(&address).await;
        assert_eq!(reply.status, 200, "{address}: {reply:?}");
        let content = responses["200"]["content"].as_object().unwrap();
        let kind = reply.header("content-type");
        assert!(content.contains_key(kind), "{address}: {kind}");
        let etag = reply.header("etag");
        assert_eq!(responses.contains_key("304"), !etag.is_empty(), "{path}");
        if responses.contains_key("400") {
            let wrong = web.get(&format!("{address}?nonsense=1")).await;
            assert_eq!(wrong.status, 400, "{path}");
            assert!(wrong.why().contains("nonsense"), "{}", wrong.why());
        }
        // Every parameter is understood with its example, or refused by name and not as unknown.
        for parameter in operation["parameters"].as_array().unwrap() {
            let (name, example) = (&parameter["name"], &parameter["example"]);
            let (name, example) = (name.as_str().unwrap(), example.as_str().unwrap());
            if parameter["in"] == "query" {
                let name = name.replace("NAME", "region");
                let reply = web.get(&format!("{address}?{name}={example}")).await;
                assert_eq!(reply.status, 200, "{address}?{name}={example}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_panel_is_the_rows_of_postgresql_and_its_variables_and_range_are_the_callers() {
    let web = Web::start(limits()).await;
    let data = web.get("/api/panels/Shop%20floor/latest").await.json();
    assert_eq!(data["dashboard"], "Shop floor");
    let panels = data["panels"].as_array().unwrap();
    assert_eq!(panels.len(), 1);
    assert_eq!(panels[0]["health"], "live");
    assert_eq!(panels[0]["rows"], json!([[1, "eu", "first"]]));
    let there = web
        .get("/api/panels/1/latest?var.region=us&range=6h&compare=yesterday")
        .await;
    let there = there.json();
    assert_eq!(there["panels"][0]["rows"], json!([[2, "us", "second"]]));
    let window = &there["panels"][0]["window"];
    let hours = |text: &Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let span = hours(&window["to"]).duration_since(hours(&window["from"]));
    assert_eq!(span.as_hours(), 6);
    // Another value's rows would be no answer to one that nobody listed.
    for path in [
        "/api/panels/1/latest",
        "/snapshot/1.txt",
        "/snapshot/1.json",
    ] {
        let hostile = format!("{path}?var.region=%27%20or%201%3D1%20--");
        let reply = web.get(&hostile).await;
        assert_eq!(reply.status, 400, "{path}");
        let why = reply.why();
        assert!(
            why.contains("region: `' or 1=1 --` is not one of its values"),
            "{why}"
        );
    }
    for (path, says) in [
        ("/api/panels/Nowhere/latest", "no dashboard `Nowhere`"),
        ("/api/panels/1/nothing", "no panel `nothing`"),
        ("/snapshot/1.gif", "txt, svg, html, png, json"),
        ("/snapshot/1", "txt, svg, html, png, json"),
        ("/", "/openapi.json"),
    ] {
        let reply = web.get(path).await;
        assert_eq!(reply.status, 404, "{path}");
        assert!(reply.why().contains(says), "{path}: {}", reply.why());
    }
}

#[tokio::test]
async fn the_list_of_dashboards_tells_no_sql() {
    let web = Web::start(limits()).await;
    let reply = web.get("/api/dashboards").await;
    assert!(!reply.text().contains("select"), "{}", reply.text());
    let list = reply.json();
    assert_eq!(list["environment"], "test");
    assert_eq!(list["dashboards"][0]["name"], "Shop floor");
    assert_eq!(list["dashboards"][0]["variables"][0]["name"], "region");
    assert_eq!(list["dashboards"][0]["panels"][1]["id"], "latest");
    assert_eq!(list["dashboards"][1]["refresh_ms"], 3_600_000);
}

#[tokio::test]
async fn a_snapshot_is_the_screen_as_text_picture_page_or_data() {
    let web = Web::start(limits()).await;
    let text = web.get("/snapshot/Shop%20floor.txt?size=60x20").await;
    assert_eq!(text.text().lines().count(), 20);
    assert!(text.text().contains("first"), "{}", text.text());
    for end in ["svg", "html"] {
        let path = format!("/snapshot/Shop%20floor.{end}?size=60x20&theme=light");
        let picture = web.get(&path).await;
        let page = picture.text();
        assert!(page.contains("first"), "{page}");
        assert!(page.contains("#ffffff"), "the light theme's ground: {page}");
        // The title is text, whatever is in it.
        assert!(page.contains("Orders &lt;b&gt;"), "{page}");
        assert!(!page.contains("<b>") && !page.contains("<script"), "{page}");
        let policy = picture.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
    }
    let alone = web.get("/snapshot/1.txt?size=60x20&panel=orders").await;
    assert!(!alone.text().contains("first"), "{}", alone.text());
    let data = web.get("/snapshot/1.json").await.json();
    assert_eq!(data["panels"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again_until_it_changes() {
    let web = Web::start(limits()).await;
    let authorization = format!("Bearer {TOKEN}");
    for path in [
        "/api/panels/Still/big",
        "/snapshot/Still.json",
        "/snapshot/Still.txt",
        "/api/dashboards",
        "/openapi.json",
    ] {
        let first = web.get(path).await;
        assert_eq!(first.header("cache-control"), "private, no-cache");
        let etag = first.header("etag").to_owned();
        let headers = [
            ("Authorization", authorization.as_str()),
            ("If-None-Match", etag.as_str()),
        ];
        let again = web.ask(path, &headers).await;
        assert_eq!(again.status, 304, "{path}");
        assert_eq!(again.header("etag"), etag);
        assert!(again.body.is_empty(), "{path}");
        let other = web
            .ask(path, &[headers[0], ("If-None-Match", "\"other\"")])
            .await;
        assert_eq!(other.status, 200, "{path}");
    }
    let path = "/api/panels/1/orders";
    let before = web.get(path).await;
    web.sql("insert into orders values (3, 'eu', 'third')");
    let after = web
        .until(path, |reply| {
            reply.json()["panels"][0]["rows"] == json!([[3]])
        })
        .await;
    assert_ne!(before.header("etag"), after.header("etag"));
    // Bodies are for their bearer, and health is nobody's to keep.
    assert!(before.header("vary").contains("authorization"));
    assert_eq!(
        web.get("/healthz").await.header("cache-control"),
        "no-store"
    );
}

#[tokio::test]
async fn a_body_is_compressed_for_who_can_read_it() {
    let web = Web::start(limits()).await;
    let path = "/api/panels/Still/big";
    let plain = web.get(path).await;
    assert_eq!(plain.header("content-encoding"), "");
    let authorization = format!("Bearer {TOKEN}");
    let headers = [
        ("Authorization", authorization.as_str()),
        ("Accept-Encoding", "gzip"),
    ];
    let packed = web.ask(path, &headers).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() * 4 < plain.body.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(packed.body.as_slice())
        .read_to_end(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, plain.body);
}

#[tokio::test]
async fn an_event_follows_a_change_and_the_stream_ends_with_the_server() {
    let mut web = Web::start(limits()).await;
    let stream = web.connect().await;
    let (read, mut write) = stream.into_split();
    let head = format!(
        "GET /events?dashboard=Shop%20floor&panel=orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    write.write_all(head.as_bytes()).await.unwrap();
    let mut lines = BufReader::new(read).lines();
    let mut next = async |wanted: &str| loop {
        let line = tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await;
        let line = line.expect("a line in time").unwrap();
        let line = line?;
        if line.contains(wanted) {
            return Some(line);
        }
    };
    assert!(next("200 OK").await.is_some());
    assert!(next("text/event-stream").await.is_some());
    let first = next("\"health\":\"live\"").await.unwrap();
    assert!(first.contains("\"panel\":\"orders\""), "{first}");
    web.sql("insert into orders values (7, 'us', 'new')");
    let event: Value = {
        let line = next("\"panel\":\"orders\"").await.unwrap();
        serde_json::from_str(line.strip_prefix("data: ").unwrap()).unwrap()
    };
    assert_eq!(event["dashboard"], "Shop floor");
    let data = web.get("/api/panels/1/orders").await.json();
    assert_eq!(data["panels"][0]["rows"], json!([[3]]));
    // Where nothing changes, a comment keeps the connection alive.
    // Polls go on every 200 ms, and none of them is news.
    for _ in 0..3 {
        let comment = loop {
            let line = next("").await.unwrap();
            assert!(!line.starts_with("event"), "{line}");
            if line.starts_with(':') {
                break line;
            }
        };
        assert_eq!(comment.trim_end(), ":");
    }
    let metrics = web.get("/metrics").await;
    let listening = "kpi_viewers{via=\"events\"} 1";
    assert!(metrics.text().contains(listening), "{}", metrics.text());
    web.tell_to_end();
    while next("").await.is_some() {}
    assert!(web.ended().await < limits().drain);
}

/// Name with labels → value, after everything Prometheus' parser wants of the text.
fn parsed(reply: &Reply) -> std::collections::BTreeMap<String, f64> {
    assert!(reply.header("content-type").contains("version=0.0.4"));
    let mut values = std::collections::BTreeMap::new();
    let mut kinds = std::collections::BTreeMap::new();
    assert!(reply.text().ends_with('\n'));
    for line in reply.text().lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            let again = kinds.insert(name.to_owned(), kind.to_owned());
            assert!(again.is_none(), "{name} has two types");
            continue;
        }
        if line.starts_with("# HELP ") {
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        let bare = name.split('{').next().unwrap();
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        assert!(bare.chars().all(is_name), "{line}");
        let family = kinds.keys().any(|known| {
            bare.strip_prefix(known.as_str())
                .is_some_and(|rest| ["", "_bucket", "_sum", "_count"].contains(&rest))
        });
        assert!(family, "no type before {line}");
        let again = values.insert(name.to_owned(), value.parse().unwrap());
        assert!(again.is_none(), "{name} stands twice");
    }
    for (name, _) in kinds.iter().filter(|(_, kind)| *kind == "histogram") {
        let prefix = format!("{name}_bucket");
        let of_name = |line: &&str| line.starts_with(&prefix);
        let counts: Vec<f64> = reply
            .text()
            .lines()
            .filter(of_name)
            .map(|line| line.rsplit_once(' ').unwrap().1.parse().unwrap())
            .collect();
        assert!(counts.is_sorted(), "{name}: {counts:?}");
        assert_eq!(
            counts.last(),
            values.get(&format!("{name}_count")),
            "{name}"
        );
    }
    values
}

#[tokio::test]
async fn the_figures_are_prometheus_text_and_they_count() {
    let web = Web::start(limits()).await;
    web.counters.answered(Duration::from_millis(7), 12);
    web.counters.redis_micros.set(Some(1_500));
    web.counters.viewers.set(Some(4));
    let until = Instant::now() + Duration::from_secs(60);
    web.standing
        .send_replace(Standing::Leader { epoch: 9, until });
    web.get("/api/panels/Still/big").await;
    web.get("/api/panels/Still/big").await;
    web.ask("/metrics", &[]).await;
    let values = parsed(&web.get("/metrics").await);
    for (name, value) in [
        ("kpi_queries_total", 1.0),
        ("kpi_query_rows_total", 12.0),
        ("kpi_query_duration_seconds_bucket{le=\"0.005\"}", 0.0),
        ("kpi_query_duration_seconds_bucket{le=\"0.01\"}", 1.0),
        ("kpi_query_duration_seconds_sum", 0.007),
        ("kpi_redis_lag_seconds", 0.0015),
        ("kpi_lease_epoch", 9.0),
        ("kpi_lease_held", 1.0),
        ("kpi_standing{standing=\"leader\"}", 1.0),
        ("kpi_standing{standing=\"follower\"}", 0.0),
        ("kpi_http_cache_hits_total", 1.0),
        ("kpi_http_cache_misses_total", 1.0),
        ("kpi_viewers{via=\"http\"}", 1.0),
        ("kpi_viewers{via=\"feed\"}", 4.0),
        ("kpi_link_up{link=\"database\"}", 1.0),
        ("kpi_config_last_reload_successful", 1.0),
        ("kpi_http_refused_total{why=\"token\"}", 1.0),
        (
            "kpi_http_requests_total{route=\"/api/panels/{dashboard}/{panel}\",status=\"2xx\"}",
            2.0,
        ),
        (
            "kpi_http_requests_total{route=\"/metrics\",status=\"4xx\"}",
            1.0,
        ),
    ] {
        assert_eq!(values.get(name), Some(&value), "{name} in {values:#?}");
    }
    // What is not known is not there.
    web.counters.redis_micros.set(None);
    web.counters.viewers.set(None);
    web.hub.complain(Some("broken".into())).await.unwrap();
    let broken = |reply: &Reply| parsed(reply)["kpi_config_last_reload_successful"] == 0.0;
    let figures = parsed(&web.until("/metrics", broken).await);
    assert!(
        !figures.contains_key("kpi_redis_lag_seconds"),
        "{figures:#?}"
    );
    assert!(
        !figures.contains_key("kpi_viewers{via=\"feed\"}"),
        "{figures:#?}"
    );
    if cfg!(target_os = "linux") {
        assert!(values["process_resident_memory_bytes"] > 1e6);
    }
}

#[tokio::test]
async fn readiness_follows_the_lease_and_a_followers_its_feed() {
    let web = Web::start(limits()).await;
    for (is_silent, status) in [(true, 503), (false, 200)] {
        web.feed.send_modify(|feed| feed.is_silent = is_silent);
        assert_eq!(web.ask("/readyz", &[]).await.status, status);
    }
    for (standing, status) in [
        (Standing::Unknown { why: None }, 503),
        (Standing::Follower, 200),
        (Standing::Resigned, 503),
    ] {
        web.standing.send_replace(standing);
        assert_eq!(web.ask("/readyz", &[]).await.status, status);
        assert_eq!(web.ask("/healthz", &[]).await.status, 200);
    }
}

#[tokio::test]
async fn curl_reads_it() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("skipped: curl is not installed");
        return;
    }
    let web = Web::start(limits()).await;
    let url = format!(
        "http://{}/snapshot/Shop%20floor.html?size=80x24",
        web.address
    );
    let fetched = tokio::task::spawn_blocking(move || {
        let header = format!("Authorization: Bearer {TOKEN}");
        let basic = format!("me:{TOKEN}");
        let compressed = Command::new("curl")
            .args([
                "-sSf",
                "--compressed",
                "--max-time",
                "60",
                "-H",
                &header,
                &url,
            ])
            .output()
            .unwrap();
        let named = Command::new("curl")
            .args(["-sSf", "--max-time", "60", "-u", &basic, &url])
            .output()
            .unwrap();
        [compressed, named]
    })
    .await
    .unwrap();
    for output in fetched {
        let page = String::from_utf8(output.stdout).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        assert!(page.starts_with("<!doctype html>") && page.contains("first"));
    }
}
