//! `/travel`: a resident tells of stays and journeys, and sees what they told.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::RegionId;
use office::{Role, Says};

use crate::{
    form::{Filled, went_well},
    page::{Asked, Frame, interview::trip, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/travel", get(travel).post(act))
}

#[derive(Template)]
#[template(path = "travel.html")]
struct Page {
    page: Frame,
    stays: Vec<Stayed>,
    trips: Vec<(String, String, String, String)>,
    regions: Vec<String>,
}

/// A stay as it was told.
struct Stayed {
    region: String,
    arrived: String,
    left: Option<String>,
    /// The same instant as a form sends it back, to end an open stay.
    arrived_at: String,
}

async fn travel(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let caller = asked.only(Role::Resident)?;
    let frame = &asked.frame;
    let failed = |error| service.problem(&error);
    let own = service.office().export(&caller.actor, &caller.resident()?).await.map_err(failed)?;
    let (mut stays, mut trips) = (Vec::new(), Vec::new());
    for piece in own.evidence {
        match piece.says {
            Says::Stay(stay) => stays.push(Stayed {
                region: stay.region.to_string(),
                arrived: frame.when(&stay.arrived),
                left: stay.left.map(|left| frame.when(&left)),
                arrived_at: stay.arrived.to_string(),
            }),
            Says::Trip(trip) => trips.push((
                frame.travel_mode(&trip.mode.to_string()),
                trip.vehicle.to_string(),
                frame.when(&trip.departed),
                frame.when(&trip.arrived),
            )),
            _ => {}
        }
    }
    let levels = service.office().region_levels().await.map_err(failed)?;
    let mut regions: Vec<String> = levels.into_iter().map(|of| of.region.to_string()).collect();
    regions.sort();
    regions.dedup();
    shown(&Page { stays, trips, regions, page: asked.frame })
}

async fn act(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let (actor, fields, zone) = (&filled.caller.actor, &filled.fields, &service.settings().time_zone);
    let office = filled.once(service.office());
    match filled.text("action") {
        "stay" => {
            let region: RegionId = fields.parsed("region")?;
            let (from, to) = (fields.instant("from", zone)?, fields.instant_if_any("to", zone)?);
            let done = office.declare_stay(actor, &person, &region, from, to).await;
            went_well(&service, done, "/travel", "stay")
        }
        "trip" => {
            let trip = trip(&service, &filled)?;
            went_well(&service, office.declare_trip(actor, &person, &trip).await, "/travel", "trip")
        }
        _ => Err(Kind::Malformed.into()),
    }
}
