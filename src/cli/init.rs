//! `kpi init [DIR]`: a configuration to start from, and a private place for its passwords.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::WrapErr;

use crate::config::EXAMPLE;
use crate::system::files::{HAS_MODES, made_with};

/// What `.env` starts as.
const DOTENV: &str = "\
# Read by kpi because it lies beside config.toml; a variable of the environment wins over its line here, an empty one too.
# Keep this file out of version control. Percent-encode special characters of passwords in URLs
# (`@` is %40), and put values with `#`, `$` or blanks into single quotes.

# Pooled URL for the panels, for example Supabase's transaction pooler:
#DATABASE_URL='postgresql://postgres.PROJECT:PASSWORD@aws-0-REGION.pooler.supabase.com:6543/postgres?pgbouncer=true'

# Direct URL, for migrations and LISTEN:
#DIRECT_URL='postgresql://postgres:PASSWORD@db.PROJECT.supabase.co:5432/postgres'

# Live updates between two polls:
#REDIS_URL='redis://localhost:6379'

# A word for the header:
#KPI_ENV=production
";

/// Writes `config.toml` and `.env` into `folder` and says to `out` what to do next.
///
/// A `config.toml` that is there already is never touched, and is an exit code of 2; an `.env` that is
/// there is kept.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn run(folder: &Path, out: &mut dyn Write) -> color_eyre::Result<ExitCode> {
    fs::create_dir_all(folder)
        .wrap_err_with(|| format!("cannot make the folder {}", folder.display()))?;
    let config = folder.join("config.toml");
    if !write_new(&config, EXAMPLE, 0o644)? {
        let path = config.display();
        writeln!(out, "{path} is there already and was left as it is.")?;
        writeln!(
            out,
            "Name another folder (`kpi init DIR`), or check that one: `kpi check --offline`."
        )?;
        return Ok(ExitCode::from(2));
    }
    let dotenv = folder.join(".env");
    let fresh = write_new(&dotenv, DOTENV, 0o600)?;
    writeln!(out, "Wrote {}.", config.display())?;
    if fresh && HAS_MODES {
        writeln!(out, "Wrote {}, for you alone to read.", dotenv.display())?;
    } else if fresh {
        let file = dotenv.display();
        writeln!(
            out,
            "Wrote {file}: whoever may read its folder may read it."
        )?;
    } else {
        writeln!(out, "Kept {} as it is.", dotenv.display())?;
    }
    let flag = if folder == Path::new(".") || folder == Path::new("") {
        String::new()
    } else {
        format!(" --config {}", config.display())
    };
    writeln!(
        out,
        "\nNext:\n  \
         1. put your DATABASE_URL into {}, and keep that file out of version control\n  \
         2. kpi{flag} migrate    makes the tables of the example, over DIRECT_URL\n  \
         3. kpi{flag} check      looks at the connections and plans every query\n  \
         4. kpi{flag}",
        dotenv.display()
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file that is not there yet; false if it is.
fn write_new(path: &Path, text: &str, mode: u32) -> color_eyre::Result<bool> {
    let cannot = || format!("cannot write {}", path.display());
    match create(path, mode) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).wrap_err_with(cannot)?;
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error).wrap_err_with(cannot),
    }
}

fn create(path: &Path, mode: u32) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    made_with(&mut options, mode);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{LoadOptions, load};

    fn init(folder: &Path) -> (bool, String) {
        let mut out = Vec::new();
        let code = run(folder, &mut out).unwrap();
        (code == ExitCode::SUCCESS, String::from_utf8(out).unwrap())
    }

    #[test]
    fn what_is_written_loads_and_the_passwords_file_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("new/kpi");
        let (fine, words) = init(&inner);
        assert!(fine, "{words}");
        assert!(words.contains("DATABASE_URL"), "{words}");
        let options = LoadOptions {
            current_dir: inner.clone(),
            ..LoadOptions::default()
        };
        let config = load(&options).unwrap_or_else(|problems| panic!("{problems}"));
        assert_eq!(config.dashboards.len(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(inner.join(".env"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn every_line_of_the_dotenv_file_can_be_switched_on() {
        let on: String = DOTENV
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let read: Vec<(String, String)> = dotenvy::from_read_iter(on.as_bytes())
            .collect::<Result<_, _>>()
            .unwrap();
        let names: Vec<&str> = read.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["DATABASE_URL", "DIRECT_URL", "REDIS_URL", "KPI_ENV"]
        );
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("config.toml");
        fs::write(&config, "mine").unwrap();
        let (fine, words) = init(folder.path());
        assert!(!fine);
        assert!(words.contains("left as it is"), "{words}");
        assert_eq!(fs::read_to_string(&config).unwrap(), "mine");
        assert!(!folder.path().join(".env").exists());

        fs::remove_file(&config).unwrap();
        fs::write(folder.path().join(".env"), "A=1\n").unwrap();
        let (fine, words) = init(folder.path());
        assert!(fine);
        assert!(words.contains("Kept"), "{words}");
        assert_eq!(
            fs::read_to_string(folder.path().join(".env")).unwrap(),
            "A=1\n"
        );
    }
}
