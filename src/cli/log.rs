//! The log file: in the platform's state folder, one a day, a week kept. The terminal is for the dashboard.

use std::path::PathBuf;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{Builder, Rotation};

use super::say;
use crate::config::{Config, LogLevel};

/// Files kept.
const KEPT: usize = 7;

/// Starts logging. A log that cannot be written is said once and is no reason to stop.
pub(super) fn start(config: &Config, verbose: u8) {
    let level = match verbose {
        0 => level_of(config.log.level),
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let Some(folder) = config.log.folder.clone().or_else(state_folder) else {
        say("warning: no folder for a log file was found; set `folder` in `[log]`");
        return;
    };
    // The library would complain on the terminal about a folder that is not there yet.
    if let Err(problem) = std::fs::create_dir_all(&folder) {
        say(&format!(
            "warning: no log file in {}: {problem}",
            folder.display()
        ));
        return;
    }
    let file = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("kpi")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(&folder);
    match file {
        Ok(file) => {
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(level)
                .with_ansi(false)
                .with_writer(Mutex::new(file));
            // Only a second start in one process can fail, and then the first one holds.
            let _ = tracing::subscriber::set_global_default(subscriber.finish());
            tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
        }
        Err(problem) => say(&format!(
            "warning: no log file in {}: {problem}",
            folder.display()
        )),
    }
}

fn level_of(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Off => LevelFilter::OFF,
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

fn state_folder() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "kpi")?;
    Some(
        folders
            .state_dir()
            .unwrap_or_else(|| folders.data_local_dir())
            .to_path_buf(),
    )
}
