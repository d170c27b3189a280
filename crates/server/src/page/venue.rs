//! `/venue/{code}`: opened by scanning a venue's poster: checking in.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use office::VenueCode;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/venue/{code}", get(venue).post(check_in))
}

#[derive(Template)]
#[template(path = "venue.html")]
struct Page {
    page: Frame,
    name: String,
    code: String,
}

async fn venue(
    State(service): State<Service>,
    asked: Asked,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let venue = service.office().venue_with(&VenueCode::read(&code)).await;
    let venue = venue.map_err(|error| service.problem(&error))?;
    let name = venue.name.unwrap_or_default();
    shown(&Page { page: asked.frame, name, code: VenueCode::read(&code).as_str().to_owned() })
}

async fn check_in(
    State(service): State<Service>,
    Path(code): Path<String>,
    filled: Filled,
) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let office = filled.once(service.office());
    let done = office.check_in(&filled.caller.actor, &person, &VenueCode::read(&code)).await;
    went_well(&service, done, "/me", "entered")
}
