//! `/policy`: rule sets: check, and publish.

use askama::Template;
use axum::{Router, extract::State, response::Response, routing::get};
use office::Role;

use crate::{
    api::findings,
    form::{Filled, went_well},
    page::{Asked, Frame, shown},
    problem::Problem,
    service::Service,
};

pub(super) fn routes() -> Router<Service> {
    Router::new().route("/policy", get(policy).post(act))
}

#[derive(Template)]
#[template(path = "policy.html")]
struct Page {
    page: Frame,
    document: String,
    findings: Option<Vec<(bool, String)>>,
    published: Vec<(String, String)>,
}

async fn page(service: &Service, asked: Asked, document: Option<String>) -> Result<Response, Problem> {
    asked.only(Role::Policy)?;
    let published = service.officers().rule_sets().await.map_err(|error| service.problem(&error))?;
    let findings = document.as_deref().map(|document| {
        let text = |value: &serde_json::Value, name: &str| {
            value.get(name).and_then(|text| text.as_str()).unwrap_or_default().to_owned()
        };
        let blocks = |value: &serde_json::Value| value.get("blocks").and_then(serde_json::Value::as_bool);
        let line =
            |value: &serde_json::Value| value.get("line").map_or(String::new(), |line| format!("{line}: "));
        let found = findings(document);
        let told = |of: &serde_json::Value| {
            (blocks(of).unwrap_or(true), format!("{}{} {}", line(of), text(of, "what"), text(of, "remedy")))
        };
        found.iter().map(told).collect()
    });
    let latest = published.first().map(|(_, of)| of.document.clone()).unwrap_or_default();
    let published =
        published.iter().map(|(_, of)| (asked.frame.when(&of.at), of.by.body.to_string())).collect();
    shown(&Page { document: document.unwrap_or(latest), findings, published, page: asked.frame })
}

async fn policy(State(service): State<Service>, asked: Asked) -> Result<Response, Problem> {
    page(&service, asked, None).await
}

async fn act(State(service): State<Service>, asked: Asked, filled: Filled) -> Result<Response, Problem> {
    let document = filled.text("document").to_owned();
    if filled.text("action") == "publish" {
        let done = filled.once(service.officers()).publish(&filled.caller.actor, &document).await;
        return went_well(&service, done, "/policy", "published");
    }
    page(&service, asked, Some(document)).await
}
