//! `/check`: the door. With script the page reads a camera and says the verdict itself, also without a network; without script a pass
//! is typed or read in and checked here. Nothing of it is kept either way.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use pass::{Verdict, Why};

use crate::{
    assets,
    form::Fields,
    language::why_key,
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

/// What the page's script says besides verdicts and their reasons.
const WORDS: &[&str] = &[
    "verdict-admit",
    "verdict-do-not-admit",
    "verdict-ask-for-help",
    "level-green",
    "level-yellow",
    "level-red",
    "door-ready",
    "door-looking",
    "door-no-camera",
    "door-no-code",
    "door-no-lists",
    "door-stale",
    "door-failed",
    "door-born",
    "door-camera",
    "door-stop",
    "door-age-now",
    "minutes-ago",
    "hours-ago",
];

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/check", get(form).post(check))
}

#[derive(Template)]
#[template(path = "check.html")]
struct Page {
    page: Frame,
    verdict: Option<Told>,
    /// The public key of whoever signs the lists for doors, in hexadecimal digits; empty where the office issues no passes.
    publisher: String,
    has_module: bool,
    words: String,
}

/// A verdict as the page tells it.
struct Told {
    word: String,
    class: &'static str,
    issuer: String,
    expires: String,
    why: Vec<String>,
}

fn page(service: &Service, page: Frame, verdict: Option<Told>) -> Page {
    let key = service.office().publisher_key().unwrap_or_default();
    let publisher = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let sentences: Vec<String> = Why::ALL.iter().map(|why| why_key(*why)).collect();
    let words: Vec<&str> = WORDS.iter().copied().chain(sentences.iter().map(String::as_str)).collect();
    let words = page.words(&words);
    Page { page, verdict, publisher, has_module: assets::has_module(), words }
}

async fn form(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    shown(&page(&service, asked.frame, None))
}

async fn check(State(service): State<Service>, asked: Asked, fields: Fields) -> Result<Response, Problem> {
    let is_essential = fields.text("essential") == "yes";
    let checked = service.check(fields.text("pass"), is_essential).await?;
    let class = match checked.verdict() {
        Verdict::Admit => "green",
        Verdict::DoNotAdmit => "red",
        Verdict::AskForHelp => "yellow",
    };
    let frame = &asked.frame;
    let told = Told {
        word: frame.say(&format!("verdict-{}", checked.verdict().code().replace('_', "-"))),
        class,
        issuer: checked.issuer().unwrap_or_default().to_owned(),
        expires: checked.expires().map_or(String::new(), |at| frame.when(&at)),
        why: checked.why().iter().map(|why| frame.say(&why_key(*why))).collect(),
    };
    shown(&page(&service, asked.frame, Some(told)))
}
