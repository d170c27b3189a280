//! Answers: JSON, with a tag by which an unchanged one need not be sent again.

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::Kind;

/// An answer in JSON.
pub(crate) fn json(status: StatusCode, what: &impl Serialize) -> Response {
    match serde_json::to_vec(what) {
        Ok(bytes) => typed(status, "application/json", bytes),
        Err(_) => crate::problem::Problem::from(Kind::Failed).into_response(),
    }
}

/// An answer of a media type.
pub(crate) fn typed(status: StatusCode, kind: &'static str, bytes: impl Into<Bytes>) -> Response {
    let mut response = Response::new(Body::from(bytes.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// The tag of bytes.
pub(crate) fn tag(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hash: String = hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hash}\"")
}

/// Whether whoever asks has these bytes already.
pub(crate) fn has(asked: &HeaderMap, tag: &str) -> bool {
    let tags = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    tags.flat_map(|line| line.split(','))
        .any(|of| of.trim().trim_start_matches("W/") == tag || of.trim() == "*")
}

/// A read: the bytes with their tag, or that nothing changed (304).
pub(crate) fn read(asked: &HeaderMap, kind: &'static str, tag: &str, bytes: Bytes) -> Response {
    let mut response = if has(asked, tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        typed(StatusCode::OK, kind, bytes)
    };
    if let Ok(tag) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// A read of something that is written as JSON.
pub(crate) fn read_json(asked: &HeaderMap, what: &impl Serialize) -> Response {
    match serde_json::to_vec(what) {
        Ok(bytes) => {
            let tag = tag(&bytes);
            read(asked, "application/json", &tag, bytes.into())
        }
        Err(_) => crate::problem::Problem::from(Kind::Failed).into_response(),
    }
}
