//! Answers: refusals that say what to do, and bodies that a client need not fetch twice.

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap,
    IF_NONE_MATCH, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use axum::http::{HeaderValue, Response, StatusCode};
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};

/// JSON.
pub(super) const JSON: &str = "application/json";
/// Plain text.
pub(super) const TEXT: &str = "text/plain; charset=utf-8";
/// A web page.
pub(super) const HTML: &str = "text/html; charset=utf-8";
/// A vector picture.
pub(super) const SVG: &str = "image/svg+xml";
/// A picture of pixels.
pub(super) const PNG: &str = "image/png";
/// Prometheus' text format 0.0.4.
pub(super) const METRICS: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Why a request is not answered: a status and one sentence that says what to do.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub why: String,
}

impl Refusal {
    pub fn new(status: StatusCode, why: impl Into<String>) -> Self {
        Self {
            status,
            why: why.into(),
        }
    }

    /// Something in the address makes no sense.
    pub fn wrong(why: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, why)
    }

    /// There is no such thing.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, why)
    }

    /// Not now.
    pub fn busy(why: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, why)
    }
}

impl From<PathRejection> for Refusal {
    /// A path that is no text.
    fn from(rejection: PathRejection) -> Self {
        Self::new(
            rejection.status(),
            "this address is not UTF-8: write it with %XX",
        )
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response<Body> {
        let body = serde_json::json!({ "error": self.why });
        let mut response = fresh(JSON, format!("{body}\n"));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                for scheme in ["Bearer realm=\"kpi\"", "Basic realm=\"kpi\""] {
                    headers.append(WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
                }
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            }
            // What was sent is not read; the connection cannot be used again.
            StatusCode::PAYLOAD_TOO_LARGE => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}

/// A body that is never kept.
pub(super) fn fresh(content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        "x-content-type-options",
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// The mark of a body. Weak: the bytes on the wire may be compressed.
pub(super) fn etag(body: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(body);
    let mut text = String::from("W/\"");
    for byte in digest.iter().take(12) {
        text.push_str(&format!("{byte:02x}"));
    }
    text.push('"');
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// A body that a client may keep and ask about: 304 and nothing when it has the same. It is for this client
/// alone, and asked about before each use: the next poll may change it.
pub(super) fn kept(
    asked: &HeaderMap,
    content_type: &'static str,
    etag: &HeaderValue,
    body: Bytes,
) -> Response<Body> {
    let mut response = if has(asked, etag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let mut response = fresh(content_type, body);
        if content_type == HTML || content_type == SVG {
            // Titles are somebody's data: nothing in a picture runs or loads, whatever is in it.
            response.headers_mut().insert(
                CONTENT_SECURITY_POLICY,
                HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
            );
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(ETAG, etag.clone());
    headers.append(VARY, HeaderValue::from_static("authorization"));
    response
}

/// Whether the client who asked has it already.
pub(super) fn has(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    asked
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .any(|header| matches(header, etag))
}

/// `If-None-Match`: a list of marks compared weakly, or `*` (RFC 9110 §13.1.2).
fn matches(header: &str, etag: &HeaderValue) -> bool {
    let Ok(etag) = etag.to_str() else {
        return false;
    };
    let bare = |mark: &str| mark.trim().trim_start_matches("W/").to_owned();
    header.trim() == "*" || header.split(',').any(|mark| bare(mark) == bare(etag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_compared_weakly_and_in_lists() {
        let mark = HeaderValue::from_static("W/\"ab\"");
        for same in ["W/\"ab\"", "\"ab\"", "\"x\", W/\"ab\"", "*"] {
            assert!(matches(same, &mark), "{same}");
        }
        for other in ["", "\"a\"", "ab", "W/\"abc\""] {
            assert!(!matches(other, &mark), "{other}");
        }
    }
}
