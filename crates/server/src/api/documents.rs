//! What doors need: whom to trust, and which passes no longer count.

use axum::{extract::State, http::HeaderMap, response::Response, routing::get};

use crate::{api::Endpoint, problem::Problem, reply, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/api/v1/trust-list", "The signed list of keys that doors trust.", get(trust_list))
            .kind("application/octet-stream"),
        Endpoint::get(
            "/api/v1/revocation-filter",
            "The signed filter of passes that no longer count.",
            get(filter),
        )
        .kind("application/octet-stream"),
    ]
}

async fn trust_list(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let list = service.trust_list().await?;
    Ok(reply::read(&headers, "application/octet-stream", &reply::tag(&list), list))
}

async fn filter(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let filter = service.filter().await?;
    Ok(reply::read(&headers, "application/octet-stream", &reply::tag(&filter), filter))
}
