//! The configuration as it counts, and where each value is from: `kpi config print`.
//!
//! Printed as TOML it can be read again and means the same, but for what is hidden: secrets are shown as `…`, or
//! stand in a comment.

mod origin;
mod write;

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::Config;
use super::keys::{ANNOTATION, DASHBOARD, FILE, Key, PANEL, SERVE, Section, Shape, VARIABLE};
use super::plain::{self, Plain, escaped};
use super::problem::Source;
use super::secret::url::{ELLIPSIS, shown};
use super::secret::{is_secret_name, secrets_of};
use super::values::in_order;
use super::variables::Variables;

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

/// Where values of one file are from.
struct File<'a> {
    source: &'a Source,
    variables: &'a Variables,
    dotenv: &'a str,
}

impl File<'_> {
    fn origin(&self, plain: &Plain) -> Origin {
        let names = plain.variables.iter();
        Origin::File {
            file: self.source.name.clone(),
            line: self.source.line(plain.span.start),
            variables: names
                .map(|name| origin::variable(name, self.variables, self.dotenv))
                .collect(),
        }
    }

    fn entries(&self, fields: Vec<Plain>, left_out: &[&str]) -> Vec<Entry> {
        let fields = fields.into_iter();
        fields
            .filter(|field| !left_out.contains(&field.name.as_str()))
            .map(|field| Entry {
                origin: self.origin(&field),
                // What a variable of a telling name stands for is nobody's business.
                is_hidden: field.variables.iter().any(|name| is_secret_name(name)),
                name: field.name,
                value: Some(field.value),
                remark: None,
            })
            .collect()
    }
}

impl Told {
    /// The settings of the main file.
    pub fn settings(
        &mut self,
        fields: &DeTable<'_>,
        source: &Source,
        variables: &Variables,
        dotenv: &str,
    ) {
        let file = File {
            source,
            variables,
            dotenv,
        };
        self.files.push(source.name.clone());
        let mut note = |section: &str, plain: Plain| {
            let origin = file.origin(&plain);
            let key = (section.to_owned(), plain.name.clone());
            self.settings.insert(key, (plain, origin));
        };
        for key in FILE.keys {
            let value = fields.get(key.name).map(toml::Spanned::get_ref);
            if let (Shape::Table(section), Some(DeValue::Table(inner))) = (key.shape, value) {
                for plain in plain::fields(section, inner, variables, &[]) {
                    note(key.name, plain);
                }
            }
        }
        for plain in plain::fields(&FILE, fields, variables, &[]) {
            note("", plain);
        }
    }

    /// What stands under `dashboard` in a file, or a file that is one dashboard.
    pub fn dashboards(
        &mut self,
        value: &DeValue<'_>,
        source: &Source,
        variables: &Variables,
        dotenv: &str,
    ) {
        if let Some(items) = value.as_array() {
            for table in items.iter().filter_map(|item| item.get_ref().as_table()) {
                self.dashboard(table, source, variables, dotenv);
            }
        }
    }

    /// The same for a file that is one dashboard.
    pub fn dashboard(
        &mut self,
        table: &DeTable<'_>,
        source: &Source,
        variables: &Variables,
        dotenv: &str,
    ) {
        if !self.files.contains(&source.name) {
            self.files.push(source.name.clone());
        }
        let file = File {
            source,
            variables,
            dotenv,
        };
        let path = format!("dashboard[{}]", self.dashboards.len());
        let kept = plain::names(table);
        let read = |section: &Section, table: &DeTable<'_>| {
            plain::fields(section, table, variables, &kept)
        };
        let mut own = file.entries(
            read(&DASHBOARD, table),
            &["variable", "panel", "annotation"],
        );
        for key in DASHBOARD.keys.iter().filter(|key| !key.default.is_empty()) {
            if !own.iter().any(|entry| entry.name == key.name) {
                own.push(Entry::default_of(key));
            }
        }
        let mut groups = vec![Group {
            header: Some("[[dashboard]]".to_owned()),
            path: path.clone(),
            entries: own,
        }];
        for (name, section) in [("variable", &VARIABLE), ("annotation", &ANNOTATION)] {
            let items = table.get(name).and_then(|value| value.get_ref().as_array());
            for (index, item) in items.into_iter().flatten().enumerate() {
                if let Some(inner) = item.get_ref().as_table() {
                    groups.push(Group {
                        header: Some(format!("[[dashboard.{name}]]")),
                        path: format!("{path}.{name}[{index}]"),
                        entries: file.entries(read(section, inner), &[]),
                    });
                }
            }
        }
        let panels = table
            .get("panel")
            .and_then(|value| value.get_ref().as_table());
        for (id, value) in panels.map(in_order).into_iter().flatten() {
            if let Some(inner) = value.get_ref().as_table() {
                let id = write::key(id.get_ref());
                groups.push(Group {
                    header: Some(format!("[dashboard.panel.{id}]")),
                    path: format!("{path}.panel.{id}"),
                    entries: file.entries(read(&PANEL, inner), &[]),
                });
            }
        }
        self.dashboards.push(groups);
    }

    /// Everything, once it is checked.
    pub fn finish(
        mut self,
        config: &Config,
        variables: &Variables,
        dotenv: &str,
        overrides: &[Override],
    ) -> Effective {
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
        let secrets = secrets_of(config);
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

/// `…` for every text.
fn blank(value: &mut Value) {
    match value {
        Value::String(text) => ELLIPSIS.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(blank),
        Value::Table(table) => table.iter_mut().for_each(|(_, value)| blank(value)),
        _ => {}
    }
}

/// `…` for `secrets` in every text; true where there was one.
fn mask(value: &mut Value, secrets: &[String]) -> bool {
    match value {
        Value::String(text) => {
            let mut found = false;
            for secret in secrets {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), ELLIPSIS);
                    found = true;
                }
            }
            found
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| mask(item, secrets) | found),
        Value::Table(table) => table
            .iter_mut()
            .fold(false, |found, (_, value)| mask(value, secrets) | found),
        _ => false,
    }
}

/// Claims with `…` for what has a telling name; true where there is one.
fn hidden_claims(claims: &str) -> (String, bool) {
    let Ok(mut json) = serde_json::from_str::<serde_json::Value>(claims) else {
        return (ELLIPSIS.to_owned(), true);
    };
    if hide_claims(&mut json) {
        (json.to_string(), true)
    } else {
        (claims.to_owned(), false)
    }
}

fn hide_claims(json: &mut serde_json::Value) -> bool {
    match json {
        serde_json::Value::Object(fields) => {
            let mut found = false;
            for (name, value) in fields {
                if is_secret_name(name) {
                    *value = ELLIPSIS.into();
                    found = true;
                } else {
                    found |= hide_claims(value);
                }
            }
            found
        }
        serde_json::Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| hide_claims(item) | found),
        _ => false,
    }
}
