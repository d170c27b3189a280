//! `/share`: a resident shows somebody of their choice that they are not restricted; `/share/{token}`: what whoever holds the link
//! learns. Nothing but yes or no and until when (R7).

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use evidence::PersonId;
use office::{OfficeError, Role, ShareToken};
use pass::picture::{Correction, Qr};
use store::RecordId;

use crate::{
    caller::Caller,
    form::{Filled, said, went_well},
    page::{Asked, Frame, shown},
    print::PrintError,
    problem::{Kind, Problem},
    service::Service,
};

/// The hours that are offered; the longest is what the office takes.
const HOURS: [u16; 6] = [1, 8, 24, 72, 168, 336];

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/share", get(form).post(act)).route("/share/{token}", get(asked_for))
}

#[derive(Template)]
#[template(path = "share.html")]
struct Page {
    page: Frame,
    hours: Vec<(u16, String)>,
    own: Vec<Sharing>,
    made: Option<Made>,
}

/// A status that is shared.
pub(super) struct Sharing {
    pub(super) id: String,
    pub(super) with: String,
    pub(super) until: String,
    pub(super) is_over: bool,
    pub(super) asked: Vec<String>,
}

/// With whom a person shares their status, also where it ended.
pub(super) async fn shares(
    service: &Service,
    caller: &Caller,
    person: &PersonId,
    frame: &Frame,
) -> Result<Vec<Sharing>, Problem> {
    let shares = service.office().shares(&caller.actor, person).await;
    let sharing = |(id, of): (RecordId, office::Share)| Sharing {
        id: id.as_str().to_owned(),
        with: of.with,
        until: frame.when(&of.until),
        is_over: of.until <= frame.now,
        asked: of.asked.iter().map(|at| frame.when(at)).collect(),
    };
    Ok(shares.map_err(|error| service.problem(&error))?.into_iter().map(sharing).collect())
}

/// A link that was just made.
struct Made {
    link: String,
    picture: String,
}

#[derive(Template)]
#[template(path = "share_answer.html")]
struct Answer {
    page: Frame,
    /// Whether the person is not restricted, and until when that may be relied on; none of a link that answers no more.
    answer: Option<(bool, String)>,
}

async fn form(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    page(&service, asked, None).await
}

async fn page(service: &Service, asked: Asked, made: Option<Made>) -> Result<Response, Problem> {
    let caller = asked.only(Role::Resident)?;
    let frame = &asked.frame;
    let person = caller.resident()?;
    let mut own = shares(service, caller, &person, frame).await?;
    own.retain(|share| !share.is_over);
    let hours = HOURS.map(|hours| (hours, frame.say(&format!("share-page-hours-{hours}")))).to_vec();
    shown(&Page { hours, own, made, page: asked.frame })
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let actor = &filled.caller.actor;
    if filled.text("action") == "withdraw" {
        let share = RecordId::parse(filled.text("share")).ok_or(Kind::Unknown)?;
        let done = filled.once(service.office()).withdraw_share(actor, &person, &share).await;
        return went_well(&service, done, "/share", "share-withdrawn");
    }
    let secret = |token: &ShareToken| token.as_str().to_owned();
    let office = filled.once_saying(service.office(), secret);
    let hours = filled.fields.parsed("hours")?;
    let token = said(&service, office.share(actor, &person, filled.text("with"), hours).await, secret)?;
    let link = format!("{}/share/{token}", service.settings().public_url);
    let picture = Qr::of_link(&link, Correction::M).map_err(PrintError::from)?.to_svg();
    page(&service, asked, Some(Made { link, picture })).await
}

async fn asked_for(
    State(service): State<Service>,
    asked: Asked,
    Path(token): Path<String>,
    method: Method,
) -> Result<Response, Problem> {
    // Programs that look at links before people do so ask for no answer, and the person sees none.
    if method == Method::HEAD {
        return Ok(StatusCode::OK.into_response());
    }
    let (status, answer) = match service.office().shared_status(&ShareToken::read(&token)).await {
        Ok(answer) => (StatusCode::OK, Some((answer.unrestricted, asked.frame.when(&answer.until)))),
        Err(OfficeError::Unknown(_)) => (StatusCode::NOT_FOUND, None),
        Err(error) => return Err(service.problem(&error)),
    };
    let mut response = shown(&Answer { page: asked.frame, answer })?;
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
