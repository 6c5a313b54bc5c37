//! Where the servers' programs are on this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::model::panel_data::Failure;

/// PostgreSQL's programs, of one version.
#[derive(Clone, Debug)]
pub(super) struct PostgresPrograms {
    pub initdb: PathBuf,
    pub postgres: PathBuf,
    pub psql: PathBuf,
}

/// From the first folder that has both `initdb` and `postgres`: a `postgres` alone in `PATH` is no server
/// that can be set up. `psql` is the one beside them, else any: it talks to every version.
pub(super) fn postgres() -> Result<PostgresPrograms, Failure> {
    let lacking = |what| missing(what, "postgresql", "postgresql@17");
    let folder = path_folders()
        .into_iter()
        .chain(versioned("/usr/lib/postgresql", "", "bin"))
        .chain(versioned("/usr", "pgsql-", "bin"))
        .chain(brew_folders())
        .chain(versioned(
            "/Applications/Postgres.app/Contents/Versions",
            "",
            "bin",
        ))
        .chain(pg_config())
        .find(|folder| runs(&folder.join("initdb")) && runs(&folder.join("postgres")))
        .ok_or_else(|| lacking("PostgreSQL's server (`initdb` and `postgres`)"))?;
    let beside = Some(folder.join("psql")).filter(|path| runs(path));
    Ok(PostgresPrograms {
        initdb: folder.join("initdb"),
        postgres: folder.join("postgres"),
        psql: beside
            .or_else(|| program("psql"))
            .ok_or_else(|| lacking("`psql`"))?,
    })
}

/// `redis-server`.
pub(super) fn redis() -> Result<PathBuf, Failure> {
    program("redis-server").ok_or_else(|| missing("`redis-server`", "redis-server", "redis"))
}

/// `pgbouncer`.
pub(super) fn pgbouncer() -> Result<PathBuf, Failure> {
    program("pgbouncer").ok_or_else(|| missing("`pgbouncer`", "pgbouncer", "pgbouncer"))
}

fn missing(what: &str, debian: &str, brew: &str) -> Failure {
    let command = if cfg!(target_os = "macos") {
        format!("brew install {brew}")
    } else {
        let sudo = if rustix::process::geteuid().is_root() {
            ""
        } else {
            "sudo "
        };
        format!("{sudo}apt-get install -y {debian}")
    };
    Failure::new(format!("{what} is not installed"))
        .detail(format!("install it with: {command}"))
        .detail("or, in a checkout of this program, everything it needs: sh tests/setup.sh")
}

fn program(name: &str) -> Option<PathBuf> {
    path_folders()
        .into_iter()
        .chain(["/usr/local/sbin", "/usr/sbin", "/usr/local/bin", "/usr/bin"].map(PathBuf::from))
        .chain(brew_folders())
        .map(|folder| folder.join(name))
        .find(|path| runs(path))
}

fn runs(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn path_folders() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .collect()
}

/// `parent/<prefix><version>/<inside>`, newest version first.
fn versioned(parent: &str, prefix: &str, inside: &str) -> Vec<PathBuf> {
    let mut found: Vec<(Vec<u32>, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?;
            let parts: Option<Vec<u32>> =
                version.split('.').map(|part| part.parse().ok()).collect();
            Some((parts?, entry.path().join(inside)))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, folder)| folder).collect()
}

/// Homebrew on Apple silicon, on Intel and on Linux; its versioned PostgreSQL is in no `PATH`.
fn brew_folders() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for prefix in ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"] {
        let opt = format!("{prefix}/opt");
        found.push(PathBuf::from(format!("{prefix}/bin")));
        found.extend(versioned(&opt, "postgresql@", "bin"));
        for name in ["postgresql", "redis", "pgbouncer"] {
            found.push(PathBuf::from(format!("{opt}/{name}/bin")));
        }
    }
    found
}

fn pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let folder = text.trim();
    (!folder.is_empty()).then(|| PathBuf::from(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first_by_number_not_by_letter() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9.6", "15", "16", "not-a-version"] {
            fs::create_dir(folder.path().join(version)).unwrap();
        }
        let found = versioned(folder.path().to_str().unwrap(), "", "bin");
        let names: Vec<_> = found
            .iter()
            .map(|path| {
                path.parent()
                    .unwrap()
                    .file_name()
                    .unwrap()
                    .to_str()
                    .unwrap()
            })
            .collect();
        assert_eq!(names, ["16", "15", "9.6"]);
    }

    #[test]
    fn a_missing_server_comes_with_one_command_that_installs_it() {
        let failure = missing("`pgbouncer`", "pgbouncer", "pgbouncer");
        assert_eq!(failure.summary, "`pgbouncer` is not installed");
        assert!(failure.details[0].contains("install"), "{failure:?}");
        assert!(
            failure.details[1].contains("sh tests/setup.sh"),
            "{failure:?}"
        );
    }
}
