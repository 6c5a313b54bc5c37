//! Every address, once: the router, the OpenAPI document and the figures are made of this table.

use axum::Router;
use axum::body::Body;
use axum::http::Response;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, get};
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::reply::{HTML, JSON, METRICS, PNG, SVG, TEXT};
use super::{Room, ask, events, guard, pages};

/// Smaller bodies are not worth it.
const LEAST_COMPRESSED: u64 = 512;

/// One address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The process runs.
    Health,
    /// It can serve.
    Ready,
    /// Figures for Prometheus.
    Metrics,
    /// What there is to look at.
    Dashboards,
    /// One panel's data.
    Panel,
    /// A dashboard as picture, page, text or data.
    Snapshot,
    /// A stream of changes.
    Events,
    /// This table, for machines.
    OpenApi,
}

/// Something an address takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As written.
    pub name: &'static str,
    /// In the path; else after the `?`.
    pub in_path: bool,
    /// One sentence.
    pub words: &'static str,
    /// For example.
    pub example: &'static str,
}

const fn of_path(name: &'static str, words: &'static str, example: &'static str) -> Parameter {
    Parameter {
        name,
        in_path: true,
        words,
        example,
    }
}

const fn of_query(name: &'static str, words: &'static str, example: &'static str) -> Parameter {
    Parameter {
        in_path: false,
        ..of_path(name, words, example)
    }
}

const DASHBOARD: Parameter = of_path(
    "dashboard",
    "The dashboard's name, or its number counted from 1.",
    "1",
);
const RANGE: Parameter = of_query(
    "range",
    "The time range, in place of the dashboard's.",
    "6h",
);
const COMPARE: Parameter = of_query(
    "compare",
    "What to draw beside the data: off, previous, yesterday or last-week.",
    "yesterday",
);
const VARIABLE: Parameter = of_query(
    "var.NAME",
    "A value for the variable NAME; several for several values, `$__all` for all.",
    "eu",
);

impl Route {
    /// Every one.
    pub const ALL: [Self; 8] = [
        Self::Health,
        Self::Ready,
        Self::Metrics,
        Self::Dashboards,
        Self::Panel,
        Self::Snapshot,
        Self::Events,
        Self::OpenApi,
    ];

    /// The path as people and OpenAPI write it.
    pub fn path(self) -> &'static str {
        match self {
            Self::Health => "/healthz",
            Self::Ready => "/readyz",
            Self::Metrics => "/metrics",
            Self::Dashboards => "/api/dashboards",
            Self::Panel => "/api/panels/{dashboard}/{panel}",
            Self::Snapshot => "/snapshot/{dashboard}.{format}",
            Self::Events => "/events",
            Self::OpenApi => "/openapi.json",
        }
    }

    /// One sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Health => "Whether the process runs.",
            Self::Ready => "Whether this replica can serve, and how it stands.",
            Self::Metrics => "Figures in Prometheus' text format.",
            Self::Dashboards => "The dashboards with their panels and variables.",
            Self::Panel => {
                "One panel's health and rows, as `kpi snapshot --format json` prints them."
            }
            Self::Snapshot => {
                "A dashboard as it is now: a page, a picture, plain text or its data."
            }
            Self::Events => "Server-sent events: one for each panel when its data changed.",
            Self::OpenApi => "This document.",
        }
    }

    /// Everybody may ask, also without a token.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Health | Self::Ready)
    }

    /// What it takes.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Health | Self::Ready | Self::Metrics | Self::Dashboards | Self::OpenApi => &[],
            Self::Panel => {
                const PANEL: Parameter = of_path("panel", "The panel's id.", "orders");
                &[DASHBOARD, PANEL, RANGE, COMPARE, VARIABLE]
            }
            Self::Snapshot => {
                const FORMAT: Parameter =
                    of_path("format", "One of txt, svg, html, png and json.", "svg");
                const SIZE: Parameter =
                    of_query("size", "Columns and lines of the picture.", "120x40");
                const THEME: Parameter = of_query(
                    "theme",
                    "The colours, in place of the configuration's.",
                    "light",
                );
                const ALONE: Parameter = of_query("panel", "Only this panel.", "orders");
                &[
                    DASHBOARD, FORMAT, RANGE, COMPARE, SIZE, THEME, ALONE, VARIABLE,
                ]
            }
            Self::Events => {
                const NAMED: Parameter = of_query(
                    "dashboard",
                    "The dashboard's name or number; the first where none is named.",
                    "1",
                );
                const ALONE: Parameter = of_query("panel", "Only this panel.", "orders");
                &[NAMED, ALONE, RANGE, COMPARE, VARIABLE]
            }
        }
    }

    /// The types of what it answers.
    pub fn contents(self) -> &'static [&'static str] {
        match self {
            Self::Health | Self::Ready | Self::Dashboards | Self::Panel | Self::OpenApi => &[JSON],
            Self::Metrics => &[METRICS],
            Self::Snapshot => &[TEXT, SVG, HTML, PNG, JSON],
            Self::Events => &["text/event-stream"],
        }
    }

    /// A client may ask whether what it has is still the same.
    pub fn is_kept(self) -> bool {
        matches!(
            self,
            Self::Dashboards | Self::Panel | Self::Snapshot | Self::OpenApi
        )
    }

    /// The path as the router wants it: a part of the path is one parameter there.
    fn pattern(self) -> &'static str {
        match self {
            Self::Snapshot => "/snapshot/{file}",
            route => route.path(),
        }
    }

    fn handler(self) -> MethodRouter<Room> {
        match self {
            Self::Health => get(pages::health),
            Self::Ready => get(pages::ready),
            Self::Metrics => get(pages::figures),
            Self::Dashboards => get(pages::dashboards),
            Self::Panel => get(pages::panel),
            Self::Snapshot => get(pages::snapshot),
            Self::Events => get(events::events),
            Self::OpenApi => get(pages::description),
        }
    }
}

