//! `/laboratory`: reporting a test.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::{PersonId, Test};
use office::Role;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/laboratory", get(laboratory).post(report))
}

#[derive(Template)]
#[template(path = "laboratory.html")]
struct Page {
    page: Frame,
}

async fn laboratory(asked: Asked) -> Result<Response, Problem> {
    asked.only(Role::Laboratory)?;
    shown(&Page { page: asked.frame })
}

async fn report(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let fields = &filled.fields;
    let person: PersonId = fields.parsed("person")?;
    let test = Test {
        test: fields.parsed("test")?,
        sampled: fields.parsed("sampled")?,
        reported: Some(service.now()),
        method: fields.parsed("method")?,
        result: fields.parsed("result")?,
    };
    let done = filled.once(service.officers()).report_test(&filled.caller.actor, &person, &test).await;
    went_well(&service, done, "/laboratory", "reported")
}
