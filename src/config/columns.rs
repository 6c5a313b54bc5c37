//! How a table draws its columns: `columns = { amount = { cells = "bar" } }`.

use toml::de::DeValue;

use super::dashboard::{Cells, TableColumn};
use super::keys::COLUMN;
use super::reader::suggest::printable;
use super::reader::{Reader, Table};
use super::values::in_order;
use crate::model::kind::PanelKind;

/// In the order of [`CELLS`].
const BY_NAME: [Cells; 4] = [Cells::Plain, Cells::Bar, Cells::Heat, Cells::Color];

impl Reader<'_> {
    /// The `columns` of a panel of this kind, in the order written.
    pub(super) fn columns(
        &mut self,
        table: &Table<'_>,
        kind: Option<PanelKind>,
    ) -> Vec<TableColumn> {
        let name = "columns";
        let Some((shape, value)) = Self::value(table, name) else {
            return Vec::new();
        };
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return Vec::new();
        };
        if let Some(kind) = kind.filter(|kind| *kind != PanelKind::Table && !entries.is_empty()) {
            let message = format!("a `{}` panel has no `columns`", kind.name());
            self.wrong(value.span(), message, "they are for `kind = \"table\"`");
        }
        let mut columns = Vec::new();
        for (column, value) in in_order(entries) {
            // `amount = "bar"` instead of `amount = { cells = "bar" }`.
            if let Some(word) = value.get_ref().as_str() {
                let message = format!("`{}` must be a table", printable(column.get_ref()));
                let word = printable(word);
                self.wrong(value.span(), message, format!("`{{ cells = \"{word}\" }}`"));
                continue;
            }
            if let Some(entry) = self.table(value, &COLUMN) {
                columns.push(self.column(column.get_ref(), &entry));
            }
        }
        columns
    }

    fn column(&mut self, name: &str, entry: &Table<'_>) -> TableColumn {
        let (min, max) = (self.number(entry, "min"), self.number(entry, "max"));
        if let (Some(low), Some(high)) = (min, max)
            && low >= high
        {
            let span = Self::value(entry, "max").map_or(entry.span.clone(), |(_, v)| v.span());
            let message = format!("`max` must be above `min`, and {high} is not above {low}");
            self.wrong(span, message, "");
        }
        TableColumn {
            name: name.to_owned(),
            cells: self
                .choice(entry, "cells")
                .and_then(|index| BY_NAME.get(index).copied())
                .unwrap_or_default(),
            thresholds: self.thresholds(entry, "thresholds"),
            colors: self.colors(entry, "colors").unwrap_or_default(),
            min,
            max,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::CELLS;

    #[test]
    fn every_look_of_cells_is_under_its_name() {
        assert_eq!(CELLS.len(), BY_NAME.len());
        for (name, cells) in CELLS.iter().zip(BY_NAME) {
            assert_eq!(*name, format!("{cells:?}").to_lowercase());
        }
    }
}
