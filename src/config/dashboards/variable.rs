//! `[[dashboard.variable]]`, read and checked.

mod cycles;
mod values;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::de::DeValue;

use crate::config::dashboard::{SourceSpot, Variable, VariableKind};
use crate::config::keys::{Section, VARIABLE, VARIABLE_KINDS, list};
use crate::config::reader::suggest::printable;
use crate::config::reader::{Reader, Table, Text};
use crate::model::reference::is_variable_name;
use crate::model::variable::{Choice, Chosen};

/// The lengths of an interval variable that lists none (Grafana's).
const INTERVALS: [&str; 10] = [
    "1m", "10m", "30m", "1h", "6h", "12h", "1d", "7d", "14d", "30d",
];

/// Keys that only some kinds know: the key, the kinds.
const FITS: [(&str, &[&str]); 9] = [
    ("sql", &["query"]),
    ("refresh", &["query"]),
    ("values", &["list", "interval"]),
    ("value", &["constant", "text"]),
    ("default", &["query", "list", "text", "interval"]),
    ("multi", &["query", "list"]),
    ("include_all", &["query", "list"]),
    ("all_value", &["query", "list"]),
    ("hide", VARIABLE_KINDS),
];

/// What was read of one variable, with the places that later checks need.
struct Draft {
    variable: Variable,
    /// Of its name.
    span: Range<usize>,
    /// Of its SQL.
    sql_span: Option<Range<usize>>,
}

