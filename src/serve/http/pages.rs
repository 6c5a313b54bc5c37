//! What is answered at once.

use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::HeaderMap;
use axum::http::{Response, StatusCode};
use serde_json::{Value, json};

use super::ask::{self, Ask, Known};
use super::gallery::Form;
use super::reply::{JSON, METRICS, Refusal, etag, fresh, kept};
use super::{Room, metrics};
use crate::config::{Config, Dashboard, Variable, VariableKind};
use crate::serve::state::Standing;

/// Parameters of data.
pub(super) const DATA: Known = &["range", "compare"];
/// Parameters of a snapshot.
pub(super) const SNAPSHOT: Known = &["range", "compare", "size", "theme", "panel"];

/// Said until the process has ended.
const ENDING: &str = "it is ending";

/// The process runs and its loop turns.
pub(super) async fn health() -> Response<Body> {
    fresh(JSON, "{\"status\":\"ok\"}\n")
}

/// Whether this replica can serve; says no names and no server's words: everybody may ask.
pub(super) async fn ready(State(room): State<Room>) -> Response<Body> {
    let standing = room.state.standing.borrow().clone();
    let is_silent = room.state.feed.borrow().is_silent;
    let why = if *room.ending.borrow() {
        Some(ENDING)
    } else {
        unready(&standing, is_silent, Instant::now())
    };
    let mut body = json!({ "ready": why.is_none(), "standing": metrics::word(&standing) });
    if let Some(why) = why {
        body["why"] = json!(why);
    }
    let mut response = fresh(JSON, format!("{body}\n"));
    if why.is_some() {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    response
}

/// Why this replica cannot serve. A leader polls, a follower reads the feed while there is one, and one adrift keeps
/// the last results: all can. A leader whose lease has run out has not noticed yet that its machine slept.
fn unready(standing: &Standing, is_silent: bool, now: Instant) -> Option<&'static str> {
    match standing {
        Standing::Unknown { why: None } => {
            Some("it begins: the database has not been asked for the lease yet")
        }
        Standing::Unknown { why: Some(_) } => {
            Some("the database gives no lease and does not say who has it; the log says why")
        }
        Standing::Resigned => Some(ENDING),
        Standing::Follower => {
            is_silent.then_some("another replica has the lease, and no collector is heard in Redis")
        }
        Standing::Adrift { .. } => None,
        Standing::Leader { .. } if standing.leads(now) => None,
        Standing::Leader { .. } => Some("its lease has run out"),
    }
}

/// Figures for Prometheus.
pub(super) async fn figures(State(room): State<Room>) -> Response<Body> {
    fresh(METRICS, metrics::text(&room, Instant::now()))
}

/// This interface, described.
pub(super) async fn description(State(room): State<Room>, headers: HeaderMap) -> Response<Body> {
    let body = room.description;
    kept(&headers, JSON, &etag(&body), body)
}

/// What there is to look at.
pub(super) async fn dashboards(State(room): State<Room>, headers: HeaderMap) -> Response<Body> {
    let config = room.state.hub.configs().config;
    let body = Bytes::from(format!("{}\n", listed(&config)));
    kept(&headers, JSON, &etag(&body), body)
}

fn listed(config: &Config) -> Value {
    let dashboards: Vec<Value> = config.dashboards.iter().map(described).collect();
    json!({ "version": 1, "environment": config.environment, "dashboards": dashboards })
}

/// Without a word of SQL.
fn described(dashboard: &Dashboard) -> Value {
    let panels: Vec<Value> = dashboard
        .panels
        .iter()
        .map(|panel| {
            json!({
                "id": panel.id,
                "title": panel.title,
                "kind": panel.kind.name(),
                "unit": panel.unit.id(),
            })
        })
        .collect();
    let shown = |variable: &&Variable| !matches!(variable.kind, VariableKind::Constant(_));
    let variables: Vec<Value> = dashboard
        .variables
        .iter()
        .filter(shown)
        .map(|variable| {
            json!({
                "name": variable.name,
                "label": variable.label,
                "multi": variable.is_multi,
                "all": variable.has_all,
            })
        })
        .collect();
    json!({
        "name": dashboard.name,
        "range": dashboard.range.text,
        "refresh_ms": dashboard.refresh.as_millis() as u64,
        "panels": panels,
        "variables": variables,
    })
}

/// One panel's data.
pub(super) async fn panel(
    State(room): State<Room>,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let Path((dashboard, panel)) = path?;
    let configs = room.state.hub.configs();
    let index = ask::dashboard(&configs.config, &dashboard)?;
    let panel = ask::panel(&configs.config.dashboards[index], &panel)?;
    let ask = Ask {
        panel: Some(panel),
        ..ask::read(&configs.config, index, query.as_deref(), DATA)?
    };
    let piece = room
        .gallery
        .piece(configs, ask, Form::Json, &headers)
        .await?;
    Ok(kept(&headers, JSON, &piece.etag, piece.body))
}

/// A whole dashboard as text, picture, page or data.
pub(super) async fn snapshot(
    State(room): State<Room>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let Path(file) = path?;
    let formats = || Form::ALL.map(Form::extension).join(", ");
    let form = file.rsplit_once('.').and_then(|(name, extension)| {
        let form = Form::ALL
            .into_iter()
            .find(|form| form.extension() == extension)?;
        Some((name, form))
    });
    let (name, form) =
        form.ok_or_else(|| Refusal::unknown(format!("a snapshot ends in one of: {}", formats())))?;
    let configs = room.state.hub.configs();
    let index = ask::dashboard(&configs.config, name)?;
    let ask = ask::read(&configs.config, index, query.as_deref(), SNAPSHOT)?;
    let piece = room.gallery.piece(configs, ask, form, &headers).await?;
    Ok(kept(&headers, form.content_type(), &piece.etag, piece.body))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::panel_data::Failure;

    #[test]
    fn who_can_serve_is_ready_and_who_starts_or_ends_is_not() {
        let now = Instant::now();
        let until = now + Duration::from_secs(1);
        let why = Failure::new("no answer");
        for (standing, ready) in [
            (Standing::Unknown { why: None }, false),
            (Standing::Follower, true),
            (Standing::Leader { epoch: 1, until }, true),
            (
                Standing::Leader {
                    epoch: 1,
                    until: now,
                },
                false,
            ),
            (Standing::Adrift { epoch: 1, why }, true),
            (Standing::Resigned, false),
        ] {
            assert_eq!(
                unready(&standing, false, now).is_none(),
                ready,
                "{standing:?}"
            );
            // Without a feed, a follower has nothing to answer with.
            let without = ready && standing != Standing::Follower;
            assert_eq!(
                unready(&standing, true, now).is_none(),
                without,
                "{standing:?}"
            );
        }
    }
}
