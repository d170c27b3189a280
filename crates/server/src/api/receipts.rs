//! Proof of what was decided about a person: it can be shown to anyone, and checked without this server.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use office::permissions::UseCase;

use crate::{api::Endpoint, caller::Caller, problem::Problem, reply, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/people/{person}/receipts",
            "A receipt for each entry of the published log about a person (docs/ledger.md).",
            get(receipts),
        )
        .may(UseCase::Export),
    ]
}

async fn receipts(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let receipts = match service.log() {
        Some((place, _)) => service.office().receipts(&caller.actor, &person, &**place).await,
        // Nothing is published: what opens the entries is there all the same, and who may see it is asked there.
        None => service.office().openings(&caller.actor, &person).await.map(|_| Vec::new()),
    };
    Ok(reply::read_json(&headers, &receipts.map_err(|error| service.problem(&error))?))
}
