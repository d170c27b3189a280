//! What happens to every request and every answer: an id, limits, headers, a line in the log, and problems in the form that was
//! asked for.

use std::net::SocketAddr;

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use tokio::time::Instant;

use crate::{
    address::{asker, counted},
    page,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// No script, style, frame or form of anybody else. `wasm-unsafe-eval` lets the module of phones and doors be compiled, and nothing
/// else be evaluated.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'; \
                      worker-src 'self'; manifest-src 'self'; connect-src 'self'; form-action 'self'; \
                      frame-ancestors 'none'; base-uri 'none'";
/// Headers of every answer.
const HEADERS: &[(HeaderName, &str)] = &[
    (header::CONTENT_SECURITY_POLICY, POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
];
/// Pages and endpoints whose work is heavy: those of officers.
const HEAVY: &[&str] = &[
    "/cases",
    "/policy",
    "/oversight",
    "/review",
    "/field",
    "/desk",
    "/line-lists",
    "/place-traces",
    "/api/v1/rule-sets",
    "/api/v1/appeals",
    "/api/v1/overrides",
    "/api/v1/held",
    "/api/v1/accounts",
    "/api/v1/people/{person}/cases",
    "/api/v1/named-contacts",
    "/api/v1/follow-ups",
    "/api/v1/place-traces",
    "/api/v1/line-lists",
    "/api/v1/replays",
    "/api/v1/alerts",
    "/api/v1/looks",
    "/api/v1/overdue-appeals",
    "/api/v1/deletions",
];
/// Where a sign-in or a code is asked for.
const SIGN_INS: &[&str] =
    &["/sign-in", "/sign-in/code", "/register", "/api/v1/codes", "/api/v1/sessions", "/api/v1/residents"];

/// Gives a request its id, and an answer its headers and form; writes a line of the log.
pub(crate) async fn edge(State(service): State<Service>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let number = service.request_number();
    let id = format!("{:x}-{number:x}", service.now().as_second());
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let is_api = request.uri().path().starts_with("/api/") || !wants_page(&headers);
    let timeout = service.settings().limits.timeout;
    let response = match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::from(Kind::TooSlow).into_response(),
    };
    let mut response = match response.extensions().get::<Problem>().cloned() {
        Some(problem) => written(&service, &headers, &problem, is_api, &id),
        None => response,
    };
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", id);
    }
    if service.settings().public_url.starts_with("https://") {
        let transport = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, transport);
    }
    let (status, took) = (response.status().as_u16(), started.elapsed());
    let labels = [("route", route.clone()), ("method", method.to_string()), ("status", status.to_string())];
    metrics::counter!("cleanbill_requests_total", &labels).increment(1);
    metrics::histogram!("cleanbill_request_duration_seconds", "route" => route.clone()).record(took);
    let milliseconds = took.as_secs_f64() * 1000.0;
    tracing::info!(request = %id, method = %method, route = %route, status, milliseconds, "answered");
    response
}

/// Whether a person reads the answer in a browser.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// A problem as JSON (RFC 9457), or as a page.
fn written(service: &Service, headers: &HeaderMap, problem: &Problem, is_api: bool, id: &str) -> Response {
    if !is_api && problem.kind == Kind::NotSignedIn {
        return Redirect::to("/sign-in").into_response();
    }
    let status = problem.kind.status();
    // An answer of 500 or above says nothing but where to look.
    let detail = problem.detail.as_deref().filter(|_| !status.is_server_error());
    let mut response = if is_api {
        let mut body = serde_json::json!({
            "type": format!("/errors#{}", problem.kind.name()),
            "title": problem.kind.title(),
            "status": status.as_u16(),
            "instance": format!("urn:request:{id}"),
        });
        if let (Some(detail), Some(body)) = (detail, body.as_object_mut()) {
            body.insert("detail".to_owned(), detail.into());
        }
        reply::typed(status, "application/problem+json", body.to_string())
    } else {
        page::message::problem(service, headers, problem, detail, id)
    };
    if let Some(seconds) = problem.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Refuses what another site's page sends in somebody's name.
pub(crate) async fn same_site(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let from_elsewhere = text(HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    let host = text(header::HOST).unwrap_or_default();
    let other_origin =
        text(header::ORIGIN).is_some_and(|origin| origin.split_once("://").is_none_or(|(_, of)| of != host));
    if !is_read && (from_elsewhere || other_origin) {
        return Problem::from(Kind::CrossSite).into_response();
    }
    next.run(request).await
}

/// Lets requests in: not too often from one address, not too many at once.
pub(crate) async fn admit(State(service): State<Service>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_default();
    if matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") {
        return next.run(request).await;
    }
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let address = counted(asker(connected, request.headers(), &service.settings().proxies));
    let is_sign_in = request.method() == Method::POST && SIGN_INS.iter().any(|of| route.starts_with(of));
    let allowed = service
        .address_rates()
        .take(address)
        .and_then(|()| if is_sign_in { service.sign_in_rates().take(address) } else { Ok(()) });
    if let Err(problem) = allowed {
        return problem.into_response();
    }
    let is_heavy = HEAVY.iter().any(|of| route.starts_with(of));
    let is_large = is_large(&service, &request);
    let places = async {
        let large = if is_large { Some(service.large_gate().enter().await?) } else { None };
        Ok::<_, Problem>((large, service.gate(is_heavy).enter().await?))
    };
    match places.await {
        Ok(_places) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Whether a request says that it is longer than most may be, or does not say how long it is.
fn is_large(service: &Service, request: &Request) -> bool {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
    let limit = service.settings().limits.body_bytes_max;
    length.map_or(request.headers().contains_key(header::TRANSFER_ENCODING), |length| length > limit)
}

/// There is no such address.
pub(crate) async fn unknown() -> Problem {
    Kind::Unknown.into()
}

/// The address is used otherwise.
pub(crate) async fn no_such_method() -> Problem {
    Kind::NoSuchMethod.into()
}

/// A fault: told as one, and nothing of it but its place in the log.
pub(crate) fn failed(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!(what = "panic", "a request could not be answered");
    Problem::from(Kind::Failed).into_response()
}
