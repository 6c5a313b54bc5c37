//! The whole stack on private servers: a migrated PostgreSQL, a Redis, and the program with its environment.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::process::{Command, Output, Stdio};

use kpi_dashboard::demo::servers::{Postgres, PostgresOptions, Redis, RedisOptions};
use kpi_dashboard::source::postgres::migrate::{apply, embedded};
use kpi_dashboard::source::postgres::{Target, direct};
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::terminal::Terminal;

/// Servers, and a folder with the configuration.
pub struct Stack {
    pub postgres: Postgres,
    pub redis: Redis,
    pub folder: TempDir,
    /// What the program gets to know of the world besides.
    pub environment: Vec<(String, String)>,
}

impl Stack {
    /// A running stack with these metrics and this configuration.
    pub fn start(metrics: &[&str], config: &str) -> Self {
        Self::with(&RedisOptions::default(), metrics, config)
    }

    /// The same with another Redis.
    pub fn with(redis: &RedisOptions, metrics: &[&str], config: &str) -> Self {
        let postgres = Postgres::start(&PostgresOptions::default()).expect("a private PostgreSQL");
        let redis = Redis::start(redis).expect("a private Redis");
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let target = Target::parse(&postgres.url("postgres")).unwrap();
            let (client, _) = direct::connect(&target).await.unwrap();
            apply(&client, "kpi", &embedded().unwrap()).await.unwrap();
        });
        for metric in metrics {
            let insert = format!("insert into kpi.metrics (name) values ('{metric}')");
            postgres.psql("postgres", &insert).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let environment = vec![
            ("TERM".to_owned(), "xterm-256color".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("TZ".to_owned(), "UTC".to_owned()),
            ("HOME".to_owned(), folder.path().display().to_string()),
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
            ("DATABASE_URL".to_owned(), postgres.url("postgres")),
            ("REDIS_URL".to_owned(), redis.url()),
        ];
        let stack = Self {
            postgres,
            redis,
            folder,
            environment,
        };
        stack.configure(config);
        stack
    }

    /// The same with these tables in it.
    pub fn filled(config: &str, sql: &str) -> Self {
        let stack = Self::start(&[], config);
        stack.sql(sql);
        stack
    }

    /// Another configuration.
    pub fn configure(&self, config: &str) {
        std::fs::write(self.folder.path().join("config.toml"), config).unwrap();
    }

    /// Another value in the program's environment; none takes it away.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.environment.retain(|(known, _)| known != name);
        if let Some(value) = value {
            self.environment.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The program's screen.
    pub fn viewer(&self, columns: u16, lines: u16) -> Terminal {
        self.viewer_with(&[], columns, lines)
    }

    /// The same with arguments.
    pub fn viewer_with(&self, arguments: &[&str], columns: u16, lines: u16) -> Terminal {
        self.viewer_in(arguments, &[], columns, lines)
    }

    /// The same with more in its environment.
    pub fn viewer_in(
        &self,
        arguments: &[&str],
        variables: &[(&str, &str)],
        columns: u16,
        lines: u16,
    ) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kpi"));
        command.args(arguments);
        command.env_clear();
        command.cwd(self.folder.path());
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        Terminal::start(command, columns, lines)
    }

    /// The program with arguments, its streams piped.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kpi"));
        command
            .args(arguments)
            .env_clear()
            .envs(self.environment.iter().cloned())
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// `kpi COMMAND ARGUMENTS`, to its end.
    pub fn run(&self, command: &str, arguments: &[&str]) -> Output {
        let words: Vec<&str> = [command].iter().chain(arguments).copied().collect();
        self.command(&words).output().unwrap()
    }

    /// SQL as the owner; the answer without decoration.
    pub fn sql(&self, text: &str) -> String {
        self.postgres
            .psql("postgres", text)
            .unwrap()
            .trim()
            .to_owned()
    }

    /// A connection to Redis of the test's own.
    pub fn control(&self) -> redis::Connection {
        let url = format!("unix://{}", self.redis.socket().display());
        redis::Client::open(url).unwrap().get_connection().unwrap()
    }
}

/// One command; true when Redis took it.
pub fn order(connection: &mut redis::Connection, words: &[&str]) -> bool {
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    command.exec(connection).is_ok()
}

/// An entry by hand, dated by the server.
pub fn add(connection: &mut redis::Connection, metric: &str, value: &str) {
    let entry = ["XADD", "{kpi}:log", "*", "metric", metric, "value", value];
    assert!(order(connection, &entry), "XADD");
}
