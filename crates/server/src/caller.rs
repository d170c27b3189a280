//! Who asks: whoever shows the token of a session, in a cookie or as a bearer.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use evidence::PersonId;
use office::{Actor, Role};
use sha2::{Digest, Sha256};

use crate::{
    problem::{Kind, Problem},
    service::Service,
};

/// The name of the session's cookie.
pub(crate) const SESSION: &str = "session";

/// Whoever is signed in.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    pub(crate) token: Arc<str>,
}

impl Caller {
    /// The token that a form of this session carries: another site cannot know it.
    pub(crate) fn form_token(&self) -> String {
        form_token(&self.token)
    }

    pub(crate) fn role(&self) -> Role {
        self.actor.role()
    }

    /// The resident, if it is one.
    pub(crate) fn resident(&self) -> Result<PersonId, Problem> {
        match &self.actor {
            Actor::Resident(person) => Ok(person.clone()),
            Actor::Officer(_) => Err(Problem::detailed(Kind::Forbidden, "this page is for residents")),
        }
    }

    /// The person of an address: `me`, or somebody by id.
    pub(crate) fn person(&self, named: &str) -> Result<PersonId, Problem> {
        if named == "me" {
            return self.resident();
        }
        named.parse().map_err(|_| Problem::from(Kind::Unknown))
    }
}

pub(crate) fn form_token(token: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"form\n");
    hash.update(token.as_bytes());
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A cookie's value.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(of, _)| *of == name)
        .map(|(_, value)| value)
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer "));
    let token = bearer.or_else(|| cookie(headers, SESSION))?;
    (token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(token)
}

impl FromRequestParts<Service> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        let token = token(&parts.headers).ok_or(Kind::NotSignedIn)?;
        let actor = service.actor(token).await?.ok_or(Kind::NotSignedIn)?;
        service.account_rates().take(form_token(token))?;
        Ok(Caller { actor, token: token.into() })
    }
}

/// Whoever is signed in, if anybody is.
pub(crate) struct Maybe(pub(crate) Option<Caller>);

impl FromRequestParts<Service> for Maybe {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, service: &Service) -> Result<Self, Problem> {
        match Caller::from_request_parts(parts, service).await {
            Ok(caller) => Ok(Maybe(Some(caller))),
            Err(problem) if problem.kind == Kind::NotSignedIn => Ok(Maybe(None)),
            Err(problem) => Err(problem),
        }
    }
}

/// Why an officer looks, in their words: the header `Purpose`, so that it stands in no address. The subject sees it.
pub(crate) struct Purpose(pub(crate) String);

impl FromRequestParts<Service> for Purpose {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Service) -> Result<Self, Problem> {
        let purpose = parts.headers.get("purpose").map(|value| String::from_utf8_lossy(value.as_bytes()));
        Ok(Purpose(purpose.unwrap_or_default().into_owned()))
    }
}
