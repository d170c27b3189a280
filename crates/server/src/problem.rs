//! What may go wrong, as one table: answers (RFC 9457) and `docs/errors.md` come from it.

use std::fmt::Write as _;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use office::OfficeError;
use store::StoreError;

/// What went wrong, as far as whoever asked must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Malformed,
    NotSignedIn,
    WrongSignIn,
    Forbidden,
    CrossSite,
    Unknown,
    NoSuchMethod,
    Conflict,
    TooLarge,
    NotJson,
    Refused,
    RuleSet,
    KeyReused,
    TooOften,
    Failed,
    Busy,
    Unavailable,
    TooSlow,
}

/// A row: what, its status, its name in the address, its title, when it comes, and what to do.
type Row = (Kind, u16, &'static str, &'static str, &'static str, &'static str);

/// The table.
const TABLE: &[Row] = &[
    (
        Kind::Malformed,
        400,
        "malformed",
        "The request cannot be read",
        "A value is missing, of the wrong kind, or not known.",
        "Compare the request with `/openapi.json`.",
    ),
    (
        Kind::NotSignedIn,
        401,
        "not-signed-in",
        "Nobody is signed in",
        "The session ended, or there was none.",
        "Sign in.",
    ),
    (
        Kind::WrongSignIn,
        401,
        "wrong-sign-in",
        "The sign-in is wrong",
        "A name, password or code is wrong or too old. Which one is not told.",
        "Check what you typed, or ask for a new code.",
    ),
    (
        Kind::Forbidden,
        403,
        "forbidden",
        "This role may not do this",
        "What each role may do stands in `docs/roles.md`.",
        "Ask somebody who may.",
    ),
    (
        Kind::CrossSite,
        403,
        "cross-site",
        "The request came from another page",
        "A form without its token, or a request from another site.",
        "Open the page again and repeat it there.",
    ),
    (
        Kind::Unknown,
        404,
        "unknown",
        "There is no such thing",
        "There is none, or none that whoever asks may know of.",
        "Use an address or an id that this service gave.",
    ),
    (
        Kind::NoSuchMethod,
        405,
        "no-such-method",
        "This cannot be done here",
        "The address is there, and is used otherwise.",
        "Compare the request with `/openapi.json`.",
    ),
    (
        Kind::Conflict,
        409,
        "conflict",
        "Somebody else was first",
        "The same thing was changed at the same time, again and again.",
        "Look at it again, then repeat the request.",
    ),
    (
        Kind::TooLarge,
        413,
        "too-large",
        "The request is too large",
        "A body above the limit.",
        "Send less at once.",
    ),
    (
        Kind::NotJson,
        415,
        "not-json",
        "The request is not JSON",
        "A body whose `Content-Type` is not `application/json`.",
        "Send JSON, and say so.",
    ),
    (
        Kind::Refused,
        422,
        "refused",
        "It cannot be done",
        "The office refuses it; `detail` says why and what to do.",
        "Do as `detail` says.",
    ),
    (
        Kind::RuleSet,
        422,
        "rule-set",
        "The rule set may not be published",
        "`detail` names lines and remedies.",
        "Mend the document, and check it again.",
    ),
    (
        Kind::KeyReused,
        422,
        "key-reused",
        "The idempotency key was used for another request",
        "Each request has a key of its own; a key is remembered for a day.",
        "Use a new key.",
    ),
    (
        Kind::TooOften,
        429,
        "too-often",
        "Too many requests",
        "From one address, by one account, or wrong sign-ins in a row.",
        "Wait as long as `Retry-After` says.",
    ),
    (
        Kind::Failed,
        500,
        "failed",
        "The service failed",
        "A fault of the service. `instance` names it in the service's log.",
        "Report it with its `instance`.",
    ),
    (
        Kind::Busy,
        503,
        "busy",
        "The service is busy",
        "More requests are waiting than can be answered soon. Nothing was done.",
        "Repeat the request after `Retry-After`, with the same idempotency key.",
    ),
    (
        Kind::Unavailable,
        503,
        "unavailable",
        "The service cannot remember anything now",
        "The database cannot be reached or is full. Nothing was done, or its answer got lost.",
        "Repeat the request after `Retry-After`, with the same idempotency key.",
    ),
    (
        Kind::TooSlow,
        503,
        "too-slow",
        "The request took too long",
        "It was given up. It was done as a whole or not at all.",
        "Repeat the request after `Retry-After`, with the same idempotency key.",
    ),
];

