//! `[[dashboard.variable]]`, read and checked.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::dashboard::{SourceSpot, Variable, VariableKind};
use crate::config::keys::{CHOICE, Section, Shape, VARIABLE, VARIABLE_KINDS, list};
use crate::config::reader::suggest::{did_you_mean, printable};
use crate::config::reader::{Reader, Table, Text};
use crate::model::range::parse_duration;
use crate::model::reference::{is_variable_name, references};
use crate::model::variable::{Choice, Chosen};

/// The lengths of an interval variable that lists none (Grafana's).
const INTERVALS: [&str; 10] = [
    "1m", "10m", "30m", "1h", "6h", "12h", "1d", "7d", "14d", "30d",
];

/// The word for every choice in `default`.
const ALL: &str = "all";

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
            Some("list") => Some(plain(&listed)),
            Some("interval") if listed.is_empty() => Some(INTERVALS.map(Choice::of).to_vec()),
            Some("interval") => Some(plain(&listed)),
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

    /// A text that is data: it may be empty.
    fn data(&mut self, table: &Table<'_>, name: &str) -> Option<Text> {
        let (_, value) = Self::value(table, name)?;
        self.data_of(name, value)
    }

    fn data_of(&mut self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<Text> {
        let text = self.expanded(name, Shape::Text, value)?;
        if text.value.contains('\0') {
            let hint = "no text in PostgreSQL can hold one";
            self.wrong(
                text.span,
                format!("`{name}` has a NUL character in it"),
                hint,
            );
            return None;
        }
        Some(text)
    }

    /// Choices, each with its place; none of them twice, at least one.
    fn choices(&mut self, table: &Table<'_>, name: &str) -> Option<Vec<(Choice, Range<usize>)>> {
        let (shape, value) = Self::value(table, name)?;
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return None;
        };
        let mut choices: Vec<(Choice, Range<usize>)> = Vec::new();
        for item in items {
            let Some(choice) = self.listed(name, item) else {
                continue;
            };
            if choices.iter().any(|(other, _)| other.value == choice.value) {
                let message = format!("`{}` is listed twice", printable(&choice.value));
                self.wrong(item.span(), message, "take one of them away");
                continue;
            }
            choices.push((choice, item.span()));
        }
        if items.is_empty() {
            self.wrong(
                value.span(),
                format!("`{name}` is empty"),
                "list at least one value",
            );
        }
        Some(choices)
    }

    /// `"eu"` or `{ text = "Europe", value = "eu" }`.
    fn listed(&mut self, name: &str, item: &Spanned<DeValue<'_>>) -> Option<Choice> {
        if item.get_ref().is_str() {
            return self.data_of(name, item).map(|text| Choice::of(text.value));
        }
        if !item.get_ref().is_table() {
            let message = format!("one of `{name}` is neither a text nor a table");
            let hint = "such as `\"eu\"` or `{ text = \"Europe\", value = \"eu\" }`";
            self.wrong(item.span(), message, hint);
            return None;
        }
        let entry = self.table(item, &CHOICE)?;
        if Self::lacks(&entry, "value") {
            let hint = "such as `{ text = \"Europe\", value = \"eu\" }`";
            self.missing(item.span(), "this choice has no `value`", hint);
        }
        let text = self.text(&entry, "text").map(|text| text.value);
        let value = self.data(&entry, "value")?.value;
        Some(Choice {
            text: text.unwrap_or_else(|| value.clone()),
            value,
        })
    }

    /// Reports what is no length of time.
    fn check_intervals(&mut self, choices: &[(Choice, Range<usize>)]) {
        for (choice, span) in choices {
            let text = choice.value.as_str();
            let months = text
                .strip_suffix(['M', 'y'])
                .is_some_and(|number| number.parse::<u32>().is_ok_and(|number| number > 0));
            if !months && parse_duration(text).is_err() {
                let message = format!("`{}` is not a length of time", printable(text));
                self.wrong(
                    span.clone(),
                    message,
                    "such as `30s`, `5m`, `1h`, `1d`, `1w` or `1M`",
                );
            }
        }
    }

    /// The value before anybody chose.
    fn default(
        &mut self,
        table: &Table<'_>,
        kind: Option<&str>,
        has_all: bool,
        is_multi: bool,
        known: Option<&[Choice]>,
    ) -> Option<Chosen> {
        let (shape, value) = Self::value(table, "default")?;
        let mut texts = Vec::new();
        match value.get_ref() {
            DeValue::String(_) => texts.extend(self.data_of("default", value)),
            DeValue::Array(items) => {
                for item in items {
                    texts.extend(self.data_of("default", item));
                }
                if items.is_empty() {
                    let hint = "leave the key out: the first value is the default";
                    self.wrong(value.span(), "`default` is empty", hint);
                }
            }
            _ => self.wrong_type("default", shape, value),
        }
        let is_list = value.get_ref().is_array();
        let lists = |text: &str| {
            known.is_some_and(|known| {
                known
                    .iter()
                    .any(|choice| choice.value == text || choice.text == text)
            })
        };
        if let [only] = texts.as_slice()
            && only.value == ALL
            && !is_list
            && kind != Some("text")
            && !lists(ALL)
        {
            if !has_all {
                let message = "all cannot be chosen";
                self.wrong(only.span.clone(), message, "add `include_all = true`");
            }
            return Some(Chosen::All);
        }
        if texts.len() > 1 && !is_multi {
            let message = "this variable has one value, and `default` gives several";
            self.wrong(value.span(), message, "add `multi = true`, or give one");
        }
        for text in &texts {
            let Some(known) = known.filter(|_| !lists(&text.value)) else {
                continue;
            };
            let message = format!("`{}` is not one of the values", printable(&text.value));
            let values: Vec<&str> = known.iter().map(|choice| choice.value.as_str()).collect();
            let hint = did_you_mean(&text.value, values.iter().copied())
                .unwrap_or_else(|| format!("there are {}", list(&values[..values.len().min(12)])));
            self.wrong_text(text, &message, hint);
        }
        let values: Vec<String> = texts.into_iter().map(|text| text.value).collect();
        (!values.is_empty()).then_some(Chosen::Values(values))
    }

    /// Reports variables whose queries need each other: none of them could be asked first.
    fn refuse_cycles(&mut self, drafts: &[Draft]) {
        let position = |name: &str| drafts.iter().position(|draft| draft.variable.name == name);
        let needs: Vec<Vec<usize>> = drafts
            .iter()
            .map(|draft| match &draft.variable.kind {
                VariableKind::Query { sql, .. } => references(sql)
                    .filter_map(|reference| position(reference.name))
                    .collect(),
                _ => Vec::new(),
            })
            .collect();
        let mut settled = vec![false; drafts.len()];
        loop {
            let free = (0..drafts.len())
                .find(|&index| !settled[index] && needs[index].iter().all(|&need| settled[need]));
            if let Some(index) = free {
                settled[index] = true;
                continue;
            }
            // Whoever follows unsettled needs for long enough walks in a circle.
            let Some(first) = settled.iter().position(|settled| !settled) else {
                return;
            };
            let mut walk = vec![first];
            let start = loop {
                let here = walk.last().copied().unwrap_or(first);
                let Some(&next) = needs[here].iter().find(|&&need| !settled[need]) else {
                    return;
                };
                if let Some(start) = walk.iter().position(|&seen| seen == next) {
                    break start;
                }
                walk.push(next);
            };
            let circle = &walk[start..];
            let name = |index: &usize| format!("`{}`", drafts[*index].variable.name);
            let message = if let [own] = circle {
                format!("the query of {} uses its own value", name(own))
            } else {
                let mut names: Vec<String> = circle.iter().map(name).collect();
                names.push(name(&circle[0]));
                format!("these variables need each other: {}", names.join(" → "))
            };
            let draft = &drafts[circle[0]];
            let span = draft.sql_span.clone().unwrap_or(draft.span.clone());
            self.wrong(
                span,
                message,
                "none of them can be asked first; take one use away",
            );
            for &index in circle {
                settled[index] = true;
            }
        }
    }
}

/// The choices without their places.
fn plain(choices: &[(Choice, Range<usize>)]) -> Vec<Choice> {
    choices.iter().map(|(choice, _)| choice.clone()).collect()
}
