//! Signing in and out, and registering.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{delete, post},
};
use office::{ByCode, Particulars, Registration, SignedIn};
use rating::Language;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, household},
    caller::Caller,
    language::{self, say_to},
    outbox::{Address, Message, SendError},
    posted::{Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<CodeWanted>("/api/v1/codes", "Send a one-time code to a contact.", post(code))
            .gives(202),
        Endpoint::post::<SelfRegistered>("/api/v1/residents", "Register oneself, by a code.", post(register))
            .gives(201),
        Endpoint::post::<CodeTyped>("/api/v1/sessions/resident", "Sign in by a code.", post(resident))
            .gives(201),
        Endpoint::post::<OfficerTyped>(
            "/api/v1/sessions/officer",
            "Sign an officer in, by password and the code of their device.",
            post(officer),
        )
        .gives(201),
        Endpoint::delete("/api/v1/sessions/current", "Sign out.", delete(sign_out)),
    ]
}

/// Where to send a code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeWanted {
    /// A telephone number or mail address.
    contact: String,
}

/// A code that was sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeTyped {
    contact: String,
    code: String,
    /// Who, where several share the contact.
    person: Option<String>,
}

/// Somebody who registers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SelfRegistered {
    contact: String,
    code: String,
    name: String,
    /// The number of an identity document; only a keyed hash is kept.
    identity: Option<String>,
    /// Their home, as those who live there call it.
    household: Option<String>,
    /// Follow-up district.
    area: Option<String>,
    /// The language they are written to in: `en` or `zh`; that of `Accept-Language` where it is left out.
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
}

/// An officer who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OfficerTyped {
    name: String,
    password: String,
    /// The six digits that their device shows.
    code: String,
}

/// What somebody who signed in is told.
pub(super) fn signed_in(who: &SignedIn) -> Value {
    json!({ "token": who.token, "expires": who.expires, "role": who.actor.role().word() })
}

/// Sends a code, in the language of whoever asks; the same answer whether or not anybody is known there.
pub(crate) async fn send_code(
    service: &Service,
    contact: &str,
    language: Option<Language>,
) -> Result<(), Problem> {
    let to = Address::Contact(contact.trim().to_owned());
    let unreached = || {
        Problem::detailed(Kind::Refused, "nothing reaches this contact; use another, or a registration desk")
    };
    if !service.messenger().reaches(&to) {
        return Err(unreached());
    }
    let sent = service.office().request_code(contact).await.map_err(|error| service.problem(&error))?;
    let words = say_to(language, "\n", "code-message", &[("code", &sent.code)]);
    let subject = say_to(language, " / ", "code-subject", &[]);
    let message = Message { to, subject, words, at: service.now() };
    match service.messenger().send(message).await {
        Ok(()) => Ok(()),
        Err(SendError::Never) => Err(unreached()),
        Err(SendError::Later) => Err(Kind::Unavailable.into()),
    }
}

async fn code(
    State(service): State<Service>,
    headers: HeaderMap,
    posted: Posted<CodeWanted>,
) -> Result<Response, Problem> {
    send_code(&service, &posted.body.contact, language::asked(&headers)).await?;
    Ok(reply::json(StatusCode::ACCEPTED, &done(&())))
}

async fn register(
    State(service): State<Service>,
    headers: HeaderMap,
    posted: Posted<SelfRegistered>,
) -> Result<Response, Problem> {
    let given = &posted.body;
    let registration = Registration {
        name: given.name.clone(),
        identity: given.identity.clone(),
        contact: None,
        household: household(given.household.as_deref())?,
        area: given.area.clone(),
        particulars: Particulars {
            language: given.language.or_else(|| language::asked(&headers)),
            ..Particulars::default()
        },
    };
    let (office, answer) = posted.once(&service, service.office(), None, StatusCode::CREATED, signed_in);
    answer.to(office.register_by_code(&given.contact, &given.code, &registration).await)
}

async fn resident(State(service): State<Service>, posted: Posted<CodeTyped>) -> Result<Response, Problem> {
    let CodeTyped { contact, code, person } = posted.body;
    let person = match person {
        None => None,
        Some(person) => Some(person.parse().map_err(|_| Problem::from(Kind::Unknown))?),
    };
    let found = service.office().sign_in_by_code(&contact, &code, person.as_ref()).await;
    match found.map_err(|error| service.problem(&error))? {
        ByCode::SignedIn(who) => Ok(reply::json(StatusCode::CREATED, &signed_in(&who))),
        ByCode::Choose(people) => {
            let people: Vec<Value> =
                people.iter().map(|(person, name)| json!({ "person": person, "name": name })).collect();
            Ok(reply::json(StatusCode::CREATED, &json!({ "choose": people })))
        }
        ByCode::Nobody => {
            Err(Problem::detailed(Kind::Refused, "nobody is registered with this contact; register first"))
        }
    }
}

async fn officer(State(service): State<Service>, posted: Posted<OfficerTyped>) -> Result<Response, Problem> {
    let OfficerTyped { name, password, code } = posted.body;
    let who = service.office().sign_in(&name, &password, &code).await;
    let who = who.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::CREATED, &signed_in(&who)))
}

async fn sign_out(State(service): State<Service>, caller: Caller) -> Result<Response, Problem> {
    service.office().sign_out(&caller.token).await.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::OK, &done(&())))
}
