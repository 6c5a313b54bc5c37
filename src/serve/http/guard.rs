//! What a request must pass before anybody looks at what it wants: sizes, names, tokens, time. And the counting.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use axum::http::{HeaderMap, Method, Response, StatusCode};
use axum::middleware::Next;
use axum::response::IntoResponse;

use super::Room;
use super::reply::Refusal;
use super::routes::Route;

/// Bytes of a path with its parameters.
const LONGEST_PATH: usize = 4096;
/// Bytes of a body that nobody reads.
const LARGEST_BODY: u64 = 4096;

/// Refuses what no route could answer.
pub(super) async fn sized(
    State(room): State<Room>,
    request: Request,
    next: Next,
) -> Response<Body> {
    match refused(&room, &request) {
        Some(refusal) => {
            room.traffic.refused.count();
            refusal.into_response()
        }
        None => next.run(request).await,
    }
}

fn refused(room: &Room, request: &Request) -> Option<Refusal> {
    let path = request
        .uri()
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    if path > LONGEST_PATH {
        return Some(Refusal::new(
            StatusCode::URI_TOO_LONG,
            format!("an address has at most {LONGEST_PATH} bytes here"),
        ));
    }
    if body_is_large(request.headers()) {
        return Some(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "nothing here takes a body",
        ));
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are answered here",
        ));
    }
    if room.only_local && room.tokens.borrow().is_empty() && !is_local(request) {
        return Some(Refusal::new(
            StatusCode::MISDIRECTED_REQUEST,
            "without a token only this machine's own names are answered, such as localhost; set KPI_TOKEN for others",
        ));
    }
    None
}

fn body_is_large(headers: &HeaderMap) -> bool {
    if headers.contains_key(TRANSFER_ENCODING) {
        return true;
    }
    headers.get(CONTENT_LENGTH).is_some_and(|length| {
        let length = length.to_str().ok().and_then(|text| text.parse().ok());
        length.is_none_or(|length: u64| length > LARGEST_BODY)
    })
}

/// Whether the request names this machine: `localhost`, or an address of the loopback network.
fn is_local(request: &Request) -> bool {
    let header = request.headers().get(HOST);
    let name = request
        .uri()
        .authority()
        .map(axum::http::uri::Authority::host)
        .or_else(|| host(header?.to_str().ok()?));
    // HTTP/1.0 clients send none, and no browser is one.
    let Some(name) = name else { return true };
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Without the port.
fn host(header: &str) -> Option<&str> {
    if header.starts_with('[') {
        return header.find(']').map(|end| &header[..=end]);
    }
    Some(header.split(':').next().unwrap_or(header))
}

/// Lets in who bears a token.
pub(super) async fn known(
    State(room): State<Room>,
    request: Request,
    next: Next,
) -> Response<Body> {
    let presented = request.headers().get(AUTHORIZATION);
    let is_known = room.tokens.borrow().accept(presented);
    if is_known {
        return next.run(request).await;
    }
    room.traffic.strangers.count();
    Refusal::new(
        StatusCode::UNAUTHORIZED,
        "a token is needed: `Authorization: Bearer …`",
    )
    .into_response()
}

/// Counts the answer, and gives up one that does not begin.
pub(super) async fn timed(
    route: Route,
    room: Room,
    request: Request,
    next: Next,
) -> Response<Body> {
    let before = Instant::now();
    let response = match within(room.limits.answer, next.run(request)).await {
        Some(response) => response,
        None => Refusal::busy("this took too long; try again").into_response(),
    };
    room.traffic
        .answered(route, response.status(), before.elapsed());
    response
}

async fn within<T>(limit: Duration, answer: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, answer).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(name: &str) -> bool {
        is_local(
            &Request::builder()
                .header(HOST, name)
                .body(Body::empty())
                .unwrap(),
        )
    }

    #[test]
    fn a_name_that_only_points_here_is_not_ours() {
        for ours in [
            "localhost",
            "LocalHost:3000",
            "127.0.0.1:3000",
            "127.9.9.9",
            "[::1]:3000",
        ] {
            assert!(local(ours), "{ours}");
        }
        for other in [
            "evil.example",
            "localhost.evil.example:3000",
            "10.0.0.1",
            "[::2]",
            "",
        ] {
            assert!(!local(other), "{other}");
        }
    }
}
