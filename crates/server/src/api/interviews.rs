//! What a case says in an interview: where they were, how they travelled, whom they met; and calling those without a record here.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::Trip;
use jiff::Timestamp;
use office::{Named, Told, ToldContact, ToldVisit, Traced, Who, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::Caller,
    posted::Posted,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Interviewed>(
            "/api/v1/people/{person}/cases/{case}/interviews",
            "Record what a case says; its contacts are found again, and only what is new is added.",
            post(interview),
        )
        .may(UseCase::Interview)
        .gives(201),
        Endpoint::get(
            "/api/v1/people/{person}/cases/{case}/contacts-to-call",
            "Whom a case named who has no record here and was not called yet.",
            get(to_call),
        )
        .may(UseCase::Interview),
        Endpoint::post::<Called>(
            "/api/v1/named-contacts/{named}/call",
            "Record that somebody who was named was called.",
            post(called),
        )
        .may(UseCase::Interview),
    ]
}

/// What a case said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Interviewed {
    /// Visits they remember.
    #[serde(default)]
    visits: Vec<Visited>,
    /// Journeys, each as the table `trips` of a bundle has it (docs/bundle.md).
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    trips: Vec<Trip>,
    /// People they met.
    #[serde(default)]
    contacts: Vec<Met>,
}

/// A visit that a case remembers.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Visited {
    /// The venue's id.
    venue: String,
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

/// Somebody a case met: by `person` who has a record here, else by `name` and `contact`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Met {
    /// Their id, where they have a record here.
    person: Option<String>,
    /// Their name, as the case said it.
    name: Option<String>,
    /// How to reach them.
    contact: Option<String>,
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// RFC 3339; left out where only one moment was named.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Where or how, in the interviewer's words.
    setting: Option<String>,
}

/// A call.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Called {
    /// Their id, where they have registered since: then they are a contact from now on.
    registered: Option<String>,
}

impl Interviewed {
    fn told(&self) -> Result<Told, Problem> {
        let visits = self.visits.iter().map(|of| {
            let venue = of.venue.parse();
            let venue = venue.map_err(|_| Problem::detailed(Kind::Malformed, "the venue is no id"))?;
            Ok(ToldVisit { venue, from: of.from, to: of.to })
        });
        let contacts = self.contacts.iter().map(Met::told);
        Ok(Told {
            visits: visits.collect::<Result<_, Problem>>()?,
            trips: self.trips.clone(),
            contacts: contacts.collect::<Result<_, Problem>>()?,
        })
    }
}

impl Met {
    fn told(&self) -> Result<ToldContact, Problem> {
        let malformed = |says| Problem::detailed(Kind::Malformed, says);
        let who = match (&self.person, &self.name, &self.contact) {
            (Some(person), None, None) => {
                Who::Registered(person.parse().map_err(|_| malformed("the contact's person is no id"))?)
            }
            (None, Some(name), Some(contact)) => {
                Who::Unregistered { name: name.clone(), contact: contact.clone() }
            }
            _ => return Err(malformed("a contact has a person's id, or a name and a contact")),
        };
        Ok(ToldContact { who, from: self.from, to: self.to, setting: self.setting.clone() })
    }
}

fn traced(of: &Traced) -> Value {
    json!({ "exposed": of.exposed, "asked": of.asked })
}

async fn interview(
    State(service): State<Service>,
    caller: Caller,
    Path((person, case)): Path<(String, String)>,
    posted: Posted<Interviewed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let case = case.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let told = posted.body.told()?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::CREATED, traced);
    answer.to(office.interview(&caller.actor, &person, &case, &told).await)
}

async fn to_call(
    State(service): State<Service>,
    caller: Caller,
    Path((person, case)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let case = case.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let named = service.officers().contacts_to_call(&caller.actor, &person, &case).await;
    let named = named.map_err(|error| service.problem(&error))?;
    let seen = named.iter().filter_map(|(id, Named { who, from, to, setting, at, .. })| match who {
        Who::Registered(_) => None,
        Who::Unregistered { name, contact } => Some(json!({
            "named": id.as_str(), "name": name, "contact": contact, "from": from, "to": to, "setting": setting, "at": at,
        })),
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn called(
    State(service): State<Service>,
    caller: Caller,
    Path(named): Path<String>,
    posted: Posted<Called>,
) -> Result<Response, Problem> {
    let named = RecordId::parse(&named).ok_or(Kind::Unknown)?;
    let registered = posted.body.registered.as_ref().map(|person| person.parse()).transpose();
    let registered = registered.map_err(|_| Problem::from(Kind::Unknown))?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, traced);
    answer.to(office.contact_called(&caller.actor, &named, registered.as_ref()).await)
}
