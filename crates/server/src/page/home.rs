//! `/`: what this is, the rules in plain words, the log; and `/errors`.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use rating::{RuleSet, describe};

use crate::{
    page::{Asked, Frame, shown},
    problem::{self, Problem},
    service::Service,
};

/// Entries of the log that are shown.
const LATEST: u32 = 20;

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/", get(home)).route("/errors", get(errors))
}

/// A rule set in plain words: what it is, then each rule with its sentences.
type Described = (Vec<String>, Vec<(String, Vec<String>)>);

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    page: Frame,
    rules: Option<Described>,
    entries: Vec<(String, String, String)>,
}

async fn home(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    let published = service.office().rule_sets().await.map_err(|error| service.problem(&error))?;
    let now = service.now();
    let rules = published
        .iter()
        .filter_map(|(_, of)| RuleSet::parse(of.document.as_bytes()).ok())
        .find(|rule_set| rule_set.in_force(now))
        .map(|rule_set| describe(&rule_set, asked.frame.language));
    let entries = latest(&service, &asked.frame).await?;
    shown(&Page { page: asked.frame, rules, entries })
}

/// The latest entries of the log: when, by whom, what.
async fn latest(service: &Service, frame: &Frame) -> Result<Vec<(String, String, String)>, Problem> {
    let size = service.office().log_size().await.map_err(|error| service.problem(&error))?;
    let from = size.saturating_sub(u64::from(LATEST));
    let entries =
        service.office().log_entries(from, LATEST).await.map_err(|error| service.problem(&error))?;
    let row = |entry: &ledger::Entry| {
        let value = serde_json::to_value(entry).unwrap_or_default();
        let kind = value.pointer("/what/kind").or(value.get("kind")).and_then(|kind| kind.as_str());
        let at = value.get("at").and_then(|at| at.as_str()).and_then(|at| at.parse().ok());
        let body = value.pointer("/by/body").and_then(|body| body.as_str()).unwrap_or_default().to_owned();
        let what = kind.map_or(String::new(), |kind| frame.say(&format!("logged-{kind}")));
        (at.map_or(String::new(), |at| frame.when(&at)), body, what)
    };
    Ok(entries.iter().rev().map(row).collect())
}

#[derive(Template)]
#[template(path = "errors.html")]
struct Errors {
    page: Frame,
    text: String,
}

async fn errors(asked: Asked) -> Result<Response, Problem> {
    shown(&Errors { page: asked.frame, text: problem::page() })
}
