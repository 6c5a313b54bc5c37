//! Dashboards that are there without standing in anybody's file: who asks for one by its name gets it.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::load::system_zone;
use super::problem::Problems;
use super::{Config, Dashboard};

/// Their names, and what stands in them.
const BUILT_IN: [(&str, &str); 1] = [("supabase", include_str!("builtin/supabase.toml"))];

/// The names to ask for.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILT_IN.iter().map(|(name, _)| *name)
}

/// The built-in dashboard that `wanted` names, upper or lower case.
pub fn named(wanted: &str) -> Option<&'static str> {
    names().find(|name| name.eq_ignore_ascii_case(wanted))
}

impl Config {
    /// Adds the built-in dashboard `name` behind the others; one of theirs with this name goes before it.
    ///
    /// # Errors
    /// Something is wrong with what this program was built with.
    pub fn add_built_in(&mut self, name: &str) -> Result<(), Problems> {
        let is_named = |one: &Dashboard| one.name.eq_ignore_ascii_case(name);
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        let Some((_, text)) = found.filter(|_| !self.dashboards.iter().any(is_named)) else {
            return Ok(());
        };
        let place = format!("the built-in dashboard `{name}`");
        let read = Self::from_toml(&place, text, &BTreeMap::new())?;
        let zone = self.screen.time_zone.clone().unwrap_or_else(system_zone);
        let dashboards = read.dashboards.into_iter().map(|dashboard| Dashboard {
            time_zone: zone.clone(),
            ..dashboard
        });
        self.dashboards.extend(dashboards);
        Ok(())
    }

    /// The definitions of these dashboards alone, in this order. A link to another one is left out: it would lead
    /// nowhere.
    pub fn definitions_of(&self, dashboards: &[usize]) -> String {
        let read = |text: &str| text.parse::<Table>().unwrap_or_default();
        let mut file = read(&self.definitions);
        let mut all = tables(&mut file);
        for built_in in self.dashboards.iter().skip(all.len()) {
            let is_named = |(name, _): &&(&str, &str)| built_in.name.eq_ignore_ascii_case(name);
            let text = BUILT_IN.iter().find(is_named).map_or("", |(_, text)| text);
            all.extend(tables(&mut read(text)));
        }
        let name = |index: &usize| self.dashboards.get(*index).map(|one| one.name.as_str());
        let names: Vec<&str> = dashboards.iter().filter_map(name).collect();
        let kept = dashboards.iter().filter_map(|index| {
            let mut dashboard = all.get(*index)?.clone();
            if let Some(Value::Table(panels)) = dashboard.get_mut("panel") {
                for (_, panel) in panels.iter_mut() {
                    if let Value::Table(panel) = panel
                        && panel
                            .get("link")
                            .is_some_and(|link| !leads_to(link, &names))
                    {
                        panel.remove("link");
                    }
                }
            }
            Some(Value::Table(dashboard))
        });
        let kept: Vec<Value> = kept.collect();
        file.insert("dashboard".into(), kept.into());
        let zone = self
            .dashboards
            .first()
            .and_then(|one| one.time_zone.iana_name());
        if let (Some(zone), false) = (zone, file.contains_key("screen")) {
            let screen = Table::from_iter([("timezone".to_owned(), Value::from(zone))]);
            file.insert("screen".into(), screen.into());
        }
        toml::to_string(&file).unwrap_or_default()
    }

    /// Adds those built-in dashboards that `other` has.
    ///
    /// # Errors
    /// As [`add_built_in`](Self::add_built_in).
    pub fn add_built_ins_of(&mut self, other: &Self) -> Result<(), Problems> {
        let mut names = names().filter(|name| {
            let mut theirs = other.dashboards.iter();
            theirs.any(|one| one.name.eq_ignore_ascii_case(name))
        });
        names.try_for_each(|name| self.add_built_in(name))
    }
}

/// What stands under `dashboard`.
fn tables(file: &mut Table) -> Vec<Table> {
    match file.remove("dashboard") {
        Some(Value::Array(all)) => {
            let tables = all.into_iter().filter_map(|one| match one {
                Value::Table(table) => Some(table),
                _ => None,
            });
            tables.collect()
        }
        _ => Vec::new(),
    }
}

fn leads_to(link: &Value, names: &[&str]) -> bool {
    let target = link.get("dashboard").unwrap_or(link).as_str();
    target.is_some_and(|target| names.contains(&target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_one_dashboard_of_its_name_and_every_statement_says_what_it_measures() {
        for name in names() {
            let mut config = Config::default();
            config.add_built_in(name).unwrap();
            let [dashboard] = config.dashboards.as_slice() else {
                panic!("{name} is one dashboard");
            };
            assert!(dashboard.name.eq_ignore_ascii_case(name));
            for panel in &dashboard.panels {
                let sql = panel.sql.as_deref().unwrap_or_default();
                let comments = sql.lines().take_while(|line| line.starts_with("-- "));
                assert_eq!(comments.count(), 2, "{}", panel.id);
            }
        }
    }

    #[test]
    fn a_dashboard_of_the_same_name_in_the_file_goes_before_it() {
        let text = "[[dashboard]]\nname = \"SUPABASE\"\n[dashboard.panel.a]\nkind = \"text\"\ntext = \"mine\"\n";
        let mut config = Config::from_toml("config.toml", text, &BTreeMap::new()).unwrap();
        config.add_built_in("supabase").unwrap();
        assert_eq!(config.dashboards.len(), 1);
    }
}
