//! `/venue/{code}`: what a phone's camera opens from a venue's poster: checking in and out with a tap, and what is kept of it.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use office::{Role, VenueCode};

use crate::{
    caller::cookie,
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    print::{PrintError, poster::Poster},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// The cookie of somebody who stands at a venue's door and signs in first: so that they need not scan twice.
const GOING: &str = "going";
/// Ends it.
pub(super) const GONE: HeaderValue =
    HeaderValue::from_static("going=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");

pub(super) fn routes() -> Router<Service> {
    Router::new()
        .route("/venue/{code}", get(venue).post(act))
        .route("/venue/{code}/poster.pdf", get(poster_pdf))
        .route("/venue/{code}/poster.png", get(poster_png))
}

#[derive(Template)]
#[template(path = "venue.html")]
struct Page {
    page: Frame,
    name: String,
    kind: String,
    code: String,
    is_resident: bool,
    /// Since when the reader is checked in here.
    here: Option<Here>,
    /// Where else they are checked in.
    elsewhere: Option<String>,
    /// The venue's number, its kind, and how many minutes people usually stay, for the diary on the phone.
    venue: String,
    kind_word: String,
    stay: i64,
}

/// Somebody's visit.
struct Here {
    since: String,
    /// When they are taken to have left.
    until: String,
    is_over: bool,
}

/// The page of the venue's door that somebody was at before they signed in.
pub(super) fn going(headers: &HeaderMap) -> Option<String> {
    let code = VenueCode::read(cookie(headers, GOING)?);
    Some(format!("/venue/{}", code.as_str())).filter(|_| !code.as_str().is_empty())
}

async fn venue(
    State(service): State<Service>,
    asked: Asked,
    Path(code): Path<String>,
) -> Result<Response, Problem> {
    let failed = |error| service.problem(&error);
    let code = VenueCode::read(&code);
    let (venue, stay) = service.office().venue_and_stay(&code).await.map_err(failed)?;
    let frame = &asked.frame;
    let resident = asked.caller.as_ref().filter(|caller| caller.role() == Role::Resident);
    let open = match resident {
        None => None,
        Some(caller) => {
            service.office().checked_in(&caller.actor, &caller.resident()?).await.map_err(failed)?
        }
    };
    let (here, elsewhere) = match open {
        Some(at) if at.venue.venue == venue.venue => {
            let (since, until) = (frame.when(&at.entered), frame.when(&at.until));
            (Some(Here { since, until, is_over: at.is_over }), None)
        }
        Some(at) if !at.is_over => (None, Some(at.venue.name.unwrap_or_default())),
        Some(_) | None => (None, None),
    };
    let is_anybody = asked.caller.is_none();
    let mut response = shown(&Page {
        name: venue.name.unwrap_or_default(),
        kind: frame.venue_kind(venue.kind.as_str()),
        code: code.as_str().to_owned(),
        is_resident: resident.is_some(),
        here,
        elsewhere,
        venue: venue.venue.to_string(),
        kind_word: venue.kind.to_string(),
        stay,
        page: asked.frame,
    })?;
    if is_anybody {
        let secure = if service.settings().public_url.starts_with("https://") { "; Secure" } else { "" };
        let cookie =
            format!("{GOING}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=900{secure}", code.as_str());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

async fn act(
    State(service): State<Service>,
    Path(code): Path<String>,
    filled: Filled,
) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let office = filled.once(service.office());
    let code = VenueCode::read(&code);
    let page = format!("/venue/{}", code.as_str());
    match filled.text("action") {
        "out" => went_well(&service, office.check_out(&filled.caller.actor, &person).await, &page, "left"),
        _ => {
            let done = office.check_in(&filled.caller.actor, &person, &code).await;
            went_well(&service, done, &page, "entered")
        }
    }
}

/// The poster with a code that hangs somewhere now: whoever has the code can print it again.
async fn poster(
    service: &Service,
    code: &str,
    kind: &'static str,
    drawn: fn(&Poster) -> Result<Vec<u8>, PrintError>,
) -> Result<Response, Problem> {
    let code = VenueCode::read(code);
    let venue = service.office().venue_with(&code).await.map_err(|error| service.problem(&error))?;
    let settings = service.settings();
    let poster = Poster {
        authority: settings.authority.clone(),
        name: venue.name.unwrap_or_default(),
        address: settings.public_url.clone(),
        code: code.as_str().to_owned(),
    };
    // Drawing takes longer than other requests may wait for this thread.
    let bytes = tokio::task::spawn_blocking(move || drawn(&poster)).await.map_err(|_| Kind::Failed)??;
    let mut response = reply::typed(StatusCode::OK, kind, bytes);
    let ending = kind.split('/').next_back().unwrap_or_default();
    let name = HeaderValue::from_str(&format!("inline; filename=\"poster.{ending}\""));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name.map_err(|_| Kind::Failed)?);
    Ok(response)
}

async fn poster_pdf(State(service): State<Service>, Path(code): Path<String>) -> Result<Response, Problem> {
    poster(&service, &code, "application/pdf", Poster::pdf).await
}

async fn poster_png(State(service): State<Service>, Path(code): Path<String>) -> Result<Response, Problem> {
    poster(&service, &code, "image/png", Poster::png).await
}
