//! Checking in at a venue and out of it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::{delete, post},
};
use office::{VenueCode, permissions::UseCase};
use serde::Deserialize;
use serde_json::json;
use store::RecordId;
use utoipa::ToSchema;

use crate::{api::Endpoint, caller::Caller, posted::Posted, problem::Problem, reply, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<CheckedIn>("/api/v1/people/{person}/visits", "Check in at a venue.", post(check_in))
            .may(UseCase::CheckIn)
            .gives(201),
        Endpoint::delete("/api/v1/people/{person}/visits/open", "Check out.", delete(check_out))
            .may(UseCase::CheckIn),
    ]
}

/// A check-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckedIn {
    /// The code on the venue's poster.
    code: String,
}

async fn check_in(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<CheckedIn>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let code = VenueCode::read(&posted.body.code);
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |visit: &RecordId| json!({ "visit": visit.as_str() }),
    );
    answer.to(office.check_in(&caller.actor, &person, &code).await)
}

async fn check_out(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let was = service.office().check_out(&caller.actor, &person).await;
    let was = was.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::OK, &json!({ "was_checked_in": was })))
}
