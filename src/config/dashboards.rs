//! `[[dashboard]]` and its panels, read and checked.

mod annotation;
mod variable;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::DeValue;

use super::dashboard::{Area, Dashboard, Legend, Panel, SourceSpot};
use super::keys::{DASHBOARD, KINDS, LEGENDS, PANEL, list};
use super::reader::suggest::printable;
use super::reader::{Reader, Table, Text};
use super::values::in_order;
use crate::model::kind::PanelKind;
use crate::model::range::RangeSpec;
use crate::model::reduce::Reduction;
use crate::model::scheme::Scheme;
use crate::model::unit::Unit;

/// The reductions, in the order of [`REDUCTIONS`](super::keys::REDUCTIONS).
const BY_NAME: [Reduction; 11] = [
    Reduction::Last,
    Reduction::LastNotNull,
    Reduction::First,
    Reduction::Min,
    Reduction::Max,
    Reduction::Mean,
    Reduction::Sum,
    Reduction::Count,
    Reduction::Range,
    Reduction::Diff,
    Reduction::Delta,
];

/// What dashboards take from outside.
pub(super) struct Surroundings<'a> {
    /// The file they stand in; empty for a built-in one.
    pub(super) path: &'a Path,
    /// The zone of a dashboard that names none.
    pub(super) zone: TimeZone,
    /// Names of the dashboards so far, and where each is.
    pub(super) names: BTreeMap<String, String>,
}

