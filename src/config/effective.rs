//! The configuration as it counts, and where each value is from: `kpi config print`.
//!
//! Printed as TOML it can be read again and means the same, but for what is hidden: secrets are shown as `…`, or
//! stand in a comment.

mod hidden;
mod noted;
mod origin;
mod write;

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::Config;
use super::keys::{FILE, Key, SERVE, Section, Shape};
use super::plain::{Plain, escaped};
use super::secret::url::{ELLIPSIS, shown};
use super::secret::{is_secret_name, secrets_in, secrets_of};
use super::variables::Variables;

use hidden::{blank, hidden_claims, mask};

pub use origin::Origin;

/// The environment variables that win over a key, or stand for one that is not there.
const WINNERS: [(&str, &str, &str); 7] = [
    ("", "environment", "KPI_ENV"),
    ("database", "url", "DATABASE_URL"),
    ("database", "direct_url", "DIRECT_URL"),
    ("database", "test_schema", "TEST_SCHEMA"),
    ("redis", "url", "REDIS_URL"),
    ("serve", "port", "PORT"),
    ("serve", "token", "KPI_TOKEN"),
];

/// A value that a flag or a variable of the environment gives, whatever the files say.
#[derive(Clone, Debug)]
pub struct Override {
    /// `screen`.
    pub section: &'static str,
    /// `ascii`.
    pub key: &'static str,
    /// What it is.
    pub value: Value,
    /// By whom.
    pub origin: Origin,
}

/// The configuration as it counts.
#[derive(Clone, Debug, Default)]
pub struct Effective {
    /// What it was read from.
    pub files: Vec<String>,
    groups: Vec<Group>,
}

/// The keys below one header.
#[derive(Clone, Debug)]
struct Group {
    /// `[database]`; none for the top of the file.
    header: Option<String>,
    /// `database`; with an index where there are several, `dashboard[0]`.
    path: String,
    entries: Vec<Entry>,
}

/// One key.
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    /// None where nobody gave one, or none may be shown.
    value: Option<Value>,
    origin: Origin,
    /// It is, or has in it, what is not shown.
    is_hidden: bool,
    /// In place of a value that cannot stand here.
    remark: Option<String>,
}

/// Takes note of files as they are read.
#[derive(Debug, Default)]
pub(super) struct Told {
    files: Vec<String>,
    /// By section (the empty one is the top) and key.
    settings: BTreeMap<(String, String), (Plain, Origin)>,
    dashboards: Vec<Vec<Group>>,
}

impl Told {
    /// Everything, once it is checked.
    pub fn finish(
        mut self,
        config: &Config,
        variables: &Variables,
        dotenv: &str,
        overrides: &[Override],
    ) -> Effective {
        // Also of what the environment overrules: it opens a door all the same.
        let mut secrets = secrets_of(config);
        secrets.extend(self.secrets());
        let mut groups = vec![self.top(variables, dotenv)];
        for key in FILE.keys {
            let Shape::Table(section) = key.shape else {
                continue;
            };
            let mut entries = Vec::new();
            for inner in section.keys {
                let given = overrides
                    .iter()
                    .find(|given| (given.section, given.key) == (key.name, inner.name));
                let mut entry = match given {
                    Some(given) => {
                        Entry::new(inner.name, given.value.clone(), given.origin.clone())
                    }
                    None => self.entry(key.name, inner, variables, dotenv),
                };
                entry.complete(section, config);
                entries.push(entry);
            }
            if key.name == "database" {
                groups.extend(server_settings(config, &mut entries));
            }
            // A table inside a section comes behind its keys.
            let at = groups.len() - usize::from(key.name == "database");
            let group = Group {
                header: Some(format!("[{}]", key.name)),
                path: key.name.to_owned(),
                entries,
            };
            groups.insert(at, group);
        }
        groups.extend(self.keys());
        groups.extend(self.dashboards.into_iter().flatten());
        for entry in groups.iter_mut().flat_map(|group| &mut group.entries) {
            entry.hide(&secrets);
        }
        if variables.has_file() {
            self.files.push(dotenv.to_owned());
        }
        Effective {
            files: self.files,
            groups,
        }
    }

