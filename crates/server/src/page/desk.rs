//! `/desk`: registering people without a phone, passes on paper, declarations and appeals in their name.

use askama::Template;
use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use evidence::PersonId;
use office::{OfficeError, Registration, Role};
use pass::picture::{Correction, Qr};

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/desk", get(desk).post(act)).route("/desk/paper", axum::routing::post(paper))
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Page {
    page: Frame,
    /// Somebody who was found: their number and name.
    found: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "paper.html")]
struct Paper {
    page: Frame,
    picture: String,
    expires: String,
}

async fn desk(asked: Asked) -> Result<Response, Problem> {
    asked.only(Role::Desk)?;
    shown(&Page { page: asked.frame, found: None })
}

/// A household as it was typed.
pub(super) fn household(filled: &Filled) -> Result<Option<evidence::HouseholdId>, Problem> {
    match filled.fields.some("household") {
        None => Ok(None),
        Some(_) => filled.fields.parsed("household").map(Some),
    }
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let actor = &filled.caller.actor;
    let office = filled.once(service.officers());
    let fields = &filled.fields;
    match filled.text("action") {
        "register" => {
            let given = Registration {
                name: filled.text("name").to_owned(),
                identity: fields.some("identity"),
                contact: fields.some("contact"),
                household: household(&filled)?,
                area: fields.some("area"),
                ..Registration::default()
            };
            registered(&service, office.register(Some(actor), &given).await)
        }
        "declare" => {
            let person = fields.parsed("person")?;
            went_well(&service, office.declare(actor, &person, fields.symptoms()?).await, "/desk", "declared")
        }
        "appeal" => {
            let person = fields.parsed("person")?;
            let done = office.appeal(actor, &person, filled.text("rule"), filled.text("words")).await;
            went_well(&service, done, "/desk", "appealed")
        }
        "find" => {
            let found = service.officers().find(actor, filled.text("identity"), filled.text("purpose")).await;
            let (person, name) = found.map_err(|error| service.problem(&error))?;
            shown(&Page { page: asked.frame, found: Some((person.to_string(), name)) })
        }
        "specimen" => {
            let person = fields.parsed("person")?;
            let done = office.take_specimen(actor, &person, &fields.parsed("test")?).await;
            went_well(&service, done, "/desk", "specimen")
        }
        "proxy" => {
            let (person, proxy) = (fields.parsed("person")?, fields.parsed("proxy")?);
            went_well(&service, office.appoint_proxy(actor, &person, &proxy).await, "/desk", "proxy")
        }
        _ => Err(Kind::Malformed.into()),
    }
}

fn registered(service: &Service, done: Result<PersonId, OfficeError>) -> Result<Response, Problem> {
    match done {
        Ok(_) | Err(OfficeError::Answered(_)) => Ok(Redirect::to("/desk?done=registered").into_response()),
        Err(error) => Err(service.problem(&error)),
    }
}

async fn paper(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let person = filled.fields.parsed("person")?;
    let pass =
        service.officers().issue_paper_pass(&filled.caller.actor, &person, filled.text("purpose")).await;
    let pass = pass.map_err(|error| service.problem(&error))?;
    let picture = Qr::new(&pass.text, Correction::Q).or_else(|_| Qr::new(&pass.text, Correction::M));
    let picture = picture.map_err(|_| Kind::Failed)?.to_svg();
    let expires = asked.frame.when(&pass.hour.expires);
    shown(&Paper { page: asked.frame, picture, expires })
}
