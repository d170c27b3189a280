//! `/cases`: an investigator: confirming a case, whose contacts are found at once, and closing it.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::PersonId;
use office::{OfficeError, Role, Stated};
use store::RecordId;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/cases", get(cases).post(act))
}

#[derive(Template)]
#[template(path = "cases.html")]
struct Page {
    page: Frame,
    /// A case that was said to be one: its id, and what became of it.
    confirmed: Option<(String, Stated)>,
    /// Whose it is.
    person: String,
}

impl Page {
    /// The case that was said to be one just now.
    fn case(&self) -> &str {
        self.confirmed.as_ref().map_or("", |(case, _)| case)
    }
}

async fn cases(asked: Asked) -> Result<Response, Problem> {
    asked.only(Role::Investigator)?;
    shown(&Page { page: asked.frame, confirmed: None, person: String::new() })
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let fields = &filled.fields;
    let person: PersonId = fields.parsed("person")?;
    let office = filled.once(service.officers());
    match filled.text("action") {
        "confirm" => {
            let onset = match fields.some("onset") {
                None => None,
                Some(_) => Some(fields.parsed("onset")?),
            };
            match office.open_case(&filled.caller.actor, &person, onset).await {
                Ok((case, stated)) => {
                    let (case, person) = (case.to_string(), person.to_string());
                    shown(&Page { page: asked.frame, confirmed: Some((case, stated)), person })
                }
                Err(OfficeError::Answered(_)) => {
                    shown(&Page { page: asked.frame, confirmed: None, person: String::new() })
                }
                Err(error) => Err(service.problem(&error)),
            }
        }
        "corroborate" => {
            let statements = service.officers().statements(&filled.caller.actor, &person).await;
            let statements = statements.map_err(|error| service.problem(&error))?;
            let first: RecordId = statements.into_iter().next().map(|(id, _)| id).ok_or(Kind::Unknown)?;
            let done = filled.once(service.officers()).corroborate(&filled.caller.actor, &first).await;
            went_well(&service, done, "/cases", "confirmed")
        }
        "close" => {
            let case = fields.parsed("case")?;
            let done = office.close_case(&filled.caller.actor, &person, &case).await;
            went_well(&service, done, "/cases", "closed")
        }
        _ => Err(Kind::Malformed.into()),
    }
}
