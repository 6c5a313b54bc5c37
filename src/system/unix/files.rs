//! Who may read a file, and which one it is.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

/// A mode of 0600 keeps other users out.
pub const HAS_MODES: bool = true;

/// Another one for another file of the same name.
pub fn identity(about: &Metadata) -> u64 {
    about.ino()
}

/// A file that is made is made with this mode.
pub fn made_with(options: &mut OpenOptions, mode: u32) {
    options.mode(mode);
}

/// A temporary file with this mode.
pub fn temporary<'a>(mode: u32) -> tempfile::Builder<'a, 'a> {
    let mut builder = tempfile::Builder::new();
    builder.permissions(Permissions::from_mode(mode));
    builder
}

/// A folder, and those around it, that nobody else may look into.
///
/// # Errors
/// It cannot be made.
pub fn make_own_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Opens a file to read if this user owns it and nobody else may write it. A link is not followed, a pipe not
/// waited for.
///
/// # Errors
/// It is not there, or somebody else's.
pub fn open_own(file: &Path) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(file)?;
    let about = file.metadata()?;
    if about.uid() == rustix::process::geteuid().as_raw() && about.mode() & 0o022 == 0 {
        Ok(file)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

/// Where libpq keeps the user's files.
pub fn libpq_folder() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|folders| folders.home_dir().join(".postgresql"))
}