/// Every route behind its guards.
pub(super) fn router(room: &Room) -> Router {
    let mut router = Router::new();
    for route in Route::ALL {
        let its = room.clone();
        let timed =
            from_fn(move |request, next: Next| guard::timed(route, its.clone(), request, next));
        let mut handler = route.handler();
        if !route.is_open() {
            handler = handler.layer(from_fn_with_state(room.clone(), guard::known));
        }
        router = router.route(route.pattern(), handler.layer(timed));
    }
    let worth_it = SizeAbove::new(LEAST_COMPRESSED)
        .and(NotForContentType::SSE)
        .and(NotForContentType::const_new(PNG));
    router
        .fallback(nowhere)
        .layer(from_fn_with_state(room.clone(), guard::sized))
        .layer(CompressionLayer::new().compress_when(worth_it))
        .with_state(room.clone())
}

async fn nowhere() -> Response<Body> {
    ask::nowhere().into_response()
}

#[cfg(test)]
mod tests {
    use super::super::gallery::Form;
    use super::*;

    #[test]
    fn a_routes_parameters_are_those_its_handler_reads() {
        for (route, known) in [
            (Route::Panel, pages::DATA),
            (Route::Snapshot, pages::SNAPSHOT),
            (Route::Events, events::EVENTS),
        ] {
            let mut described: Vec<&str> = route
                .parameters()
                .iter()
                .filter(|parameter| !parameter.in_path && parameter.name != "var.NAME")
                .map(|parameter| parameter.name)
                .collect();
            let mut known = known.to_vec();
            described.sort_unstable();
            known.sort_unstable();
            assert_eq!(described, known, "{route:?}");
        }
    }

    #[test]
    fn a_snapshot_has_the_types_of_its_forms() {
        assert_eq!(
            Route::Snapshot.contents(),
            Form::ALL.map(Form::content_type)
        );
        let formats = Route::Snapshot.parameters()[1].words;
        for form in Form::ALL {
            assert!(formats.contains(form.extension()), "{form:?}");
        }
    }

    #[test]
    fn every_route_is_in_the_list_at_its_own_place() {
        for (index, route) in Route::ALL.into_iter().enumerate() {
            assert_eq!(route as usize, index);
        }
    }
}
