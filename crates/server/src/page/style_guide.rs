//! `/style`: in a demonstration, every component of the pages, in both languages and whatever scheme the reader's device has.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/style", get(style))
}

#[derive(Template)]
#[template(path = "style_guide.html")]
struct Page {
    page: Frame,
}

async fn style(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    if !service.settings().is_demo {
        return Err(Kind::Unknown.into());
    }
    shown(&Page { page: asked.frame })
}
