//! `/oversight`: what is held, which accounts there are.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use office::Role;
use store::RecordId;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    sending::alert_key,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/oversight", get(oversight).post(release))
}

#[derive(Template)]
#[template(path = "oversight.html")]
struct Page {
    page: Frame,
    held: Vec<Holding>,
    statements: Vec<Holding>,
    alerts: Vec<(String, String)>,
    accounts: Vec<(String, String, String, bool)>,
}

/// A held override or statement.
struct Holding {
    id: String,
    at: String,
    role: String,
    body: String,
    to: String,
}

async fn oversight(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Oversight)?;
    let frame = &asked.frame;
    let held = service.officers().held(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let held = held
        .into_iter()
        .map(|of| Holding {
            id: of.proposal.as_str().to_owned(),
            at: frame.when(&of.at),
            role: frame.role_word(&of.role),
            body: of.body.to_string(),
            to: frame.when(&of.to),
        })
        .collect();
    let statements =
        service.officers().held_statements(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let statements = statements
        .into_iter()
        .map(|of| Holding {
            id: of.statement.as_str().to_owned(),
            at: frame.when(&of.at),
            role: frame.role_word(&of.by.role),
            body: of.by.body.to_string(),
            to: frame.say(&format!("said-{}", of.kind)),
        })
        .collect();
    let alerts = service.officers().alerts(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let alerts = alerts.iter().take(50).map(|of| (frame.when(&of.at), frame.say(&alert_key(of)))).collect();
    let accounts =
        service.officers().accounts(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let accounts = accounts
        .into_iter()
        .map(|of| (of.name, frame.role_word(&of.role), of.body.to_string(), of.closed))
        .collect();
    shown(&Page { held, statements, alerts, accounts, page: asked.frame })
}

async fn release(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let id = RecordId::parse(filled.text("id")).ok_or(Kind::Unknown)?;
    let goes_on = filled.text("goes_on") == "yes";
    if filled.text("what") == "statement" {
        let done =
            filled.once(service.officers()).release_statement(&filled.caller.actor, &id, goes_on).await;
        return went_well(&service, done, "/oversight", "released");
    }
    let done = filled.once(service.officers()).release(&filled.caller.actor, &id, goes_on).await;
    went_well(&service, done, "/oversight", "released")
}
