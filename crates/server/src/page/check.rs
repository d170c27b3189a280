//! `/check`: the door. A pass is typed or read in, and the verdict shown; nothing of it is kept.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use pass::Verdict;

use crate::{
    form::Fields,
    language::why_key,
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/check", get(form).post(check))
}

#[derive(Template)]
#[template(path = "check.html")]
struct Page {
    page: Frame,
    verdict: Option<Told>,
}

/// A verdict as the page tells it.
struct Told {
    word: String,
    class: &'static str,
    issuer: String,
    expires: String,
    why: Vec<String>,
}

async fn form(asked: Asked) -> Result<Response, Problem> {
    shown(&Page { page: asked.frame, verdict: None })
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
    shown(&Page { page: asked.frame, verdict: Some(told) })
}
