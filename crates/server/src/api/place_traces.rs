//! Looking for people who were near a place: a preview, an order, the approval of another body. It makes questions, never colours.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use evidence::Position;
use jiff::Timestamp;
use office::{NearPlace, PlacePreview, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::{Endpoint, held::Released},
    caller::Caller,
    posted::{Nothing, Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::post::<Place>(
            "/api/v1/place-traces/preview",
            "What asking everybody near a place would mean.",
            post(preview),
        )
        .may(UseCase::OrderPlaceTrace),
        Endpoint::post::<Ordered>(
            "/api/v1/people/{person}/cases/{case}/place-traces",
            "Order a place trace.",
            post(order),
        )
        .may(UseCase::OrderPlaceTrace)
        .gives(201),
        Endpoint::post::<Nothing>(
            "/api/v1/place-traces/{trace}/approval",
            "Approve a place trace of another body: people are asked.",
            post(approve),
        )
        .may(UseCase::ApprovePlaceTrace),
        Endpoint::get(
            "/api/v1/place-traces",
            "Place traces, without cases, people and exact places.",
            get(traces),
        )
        .may(UseCase::Oversee),
        Endpoint::post::<Released>(
            "/api/v1/held/place-traces/{trace}/release",
            "Let a held place trace go on, or end it.",
            post(release),
        )
        .may(UseCase::ReleaseHeld),
    ]
}

/// A place and a time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// Degrees north.
    latitude: f64,
    /// Degrees east.
    longitude: f64,
    /// More than 0 and at most 2,000.
    radius_metres: f64,
    /// RFC 3339.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// At most 24 hours later.
    #[schema(value_type = String, format = DateTime)]
    to: Timestamp,
}

/// An order.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Ordered {
    /// Where and when.
    near: Place,
    /// The administrative area, as the public log names it.
    area: String,
    /// Why.
    purpose: String,
}

impl Place {
    fn near(&self) -> Result<NearPlace, Problem> {
        let position = Position::new(self.latitude, self.longitude);
        let position =
            position.map_err(|_| Problem::detailed(Kind::Malformed, "there is no such point on Earth"))?;
        Ok(NearPlace { position, radius_m: self.radius_metres, from: self.from, to: self.to })
    }
}

async fn preview(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Place>,
) -> Result<Response, Problem> {
    let preview = service.officers().preview_place_trace(&caller.actor, &posted.body.near()?).await;
    Ok(reply::json(StatusCode::OK, &preview.map_err(|error| service.problem(&error))?))
}

async fn order(
    State(service): State<Service>,
    caller: Caller,
    Path((person, case)): Path<(String, String)>,
    posted: Posted<Ordered>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let case = case.parse().map_err(|_| Problem::from(Kind::Unknown))?;
    let of = &posted.body;
    let area = of
        .area
        .parse()
        .map_err(|_| Problem::detailed(Kind::Malformed, "the area's name cannot be published"))?;
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |(id, preview): &(RecordId, PlacePreview)| json!({ "trace": id.as_str(), "preview": preview }),
    );
    let near = of.near.near()?;
    answer.to(office.order_place_trace(&caller.actor, (&person, &case), &near, &area, &of.purpose).await)
}

async fn approve(
    State(service): State<Service>,
    caller: Caller,
    Path(trace): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let trace = RecordId::parse(&trace).ok_or(Kind::Unknown)?;
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::OK,
        |asked: &u64| json!({ "asked": asked }),
    );
    answer.to(office.approve_place_trace(&caller.actor, &trace).await)
}

async fn traces(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let traces =
        service.officers().place_traces(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let seen = traces.iter().map(|of| {
        json!({
            "trace": of.trace.as_str(), "at": of.at, "area": of.area, "role": of.by.0.word(), "body": of.by.1,
            "purpose": of.purpose, "preview": of.preview, "held": of.held, "asked": of.asked,
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn release(
    State(service): State<Service>,
    caller: Caller,
    Path(trace): Path<String>,
    posted: Posted<Released>,
) -> Result<Response, Problem> {
    let trace = RecordId::parse(&trace).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    answer.to(office.release_place_trace(&caller.actor, &trace, posted.body.goes_on).await)
}
