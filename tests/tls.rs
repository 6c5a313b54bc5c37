//! TLS against a real PostgreSQL with certificates made here: each `sslmode` does what libpq says, and
//! each refusal is one clear sentence.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use kpi_dashboard::config::{self, Secret};
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions, TlsFiles};
use kpi_dashboard::model::panel_data::Failure;
use kpi_dashboard::model::value::Value;
use kpi_dashboard::source::postgres::{Database, Query, Target, direct};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn server_certificate(
    folder: &Path,
    name: &str,
    by: &Authority,
    host: &str,
    expired: bool,
) -> TlsFiles {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    if expired {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    }
    let certificate = params.signed_by(&key, by).unwrap();
    let files = TlsFiles {
        certificate: folder.join(format!("{name}.crt")),
        key: folder.join(format!("{name}.key")),
    };
    std::fs::write(&files.certificate, certificate.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    files
}

fn pem(folder: &Path, name: &str, by: &Authority) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, by.pem()).unwrap();
    path
}

fn server(tls: Option<TlsFiles>, hba: &[&str]) -> Postgres {
    Postgres::start(&PostgresOptions {
        tcp: true,
        tls,
        hba: hba.iter().map(|line| (*line).to_owned()).collect(),
        ..PostgresOptions::default()
    })
    .unwrap()
}

/// Whether the server saw TLS, or the words of the failure.
async fn encrypted(url: &str) -> Result<bool, Failure> {
    let target = Target::parse(url).map_err(|error| Failure::new(error.to_string()))?;
    let (client, task) = direct::connect(&target)
        .await
        .map_err(|error| error.failure(|_| None))?;
    let sql = "select ssl from pg_catalog.pg_stat_ssl where pid = pg_catalog.pg_backend_pid()";
    let rows = client.query_typed(sql, &[]).await.unwrap();
    drop(client);
    task.await.unwrap();
    Ok(rows[0].get(0))
}

/// A URL that calls the server on 127.0.0.1 by any host name.
fn url(server: &Postgres, host: &str, parameters: &str) -> String {
    format!(
        "postgresql://postgres@{host}:{}/postgres?hostaddr=127.0.0.1&{parameters}",
        server.port()
    )
}

async fn refusal(url: &str) -> String {
    let failure = encrypted(url).await.expect_err(url);
    format!("{} | {}", failure.summary, failure.details.join(" | "))
}

#[tokio::test]
async fn certificates_are_checked_as_sslmode_says() {
    let folder = tempfile::tempdir().unwrap();
    let ours = authority("ours");
    let root = pem(folder.path(), "ours.pem", &ours);
    let stranger = pem(folder.path(), "stranger.pem", &authority("stranger"));
    let files = server_certificate(folder.path(), "server", &ours, "db.example", false);
    let server = server(Some(files), &[]);
    let with = |host: &str, mode: &str, root: Option<&Path>| {
        let root = root.map_or_else(String::new, |root| {
            format!("&sslrootcert={}", root.display())
        });
        url(&server, host, &format!("sslmode={mode}{root}"))
    };

    for (host, mode, root, expected) in [
        ("db.example", "verify-full", Some(&*root), true),
        ("other.example", "verify-ca", Some(&root), true),
        ("other.example", "require", None, true),
        ("other.example", "require", Some(&root), true),
        ("other.example", "prefer", None, true),
        ("other.example", "allow", None, false),
        ("other.example", "disable", None, false),
    ] {
        let seen = encrypted(&with(host, mode, root)).await;
        assert_eq!(seen, Ok(expected), "{host} {mode} {root:?}");
    }

    let text = refusal(&with("other.example", "verify-full", Some(&root))).await;
    assert!(
        text.contains("not for the host name other.example") && text.contains("db.example"),
        "{text}"
    );
    for mode in ["verify-full", "verify-ca", "require"] {
        let text = refusal(&with("db.example", mode, Some(&stranger))).await;
        assert!(
            text.contains("signed by an authority that is not trusted"),
            "{mode}: {text}"
        );
    }
    let text = refusal(&with(
        "x.pooler.supabase.com",
        "verify-full",
        Some(&stranger),
    ))
    .await;
    assert!(text.contains("Supabase Root 2021 CA"), "{text}");
    let text = refusal(&with(
        "db.example",
        "verify-full",
        Some(Path::new("/nowhere.pem")),
    ))
    .await;
    assert!(text.contains("/nowhere.pem cannot be read"), "{text}");
}

#[tokio::test]
async fn an_expired_certificate_says_so_and_an_own_one_in_the_root_file_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let ours = authority("ours");
    let root = pem(folder.path(), "ours.pem", &ours);
    let old = server(
        Some(server_certificate(
            folder.path(),
            "old",
            &ours,
            "db.example",
            true,
        )),
        &[],
    );
    let verified = format!("sslmode=verify-full&sslrootcert={}", root.display());
    let text = refusal(&url(&old, "db.example", &verified)).await;
    assert!(text.contains("has expired"), "{text}");
    drop(old);

    // As `openssl req -x509` makes it: its own authority, and itself in the root file.
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["db.example".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap();
    let files = TlsFiles {
        certificate: folder.path().join("own.crt"),
        key: folder.path().join("own.key"),
    };
    std::fs::write(&files.certificate, certificate.pem()).unwrap();
    std::fs::write(&files.key, key.serialize_pem()).unwrap();
    let parameters = format!(
        "sslmode=verify-full&sslrootcert={}",
        files.certificate.display()
    );
    let own = server(Some(files), &[]);
    assert_eq!(
        encrypted(&url(&own, "db.example", &parameters)).await,
        Ok(true)
    );
    let text = refusal(&url(&own, "other.example", &parameters)).await;
    assert!(text.contains("not for the host name"), "{text}");
}

