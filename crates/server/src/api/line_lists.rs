//! Line lists: asked for by one officer, approved by another, shown to everybody who stands on them.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use office::permissions::UseCase;
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
        Endpoint::post::<Wanted>(
            "/api/v1/people/{person}/cases/{case}/line-lists",
            "Ask for a line list of a case's contacts.",
            post(ask),
        )
        .may(UseCase::LineList)
        .gives(201),
        Endpoint::post::<Nothing>(
            "/api/v1/line-lists/{list}/approval",
            "Approve a line list.",
            post(approve),
        )
        .may(UseCase::ApproveLineList),
        Endpoint::post::<Nothing>(
            "/api/v1/line-lists/{list}/rows",
            "Take the rows of an approved line list (CSV).",
            post(take),
        )
        .may(UseCase::LineList)
        .kind("text/csv"),
        Endpoint::get(
            "/api/v1/line-lists",
            "Line lists that were asked for, without whose rows stand on them.",
            get(lists),
        )
        .may(UseCase::Oversee),
    ]
}

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// In words that the subjects see.
    purpose: String,
}

async fn ask(
    State(service): State<Service>,
    caller: Caller,
    Path((person, case)): Path<(String, String)>,
    posted: Posted<Wanted>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let case = case.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |id: &RecordId| json!({ "list": id.as_str() }),
    );
    answer.to(office.ask_for_line_list(&caller.actor, &person, &case, &posted.body.purpose).await)
}

async fn approve(
    State(service): State<Service>,
    caller: Caller,
    Path(list): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let list = RecordId::parse(&list).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.approve_line_list(&caller.actor, &list).await)
}

/// The rows are not kept for an idempotency key: a list is taken once, and a lost one is asked for again.
async fn take(
    State(service): State<Service>,
    caller: Caller,
    Path(list): Path<String>,
    _: Posted<Nothing>,
) -> Result<Response, Problem> {
    let list = RecordId::parse(&list).ok_or(Kind::Unknown)?;
    let rows = service.officers().take_line_list(&caller.actor, &list).await;
    let rows = rows.map_err(|error| service.problem(&error))?;
    let mut response = reply::typed(StatusCode::OK, "text/csv", rows);
    let name = HeaderValue::from_static("attachment; filename=\"line-list.csv\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

async fn lists(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let lists =
        service.officers().line_lists(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let seen = lists.iter().map(|of| {
        let approved = of.approved_by.as_ref().map(|(role, body)| json!({ "role": role.word(), "body": body }));
        json!({
            "list": of.list.as_str(), "at": of.at, "role": of.by.0.word(), "body": of.by.1, "purpose": of.purpose,
            "approved_by": approved, "rows": of.rows,
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}
