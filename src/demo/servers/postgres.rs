//! A private PostgreSQL.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rustix::process::Signal;

use super::binaries::{self, PostgresPrograms};
use super::cluster;
use super::folder::Folder;
use super::process::{Process, children, free_port, signal_pid};
use crate::model::panel_data::Failure;

/// A server that answers only us is free to name its socket after the usual port.
const SOCKET_PORT: u16 = 5432;
/// PostgreSQL's immediate shutdown: no checkpoint, but no shared memory is left behind as after SIGKILL.
const IMMEDIATE: Signal = Signal::QUIT;
const PATIENCE: Duration = Duration::from_secs(60);

/// PEM files for a server that offers TLS. They are copied; the server's user gets to read the copies.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How to start a [`Postgres`].
#[derive(Clone, Debug, Default)]
pub struct PostgresOptions {
    /// Further lines of `postgresql.conf`: name and value, quoted by the harness.
    pub settings: Vec<(String, String)>,
    /// Listens on 127.0.0.1 as well.
    pub tcp: bool,
    /// Offers TLS (on TCP).
    pub tls: Option<TlsFiles>,
    /// Lines of `pg_hba.conf` for TCP; `host all all 127.0.0.1/32 trust` when empty.
    pub hba: Vec<String>,
}

/// A running PostgreSQL with the superuser `postgres`, trusted on its socket. Gone when dropped.
#[derive(Debug)]
pub struct Postgres {
    process: Option<Process>,
    port: u16,
    programs: PostgresPrograms,
    data: PathBuf,
    // After the process: the folder goes last.
    folder: Folder,
}

impl Postgres {
    /// Makes a database cluster and starts its server; about a second for the first. Fails when the programs are not installed.
    pub fn start(options: &PostgresOptions) -> Result<Self, Failure> {
        let programs = binaries::postgres()?;
        let folder = Folder::create()?;
        let data = folder.path().join("data");
        cluster::make(&programs.initdb, &folder, &folder.subfolder("data")?)?;
        write_hba(options, &folder, &data)?;
        let mut server = Self {
            process: None,
            port: SOCKET_PORT,
            programs,
            data,
            folder,
        };
        // Somebody may take the free port before the server does.
        let tries = if options.tcp { 5 } else { 1 };
        let mut outcome = Ok(());
        for _ in 0..tries {
            if options.tcp {
                server.port = free_port()?;
            }
            server.write_settings(options)?;
            outcome = server.restart();
            if outcome.is_ok() {
                return Ok(server);
            }
        }
        outcome.map(|()| server)
    }

    fn write_settings(&self, options: &PostgresOptions) -> Result<(), Failure> {
        let run = self.folder.run();
        let mut settings: Vec<(&str, String)> = [
            // The data lives as long as this process: no write has to survive a crash.
            // Not `synchronous_commit = off` too: it gains nothing then, and keeps VACUUM from seeing fresh rows
            // as visible to all, which index-only scans need.
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("wal_level", "minimal"),
            ("max_wal_senders", "0"),
            ("max_wal_size", "128MB"),
            ("shared_buffers", "64MB"),
            // In the data folder, where a SIGKILL leaves nothing that the sweep does not remove.
            ("dynamic_shared_memory_type", "mmap"),
            ("unix_socket_permissions", "0700"),
            ("log_checkpoints", "off"),
            ("timezone", "UTC"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
        settings.push(("unix_socket_directories", run.display().to_string()));
        settings.push((
            "listen_addresses",
            if options.tcp { "127.0.0.1" } else { "" }.to_owned(),
        ));
        settings.push(("port", self.port.to_string()));
        if let Some(tls) = &options.tls {
            settings.push(("ssl", "on".to_owned()));
            for (setting, source, name) in [
                ("ssl_cert_file", &tls.certificate, "server.crt"),
                ("ssl_key_file", &tls.key, "server.key"),
            ] {
                let pem = fs::read(source).map_err(|error| unreadable(source, &error))?;
                settings.push((
                    setting,
                    self.folder.write(name, &pem)?.display().to_string(),
                ));
            }
        }
        let given = options
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()));
        let mut text = String::new();
        for (name, value) in settings.into_iter().chain(given) {
            let _ = writeln!(text, "{name} = '{}'", value.replace('\'', "''"));
        }
        // initdb made it with its user as owner; an overwrite keeps that.
        let path = self.data.join("postgresql.auto.conf");
        fs::write(&path, text).map_err(|error| unwritable(&path, &error))
    }

