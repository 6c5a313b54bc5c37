use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{Redis, RedisOptions, TlsFiles};
use kpi_dashboard::model::finding::FindingLevel;
use kpi_dashboard::source::redis::{Announcer, RedisTarget, examine};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::support::{Consumer, Seen, Truth, keys, order, sample, target};

/// What the documentation gives a reader, and a writer.
const READER: &str = "user watch on >pass%word ~{kpi}:* &{kpi}:* &kpi:refresh +@read +@connection \
    +@pubsub +info +time +multi +exec";
const WRITER: &str = "user push on >pass%word ~{kpi}:* &{kpi}:* &kpi:refresh +@read +@connection \
    +@pubsub +info +time +multi +exec +@scripting +@write";

fn authority(name: &str, folder: &Path) -> (PathBuf, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    let file = folder.join(format!("{name}.pem"));
    std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
    (file, Issuer::new(params, key))
}

fn certificate(issuer: &Issuer<'static, KeyPair>, name: &str, folder: &Path) -> TlsFiles {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let files = TlsFiles {
        certificate: folder.join("server.crt"),
        key: folder.join("server.key"),
    };
    std::fs::write(
        &files.certificate,
        params.signed_by(&key, issuer).unwrap().pem(),
    )
    .unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    files
}

fn with_login(url: &str, login: &str) -> String {
    url.replacen("://", &format!("://{login}@"), 1)
}

#[tokio::test]
async fn tls_with_an_own_authority_and_acl_users_with_no_more_rights_than_documented() {
    let folder = tempfile::tempdir().unwrap();
    let (right, issuer) = authority("right", folder.path());
    let (wrong, _) = authority("wrong", folder.path());
    let redis = Redis::start(&RedisOptions {
        tls: Some(certificate(&issuer, "127.0.0.1", folder.path())),
        settings: vec![
            READER.to_owned(),
            WRITER.to_owned(),
            "user default off".to_owned(),
        ],
        ..RedisOptions::default()
    })
    .unwrap();

    // The file named in the configuration, at first with the wrong authority.
    let root = folder.path().join("root.pem");
    std::fs::copy(&wrong, &root).unwrap();
    let watch = with_login(&redis.url(), "watch:pass%25word");
    let watch = RedisTarget::parse(&watch, Some(root.clone())).unwrap();
    let truth = Truth::default();
    let consumer = Consumer::of(watch.clone(), &truth);
    consumer
        .until("the reason", |seen| {
            seen.failure()
                .is_some_and(|why| why.summary.contains("unknown authority"))
        })
        .await;
    assert_eq!(examine(&watch, &keys()).await[0].level, FindingLevel::Bad);
    std::fs::copy(&right, &root).unwrap();
    consumer.until("the recovery by itself", Seen::is_up).await;

    let push = with_login(&redis.url(), "push:pass%25word");
    let push = RedisTarget::parse(&push, Some(right)).unwrap();
    let mut announcer = Announcer::new(push, keys());
    assert_eq!(announcer.announce(&[sample("a", 1)]).await, Ok(1));
    consumer.until("the sample", |seen| seen.items == 1).await;
    let findings = examine(&watch, &keys()).await;
    assert!(
        findings.iter().all(|f| f.level != FindingLevel::Bad),
        "{findings:#?}"
    );
    assert!(
        findings
            .iter()
            .any(|f| f.what.contains("TLS, certificate checked"))
    );
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (root, issuer) = authority("right", folder.path());
    let redis = Redis::start(&RedisOptions {
        tls: Some(certificate(&issuer, "elsewhere.example", folder.path())),
        ..RedisOptions::default()
    })
    .unwrap();
    let target = RedisTarget::parse(&redis.url(), Some(root)).unwrap();
    let findings = examine(&target, &keys()).await;
    assert!(
        findings[0].what.contains("another host name"),
        "{findings:?}"
    );
}

#[tokio::test]
async fn a_wrong_password_is_one_sentence_without_the_password_and_is_recovered_from() {
    let redis = Redis::start(&RedisOptions {
        settings: vec![READER.to_owned()],
        ..RedisOptions::default()
    })
    .unwrap();
    let url = format!("{}?user=watch&password=hunter2", redis.url());
    let consumer = Consumer::of(target(&url), &Truth::default());
    consumer
        .until("the reason", |seen| {
            seen.failure()
                .is_some_and(|why| why.summary.contains("refuses the login of user `watch`"))
        })
        .await;
    assert!(!format!("{:?}", consumer.seen.lock().unwrap().links).contains("hunter2"));
    let mut control = super::support::control(&redis);
    order(&mut control, &["ACL", "SETUSER", "watch", ">hunter2"]);
    consumer.until("the recovery by itself", Seen::is_up).await;
}

/// What `examine` says first about `target`, and that it says it soon.
async fn told(target: &RedisTarget) -> String {
    let began = Instant::now();
    let findings = examine(target, &keys()).await;
    assert!(
        began.elapsed() < Duration::from_secs(8),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(findings[0].level, FindingLevel::Bad, "{findings:?}");
    assert!(!findings[0].advice.is_empty());
    findings[0].what.clone()
}

#[tokio::test]
async fn each_way_to_fail_has_its_own_sentence() {
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = hole.local_addr().unwrap().port();
    let silent = told(&target(&format!("redis://127.0.0.1:{port}"))).await;
    assert!(silent.contains("accepts and does not answer"), "{silent}");

    let redis = Redis::start(&RedisOptions {
        tcp: true,
        settings: vec!["requirepass geheim".to_owned()],
        ..RedisOptions::default()
    })
    .unwrap();
    let url = redis.url();
    let nobody = told(&target(&url)).await;
    assert!(nobody.contains("wants a password"), "{nobody}");
    let plain = told(&target(&url.replace("redis://", "rediss://"))).await;
    assert!(plain.contains("TLS"), "{plain}");
    let number = told(&target(&format!("{}/99", with_login(&url, ":geheim")))).await;
    assert!(number.contains("no database of that number"), "{number}");
    drop(redis);
    let refused = told(&target(&url)).await;
    assert!(refused.contains("refuses connections"), "{refused}");
    let socket = told(&target("unix:///nowhere/redis.sock")).await;
    assert!(socket.contains("no Redis socket"), "{socket}");
    let file = RedisTarget::parse("rediss://127.0.0.1:1", Some("/nowhere/ca.pem".into())).unwrap();
    let unread = told(&file).await;
    assert!(
        unread.contains("/nowhere/ca.pem cannot be read"),
        "{unread}"
    );

    let web = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = web.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let (mut stream, _) = web.accept().unwrap();
        let read = stream.read(&mut [0; 1024]).unwrap();
        assert!(read > 0);
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
    });
    let findings = examine(&target(&format!("redis://127.0.0.1:{port}")), &keys()).await;
    assert!(
        findings[0].advice.contains("something else than Redis"),
        "{findings:?}"
    );
}

#[tokio::test]
async fn a_server_that_accepts_and_never_answers_is_told_to_the_consumer() {
    let hole = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = hole.local_addr().unwrap().port();
    for scheme in ["redis", "rediss"] {
        let target = target(&format!("{scheme}://127.0.0.1:{port}"));
        let consumer = Consumer::of(target, &Truth::default());
        consumer
            .until_within("the reason", Duration::from_secs(5), |seen| {
                seen.failure()
                    .is_some_and(|why| why.summary.contains("does not answer"))
            })
            .await;
    }
}