impl Kind {
    fn row(self) -> Row {
        let row = TABLE.iter().find(|(kind, ..)| *kind == self).copied();
        row.unwrap_or((self, 500, "failed", "The service failed", "", ""))
    }

    /// The status.
    pub(crate) fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The name in the address of its explanation.
    pub(crate) fn name(self) -> &'static str {
        self.row().2
    }

    /// The title.
    pub(crate) fn title(self) -> &'static str {
        self.row().3
    }
}

/// Every status that any request may be answered with because something went wrong.
pub(crate) fn statuses() -> std::collections::BTreeSet<u16> {
    TABLE.iter().map(|row| row.1).collect()
}

/// The page `docs/errors.md`.
#[must_use]
pub fn page() -> String {
    let mut page = "# Errors\n\nWhat the service answers when something went wrong: `application/problem+json` (RFC 9457). `type` is \
                    `/errors#` with the name, `detail` says\nwhat is special about this one. An answer of 500 or above holds nothing but \
                    the table's words and `instance`, the id of the request in the log.\nThis page is written from the table in \
                    `crates/server/src/problem.rs`.\n\n| status | name | title | when | what to do |\n|---|---|---|---|---|\n"
        .to_owned();
    for (_, status, name, title, when, remedy) in TABLE {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| {status} | `{name}` | {title} | {when} | {remedy} |");
    }
    page
}

/// Something that went wrong with one request. The edge writes it as JSON or as a page.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) detail: Option<String>,
    /// Seconds to wait.
    pub(crate) retry_after: Option<u64>,
}

impl Problem {
    pub(crate) fn detailed(kind: Kind, detail: impl Into<String>) -> Self {
        Problem { kind, detail: Some(detail.into()), retry_after: None }
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        let retry_after =
            matches!(kind, Kind::Busy | Kind::Unavailable | Kind::TooSlow | Kind::TooOften).then_some(2);
        Problem { kind, detail: None, retry_after }
    }
}

impl Problem {
    /// What an error of the office means to whoever asked, at an instant.
    pub(crate) fn of(error: &OfficeError, now: Timestamp) -> Self {
        match error {
            OfficeError::Store(StoreError::Conflict) => Kind::Conflict.into(),
            OfficeError::Store(StoreError::Unavailable(_)) => {
                tracing::warn!(what = "store", "the database cannot be used");
                Kind::Unavailable.into()
            }
            OfficeError::Forbidden { .. } => Problem::detailed(Kind::Forbidden, error.to_string()),
            OfficeError::Unknown(_) => Problem::detailed(Kind::Unknown, error.to_string()),
            OfficeError::Refused { .. } | OfficeError::Issue(_) => {
                Problem::detailed(Kind::Refused, error.to_string())
            }
            OfficeError::RuleSet(_) => Problem::detailed(Kind::RuleSet, error.to_string()),
            OfficeError::SignIn => Kind::WrongSignIn.into(),
            OfficeError::OtherRequest => Kind::KeyReused.into(),
            OfficeError::Wait(until) => {
                let seconds = until.duration_since(now).as_secs().max(1);
                Problem {
                    kind: Kind::TooOften,
                    detail: None,
                    retry_after: Some(u64::try_from(seconds).unwrap_or(1)),
                }
            }
            _ => {
                // Its kind is enough to find it; its words may hold what no log may.
                tracing::error!(what = kind_of(error), "a use case failed");
                Kind::Failed.into()
            }
        }
    }
}

fn kind_of(error: &OfficeError) -> &'static str {
    match error {
        OfficeError::Store(StoreError::Corrupt(_)) => "corrupt",
        OfficeError::Store(_) => "store",
        OfficeError::Sealed(_) => "sealed",
        OfficeError::Unreadable(_) => "unreadable",
        OfficeError::Visits(_) => "visits",
        OfficeError::Publish(_) => "publish",
        _ => "other",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.kind.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_shows_the_table() {
        let book = include_str!("../../../docs/errors.md");
        assert_eq!(book, page(), "docs/errors.md is written from the table in problem.rs");
    }

    #[test]
    fn every_kind_stands_once_in_the_table() {
        for (place, row) in TABLE.iter().enumerate() {
            assert!(!TABLE[..place].iter().any(|other| other.0 == row.0 || other.2 == row.2), "{}", row.2);
        }
    }
}
