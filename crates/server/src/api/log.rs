//! The public log: its entries, and its files as they are published (C2SP tlog-tiles).

use std::collections::HashMap;

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};

use crate::{
    api::Endpoint,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// Entries of a page.
const ENTRIES_MAX: u32 = 100;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/log",
            "Entries of the public log, from a place on; 100 at most.",
            get(entries),
        )
        .queries(&["from", "limit"]),
        Endpoint::get("/log/{*path}", "The files of the public log: checkpoint and tiles.", get(file))
            .kind("application/octet-stream"),
    ]
}

/// A number after the question mark.
pub(crate) fn number(query: &HashMap<String, String>, name: &str, otherwise: u64) -> Result<u64, Problem> {
    let malformed = || Problem::detailed(Kind::Malformed, format!("`{name}` is a whole number"));
    // The database counts in 63 bits.
    let is_countable = |number: &u64| i64::try_from(*number).is_ok();
    query.get(name).map_or(Ok(otherwise), |text| text.parse().ok().filter(is_countable).ok_or_else(malformed))
}

async fn entries(
    State(service): State<Service>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let from = number(&query, "from", 0)?;
    let limit = number(&query, "limit", u64::from(ENTRIES_MAX))?;
    let limit = u32::try_from(limit).unwrap_or(ENTRIES_MAX).clamp(1, ENTRIES_MAX);
    let entries = service.office().log_entries(from, limit).await;
    Ok(reply::read_json(&headers, &entries.map_err(|error| service.problem(&error))?))
}

async fn file(
    State(service): State<Service>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (place, _) = service.log().ok_or(Kind::Unknown)?;
    // Only names that a log has: no way out of its folder.
    let is_name = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.')
            && !part.starts_with('.')
            || part.strip_prefix('x').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
    };
    if !path.split('/').all(is_name) {
        return Err(Kind::Unknown.into());
    }
    let bytes = place.read(&path).map_err(|_| Kind::Unknown)?;
    let tag = reply::tag(&bytes);
    Ok(reply::read(&headers, "application/octet-stream", &tag, bytes.into()))
}
