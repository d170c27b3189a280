//! Confirming and closing a case.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::post,
};
use evidence::CaseId;
use jiff::Timestamp;
use office::{Stated, permissions::UseCase};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, statements::stated},
    caller::Caller,
    posted::{Nothing, Posted, done},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Confirmed>(
            "/api/v1/people/{person}/cases",
            "Confirm a case; once it counts, its contacts are found, re-rated and told.",
            post(confirm),
        )
        .may(UseCase::OpenCase)
        .gives(201),
        Endpoint::post::<Nothing>(
            "/api/v1/people/{person}/cases/{case}/recovery",
            "Close a case at recovery.",
            post(close),
        )
        .may(UseCase::OpenCase),
    ]
}

/// A case.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Confirmed {
    /// When the first symptom began (RFC 3339), where there was one.
    #[schema(value_type = Option<String>, format = DateTime)]
    onset: Option<Timestamp>,
}

async fn confirm(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Confirmed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |(case, of): &(CaseId, Stated)| json!({ "case": case, "stated": stated(of) }),
    );
    answer.to(office.open_case(&caller.actor, &person, posted.body.onset).await)
}

async fn close(
    State(service): State<Service>,
    caller: Caller,
    Path((person, case)): Path<(String, String)>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let case = case.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.close_case(&caller.actor, &person, &case).await)
}
