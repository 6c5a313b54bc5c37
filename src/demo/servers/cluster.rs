//! A database cluster as initdb makes it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::process::Signal;

use super::folder::Folder;
use super::process::Process;
use crate::model::panel_data::Failure;

const PATIENCE: Duration = Duration::from_secs(60);

/// A process that starts one server starts many: the second has initdb make the cluster that it and all later
/// ones copy, in a quarter of the time. The first does not wait for a copy that nobody may need.
static IS_ONE_OF_MANY: AtomicBool = AtomicBool::new(false);
/// Its watchdog removes it at the end of this process.
static KEPT: Mutex<Option<Folder>> = Mutex::new(None);

/// Makes a cluster in `data`, an empty folder in `folder` that the servers' user owns.
pub(super) fn make(initdb: &Path, folder: &Folder, data: &Path) -> Result<(), Failure> {
    if !IS_ONE_OF_MANY.swap(true, Ordering::Relaxed) {
        return run(initdb, folder, data);
    }
    let kept = kept(initdb)?;
    let mut command = folder.command(Path::new("cp"));
    command.arg("-R").arg(kept.join(".")).arg(data);
    Process::start("cp", folder, &mut command, Signal::KILL)?.wait_done(PATIENCE)
}

fn kept(initdb: &Path) -> Result<PathBuf, Failure> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(folder) = &*kept {
        return Ok(folder.path().join("data"));
    }
    let folder = Folder::create()?;
    let data = folder.subfolder("data")?;
    run(initdb, &folder, &data)?;
    *kept = Some(folder);
    Ok(data)
}

fn run(program: &Path, folder: &Folder, data: &Path) -> Result<(), Failure> {
    let mut command = folder.command(program);
    command
        .args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ])
        .arg("-D")
        .arg(data);
    Process::start("initdb", folder, &mut command, Signal::QUIT)?.wait_done(PATIENCE)
}
