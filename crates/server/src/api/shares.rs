//! Sharing a status by consent, and asking by the secret of a link.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{delete, get, post},
};
use office::{ShareToken, permissions::UseCase};
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
        Endpoint::post::<Consent>(
            "/api/v1/people/{person}/shares",
            "Consent to share a status; the secret is shown only now.",
            post(share),
        )
        .may(UseCase::Share)
        .gives(201),
        Endpoint::get(
            "/api/v1/people/{person}/shares",
            "With whom a status is shared, and when each asked.",
            get(shares),
        )
        .may(UseCase::Share),
        Endpoint::delete("/api/v1/people/{person}/shares/{share}", "Withdraw a consent.", delete(withdraw))
            .may(UseCase::Share),
        Endpoint::post::<Secret>(
            "/api/v1/shared-status",
            "What a consent tells whoever holds its secret.",
            post(asked),
        ),
    ]
}

/// A consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Consent {
    /// With whom, in the person's words.
    with: String,
    /// How long, in hours, 1 to 336.
    hours: u16,
}

/// The secret of a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Secret {
    token: String,
}

async fn share(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Consent>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |token: &ShareToken| json!({ "token": token.as_str() }),
    );
    answer.to(office.share(&caller.actor, &person, &posted.body.with, posted.body.hours).await)
}

async fn shares(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let shares = service.office().shares(&caller.actor, &person).await;
    let shares = shares.map_err(|error| service.problem(&error))?;
    let seen = shares.iter().map(|(id, of)| {
        json!({ "share": id.as_str(), "with": of.with, "given": of.given, "until": of.until, "asked": of.asked })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn withdraw(
    State(service): State<Service>,
    caller: Caller,
    Path((person, share)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let share = RecordId::parse(&share).ok_or(Kind::Unknown)?;
    let withdrawn = service.office().withdraw_share(&caller.actor, &person, &share).await;
    withdrawn.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::OK, &done(&())))
}

async fn asked(State(service): State<Service>, posted: Posted<Secret>) -> Result<Response, Problem> {
    let answer = service.office().shared_status(&ShareToken::read(&posted.body.token)).await;
    Ok(reply::json(StatusCode::OK, &answer.map_err(|error| service.problem(&error))?))
}
