//! Passes: the one a page shows, those of a phone, one on paper.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::PersonId;
use office::{CarriedPass, permissions::UseCase};
use pass::HolderKey;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::Caller,
    memory::Remembered,
    posted::Posted,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/me/pass", "One's own pass, as the page shows it.", get(own))
            .may(UseCase::IssuePass),
        Endpoint::get(
            "/api/v1/people/{person}/pass-hours",
            "The hours for which passes can be had now; a phone makes a key for each.",
            get(hours),
        )
        .may(UseCase::IssuePass),
        Endpoint::post::<Phone>(
            "/api/v1/people/{person}/passes",
            "Passes for the hours ahead, bound to the keys of a phone.",
            post(phone),
        )
        .may(UseCase::IssuePass)
        .gives(201),
        Endpoint::post::<Wanted>(
            "/api/v1/people/{person}/paper-passes",
            "A pass on paper, for a day at most.",
            post(paper),
        )
        .may(UseCase::IssuePass)
        .gives(201),
        Endpoint::post::<Wanted>(
            "/api/v1/people/{person}/passes/revocation",
            "Revoke all passes, as when a phone is lost.",
            post(revoke),
        )
        .may(UseCase::IssuePass),
    ]
}

/// The keys of a phone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Phone {
    /// A public key for each hour: an uncompressed point of P-256 (SEC 1), as 130 hexadecimal digits. At most 48.
    keys: Vec<String>,
}

/// Why somebody else does it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// An officer's purpose, which the person sees; residents leave it out.
    #[serde(default)]
    purpose: String,
}

fn carried(pass: &CarriedPass) -> Value {
    json!({ "from": pass.hour.start, "to": pass.hour.end, "expires": pass.hour.expires, "text": pass.text })
}

/// The pass that a person's page shows, from memory where nothing changed, and while the database is away.
pub(crate) async fn remembered(
    service: &Service,
    caller: &Caller,
    person: &PersonId,
) -> Result<Remembered, Problem> {
    if let Some(pass) = service.memory().pass(person, service.now()) {
        return Ok(pass);
    }
    let since = Instant::now();
    let last = service.memory().last_pass(person, service.now());
    if let Some(pass) = &last
        && service.is_away()
    {
        return Ok(pass.clone());
    }
    let shown = match (service.office().shown_pass(&caller.actor, person).await, last) {
        (Err(error), Some(pass)) if service.is_outage(&error) => return Ok(pass),
        (shown, _) => shown.map_err(|error| service.problem(&error))?,
    };
    let bytes = serde_json::to_vec(&json!({
        "level": shown.level,
        "issued": shown.issued,
        "expires": shown.expires,
        "changes_at": shown.changes_at,
        "text": shown.text,
    }))
    .map_err(|_| Kind::Failed)?;
    Ok(service.memory().keep_pass(person.clone(), Bytes::from(bytes), &shown, since))
}

async fn own(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.resident()?;
    let pass = remembered(&service, &caller, &person).await?;
    Ok(reply::read(&headers, "application/json", &pass.tag, pass.bytes))
}

async fn hours(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let hours = service.office().pass_hours(&caller.actor, &person).await;
    let hours = hours.map_err(|error| service.problem(&error))?;
    let seen = hours.iter().map(|of| json!({ "from": of.start, "to": of.end, "expires": of.expires }));
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn phone(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Phone>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let malformed = || {
        Problem::detailed(Kind::Malformed, "a key is an uncompressed point of P-256 in hexadecimal digits")
    };
    let keys: Option<Vec<HolderKey>> = posted.body.keys.iter().take(48).map(|key| key_of(key)).collect();
    let keys = keys.ok_or_else(malformed)?;
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |passes: &Vec<CarriedPass>| passes.iter().map(carried).collect(),
    );
    answer.to(office.issue_passes(&caller.actor, &person, &keys).await)
}

fn key_of(text: &str) -> Option<HolderKey> {
    let digits = text.as_bytes();
    if digits.len() != 130 || !text.is_ascii() {
        return None;
    }
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    HolderKey::new(&bytes?).ok()
}

async fn paper(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Wanted>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, carried);
    answer.to(office.issue_paper_pass(&caller.actor, &person, &posted.body.purpose).await)
}

async fn revoke(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Wanted>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::OK,
        |revoked: &u64| json!({ "revoked": revoked }),
    );
    answer.to(office.revoke_passes(&caller.actor, &person, &posted.body.purpose).await)
}
