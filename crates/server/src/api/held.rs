//! What is held, for oversight.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use office::permissions::UseCase;
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::Caller,
    posted::{Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/held",
            "Overrides that are held, without the people they are about.",
            get(held),
        )
        .may(UseCase::ReleaseHeld),
        Endpoint::post::<Released>(
            "/api/v1/held/{proposal}/release",
            "Let one go on, or end it.",
            post(release),
        )
        .may(UseCase::ReleaseHeld),
    ]
}

/// What becomes of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Released {
    /// Whether it goes on; else it ends.
    pub(super) goes_on: bool,
}

async fn held(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = service.officers().held(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let seen = held.iter().map(|held| {
        json!({
            "proposal": held.proposal.as_str(), "at": held.at, "role": held.role.word(), "body": held.body,
            "ground": held.ground, "from": held.from, "to": held.to,
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn release(
    State(service): State<Service>,
    caller: Caller,
    Path(proposal): Path<String>,
    posted: Posted<Released>,
) -> Result<Response, Problem> {
    let proposal = RecordId::parse(&proposal).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.release(&caller.actor, &proposal, posted.body.goes_on).await)
}
