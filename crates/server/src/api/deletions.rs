//! Deletion records: what was forgotten, signed, each with its hash in the public log.

use std::collections::HashMap;

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use office::permissions::UseCase;
use serde_json::{Value, json};
use store::RecordId;

use crate::{
    api::Endpoint,
    caller::Caller,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// Records of a page.
const LISTED_MAX: u32 = 100;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/deletions",
            "Deletion records, in the order of ids after `after`; 100 at most.",
            get(deletions),
        )
        .may(UseCase::SeeDeletions)
        .queries(&["after"]),
    ]
}

async fn deletions(
    State(service): State<Service>,
    caller: Caller,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let malformed = || Problem::detailed(Kind::Malformed, "`after` is the id of a deletion record");
    let after = query.get("after").map(|id| RecordId::parse(id).ok_or_else(malformed)).transpose()?;
    let deletions = service.officers().deletions(&caller.actor, after.as_ref(), LISTED_MAX).await;
    let deletions = deletions.map_err(|error| service.problem(&error))?;
    let seen = deletions.iter().map(|(id, of)| {
        json!({
            "deletion": id.as_str(), "document": of.document, "key": of.key, "signature": of.signature, "at": of.at,
            "hash": of.hash(),
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}
