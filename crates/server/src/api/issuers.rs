//! Recognising another authority's passes: proposed by policy, agreed to by oversight of another body, ended by either at once.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use data_encoding::BASE64;
use jiff::Timestamp;
use office::{IssuerKey, permissions::UseCase};
use serde::Deserialize;
use serde_json::{Value, json};
use store::RecordId;
use utoipa::ToSchema;

use crate::{
    api::Endpoint,
    caller::Caller,
    posted::{Nothing, Posted, done},
    problem::{Kind, Problem},
    reply,
    service::Service,
};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/api/v1/issuers",
            "Keys of other authorities: proposed, trusted and revoked, and by which bodies.",
            get(issuers),
        ),
        Endpoint::post::<Proposed>(
            "/api/v1/issuers",
            "Propose to trust another authority's key.",
            post(propose),
        )
        .may(UseCase::ProposeIssuer)
        .gives(201),
        Endpoint::post::<Nothing>(
            "/api/v1/issuers/{issuer}/agreement",
            "Agree to trust a key that another body proposed: it is in the trust list from now on.",
            post(agree),
        )
        .may(UseCase::AgreeToIssuer),
        Endpoint::post::<Nothing>(
            "/api/v1/issuers/{issuer}/revocation",
            "End trust in a key: it is no longer in the trust list.",
            post(revoke),
        )
        .may(UseCase::RevokeIssuer),
    ]
}

/// A key that is to be trusted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Proposed {
    /// The authority's public name, as the log and doors show it: `a-z`, `0-9`, and single `-`, `.`, `/`.
    name: String,
    /// The short name that its passes say.
    issuer: String,
    /// Its public key (SubjectPublicKeyInfo): PEM, or the same in Base64 alone.
    key: String,
    /// Until when its passes count (RFC 3339); at most a year from now.
    #[schema(value_type = String, format = DateTime)]
    not_after: Timestamp,
    /// Where its holders get help and how they contest a level, by language.
    #[serde(default)]
    help: BTreeMap<String, String>,
}

impl Proposed {
    fn key(&self) -> Result<IssuerKey, Problem> {
        let malformed = |says| Problem::detailed(Kind::Malformed, says);
        let body: String = self.key.lines().filter(|line| !line.starts_with("-----")).collect();
        let spki = BASE64.decode(body.trim().as_bytes());
        Ok(IssuerKey {
            name: self.name.parse().map_err(|_| malformed("the authority's name cannot be published"))?,
            issuer: self.issuer.clone(),
            spki: spki.map_err(|_| malformed("the key is neither PEM nor Base64"))?,
            not_after: self.not_after,
            help: self.help.clone(),
        })
    }
}

async fn issuers(State(service): State<Service>, headers: HeaderMap) -> Result<Response, Problem> {
    let issuers = service.office().issuers().await.map_err(|error| service.problem(&error))?;
    let seen = issuers.iter().map(|(id, of)| {
        let agreed = of.agreed.as_ref().map(|(by, at)| json!({ "body": by.body, "at": at }));
        json!({
            "id": id.as_str(), "name": of.key.name, "issuer": of.key.issuer, "key": BASE64.encode(&of.key.spki),
            "not_after": of.key.not_after, "help": of.key.help, "body": of.by.body, "at": of.at, "agreed": agreed,
            "revoked": of.revoked,
        })
    });
    Ok(reply::read_json(&headers, &seen.collect::<Vec<Value>>()))
}

async fn propose(
    State(service): State<Service>,
    caller: Caller,
    posted: Posted<Proposed>,
) -> Result<Response, Problem> {
    let key = posted.body.key()?;
    let (office, answer) = posted.once(
        &service,
        service.officers(),
        Some(&caller.actor),
        StatusCode::CREATED,
        |id: &RecordId| json!({ "issuer": id.as_str() }),
    );
    answer.to(office.propose_issuer(&caller.actor, &key).await)
}

async fn agree(
    State(service): State<Service>,
    caller: Caller,
    Path(issuer): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let issuer = RecordId::parse(&issuer).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    let agreed = office.agree_to_issuer(&caller.actor, &issuer).await;
    service.trust_changed().await;
    answer.to(agreed)
}

async fn revoke(
    State(service): State<Service>,
    caller: Caller,
    Path(issuer): Path<String>,
    posted: Posted<Nothing>,
) -> Result<Response, Problem> {
    let issuer = RecordId::parse(&issuer).ok_or(Kind::Unknown)?;
    let (office, answer) =
        posted.once(&service, service.officers(), Some(&caller.actor), StatusCode::OK, done::<()>);
    let revoked = office.revoke_issuer(&caller.actor, &issuer).await;
    service.trust_changed().await;
    answer.to(revoked)
}
