//! `/passkeys`: the passkeys of whoever is signed in. Making one needs a browser's own dialogue, and so a script.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use store::RecordId;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/passkeys", get(own).post(act))
}

/// A passkey as its owner sees it.
struct Seen {
    id: String,
    name: String,
    added: String,
    used: Option<String>,
}

#[derive(Template)]
#[template(path = "passkeys.html")]
struct Page {
    page: Frame,
    passkeys: Vec<Seen>,
    /// Whether this address can have passkeys.
    has_site: bool,
}

async fn own(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.caller.as_ref().ok_or(Kind::NotSignedIn)?;
    let own = service.office().passkeys(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let passkeys = own.into_iter().map(|(id, of)| Seen {
        id: id.as_str().to_owned(),
        name: of.name,
        added: asked.frame.when(&of.added),
        used: of.used.map(|at| asked.frame.when(&at)),
    });
    let (passkeys, has_site) = (passkeys.collect(), service.site().is_ok());
    shown(&Page { passkeys, has_site, page: asked.frame })
}

async fn act(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let actor = &filled.caller.actor;
    let office = filled.once(service.office());
    match filled.text("action") {
        "add" => {
            let answer = serde_json::from_str(filled.text("answer")).map_err(|_| Kind::Malformed)?;
            let added = office.add_passkey(actor, service.site()?, filled.text("name"), &answer).await;
            went_well(&service, added, "/passkeys", "passkey-added")
        }
        "remove" => {
            let passkey = RecordId::parse(filled.text("passkey")).ok_or(Kind::Unknown)?;
            let removed = office.remove_passkey(actor, &passkey).await;
            went_well(&service, removed, "/passkeys", "passkey-removed")
        }
        _ => Err(Kind::Malformed.into()),
    }
}
