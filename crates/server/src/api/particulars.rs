//! What a person tells of themselves beside their name: none of it is needed, and no rule may rest on it.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::{BirthYear, Sex};
use jiff::civil::Time;
use office::{Particulars, QuietHours, permissions::UseCase};
use rating::Language;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::{Caller, Purpose},
    posted::{Posted, done},
    problem::Problem,
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/people/{person}/particulars",
            "What a person told of themselves.",
            get(particulars),
        )
        .may(UseCase::Register)
        .with_purpose(),
        Endpoint::post::<Given>(
            "/api/v1/people/{person}/particulars",
            "Change all of what a person told of themselves; what is left out is forgotten.",
            post(change),
        )
        .may(UseCase::Register)
        .with_purpose(),
        Endpoint::post::<NewContact>(
            "/api/v1/people/{person}/contact",
            "Change where a person is reached and signs in, by a code that was sent there (`/api/v1/codes`).",
            post(change_contact),
        )
        .may(UseCase::Register)
        .with_purpose(),
    ]
}

/// Where somebody is reached from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewContact {
    /// A telephone number or mail address.
    contact: String,
    /// The code that was sent there.
    code: String,
}

async fn change_contact(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    Purpose(purpose): Purpose,
    posted: Posted<NewContact>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let NewContact { contact, code } = &posted.body;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.change_contact(&caller.actor, &person, contact, code, &purpose).await)
}

/// What a person tells of themselves.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// Year of birth, for age bands in published figures.
    #[schema(value_type = Option<i64>)]
    birth_year: Option<BirthYear>,
    /// Sex as registered, for the parity report: `f`, `m` or `x`.
    #[schema(value_type = Option<String>)]
    sex: Option<Sex>,
    /// Month and day of birth, such as `02-29`, as a pass says it beside the initials.
    #[schema(value_type = Option<String>)]
    birthday: Option<pass::Birthday>,
    /// The language they are written to in: `en` or `zh`; both where it is left out.
    #[schema(value_type = Option<String>)]
    language: Option<Language>,
    /// When they are neither written to nor called; 22:00 to 07:00 where it is left out.
    quiet: Option<Quiet>,
}

/// Hours of the day in the office's time zone, 16 at most.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Quiet {
    /// Such as `22:00`.
    #[schema(value_type = String)]
    from: Time,
    /// Such as `07:00`; before `from` it is that of the next day.
    #[schema(value_type = String)]
    to: Time,
}

async fn particulars(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    Purpose(purpose): Purpose,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let particulars = service.office().particulars(&caller.actor, &person, &purpose).await;
    Ok(reply::read_json(&headers, &particulars.map_err(|error| service.problem(&error))?))
}

async fn change(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    Purpose(purpose): Purpose,
    posted: Posted<Given>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let Given { birth_year, sex, birthday, language, quiet } = &posted.body;
    let quiet = quiet.as_ref().map(|of| QuietHours { from: of.from, to: of.to });
    let particulars = Particulars {
        birth_year: *birth_year,
        sex: *sex,
        birthday: *birthday,
        language: *language,
        quiet: quiet.unwrap_or_default(),
    };
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.change_particulars(&caller.actor, &person, &particulars, &purpose).await)
}
