//! A private Redis.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::Signal;

use super::binaries;
use super::folder::Folder;
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
}

/// A running Redis that keeps nothing on disk. Gone when dropped.
#[derive(Debug)]
pub struct Redis {
    process: Option<Process>,
    program: PathBuf,
    port: Option<u16>,
    settings: Vec<String>,
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
            folder: Folder::create()?,
        };
        let tries = if options.tcp { 5 } else { 1 };
        let mut outcome = Ok(());
        for _ in 0..tries {
            server.port = if options.tcp {
                Some(free_port()?)
            } else {
                None
            };
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
        let mut text = format!(
            "daemonize no\nsave \"\"\nappendonly no\nloglevel warning\nbind 127.0.0.1\nport {}\n\
             unixsocket {}\nunixsocketperm 700\ndir {}\n",
            self.port.unwrap_or(0),
            socket.display(),
            self.folder.run().display(),
        );
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

    /// The URL: TCP where it listens there, else the socket (`unix://…`).
    pub fn url(&self) -> String {
        match self.port {
            Some(port) => format!("redis://127.0.0.1:{port}"),
            None => format!("unix://{}", self.socket().display()),
        }
    }
}

fn answers(socket: &Path) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer)?;
        Ok(&answer == b"+PONG")
    };
    ask().unwrap_or(false)
}
