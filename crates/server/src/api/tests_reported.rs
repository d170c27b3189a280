//! Reporting a test.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::post,
};
use evidence::{Test, TestMethod, TestResult};
use jiff::Timestamp;
use office::permissions::UseCase;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, statements::stated},
    caller::Caller,
    posted::Posted,
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Reported>(
            "/api/v1/people/{person}/tests",
            "Report a test; one reported twice counts once.",
            post(report),
        )
        .may(UseCase::ReportTest)
        .gives(201),
    ]
}

/// A test.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reported {
    /// The laboratory's id of the test.
    test: String,
    /// When the specimen was taken (RFC 3339).
    #[schema(value_type = String, format = DateTime)]
    sampled: Timestamp,
    /// When the result was there (RFC 3339).
    #[schema(value_type = Option<String>, format = DateTime)]
    reported: Option<Timestamp>,
    /// `pcr`, `antigen`, `serology` or `clinical`.
    #[schema(value_type = String)]
    method: TestMethod,
    /// `positive`, `negative` or `inconclusive`.
    #[schema(value_type = String)]
    result: TestResult,
}

async fn report(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Reported>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let of = &posted.body;
    let test =
        of.test.parse().map_err(|_| Problem::detailed(Kind::Malformed, "the test's id cannot be used"))?;
    let test =
        Test { test, sampled: of.sampled, reported: of.reported, method: of.method, result: of.result };
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, stated);
    answer.to(office.report_test(&caller.actor, &person, &test).await)
}
