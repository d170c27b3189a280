//! For oversight: alerts, how often records were looked at, appeals that nobody decided in time; and the published figures.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use office::{Figures, permissions::UseCase};
use serde_json::{Value, json};

use crate::{
    api::Endpoint,
    caller::Caller,
    posted::{Nothing, Posted, value},
    problem::Problem,
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/alerts", "What oversight was alerted of, the latest first.", get(alerts))
            .may(UseCase::Oversee),
        Endpoint::get(
            "/api/v1/looks",
            "How often records were looked at, by day, office and purpose.",
            get(looks),
        )
        .may(UseCase::Oversee),
        Endpoint::get("/api/v1/overdue-appeals", "Appeals that nobody decided in time.", get(overdue))
            .may(UseCase::Oversee),
        Endpoint::get("/api/v1/figures", "The latest published figures: accuracy and remedy.", get(figures)),
        Endpoint::post::<Nothing>("/api/v1/figures", "Publish the figures of the last days.", post(publish))
            .may(UseCase::PublishFigures)
            .gives(201),
    ]
}

async fn alerts(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let alerts = service.officers().alerts(&caller.actor).await.map_err(|error| service.problem(&error))?;
    let seen = alerts.iter().map(|alert| json!({ "at": alert.at, "about": alert.about }));
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn looks(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let looks = service.officers().looks(&caller.actor).await;
    Ok(reply::read_json(&headers, &looks.map_err(|error| service.problem(&error))?))
}

async fn overdue(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let overdue = service.officers().overdue_appeals(&caller.actor).await;
    let overdue = overdue.map_err(|error| service.problem(&error))?;
    let seen = overdue.iter().map(
        |of| json!({ "rule": of.rule, "made": of.made, "decide_by": of.decide_by, "upheld": of.upheld }),
    );
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn figures(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let figures = service.office().figures().await.map_err(|error| service.problem(&error))?;
    let figures = figures.map(|(figures, at)| json!({ "figures": figures, "published": at }));
    Ok(reply::read_json(&headers, &figures))
}

async fn publish(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |figures: &Figures| value(figures),
    );
    answer.to(office.publish_figures(&caller.actor).await)
}
