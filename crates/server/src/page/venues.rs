//! `/venue/new`: whoever keeps a venue registers it, gets its poster, and gives it another code whenever they want.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use evidence::{Position, VenueId};
use office::{Actor, Role, VenueCode, VenueGiven};
use pass::picture::{Correction, Qr};

use crate::{
    caller::Caller,
    form::{Fields, Filled, said},
    page::{Asked, Frame, shown},
    print::poster::grouped,
    problem::{Kind, Problem},
    service::Service,
};

/// Kinds of venues that people choose from: those for which disease profiles know a usual stay, and places that refuse nobody.
const KINDS: [&str; 15] = [
    "shop",
    "market",
    "restaurant",
    "workplace",
    "school",
    "station",
    "gym",
    "cinema",
    "church",
    "hospital",
    "clinic",
    "pharmacy",
    "court",
    "polling_place",
    "other",
];

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/venue/new", get(form).post(act))
}

#[derive(Template)]
#[template(path = "venues.html")]
struct Page {
    page: Frame,
    kinds: Vec<(&'static str, String)>,
    own: Vec<Own>,
    made: Option<Made>,
    is_resident: bool,
}

/// A venue of whoever is signed in.
struct Own {
    venue: String,
    name: String,
    kind: String,
    since: String,
}

/// A code that was just made: it is shown only now.
struct Made {
    name: String,
    number: String,
    code: String,
    grouped: String,
    picture: String,
}

/// Residents keep their own venues, a desk anybody's.
fn keeper(asked: &Asked) -> Result<&Caller, Problem> {
    let caller = asked.caller.as_ref().ok_or(Kind::NotSignedIn)?;
    if matches!(caller.role(), Role::Resident | Role::Desk) {
        return Ok(caller);
    }
    Err(Problem::detailed(Kind::Forbidden, asked.frame.say("not-your-page")))
}

async fn form(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    page(&service, asked, None).await
}

async fn page(service: &Service, asked: Asked, made: Option<VenueCode>) -> Result<Response, Problem> {
    let caller = keeper(&asked)?;
    let (office, frame) = (service.office(), &asked.frame);
    let failed = |error| service.problem(&error);
    let own = match &caller.actor {
        Actor::Officer(_) => Vec::new(),
        Actor::Resident(person) => office.venues_of(&caller.actor, person).await.map_err(failed)?,
    };
    let own = own
        .into_iter()
        .map(|place| Own {
            venue: place.venue.venue.to_string(),
            name: place.venue.name.unwrap_or_default(),
            kind: frame.venue_kind(place.venue.kind.as_str()),
            since: frame.when(&place.code_since),
        })
        .collect();
    let made = match made {
        None => None,
        Some(code) => {
            let venue = office.venue_with(&code).await.map_err(failed)?;
            let link = format!("{}/venue/{}", service.settings().public_url, code.as_str());
            let picture = Qr::of_link(&link, Correction::Q).map_err(crate::print::PrintError::from)?.to_svg();
            let (name, grouped) = (venue.name.unwrap_or_default(), grouped(code.as_str()));
            let number = venue.venue.to_string();
            Some(Made { name, number, code: code.as_str().to_owned(), grouped, picture })
        }
    };
    let kinds = KINDS.into_iter().map(|kind| (kind, frame.venue_kind(kind))).collect();
    let is_resident = caller.role() == Role::Resident;
    shown(&Page { kinds, own, made, is_resident, page: asked.frame })
}

/// The position that was typed, as maps show it: latitude and longitude, one after the other.
fn position(fields: &Fields) -> Result<Option<Position>, Problem> {
    let Some(typed) = fields.some("position") else { return Ok(None) };
    let malformed =
        || Problem::detailed(Kind::Malformed, "the position is two numbers, such as 30.25, 120.17");
    let mut numbers = typed.split([',', ' ', '，']).filter(|part| !part.is_empty()).map(str::parse::<f64>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(latitude)), Some(Ok(longitude)), None) => {
            Position::new(latitude, longitude).map(Some).map_err(|_| malformed())
        }
        _ => Err(malformed()),
    }
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    keeper(&asked)?;
    let actor = &filled.caller.actor;
    let code = if filled.text("action") == "rotate" {
        let venue: VenueId = filled.fields.parsed("venue")?;
        let says = |code: &VenueCode| code.as_str().to_owned();
        let done = filled.once_saying(service.office(), says).rotate_code(actor, &venue).await;
        said(&service, done, says)?
    } else {
        let given = VenueGiven {
            name: filled.text("name").to_owned(),
            kind: filled.fields.parsed("kind")?,
            position: position(&filled.fields)?,
        };
        let says = |(_, code): &(VenueId, VenueCode)| code.as_str().to_owned();
        let done = filled.once_saying(service.office(), says).register_venue(actor, &given).await;
        said(&service, done, says)?
    };
    page(&service, asked, Some(VenueCode::read(&code))).await
}
