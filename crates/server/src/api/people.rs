//! Registering somebody at a desk, and proxies.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::{delete, post},
};
use evidence::{HouseholdId, PersonId};
use office::{Particulars, Registration, permissions::UseCase};
use rating::Language;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::{Caller, Purpose},
    posted::{Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Registered>("/api/v1/people", "Register somebody.", post(register))
            .may(UseCase::Register)
            .gives(201),
        Endpoint::post::<Sought>(
            "/api/v1/people/found",
            "The person who is registered with a document, by its whole number; the person sees it.",
            post(find),
        )
        .may(UseCase::Find)
        .with_purpose(),
        Endpoint::post::<Appointed>(
            "/api/v1/people/{person}/proxies",
            "Let somebody act for a person, who consents.",
            post(proxy),
        )
        .may(UseCase::Register),
        Endpoint::delete(
            "/api/v1/people/{person}/proxies/{proxy}",
            "End that somebody acts for a person.",
            delete(dismiss),
        )
        .may(UseCase::Register),
    ]
}

/// Somebody to be registered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Registered {
    name: String,
    /// The number of an identity document; only a keyed hash is kept.
    identity: Option<String>,
    /// A telephone number or mail address.
    contact: Option<String>,
    household: Option<String>,
    area: Option<String>,
    /// The language they are written to in: `en` or `zh`; both where it is left out.
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
}

/// Who may act for somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Appointed {
    /// Their id.
    proxy: String,
}

/// A document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Sought {
    /// Its number.
    identity: String,
}

async fn find(
    State(service): State<Service>,
    caller: Caller,
    Purpose(purpose): Purpose,
    posted: Posted<Sought>,
) -> Result<Response, Problem> {
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::OK,
        |(person, name): &(PersonId, String)| json!({ "person": person, "name": name }),
    );
    answer.to(office.find(&caller.actor, &posted.body.identity, &purpose).await)
}

/// The home that somebody named at registration, where they did.
pub(crate) fn household(named: Option<&str>) -> Result<Option<HouseholdId>, Problem> {
    let no_id = |_| Problem::detailed(Kind::Malformed, "the household is no id");
    named.map(|home| home.parse().map_err(no_id)).transpose()
}

async fn register(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Registered>,
) -> Result<Response, Problem> {
    let given = &posted.body;
    let registration = Registration {
        name: given.name.clone(),
        identity: given.identity.clone(),
        contact: given.contact.clone(),
        household: household(given.household.as_deref())?,
        area: given.area.clone(),
        particulars: Particulars { language: given.language, ..Particulars::default() },
    };
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |person: &PersonId| json!({ "person": person }),
    );
    answer.to(office.register(Some(&caller.actor), &registration).await)
}

async fn proxy(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Appointed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let proxy = posted.body.proxy.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.appoint_proxy(&caller.actor, &person, &proxy).await)
}

async fn dismiss(
    State(service): State<Service>,
    caller: Caller,
    Path((person, proxy)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let proxy = proxy.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let dismissed = service.office().dismiss_proxy(&caller.actor, &person, &proxy).await;
    dismissed.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::OK, &done(&())))
}