impl Reader<'_> {
    /// One dashboard; problems are reported, what is returned then only keeps the reading going.
    pub(super) fn dashboard(
        &mut self,
        table: &Table<'_>,
        around: &mut Surroundings<'_>,
    ) -> Option<Dashboard> {
        // First: `${region}` in a title is then this dashboard's variable, not the environment's.
        let variables = self.dashboard_variables(table, around.path);
        let name = self.title(table, "name");
        match &name {
            Some(name) => self.unique(name, &mut around.names),
            None if Self::lacks(table, "name") => self.missing(
                table.span.clone(),
                "this dashboard has no `name`",
                "such as `name = \"Operations\"`",
            ),
            None => {}
        }
        let range = self.range(table, "range");
        let refresh = self.duration(table, "refresh");
        let zone = self.zone(table, "timezone");
        let annotations = self.annotations(table, around.path);
        let notes = self.flag(table, "notes").unwrap_or_default();
        let panels = self.panels(table, around.path);
        self.kept.clear();
        let (columns, rows, panels) = self.layout(table, panels);
        Some(Dashboard {
            name: name?.value,
            range: range.or_else(|| RangeSpec::parse("1h").ok())?,
            refresh: refresh.unwrap_or(Duration::from_secs(5)),
            time_zone: zone.unwrap_or_else(|| around.zone.clone()),
            columns,
            rows,
            panels,
            variables,
            annotations,
            notes,
        })
    }

    fn unique(&mut self, name: &Text, names: &mut BTreeMap<String, String>) {
        let here = format!(
            "{}:{}",
            self.source.name,
            self.source.position(name.span.start).0
        );
        if let Some(first) = names.get(&name.value) {
            let hint = format!("the other is at {first}; give one of them another name");
            let message = format!("two dashboards are called `{}`", printable(&name.value));
            self.wrong(name.span.clone(), message, hint);
        } else {
            names.insert(name.value.clone(), here);
        }
    }

    /// A time range.
    fn range(&mut self, table: &Table<'_>, name: &str) -> Option<RangeSpec> {
        let text = self.text(table, name)?;
        match RangeSpec::parse(&text.value) {
            Ok(range) => Some(range),
            Err(why) => {
                let (why, hint) = why.split_once("; ").unwrap_or((&why, ""));
                self.wrong_text(&text, why, hint);
                None
            }
        }
    }

    /// The panels in the order written, each with the place of its name.
    fn panels(&mut self, table: &Table<'_>, path: &Path) -> Vec<(Range<usize>, Panel)> {
        let Some((shape, value)) = Self::value(table, "panel") else {
            if Self::lacks(table, "panel") {
                self.missing(
                    table.span.clone(),
                    "this dashboard has no panels",
                    "a panel begins with `[dashboard.panel.ID]` and needs `kind` and `sql`",
                );
            }
            return Vec::new();
        };
        let DeValue::Table(panels) = value.get_ref() else {
            self.wrong_type("panel", shape, value);
            return Vec::new();
        };
        let mut read = Vec::new();
        for (id, value) in in_order(panels) {
            let fine = !id.get_ref().is_empty()
                && id
                    .get_ref()
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '_' || c == '-');
            if !fine {
                let message = format!("`{}` cannot be a panel's id", printable(id.get_ref()));
                self.wrong(
                    id.span(),
                    message,
                    "letters, digits, `_` and `-`: it is a word of the drawing",
                );
                continue;
            }
            // `[dashboard.panel] kind = …`, or `panel.kind = …`: the id was forgotten.
            if !value.get_ref().is_table() && PANEL.key(id.get_ref()).is_some() {
                let message = format!("`{}` belongs to a panel", id.get_ref());
                self.wrong(
                    id.span(),
                    message,
                    "a panel's table has its id: `[dashboard.panel.ID]`",
                );
                continue;
            }
            if let Some(panel) = self.panel(id, value, path) {
                read.push((id.span(), panel));
            }
        }
        read
    }

    fn panel(
        &mut self,
        id: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        path: &Path,
    ) -> Option<Panel> {
        let table = self.table(value, &PANEL)?;
        let id_span = id.span();
        let id = id.get_ref().to_string();
        if Self::lacks(&table, "kind") {
            let message = format!("panel `{id}` has no `kind`");
            self.missing(id_span.clone(), message, format!("one of {}", list(KINDS)));
        }
        let kind = self
            .choice(&table, "kind")
            .and_then(|index| PanelKind::ALL.get(index).copied());
        let sql = self.words(&table, "sql");
        let text = self.words(&table, "text");
        self.content(&table, &id, &id_span, kind, (sql.as_ref(), text.as_ref()));
        let (min, max) = (self.number(&table, "min"), self.number(&table, "max"));
        if let (Some(low), Some(high)) = (min, max)
            && low >= high
        {
            let span = Self::value(&table, "max").map_or(id_span, |(_, max)| max.span());
            let message = format!("`max` must be above `min`, and {high} is not above {low}");
            self.wrong(span, message, "");
        }
        // A gauge begins at 0 unless it says otherwise, and would ignore such an end.
        if let (Some(PanelKind::Gauge), None, Some(high)) = (kind, min, max)
            && high <= 0.0
            && Self::lacks(&table, "min")
        {
            let span = Self::value(&table, "max").map_or(0..0, |(_, max)| max.span());
            let message = format!("a gauge begins at 0, and {high} is not above it");
            self.wrong(span, message, "give `min` too");
        }
        let spot = sql
            .as_ref()
            .or(text.as_ref())
            .map(|text| self.spot(text, path));
        Some(Panel {
            title: self
                .title(&table, "title")
                .map_or_else(|| id.clone(), |title| title.value),
            id,
            // A panel without a kind was reported; the rest of it is still looked at.
            kind: kind.unwrap_or(PanelKind::Text),
            area: Area {
                row: 0,
                column: 0,
                rows: 1,
                columns: 1,
            },
            sql: sql.map(|sql| sql.value),
            text: text.map(|text| text.value),
            unit: self
                .unit(&table, "unit")
                .or_else(|| unit_of_kind(kind))
                .unwrap_or_default(),
            decimals: self
                .integer(&table, "decimals")
                .and_then(|decimals| u8::try_from(decimals).ok()),
            thresholds: self.thresholds(&table, "thresholds").unwrap_or_default(),
            color: self.color(&table, "color"),
            reduce: self
                .choice(&table, "reduce")
                .and_then(|index| BY_NAME.get(index).copied())
                .unwrap_or_default(),
            min,
            max,
            legend: match self.choice(&table, "legend").map(|index| LEGENDS[index]) {
                Some("show") => Legend::Show,
                Some("hide") => Legend::Hide,
                _ => Legend::Auto,
            },
            chart: self.chart(&table, min),
            bucket_size: self.positive(&table, "bucket_size"),
            bucket_count: self
                .integer(&table, "bucket_count")
                .and_then(|count| u16::try_from(count).ok()),
            scheme: self
                .choice(&table, "scheme")
                .and_then(|index| Scheme::ALL.get(index).copied())
                .unwrap_or_default(),
            donut: self.flag(&table, "donut").unwrap_or(false),
            column_units: self.units(&table, "units").unwrap_or_default(),
            columns: self.columns(&table, kind),
            refresh: self.duration(&table, "refresh"),
            range: self.range(&table, "range"),
            min_interval: self.duration(&table, "min_interval"),
            timeout: self.duration(&table, "timeout"),
            live: self.live(&table, "live"),
            link: self.link(&table, "link"),
            is_recorded: self.recorded(&table, kind),
            sql_at: spot.unwrap_or_default(),
        })
    }

    /// `record`; of what a panel without numbers shows, nothing can be.
    fn recorded(&mut self, table: &Table<'_>, kind: Option<PanelKind>) -> bool {
        let wanted = self.flag(table, "record").unwrap_or(false);
        if let Some(kind) = kind.filter(|kind| wanted && !kind.has_numbers()) {
            let span = Self::value(table, "record").map_or(0..0, |(_, value)| value.span());
            let named: Vec<&str> = (PanelKind::ALL.iter())
                .filter(|kind| kind.has_numbers())
                .map(|kind| kind.name())
                .collect();
            self.wrong(
                span,
                format!("a `{}` panel has no number to record", kind.name()),
                format!("`record` is for {}", named.join(", ")),
            );
        }
        wanted
    }

    /// SQL or words, as written; not blank.
    fn words(&mut self, table: &Table<'_>, name: &str) -> Option<Text> {
        let text = self.verbatim(table, name)?;
        if text.value.trim().is_empty() {
            self.wrong(text.span.clone(), format!("`{name}` is empty"), "");
        }
        Some(text)
    }

    /// Checks that the panel has what its kind shows.
    fn content(
        &mut self,
        table: &Table<'_>,
        id: &str,
        id_span: &Range<usize>,
        kind: Option<PanelKind>,
        (sql, text): (Option<&Text>, Option<&Text>),
    ) {
        match (kind, sql, text) {
            (Some(PanelKind::Text), Some(_), Some(text)) => self.wrong(
                text.span.clone(),
                format!("panel `{id}` has both `sql` and `text`"),
                "keep the one it should show",
            ),
            (Some(PanelKind::Text), None, None)
                if Self::lacks(table, "sql") && Self::lacks(table, "text") =>
            {
                self.missing(
                    id_span.clone(),
                    format!("panel `{id}` has neither `text` nor `sql`"),
                    "write its words in `text`, or select them with `sql`",
                );
            }
            (Some(PanelKind::Text) | None, _, _) => {}
            (Some(kind), sql, text) => {
                if let Some(text) = text {
                    self.wrong(
                        text.span.clone(),
                        format!("a `{}` panel does not show `text`", kind.name()),
                        "`text` is for `kind = \"text\"`",
                    );
                }
                // A log shows live events where it selects nothing.
                if kind != PanelKind::Log && sql.is_none() && Self::lacks(table, "sql") {
                    self.missing(
                        id_span.clone(),
                        format!("panel `{id}` has no `sql`"),
                        format!("a `{}` panel shows the result of a query", kind.name()),
                    );
                }
            }
        }
    }

    /// Where `text`'s first character is written.
    fn spot(&self, text: &Text, path: &Path) -> SourceSpot {
        let (line, column) = self.source.position(self.content_start(&text.span));
        SourceSpot {
            file: path.to_path_buf(),
            line,
            column,
        }
    }

    /// The byte after the opening quotes, and after the line end that TOML drops there.
    pub(super) fn content_start(&self, span: &Range<usize>) -> usize {
        let written = self.source.text.get(span.clone()).unwrap_or_default();
        let quotes = if written.starts_with("\"\"\"") || written.starts_with("'''") {
            3
        } else {
            1
        };
        let inner = written.get(quotes..).unwrap_or_default();
        let dropped = match quotes {
            3 if inner.starts_with("\r\n") => 2,
            3 if inner.starts_with('\n') => 1,
            _ => 0,
        };
        span.start + quotes + dropped
    }

    /// The dashboards of a `[[dashboard]]` list.
    pub(super) fn dashboards(
        &mut self,
        value: &Spanned<DeValue<'_>>,
        around: &mut Surroundings<'_>,
    ) -> Vec<Dashboard> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(
                value.span(),
                "`dashboard` is one table, but must be a list of them",
                "with two brackets: `[[dashboard]]`",
            );
            return Vec::new();
        };
        let mut dashboards = Vec::new();
        for item in items {
            if let Some(table) = self.table(item, &DASHBOARD) {
                dashboards.extend(self.dashboard(&table, around));
            }
        }
        dashboards
    }
}

/// The unit of a panel that names none; a table without one leaves the database's digits alone.
fn unit_of_kind(kind: Option<PanelKind>) -> Option<Unit> {
    match kind {
        Some(PanelKind::Table) => None,
        _ => Unit::parse("short").ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::REDUCTIONS;

    #[test]
    fn every_reduction_is_under_its_name() {
        assert_eq!(REDUCTIONS.len(), BY_NAME.len());
        for (name, reduction) in REDUCTIONS.iter().zip(BY_NAME) {
            let spelled = format!("{reduction:?}");
            assert_eq!(name.to_lowercase(), spelled.to_lowercase());
        }
    }
}
