//! Which files a configuration is made of, and whether they changed.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::system::files::identity;

/// What was read, or looked for, while a configuration was loaded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadFrom {
    /// The files; also such as do not exist, but would have been read.
    pub files: Vec<PathBuf>,
    /// Patterns that further files match.
    pub patterns: Vec<String>,
}

/// What the files are like; another one means that something was written, replaced, added or removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(Vec<(PathBuf, Option<Stamp>)>);

/// Of one file. Editors write in place (time, size) or replace (identity).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    size: u64,
    identity: u64,
}

impl ReadFrom {
    /// What the files are like now. Asks the file system only for names and times.
    pub fn fingerprint(&self) -> Fingerprint {
        let further = self
            .patterns
            .iter()
            .filter_map(|pattern| glob::glob(pattern).ok())
            .flat_map(|paths| paths.filter_map(Result::ok));
        let mut files: Vec<PathBuf> = self.files.iter().cloned().chain(further).collect();
        files.sort();
        files.dedup();
        Fingerprint(
            files
                .into_iter()
                .map(|file| {
                    let stamp = stamp(&file);
                    (file, stamp)
                })
                .collect(),
        )
    }

    /// These and those of `other`: a broken file does not say what it would have named.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.patterns.extend(other.patterns);
        self.files.sort();
        self.files.dedup();
        self.patterns.sort();
        self.patterns.dedup();
        self
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let known = std::fs::metadata(file).ok()?;
    Some(Stamp {
        modified: known.modified().ok(),
        size: known.len(),
        identity: identity(&known),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_written_replaced_added_or_removed_changes_the_fingerprint() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("a.toml"), "one").unwrap();
        let read_from = ReadFrom {
            files: vec![path("a.toml"), path(".env")],
            patterns: vec![path("*.toml").display().to_string()],
        };
        let mut seen = vec![read_from.fingerprint()];
        assert_eq!(read_from.fingerprint(), seen[0]);
        std::fs::write(path("a.toml"), "longer").unwrap();
        seen.push(read_from.fingerprint());
        std::fs::write(path("fresh"), "longer").unwrap();
        std::fs::rename(path("fresh"), path("a.toml")).unwrap();
        seen.push(read_from.fingerprint());
        std::fs::write(path("b.toml"), "").unwrap();
        seen.push(read_from.fingerprint());
        std::fs::write(path(".env"), "").unwrap();
        seen.push(read_from.fingerprint());
        std::fs::remove_file(path("a.toml")).unwrap();
        seen.push(read_from.fingerprint());
        for (index, one) in seen.iter().enumerate() {
            assert!(!seen[..index].contains(one), "{index}");
        }
    }
}
