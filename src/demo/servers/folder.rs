//! A private folder that goes when its owner goes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::fs::FlockOperation;

use super::account::Account;
use crate::model::panel_data::Failure;

const PREFIX: &str = "kpi-demo-";
const LOCK: &str = "owner.lock";
const SWEEP: &str = include_str!("sweep.sh");
/// How long a folder may exist before it must have its lock.
const SETTLING: Duration = Duration::from_secs(60);

/// A private temporary folder with a watchdog. Holds an exclusive `flock` as long as its owner lives:
/// a lock that can be taken means that the owner is dead, without guessing from process numbers.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    account: Option<Account>,
    watchdog: Child,
    // Released last: until then no other start sweeps the folder.
    _lock: File,
}

impl Folder {
    /// Makes a folder and starts its watchdog, after sweeping what dead owners left.
    pub fn create() -> Result<Self, Failure> {
        let parent = parent();
        sweep_left_overs(&parent);
        Self::create_in(&parent)
    }

    fn create_in(parent: &Path) -> Result<Self, Failure> {
        let account = Account::for_servers()?;
        let made = tempfile::Builder::new()
            .prefix(PREFIX)
            .rand_bytes(8)
            .tempdir_in(parent)
            .map_err(|error| wrong(parent, "cannot hold a temporary folder", &error))?;
        let lock = lock(made.path())?;
        let watchdog = sweeper(made.path())
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|error| wrong(Path::new("sh"), "cannot be started", &error))?;
        // From here on the watchdog removes it.
        let folder = Self {
            path: made.keep(),
            account,
            watchdog,
            _lock: lock,
        };
        if account.is_some() {
            // The servers' user passes through; only root lists or writes.
            fs::set_permissions(&folder.path, fs::Permissions::from_mode(0o711)).map_err(
                |error| {
                    wrong(
                        &folder.path,
                        "cannot be opened to the servers' user",
                        &error,
                    )
                },
            )?;
        }
        folder.subfolder("run")?;
        Ok(folder)
    }

    /// Its path, short enough for a socket inside it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder for sockets and working files, owned by the servers' user.
    pub fn run(&self) -> PathBuf {
        self.path.join("run")
    }

    pub(super) fn account(&self) -> Option<Account> {
        self.account
    }

    /// A folder inside, owned by the servers' user and closed to others.
    pub(super) fn subfolder(&self, name: &str) -> Result<PathBuf, Failure> {
        let path = self.path.join(name);
        fs::create_dir(&path).map_err(|error| wrong(&path, "cannot be made", &error))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700))
            .map_err(|error| wrong(&path, "cannot be closed to others", &error))?;
        self.hand_over(&path)?;
        Ok(path)
    }

    /// A file in the run folder that only the servers' user reads.
    pub(super) fn write(&self, name: &str, text: &[u8]) -> Result<PathBuf, Failure> {
        let path = self.run().join(name);
        fs::write(&path, text).map_err(|error| wrong(&path, "cannot be written", &error))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
            .map_err(|error| wrong(&path, "cannot be closed to others", &error))?;
        self.hand_over(&path)?;
        Ok(path)
    }

    /// A copy of a file in the run folder that only the servers' user reads.
    pub(super) fn copy(&self, from: &Path, name: &str) -> Result<PathBuf, Failure> {
        let text = fs::read(from).map_err(|error| wrong(from, "cannot be read", &error))?;
        self.write(name, &text)
    }

    fn hand_over(&self, path: &Path) -> Result<(), Failure> {
        self.account.map_or(Ok(()), |account| account.own(path))
    }

    /// A command that runs as the servers' user, in the run folder, untouched by the caller's
    /// environment (`PGHOST`, `PGDATA`, locale), and away from its terminal's Ctrl-C.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env(
                "PATH",
                std::env::var_os("PATH").unwrap_or_else(|| OsStr::new("/usr/bin:/bin").into()),
            )
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .current_dir(self.run())
            .stdin(Stdio::null())
            .process_group(0);
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The end of its input is the watchdog's word to clean up.
        drop(self.watchdog.stdin.take());
        if let Err(error) = self.watchdog.wait() {
            tracing::warn!(folder = %self.path.display(), %error, "the watchdog did not end");
        }
    }
}

/// Short, because a socket's path has room for 104 bytes on macOS; and passable for the servers' user.
fn parent() -> PathBuf {
    let given = std::env::temp_dir();
    if rustix::process::geteuid().is_root() || given.as_os_str().len() > 60 {
        PathBuf::from("/tmp")
    } else {
        given
    }
}

fn wrong(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} {what}: {error}", path.display()))
}

/// The lock gets its name only once it is held, so that no other start sees it free while we live.
fn lock(folder: &Path) -> Result<File, Failure> {
    let draft = folder.join("owner.new");
    let done = || -> std::io::Result<File> {
        let mut file = File::create(&draft)?;
        rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        writeln!(file, "{}", std::process::id())?;
        fs::rename(&draft, folder.join(LOCK))?;
        Ok(file)
    };
    done().map_err(|error| wrong(folder, "cannot be locked", &error))
}

fn sweeper(folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(SWEEP)
        .env("KPI_FOLDER", folder)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command
}

/// Stops and removes what owners left that died together with their watchdog.
fn sweep_left_overs(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            continue;
        }
        let path = entry.path();
        let Some(_held) = abandoned(&path) else {
            continue;
        };
        tracing::info!(folder = %path.display(), "sweeping what a dead owner left");
        if let Err(error) = sweeper(&path).status() {
            tracing::warn!(folder = %path.display(), %error, "a dead owner's folder stays");
        }
    }
}

/// The lock of a dead owner, taken over. `None` for a folder that lives, or is none of ours.
fn abandoned(folder: &Path) -> Option<File> {
    let myself = rustix::process::geteuid().as_raw();
    let about = fs::symlink_metadata(folder).ok()?;
    if !about.is_dir() || about.uid() != myself {
        return None;
    }
    let path = folder.join(LOCK);
    let Ok(found) = fs::symlink_metadata(&path) else {
        // Its owner was killed before it locked it, or is about to.
        let age = about.modified().ok()?.elapsed().ok()?;
        return File::open(folder).ok().filter(|_| age > SETTLING);
    };
    if !found.is_file() || found.uid() != myself {
        return None;
    }
    let file = File::open(&path).ok()?;
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive).ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_owner() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::create_in(parent.path()).unwrap();
        let path = folder.path().to_owned();
        assert!(path.join("run").is_dir());
        drop(folder);
        assert!(!path.exists());
    }

    #[test]
    fn a_living_owners_folder_is_not_swept() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::create_in(parent.path()).unwrap();
        sweep_left_overs(parent.path());
        assert!(folder.path().join("run").is_dir());
    }

    #[test]
    fn a_dead_owners_folder_is_swept_and_foreign_ones_stay() {
        let parent = tempfile::tempdir().unwrap();
        let dead = parent.path().join("kpi-demo-dead");
        let fresh = parent.path().join("kpi-demo-fresh");
        let foreign = parent.path().join("somebody-elses");
        for folder in [&dead, &fresh, &foreign] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(dead.join(LOCK), "1\n").unwrap();
        fs::write(foreign.join(LOCK), "1\n").unwrap();
        sweep_left_overs(parent.path());
        assert!(!dead.exists(), "its lock was free");
        assert!(fresh.exists(), "it may be about to be locked");
        assert!(foreign.exists());
    }
}
