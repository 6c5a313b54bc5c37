//! Which user the servers run as.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::model::panel_data::Failure;

/// An unprivileged user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    /// Whom to become: nobody else, unless this is root, whom PostgreSQL and PgBouncer refuse to run as.
    pub fn for_servers() -> Result<Option<Self>, Failure> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let found = ["postgres", "_postgres", "nobody"]
            .into_iter()
            .find_map(Self::named);
        found.map(Some).ok_or_else(|| {
            Failure::new("servers cannot run as root, and there is no user `postgres` or `nobody` to run them as")
        })
    }

    fn named(user: &str) -> Option<Self> {
        Some(Self {
            uid: id("-u", user)?,
            gid: id("-g", user)?,
        })
    }

    /// Hands `path` to the account.
    pub fn own(self, path: &Path) -> Result<(), Failure> {
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid)).map_err(|error| {
            Failure::new(format!("{} cannot change owner: {error}", path.display()))
        })
    }
}

/// `id` also asks the directory services that `/etc/passwd` does not know.
fn id(what: &str, user: &str) -> Option<u32> {
    let output = Command::new("id")
        .args([what, user])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    // macOS writes nobody's id as -2.
    let number: i64 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(number as u32)
}
