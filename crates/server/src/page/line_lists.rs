//! `/line-lists`: personal rows of a case's contacts: asked for by one officer, approved by another, taken out once (R19).

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use office::Role;
use store::RecordId;

use crate::{
    form::{Filled, said, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/line-lists", get(form).post(act))
}

#[derive(Template)]
#[template(path = "line_lists.html")]
struct Page {
    page: Frame,
    is_investigator: bool,
    /// The number of a list that was just asked for.
    asked_for: Option<String>,
}

/// Those who ask for lists, and those who only approve them.
fn page(asked: Asked, asked_for: Option<String>) -> Result<Response, Problem> {
    let role = asked.caller.as_ref().ok_or(Kind::NotSignedIn)?.role();
    if !matches!(role, Role::Investigator | Role::Reviewer) {
        return Err(Problem::detailed(Kind::Forbidden, asked.frame.say("not-your-page")));
    }
    shown(&Page { is_investigator: role == Role::Investigator, asked_for, page: asked.frame })
}

async fn form(asked: Asked) -> Result<Response, Problem> {
    page(asked, None)
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let actor = &filled.caller.actor;
    let list = || RecordId::parse(filled.text("list")).ok_or(Problem::from(Kind::Unknown));
    match filled.text("action") {
        "ask" => {
            let (person, case) = (filled.fields.parsed("person")?, filled.fields.parsed("case")?);
            let number = |id: &RecordId| id.as_str().to_owned();
            let office = filled.once_saying(service.officers(), number);
            let done = office.ask_for_line_list(actor, &person, &case, filled.text("purpose")).await;
            page(asked, Some(said(&service, done, number)?))
        }
        "approve" => {
            let done = filled.once(service.officers()).approve_line_list(actor, &list()?).await;
            went_well(&service, done, "/line-lists", "list-approved")
        }
        "take" => {
            // Not kept for a second press: a list is taken out once, and a lost one is asked for again.
            let rows = service.officers().take_line_list(actor, &list()?).await;
            let rows = rows.map_err(|error| service.problem(&error))?;
            let mut response = reply::typed(StatusCode::OK, "text/csv; charset=utf-8", rows);
            let name = HeaderValue::from_static("attachment; filename=\"line-list.csv\"");
            response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            Ok(response)
        }
        _ => Err(Kind::Malformed.into()),
    }
}
