//! The dashboards as one TOML text, for viewers that have no configuration of their own.
//!
//! Variables of the environment are replaced: a viewer has another one. Nothing of `[database]` and `[redis]`
//! goes out but what a viewer counts with, and no password of theirs, wherever it stands.

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::reader::integer;
use super::secret::MASK;
use super::variables::{Variables, expand_around};
use super::{Config, Secret};

/// Keys whose text, or texts, are taken as they are written.
const VERBATIM: [&str; 5] = ["all_value", "areas", "sql", "text", "vars"];

/// Gathers dashboards as they are read.
#[derive(Debug, Default)]
pub(super) struct Gathered(Vec<Value>);

impl Gathered {
    /// What stands under `dashboard` in a file, or a file that is one dashboard.
    pub fn add(&mut self, value: &DeValue<'_>, variables: &Variables) {
        match value {
            DeValue::Array(items) => {
                for item in items {
                    self.add(item.get_ref(), variables);
                }
            }
            DeValue::Table(table) => self.add_table(table, variables),
            _ => {}
        }
    }

    /// A file that is one dashboard.
    pub fn add_table(&mut self, table: &DeTable<'_>, variables: &Variables) {
        let kept: Vec<String> = names(table);
        self.0
            .push(Value::Table(plain_table(table, variables, &kept)));
    }

    /// The text, with what else of `config` a viewer counts with.
    pub fn text(self, config: &Config, zone: Option<&str>) -> String {
        let mut file = Table::new();
        if let Some(environment) = &config.environment {
            file.insert("environment".into(), escaped(environment, &[]).into());
        }
        let mut database = Table::new();
        database.insert("schema".into(), config.database.schema.clone().into());
        let millis = config.database.timeout.as_millis();
        database.insert("timeout".into(), format!("{millis}ms").into());
        file.insert("database".into(), database.into());
        if let Some(zone) = zone {
            let screen = Table::from_iter([("timezone".to_owned(), Value::from(zone))]);
            file.insert("screen".into(), screen.into());
        }
        file.insert("dashboard".into(), self.0.into());
        let text = toml::to_string(&file).unwrap_or_default();
        let mut hidden = text;
        for secret in secrets(config) {
            hidden = hidden.replace(&secret, MASK);
        }
        hidden
    }
}

/// The names of a dashboard's variables.
fn names(dashboard: &DeTable<'_>) -> Vec<String> {
    let variables = dashboard.get("variable").map(toml::Spanned::get_ref);
    match variables {
        Some(DeValue::Table(table)) => table.keys().map(|key| key.get_ref().to_string()).collect(),
        Some(DeValue::Array(items)) => items
            .iter()
            .filter_map(|item| match item.get_ref() {
                DeValue::Table(table) => Some(table.get("name")?.get_ref().as_str()?.to_owned()),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn plain_table(table: &DeTable<'_>, variables: &Variables, kept: &[String]) -> Table {
    // As it is written: panels without a drawing stand in this order.
    let mut fields: Vec<_> = table.iter().collect();
    fields.sort_by_key(|(key, _)| key.span().start);
    let fields = fields.into_iter().filter_map(|(key, value)| {
        let name = key.get_ref().to_string();
        let value = match value.get_ref() {
            DeValue::String(text) if VERBATIM.contains(&name.as_str()) => {
                Value::String(text.to_string())
            }
            DeValue::Table(texts) if VERBATIM.contains(&name.as_str()) => {
                let texts = texts.iter().filter_map(|(key, value)| {
                    let text = value.get_ref().as_str()?;
                    Some((key.get_ref().to_string(), text.into()))
                });
                Value::Table(texts.collect())
            }
            other => plain(other, variables, kept)?,
        };
        Some((name, value))
    });
    fields.collect()
}

fn plain(value: &DeValue<'_>, variables: &Variables, kept: &[String]) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => {
            // What cannot be replaced was told already.
            let text = expand_around(text, variables, kept).unwrap_or_else(|_| text.to_string());
            Value::String(escaped(&text, kept))
        }
        DeValue::Integer(_) => Value::Integer(integer(value)?),
        DeValue::Float(number) => Value::Float(number.as_str().replace('_', "").parse().ok()?),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .filter_map(|item| plain(item.get_ref(), variables, kept))
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(plain_table(table, variables, kept)),
    })
}

/// `text` so that reading it replaces nothing; names of `kept` stay what they are.
fn escaped(text: &str, kept: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        out.push_str(&text[at..start]);
        let rest = &text[start + 2..];
        let is_kept = kept.iter().any(|name| {
            rest.strip_prefix(name.as_str())
                .is_some_and(|rest| rest.starts_with(['}', ':']))
        });
        out.push_str(if is_kept { "${" } else { "$${" });
        at = start + 2;
    }
    out.push_str(&text[at..]);
    out
}

