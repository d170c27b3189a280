//! What went wrong, as a page.

use askama::Template;
use axum::{
    http::HeaderMap,
    response::{IntoResponse, Response},
};

use crate::{page::Frame, problem::Problem, reply, service::Service};

#[derive(Template)]
#[template(path = "message.html")]
struct Page<'p> {
    page: Frame,
    says: String,
    detail: Option<&'p str>,
    id: &'p str,
}

/// A problem as a page.
pub(crate) fn problem(
    service: &Service,
    headers: &HeaderMap,
    problem: &Problem,
    detail: Option<&str>,
    id: &str,
) -> Response {
    let frame = Frame::new(service, headers, None);
    let says = frame.say(&format!("problem-{}", problem.kind.name()));
    match (Page { page: frame, says, detail, id }).render() {
        Ok(page) => reply::typed(problem.kind.status(), "text/html; charset=utf-8", page),
        Err(_) => problem.kind.status().into_response(),
    }
}