#[tokio::test]
async fn a_plaintext_server_is_refused_where_tls_is_asked_for() {
    let server = server(None, &[]);
    for mode in ["require", "verify-ca", "verify-full"] {
        let text = refusal(&url(&server, "db.example", &format!("sslmode={mode}"))).await;
        assert!(
            text.contains("does not offer TLS") && text.contains(&format!("sslmode={mode}")),
            "{text}"
        );
    }
    assert_eq!(
        encrypted(&url(&server, "localhost", "sslmode=prefer")).await,
        Ok(false)
    );
    assert_eq!(encrypted(&server.tcp_url("postgres")).await, Ok(false));
    // A distant host without sslmode: TLS is required.
    let text = refusal(&format!(
        "postgresql://postgres@db.example:{}/postgres?hostaddr=127.0.0.1&sslmode=require",
        server.port()
    ))
    .await;
    assert!(text.contains("does not offer TLS"), "{text}");
}

#[tokio::test]
async fn servers_that_take_only_one_way_get_it_from_allow_and_prefer() {
    let folder = tempfile::tempdir().unwrap();
    let files = server_certificate(folder.path(), "s", &authority("a"), "h", false);
    let only_tls = server(Some(files.clone()), &["hostssl all all 127.0.0.1/32 trust"]);
    assert_eq!(
        encrypted(&url(&only_tls, "h", "sslmode=allow")).await,
        Ok(true)
    );
    let text = refusal(&url(&only_tls, "h", "sslmode=disable")).await;
    assert!(text.contains("no pg_hba.conf entry"), "{text}");
    drop(only_tls);
    let only_plain = server(Some(files), &["hostnossl all all 127.0.0.1/32 trust"]);
    assert_eq!(
        encrypted(&url(&only_plain, "h", "sslmode=prefer")).await,
        Ok(false)
    );
}

#[tokio::test]
async fn passwords_are_checked_with_scram_tied_to_the_tls_session() {
    let folder = tempfile::tempdir().unwrap();
    let files = server_certificate(folder.path(), "s", &authority("a"), "h", false);
    let server = server(Some(files), &["host all all 127.0.0.1/32 scram-sha-256"]);
    server
        .psql("postgres", "create role ann login password 'p@ss/word'")
        .unwrap();
    let at = |password: &str, parameters: &str| {
        format!(
            "postgresql://ann{password}@h:{}/postgres?hostaddr=127.0.0.1&{parameters}",
            server.port()
        )
    };
    let right = ":p%40ss%2Fword";
    assert_eq!(
        encrypted(&at(right, "sslmode=require&channel_binding=require")).await,
        Ok(true)
    );
    assert_eq!(encrypted(&at(right, "sslmode=disable")).await, Ok(false));
    let text = refusal(&at(right, "sslmode=disable&channel_binding=require")).await;
    assert!(text.contains("channel binding"), "{text}");
    let text = refusal(&at(":hunter2", "sslmode=require")).await;
    assert!(
        text.contains("the password is wrong") && !text.contains("hunter2"),
        "{text}"
    );
    let text = refusal(&at("", "sslmode=require")).await;
    assert!(
        text.contains("asks for a password and the URL has none"),
        "{text}"
    );
    let text = refusal(&at(right, "sslmode=require").replace("/postgres?", "/nowhere?")).await;
    assert!(text.contains("\"nowhere\" does not exist"), "{text}");
}

#[tokio::test]
async fn panels_go_over_tls_with_the_configuration_s_root_file() {
    let folder = tempfile::tempdir().unwrap();
    let ours = authority("ours");
    let root = pem(folder.path(), "ours.pem", &ours);
    let stranger = pem(folder.path(), "stranger.pem", &authority("stranger"));
    let files = server_certificate(folder.path(), "s", &ours, "db.example", false);
    let server = server(Some(files), &["hostssl all all 127.0.0.1/32 trust"]);
    server
        .psql("postgres", "create type mood as enum ('happy')")
        .unwrap();
    let ask = async |root: &Path, sql: &str| {
        // With a root file, `require` checks the authority.
        let config = config::Database {
            url: Some(Secret(url(&server, "db.example", "sslmode=require"))),
            sslrootcert: Some(root.to_owned()),
            ..config::Database::default()
        };
        let query = Query {
            sql,
            timeout: Duration::from_secs(20),
            row_limit: 10,
            time_zone: None,
        };
        Database::connect(&config).unwrap().query(query).await
    };
    let rows = ask(&root, "select 'happy'::mood as m")
        .await
        .unwrap()
        .rowset;
    assert_eq!(rows.columns[0].values, [Value::Text("happy".into())]);
    let rows = ask(&root, "select 'happy'::mood as m where false")
        .await
        .unwrap()
        .rowset;
    assert_eq!(rows.columns[0].type_name, "mood");
    assert!(rows.is_empty());
    let error = ask(&stranger, "select 1").await.unwrap_err();
    assert!(error.to_string().contains("not trusted"), "{error}");
}
