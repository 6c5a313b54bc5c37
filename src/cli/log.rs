//! The log file: in the platform's state folder, one a day, a week kept. The terminal is for the dashboard.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Mutex;

use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use super::say;
use crate::config::{Config, LogLevel};

/// Files kept.
const KEPT: usize = 7;

/// Time and process: several write into the same file.
struct Stamp(u32);

impl FormatTime for Stamp {
    fn format_time(&self, line: &mut Writer<'_>) -> std::fmt::Result {
        SystemTime.format_time(line)?;
        write!(line, " {}", self.0)
    }
}

/// Starts logging. A log that cannot be written is said once and is no reason to stop.
pub(super) fn start(config: &Config, verbose: u8) {
    if let Err(why) = start_file(config, verbose) {
        say(&format!("warning: {why}"));
    }
}

/// The same for a process that nobody looks at: without a file, as in a container whose file system is read-only,
/// the log goes where its words go.
#[cfg(feature = "serve")]
pub(super) fn start_unattended(config: &Config, verbose: u8) {
    if let Err(why) = start_file(config, verbose) {
        say(&format!("{why}: the log is here"));
        begin(config, verbose, std::io::stderr);
    }
}

/// One sentence where there can be none.
fn start_file(config: &Config, verbose: u8) -> Result<(), String> {
    let folder = config.log.folder.clone().or_else(state_folder);
    let folder = folder.ok_or("no folder for a log file was found; set `folder` in `[log]`")?;
    let problem = |problem: &dyn Display| format!("no log file in {}: {problem}", folder.display());
    // The library would complain on the terminal about a folder that is not there yet.
    std::fs::create_dir_all(&folder).map_err(|error| problem(&error))?;
    let file = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("kpi")
        .filename_suffix("log")
        .max_log_files(KEPT)
        .build(&folder)
        .map_err(|error| problem(&error))?;
    begin(config, verbose, Mutex::new(file));
    Ok(())
}

fn begin(
    config: &Config,
    verbose: u8,
    writer: impl for<'a> MakeWriter<'a> + Send + Sync + 'static,
) {
    let level = match verbose {
        0 => level_of(config.log.level),
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_ansi(false)
        .with_timer(Stamp(std::process::id()))
        .with_writer(writer);
    // Only a second start in one process can fail, and then the first one holds.
    let _ = tracing::subscriber::set_global_default(subscriber.finish());
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "started");
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
