//! What people say of themselves: symptoms and daily checks.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::post,
};
use evidence::{Level, Symptoms, Temperature};
use office::permissions::UseCase;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{api::Endpoint, caller::Caller, posted::Posted, problem::Problem, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Declared>(
            "/api/v1/people/{person}/declarations",
            "Declare symptoms, or that there are none.",
            post(declare),
        )
        .may(UseCase::Declare)
        .gives(201),
        Endpoint::post::<Checked>("/api/v1/people/{person}/checks", "Make a daily check.", post(check))
            .may(UseCase::Declare)
            .gives(201),
    ]
}

/// Symptoms.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Declared {
    /// By the words of the vocabulary, such as `fever`.
    #[schema(value_type = Vec<String>)]
    symptoms: Symptoms,
}

/// A daily check.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Checked {
    /// In degrees Celsius, 30 to 45.
    #[schema(value_type = Option<f64>)]
    temperature: Option<Temperature>,
    /// By the words of the vocabulary.
    #[schema(value_type = Vec<String>)]
    symptoms: Symptoms,
}

/// The colour that follows.
pub(super) fn coloured(level: &Level) -> Value {
    json!({ "level": level })
}

async fn declare(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Declared>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, coloured);
    answer.to(office.declare(&caller.actor, &person, posted.body.symptoms).await)
}

async fn check(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Checked>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (temperature, symptoms) = (posted.body.temperature, posted.body.symptoms);
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, coloured);
    answer.to(office.daily_check(&caller.actor, &person, temperature, symptoms).await)
}