impl Reader<'_> {
    /// The variables in the order written. Titles keep the names of all of them, those of wrong ones
    /// too: one mistake should not make further ones.
    pub(super) fn dashboard_variables(&mut self, table: &Table<'_>, path: &Path) -> Vec<Variable> {
        let mut drafts: Vec<Draft> = Vec::new();
        let mut names = BTreeMap::new();
        for (fields, span) in self.items(table, "variable", &VARIABLE) {
            if let Some(draft) = self.variable(&fields, &span, path) {
                self.taken(&draft.variable.name, &draft.span, &mut names);
                drafts.push(draft);
            }
        }
        self.refuse_cycles(&drafts);
        drafts.into_iter().map(|draft| draft.variable).collect()
    }

    /// The tables of the list `name`, each with its place.
    fn items<'t>(
        &mut self,
        table: &Table<'t>,
        name: &str,
        section: &'static Section,
    ) -> Vec<(Table<'t>, Range<usize>)> {
        let Some((_, value)) = Self::value(table, name) else {
            return Vec::new();
        };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(
                value.span(),
                format!("`{name}` must be a list of tables"),
                format!("with two brackets: `[[dashboard.{name}]]`"),
            );
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            if let Some(fields) = self.table(item, section) {
                tables.push((fields, item.span()));
            }
        }
        tables
    }

    /// Reports a name that another of the same dashboard has.
    fn taken(&mut self, name: &str, span: &Range<usize>, names: &mut BTreeMap<String, usize>) {
        let line = self.source.position(span.start).0;
        match names.get(name) {
            Some(first) => {
                let message = format!("two variables are called `{}`", printable(name));
                let hint = format!("the other is on line {first}; give one of them another name");
                self.wrong(span.clone(), message, hint);
            }
            None => {
                names.insert(name.to_owned(), line);
            }
        }
    }

    fn variable(&mut self, table: &Table<'_>, span: &Range<usize>, path: &Path) -> Option<Draft> {
        for (key, example) in [
            (
                "name",
                "such as `name = \"region\"`, which is `$region` in SQL".to_owned(),
            ),
            ("kind", format!("one of {}", list(VARIABLE_KINDS))),
        ] {
            if Self::lacks(table, key) {
                self.missing(
                    span.clone(),
                    format!("this variable has no `{key}`"),
                    example,
                );
            }
        }
        let name = self.text(table, "name").filter(|name| self.is_name(name));
        self.kept.extend(name.iter().map(|name| name.value.clone()));
        let label = self.text(table, "label").map(|label| label.value);
        let kind = self
            .choice(table, "kind")
            .map(|index| VARIABLE_KINDS[index]);
        if let Some(kind) = kind {
            self.refuse_misfits(table, kind);
        }
        let sql = self.words(table, "sql");
        let choices = self.choices(table, "values");
        let value = self.data(table, "value");
        let has_all = self.flag(table, "include_all").unwrap_or(false);
        let is_multi = self.flag(table, "multi").unwrap_or(false);
        let all_value = self.words(table, "all_value");
        let refresh = self.choice(table, "refresh");
        let is_hidden = self.flag(table, "hide").unwrap_or(false);
        if let Some(text) = all_value.as_ref().filter(|_| !has_all) {
            let message = "`all_value` stands for all, and all cannot be chosen";
            self.wrong(text.span.clone(), message, "add `include_all = true`");
        }
        let listed = choices.clone().unwrap_or_default();
        if kind == Some("interval") {
            self.check_intervals(&listed);
        }
        let known = match kind {
            Some("interval") if listed.is_empty() => Some(INTERVALS.map(Choice::of).to_vec()),
            Some("list" | "interval") => Some(plain(&listed)),
            _ => None,
        };
        let default = self
            .default(table, kind, has_all, is_multi, known.as_deref())
            .or_else(|| {
                let text = value.as_ref().filter(|_| kind == Some("text"))?;
                Some(Chosen::Values(vec![text.value.clone()]))
            });
        self.check_content(table, kind, span);
        let kind = match kind? {
            "query" => VariableKind::Query {
                sql: sql.as_ref()?.value.clone(),
                on_range: refresh == Some(1),
            },
            "list" => VariableKind::List(known?),
            "interval" => VariableKind::Interval(known?),
            "constant" => VariableKind::Constant(value?.value),
            _ => VariableKind::Text,
        };
        let name = name?;
        Some(Draft {
            variable: Variable {
                label: label.unwrap_or_else(|| name.value.clone()),
                name: name.value,
                kind,
                is_multi,
                has_all,
                all_value: all_value.map(|text| text.value),
                default,
                is_hidden,
                sql_at: sql
                    .as_ref()
                    .map_or_else(SourceSpot::default, |sql| self.spot(sql, path)),
            },
            span: name.span,
            sql_span: sql.map(|sql| sql.span),
        })
    }

    /// Whether `name` can be a variable's; reports it if not.
    fn is_name(&mut self, name: &Text) -> bool {
        if is_variable_name(&name.value) {
            return true;
        }
        let message = format!("`{}` cannot be a variable's name", printable(&name.value));
        let hint = if name.value.starts_with("__") {
            "what begins with `__` is built in, as `$__from` is"
        } else {
            "letters, digits and `_`, not a digit first: it is written `$name` in SQL"
        };
        self.wrong_text(name, &message, hint);
        false
    }

    /// Reports keys that mean nothing for a variable of this kind.
    fn refuse_misfits(&mut self, table: &Table<'_>, kind: &str) {
        for (key, kinds) in FITS {
            if kinds.contains(&kind) {
                continue;
            }
            if let Some((_, value)) = Self::value(table, key) {
                let message = format!("a variable of kind `{kind}` has no `{key}`");
                let hint = match (key, kind) {
                    ("default", "constant") => "its value is `value`".to_owned(),
                    ("value", "list" | "interval") => "its values are `values`".to_owned(),
                    _ => format!("`{key}` is for kind {}", list(kinds)),
                };
                self.wrong(value.span(), message, hint);
            }
        }
    }

    /// Reports what this kind cannot do without.
    fn check_content(&mut self, table: &Table<'_>, kind: Option<&str>, span: &Range<usize>) {
        let (key, hint) = match kind {
            Some("query") => (
                "sql",
                "the query that lists its values, such as `select name from regions`",
            ),
            Some("list") => ("values", "such as `values = [\"eu\", \"us\"]`"),
            Some("constant") => ("value", "such as `value = \"eu\"`"),
            Some("text") => {
                if let (Some(_), Some((_, default))) =
                    (Self::value(table, "value"), Self::value(table, "default"))
                {
                    let message = "this variable has both `value` and `default`";
                    self.wrong(
                        default.span(),
                        message,
                        "for a text they are the same: keep one",
                    );
                }
                return;
            }
            _ => return,
        };
        if Self::lacks(table, key) {
            let message = format!(
                "a variable of kind `{}` needs `{key}`",
                kind.unwrap_or_default()
            );
            self.missing(span.clone(), message, hint);
        }
    }
}

/// The choices without their places.
fn plain(choices: &[(Choice, Range<usize>)]) -> Vec<Choice> {
    choices.iter().map(|(choice, _)| choice.clone()).collect()
}
