//! Stays and journeys that people declare, and the levels of regions.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::{RegionLevel, Trip};
use jiff::Timestamp;
use office::permissions::UseCase;
use serde::Deserialize;
use serde_json::json;
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, evidence_given::coloured},
    caller::Caller,
    posted::Posted,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Stayed>("/api/v1/people/{person}/stays", "Declare a stay in a region.", post(stay))
            .may(UseCase::Declare)
            .gives(201),
        Endpoint::post::<Travelled>(
            "/api/v1/people/{person}/trips",
            "Declare a journey on a vehicle.",
            post(trip),
        )
        .may(UseCase::Declare)
        .gives(201),
        Endpoint::get("/api/v1/region-levels", "Every published level of every region.", get(levels)),
        Endpoint::post::<Published>("/api/v1/region-levels", "Publish a region's level.", post(publish))
            .may(UseCase::PublishRegionLevel)
            .gives(201),
    ]
}

/// A stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Stayed {
    /// The region's id.
    region: String,
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    arrived: Timestamp,
    /// RFC 3339; left out while the person is there.
    #[schema(value_type = Option<String>, format = DateTime)]
    left: Option<Timestamp>,
}

/// A journey.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Travelled {
    /// As the table `trips` of a bundle has it (docs/bundle.md).
    #[schema(value_type = Object)]
    trip: Trip,
}

/// A region's level.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Published {
    /// The region's id.
    region: String,
    /// `low`, `medium` or `high`.
    #[schema(value_type = String)]
    level: RegionLevel,
    /// From when; now where it is left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Until when.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
}

async fn stay(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Stayed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let of = &posted.body;
    let region = of.region.parse().map_err(|_| Problem::detailed(Kind::Malformed, "the region is no id"))?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, coloured);
    answer.to(office.declare_stay(&caller.actor, &person, &region, of.arrived, of.left).await)
}

async fn trip(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Travelled>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let (office, answer) =
        posted.once(&service, service.office(), Some(&caller.actor), StatusCode::CREATED, coloured);
    answer.to(office.declare_trip(&caller.actor, &person, &posted.body.trip).await)
}

async fn levels(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let levels = service.office().region_levels().await;
    Ok(reply::read_json(&headers, &levels.map_err(|error| service.problem(&error))?))
}

async fn publish(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Published>,
) -> Result<Response, Problem> {
    let of = &posted.body;
    let region = of.region.parse().map_err(|_| Problem::detailed(Kind::Malformed, "the region is no id"))?;
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |id: &RecordId| json!({ "published": id.as_str() }),
    );
    answer.to(office.publish_region_level(&caller.actor, &region, of.level, of.from, of.to).await)
}
