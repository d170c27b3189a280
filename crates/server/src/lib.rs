//! The office on the network: a JSON API under `/api/v1`, pages that work without script, sessions, limits, and jobs.
//!
//! Nothing is decided here. A request is read, the office does it or refuses, and the answer is written: every file of `api` is
//! an endpoint or the few around one thing, every file of `page` a page. What may go wrong is one table (`problem`), from which
//! `docs/errors.md` comes; which endpoints there are is another (`api`), from which routes and the OpenAPI document come.
//!
//! Logs hold no names, contacts, places, tokens, bodies or addresses: a line has the route's pattern, the status and the time it took.

mod address;
mod api;
mod assets;
mod caller;
mod edge;
mod form;
mod jobs;
mod language;
mod limits;
mod memory;
mod outbox;
mod page;
mod posted;
mod print;
mod problem;
mod reply;
mod sending;
mod service;
mod settings;

pub use jobs::Jobs;
pub use outbox::{Address, Board, Mail, Message, Messenger, SendError, Sms, Ways, WebPush};
pub use problem::page as problem_page;
pub use service::{Parts, PublicLog, Service, serve};
pub use settings::{Limits, Settings};

/// The OpenAPI document of the API, version 3.1.
#[must_use]
pub fn openapi() -> utoipa::openapi::OpenApi {
    api::document()
}
