//! Overrides of one person's reason, by two officers of different bodies.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::Effect;
use jiff::SignedDuration;
use office::{Ground, Override, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, evidence_given::coloured},
    caller::Caller,
    posted::{Nothing, Posted},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// Proposals that are listed at once.
const LISTED_MAX: u32 = 100;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Proposed>(
            "/api/v1/people/{person}/overrides",
            "Propose an override.",
            post(propose),
        )
        .may(UseCase::ProposeOverride)
        .gives(201),
        Endpoint::get(
            "/api/v1/overrides",
            "Overrides that wait for another body; 100 at most.",
            get(waiting),
        )
        .may(UseCase::AgreeToOverride),
        Endpoint::post::<Nothing>(
            "/api/v1/overrides/{proposal}/agreement",
            "Agree to an override.",
            post(agree),
        )
        .may(UseCase::AgreeToOverride),
    ]
}

/// An override.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proposed {
    /// The rule whose reason is changed, or `*` for every reason, which can only be lifted.
    rule: String,
    /// `lift`, or `set:` with a level.
    #[schema(value_type = String)]
    effect: Effect,
    /// How long, in hours: 1 to 336.
    #[schema(minimum = 1, maximum = 336)]
    hours: u16,
    /// From the closed list, such as `wrong-evidence`.
    #[schema(value_type = String)]
    ground: Ground,
}

async fn propose(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Proposed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let wanted = Override {
        rule: posted.body.rule.clone(),
        effect: posted.body.effect,
        lasts: SignedDuration::from_hours(i64::from(posted.body.hours)),
        ground: posted.body.ground,
    };
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |(id, held): &(RecordId, bool)| json!({ "proposal": id.as_str(), "held": held }),
    );
    answer.to(office.propose(&caller.actor, &person, &wanted).await)
}

async fn waiting(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let proposals = service.officers().proposals(&caller.actor, LISTED_MAX).await;
    let proposals = proposals.map_err(|error| service.problem(&error))?;
    let seen = proposals.iter().map(|(id, of)| {
        json!({
            "proposal": id.as_str(), "person": of.person, "rule": of.ruling.reason.to_string(),
            "effect": of.ruling.effect, "ground": of.ground, "body": of.by.body, "at": of.at, "to": of.ruling.to,
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn agree(
    State(service): State<Service>,
    caller: Caller,
    Path(proposal): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let proposal = RecordId::parse(&proposal).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, coloured);
    answer.to(office.agree(&caller.actor, &proposal).await)
}
