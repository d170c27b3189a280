//! Contesting a reason, and deciding.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use data_encoding::BASE64;
use office::{Appeal, AttachmentGiven, AttachmentKind, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::Caller,
    language,
    posted::{Posted, PostedFile, done, value},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// Open appeals that are listed at once.
const LISTED_MAX: u32 = 100;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/people/{person}/appeals", "A person's appeals.", get(of_person))
            .may(UseCase::Appeal),
        Endpoint::post::<Contested>(
            "/api/v1/people/{person}/appeals",
            "Contest the reason that a rule gives.",
            post(contest),
        )
        .may(UseCase::Appeal)
        .gives(201),
        Endpoint::post::<Laid>(
            "/api/v1/people/{person}/appeals/{appeal}/attachments",
            "Lay a file beside an open appeal: a PDF document, a JPEG or a PNG picture.",
            post(attach),
        )
        .may(UseCase::Appeal),
        Endpoint::get(
            "/api/v1/attachments/{attachment}",
            "What lies beside an appeal: one's own, or, for reviewers, an open one.",
            get(attachment),
        )
        .kind("application/octet-stream"),
        Endpoint::get(
            "/api/v1/appeals",
            "Appeals that wait with what they contest, the first due first; 100 at most.",
            get(open),
        )
        .may(UseCase::DecideAppeal),
        Endpoint::post::<Decided>(
            "/api/v1/appeals/{appeal}/decision",
            "Decide an appeal, with reasons.",
            post(decide),
        )
        .may(UseCase::DecideAppeal),
    ]
}

/// What is contested.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Contested {
    /// The rule whose reason is contested.
    rule: String,
    /// What the person says.
    words: String,
}

/// A file beside an appeal. Of a picture only what one sees of it is kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Laid {
    /// What the person calls it, 1 to 100 characters.
    name: String,
    /// Its bytes as base 64 (RFC 4648, with padding); 8 MiB of them at most.
    content: String,
}

/// A decision.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decided {
    /// Whether the person is right.
    upheld: bool,
    /// Why, in words for the person.
    reasons: String,
}

fn seen(id: &RecordId, appeal: &Appeal) -> Value {
    let decision = appeal.decision.as_ref().map(|decision| {
        json!({ "upheld": decision.upheld, "reasons": decision.reasons, "at": decision.at, "by_deadline": decision.by.is_none() })
    });
    json!({
        "appeal": id.as_str(),
        "person": appeal.person,
        "rule": appeal.rule,
        "words": appeal.words,
        "attachments": appeal.attachments,
        "made": appeal.made,
        "decide_by": appeal.decide_by,
        "decision": decision,
    })
}

async fn of_person(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let appeals = service.office().appeals(&caller.actor, &person).await;
    let appeals = appeals.map_err(|error| service.problem(&error))?;
    let seen = appeals.iter().map(|(id, appeal)| seen(id, appeal));
    Ok(reply::read_json(&headers, &seen.collect::<Vec<_>>()))
}

async fn contest(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Contested>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |appeal: &RecordId| json!({ "appeal": appeal.as_str() }),
    );
    answer.to(office.appeal(&caller.actor, &person, &posted.body.rule, &posted.body.words, &[]).await)
}

async fn attach(
    State(service): State<Service>,
    caller: Caller,
    Path((person, appeal)): Path<(String, String)>,
    PostedFile(posted): PostedFile<Laid>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let appeal = RecordId::parse(&appeal).ok_or(Kind::Unknown)?;
    let malformed = |_| Problem::detailed(Kind::Malformed, "the field `content` is not base 64");
    let bytes = BASE64.decode(posted.body.content.as_bytes()).map_err(malformed)?;
    let given = [AttachmentGiven { name: posted.body.name.clone(), bytes }];
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.attach(&caller.actor, &person, &appeal, &given).await)
}

/// What lies beside an appeal, as bytes that no browser takes for a page.
pub(crate) async fn attachment(
    State(service): State<Service>,
    caller: Caller,
    Path(attachment): Path<String>,
) -> Result<Response, Problem> {
    let attachment = RecordId::parse(&attachment).ok_or(Kind::Unknown)?;
    let found = service.office().attachment(&caller.actor, &attachment).await;
    let found = found.map_err(|error| service.problem(&error))?;
    let mut response = reply::typed(StatusCode::OK, found.kind.media_type(), found.content);
    // A picture can be looked at here; a document may hold more than what is seen, and is not opened among our pages.
    let (place, name) = match found.kind {
        AttachmentKind::Pdf => ("attachment", "attachment.pdf"),
        AttachmentKind::Jpeg => ("inline", "attachment.jpg"),
        AttachmentKind::Png => ("inline", "attachment.png"),
    };
    let says = HeaderValue::from_str(&format!("{place}; filename=\"{name}\"")).map_err(|_| Kind::Failed)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, says);
    response
        .headers_mut()
        .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}

async fn open(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let appeals = service.officers().open_appeals(&caller.actor, language::of(&headers), LISTED_MAX).await;
    let appeals = appeals.map_err(|error| service.problem(&error))?;
    let seen = appeals.iter().map(|open| {
        let mut seen = seen(&open.id, &open.appeal);
        if let Some(seen) = seen.as_object_mut() {
            seen.insert("reason".to_owned(), value(&open.reason));
        }
        seen
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<_>>()))
}

async fn decide(
    State(service): State<Service>,
    caller: Caller,
    Path(appeal): Path<String>,
    posted: Posted<Decided>,
) -> Result<Response, Problem> {
    let appeal = RecordId::parse(&appeal).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.decide(&caller.actor, &appeal, posted.body.upheld, &posted.body.reasons).await)
}
