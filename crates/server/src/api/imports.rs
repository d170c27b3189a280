//! Imports that are held, for oversight. Bundles themselves are taken in at the machine, not here.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use office::permissions::UseCase;
use serde_json::{Value, json};
use store::RecordId;

use crate::{
    api::Endpoint,
    caller::Caller,
    posted::{Nothing, Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/held/imports", "Imports that are held, the oldest first.", get(held))
            .may(UseCase::ReleaseHeld),
        Endpoint::post::<Nothing>(
            "/api/v1/held/imports/{import}/release",
            "Let a held import go on, as oversight of a third body.",
            post(release),
        )
        .may(UseCase::ReleaseHeld),
    ]
}

async fn held(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = service.officers().held_imports(&caller.actor).await;
    let held = held.map_err(|error| service.problem(&error))?;
    let seen = held.iter().map(|(id, of)| {
        json!({
            "import": id.as_str(), "at": of.at, "source": of.source, "bundle": of.bundle, "rows": of.rows,
            "restricting": of.restricting, "body": of.by.body,
            "approved_by": of.approved_by.as_ref().map(|officer| &officer.body),
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn release(
    State(service): State<Service>,
    caller: Caller,
    Path(import): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let import = RecordId::parse(&import).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.release_import(&caller.actor, &import).await)
}
