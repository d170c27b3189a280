//! `/me/record`: who looked, proxies, proofs, taking one's data along, and leaving.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use office::Role;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/me/record", get(record).post(act)).route("/me/export", get(export))
}

#[derive(Template)]
#[template(path = "record.html")]
struct Page {
    page: Frame,
    person: String,
    accesses: Vec<Look>,
}

/// A look at the record.
struct Look {
    at: String,
    who: String,
    body: String,
    part: String,
    purpose: String,
}

async fn record(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Resident)?;
    let person = caller.resident()?;
    let accesses = service.office().accesses(&caller.actor, &person, "").await;
    let accesses = accesses.map_err(|error| service.problem(&error))?;
    let frame = &asked.frame;
    let accesses = accesses
        .into_iter()
        .map(|access| Look {
            at: frame.when(&access.at),
            who: frame.role_word(&access.role),
            body: access.body.to_string(),
            part: access.part,
            purpose: access.purpose,
        })
        .collect();
    shown(&Page { accesses, person: person.to_string(), page: asked.frame })
}

async fn act(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let actor = &filled.caller.actor;
    match filled.text("action") {
        "proxy" => {
            let proxy = filled.fields.parsed("proxy")?;
            let done = filled.once(service.office()).appoint_proxy(actor, &person, &proxy).await;
            went_well(&service, done, "/me/record", "proxy")
        }
        "erase" if filled.text("sure") == "yes" => {
            service.office().erase(actor, &person).await.map_err(|error| service.problem(&error))?;
            service.forget_session(&filled.caller.token);
            Ok(Redirect::to("/?done=erased").into_response())
        }
        "erase" => Err(Problem::detailed(Kind::Refused, "tick that you are sure")),
        _ => Err(Kind::Malformed.into()),
    }
}

async fn export(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Resident)?;
    let person = caller.resident()?;
    let exported = service.office().export(&caller.actor, &person).await;
    let exported = exported.map_err(|error| service.problem(&error))?;
    let mut response = reply::json(StatusCode::OK, &exported);
    let name = HeaderValue::from_static("attachment; filename=\"my-record.json\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
