//! A colour with its reasons, and who looked.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use office::permissions::UseCase;
use serde_json::json;

use crate::{
    api::Endpoint,
    caller::{Caller, Purpose},
    language,
    problem::Problem,
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/people/{person}/colour",
            "A colour now: why, until when, what ends it sooner, how to contest it. In the language of `Accept-Language`.",
            get(colour),
        )
        .may(UseCase::SeeColour)
        .with_purpose(),
        Endpoint::get(
            "/api/v1/people/{person}/accesses",
            "Who looked at a record, the latest first.",
            get(accesses),
        )
        .may(UseCase::SeeAccesses)
        .with_purpose(),
    ]
}

async fn colour(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    Purpose(purpose): Purpose,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let seen = service.office().colour(&caller.actor, &person, &purpose, language::of(&headers)).await;
    let seen = seen.map_err(|error| service.problem(&error))?;
    Ok(reply::read_json(&headers, &json!({ "level": seen.level(), "explanation": seen.explanation })))
}

async fn accesses(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    Purpose(purpose): Purpose,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let accesses = service.office().accesses(&caller.actor, &person, &purpose).await;
    Ok(reply::read_json(&headers, &accesses.map_err(|error| service.problem(&error))?))
}
