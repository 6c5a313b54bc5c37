//! The file on disk.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::model::panel_data::Failure;

/// A larger file is none of ours.
pub const LARGEST_FILE: u64 = 512 << 20;

/// All that `from` gives; `name` is what it is called.
///
/// # Errors
/// It cannot be read, or is too large.
pub fn read(from: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    from.take(LARGEST_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(|problem| Failure::new(format!("cannot read {name}: {}", plain(&problem))))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(Failure::new(format!(
            "{name} is larger than 512 MiB: this is no bundle"
        )));
    }
    Ok(bytes)
}

/// Writes all of it or nothing, readable by its owner alone: rows are business data. What is there already is
/// replaced with `replaces` only.
///
/// # Errors
/// It cannot be written there, or something is there.
pub fn save(file: &Path, bytes: &[u8], replaces: bool) -> Result<(), Failure> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let said = |problem: &io::Error| {
        Failure::new(format!(
            "cannot write {}: {}",
            file.display(),
            plain(problem)
        ))
    };
    // The temporary file's name would only confuse.
    let mut fresh = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)
        .map_err(|problem| said(&problem))?;
    fresh.write_all(bytes).map_err(|problem| said(&problem))?;
    let kept = if replaces {
        fresh.persist(file)
    } else {
        fresh.persist_noclobber(file)
    };
    kept.map_err(|problem| said(&problem.error))?;
    Ok(())
}

fn plain(problem: &io::Error) -> String {
    match problem.kind() {
        io::ErrorKind::AlreadyExists => "there is a file of this name already".to_owned(),
        io::ErrorKind::NotFound => "there is no such folder".to_owned(),
        kind => kind.to_string(),
    }
}
