//! `[[dashboard.annotation]]`, read and checked.

use std::path::Path;

use toml::de::DeValue;

use crate::config::dashboard::AnnotationQuery;
use crate::config::keys::ANNOTATION;
use crate::config::reader::suggest::printable;
use crate::config::reader::{Reader, Table};

impl Reader<'_> {
    /// The queries for events, in the order written.
    pub(super) fn annotations(&mut self, table: &Table<'_>, path: &Path) -> Vec<AnnotationQuery> {
        let Some((shape, value)) = Self::value(table, "annotation") else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(
                value.span(),
                format!("`annotation` must be {}", shape.describe()),
                "with two brackets: `[[dashboard.annotation]]`",
            );
            return Vec::new();
        };
        let mut read: Vec<AnnotationQuery> = Vec::new();
        for item in items {
            let Some(table) = self.table(item, &ANNOTATION) else {
                continue;
            };
            let name = self.text(&table, "name");
            if Self::lacks(&table, "name") {
                self.missing(
                    table.span.clone(),
                    "this annotation query has no `name`",
                    "such as `name = \"deploys\"`",
                );
            }
            let sql = self.words(&table, "sql");
            if Self::lacks(&table, "sql") {
                self.missing(
                    table.span.clone(),
                    "this annotation query has no `sql`",
                    "such as `select ts as time, text from deploys where $__timeFilter(ts)`",
                );
            }
            let color = self.color(&table, "color");
            let (Some(name), Some(sql)) = (name, sql) else {
                continue;
            };
            if read.iter().any(|other| other.name == name.value) {
                let message = format!(
                    "two annotation queries are called `{}`",
                    printable(&name.value)
                );
                self.wrong(name.span, message, "give one of them another name");
                continue;
            }
            read.push(AnnotationQuery {
                sql_at: self.spot(&sql, path),
                name: name.value,
                sql: sql.value,
                color,
            });
        }
        read
    }
}
