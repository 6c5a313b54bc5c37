//! Where the configuration is looked for.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::config::builtin;
use crate::config::problem::Problem;

/// Where to look, and with which environment. Nothing else of the process is asked.
#[derive(Clone, Default)]
pub struct LoadOptions {
    /// `--config`; where none is given, `KPI_CONFIG` of `environment`.
    pub path: Option<PathBuf>,
    /// Environment variables.
    pub environment: BTreeMap<String, String>,
    /// The folder of `./config.toml`, and what file names in problems are relative to.
    pub current_dir: PathBuf,
    /// The platform's folder for this program's configuration, where there is one.
    pub config_folder: Option<PathBuf>,
    /// Built-in dashboards to add, see [`builtin`]. With one, neither a dashboard of one's own
    /// nor a file is needed.
    pub built_in: Vec<&'static str>,
}

impl fmt::Debug for LoadOptions {
    /// Of the environment, its size only: it holds passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadOptions")
            .field("path", &self.path)
            .field("environment", &self.environment.len())
            .field("current_dir", &self.current_dir)
            .field("config_folder", &self.config_folder)
            .field("built_in", &self.built_in)
            .finish()
    }
}

impl LoadOptions {
    /// The process's own environment and folders; `path` is what `--config` says.
    pub fn of_process(path: Option<PathBuf>) -> Self {
        Self {
            path,
            environment: std::env::vars_os()
                .filter_map(|(key, value)| {
                    Some((key.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            current_dir: std::env::current_dir().unwrap_or_default(),
            config_folder: directories::ProjectDirs::from("", "", "kpi")
                .map(|folders| folders.config_dir().to_path_buf()),
            built_in: Vec::new(),
        }
    }

    /// The same with the built-in dashboard that `wanted` names, if it names one.
    #[must_use]
    pub fn with_built_in(mut self, wanted: Option<&str>) -> Self {
        self.built_in.extend(wanted.and_then(builtin::named));
        self
    }

    /// Whether somebody said where the configuration is.
    pub(super) fn names_a_file(&self) -> bool {
        let variable = self.environment.get("KPI_CONFIG");
        self.path.is_some() || variable.is_some_and(|path| !path.is_empty())
    }

    /// The configuration's path: the one asked for, else the first that exists.
    ///
    /// # Errors
    /// A problem that names every place that was looked at.
    pub fn find(&self) -> Result<PathBuf, Problem> {
        let asked = self.path.clone().or_else(|| {
            let path = self.environment.get("KPI_CONFIG")?;
            (!path.is_empty()).then(|| PathBuf::from(path))
        });
        if let Some(path) = asked {
            let path = self.current_dir.join(path);
            return if path.is_dir() {
                Err(
                    Problem::of_file(self.shorten(&path), "this is a folder").hint(format!(
                        "name the file: {}",
                        self.shorten(&path.join("config.toml"))
                    )),
                )
            } else if path.exists() {
                Ok(path)
            } else {
                Err(
                    Problem::of_file(self.shorten(&path), "there is no such file")
                        .hint("`kpi init` writes a configuration to start from"),
                )
            };
        }
        let places: Vec<PathBuf> = std::iter::once(self.current_dir.clone())
            .chain(self.config_folder.clone())
            .map(|folder| folder.join("config.toml"))
            .collect();
        if let Some(found) = places.iter().find(|path| path.is_file()) {
            return Ok(found.clone());
        }
        let looked: Vec<String> = places
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        Err(Problem::of_file(looked.join(" or "), "no configuration was found").hint(
            "`kpi init` writes one here, `--config FILE` names another, and `kpi demo` needs none",
        ))
    }

    /// `path` from the current folder, where it is inside.
    pub(super) fn shorten(&self, path: &Path) -> String {
        path.strip_prefix(&self.current_dir)
            .unwrap_or(path)
            .display()
            .to_string()
    }
}
