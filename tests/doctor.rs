//! `kpi check` on connections: each finding on a real server that gives cause for it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Stdio};

use kpi_dashboard::demo::servers::{
    Pgbouncer, PgbouncerOptions, PoolMode, Postgres, PostgresOptions, Redis, RedisOptions, TlsFiles,
};
use kpi_dashboard::model::finding::{Finding, FindingLevel};
use kpi_dashboard::model::time::{HOUR, Moment};
use kpi_dashboard::source::postgres::doctor::{Purpose, examine};
use kpi_dashboard::source::postgres::migrate::{apply, embedded};
use kpi_dashboard::source::postgres::{Target, direct};

fn now() -> Moment {
    Moment::from_timestamp(jiff::Timestamp::now())
}

/// A migrated server with the roles of sql/roles.sql.
async fn server(options: &PostgresOptions) -> Postgres {
    let postgres = Postgres::start(options).unwrap();
    let target = Target::parse(&postgres.url("postgres")).unwrap();
    let (client, _) = direct::connect(&target).await.unwrap();
    apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
    postgres
        .script(
            "postgres",
            &[("schema", "kpi")],
            include_str!("../sql/roles.sql"),
        )
        .unwrap();
    postgres
}

async fn findings(url: &str, purpose: Purpose) -> Vec<Finding> {
    examine(&Target::parse(url).unwrap(), purpose, "kpi", now).await
}

/// The only finding with these words.
#[track_caller]
fn about<'a>(findings: &'a [Finding], words: &str) -> &'a Finding {
    let mut found = findings
        .iter()
        .filter(|finding| finding.what.contains(words));
    match (found.next(), found.next()) {
        (Some(finding), None) => finding,
        _ => panic!("`{words}` in {findings:#?}"),
    }
}

#[tokio::test]
async fn poolers_are_told_apart_by_measuring() {
    let postgres = server(&PostgresOptions::default()).await;
    let found = findings(&postgres.url("postgres"), Purpose::Panels).await;
    assert_eq!(
        about(&found, "no pooler in between").level,
        FindingLevel::Ok
    );
    let pooler = |mode| {
        let options = PgbouncerOptions {
            mode,
            pool_size: 2,
            ..PgbouncerOptions::default()
        };
        Pgbouncer::start(&postgres, &options).unwrap()
    };
    let (session, transaction) = (pooler(PoolMode::Session), pooler(PoolMode::Transaction));
    for (pooler, purpose, words, level) in [
        (
            &transaction,
            Purpose::Panels,
            "a transaction pooler",
            FindingLevel::Ok,
        ),
        (
            &transaction,
            Purpose::Direct,
            "LISTEN hears nothing",
            FindingLevel::Warning,
        ),
        (
            &session,
            Purpose::Panels,
            "a session pooler",
            FindingLevel::Warning,
        ),
        (
            &session,
            Purpose::Direct,
            "a session pooler",
            FindingLevel::Ok,
        ),
    ] {
        let found = findings(&pooler.url("postgres"), purpose).await;
        assert_eq!(about(&found, words).level, level, "{found:#?}");
    }
}

#[tokio::test]
async fn roles_are_judged_by_what_they_may() {
    let postgres = server(&PostgresOptions::default()).await;
    postgres
        .psql("postgres", "create role service login bypassrls")
        .unwrap();
    for (role, words, level) in [
        ("postgres", "is a superuser", FindingLevel::Warning),
        (
            "service",
            "bypasses row level security",
            FindingLevel::Warning,
        ),
        (
            "kpi_reader",
            "cannot write samples, read-only by default",
            FindingLevel::Ok,
        ),
        (
            "kpi_writer",
            "can write samples (panels are always",
            FindingLevel::Ok,
        ),
    ] {
        let found = findings(&postgres.url_as(role, "postgres"), Purpose::Panels).await;
        let finding = about(&found, words);
        assert!(finding.what.contains(role), "{finding:?}");
        assert_eq!(finding.level, level);
        assert_eq!(finding.advice.is_empty(), level == FindingLevel::Ok);
        about(&found, "PostgreSQL 1");
        about(&found, "round trip 0.");
    }
    let found = findings(&postgres.url_as("kpi_reader", "postgres"), Purpose::Panels).await;
    about(&found, "statement_timeout is 5s");
    let found = findings(&postgres.url("template1"), Purpose::Panels).await;
    about(&found, "no KPI tables in schema kpi");
}

#[tokio::test]
async fn clocks_that_differ_are_told_with_the_right_sign() {
    let postgres = server(&PostgresOptions::default()).await;
    let target = Target::parse(&postgres.url("postgres")).unwrap();
    let late: fn() -> Moment = || now().plus(-HOUR);
    let found = examine(&target, Purpose::Panels, "kpi", late).await;
    let finding = about(&found, "s ahead of this machine's");
    assert_eq!(finding.level, FindingLevel::Warning);
    assert!(finding.what.starts_with("clock 3600.") || finding.what.starts_with("clock 3599."));
    let early: fn() -> Moment = || now().plus(HOUR);
    let found = examine(&target, Purpose::Panels, "kpi", early).await;
    assert_eq!(
        about(&found, "s behind this machine's").level,
        FindingLevel::Warning
    );
    let found = findings(&postgres.url("postgres"), Purpose::Panels).await;
    assert_eq!(
        about(&found, "this machine's").level,
        FindingLevel::Ok,
        "one machine, one clock"
    );
}

