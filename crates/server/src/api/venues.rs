//! Venues: registering one, its code, and a person's own.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::{Position, VenueId, VenueKind};
use office::{VenueCode, VenueGiven, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::Caller,
    posted::{Nothing, Posted},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Given>(
            "/api/v1/venues",
            "Register a venue. Its code is shown only now.",
            post(register),
        )
        .may(UseCase::KeepVenue)
        .gives(201),
        Endpoint::post::<Nothing>(
            "/api/v1/venues/{venue}/code",
            "Give a venue another code. Posters with the old one no longer work.",
            post(rotate),
        )
        .may(UseCase::KeepVenue),
        Endpoint::get("/api/v1/people/{person}/venues", "The venues that are a person's.", get(own))
            .may(UseCase::KeepVenue),
    ]
}

/// A venue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    /// What people call it, 1 to 100 characters.
    name: String,
    /// What sort of place it is, such as `shop`.
    #[schema(value_type = String)]
    kind: VenueKind,
    /// Degrees north, −90 to 90, with `longitude`.
    latitude: Option<f64>,
    /// Degrees east, −180 to 180.
    longitude: Option<f64>,
}

async fn register(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Given>,
) -> Result<Response, Problem> {
    let of = &posted.body;
    let malformed =
        || Problem::detailed(Kind::Malformed, "a position is a latitude and a longitude, in degrees");
    let position = match (of.latitude, of.longitude) {
        (None, None) => None,
        (Some(latitude), Some(longitude)) => {
            Some(Position::new(latitude, longitude).map_err(|_| malformed())?)
        }
        _ => return Err(malformed()),
    };
    let given = VenueGiven { name: of.name.clone(), kind: of.kind.clone(), position };
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |(venue, code): &(VenueId, VenueCode)| json!({ "venue": venue, "code": code.as_str() }),
    );
    answer.to(office.register_venue(&caller.actor, &given).await)
}

async fn rotate(
    State(service): State<Service>,
    caller: Caller,
    Path(venue): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let venue = venue.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::OK,
        |code: &VenueCode| json!({ "code": code.as_str() }),
    );
    answer.to(office.rotate_code(&caller.actor, &venue).await)
}

async fn own(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let places = service.office().venues_of(&caller.actor, &person).await;
    let places = places.map_err(|error| service.problem(&error))?;
    let seen = places.iter().map(|place| json!({ "venue": place.venue, "code_since": place.code_since }));
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}
