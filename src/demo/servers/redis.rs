//! A private Redis.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;

use super::binaries;
use super::folder::Folder;
use super::postgres::TlsFiles;
use super::process::{Process, free_port};
use crate::model::panel_data::Failure;

const PATIENCE: Duration = Duration::from_secs(20);

/// How to start a [`Redis`].
#[derive(Clone, Debug, Default)]
pub struct RedisOptions {
    /// Listens on 127.0.0.1 as well.
    pub tcp: bool,
    /// Further lines of `redis.conf`.
    pub settings: Vec<String>,
    /// Speaks TLS on its TCP port. Implies [`RedisOptions::tcp`]; the socket stays in the clear.
    pub tls: Option<TlsFiles>,
}

/// A running Redis that keeps nothing on disk. Gone when dropped.
#[derive(Debug)]
pub struct Redis {
    process: Option<Process>,
    program: PathBuf,
    port: Option<u16>,
    settings: Vec<String>,
    tls: bool,
    // After the process: the folder goes last.
    folder: Folder,
}

impl Redis {
    /// Starts a server; some ten milliseconds. Fails when `redis-server` is not installed.
    pub fn start(options: &RedisOptions) -> Result<Self, Failure> {
        let program = binaries::redis()?;
        let mut server = Self {
            process: None,
            program,
            port: None,
            settings: options.settings.clone(),
            tls: options.tls.is_some(),
            folder: Folder::create()?,
        };
        if let Some(files) = &options.tls {
            server.folder.copy(&files.certificate, "redis.crt")?;
            server.folder.copy(&files.key, "redis.key")?;
        }
        let tcp = options.tcp || server.tls;
        let tries = if tcp { 5 } else { 1 };
        let mut outcome = Ok(());
        for _ in 0..tries {
            server.port = if tcp { Some(free_port()?) } else { None };
            outcome = server.restart();
            if outcome.is_ok() {
                return Ok(server);
            }
        }
        outcome.map(|()| server)
    }

    /// Starts the server again, empty, at the same addresses.
    pub fn restart(&mut self) -> Result<(), Failure> {
        self.stop();
        let socket = self.socket();
        // A socket file that was left would pass for a server that is ready.
        let _ = std::fs::remove_file(&socket);
        let run = self.folder.run().display().to_string();
        let port = self.port.unwrap_or(0);
        let mut text = format!(
            "daemonize no\nsave \"\"\nappendonly no\nloglevel warning\nbind 127.0.0.1\nport {}\n\
             unixsocket {}\nunixsocketperm 700\ndir {run}\n",
            if self.tls { 0 } else { port },
            socket.display(),
        );
        if self.tls {
            let _ = writeln!(
                text,
                "tls-port {port}\ntls-auth-clients no\ntls-cert-file {run}/redis.crt\ntls-key-file {run}/redis.key"
            );
        }
        for line in &self.settings {
            text.push_str(line);
            text.push('\n');
        }
        let file = self.folder.write("redis.conf", text.as_bytes())?;
        // Redis rewrites its title but keeps argv[0] in it: the sweep finds our folder there.
        let mut command = self.folder.command(&self.program);
        command
            .arg0(self.folder.path().join("redis-server"))
            .arg(file);
        let mut process = Process::start("redis", &self.folder, &mut command, Signal::KILL)?;
        process.wait_ready(PATIENCE, || answers(&socket))?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops the server; its data is lost.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stop(Signal::TERM, Duration::from_secs(5));
        }
    }

    /// Freezes the server: connections stay open and nobody answers.
    pub fn freeze(&self) {
        if let Some(process) = &self.process {
            process.signal(Signal::STOP);
        }
    }

    /// Lets a frozen server go on.
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

    /// The socket's path.
    pub fn socket(&self) -> PathBuf {
        self.folder.run().join("redis.sock")
    }

    /// The TCP port, where it listens.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The URL: TCP where it listens there, else the socket (`unix://…`).
    pub fn url(&self) -> String {
        match self.port {
            Some(port) if self.tls => format!("rediss://127.0.0.1:{port}"),
            Some(port) => format!("redis://127.0.0.1:{port}"),
            None => format!("unix://{}", self.socket().display()),
        }
    }
}

/// A running Sentinel that watches one master, named `mymaster`. Gone when dropped.
#[derive(Debug)]
pub struct Sentinel {
    _process: Process,
    port: u16,
    _folder: Folder,
}

impl Sentinel {
    /// Starts a sentinel for the master on 127.0.0.1:`master`; half a second of silence and `quorum` sentinels
    /// make a fail-over. `settings` are further lines of its configuration.
    pub fn start(master: u16, quorum: u32, settings: &[String]) -> Result<Self, Failure> {
        let program = binaries::redis()?;
        let folder = Folder::create()?;
        let port = free_port()?;
        let mut text = format!(
            "port {port}\nbind 127.0.0.1\nprotected-mode no\nloglevel warning\ndir {}\n\
             sentinel monitor mymaster 127.0.0.1 {master} {quorum}\n\
             sentinel down-after-milliseconds mymaster 500\n\
             sentinel failover-timeout mymaster 2000\n",
            folder.run().display(),
        );
        for line in settings {
            text.push_str(line);
            text.push('\n');
        }
        // A sentinel writes what it learns into its configuration.
        let file = folder.write("sentinel.conf", text.as_bytes())?;
        let mut command = folder.command(&program);
        command
            .arg0(folder.path().join("redis-sentinel"))
            .arg(file)
            .arg("--sentinel");
        let mut process = Process::start("sentinel", &folder, &mut command, Signal::KILL)?;
        process.wait_ready(PATIENCE, || {
            TcpStream::connect(("127.0.0.1", port)).is_ok_and(answers_on)
        })?;
        Ok(Self {
            _process: process,
            port,
            _folder: folder,
        })
    }

    /// Its TCP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn answers(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok_and(|stream| {
        let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
        answers_on(stream)
    })
}

/// Whether Redis answers a PING, be it by asking for a password.
fn answers_on(mut stream: impl Read + Write) -> bool {
    let mut answer = [0; 5];
    stream.write_all(b"PING\r\n").is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && (&answer == b"+PONG" || &answer == b"-NOAU")
}
