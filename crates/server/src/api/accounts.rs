//! Which accounts of officers there are. They are opened and closed at the machine itself, not here.

use axum::{extract::State, http::HeaderMap, response::Response, routing::get};
use office::permissions::UseCase;

use crate::{api::Endpoint, caller::Caller, problem::Problem, reply, service::Service};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("/api/v1/accounts", "Accounts of officers.", get(accounts)).may(UseCase::SeeAccounts)]
}

async fn accounts(
    State(service): State<Service>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let accounts = service.officers().accounts(&caller.actor).await;
    Ok(reply::read_json(&headers, &accounts.map_err(|error| service.problem(&error))?))
}
