//! A file that is there as a whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::model::panel_data::Failure;
use crate::system::files::temporary;

/// Who may read a new file; one that is replaced stays as readable as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the user's umask lets.
    Usual,
    /// Nobody but the owner, also of one that is replaced.
    Owner,
}

/// Writes all of `bytes` or nothing: a reader of the file never sees half of it. A link stays one, and what is no
/// file (a device, a pipe) is written to. A file that is there already is replaced with `replaces` only.
///
/// # Errors
/// It cannot be written there, or something is there.
pub fn save(file: &Path, bytes: &[u8], readers: Readers, replaces: bool) -> Result<(), Failure> {
    written(file, bytes, readers, replaces).map_err(|problem| {
        // The temporary file's name would only confuse.
        let why = match problem.kind() {
            io::ErrorKind::AlreadyExists => "there is a file of this name already".to_owned(),
            io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            io::ErrorKind::IsADirectory => "this is a folder".to_owned(),
            kind => kind.to_string(),
        };
        Failure::new(format!("cannot write {}: {why}", file.display()))
    })
}

fn written(file: &Path, bytes: &[u8], readers: Readers, replaces: bool) -> io::Result<()> {
    let file = target(file)?;
    let old = fs::metadata(&file).ok();
    if let Some(old) = old.as_ref().filter(|old| !old.is_file()) {
        if old.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        return OpenOptions::new().write(true).open(&file)?.write_all(bytes);
    }
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mode = match readers {
        Readers::Usual => 0o666,
        Readers::Owner => 0o600,
    };
    let mut fresh = temporary(mode).tempfile_in(folder.unwrap_or(Path::new(".")))?;
    fresh.write_all(bytes)?;
    if let (Some(old), Readers::Usual) = (old, readers) {
        fresh.as_file().set_permissions(old.permissions())?;
    }
    let kept = if replaces {
        fresh.persist(&file)
    } else {
        fresh.persist_noclobber(&file)
    };
    kept.map(|_| ()).map_err(|problem| problem.error)
}

/// Where a link leads, also one to a file that is not there yet; else the file itself.
fn target(file: &Path) -> io::Result<PathBuf> {
    // As many as Linux follows.
    const MOST_LINKS: usize = 40;
    let mut file = file.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(next) = fs::read_link(&file) else {
            return Ok(file);
        };
        file = match file.parent() {
            Some(folder) => folder.join(next),
            None => next,
        };
    }
    Err(io::Error::other("too many links"))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn saved(file: &Path, bytes: &[u8]) -> Result<(), String> {
        save(file, bytes, Readers::Usual, true).map_err(|failure| failure.summary.clone())
    }

    #[test]
    fn a_link_stays_a_link_and_its_file_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        for (link, to) in [("latest", "real"), ("chain", "latest"), ("new", "not yet")] {
            std::os::unix::fs::symlink(to, path(link)).expect("a link");
        }
        fs::write(path("real"), "old").expect("a file");
        saved(&path("chain"), b"fresh").expect("saved");
        assert_eq!(fs::read(path("real")).expect("a file"), b"fresh");
        saved(&path("new"), b"made").expect("saved");
        assert_eq!(fs::read(path("not yet")).expect("a file"), b"made");
        for link in ["latest", "chain", "new"] {
            assert!(path(link).is_symlink(), "{link}");
        }
        std::os::unix::fs::symlink("circle", path("circle")).expect("a link");
        saved(&path("circle"), b"x").expect_err("leads nowhere");
    }

    #[test]
    fn a_pipe_is_written_to_and_stays_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.is_ok_and(|made| made.success()));
        let reader = {
            let pipe = pipe.clone();
            std::thread::spawn(move || fs::read(pipe))
        };
        saved(&pipe, b"through").expect("saved");
        let read = reader.join().expect("no panic").expect("read");
        assert_eq!(read, b"through");
        assert!(!fs::metadata(&pipe).expect("still there").is_file());
    }

    #[test]
    fn what_cannot_be_written_is_told_in_words() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = |name: &str| folder.path().join(name);
        let no_folder = saved(&inside("nope/x"), b"").expect_err("no folder");
        assert!(
            no_folder.ends_with("/nope/x: there is no such folder"),
            "{no_folder}"
        );
        let a_folder = saved(folder.path(), b"").expect_err("a folder");
        assert!(a_folder.ends_with(": this is a folder"), "{a_folder}");
        fs::write(inside("old"), "old").expect("a file");
        let kept = save(&inside("old"), b"new", Readers::Owner, false).expect_err("is there");
        assert!(
            kept.summary
                .ends_with("there is a file of this name already")
        );
        assert_eq!(fs::read(inside("old")).expect("a file"), b"old");
    }

    #[test]
    fn a_replaced_file_stays_as_readable_as_it_was_and_business_data_is_the_owners() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x");
        fs::write(&file, "old").expect("a file");
        fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("permissions");
        let mode = || fs::metadata(&file).expect("a file").permissions().mode() & 0o777;
        saved(&file, b"new").expect("saved");
        assert_eq!(mode(), 0o640);
        save(&file, b"newer", Readers::Owner, true).expect("saved");
        assert_eq!(mode(), 0o600);
    }
}