#[tokio::test]
async fn a_certificate_that_ends_is_told_before_it_does() {
    let folder = tempfile::tempdir().unwrap();
    for (years, seconds, words, level) in [
        (2, 0, "certificate valid until", FindingLevel::Ok),
        (
            0,
            10 * 86_400 + 60,
            "expires in 10 days",
            FindingLevel::Warning,
        ),
        (0, -3 * 86_400 - 60, "expired 3 days ago", FindingLevel::Bad),
    ] {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(vec!["db.example".to_owned()]).unwrap();
        let end = now().plus(seconds * 1_000_000 + years * 365 * 24 * HOUR);
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = std::time::SystemTime::from(end.to_timestamp()).into();
        let files = TlsFiles {
            certificate: folder.path().join("server.crt"),
            key: folder.path().join("server.key"),
        };
        std::fs::write(&files.certificate, params.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
        let options = PostgresOptions {
            tcp: true,
            tls: Some(files),
            ..PostgresOptions::default()
        };
        let postgres = Postgres::start(&options).unwrap();
        let url = format!("{}?sslmode=require", postgres.tcp_url("postgres"));
        let found = findings(&url, Purpose::Panels).await;
        assert_eq!(about(&found, words).level, level);
        about(&found, "certificate not checked, on this machine");
        let found = findings(
            &format!("{}?sslmode=disable", postgres.tcp_url("postgres")),
            Purpose::Panels,
        )
        .await;
        about(
            &found,
            "no TLS, and the connection does not leave this machine",
        );
    }
}

#[tokio::test]
async fn what_cannot_be_reached_is_one_finding_and_holds_no_secret() {
    let found = findings("postgres://u:hunter2@127.0.0.1:9/db", Purpose::Panels).await;
    let finding = about(&found, "cannot reach 127.0.0.1:9");
    assert_eq!(finding.level, FindingLevel::Bad);
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[tokio::test]
async fn a_frozen_server_does_not_hold_the_check_up_for_ever() {
    let postgres = server(&PostgresOptions::default()).await;
    postgres.freeze().unwrap();
    let url = postgres.url("postgres");
    let asked = tokio::time::timeout(
        std::time::Duration::from_secs(25),
        findings(&url, Purpose::Panels),
    );
    let found = asked.await.expect("an end");
    postgres.thaw();
    assert_eq!(found.last().unwrap().level, FindingLevel::Bad, "{found:?}");
}

const CONFIG: &str = r#"
[[dashboard]]
name = "none"
[dashboard.panel.words]
kind = "text"
text = "no query"
"#;

/// `kpi check` with nothing of this process's environment: exit code and data.
fn check(urls: &[(&str, &str)], arguments: &[&str]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_kpi"))
        .arg("check")
        .args(arguments)
        .env_clear()
        .envs(urls.iter().copied())
        .env("HOME", folder.path())
        .current_dir(&folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[tokio::test]
async fn kpi_check_tells_people_and_programs() {
    let postgres = server(&PostgresOptions::default()).await;
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let pooler = Pgbouncer::start(
        &postgres,
        &PgbouncerOptions {
            users: vec!["kpi_reader".to_owned()],
            ..PgbouncerOptions::default()
        },
    )
    .unwrap();
    let pooled = pooler.url_as("kpi_reader", "postgres");
    let (direct, live) = (
        postgres.url("postgres"),
        format!("unix://{}", redis.socket().display()),
    );
    let urls = [
        ("DATABASE_URL", &*pooled),
        ("DIRECT_URL", &*direct),
        ("REDIS_URL", &*live),
    ];
    let (code, text) = check(&urls, &[]);
    assert_eq!(code, 0, "{text}");
    for line in [
        "ok      database: a transaction pooler is in between (measured)\n",
        "ok      direct: no pooler in between (measured)\n",
        "ok      direct: role postgres, a superuser",
        "ok      redis: Redis 7.",
        "advice  redis: nothing is kept on disk",
    ] {
        assert!(text.contains(line), "`{line}` in\n{text}");
    }
    let (code, text) = check(&urls, &["--format", "json"]);
    assert_eq!(code, 0);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let connections = report["connections"].as_array().unwrap();
    assert!(connections.iter().any(|one| {
        one["connection"] == "redis" && one["level"] == "advice" && one["advice"] != ""
    }));
    // Advice is no finding: whoever reads the report sees it, and nothing fails for it.
    let (code, text) = check(&urls, &["--format", "sarif"]);
    assert_eq!(code, 0);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let run = &report["runs"][0];
    assert_eq!(run["results"], serde_json::json!([]));
    let invocation = &run["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], true);
    let told = invocation["toolExecutionNotifications"].as_array().unwrap();
    assert!(
        told.iter().any(|one| {
            let text = one["message"]["text"].as_str().unwrap();
            one["level"] == "note" && text.starts_with("redis: nothing is kept on disk")
        }),
        "{told:?}"
    );
    let (_, text) = check(&urls, &["--offline"]);
    assert!(!text.contains("database:"), "{text}");
}

#[tokio::test]
async fn a_connection_that_fails_is_exit_code_one() {
    let (code, text) = check(&[("REDIS_URL", "redis://127.0.0.1:9")], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("failed  redis: Redis at 127.0.0.1:9 refuses connections\n"),
        "{text}"
    );
    let (code, text) = check(
        &[("DATABASE_URL", "postgres://u:hunter2@@h/db")],
        &["--format", "json"],
    );
    assert_eq!(code, 1, "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["connections"][0]["level"], "bad", "{text}");
}