    /// The secrets that the files hold.
    fn secrets(&self) -> Vec<String> {
        let (mut urls, mut tokens) = (Vec::new(), Vec::new());
        for ((section, name), (plain, _)) in &self.settings {
            let into = match (section.as_str(), name.as_str()) {
                ("serve", "token") => &mut tokens,
                (_, "url" | "direct_url" | "from") => &mut urls,
                _ => continue,
            };
            let texts = plain.value.as_array().map_or_else(
                || plain.value.as_str().into_iter().collect::<Vec<_>>(),
                |items| items.iter().filter_map(Value::as_str).collect(),
            );
            into.extend(texts.into_iter().map(|text| text.replace("$${", "${")));
        }
        let urls = urls.iter().map(String::as_str);
        secrets_in(urls, tokens.iter().map(String::as_str))
    }

    /// What stands above every header.
    fn top(&mut self, variables: &Variables, dotenv: &str) -> Group {
        let mut entries = Vec::new();
        for key in FILE.keys {
            match key.shape {
                Shape::Text => entries.push(self.entry("", key, variables, dotenv)),
                Shape::Patterns => {
                    let mut entry = self.entry("", key, variables, dotenv);
                    if let Some(value) = entry.value.take() {
                        entry.remark = Some(format!("{value}, and the dashboards are below"));
                    }
                    entries.push(entry);
                }
                _ => {}
            }
        }
        Group {
            header: None,
            path: String::new(),
            entries,
        }
    }

    /// One key: by the environment, the file, or default.
    fn entry(&mut self, section: &str, key: &Key, variables: &Variables, dotenv: &str) -> Entry {
        let winner = WINNERS
            .iter()
            .find(|(of, name, _)| (*of, *name) == (section, key.name));
        if let Some((_, _, variable)) = winner
            && let Some(text) = variables.get(variable)
        {
            let value = match key.shape {
                Shape::Integer(..) => text
                    .trim()
                    .parse()
                    .map_or_else(|_| Value::String(text.to_owned()), Value::Integer),
                Shape::Secret => Value::String(text.trim().to_owned()),
                _ => Value::String(escaped(text, &[])),
            };
            let origin = origin::variable(variable, variables, dotenv);
            return Entry::new(key.name, value, origin);
        }
        match self
            .settings
            .remove(&(section.to_owned(), key.name.to_owned()))
        {
            Some((plain, origin)) => {
                let is_hidden = plain.variables.iter().any(|name| is_secret_name(name));
                Entry {
                    is_hidden,
                    ..Entry::new(key.name, plain.value, origin)
                }
            }
            None => Entry::default_of(key),
        }
    }

    /// `[keys]`, as written: what is built in is in the help of the program.
    fn keys(&mut self) -> Option<Group> {
        let (plain, origin) = self.settings.remove(&(String::new(), "keys".to_owned()))?;
        let Value::Table(table) = plain.value else {
            return None;
        };
        let entries = table
            .into_iter()
            .map(|(name, value)| Entry::new(&name, value, origin.clone()));
        Some(Group {
            header: Some("[keys]".to_owned()),
            path: "keys".to_owned(),
            entries: entries.collect(),
        })
    }
}

/// `[database.settings]`: the file's over the defaults, one by one.
fn server_settings(config: &Config, entries: &mut Vec<Entry>) -> Option<Group> {
    let at = entries.iter().position(|entry| entry.name == "settings")?;
    let whole = entries.remove(at);
    let written = match (&whole.value, &whole.origin) {
        (Some(Value::Table(table)), Origin::File { .. }) => flat(table),
        _ => Vec::new(),
    };
    let settings = config.database.settings.iter();
    let entries = settings.map(|(name, value)| {
        let is_written = written.contains(name);
        let origin = if is_written {
            whole.origin.clone()
        } else {
            Origin::Default
        };
        Entry {
            is_hidden: whole.is_hidden && is_written,
            ..Entry::new(name, Value::String(escaped(value, &[])), origin)
        }
    });
    Some(Group {
        header: Some("[database.settings]".to_owned()),
        path: "database.settings".to_owned(),
        entries: entries.collect(),
    })
}

