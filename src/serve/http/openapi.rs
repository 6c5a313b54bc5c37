//! The table of routes as an OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.1.html>).

use serde_json::{Map, Value, json};

use super::routes::{Parameter, Route};

/// The document.
pub(super) fn document() -> Value {
    let paths: Map<String, Value> = Route::ALL
        .into_iter()
        .map(|route| (route.path().to_owned(), json!({ "get": operation(route) })))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "kpi serve",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Dashboards of KPIs from PostgreSQL, as data, pictures and events.",
        },
        "security": [{ "bearer": [] }, { "password": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "password": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Any name, and the token as the password: for browsers.",
                },
            },
            "responses": {
                "Refusal": refusal("Why not, in one sentence."),
                "Busy": refusal(
                    "Not now: too much is asked at once, it takes too long, or the process ends; never because a panel fails. Ask again after `Retry-After` seconds.",
                ),
            },
        },
    })
}

fn refusal(words: &str) -> Value {
    json!({
        "description": words,
        "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["error"],
            "properties": { "error": { "type": "string" } },
        } } },
    })
}

fn operation(route: Route) -> Value {
    let parameters: Vec<Value> = route.parameters().iter().map(parameter).collect();
    let mut operation = json!({
        "operationId": format!("{route:?}"),
        "summary": route.words(),
        "parameters": parameters,
        "responses": responses(route),
    });
    if route.is_open() {
        operation["security"] = json!([]);
    }
    operation
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": if parameter.in_path { "path" } else { "query" },
        "required": parameter.in_path,
        "description": parameter.words,
        "schema": { "type": "string" },
        "example": parameter.example,
    })
}

fn responses(route: Route) -> Value {
    let content: Map<String, Value> = route
        .contents()
        .iter()
        .map(|content| ((*content).to_owned(), json!({})))
        .collect();
    let mut responses = json!({ "200": { "description": answered(route), "content": content } });
    let refusal = json!({ "$ref": "#/components/responses/Refusal" });
    if route.is_kept() {
        responses["304"] = json!({ "description": "What the client has is still the same." });
    }
    if !route.is_open() {
        responses["401"] = refusal.clone();
    }
    if !route.parameters().is_empty() {
        responses["400"] = refusal.clone();
        responses["404"] = refusal.clone();
        responses["503"] = json!({ "$ref": "#/components/responses/Busy" });
    }
    if route == Route::Ready {
        responses["503"] = json!({
            "description": "It cannot; `why` says in a few words why not.",
            "content": { "application/json": {} },
        });
    }
    responses
}

/// What an answer is. How a panel is doing is a part of it, as it is of what everybody else sees.
fn answered(route: Route) -> String {
    let words = route.words();
    match route {
        Route::Panel | Route::Snapshot => format!(
            "{words} Also of a panel that fails: its last rows stay, its `health` in JSON is `failed`, and `why` says why."
        ),
        _ => words.to_owned(),
    }
}
