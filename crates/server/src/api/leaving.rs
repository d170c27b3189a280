//! Taking one's data along, proofs, and leaving.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{delete, get},
};
use office::permissions::UseCase;

use crate::{api::Endpoint, caller::Caller, posted::done, problem::Problem, reply, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/people/{person}/export",
            "Everything that is kept about a person.",
            get(export),
        )
        .may(UseCase::Export),
        Endpoint::get(
            "/api/v1/people/{person}/openings",
            "What a person needs to prove what the public log says of them.",
            get(openings),
        )
        .may(UseCase::Export),
        Endpoint::delete("/api/v1/people/{person}", "Leave: everything is forgotten.", delete(erase))
            .may(UseCase::Erase),
    ]
}

async fn export(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let exported = service.office().export(&caller.actor, &person).await;
    Ok(reply::read_json(&headers, &exported.map_err(|error| service.problem(&error))?))
}

async fn openings(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let openings = service.office().openings(&caller.actor, &person).await;
    Ok(reply::read_json(&headers, &openings.map_err(|error| service.problem(&error))?))
}

async fn erase(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    service.office().erase(&caller.actor, &person).await.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::OK, &done(&())))
}
