//! `/cases/{person}/{case}`: a case is interviewed: where they were, how they travelled, whom they met; whom to call; and the tree of
//! who met whom.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::get,
};
use evidence::{CaseId, Level, PersonId, Trip, VenueId};
use office::{Actor, Met, OfficeError, Role, Told, ToldContact, ToldVisit, VenueCode, Who};
use store::RecordId;

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new()
        .route("/cases/open", axum::routing::post(open))
        .route("/cases/{person}/{case}", get(interview).post(act))
}

#[derive(Template)]
#[template(path = "interview.html")]
struct Page {
    page: Frame,
    person: String,
    case: String,
    to_call: Vec<ToCall>,
    branch: Branch,
    people: usize,
    left_out: u64,
}

/// Somebody a case named who has no record here.
struct ToCall {
    id: String,
    name: String,
    contact: String,
    from: String,
    setting: String,
}

/// A branch of the tree of who met whom.
#[derive(Template)]
#[template(path = "transmission.html")]
struct Branch {
    met: Vec<Leaf>,
    words: Words,
}

/// What the tree says beside what it shows.
#[derive(Clone)]
struct Words {
    became: String,
}

/// Somebody in the tree.
struct Leaf {
    person: String,
    setting: String,
    from: String,
    to: String,
    level: Level,
    level_word: String,
    became: bool,
    later: Branch,
}

fn branch(frame: &Frame, met: Vec<Met>) -> Branch {
    let leaf = |of: Met| Leaf {
        person: of.person.to_string(),
        setting: frame.say(&format!("setting-{}", of.exposure.setting)),
        from: frame.when(&of.exposure.first),
        to: frame.when(&of.exposure.last),
        level: of.level,
        level_word: frame.level(&of.level),
        became: of.case.is_some(),
        later: branch(frame, of.met),
    };
    Branch { met: met.into_iter().map(leaf).collect(), words: Words { became: frame.say("tree-became") } }
}

fn people(met: &[Met]) -> usize {
    met.iter().map(|of| 1 + people(&of.met)).sum()
}

/// The page of a case.
pub(super) fn path(person: &str, case: &str) -> String {
    format!("/cases/{person}/{case}")
}

async fn open(asked: Asked, filled: Filled) -> Result<Response, Problem> {
    use axum::response::{IntoResponse as _, Redirect};
    asked.only(Role::Investigator)?;
    let (person, case): (PersonId, CaseId) = (filled.fields.parsed("person")?, filled.fields.parsed("case")?);
    Ok(Redirect::to(&path(person.as_str(), case.as_str())).into_response())
}

fn ids(person: &str, case: &str) -> Result<(PersonId, CaseId), Problem> {
    let unknown = |_| Problem::from(Kind::Unknown);
    Ok((person.parse().map_err(unknown)?, case.parse().map_err(unknown)?))
}

async fn interview(
    State(service): State<Service>,
    asked: Asked,
    Path((person, case)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let caller = asked.only(Role::Investigator)?;
    let (person, case) = ids(&person, &case)?;
    let failed = |error| service.problem(&error);
    let (office, frame) = (service.officers(), &asked.frame);
    let to_call = office.contacts_to_call(&caller.actor, &person, &case).await.map_err(failed)?;
    let to_call = to_call
        .into_iter()
        .filter_map(|(id, named)| match named.who {
            Who::Registered(_) => None,
            Who::Unregistered { name, contact } => Some(ToCall {
                id: id.as_str().to_owned(),
                name,
                contact,
                from: frame.when(&named.from),
                setting: named.setting.unwrap_or_default(),
            }),
        })
        .collect();
    let (met, left_out) = office.transmission(&caller.actor, &person, &case).await.map_err(failed)?;
    shown(&Page {
        person: person.to_string(),
        case: case.to_string(),
        to_call,
        people: people(&met),
        branch: branch(frame, met),
        left_out,
        page: asked.frame,
    })
}

/// A venue as an interviewer types it: by its number, or by the code of its poster.
async fn venue(service: &Service, typed: &str) -> Result<VenueId, Problem> {
    match service.officers().venue_with(&VenueCode::read(typed)).await {
        Ok(venue) => Ok(venue.venue),
        Err(OfficeError::Unknown(_)) => {
            typed.parse().map_err(|_| Problem::detailed(Kind::Unknown, "there is no such venue"))
        }
        Err(error) => Err(service.problem(&error)),
    }
}

/// What the form says that a case told.
async fn told(service: &Service, filled: &Filled) -> Result<Told, Problem> {
    let (fields, zone) = (&filled.fields, &service.settings().time_zone);
    let from = fields.instant("from", zone)?;
    match filled.text("action") {
        "visit" => {
            let venue = venue(service, filled.text("venue")).await?;
            let visit = ToldVisit { venue, from, to: fields.instant("to", zone)? };
            Ok(Told { visits: vec![visit], ..Told::default() })
        }
        "trip" => Ok(Told { trips: vec![trip(service, filled)?], ..Told::default() }),
        "contact" => {
            let who = match fields.parsed_if_any("contact_person")? {
                Some(person) => Who::Registered(person),
                None => Who::Unregistered {
                    name: filled.text("name").to_owned(),
                    contact: filled.text("contact").to_owned(),
                },
            };
            let (to, setting) = (fields.instant_if_any("to", zone)?, fields.some("setting"));
            Ok(Told { contacts: vec![ToldContact { who, from, to, setting }], ..Told::default() })
        }
        _ => Err(Kind::Malformed.into()),
    }
}

/// A journey as a form has it.
pub(super) fn trip(service: &Service, filled: &Filled) -> Result<Trip, Problem> {
    let (fields, zone) = (&filled.fields, &service.settings().time_zone);
    Ok(Trip {
        vehicle: fields.parsed("vehicle")?,
        mode: fields.parsed("mode")?,
        car: fields.some("car").map(Into::into),
        row: fields.parsed_if_any("row")?,
        seat: fields.some("seat").map(Into::into),
        departed: fields.instant("from", zone)?,
        arrived: fields.instant("to", zone)?,
    })
}

async fn act(
    State(service): State<Service>,
    Path((person, case)): Path<(String, String)>,
    filled: Filled,
) -> Result<Response, Problem> {
    let (person, case) = ids(&person, &case)?;
    let actor: &Actor = &filled.caller.actor;
    let office = filled.once(service.officers());
    let page = path(person.as_str(), case.as_str());
    if filled.text("action") == "called" {
        let named = RecordId::parse(filled.text("named")).ok_or(Kind::Unknown)?;
        let registered: Option<PersonId> = filled.fields.parsed_if_any("registered")?;
        let done = office.contact_called(actor, &named, registered.as_ref()).await;
        return went_well(&service, done, &page, "called");
    }
    let told = told(&service, &filled).await?;
    went_well(&service, office.interview(actor, &person, &case, &told).await, &page, "told")
}
