//! What a query's transaction is told before the query: claims and settings.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::keys::Shape;
use super::reader::suggest::printable;
use super::reader::{Reader, Table, integer};

/// Settings with a key of their own, which must not be set twice.
const OWN_KEYS: [(&str, &str); 7] = [
    (
        "statement_timeout",
        "use `statement_timeout` in `[database]`",
    ),
    ("lock_timeout", "use `lock_timeout` in `[database]`"),
    ("role", "use `role` in `[database]`"),
    ("request.jwt.claims", "use `claims` in `[database]`"),
    (
        "timezone",
        "use `timezone` in `[[dashboard]]` or `[screen]`",
    ),
    ("transaction_read_only", "panels only ever read"),
    ("session_authorization", "use `role` in `[database]`"),
];

impl Reader<'_> {
    /// A JSON object, as JSON text.
    pub(super) fn claims(&mut self, table: &Table<'_>, name: &str) -> Option<String> {
        let (shape, value) = Self::value(table, name)?;
        match value.get_ref() {
            DeValue::Table(_) => self.json(value).map(|json| json.to_string()),
            DeValue::String(_) => {
                let text = self.text(table, name)?;
                match serde_json::from_str(&text.value) {
                    Ok(serde_json::Value::Object(_)) => return Some(text.value),
                    Ok(_) => self.wrong(
                        text.span,
                        "`claims` must be a JSON object",
                        "such as `'{\"sub\": \"…\", \"role\": \"authenticated\"}'`",
                    ),
                    Err(error) => self.wrong(
                        text.span,
                        format!("`claims` is not JSON: {error}"),
                        "or write it as a table: `claims = { role = \"authenticated\" }`",
                    ),
                }
                None
            }
            _ => {
                self.wrong_type(name, shape, value);
                None
            }
        }
    }

    /// A TOML value as JSON; numbers keep their digits.
    fn json(&mut self, value: &Spanned<DeValue<'_>>) -> Option<serde_json::Value> {
        use serde_json::Value;
        Some(match value.get_ref() {
            DeValue::String(_) => Value::String(self.expanded("claims", Shape::Text, value)?.value),
            DeValue::Integer(_) => integer(value.get_ref())?.into(),
            DeValue::Float(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::Null),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(time) => Value::String(time.to_string()),
            DeValue::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.json(item))
                    .collect::<Option<_>>()?,
            ),
            DeValue::Table(fields) => {
                let mut object = serde_json::Map::new();
                for (key, value) in fields {
                    object.insert(key.get_ref().to_string(), self.json(value)?);
                }
                Value::Object(object)
            }
        })
    }

    /// PostgreSQL settings over `into`.
    pub(super) fn settings(
        &mut self,
        table: &Table<'_>,
        name: &str,
        into: &mut BTreeMap<String, String>,
    ) {
        let Some((shape, value)) = Self::value(table, name) else {
            return;
        };
        let DeValue::Table(entries) = value.get_ref() else {
            self.wrong_type(name, shape, value);
            return;
        };
        for (key, value) in entries {
            self.setting("", key, value, into);
        }
    }

    fn setting(
        &mut self,
        prefix: &str,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        into: &mut BTreeMap<String, String>,
    ) {
        let name = format!("{prefix}{}", key.get_ref());
        if !is_setting_name(&name) {
            let message = format!("`{}` is not the name of a setting", printable(&name));
            let hint = "letters, digits and `_`, as in `jit` or `myapp.tenant`";
            self.wrong(key.span(), message, hint);
            return;
        }
        let lower = name.to_ascii_lowercase();
        if let Some((_, hint)) = OWN_KEYS.iter().find(|(own, _)| *own == lower) {
            self.wrong(key.span(), format!("`{name}` cannot be set here"), *hint);
            return;
        }
        let written = match value.get_ref() {
            DeValue::String(_) => match self.expanded(&name, Shape::Text, value) {
                Some(text) => text.value,
                None => return,
            },
            DeValue::Integer(_) => match integer(value.get_ref()) {
                Some(number) => number.to_string(),
                None => return,
            },
            DeValue::Float(number) => number.as_str().to_owned(),
            DeValue::Boolean(flag) => if *flag { "on" } else { "off" }.to_owned(),
            // `myapp.tenant = 1` without quotes is a table to TOML and one name to PostgreSQL.
            DeValue::Table(inner) => {
                for (key, value) in inner {
                    self.setting(&format!("{name}."), key, value, into);
                }
                return;
            }
            DeValue::Array(_) | DeValue::Datetime(_) => {
                let message =
                    format!("the value of `{name}` must be a text, a number or true or false");
                self.wrong(value.span(), message, "");
                return;
            }
        };
        into.insert(name, written);
    }
}

/// Whether PostgreSQL could know a setting of this name: identifiers joined by dots.
fn is_setting_name(name: &str) -> bool {
    name.len() <= 200
        && name.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_names_are_identifiers_with_dots() {
        for fine in ["jit", "myapp.tenant", "_x.y1"] {
            assert!(is_setting_name(fine), "{fine}");
        }
        for wrong in ["", "jit; drop table x", "a.", "1a", "a b", "é", "a'"] {
            assert!(!is_setting_name(wrong), "{wrong}");
        }
    }
}
