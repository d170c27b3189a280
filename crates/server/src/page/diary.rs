//! `/diary`: where the phone's owner was, kept on the phone alone and compared there with the notices that were published. Whoever checks
//! in nowhere learns all the same. The service sends the page and never what stands in it.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

/// What the page's script says.
const WORDS: &[&str] = &[
    "diary-failed",
    "diary-code",
    "diary-here",
    "diary-usual",
    "diary-left",
    "diary-forget",
    "diary-minutes",
    "diary-unknown",
    "diary-empty",
    "diary-met",
    "diary-nothing",
    "diary-age",
    "minutes-ago",
    "hours-ago",
];

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/diary", get(diary))
}

#[derive(Template)]
#[template(path = "diary.html")]
struct Page {
    page: Frame,
    words: String,
    help: String,
}

async fn diary(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let help = service.office().help().to_owned();
    shown(&Page { words: asked.frame.words(WORDS), help, page: asked.frame })
}
