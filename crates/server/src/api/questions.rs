//! Questions to somebody who may have been near a case.

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
    api::{Endpoint, evidence_given::coloured},
    caller::Caller,
    posted::Posted,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/people/{person}/questions", "Questions without an answer.", get(questions))
            .may(UseCase::Answer),
        Endpoint::post::<Answered>(
            "/api/v1/people/{person}/questions/{question}/answer",
            "Answer a question.",
            post(answer),
        )
        .may(UseCase::Answer),
    ]
}

/// An answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answered {
    /// Whether the person was there.
    yes: bool,
}

async fn questions(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let questions = service.office().questions(&caller.actor, &person).await;
    let questions = questions.map_err(|error| service.problem(&error))?;
    // Whose case it is, is nobody's business: place and time only.
    let told = questions.iter().map(|(id, question)| {
        json!({ "question": id.as_str(), "venue": question.venue, "from": question.from, "to": question.to })
    });
    Ok(reply::read_json(&headers, &told.collect::<Vec<Value>>()))
}

async fn answer(
    State(service): State<Service>,
    caller: Caller,
    Path((person, question)): Path<(String, String)>,
    posted: Posted<Answered>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let question = RecordId::parse(&question).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::OK, coloured);
    answer.to(office.answer(&caller.actor, &person, &question, posted.body.yes).await)
}
