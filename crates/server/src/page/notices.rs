//! `/demo/notices`: in a demonstration, what would have been sent.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};

use crate::{
    page::{Asked, Frame, shown},
    problem::{Kind, Problem},
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/demo/notices", get(notices))
}

#[derive(Template)]
#[template(path = "notices.html")]
struct Page {
    page: Frame,
    messages: Vec<(String, String, String)>,
    devices: Vec<(String, String)>,
}

async fn notices(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let board = service.board().filter(|_| service.settings().is_demo).ok_or(Kind::Unknown)?;
    let frame = &asked.frame;
    let told = |of: &crate::outbox::Message| (frame.when(&of.at), of.to.to_string(), of.words.clone());
    let messages = board.messages().iter().map(told).collect();
    let now = service.now();
    let devices = &service.settings().demo_devices;
    let devices = devices.iter().map(|(name, secret)| (name.clone(), secret.code(now))).collect();
    shown(&Page { messages, devices, page: asked.frame })
}
