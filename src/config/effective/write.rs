//! The configuration as TOML with its origins in comments, and as JSON.

use serde_json::json;
use toml::Value;
use unicode_width::UnicodeWidthStr;

use super::{Effective, Entry, Group};

/// Comments stand in this column where they can.
const COMMENTS: usize = 40;

impl Effective {
    /// TOML. Every value has a comment that says where it is from: beside it, above one of several lines.
    pub fn toml(&self) -> String {
        let mut text = String::from(
            "# The configuration in force, and where each value is from. Passwords and tokens are not shown (…).\n\
             # Panels have what their files say; what they leave out has the default of their kind.\n",
        );
        if !self.files.is_empty() {
            text.push_str(&format!("# Read: {}\n", comment(&self.files.join(", "))));
        }
        for group in &self.groups {
            group.write(&mut text);
        }
        text
    }

    /// `{ "files": [], "values": [{ "key", "value", "origin", "hidden" }] }`; no value is null.
    pub fn json(&self) -> serde_json::Value {
        let values = self.groups.iter().flat_map(|group| {
            group.entries.iter().map(|entry| {
                let name = key(&entry.name);
                let key = match group.path.as_str() {
                    "" => name,
                    path => format!("{path}.{name}"),
                };
                json!({
                    "key": key,
                    "value": entry.value.as_ref().map(unescaped),
                    "origin": entry.origin,
                    "hidden": entry.is_hidden,
                })
            })
        });
        json!({ "files": self.files, "values": values.collect::<Vec<_>>() })
    }
}

impl Group {
    fn write(&self, text: &mut String) {
        text.push('\n');
        if let Some(header) = &self.header {
            text.push_str(header);
            text.push('\n');
        }
        for entry in &self.entries {
            entry.write(text);
        }
    }
}

impl Entry {
    fn write(&self, text: &mut String) {
        let name = key(&self.name);
        let hidden = if self.is_hidden && self.remark.is_none() {
            ", hidden in part"
        } else {
            ""
        };
        let from = comment(&format!("{}{hidden}", self.origin));
        let line = match (&self.value, &self.remark) {
            (Some(value), _) => format!("{name} = {}", written(value)),
            (None, Some(remark)) => comment(&format!("# {name}: {remark}")),
            (None, None) => format!("# {name}:"),
        };
        if line.contains('\n') {
            text.push_str(&format!("# {from}\n{line}\n"));
            return;
        }
        let gap = COMMENTS.saturating_sub(line.width()).max(2);
        let sign = if self.value.is_some() { "# " } else { "" };
        text.push_str(&format!("{line}{:gap$}{sign}{from}\n", ""));
    }
}

/// A key as TOML writes it.
pub(super) fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if is_bare {
        name.to_owned()
    } else {
        string(name)
    }
}

/// Nothing in it ends the line.
fn comment(text: &str) -> String {
    text.replace(|c: char| c.is_control(), "\u{fffd}")
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains('\n') => lines(text),
        Value::String(text) => string(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) if table.is_empty() => "{}".to_owned(),
        Value::Table(table) => {
            let fields = table.iter();
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{} = {}", key(name), written_inside(value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        value => value.to_string(),
    }
}

/// An inline table stands on one line.
fn written_inside(value: &Value) -> String {
    match value {
        Value::String(text) => string(text),
        value => written(value),
    }
}

fn string(text: &str) -> String {
    format!("\"{}\"", escaped(text, false))
}

/// Several lines as several lines, without the escapes that SQL would be hard to read with.
fn lines(text: &str) -> String {
    format!("\"\"\"\n{}\"\"\"", escaped(text, true))
}

/// <https://toml.io/en/v1.0.0#string>
fn escaped(text: &str, is_long: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' if is_long && !out.ends_with('"') => out.push('"'),
            '"' => out.push_str("\\\""),
            '\n' if is_long => out.push('\n'),
            '\n' => out.push_str("\\n"),
            '\t' if is_long => out.push('\t'),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", c as u32)),
            c => out.push(c),
        }
    }
    if is_long && out.ends_with('"') && !out.ends_with("\\\"") {
        out.pop();
        out.push_str("\\\"");
    }
    out
}

/// As JSON has it: `$${` is a way to write TOML of ours, and nobody reads this back.
fn unescaped(value: &Value) -> serde_json::Value {
    match value {
        Value::String(text) => text.replace("$${", "${").into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => serde_json::Number::from_f64(*number)
            .map_or_else(|| number.to_string().into(), serde_json::Value::Number),
        Value::Boolean(flag) => (*flag).into(),
        Value::Datetime(time) => time.to_string().into(),
        Value::Array(items) => items.iter().map(unescaped).collect(),
        Value::Table(table) => {
            let fields = table.iter();
            serde_json::Value::Object(
                fields
                    .map(|(name, value)| (name.clone(), unescaped(value)))
                    .collect(),
            )
        }
    }
}
