//! The dashboards as one TOML text, for viewers that have no configuration of their own.
//!
//! Variables of the environment are replaced: a viewer has another one. Nothing of `[database]` and `[redis]`
//! goes out but what a viewer counts with, and no password of theirs, wherever it stands.

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::Config;
use super::keys::DASHBOARD;
use super::plain::{self, escaped};
use super::secret::{MASK, secrets_of};
use super::variables::Variables;

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
        let dashboard = plain::table(&DASHBOARD, table, variables, &plain::names(table));
        self.0.push(Value::Table(dashboard));
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
        let mut file = Value::Table(file);
        hide(&mut file, &secrets_of(config));
        toml::to_string(&file).unwrap_or_default()
    }
}

/// Masks secrets in texts. Names of panels and variables, and the drawing made of them, are no place for one: where
/// a password is such a word by chance, a viewer could not read the rest.
fn hide(value: &mut Value, secrets: &[String]) {
    match value {
        Value::String(text) => {
            for secret in secrets {
                if text.contains(secret) {
                    *text = text.replace(secret, MASK);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, secrets)),
        Value::Table(table) => {
            let texts = table.iter_mut().filter(|(key, _)| *key != "areas");
            texts.for_each(|(_, value)| hide(value, secrets));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

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
    fn a_password_that_is_a_panels_name_by_chance_leaves_a_text_that_can_be_read() {
        let text = "[redis]\nurl = \"redis://u:orders-eu@localhost\"\n[[dashboard]]\nname = \"A\"\nareas = \"orders-eu\"\n\
            [dashboard.panel.orders-eu]\nkind = \"text\"\ntext = \"it is orders-eu\"\n";
        let config = Config::from_toml("config.toml", text, &BTreeMap::new()).unwrap();
        let read = Config::from_toml("feed", &config.definitions, &BTreeMap::new()).unwrap();
        assert_eq!(read.dashboards[0].panels[0].id, "orders-eu");
        assert!(!config.definitions.contains("it is orders-eu"));
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
}
