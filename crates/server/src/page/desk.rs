//! `/desk`: registering people without a phone, passes on paper, declarations and appeals in their name.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};
use evidence::PersonId;
use office::{Particulars, Registration, Role};
use pass::{
    Content,
    picture::{Correction, Qr},
};

use crate::{
    form::{Filled, said, went_well},
    page::{Asked, Frame, shown, told::language},
    print::card::Card,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new()
        .route("/desk", get(desk).post(act))
        .route("/desk/paper", post(paper))
        .route("/desk/paper/print", post(print))
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Page {
    page: Frame,
    /// Somebody who was found or registered: their forms are filled in.
    chosen: Option<Chosen>,
}

/// Somebody whom the desk helps now.
struct Chosen {
    person: String,
    name: String,
    is_new: bool,
}

impl Page {
    /// The number that forms begin with.
    fn number(&self) -> &str {
        self.chosen.as_ref().map_or("", |chosen| &chosen.person)
    }
}

#[derive(Template)]
#[template(path = "paper.html")]
struct Paper {
    page: Frame,
    picture: String,
    text: String,
    expires: String,
}

async fn desk(asked: Asked) -> Result<Response, Problem> {
    asked.only(Role::Desk)?;
    shown(&Page { page: asked.frame, chosen: None })
}

/// A household as it was typed.
pub(super) fn household(filled: &Filled) -> Result<Option<evidence::HouseholdId>, Problem> {
    match filled.fields.some("household") {
        None => Ok(None),
        Some(_) => filled.fields.parsed("household").map(Some),
    }
}

/// Registers somebody, and shows their number: it is not found again by a name.
async fn register(service: &Service, asked: Asked, filled: &Filled) -> Result<Response, Problem> {
    let fields = &filled.fields;
    let given = Registration {
        name: filled.text("name").to_owned(),
        identity: fields.some("identity"),
        contact: fields.some("contact"),
        household: household(filled)?,
        area: fields.some("area"),
        particulars: Particulars {
            language: fields.some("language").as_deref().map(language).transpose()?,
            ..Particulars::default()
        },
    };
    let number = |person: &PersonId| person.to_string();
    let office = filled.once_saying(service.officers(), number);
    let person = said(service, office.register(Some(&filled.caller.actor), &given).await, number)?;
    shown(&Page { page: asked.frame, chosen: Some(Chosen { person, name: given.name, is_new: true }) })
}

async fn find(service: &Service, asked: Asked, filled: &Filled) -> Result<Response, Problem> {
    let (identity, purpose) = (filled.text("identity"), filled.text("purpose"));
    let found = service.officers().find(&filled.caller.actor, identity, purpose).await;
    let (person, name) = found.map_err(|error| service.problem(&error))?;
    let chosen = Some(Chosen { person: person.to_string(), name, is_new: false });
    shown(&Page { page: asked.frame, chosen })
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let actor = &filled.caller.actor;
    let office = filled.once(service.officers());
    let fields = &filled.fields;
    match filled.text("action") {
        "register" => register(&service, asked, &filled).await,
        "find" => find(&service, asked, &filled).await,
        "declare" => {
            let person = fields.parsed("person")?;
            went_well(&service, office.declare(actor, &person, fields.symptoms()?).await, "/desk", "declared")
        }
        "appeal" => {
            let person = fields.parsed("person")?;
            let (rule, words) = (filled.text("rule"), filled.text("words"));
            let done = office.appeal(actor, &person, rule, words, &filled.files).await;
            went_well(&service, done, "/desk", "appealed")
        }
        "specimen" => {
            let person = fields.parsed("person")?;
            let done = office.take_specimen(actor, &person, &fields.parsed("test")?).await;
            went_well(&service, done, "/desk", "specimen")
        }
        "proxy" => {
            let (person, proxy) = (fields.parsed("person")?, fields.parsed("proxy")?);
            went_well(&service, office.appoint_proxy(actor, &person, &proxy).await, "/desk", "proxy")
        }
        _ => Err(Kind::Malformed.into()),
    }
}

/// Issues a pass on paper, and shows it before it is printed.
async fn paper(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let person = filled.fields.parsed("person")?;
    let pass =
        service.officers().issue_paper_pass(&filled.caller.actor, &person, filled.text("purpose")).await;
    let pass = pass.map_err(|error| service.problem(&error))?;
    let picture = Qr::new(&pass.text, Correction::Q).or_else(|_| Qr::new(&pass.text, Correction::M));
    let picture = picture.map_err(|_| Kind::Failed)?.to_svg();
    let expires = asked.frame.when(&pass.hour.expires);
    shown(&Paper { page: asked.frame, picture, text: pass.text, expires })
}

/// The sheet of a pass that was issued just before, as often as a printer needs it. Only what a door can read is printed, and nothing of
/// it is kept.
async fn print(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    if filled.caller.role() != Role::Desk {
        return Err(Kind::Forbidden.into());
    }
    let text = filled.text("pass");
    let checked = service.check(text, false).await?;
    let Some((Content::Pass(claims), _)) = checked.content().zip(checked.signer()) else {
        return Err(Problem::detailed(
            Kind::Refused,
            "this is no pass that counts here; issue one, and print that",
        ));
    };
    let settings = service.settings();
    let card = Card { authority: &settings.authority, text, claims, zone: &settings.time_zone };
    let mut response = reply::typed(StatusCode::OK, "application/pdf", card.pdf()?);
    let name = HeaderValue::from_static("inline; filename=\"pass.pdf\"");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}
