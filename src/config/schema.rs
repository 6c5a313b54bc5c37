//! The JSON Schema of the configuration, for editors. Made of the [`keys`](super::keys) table.

use serde_json::{Map, Value, json};

use super::keys::{COLORS, FILE, Key, Section, Shape};

/// The schema, JSON Schema draft 7 (what Taplo and Even Better TOML read).
pub fn schema() -> Value {
    let mut schema = section(&FILE);
    if let Value::Object(object) = &mut schema {
        object.insert(
            "$schema".to_owned(),
            json!("http://json-schema.org/draft-07/schema#"),
        );
        object.insert("title".to_owned(), json!("kpi configuration"));
    }
    schema
}

fn section(section: &Section) -> Value {
    let properties: Map<String, Value> = section
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    let required: Vec<&str> = section
        .keys
        .iter()
        .filter(|key| key.doc.starts_with("Required"))
        .map(|key| key.name)
        .collect();
    let mut schema = json!({
        "type": "object",
        "description": section.doc,
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn property(key: &Key) -> Value {
    let mut schema = shape(key.shape);
    if let Value::Object(object) = &mut schema {
        object.insert("description".to_owned(), json!(key.doc));
        if let Some(default) = default(key) {
            object.insert("default".to_owned(), default);
        }
    }
    schema
}

/// The default as JSON; none where the table's text is empty.
fn default(key: &Key) -> Option<Value> {
    let table: toml::Table = toml::from_str(&format!("value = {}", key.default)).ok()?;
    serde_json::to_value(table.get("value")?).ok()
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Text | Shape::Verbatim | Shape::Secret | Shape::Path | Shape::Unit | Shape::Zone => {
            json!({ "type": "string" })
        }
        Shape::Range => json!({ "type": "string", "minLength": 1 }),
        Shape::Patterns | Shape::OneOrMore => one_or_many(),
        Shape::TextsOr(table) => json!({ "type": "array", "minItems": 1, "items": { "anyOf": [
            { "type": "string" },
            section(table),
        ] } }),
        Shape::Integer(least, most) => {
            or_variable(&json!({ "type": "integer", "minimum": least, "maximum": most }))
        }
        Shape::Number | Shape::Bound => or_variable(&json!({ "type": "number" })),
        Shape::Flag => or_variable(&json!({ "type": "boolean" })),
        Shape::Duration(_) => or_variable(&json!({
            "type": "string", "pattern": "^([0-9]+(ms|s|m|h|d|w))+$"
        })),
        Shape::Choice(words) => or_variable(&json!({ "enum": words })),
        Shape::Color => color(),
        Shape::Colors => json!({ "type": "object", "additionalProperties": color() }),
        Shape::FlagOr(words) => json!({ "anyOf": [
            { "type": "boolean" },
            { "enum": words },
            variable(),
        ] }),
        Shape::Names => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Tracks => json!({ "type": "array", "minItems": 1, "items": { "anyOf": [
            { "type": "string", "pattern": "^[0-9]+(fr)?$" },
            { "type": "integer", "minimum": 1, "maximum": 500 },
            variable(),
        ] } }),
        Shape::Claims => json!({ "type": ["string", "object"] }),
        Shape::Settings => json!({
            "type": "object",
            "additionalProperties": { "type": ["string", "number", "boolean", "object"] },
        }),
        Shape::Keys => json!({ "type": "object", "additionalProperties": one_or_many() }),
        Shape::Units | Shape::TextsByName => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Shape::TextOr(_, table) => json!({ "anyOf": [{ "type": "string" }, section(table)] }),
        Shape::Table(table) => section(table),
        Shape::Tables(table) => json!({ "type": "array", "items": section(table) }),
        Shape::Named(table) => json!({ "type": "object", "additionalProperties": section(table) }),
    }
}

fn color() -> Value {
    json!({ "anyOf": [
        { "enum": COLORS },
        { "type": "string", "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$" },
        variable(),
    ] })
}

fn one_or_many() -> Value {
    json!({ "anyOf": [
        { "type": "string" },
        { "type": "array", "items": { "type": "string" } },
    ] })
}

/// Any text with a `${VAR}` in it: what it becomes is not known to an editor.
fn variable() -> Value {
    json!({ "type": "string", "pattern": "\\$\\{" })
}

fn or_variable(schema: &Value) -> Value {
    json!({ "anyOf": [schema, variable()] })
}
