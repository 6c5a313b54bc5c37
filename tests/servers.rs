//! Private servers start, answer, and leave nothing behind however their owner goes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{
    Pgbouncer, PgbouncerOptions, Postgres, PostgresOptions, Redis, RedisOptions,
};

/// Waits until `condition` holds; panics with `what` when it does not in time.
fn wait_for(what: &str, patience: Duration, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !condition() {
        assert!(
            Instant::now() < deadline,
            "{what} did not happen in {patience:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Every process, of any program, whose command line or working folder is inside `folder`.
fn processes_of(folder: &Path) -> Vec<String> {
    let output = Command::new("ps")
        .args(["-A", "-o", "pid=", "-o", "command="])
        .output()
        .unwrap();
    let mut found: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| line.contains(folder.to_str().unwrap()))
        .map(str::to_owned)
        .collect();
    // Backends of PostgreSQL write over their command line but stay in the data folder.
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        if fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder)) {
            found.push(entry.path().display().to_string());
        }
    }
    found
}

fn tcp_options() -> PostgresOptions {
    PostgresOptions {
        tcp: true,
        ..PostgresOptions::default()
    }
}

#[test]
fn servers_answer_and_leave_neither_process_nor_folder() {
    let postgres = Postgres::start(&tcp_options()).unwrap();
    let pooler = Pgbouncer::start(&postgres, &PgbouncerOptions::default()).unwrap();
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    let folders: Vec<PathBuf> = [postgres.folder(), pooler.folder(), redis.folder()]
        .map(|folder| folder.path().to_owned())
        .into();
    for folder in &folders {
        assert!(folder.is_dir());
        assert!(
            !processes_of(folder).is_empty(),
            "{} has a server",
            folder.display()
        );
    }
    postgres.create_database("shop").unwrap();
    assert_eq!(
        postgres.psql("shop", "select current_database()").unwrap(),
        "shop"
    );
    assert_eq!(
        postgres.psql("shop", "show server_encoding").unwrap(),
        "UTF8"
    );
    drop((redis, pooler, postgres));
    for folder in &folders {
        assert!(!folder.exists(), "{} is left", folder.display());
        assert_eq!(processes_of(folder), Vec::<String>::new());
    }
}

#[test]
fn servers_of_one_process_know_nothing_of_each_other() {
    let start = || Postgres::start(&PostgresOptions::default()).unwrap();
    // After the first their clusters are copies of one that has never run.
    let servers = [start(), start(), start()];
    for server in &servers {
        server
            .psql("postgres", "create table here (word text)")
            .unwrap();
    }
    servers[1]
        .psql("postgres", "insert into here values ('yes')")
        .unwrap();
    let counted = servers.map(|server| {
        server
            .psql("postgres", "select count(*) from here")
            .unwrap()
    });
    assert_eq!(counted, ["0", "1", "0"]);
}

#[tokio::test]
async fn every_address_leads_to_the_same_server() {
    let postgres = Postgres::start(&tcp_options()).unwrap();
    let pooler = Pgbouncer::start(&postgres, &PgbouncerOptions::default()).unwrap();
    postgres
        .psql(
            "postgres",
            "create table here (word text); insert into here values ('yes')",
        )
        .unwrap();
    for url in [
        postgres.url("postgres"),
        postgres.tcp_url("postgres"),
        pooler.url("postgres"),
    ] {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        let driver = tokio::spawn(connection);
        let rows = client
            .query_typed("select word from here", &[])
            .await
            .unwrap();
        assert_eq!(rows[0].get::<_, &str>(0), "yes", "{url}");
        drop(client);
        driver.await.unwrap().unwrap();
    }
}

#[test]
fn a_server_keeps_its_address_and_data_over_a_restart_and_a_crash() {
    let mut postgres = Postgres::start(&tcp_options()).unwrap();
    postgres
        .psql(
            "postgres",
            "create table kept (n int); insert into kept values (7)",
        )
        .unwrap();
    let url = postgres.tcp_url("postgres");
    postgres.restart().unwrap();
    assert_eq!(postgres.tcp_url("postgres"), url);
    assert_eq!(
        postgres.psql("postgres", "select n from kept").unwrap(),
        "7"
    );
    postgres.psql("postgres", "checkpoint").unwrap();
    postgres.crash();
    assert_eq!(postgres.pid(), None);
    assert!(postgres.psql("postgres", "select 1").is_err());
    postgres.restart().unwrap();
    assert_eq!(
        postgres.psql("postgres", "select n from kept").unwrap(),
        "7"
    );
}

