//! The sections that are not dashboards: `[database]`, `[redis]`, `[screen]`, `[serve]`, `[log]`, `[check]`, and the
//! environment variables that win over them.

use std::path::Path;
use std::time::Duration;

use toml::de::DeValue;

use super::keys::{
    BACKGROUNDS, CHECK, COLOR_MODES, DATABASE, FILE, LEVELS, LOG, REDIS, SCREEN, SERVE, VIEWER,
};
use super::problem::Problem;
use super::reader::suggest::printable;
use super::reader::{Reader, Table};
use super::variables::Variables;
use super::{
    Check, ColorMode, Config, Database, KeySetting, KeyText, Log, LogLevel, Redis, Screen, Secret,
    serve,
};
use crate::model::theme::{Background, Theme};

impl Reader<'_> {
    /// Everything of the main file but its dashboards, over the defaults. Paths count from `folder`.
    pub(super) fn settings_of(&mut self, file: &Table<'_>, folder: &Path, config: &mut Config) {
        config.environment = self.text(file, "environment").map(|text| text.value);
        config.keys = self.keys(file);
        for (name, section) in [
            ("database", &DATABASE),
            ("redis", &REDIS),
            ("screen", &SCREEN),
            ("serve", &SERVE),
            ("viewer", &VIEWER),
            ("log", &LOG),
            ("check", &CHECK),
        ] {
            let Some(table) = file
                .fields
                .get(name)
                .and_then(|value| self.table(value, section))
            else {
                continue;
            };
            match name {
                "database" => self.database(&table, folder, &mut config.database),
                "redis" => self.redis(&table, folder, &mut config.redis),
                "screen" => self.screen(&table, &mut config.screen),
                "serve" => self.serve(&table, &mut config.serve),
                "viewer" => {
                    let from = self.text(&table, "from");
                    config.viewer.from = from.map(|text| Secret(text.value.trim().to_owned()));
                }
                "check" => self.check(&table, &mut config.check),
                _ => self.log(&table, folder, &mut config.log),
            }
        }
    }

    /// `[keys]`: only that names and texts stand there; what they mean is checked above this floor.
    fn keys(&mut self, file: &Table<'_>) -> Vec<KeySetting> {
        let Some((shape, value)) = Self::value(file, "keys") else {
            return Vec::new();
        };
        let DeValue::Table(fields) = value.get_ref() else {
            self.wrong_type("keys", shape, value);
            return Vec::new();
        };
        let mut settings = Vec::new();
        for (name, value) in fields {
            let at = self.source.mark(name.span());
            let name: &str = name.get_ref();
            let texts: Vec<_> = match value.get_ref().as_array() {
                Some(items) => items.iter().collect(),
                None => vec![value],
            };
            let mut keys = Vec::new();
            for text in texts {
                match text.get_ref() {
                    DeValue::String(key) => keys.push(KeyText {
                        text: key.to_string(),
                        at: self.source.mark(text.span()),
                    }),
                    _ => self.wrong(
                        text.span(),
                        format!("a key of `{}` is written in quotes", printable(name)),
                        "such as `\"q\"` or `[\"q\", \"Ctrl-C\"]`",
                    ),
                }
            }
            settings.push(KeySetting {
                action: printable(name),
                at,
                keys,
            });
        }
        settings.sort_by_key(|setting| setting.at.position());
        settings
    }

    /// A URL, unless the environment has a better one; then the file's is not even looked at,
    /// so that a variable it names need not be set.
    fn url(&mut self, table: &Table<'_>, name: &str, variable: &str) -> Option<Secret> {
        if self.variables.get(variable).is_some()
            && Self::value(table, name).is_some_and(|(_, value)| value.get_ref().is_str())
        {
            return None;
        }
        self.text(table, name)
            .map(|text| Secret(text.value.trim().to_owned()))
    }

    fn database(&mut self, table: &Table<'_>, folder: &Path, into: &mut Database) {
        into.url = self.url(table, "url", "DATABASE_URL");
        into.direct_url = self.url(table, "direct_url", "DIRECT_URL");
        set(&mut into.schema, self.name(table, "schema"));
        set(&mut into.test_schema, self.name(table, "test_schema"));
        set(&mut into.pool_size, self.size(table, "pool_size"));
        set(&mut into.timeout, self.duration(table, "timeout"));
        let statement = self.duration(table, "statement_timeout");
        if let Some(statement) = statement.filter(|statement| *statement > into.timeout)
            && let Some((_, value)) = Self::value(table, "statement_timeout")
        {
            let message = format!(
                "`statement_timeout` ({statement:?}) is longer than `timeout` ({:?})",
                into.timeout
            );
            self.wrong(
                value.span(),
                message,
                "nobody would be left to read the answer: raise `timeout`",
            );
        }
        into.statement_timeout = statement.unwrap_or(into.statement_timeout.min(into.timeout));
        set(&mut into.lock_timeout, self.duration(table, "lock_timeout"));
        set(&mut into.row_limit, self.size(table, "row_limit"));
        into.role = self.name(table, "role");
        into.claims = self.claims(table, "claims");
        self.settings(table, "settings", &mut into.settings);
        into.sslrootcert = self
            .text(table, "sslrootcert")
            .map(|path| folder.join(path.value));
    }

    fn redis(&mut self, table: &Table<'_>, folder: &Path, into: &mut Redis) {
        into.url = self.url(table, "url", "REDIS_URL");
        set(
            &mut into.prefix,
            self.text(table, "prefix").map(|text| text.value),
        );
        into.sslrootcert = self
            .text(table, "sslrootcert")
            .map(|path| folder.join(path.value));
    }

    fn screen(&mut self, table: &Table<'_>, into: &mut Screen) {
        set(&mut into.ascii, self.flag(table, "ascii"));
        set(&mut into.braille, self.flag(table, "braille"));
        let color = self
            .choice(table, "color")
            .map(|index| match COLOR_MODES[index] {
                "always" => ColorMode::Always,
                "never" => ColorMode::Never,
                "16" => ColorMode::Ansi16,
                "256" => ColorMode::Ansi256,
                "true" => ColorMode::True,
                _ => ColorMode::Auto,
            });
        set(&mut into.color, color);
        let frames = self
            .integer(table, "max_fps")
            .and_then(|frames| u32::try_from(frames).ok());
        set(&mut into.frames_per_second, frames);
        into.time_zone = self.zone(table, "timezone");
        let theme = self.choice(table, "theme");
        set(&mut into.theme, theme.map(|index| Theme::ALL[index]));
        let background = self
            .choice(table, "background")
            .map(|index| match BACKGROUNDS[index] {
                "dark" => Background::Dark,
                "light" => Background::Light,
                _ => Background::Unknown,
            });
        set(&mut into.background, background);
    }

    fn log(&mut self, table: &Table<'_>, folder: &Path, into: &mut Log) {
        let level = self
            .choice(table, "level")
            .map(|index| match LEVELS[index] {
                "off" => LogLevel::Off,
                "error" => LogLevel::Error,
                "warn" => LogLevel::Warn,
                "debug" => LogLevel::Debug,
                "trace" => LogLevel::Trace,
                _ => LogLevel::Info,
            });
        set(&mut into.level, level);
        into.folder = self
            .text(table, "folder")
            .map(|path| folder.join(path.value));
    }

    fn check(&mut self, table: &Table<'_>, into: &mut Check) {
        let mut limit = |name: &str| u64::try_from(self.integer(table, name)?).ok();
        set(&mut into.max_cost, limit("max_cost"));
        set(&mut into.max_scan, limit("max_scan"));
    }

    fn size(&mut self, table: &Table<'_>, name: &str) -> Option<usize> {
        self.integer(table, name)
            .and_then(|size| usize::try_from(size).ok())
    }

    /// The name of something in PostgreSQL.
    fn name(&mut self, table: &Table<'_>, name: &str) -> Option<String> {
        let text = self.text(table, name)?;
        if let Some(why) = unfit_name(&text.value) {
            self.wrong(text.span, format!("`{name}` {why}"), "");
            return None;
        }
        Some(text.value)
    }

    /// Reports settings in a file that may hold dashboards only.
    pub(super) fn no_settings(&mut self, file: &Table<'_>) {
        for (key, _) in file.fields {
            let name: &str = key.get_ref();
            if name != "dashboard" && FILE.key(name).is_some() {
                let message = format!("`{name}` belongs to the main file");
                self.wrong(
                    key.span(),
                    message,
                    "a file of `dashboards` holds dashboards only",
                );
            }
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// Why PostgreSQL could not have something of this name.
fn unfit_name(name: &str) -> Option<&'static str> {
    if name.len() > 63 {
        Some("is longer than PostgreSQL's 63 bytes")
    } else if name.chars().any(char::is_control) {
        Some("has control characters in it")
    } else {
        None
    }
}

/// Puts the environment's values over the file's. Empty variables count as unset.
pub(super) fn apply_environment(
    variables: &Variables,
    dotenv: &str,
    config: &mut Config,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut wrong = |name: &str, why: String| {
        let place = if variables.in_process(name) {
            "the environment".to_owned()
        } else {
            dotenv.to_owned()
        };
        problems.push(Problem::of_file(place, format!("{name} {why}")));
    };
    let secret = |name| variables.get(name).map(|url| Secret(url.trim().to_owned()));
    let Config {
        database, redis, ..
    } = config;
    database.url = secret("DATABASE_URL").or(database.url.take());
    database.direct_url = secret("DIRECT_URL").or(database.direct_url.take());
    redis.url = secret("REDIS_URL").or(redis.url.take());
    if let Some(schema) = variables.get("TEST_SCHEMA") {
        match unfit_name(schema) {
            Some(why) => wrong("TEST_SCHEMA", why.to_owned()),
            None => schema.clone_into(&mut database.test_schema),
        }
    }
    if let Some(word) = variables.get("KPI_ENV") {
        config.environment = Some(word.to_owned());
    }
    serve::apply_environment(variables, &mut config.serve, wrong);
    problems
}

/// The built-in values.
impl Default for Database {
    fn default() -> Self {
        let settings = [("jit", "off"), ("max_parallel_workers_per_gather", "0")];
        Self {
            url: None,
            direct_url: None,
            schema: "kpi".to_owned(),
            test_schema: "test".to_owned(),
            pool_size: 4,
            timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(1),
            row_limit: 10_000,
            role: None,
            claims: None,
            settings: settings
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
            sslrootcert: None,
        }
    }
}
