//! Several services on one database: what one of them changes, the others know within seconds, whatever they have in memory.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use server::{Jobs, Parts, Service};
use town::{Answer, Town, everywhere, settings};

/// Far less than the minute for which things are remembered that nobody tells the change of.
const SOON: Duration = Duration::from_secs(20);

/// Another service on the same database.
fn another(town: &Town) -> Town {
    let service = Service::new(Parts {
        office: town.office.clone(),
        officers: town.office.clone(),
        messenger: town.board.clone(),
        board: None,
        log: None,
        settings: settings(),
    });
    Town {
        office: town.office.clone(),
        clock: town.clock.clone(),
        board: town.board.clone(),
        router: service.router(),
        service,
        file: None,
        database: None,
    }
}

/// Asks again and again until an answer is as it should be.
async fn soon(asked: impl AsyncFn() -> Answer, is_right: impl Fn(&Answer) -> bool) {
    let found = async {
        loop {
            let answer = asked().await;
            if is_right(&answer) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(SOON, found).await.unwrap();
}

#[tokio::test]
async fn what_one_service_changes_the_other_shows_within_seconds() {
    everywhere(async |town: Town| {
        town.publish().await;
        let other = another(&town);
        let jobs = Jobs::start(&other.service);
        let (_, token) = town.resident("Ma", None).await;
        let pass = async || other.get("/api/v1/me/pass", &token).await;
        assert_eq!(pass().await.json()["level"], "green");
        town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
        soon(pass, |answer| answer.json()["level"] == "yellow").await;
        town.api(axum::http::Method::DELETE, "/api/v1/sessions/current", Some(&token), None).await;
        soon(pass, |answer| answer.status == StatusCode::UNAUTHORIZED).await;
        jobs.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_leaves_at_one_service_is_signed_out_of_the_other() {
    everywhere(async |town: Town| {
        town.publish().await;
        let other = another(&town);
        let jobs = Jobs::start(&other.service);
        let (_, token) = town.resident("Ma", None).await;
        let pass = async || other.get("/api/v1/me/pass", &token).await;
        assert_eq!(pass().await.status, StatusCode::OK);
        let left = town.api(axum::http::Method::DELETE, "/api/v1/people/me", Some(&token), None).await;
        assert!(left.status.is_success(), "{}", left.text());
        soon(pass, |answer| answer.status == StatusCode::UNAUTHORIZED).await;
        jobs.stop().await;
    })
    .await;
}
