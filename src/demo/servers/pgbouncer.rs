//! A private PgBouncer before a private PostgreSQL.

use std::fmt::Write as _;
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::Signal;

use super::binaries;
use super::folder::Folder;
use super::postgres::Postgres;
use super::process::{Process, free_port};
use crate::model::panel_data::Failure;

const PATIENCE: Duration = Duration::from_secs(20);

/// For how long a client keeps its server connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PoolMode {
    /// One transaction.
    #[default]
    Transaction,
    /// Until it disconnects.
    Session,
}

/// How to start a [`Pgbouncer`].
#[derive(Clone, Debug)]
pub struct PgbouncerOptions {
    /// The pooling mode.
    pub mode: PoolMode,
    /// Server connections per database and user.
    pub pool_size: usize,
    /// Users besides `postgres` that may log in.
    pub users: Vec<String>,
    /// Further lines of its `[pgbouncer]` section.
    pub settings: Vec<String>,
}

impl Default for PgbouncerOptions {
    fn default() -> Self {
        Self {
            mode: PoolMode::Transaction,
            pool_size: 1,
            users: Vec::new(),
            settings: Vec::new(),
        }
    }
}

/// A running PgBouncer on a loopback port that trusts its users. Gone when dropped.
#[derive(Debug)]
pub struct Pgbouncer {
    process: Option<Process>,
    program: PathBuf,
    port: u16,
    // After the process: the folder goes last.
    folder: Folder,
}

impl Pgbouncer {
    /// Starts a pooler for every database of `postgres`. Fails when `pgbouncer` is not installed.
    pub fn start(postgres: &Postgres, options: &PgbouncerOptions) -> Result<Self, Failure> {
        let program = binaries::pgbouncer()?;
        let mut pooler = Self {
            process: None,
            program,
            port: 0,
            folder: Folder::create()?,
        };
        let mut outcome = Ok(());
        // Somebody may take the free port before the pooler does.
        for _ in 0..5 {
            pooler.port = free_port()?;
            pooler.write_settings(postgres, options)?;
            outcome = pooler.restart();
            if outcome.is_ok() {
                return Ok(pooler);
            }
        }
        outcome.map(|()| pooler)
    }

    fn write_settings(
        &self,
        postgres: &Postgres,
        options: &PgbouncerOptions,
    ) -> Result<(), Failure> {
        let mut users = String::from("\"postgres\" \"\"\n");
        for user in &options.users {
            let _ = writeln!(users, "\"{}\" \"\"", user.replace('"', "\"\""));
        }
        let users = self.folder.write("users.txt", users.as_bytes())?;
        let mode = match options.mode {
            PoolMode::Transaction => "transaction",
            PoolMode::Session => "session",
        };
        let mut text = format!(
            "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\nadmin_users = postgres\npool_mode = {mode}\n\
             default_pool_size = {}\nmax_client_conn = 200\n",
            postgres.folder().run().display(),
            postgres.port(),
            self.port,
            users.display(),
            options.pool_size,
        );
        for line in &options.settings {
            text.push_str(line);
            text.push('\n');
        }
        self.folder
            .write("pgbouncer.ini", text.as_bytes())
            .map(drop)
    }

    /// Starts the pooler again at the same port.
    pub fn restart(&mut self) -> Result<(), Failure> {
        self.stop();
        let mut command = self.folder.command(&self.program);
        command.arg(self.folder.run().join("pgbouncer.ini"));
        let mut process = Process::start("pgbouncer", &self.folder, &mut command, Signal::KILL)?;
        let port = self.port;
        process.wait_ready(PATIENCE, || TcpStream::connect(("127.0.0.1", port)).is_ok())?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops the pooler at once and closes its connections.
    pub fn stop(&mut self) {
        // Dropping kills it: what its politer signals mean depends on its version, and it holds nothing.
        drop(self.process.take());
    }

    /// Freezes the pooler: connections stay open and nobody answers.
    pub fn freeze(&self) {
        if let Some(process) = &self.process {
            process.signal(Signal::STOP);
        }
    }

    /// Lets a frozen pooler go on.
    pub fn thaw(&self) {
        if let Some(process) = &self.process {
            process.signal(Signal::CONT);
        }
    }

    /// The process; none while stopped.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Its folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of `database` through the pooler, as the superuser.
    pub fn url(&self, database: &str) -> String {
        self.url_as("postgres", database)
    }

    /// The URL of `database` through the pooler, as `user`, who must be among the options' users.
    pub fn url_as(&self, user: &str, database: &str) -> String {
        format!("postgresql://{user}@127.0.0.1:{}/{database}", self.port)
    }
}
