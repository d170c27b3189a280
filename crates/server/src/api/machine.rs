//! For machines: whether the process lives, whether it can work, what it measures, and what the API is.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};

use crate::{
    api::{self, Endpoint},
    problem::Problem,
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/healthz", "Whether the process lives.", get(healthz)).kind("text/plain"),
        Endpoint::get("/readyz", "Whether it can work: the database answers.", get(readyz))
            .kind("text/plain"),
        Endpoint::get("/metrics", "What it measures, for Prometheus.", get(metrics)).kind("text/plain"),
        Endpoint::get("/openapi.json", "This document.", get(openapi)),
    ]
}

async fn healthz() -> Response {
    reply::typed(StatusCode::OK, "text/plain", "alive\n")
}

async fn readyz(State(service): State<Service>) -> Result<Response, Problem> {
    service.office().log_entries(0, 1).await.map_err(|error| service.problem(&error))?;
    Ok(reply::typed(StatusCode::OK, "text/plain", "ready\n"))
}

async fn metrics(State(service): State<Service>) -> Response {
    reply::typed(StatusCode::OK, "text/plain", service.metrics())
}

async fn openapi(headers: HeaderMap) -> Response {
    reply::read_json(&headers, &api::document())
}
