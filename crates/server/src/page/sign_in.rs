//! Signing in and out, and registering, as pages.

use askama::Template;
use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use office::{ByCode, Particulars, Registration, Role, SignedIn};

use crate::{
    api::{household, send_code},
    caller::{Caller, SESSION},
    form::{Fields, Filled},
    page::{
        Asked, Frame, home_of, shown,
        venue::{GONE, going},
    },
    problem::{Kind, Problem},
    service::Service,
};

/// Tells a browser to forget what it keeps of this service: the page and the keys of whoever signs out.
pub(super) const FORGET: HeaderValue = HeaderValue::from_static("\"storage\"");

pub(super) fn routes() -> Router<Service> {
    Router::new()
        .route("/sign-in", get(form))
        .route("/sign-in/code", post(code))
        .route("/sign-in/resident", post(resident))
        .route("/sign-in/officer", post(officer))
        .route("/sign-in/passkey", post(passkey))
        .route("/register", post(register))
        .route("/sign-out", post(sign_out))
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    page: Frame,
    /// Where a code was sent.
    contact: Option<String>,
    /// The code that was typed, where more is asked.
    code: Option<String>,
    /// Those who share the contact.
    choose: Vec<(String, String)>,
    /// Whether nobody is registered with it.
    is_new: bool,
    /// What was wrong.
    wrong: Option<String>,
    /// Whether this address can have passkeys.
    has_passkeys: bool,
}

impl Page {
    fn first(page: Frame, service: &Service) -> Self {
        let has_passkeys = service.site().is_ok();
        Page { page, contact: None, code: None, choose: Vec::new(), is_new: false, wrong: None, has_passkeys }
    }
}

async fn form(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    if let Some(caller) = &asked.caller {
        return Ok(Redirect::to(home_of(caller.role())).into_response());
    }
    shown(&Page::first(asked.frame, &service))
}

async fn code(State(service): State<Service>, asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let contact = fields.text("contact");
    send_code(&service, contact, Some(asked.frame.language)).await?;
    shown(&Page { contact: Some(contact.to_owned()), ..Page::first(asked.frame, &service) })
}

/// Goes on to the page of whoever signed in, with the cookie of their session.
fn entered(service: &Service, who: &SignedIn, headers: &HeaderMap) -> Response {
    let secure = if service.settings().public_url.starts_with("https://") { "; Secure" } else { "" };
    let seconds = who.expires.duration_since(service.now()).as_secs();
    let cookie =
        format!("{SESSION}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", who.token);
    // Whoever stood at a venue's door goes back there.
    let home = home_of(who.actor.role());
    let going = going(headers).filter(|_| who.actor.role() == Role::Resident);
    let mut response = Redirect::to(going.as_deref().unwrap_or(home)).into_response();
    if going.is_some() {
        response.headers_mut().append(header::SET_COOKIE, GONE);
    }
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn resident(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let (contact, code) = (fields.text("contact"), fields.text("code"));
    let person = match fields.some("person") {
        None => None,
        Some(person) => Some(person.parse().map_err(|_| Problem::from(Kind::Unknown))?),
    };
    let typed = |page| Page {
        contact: Some(contact.to_owned()),
        code: Some(code.to_owned()),
        ..Page::first(page, &service)
    };
    match service.office().sign_in_by_code(contact, code, person.as_ref()).await {
        Ok(ByCode::SignedIn(who)) => Ok(entered(&service, &who, &headers)),
        Ok(ByCode::Choose(people)) => {
            let choose = people.into_iter().map(|(person, name)| (person.to_string(), name)).collect();
            shown(&Page { choose, ..typed(asked.frame) })
        }
        Ok(ByCode::Nobody) => shown(&Page { is_new: true, ..typed(asked.frame) }),
        Err(office::OfficeError::SignIn) => {
            let wrong = Some(asked.frame.say("wrong-code"));
            shown(&Page { contact: Some(contact.to_owned()), wrong, ..Page::first(asked.frame, &service) })
        }
        Err(error) => Err(service.problem(&error)),
    }
}

async fn register(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let given = Registration {
        name: fields.text("name").to_owned(),
        identity: fields.some("identity"),
        contact: None,
        household: household(fields.some("household").as_deref())?,
        area: fields.some("area"),
        particulars: Particulars { language: Some(asked.frame.language), ..Particulars::default() },
    };
    let who = service.office().register_by_code(fields.text("contact"), fields.text("code"), &given).await;
    Ok(entered(&service, &who.map_err(|error| service.problem(&error))?, &headers))
}

async fn officer(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let (name, password, code) = (fields.text("name"), fields.text("password"), fields.text("code"));
    match service.office().sign_in(name, password, code).await {
        Ok(who) => Ok(entered(&service, &who, &headers)),
        Err(office::OfficeError::SignIn) => {
            let wrong = Some(asked.frame.say("wrong-sign-in"));
            shown(&Page { wrong, ..Page::first(asked.frame, &service) })
        }
        Err(error) => Err(service.problem(&error)),
    }
}

async fn passkey(
    State(service): State<Service>,
    asked: Asked,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let answer = serde_json::from_str(fields.text("answer")).map_err(|_| Kind::Malformed)?;
    match service.office().sign_in_by_passkey(service.site()?, &answer).await {
        Ok(who) => Ok(entered(&service, &who, &headers)),
        Err(office::OfficeError::SignIn) => {
            let wrong = Some(asked.frame.say("wrong-passkey"));
            shown(&Page { wrong, ..Page::first(asked.frame, &service) })
        }
        Err(error) => Err(service.problem(&error)),
    }
}

async fn sign_out(State(service): State<Service>, filled: Filled) -> Result<Response, Problem> {
    let Caller { token, .. } = &filled.caller;
    service.office().sign_out(token).await.map_err(|error| service.problem(&error))?;
    let mut response = Redirect::to("/").into_response();
    let gone = HeaderValue::from_static("session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    response.headers_mut().append(header::SET_COOKIE, gone);
    response.headers_mut().insert("clear-site-data", FORGET);
    Ok(response)
}
