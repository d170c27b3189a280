//! `/me`: a resident's colour, why, until when, what ends it sooner, whom to ask, how to contest it; and everything they can say.
//! `/me/for/{person}` is the same page about somebody they act for.

mod act;
mod view;

pub(super) use view::{Look, looks};

use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use evidence::PersonId;
use office::Role;

use crate::{
    api::attachment,
    page::{Asked, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new()
        .route("/me", get(me).post(act::act))
        .route("/me/for/{person}", get(for_another))
        .route("/attachment/{attachment}", get(attachment))
}

async fn me(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let own = asked.only(Role::Resident)?.resident()?;
    shown(&view::page(&service, asked, own, None).await?)
}

async fn for_another(
    State(service): State<Service>,
    asked: Asked,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    let caller = asked.only(Role::Resident)?;
    let person: PersonId = person.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let cared = service.office().cared_for(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let of = cared.into_iter().find(|of| of.person == person).ok_or(Kind::Unknown)?;
    shown(&view::page(&service, asked, of.person, Some(of.name)).await?)
}