#[tokio::test]
async fn a_frozen_server_answers_nobody_until_it_is_thawed() {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    let (client, connection) =
        tokio_postgres::connect(&postgres.url("postgres"), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    client.simple_query("select 1").await.unwrap();
    postgres.freeze().unwrap();
    let mut asked = Box::pin(client.simple_query("select 2"));
    let waited = tokio::time::timeout(Duration::from_millis(300), &mut asked).await;
    assert!(waited.is_err(), "an open connection is frozen too");
    postgres.thaw();
    tokio::time::timeout(Duration::from_secs(10), asked)
        .await
        .unwrap()
        .unwrap();
}

#[test]
fn a_frozen_server_goes_with_its_owner_too() {
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    let folder = postgres.folder().path().to_owned();
    postgres.freeze().unwrap();
    drop(postgres);
    assert!(!folder.exists());
    assert_eq!(processes_of(&folder), Vec::<String>::new());
}

#[test]
fn a_setting_the_server_refuses_is_quoted_from_its_log() {
    let options = PostgresOptions {
        settings: vec![("no_such_setting".into(), "1".into())],
        ..PostgresOptions::default()
    };
    let failure = Postgres::start(&options).unwrap_err();
    assert!(
        failure.summary.starts_with("postgres ended while starting"),
        "{failure:?}"
    );
    assert!(
        failure.details.join("\n").contains("no_such_setting"),
        "{failure:?}"
    );
}

/// Started by the tests below as a process of its own, which they kill; else it does nothing.
#[test]
fn owner() {
    if std::env::var_os("KPI_TEST_OWNER").is_none() {
        return;
    }
    let postgres = Postgres::start(&PostgresOptions::default()).unwrap();
    let pooler = Pgbouncer::start(&postgres, &PgbouncerOptions::default()).unwrap();
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    if std::env::var_os("KPI_TEST_FROZEN").is_some() {
        postgres.freeze().unwrap();
        redis.freeze();
    }
    for folder in [postgres.folder(), pooler.folder(), redis.folder()] {
        eprintln!("folder {}", folder.path().display());
    }
    eprintln!("up");
    // Until the test that started this one kills it, or is killed itself.
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn start_owner(frozen: bool) -> (std::process::Child, Vec<PathBuf>) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "owner", "--nocapture"])
        .env("KPI_TEST_OWNER", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    if frozen {
        command.env("KPI_TEST_FROZEN", "1");
    }
    let mut owner = command.spawn().unwrap();
    let lines = BufReader::new(owner.stderr.take().unwrap()).lines();
    let folders = lines
        .map_while(Result::ok)
        .take_while(|line| line != "up")
        .filter_map(|line| line.strip_prefix("folder ").map(PathBuf::from))
        .collect();
    (owner, folders)
}

#[test]
fn a_killed_owner_leaves_neither_process_nor_folder() {
    for frozen in [false, true] {
        let (mut owner, folders) = start_owner(frozen);
        assert_eq!(folders.len(), 3);
        for folder in &folders {
            assert!(
                !processes_of(folder).is_empty(),
                "{} has a server",
                folder.display()
            );
        }
        owner.kill().unwrap();
        owner.wait().unwrap();
        for folder in &folders {
            wait_for("the end of the servers", Duration::from_secs(5), || {
                !folder.exists() && processes_of(folder).is_empty()
            });
        }
    }
}

/// The pids of the watchdogs of `folder`.
fn watchdogs_of(folder: &Path) -> Vec<String> {
    // `E` shows the environment in BSD's ps; Linux has it in /proc.
    let wanted = format!("KPI_FOLDER={}", folder.display());
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            fs::read(entry.path().join("environ")).is_ok_and(|bytes| {
                bytes
                    .split(|byte| *byte == 0)
                    .any(|part| part == wanted.as_bytes())
            })
        })
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

#[test]
#[cfg(target_os = "linux")]
fn the_next_start_sweeps_what_an_owner_killed_with_its_watchdogs_left() {
    let (mut owner, folders) = start_owner(false);
    for folder in &folders {
        let watchdogs = watchdogs_of(folder);
        assert!(!watchdogs.is_empty());
        assert!(
            Command::new("kill")
                .arg("-KILL")
                .args(watchdogs)
                .status()
                .unwrap()
                .success()
        );
    }
    owner.kill().unwrap();
    owner.wait().unwrap();
    // Nobody is left to clean up; a start does, this one or that of a test beside it.
    let redis = Redis::start(&RedisOptions::default()).unwrap();
    for folder in &folders {
        wait_for("the sweep", Duration::from_secs(5), || {
            !folder.exists() && processes_of(folder).is_empty()
        });
    }
    assert!(redis.folder().path().is_dir(), "the living stay");
}
