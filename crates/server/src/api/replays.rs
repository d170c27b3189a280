//! A change of rules or software replays everybody: who would change, whether every colour is what the rules give, and what is held.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use office::{Replayed, permissions::UseCase};
use serde_json::{Value, json};
use store::RecordId;

use crate::{
    api::{Endpoint, rule_sets::Document},
    caller::Caller,
    posted::{Nothing, Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Document>(
            "/api/v1/rule-sets/preview",
            "Who would change by a rule set, by rule and by group; nothing is changed.",
            post(preview),
        )
        .may(UseCase::PublishRules),
        Endpoint::post::<Nothing>(
            "/api/v1/replays",
            "Compare every colour with what the published rules give; what they do not explain is held.",
            post(replay),
        )
        .may(UseCase::Replay)
        .gives(201),
        Endpoint::get(
            "/api/v1/held/differences",
            "Differences between colours and rules that nothing explains.",
            get(held),
        )
        .may(UseCase::ReleaseHeld),
        Endpoint::post::<Nothing>(
            "/api/v1/held/differences/{difference}/release",
            "End the hold on differences that oversight has looked at.",
            post(release),
        )
        .may(UseCase::ReleaseHeld),
    ]
}

async fn preview(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Document>,
) -> Result<Response, Problem> {
    let preview = service.officers().preview_rules(&caller.actor, &posted.body.document).await;
    Ok(reply::json(StatusCode::OK, &preview.map_err(|error| service.problem(&error))?))
}

async fn replay(
    State(service): State<Service>,
    caller: Caller,
    _: Posted<Nothing>,
) -> Result<Response, Problem> {
    let replayed = service.officers().replay(&caller.actor).await;
    let Replayed { people, explained, unexplained } = replayed.map_err(|error| service.problem(&error))?;
    let seen = json!({ "people": people, "explained": explained, "unexplained": unexplained });
    Ok(reply::json(StatusCode::CREATED, &seen))
}

async fn held(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let held = service.officers().unexplained(&caller.actor).await;
    let held = held.map_err(|error| service.problem(&error))?;
    let seen = held.iter().map(|(id, of)| {
        let differences = of
            .differences
            .iter()
            .map(|(kept, given, people)| json!({ "kept": kept, "given": given, "people": people }));
        json!({ "difference": id.as_str(), "at": of.at, "levels": differences.collect::<Vec<Value>>() })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn release(
    State(service): State<Service>,
    caller: Caller,
    Path(difference): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let difference = RecordId::parse(&difference).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.release_unexplained(&caller.actor, &difference).await)
}
