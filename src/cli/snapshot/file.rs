//! A file that is there as a whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use color_eyre::eyre::{Result, eyre};

/// All of it or nothing: a reader of the file never sees half a frame.
pub(in crate::cli) fn replace(file: &Path, data: &[u8]) -> Result<()> {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // The temporary file's name would only confuse.
    let said = |problem: io::Error| {
        eyre!(
            "cannot write {}: {}",
            file.display(),
            io::Error::from(problem.kind())
        )
    };
    let mut fresh = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .map_err(said)?;
    fresh.write_all(data).map_err(said)?;
    if let Ok(old) = fs::metadata(file) {
        fresh
            .as_file()
            .set_permissions(old.permissions())
            .map_err(said)?;
    }
    fresh.persist(file).map_err(|problem| said(problem.error))?;
    Ok(())
}
