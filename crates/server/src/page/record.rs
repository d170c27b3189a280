//! `/me/record`: who looked, consents and their withdrawal, taking one's data along, and leaving.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use evidence::PersonId;
use office::Role;
use store::RecordId;

use crate::{
    form::{Filled, went_well},
    page::{
        Asked, Frame,
        me::{Look, looks},
        share::{Sharing, shares},
        shown,
    },
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
    proxies: Vec<(PersonId, String)>,
    shares: Vec<Sharing>,
}

async fn record(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Resident)?;
    let person = caller.resident()?;
    let (office, frame) = (service.office(), &asked.frame);
    let accesses = looks(&service, caller, &person, frame).await?;
    let proxies = office.proxies(&caller.actor, &person).await.map_err(|error| service.problem(&error))?;
    let shares = shares(&service, caller, &person, frame).await?;
    shown(&Page { accesses, person: person.to_string(), proxies, shares, page: asked.frame })
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let actor = &filled.caller.actor;
    let office = filled.once(service.office());
    match filled.text("action") {
        "proxy" => {
            let proxy = filled.fields.parsed("proxy")?;
            let done = office.appoint_proxy(actor, &person, &proxy).await;
            went_well(&service, done, "/me/record", "proxy")
        }
        "dismiss" => {
            let proxy = filled.fields.parsed("proxy")?;
            let done = office.dismiss_proxy(actor, &person, &proxy).await;
            went_well(&service, done, "/me/record", "dismissed")
        }
        "withdraw" => {
            let share = RecordId::parse(filled.text("share")).ok_or(Kind::Unknown)?;
            let done = office.withdraw_share(actor, &person, &share).await;
            went_well(&service, done, "/me/record", "withdrawn")
        }
        "erase" if filled.text("sure") == "yes" => {
            service.office().erase(actor, &person).await.map_err(|error| service.problem(&error))?;
            let mut response = Redirect::to("/?done=erased").into_response();
            response.headers_mut().insert("clear-site-data", super::sign_in::FORGET);
            Ok(response)
        }
        "erase" => Err(Problem::detailed(Kind::Refused, asked.frame.say("erase-tick"))),
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