/// The URLs of `config`, the passwords in them, and tokens.
fn secrets(config: &Config) -> Vec<String> {
    let urls = [
        &config.database.url,
        &config.database.direct_url,
        &config.redis.url,
        &config.viewer.from,
    ];
    let mut found = Vec::new();
    for Secret(url) in urls.into_iter().flatten() {
        found.push(url.clone());
        let login = url
            .split_once("://")
            .and_then(|(_, rest)| rest.rsplit_once('@'));
        if let Some((_, password)) = login.and_then(|(login, _)| login.split_once(':')) {
            found.push(password.to_owned());
        }
    }
    let tokens = config.serve.tokens.iter();
    found.extend(tokens.map(|Secret(token)| token.clone()));
    // Shorter ones are in every text by chance.
    found.retain(|secret| secret.len() >= 4);
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::config::keys::{FILE, Section, Shape};

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    const TEXT: &str = r#"
environment = "staging"
[database]
url = "${DATABASE_URL}"
direct_url = "postgres://owner:hunter22@db/b"
schema = "kpi"
timeout = "7s"
[redis]
url = "redis://:s3cret!@cache"
[[dashboard]]
name = "Ops ${TEAM}"
range = "6h"
columns = ["1fr", "2fr"]
areas = """
a b
"""
[[dashboard.variable]]
name = "region"
kind = "list"
values = ["eu", "us"]
[dashboard.panel.a]
title = "In ${region} at $${HOME}"
kind = "stat"
thresholds = [{ at = 0, color = "red" }, { at = 1.5, color = "green" }]
sql = "select 1 where region = ${region} and 'hunter22' <> 'postgres://kpi:topsecret@db/b'"
[dashboard.panel.b]
kind = "text"
text = "${region} ${HOME} stay"
"#;

    fn config() -> Config {
        let environment = environment(&[
            ("DATABASE_URL", "postgres://kpi:topsecret@db/b"),
            ("TEAM", "East"),
        ]);
        Config::from_toml("config.toml", TEXT, &environment).unwrap()
    }

    #[test]
    fn a_viewer_reads_the_same_dashboards_without_the_environment() {
        let config = config();
        let read = Config::from_toml("feed", &config.definitions, &BTreeMap::new()).unwrap();
        let mut same = read.dashboards;
        assert_eq!(same[0].name, "Ops East");
        assert_eq!(same[0].panels[0].title, "In ${region} at ${HOME}");
        for (panel, before) in same[0].panels.iter_mut().zip(&config.dashboards[0].panels) {
            panel.sql_at = before.sql_at.clone();
            panel.sql.clone_from(&before.sql);
        }
        for (variable, before) in same[0]
            .variables
            .iter_mut()
            .zip(&config.dashboards[0].variables)
        {
            variable.sql_at = before.sql_at.clone();
        }
        assert_eq!(same, config.dashboards);
        assert_eq!(read.environment, config.environment);
        assert_eq!(read.database.schema, "kpi");
        assert_eq!(read.database.timeout, config.database.timeout);
        assert_eq!(read.database.url, None);
        assert_eq!(read.redis.url, None);
    }

    #[test]
    fn panels_without_a_drawing_keep_their_order() {
        let text = "[[dashboard]]\n[dashboard.panel.z]\nkind = \"text\"\ntext = \"1\"\n\
            [dashboard.panel.b]\ntext = \"2\"\nkind = \"text\"\n[dashboard.panel.m]\nkind = \"text\"\ntext = \"3\"\n";
        let text = text.replacen("]]\n", "]]\nname = \"A\"\n", 1);
        let config = Config::from_toml("config.toml", &text, &BTreeMap::new()).unwrap();
        let read = Config::from_toml("feed", &config.definitions, &BTreeMap::new()).unwrap();
        let ids = |config: &Config| -> Vec<String> {
            let panels = config.dashboards[0].panels.iter();
            panels.map(|panel| panel.id.clone()).collect()
        };
        assert_eq!(ids(&config), ["z", "b", "m"]);
        assert_eq!(ids(&read), ["z", "b", "m"]);
    }

    #[test]
    fn no_secret_goes_out() {
        let text = config().definitions;
        for secret in [
            "topsecret",
            "hunter22",
            "s3cret!",
            "postgres://",
            "redis://",
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }

    #[test]
    fn the_texts_that_are_taken_as_they_are_written_are_these() {
        fn verbatim(section: &Section, found: &mut Vec<&'static str>) {
            for key in section.keys {
                match key.shape {
                    Shape::Verbatim | Shape::TextsByName => found.push(key.name),
                    Shape::Table(inner)
                    | Shape::Tables(inner)
                    | Shape::Named(inner)
                    | Shape::TextOr(_, inner)
                    | Shape::TextsOr(inner) => verbatim(inner, found),
                    _ => {}
                }
            }
        }
        let mut found = Vec::new();
        verbatim(&FILE, &mut found);
        found.sort_unstable();
        found.dedup();
        assert!(
            found.iter().all(|name| VERBATIM.contains(name)),
            "{found:?}"
        );
    }
}
