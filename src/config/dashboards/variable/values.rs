//! The values of a variable: what may be chosen, and what is chosen at first.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::keys::{CHOICE, Shape, list};
use crate::config::reader::suggest::{did_you_mean, printable};
use crate::config::reader::{Reader, Table, Text};
use crate::model::range::parse_duration;
use crate::model::variable::{Choice, Chosen};

/// The word for every choice in `default`.
const ALL: &str = "all";

impl Reader<'_> {
    /// A text that is data: it may be empty.
    pub(super) fn data(&mut self, table: &Table<'_>, name: &str) -> Option<Text> {
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
    pub(super) fn choices(
        &mut self,
        table: &Table<'_>,
        name: &str,
    ) -> Option<Vec<(Choice, Range<usize>)>> {
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
    pub(super) fn check_intervals(&mut self, choices: &[(Choice, Range<usize>)]) {
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
    pub(super) fn default(
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
}
