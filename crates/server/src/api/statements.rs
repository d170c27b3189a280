//! What officers said and others stand beside: specimens, statements that wait for another word, statements that are held.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use office::{Stated, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

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
        Endpoint::post::<Taken>(
            "/api/v1/people/{person}/specimens",
            "Record that a specimen was taken, or given.",
            post(specimen),
        )
        .may(UseCase::TakeSpecimen)
        .gives(201),
        Endpoint::get("/api/v1/people/{person}/statements", "What waits for another word.", get(waiting))
            .may(UseCase::Corroborate),
        Endpoint::post::<Nothing>(
            "/api/v1/statements/{statement}/confirmation",
            "Stand beside what another body said.",
            post(confirm),
        )
        .may(UseCase::Corroborate),
        Endpoint::get(
            "/api/v1/held/statements",
            "Statements that are held, without the people they are about.",
            get(held),
        )
        .may(UseCase::ReleaseHeld),
        Endpoint::post::<Released>(
            "/api/v1/held/statements/{statement}/release",
            "Let one count, or end it.",
            post(release),
        )
        .may(UseCase::ReleaseHeld),
    ]
}

/// A specimen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Taken {
    /// The id on the tube, under which the laboratory will report.
    test: String,
}

/// What becomes of a held statement.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Released {
    /// Whether it counts; else it ends.
    counts: bool,
}

/// What became of a statement.
pub(super) fn stated(stated: &Stated) -> Value {
    match stated {
        Stated::Counts { level, traced } => {
            json!({ "counts": true, "level": level, "exposed": traced.exposed, "asked": traced.asked })
        }
        Stated::Waits => json!({ "counts": false, "because": "waits" }),
        Stated::Held => json!({ "counts": false, "because": "held" }),
    }
}

async fn specimen(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Taken>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let test = posted.body.test.parse();
    let test = test.map_err(|_| Problem::detailed(Kind::Malformed, "the test's id cannot be used"))?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, done::<()>);
    answer.to(office.take_specimen(&caller.actor, &person, &test).await)
}

async fn waiting(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let waiting = service.office().statements(&caller.actor, &person).await;
    let waiting = waiting.map_err(|error| service.problem(&error))?;
    let seen = waiting.iter().map(|(id, of)| {
        json!({ "statement": id.as_str(), "at": of.at, "body": of.by.body, "kind": of.says.kind().to_string() })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn confirm(
    State(service): State<Service>,
    caller: Caller,
    Path(statement): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let statement = RecordId::parse(&statement).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, stated);
    answer.to(office.corroborate(&caller.actor, &statement).await)
}

async fn held(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = service.officers().held_statements(&caller.actor).await;
    let held = held.map_err(|error| service.problem(&error))?;
    let seen = held.iter().map(|of| {
        json!({
            "statement": of.statement.as_str(), "at": of.at, "kind": of.kind.to_string(), "role": of.by.role.word(),
            "body": of.by.body,
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn release(
    State(service): State<Service>,
    caller: Caller,
    Path(statement): Path<String>,
    posted: Posted<Released>,
) -> Result<Response, Problem> {
    let statement = RecordId::parse(&statement).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, stated);
    answer.to(office.release_statement(&caller.actor, &statement, posted.body.counts).await)
}
