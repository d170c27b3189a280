//! Having messages sent to a browser.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{delete, get, post},
};
use data_encoding::{BASE64URL, BASE64URL_NOPAD};
use office::{Browser, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::Caller,
    outbox::Address,
    posted::Posted,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/push-key",
            "The key by which a browser subscribes (`applicationServerKey`); null where none are written to.",
            get(key),
        ),
        Endpoint::get(
            "/api/v1/people/{person}/push-subscriptions",
            "The browsers to which messages to a person are sent.",
            get(subscriptions),
        )
        .may(UseCase::Subscribe),
        Endpoint::post::<Subscribed>(
            "/api/v1/people/{person}/push-subscriptions",
            "Have messages sent to a browser, for 90 days or until it subscribes again.",
            post(subscribe),
        )
        .may(UseCase::Subscribe)
        .gives(201),
        Endpoint::delete(
            "/api/v1/people/{person}/push-subscriptions",
            "Have no more messages sent to any browser.",
            delete(unsubscribe_all),
        )
        .may(UseCase::Subscribe),
        Endpoint::delete(
            "/api/v1/people/{person}/push-subscriptions/{subscription}",
            "Have no more messages sent to a browser.",
            delete(unsubscribe),
        )
        .may(UseCase::Subscribe),
    ]
}

/// A subscription as a browser gives it (`PushSubscription.toJSON()`).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Subscribed {
    /// Its address at its push service.
    endpoint: String,
    /// When the browser lets it end, in milliseconds; it is not needed.
    #[serde(rename = "expirationTime")]
    _expiration_time: Option<f64>,
    /// Its keys.
    keys: BrowserKeys,
}

/// The keys of a browser, in Base64 for addresses.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BrowserKeys {
    /// An uncompressed point of P-256.
    p256dh: String,
    /// 16 bytes.
    auth: String,
}

impl Subscribed {
    fn browser(&self) -> Result<Browser, Problem> {
        let malformed = || Problem::detailed(Kind::Malformed, "the keys are not Base64 for addresses");
        let bytes = |text: &str| {
            let bytes = BASE64URL_NOPAD.decode(text.as_bytes());
            bytes.or_else(|_| BASE64URL.decode(text.as_bytes())).map_err(|_| malformed())
        };
        let (key, secret) = (bytes(&self.keys.p256dh)?, bytes(&self.keys.auth)?);
        Ok(Browser { endpoint: self.endpoint.clone(), key, secret })
    }
}

async fn key(State(service): State<Service>, headers: HeaderMap) -> Response {
    reply::read_json(&headers, &json!({ "key": service.messenger().browser_key() }))
}

async fn subscriptions(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let known = service.office().push_subscriptions(&caller.actor, &person).await;
    let known = known.map_err(|error| service.problem(&error))?;
    let seen = known.iter().map(
        |(id, of)| json!({ "subscription": id.as_str(), "endpoint": of.browser.endpoint, "since": of.since }),
    );
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn subscribe(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
    posted: Posted<Subscribed>,
) -> Result<Response, Problem> {
    let person = caller.person(&person)?;
    let browser = posted.body.browser()?;
    if !service.messenger().reaches(&Address::Browser(browser.clone())) {
        // Who may not subscribe is told that first.
        let known = service.office().push_subscriptions(&caller.actor, &person).await;
        known.map_err(|error| service.problem(&error))?;
        let says = "messages are not sent to the push service of this browser";
        return Err(Problem::detailed(Kind::Refused, says));
    }
    let (office, answer) = posted.once(
        &service,
        service.office(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |id: &RecordId| json!({ "subscription": id.as_str() }),
    );
    answer.to(office.subscribe(&caller.actor, &person, &browser).await)
}

async fn unsubscribe_all(
    State(service): State<Service>,
    caller: Caller,
    Path(person): Path<String>,
) -> Result<Response, Problem> {
    ended(&service, &caller, &person, None).await
}

async fn unsubscribe(
    State(service): State<Service>,
    caller: Caller,
    Path((person, subscription)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let subscription = RecordId::parse(&subscription).ok_or(Kind::Unknown)?;
    ended(&service, &caller, &person, Some(&subscription)).await
}

async fn ended(
    service: &Service,
    caller: &Caller,
    person: &str,
    subscription: Option<&RecordId>,
) -> Result<Response, Problem> {
    let person = caller.person(person)?;
    let ended = service.office().unsubscribe(&caller.actor, &person, subscription).await;
    let ended = ended.map_err(|error| service.problem(&error))?;
    Ok(reply::json(StatusCode::OK, &json!({ "ended": ended })))
}