    /// Starts the server again after [`stop`](Self::stop), or stops it first; its addresses stay.
    pub fn restart(&mut self) -> Result<(), Failure> {
        self.stop();
        let mut command = self.folder.command(&self.programs.postgres);
        command.arg("-D").arg(&self.data);
        let mut process = Process::start("postgres", &self.folder, &mut command, IMMEDIATE)?;
        // As pg_ctl does it: the eighth line of the pid file says when connections are welcome.
        let pid_file = self.data.join("postmaster.pid");
        let pid = process.pid().to_string();
        process.wait_ready(PATIENCE, || {
            fs::read_to_string(&pid_file).is_ok_and(|text| {
                text.lines().next() == Some(&pid)
                    && text
                        .lines()
                        .nth(7)
                        .is_some_and(|line| line.trim() == "ready")
            })
        })?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops the server as an operator would (fast shutdown); the data stays for [`restart`](Self::restart).
    pub fn stop(&mut self) {
        self.thaw();
        if let Some(mut process) = self.process.take() {
            process.stop(Signal::INT, Duration::from_secs(10));
        }
    }

    /// Stops the server without warning or checkpoint, as a crash would.
    pub fn crash(&mut self) {
        self.thaw();
        // Dropping is an immediate shutdown.
        drop(self.process.take());
    }

    /// Freezes the server and every process of it: connections stay open and nobody answers.
    pub fn freeze(&self) -> Result<(), Failure> {
        let Some(process) = &self.process else {
            return Ok(());
        };
        // The postmaster first: afterwards it starts no more children.
        process.signal(Signal::STOP);
        let children = children(process.pid());
        let list: Vec<String> = children.iter().map(u32::to_string).collect();
        let path = self.folder.path().join("frozen");
        fs::write(&path, list.join(" ")).map_err(|error| unwritable(&path, &error))?;
        for child in children {
            signal_pid(child, Signal::STOP);
        }
        Ok(())
    }

    /// Lets a frozen server go on.
    pub fn thaw(&self) {
        let path = self.folder.path().join("frozen");
        let Ok(list) = fs::read_to_string(&path) else {
            return;
        };
        for child in list.split_whitespace().filter_map(|pid| pid.parse().ok()) {
            signal_pid(child, Signal::CONT);
        }
        if let Some(process) = &self.process {
            process.signal(Signal::CONT);
        }
        let _ = fs::remove_file(path);
    }

    /// The postmaster; none while stopped.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Its folder; the socket is in [`Folder::run`].
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The TCP port on 127.0.0.1, and the number in the socket's name.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL of `database` through the socket, as the superuser.
    pub fn url(&self, database: &str) -> String {
        self.url_as("postgres", database)
    }

    /// The URL of `database` through the socket, as `user`.
    pub fn url_as(&self, user: &str, database: &str) -> String {
        let socket = self.folder.run().display().to_string().replace('/', "%2F");
        format!("postgresql://{user}@{socket}:{}/{database}", self.port)
    }

    /// The URL of `database` through TCP, as the superuser. Only with [`PostgresOptions::tcp`].
    pub fn tcp_url(&self, database: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database.
    pub fn create_database(&self, name: &str) -> Result<(), Failure> {
        self.psql(
            "postgres",
            &format!("create database \"{}\"", name.replace('"', "\"\"")),
        )
        .map(drop)
    }

    /// Runs SQL with `psql`, independent of this program's own driver. Answers rows unaligned, `|` between
    /// columns. Several statements in one text are one transaction.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, Failure> {
        self.psql_with(database, &["-c", sql])
    }

    /// Runs `psql` on `database` with further arguments (`-f file`, `-v name=value`).
    pub fn psql_with(&self, database: &str, arguments: &[&str]) -> Result<String, Failure> {
        let mut command = self.psql_command(database);
        finished(command.args(arguments).output())
    }

    /// Runs a script with `psql`, its commands and variables included.
    pub fn script(
        &self,
        database: &str,
        variables: &[(&str, &str)],
        script: &str,
    ) -> Result<String, Failure> {
        let mut command = self.psql_command(database);
        for (name, value) in variables {
            command.arg("-v").arg(format!("{name}={value}"));
        }
        let mut run = || -> std::io::Result<Output> {
            command
                .args(["-f", "-"])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let mut child = command.spawn()?;
            if let Some(mut input) = child.stdin.take() {
                input.write_all(script.as_bytes())?;
            }
            child.wait_with_output()
        };
        finished(run())
    }

    /// As the caller, who may read the files named in the arguments; without its PGHOST and the like.
    fn psql_command(&self, database: &str) -> Command {
        let mut command = Command::new(&self.programs.psql);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null())
            .current_dir("/")
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h"])
            .arg(self.folder.run())
            .args([
                "-p",
                &self.port.to_string(),
                "-U",
                "postgres",
                "-d",
                database,
            ]);
        command
    }
}

fn finished(output: std::io::Result<Output>) -> Result<String, Failure> {
    let output =
        output.map_err(|error| Failure::new(format!("psql cannot be started: {error}")))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout)
            .trim_end()
            .to_owned())
    } else {
        Err(Failure::new("psql failed")
            .detail(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.crash();
    }
}

fn write_hba(options: &PostgresOptions, folder: &Folder, data: &Path) -> Result<(), Failure> {
    // The socket is closed to other users by its mode.
    let mut text = String::from("local all all trust\n");
    if options.hba.is_empty() {
        text.push_str("host all all 127.0.0.1/32 trust\n");
    }
    for line in &options.hba {
        text.push_str(line);
        text.push('\n');
    }
    let path = data.join("pg_hba.conf");
    fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    folder
        .account()
        .map_or(Ok(()), |account| account.own(&path))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be read: {error}", path.display()))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be written: {error}", path.display()))
}
