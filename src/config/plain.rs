//! Values of a file as they count: environment variables replaced, written so that reading them again replaces
//! nothing. Follows the [`keys`](super::keys) table, as the reader does.

use std::cell::RefCell;
use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::keys::{DASHBOARD, PANEL, Section, Shape};
use super::reader::integer;
use super::values::in_order;
use super::variables::{Variables, expand_around, inside_names, named};

/// Keys whose text may be empty: a viewer may well choose nothing.
const MAY_BE_EMPTY: [&str; 3] = ["value", "values", "default"];

/// One key as it counts.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub name: String,
    pub value: Value,
    /// Where the key is written.
    pub span: Range<usize>,
    /// Environment variables in its text, by name.
    pub variables: Vec<String>,
}

/// The keys of a table in the order written; those of no section's are left out, and so is what a variable made
/// empty. `kept` are names of the dashboard's variables, which titles keep.
pub(super) fn fields(
    section: &Section,
    table: &DeTable<'_>,
    variables: &Variables,
    kept: &[String],
) -> Vec<Plain> {
    let fields = in_order(table).into_iter();
    fields
        .filter_map(|(key, value)| {
            let name: &str = key.get_ref();
            let shape = section.key(name)?.shape;
            let is_title = std::ptr::eq(section, &raw const DASHBOARD) && name == "name"
                || std::ptr::eq(section, &raw const PANEL) && name == "title";
            let walk = Walk {
                variables,
                kept,
                keeps: is_title,
                may_be_empty: MAY_BE_EMPTY.contains(&name),
                used: RefCell::default(),
            };
            Some(Plain {
                name: name.to_owned(),
                value: walk.value(shape, value.get_ref())?,
                span: key.span(),
                variables: walk.used.into_inner(),
            })
        })
        .collect()
}

/// The same as a table.
pub(super) fn table(
    section: &Section,
    table: &DeTable<'_>,
    variables: &Variables,
    kept: &[String],
) -> Table {
    let fields = fields(section, table, variables, kept).into_iter();
    fields.map(|field| (field.name, field.value)).collect()
}

/// The names of a dashboard's variables.
pub(super) fn names(dashboard: &DeTable<'_>) -> Vec<String> {
    let variables = dashboard.get("variable").map(toml::Spanned::get_ref);
    let items = variables.and_then(DeValue::as_array);
    let names = items.into_iter().flatten().filter_map(|item| {
        let name = item.get_ref().as_table()?.get("name")?;
        Some(name.get_ref().as_str()?.to_owned())
    });
    names.collect()
}

struct Walk<'a> {
    variables: &'a Variables,
    kept: &'a [String],
    /// This text keeps the names of the dashboard's variables.
    keeps: bool,
    may_be_empty: bool,
    used: RefCell<Vec<String>>,
}

impl Walk<'_> {
    fn value(&self, shape: Shape, value: &DeValue<'_>) -> Option<Value> {
        Some(match (shape, value) {
            (Shape::Verbatim | Shape::Keys | Shape::TextsByName, value) => verbatim(value)?,
            (
                Shape::Table(section)
                | Shape::TextOr(_, section)
                | Shape::TextsOr(section)
                | Shape::Tables(section),
                DeValue::Table(inner),
            ) => Value::Table(self.table(section, inner)),
            (Shape::Named(section), DeValue::Table(named)) => {
                let tables = in_order(named).into_iter().filter_map(|(key, value)| {
                    let table = self.table(section, value.get_ref().as_table()?);
                    Some((key.get_ref().to_string(), Value::Table(table)))
                });
                Value::Table(tables.collect())
            }
            (shape, DeValue::String(text)) => return self.text(shape, text),
            (shape, DeValue::Array(items)) => {
                let items = items.iter();
                Value::Array(
                    items
                        .filter_map(|item| self.value(shape, item.get_ref()))
                        .collect(),
                )
            }
            (shape, DeValue::Table(inner)) => {
                let fields = in_order(inner).into_iter().filter_map(|(key, value)| {
                    let value = self.value(shape, value.get_ref())?;
                    Some((key.get_ref().to_string(), value))
                });
                Value::Table(fields.collect())
            }
            (_, value) => verbatim(value)?,
        })
    }

    fn table(&self, section: &Section, inner: &DeTable<'_>) -> Table {
        let fields = fields(section, inner, self.variables, self.kept);
        let mut used = self.used.borrow_mut();
        let fields = fields.into_iter().map(|field| {
            used.extend(field.variables);
            (field.name, field.value)
        });
        fields.collect()
    }

    fn text(&self, shape: Shape, raw: &str) -> Option<Value> {
        let kept = if self.keeps { self.kept } else { &[] };
        let used = named(raw, kept);
        let is_made = !used.is_empty();
        self.used.borrow_mut().extend(used);
        // What cannot be replaced was told already.
        let text = expand_around(raw, self.variables, kept).unwrap_or_else(|_| raw.to_owned());
        let is_map = matches!(shape, Shape::Settings | Shape::Claims);
        if is_made && text.trim().is_empty() && !self.may_be_empty && !is_map {
            return None;
        }
        let word = text.trim();
        let typed = match shape {
            _ if !is_made => None,
            Shape::Integer(..) => word.parse().ok().map(Value::Integer),
            Shape::Number | Shape::Bound => word.parse().ok().map(Value::Float),
            Shape::Flag | Shape::FlagOr(_) => word.parse().ok().map(Value::Boolean),
            _ => None,
        };
        Some(typed.unwrap_or_else(|| Value::String(escaped(&text, kept))))
    }
}

fn verbatim(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(_) => Value::Integer(integer(value)?),
        DeValue::Float(number) => Value::Float(number.as_str().replace('_', "").parse().ok()?),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(time) => Value::Datetime(*time),
        DeValue::Array(items) => {
            let items = items.iter();
            Value::Array(items.filter_map(|item| verbatim(item.get_ref())).collect())
        }
        DeValue::Table(table) => {
            let fields = in_order(table).into_iter().filter_map(|(key, value)| {
                Some((key.get_ref().to_string(), verbatim(value.get_ref())?))
            });
            Value::Table(fields.collect())
        }
    })
}

/// `text` so that reading it replaces nothing; names of `kept` stay what they are.
pub(super) fn escaped(text: &str, kept: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find("${") {
        let start = at + found;
        out.push_str(&text[at..start]);
        let rest = &text[start + 2..];
        // As it is read: a name is kept with all that stands in its braces; what is not closed is none, and what
        // follows a `$` would be read as escaped.
        let inner = rest.find('}').map(|end| &rest[..end]);
        let is_kept = |inner: &&str| {
            !text[..start].ends_with('$') && kept.iter().any(|name| inside_names(inner, name))
        };
        if let Some(inner) = inner.filter(is_kept) {
            let end = start + 2 + inner.len() + 1;
            out.push_str(&text[start..end]);
            at = end;
        } else {
            out.push_str("$${");
            at = start + 2;
        }
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn what_is_escaped_is_read_as_it_was(text in "([$]|[{]|[}]|v|:|-|x|[$][{]v|[$][{]v:){0,12}") {
            let kept = ["v".to_owned()];
            let read = expand_around(&escaped(&text, &kept), &Variables::default(), &kept);
            prop_assert_eq!(read, Ok(text));
        }
    }
}
