//! `/field`: a follow-up worker: a person's temperature and symptoms, and why they are restricted.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::PersonId;
use office::Role;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/field", get(field).post(check))
}

#[derive(Template)]
#[template(path = "field.html")]
struct Page {
    page: Frame,
}

async fn field(asked: Asked) -> Result<Response, Problem> {
    asked.only(Role::Field)?;
    shown(&Page { page: asked.frame })
}

async fn check(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let fields = &filled.fields;
    let person: PersonId = fields.parsed("person")?;
    let temperature = match fields.some("temperature") {
        None => None,
        Some(_) => Some(fields.parsed("temperature")?),
    };
    let office = filled.once(service.officers());
    let done = office.daily_check(&filled.caller.actor, &person, temperature, fields.symptoms()?).await;
    went_well(&service, done, "/field", "checked")
}
