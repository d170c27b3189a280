//! `/me/told`: in which language, when and where a person is told what concerns them.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use jiff::civil::Time;
use office::{OfficeError, QuietHours, Role};
use rating::Language;
use store::RecordId;

use crate::{
    api::send_code,
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/me/told", get(told).post(act))
}

/// A browser that takes messages.
struct Taking {
    id: String,
    since: String,
}

#[derive(Template)]
#[template(path = "told.html")]
struct Page {
    page: Frame,
    is_chinese: bool,
    from: String,
    to: String,
    contact: Option<String>,
    /// Where a code was sent that is to be typed.
    sent_to: Option<String>,
    /// What was wrong with it.
    wrong: Option<String>,
    browsers: Vec<Taking>,
    /// The key by which a browser subscribes, where messages are sent to browsers.
    key: Option<String>,
}

/// The time of a clock, as forms have it.
fn clock(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

async fn page(service: &Service, asked: Asked) -> Result<Page, Problem> {
    let caller = asked.only(Role::Resident)?;
    let person = caller.resident()?;
    let (office, actor) = (service.office(), &caller.actor);
    let failed = |error: OfficeError| service.problem(&error);
    let particulars = office.particulars(actor, &person, "").await.map_err(failed)?;
    let contact = office.contact(actor, &person, "").await.map_err(failed)?;
    let browsers = office.push_subscriptions(actor, &person).await.map_err(failed)?.into_iter();
    let browsers = browsers
        .map(|(id, of)| Taking { id: id.as_str().to_owned(), since: asked.frame.when(&of.since) })
        .collect();
    Ok(Page {
        is_chinese: particulars.language.unwrap_or(asked.frame.language) == Language::Zh,
        from: clock(particulars.quiet.from),
        to: clock(particulars.quiet.to),
        contact,
        sent_to: None,
        wrong: None,
        browsers,
        key: service.messenger().browser_key(),
        page: asked.frame,
    })
}

async fn told(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    shown(&page(&service, asked).await?)
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let person = filled.caller.resident()?;
    let actor = &filled.caller.actor;
    let office = filled.once(service.office());
    match filled.text("action") {
        "how" => {
            let known = service.office().particulars(actor, &person, "").await;
            let mut particulars = known.map_err(|error| service.problem(&error))?;
            particulars.language = Some(language(filled.text("language"))?);
            let (from, to) = (filled.fields.parsed("from")?, filled.fields.parsed("to")?);
            particulars.quiet = QuietHours { from, to };
            let done = office.change_particulars(actor, &person, &particulars, "").await;
            went_well(&service, done, "/me/told", "told")
        }
        "code" => {
            let contact = filled.text("contact").to_owned();
            send_code(&service, &contact, Some(asked.frame.language)).await?;
            shown(&Page { sent_to: Some(contact), ..page(&service, asked).await? })
        }
        "contact" => {
            let (contact, code) = (filled.text("contact"), filled.text("code"));
            match office.change_contact(actor, &person, contact, code, "").await {
                Err(OfficeError::SignIn) => {
                    let wrong = Some(asked.frame.say("wrong-code"));
                    let sent_to = Some(contact.to_owned());
                    shown(&Page { sent_to, wrong, ..page(&service, asked).await? })
                }
                done => went_well(&service, done, "/me/told", "contact"),
            }
        }
        "unsubscribe" => {
            let one = RecordId::parse(filled.text("subscription")).ok_or(Kind::Unknown)?;
            let done = office.unsubscribe(actor, &person, Some(&one)).await;
            went_well(&service, done, "/me/told", "unsubscribed")
        }
        _ => Err(Kind::Malformed.into()),
    }
}

/// The language of a form's field.
pub(super) fn language(word: &str) -> Result<Language, Problem> {
    match word {
        "en" => Ok(Language::En),
        "zh" => Ok(Language::Zh),
        _ => Err(Kind::Malformed.into()),
    }
}
