//! Rule sets: what is published, checking one, publishing one.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use office::permissions::UseCase;
use rating::{BackgroundSymptoms, Finding, RuleSet, Severity, check};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{api::Endpoint, caller::Caller, posted::Posted, problem::Problem, reply, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/rule-sets",
            "Published rule sets, the latest first, as they were published.",
            get(published),
        ),
        Endpoint::post::<Document>(
            "/api/v1/rule-sets/check",
            "Check a rule set before it hurts anyone.",
            post(checked),
        ),
        Endpoint::post::<Document>("/api/v1/rule-sets", "Publish a rule set.", post(publish))
            .may(UseCase::PublishRules)
            .gives(201),
    ]
}

/// A rule set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// The document, in TOML.
    pub(super) document: String,
}

/// What is wrong with a document, or might be.
pub(crate) fn findings(document: &str) -> Vec<Value> {
    match RuleSet::parse(document.as_bytes()) {
        Err(error) => error
            .problems
            .iter()
            .map(|problem| json!({ "line": problem.line, "what": problem.what, "remedy": problem.remedy, "blocks": true }))
            .collect(),
        Ok(rule_set) => match BackgroundSymptoms::parse(BackgroundSymptoms::SHIPPED) {
            Ok(background) => check(&rule_set, &background).iter().map(found).collect(),
            Err(error) => vec![json!({ "what": error.to_string(), "blocks": true })],
        },
    }
}

fn found(finding: &Finding) -> Value {
    json!({
        "line": finding.line, "what": finding.what, "remedy": finding.remedy,
        "blocks": finding.severity == Severity::Refused,
    })
}

async fn published(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let published = service.office().rule_sets().await.map_err(|error| service.problem(&error))?;
    let seen =
        published.iter().map(|(_, of)| json!({ "document": of.document, "at": of.at, "body": of.by.body }));
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn checked(posted: Posted<Document>) -> Response {
    reply::json(StatusCode::OK, &findings(&posted.body.document))
}

async fn publish(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Document>,
) -> Result<Response, Problem> {
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |id: &RecordId| json!({ "rule_set": id.as_str() }),
    );
    answer.to(office.publish(&caller.actor, &posted.body.document).await)
}
