//! Following up people under restriction. An unanswered call has no consequence but another call.

use std::collections::HashMap;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::{Symptoms, Temperature};
use jiff::Timestamp;
use office::{Need, Outcome, permissions::UseCase};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, evidence_given::coloured},
    caller::{Caller, Purpose},
    posted::{Posted, done},
    problem::Problem,
    reply,
    service::Service,
};

/// Tasks of a list.
const LISTED_MAX: u32 = 100;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/follow-ups", "Whom to follow up today in an area; 100 at most.", get(list))
            .may(UseCase::ListFollowUps)
            .with_purpose()
            .queries(&["area"]),
        Endpoint::post::<Followed>(
            "/api/v1/people/{person}/follow-ups",
            "Record a visit or a call.",
            post(record),
        )
        .may(UseCase::FollowUp)
        .gives(201),
        Endpoint::post::<Agreed>(
            "/api/v1/people/{person}/follow-ups/time",
            "Agree on a time within three days.",
            post(time),
        )
        .may(UseCase::FollowUp),
        Endpoint::post::<Wanted>(
            "/api/v1/people/{person}/follow-ups/needs",
            "Ask for help while restricted: a worker of the area sees it first.",
            post(ask),
        )
        .may(UseCase::FollowUp)
        .gives(201),
        Endpoint::post::<Met>(
            "/api/v1/people/{person}/follow-ups/needs-met",
            "Record that what a person needed was brought.",
            post(met),
        )
        .may(UseCase::FollowUp),
    ]
}

/// A visit or a call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Followed {
    /// Whether the person was reached.
    reached: bool,
    /// In degrees Celsius.
    #[schema(value_type = Option<f64>)]
    temperature: Option<Temperature>,
    /// By the words of the vocabulary.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    symptoms: Symptoms,
    /// What the person needs: `food`, `medicine` or `other`, each with words.
    #[serde(default)]
    #[schema(value_type = Vec<Vec<String>>)]
    needs: Vec<(Need, String)>,
}

/// A time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Agreed {
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

/// A need.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// `food`, `medicine` or `other`.
    #[schema(value_type = String)]
    need: Need,
    /// What exactly, at most 500 characters.
    #[serde(default)]
    words: String,
}

/// A need that was met.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Met {
    /// `food`, `medicine` or `other`.
    #[schema(value_type = String)]
    need: Need,
}

async fn list(
    State(service): State<Service>,
    caller: Caller,
    Purpose(purpose): Purpose,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let area = query.get("area").map(String::as_str);
    let listed = service.officers().follow_ups(&caller.actor, area, LISTED_MAX, &purpose).await;
    let (tasks, left_out) = listed.map_err(|error| service.problem(&error))?;
    Ok(reply::read_json(&headers, &json!({ "tasks": tasks, "left_out": left_out })))
}

async fn record(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Followed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let of = &posted.body;
    let outcome = if of.reached {
        Outcome::Reached { temperature: of.temperature, symptoms: of.symptoms, needs: of.needs.clone() }
    } else {
        Outcome::Unanswered
    };
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::CREATED, coloured);
    answer.to(office.record_follow_up(&caller.actor, &person, &outcome).await)
}

async fn time(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Agreed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.reschedule(&caller.actor, &person, posted.body.to).await)
}

async fn ask(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Wanted>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, done::<()>);
    answer.to(office.ask_for_help(&caller.actor, &person, posted.body.need, &posted.body.words).await)
}

async fn met(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Met>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.need_met(&caller.actor, &person, posted.body.need).await)
}
