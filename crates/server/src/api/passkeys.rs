//! Passkeys: adding, listing and removing one's own, and signing in by one.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{delete, get, post},
};
use office::Passkey;
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, sign_in::signed_in},
    caller::Caller,
    posted::{Nothing, Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/passkeys", "One's own passkeys.", get(own)),
        Endpoint::post::<Nothing>(
            "/api/v1/passkeys/options",
            "Begin to add a passkey: what a browser is asked (`PublicKeyCredentialCreationOptionsJSON`), for five minutes. \
             Officers do so within 15 minutes of signing in.",
            post(ask_new),
        ),
        Endpoint::post::<Made>("/api/v1/passkeys", "Add the passkey that a browser made.", post(add))
            .gives(201),
        Endpoint::delete("/api/v1/passkeys/{passkey}", "Remove a passkey.", delete(remove)),
        Endpoint::post::<Nothing>(
            "/api/v1/sessions/passkey/options",
            "Begin to sign in by a passkey: what a browser is asked (`PublicKeyCredentialRequestOptionsJSON`), for five minutes.",
            post(ask),
        ),
        Endpoint::post::<Shown>(
            "/api/v1/sessions/passkey",
            "Sign in, resident or officer, by a passkey.",
            post(sign_in),
        )
        .gives(201),
    ]
}

/// A passkey that a browser made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Made {
    /// What its owner calls it, in at most 60 characters.
    name: String,
    /// `RegistrationResponseJSON`, as `PublicKeyCredential.toJSON()` gives it.
    #[schema(value_type = Object)]
    answer: Value,
}

/// A passkey that a browser showed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// `AuthenticationResponseJSON`, as `PublicKeyCredential.toJSON()` gives it.
    #[schema(value_type = Object)]
    answer: Value,
}

fn seen((id, passkey): &(RecordId, Passkey)) -> Value {
    json!({ "passkey": id.as_str(), "name": passkey.name, "added": passkey.added, "used": passkey.used })
}

async fn own(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let own = service.office().passkeys(&caller.actor).await.map_err(|error| service.problem(&error))?;
    Ok(reply::read_json(&headers, &own.iter().map(seen).collect::<Vec<Value>>()))
}

async fn ask_new(
    State(service): State<Service>,
    caller: Caller,
    _: Posted<Nothing>,
) -> Result<Response, Problem> {
    let asked = service.office().ask_new_passkey(&caller.actor, &caller.token, service.site()?).await;
    Ok(reply::json(StatusCode::OK, &asked.map_err(|error| service.problem(&error))?))
}

async fn add(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Made>,
) -> Result<Response, Problem> {
    let site = service.site()?;
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |id: &RecordId| json!({ "passkey": id.as_str() }),
    );
    answer.to(office.add_passkey(&caller.actor, site, &posted.body.name, &posted.body.answer).await)
}

async fn remove(
    State(service): State<Service>,
    caller: Caller,
    Path(passkey): Path<String>,
) -> Result<Response, Problem> {
    let passkey = RecordId::parse(&passkey).ok_or(Kind::Unknown)?;
    let removed = service.office().remove_passkey(&caller.actor, &passkey).await;
    removed.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::OK, &done(&())))
}

async fn ask(State(service): State<Service>, _: Posted<Nothing>) -> Result<Response, Problem> {
    let asked = service.office().ask_passkey(service.site()?).await;
    Ok(reply::json(StatusCode::OK, &asked.map_err(|error| service.problem(&error))?))
}

async fn sign_in(State(service): State<Service>, posted: Posted<Shown>) -> Result<Response, Problem> {
    let who = service.office().sign_in_by_passkey(service.site()?, &posted.body.answer).await;
    Ok(reply::json(StatusCode::CREATED, &signed_in(&who.map_err(|error| service.problem(&error))?)))
}
