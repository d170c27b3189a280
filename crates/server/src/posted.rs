//! What is posted: JSON, and done once where the request has an idempotency key.

use std::any::Any;

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, Request},
    http::{StatusCode, header},
    response::Response,
};
use office::{Actor, Office, OfficeError, Once};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    limits::FILES_BYTES_MAX,
    problem::{Kind, Problem},
    reply,
    service::Service,
};

/// Longest idempotency key, in bytes.
const KEY_BYTES_MAX: usize = 128;

/// The body of a request that needs no words: what is to be done stands in its address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// A body, and what makes its request the same as another.
pub(crate) struct Posted<B> {
    pub(crate) body: B,
    key: Option<String>,
    request: [u8; 32],
}

impl<B: DeserializeOwned + Send> FromRequest<Service> for Posted<B> {
    type Rejection = Problem;

    async fn from_request(request: Request, service: &Service) -> Result<Self, Problem> {
        Posted::read(request, service.settings().limits.body_bytes_max).await
    }
}

/// The same for a body that may hold a file.
pub(crate) struct PostedFile<B>(pub(crate) Posted<B>);

impl<B: DeserializeOwned + Send> FromRequest<Service> for PostedFile<B> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Service) -> Result<Self, Problem> {
        Posted::read(request, FILES_BYTES_MAX).await.map(PostedFile)
    }
}

impl<B: DeserializeOwned> Posted<B> {
    async fn read(request: Request, bytes_max: usize) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim);
        if kind != Some("application/json") {
            return Err(Kind::NotJson.into());
        }
        let bytes: Bytes = to_bytes(body, bytes_max).await.map_err(|_| Kind::TooLarge)?;
        let body = serde_json::from_slice(&bytes).map_err(|error| {
            // The place is told, not what stood there.
            let place =
                format!("line {}, column {} of the body is not as it must be", error.line(), error.column());
            Problem::detailed(Kind::Malformed, place)
        })?;
        let key = match parts.headers.get("idempotency-key") {
            None => None,
            Some(key) => {
                let key = key.to_str().ok().filter(|key| (1..=KEY_BYTES_MAX).contains(&key.len()));
                let malformed =
                    || Problem::detailed(Kind::Malformed, "an idempotency key has 1 to 128 characters");
                Some(key.ok_or_else(malformed)?.to_owned())
            }
        };
        let mut hash = Sha256::new();
        hash.update(parts.method.as_str());
        hash.update(parts.uri.path());
        hash.update([0]);
        hash.update(&bytes);
        Ok(Posted { body, key, request: hash.finalize().into() })
    }
}

/// An answer as it is kept: the same when it is given again.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    body: Value,
}

/// How what was done is answered.
pub(crate) struct Answering<T> {
    status: StatusCode,
    answer: fn(&T) -> Value,
    service: Service,
}

impl<B> Posted<B> {
    /// An office that does this request once, and how to answer.
    pub(crate) fn once<T: 'static>(
        &self,
        service: &Service,
        office: &Office,
        actor: Option<&Actor>,
        status: StatusCode,
        answer: fn(&T) -> Value,
    ) -> (Office, Answering<T>) {
        let answering = Answering { status, answer, service: service.clone() };
        let Some(key) = &self.key else { return (office.clone(), answering) };
        let kept = move |done: &dyn Any| {
            let body = answer(done.downcast_ref::<T>()?);
            serde_json::to_vec(&Kept { status: status.as_u16(), body }).ok()
        };
        let once =
            Once { actor: actor.cloned(), key: key.clone(), request: self.request, answer: Box::new(kept) };
        (office.once(once), answering)
    }
}

impl<T> Answering<T> {
    /// Answers.
    pub(crate) fn to(self, done: Result<T, OfficeError>) -> Result<Response, Problem> {
        match done {
            Ok(done) => Ok(reply::json(self.status, &(self.answer)(&done))),
            Err(OfficeError::Answered(kept)) => {
                let kept: Kept = serde_json::from_slice(&kept).map_err(|_| Kind::Failed)?;
                let status = StatusCode::from_u16(kept.status).map_err(|_| Kind::Failed)?;
                Ok(reply::json(status, &kept.body))
            }
            Err(error) => Err(self.service.problem(&error)),
        }
    }
}

/// Shared by handlers that answer with nothing but that it was done.
pub(crate) fn done<T>(_: &T) -> Value {
    serde_json::json!({ "done": true })
}

/// What a shared value is written as.
pub(crate) fn value(what: &impl Serialize) -> Value {
    serde_json::to_value(what).unwrap_or(Value::Null)
}
