//! Three programs behind one PgBouncer in transaction mode with a single server connection, as three
//! replicas on a small Supabase plan are: nothing fails, and a query is one round trip.
//!
//! `KPI_TEST_SECONDS=60` makes it run for a minute.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "common/wire.rs"]
mod wire;

mod terminal;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kpi_dashboard::demo::servers::{Pgbouncer, PgbouncerOptions, Postgres, PostgresOptions};
use portable_pty::CommandBuilder;
use terminal::{PATIENCE, Terminal};
use wire::counting_proxy;

const PROGRAMS: usize = 3;
const PANELS: usize = 12;

const SCHEMA: &str = "
    create type state as enum ('new', 'paid', 'sent');
    create domain amount as numeric(10, 2) check (value >= 0);
    create type pair as (state state, amount amount);
    create table orders (id int, state state, amount amount, pair pair, tags state[], at timestamptz);
    insert into orders
    select i, 'paid', i, row('new', i)::pair, array['new', 'sent']::state[], now() - i * interval '1 minute'
    from generate_series(1, 50) i";

/// Twelve panels; what each selects has types that no driver knows.
fn dashboard() -> String {
    let names: Vec<String> = (0..PANELS).map(|panel| format!("p{panel}")).collect();
    let mut text = format!(
        "[database]\nschema = \"public\"\n[[dashboard]]\nname = \"Pooled\"\nrefresh = \"1s\"\nareas = \"\"\"\n{}\n{}\n{}\n\"\"\"\n",
        names[..4].join(" "),
        names[4..8].join(" "),
        names[8..].join(" ")
    );
    for (index, name) in names.iter().enumerate() {
        let (kind, sql) = match index % 4 {
            0 => (
                "table",
                "select state, amount, pair, tags from orders order by id limit 3",
            ),
            1 => (
                "bars",
                "select state, sum(amount) as amount from orders group by state",
            ),
            2 => (
                "timeseries",
                "select at as time, amount from orders where $__timeFilter(at) order by at",
            ),
            _ => ("table", "select pair, tags from orders where false"),
        };
        write!(
            text,
            "[dashboard.panel.{name}]\nkind = \"{kind}\"\nsql = \"{sql}\"\n"
        )
        .unwrap();
    }
    text
}

/// The counting proxy on a thread of its own: a blocking test must not stop it.
fn proxy(port: u16) -> (u16, Arc<AtomicU64>, Arc<AtomicU64>) {
    let (say, hear) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            say.send(counting_proxy(port).await).unwrap();
            std::future::pending::<()>().await;
        });
    });
    hear.recv_timeout(PATIENCE).unwrap()
}

#[test]
fn three_programs_share_one_pooled_connection_without_an_error() {
    let seconds = std::env::var("KPI_TEST_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(8);
    let settings = vec![
        ("log_statement".into(), "none".into()),
        ("log_min_error_statement".into(), "error".into()),
    ];
    let postgres = Postgres::start(&PostgresOptions {
        settings,
        ..PostgresOptions::default()
    })
    .unwrap();
    postgres.psql("postgres", SCHEMA).unwrap();
    let pooler = Pgbouncer::start(
        &postgres,
        &PgbouncerOptions {
            pool_size: 1,
            ..PgbouncerOptions::default()
        },
    )
    .unwrap();
    let (port, trips, begun) = proxy(pooler.port());
    let url = pooler
        .url("postgres")
        .replace(&format!(":{}", pooler.port()), &format!(":{port}"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), dashboard()).unwrap();

    let start = || {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
        command.env_clear();
        command.cwd(folder.path());
        command.env("HOME", folder.path());
        command.env("TERM", "xterm-256color");
        command.env(
            "DATABASE_URL",
            format!("{url}?pgbouncer=true&sslmode=disable"),
        );
        Terminal::start(command, 200, 50)
    };
    let programs: Vec<Terminal> = (0..PROGRAMS).map(|_| start()).collect();
    for program in &programs {
        program.wait_for("every panel's answer", |screen| {
            screen.matches("paid").count() >= 12 && !screen.contains("waiting")
        });
    }

    let before = (trips.load(Ordering::SeqCst), begun.load(Ordering::SeqCst));
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(seconds) {
        for program in &programs {
            let screen = program.screen();
            assert!(!screen.contains('✖'), "a panel failed:\n{screen}");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let trips = trips.load(Ordering::SeqCst) - before.0;
    let queries = begun.load(Ordering::SeqCst) - before.1;
    for mut program in programs {
        program.send("q");
        assert_eq!(program.wait(PATIENCE).exit_code(), 0);
    }
    let expected = (PROGRAMS * PANELS) as u64 * seconds;
    assert!(
        queries * 10 >= expected * 8,
        "{queries} queries where about {expected} were due"
    );
    let each = trips as f64 / queries as f64;
    assert!(
        (0.98..1.02).contains(&each),
        "{trips} round trips for {queries} queries"
    );
}
