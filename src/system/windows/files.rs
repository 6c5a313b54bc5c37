//! Who may read a file is inherited from its folder; those of a user's profile are the user's.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Modes say nothing here.
pub const HAS_MODES: bool = false;

/// Another one for another file of the same name, unless both were made at the same time.
pub fn identity(about: &Metadata) -> u64 {
    about.creation_time()
}

/// Nothing: modes are not known here.
pub fn made_with(_: &mut OpenOptions, _: u32) {}

/// A temporary file.
pub fn temporary<'a>(_: u32) -> tempfile::Builder<'a, 'a> {
    tempfile::Builder::new()
}

/// A folder, and those around it.
///
/// # Errors
/// It cannot be made.
pub fn make_own_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// Opens a file to read.
///
/// # Errors
/// It is not there, or cannot be read.
pub fn open_own(file: &Path) -> io::Result<File> {
    File::open(file)
}

/// Where libpq keeps the user's files.
pub fn libpq_folder() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|folders| folders.config_dir().join("postgresql"))
}
