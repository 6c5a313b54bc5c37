//! One server process: started, watched until it is ready, signalled, stopped.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::folder::Folder;
use crate::model::panel_data::Failure;

/// How often a condition is looked at again.
const LOOK: Duration = Duration::from_millis(5);

/// A child process with its log file. Killed when dropped.
#[derive(Debug)]
pub(super) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
    end: Signal,
}

impl Process {
    /// Starts `command`; what it says goes to a log file in `folder`. `end` is the signal for its fastest clean end.
    pub fn start(
        name: &'static str,
        folder: &Folder,
        command: &mut Command,
        end: Signal,
    ) -> Result<Self, Failure> {
        let log = folder.path().join(format!("{name}.log"));
        let file = File::create(&log).map_err(|error| cannot_start(name, &error))?;
        let copy = file
            .try_clone()
            .map_err(|error| cannot_start(name, &error))?;
        let child = command
            .stdout(Stdio::from(file))
            .stderr(Stdio::from(copy))
            .spawn()
            .map_err(|error| cannot_start(name, &error))?;
        Ok(Self {
            name,
            child,
            log,
            end,
        })
    }

    /// Waits until `ready` says yes; fails when the process ends before or `patience` does.
    pub fn wait_ready(
        &mut self,
        patience: Duration,
        mut ready: impl FnMut() -> bool,
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + patience;
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed(&format!("ended while starting ({status})")));
            }
            if ready() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(self.failed(&format!("was not ready after {} s", patience.as_secs())));
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Waits for its successful end.
    pub fn wait_done(&mut self, patience: Duration) -> Result<(), Failure> {
        if self.ended_within(patience) && self.child.wait().is_ok_and(|status| status.success()) {
            return Ok(());
        }
        Err(self.failed("failed"))
    }

    fn failed(&self, how: &str) -> Failure {
        let mut failure = Failure::new(format!("{} {how}", self.name));
        for line in tail(&self.log, 8) {
            failure = failure.detail(line);
        }
        failure
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal to the process alone; one that has ended already is no error.
    pub fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_child(&self.child), signal);
    }

    fn ended_within(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        loop {
            match self.child.try_wait() {
                Ok(None) if Instant::now() < deadline => std::thread::sleep(LOOK),
                Ok(None) => return false,
                Ok(Some(_)) | Err(_) => return true,
            }
        }
    }

    /// Asks with `signal`, insists with SIGKILL after `patience`. Afterwards the process is gone.
    pub fn stop(&mut self, signal: Signal, patience: Duration) {
        if self.ended_within(Duration::ZERO) {
            return;
        }
        self.signal(signal);
        self.signal(Signal::CONT);
        if !self.ended_within(patience) {
            self.signal(Signal::KILL);
            let _ = self.child.wait();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop(self.end, Duration::from_secs(3));
    }
}

fn cannot_start(name: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("{name} cannot be started: {error}"))
}

fn tail(log: &Path, lines: usize) -> Vec<String> {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let all: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    all[all.len().saturating_sub(lines)..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

/// A loopback port that was free a moment ago.
pub(super) fn free_port() -> Result<u16, Failure> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| Failure::new(format!("no loopback port is free: {error}")))
}

/// The direct children of `parent`.
pub(super) fn children(parent: u32) -> Vec<u32> {
    if Path::new("/proc/self/stat").exists() {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        return processes
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .filter(|pid| parent_of(*pid) == Some(parent))
            .collect();
    }
    let listed = Command::new("ps")
        .args(["-A", "-o", "pid=", "-o", "ppid="])
        .output();
    let text = listed.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace().map(str::parse::<u32>);
            let pid = words.next()?.ok()?;
            (words.next()?.ok()? == parent).then_some(pid)
        })
        .collect()
}

/// From `/proc/<pid>/stat` (proc(5)): the second field may hold blanks and parentheses, so it is read from its end.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Signals a process that is not a child of ours.
pub(super) fn signal_pid(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}