/// The names of settings, joined with dots where TOML made tables of them.
fn flat(table: &Table) -> Vec<String> {
    let mut names = Vec::new();
    for (name, value) in table {
        match value {
            Value::Table(inner) => {
                names.extend(
                    flat(inner)
                        .into_iter()
                        .map(|inner| format!("{name}.{inner}")),
                );
            }
            _ => names.push(name.clone()),
        }
    }
    names
}

impl Entry {
    fn new(name: &str, value: Value, origin: Origin) -> Self {
        Self {
            name: name.to_owned(),
            value: Some(value),
            origin,
            is_hidden: false,
            remark: None,
        }
    }

    fn default_of(key: &Key) -> Self {
        let table: Option<Table> = toml::from_str(&format!("value = {}", key.default)).ok();
        let value = table.and_then(|mut table| table.remove("value"));
        let origin = match value {
            Some(_) => Origin::Default,
            None => Origin::Unset,
        };
        Self {
            name: key.name.to_owned(),
            value,
            origin,
            is_hidden: false,
            remark: None,
        }
    }

    /// What only the checked configuration knows; and what may never be shown.
    fn complete(&mut self, section: &Section, config: &Config) {
        let database = &config.database;
        match (section.name, self.name.as_str()) {
            ("`[database]`", "statement_timeout") if self.origin == Origin::Default => {
                let millis = database.statement_timeout.as_millis();
                self.value = Some(Value::String(format!("{millis}ms")));
            }
            ("`[database]`", "claims") => {
                self.value = database.claims.as_ref().map(|claims| {
                    let (claims, is_hidden) = hidden_claims(claims);
                    self.is_hidden = is_hidden;
                    Value::String(escaped(&claims, &[]))
                });
            }
            // A path counts from its file, and printed from nowhere.
            ("`[database]`", "sslrootcert") => self.path(database.sslrootcert.as_deref()),
            ("`[redis]`", "sslrootcert") => self.path(config.redis.sslrootcert.as_deref()),
            ("`[log]`", "folder") => self.path(config.log.folder.as_deref()),
            ("`[serve]`", "token") if self.value.take().is_some() => {
                let count = config.serve.tokens.len();
                self.is_hidden = count > 0;
                self.remark = (count > 0).then(|| format!("{ELLIPSIS} ({count})"));
            }
            _ => {}
        }
        let shape = section.key(&self.name).map(|key| key.shape);
        if matches!(shape, Some(Shape::Secret))
            && let Some(Value::String(url)) = &self.value
        {
            let shown = shown(url);
            self.is_hidden = shown != *url;
            self.value = Some(Value::String(escaped(&shown, &[])));
        }
        debug_assert!(
            !std::ptr::eq(section, &raw const SERVE)
                || self.name != "token"
                || self.value.is_none(),
            "tokens are never shown"
        );
    }

    fn path(&mut self, path: Option<&std::path::Path>) {
        let text = path.map(|path| escaped(&path.to_string_lossy(), &[]));
        self.value = text.map(Value::String);
    }

    /// Takes secrets out of the value, wherever they stand.
    fn hide(&mut self, secrets: &[String]) {
        let is_secret = is_secret_name(&self.name) && self.name.contains('.');
        let Some(value) = &mut self.value else {
            return;
        };
        if self.is_hidden && !matches!(self.name.as_str(), "url" | "direct_url" | "from" | "claims")
            || is_secret
        {
            blank(value);
            self.is_hidden = true;
            return;
        }
        self.is_hidden |= mask(value, secrets);
    }
}
