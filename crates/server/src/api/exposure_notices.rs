//! What a phone needs that keeps its owner's visits itself: the notices, what makes a contact, and what a venue's code stands for.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use office::VenueCode;
use serde_json::json;

use crate::{api::Endpoint, problem::Problem, reply, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/exposure-notices",
            "Where and when somebody who could pass the disease on was there or close by. Names nobody; at most a minute old.",
            get(notices),
        ),
        Endpoint::get(
            "/api/v1/disease-profile",
            "What makes a contact, as it was published (TOML).",
            get(profile),
        )
        .kind("application/toml"),
        Endpoint::get(
            "/api/v1/venue-codes/{code}",
            "The venue at whose door a code hangs now, and how many minutes people usually stay there.",
            get(venue),
        ),
    ]
}

async fn notices(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let notices = service.exposure_notices().await?;
    Ok(reply::read(&headers, "application/json", &reply::tag(&notices), notices))
}

async fn profile(State(service): State<Service>, headers: HeaderMap) -> Response {
    let profile = service.office().disease_profile().as_bytes().to_vec();
    reply::read(&headers, "application/toml", &reply::tag(&profile), profile.into())
}

async fn venue(
    State(service): State<Service>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = service.office().venue_and_stay(&VenueCode::read(&code)).await;
    let (venue, minutes) = found.map_err(|error| service.problem(&error))?;
    let says = json!({
        "venue": venue.venue,
        "name": venue.name,
        "kind": venue.kind,
        "usual_stay_minutes": minutes,
    });
    Ok(reply::read_json(&headers, &says))
}
