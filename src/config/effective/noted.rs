//! Taking note of the files as they are read.

use toml::de::{DeTable, DeValue};

use super::{Entry, Group, Origin, Told, origin, write};
use crate::config::keys::{ANNOTATION, DASHBOARD, FILE, PANEL, Section, Shape, VARIABLE};
use crate::config::plain::{self, Plain};
use crate::config::problem::Source;
use crate::config::secret::is_secret_name;
use crate::config::values::in_order;
use crate::config::variables::Variables;

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
}
