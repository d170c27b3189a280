//! Contesting a reason, and deciding.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use office::{Appeal, permissions::UseCase};
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

/// Open appeals that are listed at once.
const LISTED_MAX: u32 = 100;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/people/{person}/appeals", "A person's appeals.", get(of_person))
            .may(UseCase::Appeal),
        Endpoint::post::<Contested>(
            "/api/v1/people/{person}/appeals",
            "Contest the reason that a rule gives.",
            post(contest),
        )
        .may(UseCase::Appeal)
        .gives(201),
        Endpoint::get("/api/v1/appeals", "Appeals that wait, the first due first; 100 at most.", get(open))
            .may(UseCase::DecideAppeal),
        Endpoint::post::<Decided>(
            "/api/v1/appeals/{appeal}/decision",
            "Decide an appeal, with reasons.",
            post(decide),
        )
        .may(UseCase::DecideAppeal),
    ]
}

/// What is contested.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Contested {
    /// The rule whose reason is contested.
    rule: String,
    /// What the person says.
    words: String,
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// Whether the person is right.
    upheld: bool,
    /// Why, in words for the person.
    reasons: String,
}

fn seen((id, appeal): &(RecordId, Appeal)) -> Value {
    let decision = appeal.decision.as_ref().map(|decision| {
        json!({ "upheld": decision.upheld, "reasons": decision.reasons, "at": decision.at, "by_deadline": decision.by.is_none() })
    });
    json!({
        "appeal": id.as_str(),
        "person": appeal.person,
        "rule": appeal.rule,
        "words": appeal.words,
        "made": appeal.made,
        "decide_by": appeal.decide_by,
        "decision": decision,
    })
}

async fn of_person(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let appeals = service.office().appeals(&caller.actor, &person).await;
    let appeals = appeals.map_err(|error| service.problem(&error))?;
    Ok(reply::read_json(&headers, &appeals.iter().map(seen).collect::<Vec<_>>()))
}

async fn contest(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Contested>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |appeal: &RecordId| json!({ "appeal": appeal.as_str() }),
    );
    answer.to(office.appeal(&caller.actor, &person, &posted.body.rule, &posted.body.words).await)
}

async fn open(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let appeals = service.officers().open_appeals(&caller.actor, LISTED_MAX).await;
    let appeals = appeals.map_err(|error| service.problem(&error))?;
    Ok(reply::read_json(&headers, &appeals.iter().map(seen).collect::<Vec<_>>()))
}

async fn decide(
    State(service): State<Service>,
    caller: Caller,
    Path(appeal): Path<String>,
    posted: Posted<Decided>,
) -> Result<Response, Problem> {
    let appeal = RecordId::parse(&appeal).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.decide(&caller.actor, &appeal, posted.body.upheld, &posted.body.reasons).await)
}
