//! Names, contacts, places, tokens and bodies stand in no log, no address and no error.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use axum::{
    body::Body,
    http::{Method, Request},
};
use office::Role;
use serde_json::json;
use town::{Town, everywhere};

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_secret_and_nothing_of_anybody_is_in_logs_or_errors() {
    let lines = Lines::default();
    let writer = lines.clone();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    everywhere(async |town: Town| {
        town.publish().await;
        let (person, token) = town.resident("Zhuangzhou", Some("butterfly-lane-9")).await;
        let officer = town.officer("li-sign-in", Role::Investigator, "health/commission").await;
        let secrets = [
            "Zhuangzhou",
            "zhuangzhou@example.org",
            "butterfly-lane-9",
            "ID-Zhuangzhou",
            "tea-house-77",
            "my own words",
            "three plain words",
            "203.0.113.9",
            token.as_str(),
            officer.as_str(),
            person.as_str(),
        ];
        town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
        let house = json!({ "name": "tea-house-77", "kind": "restaurant" });
        let house = town.post("/api/v1/venues", &token, house).await;
        let visit =
            town.post("/api/v1/people/me/visits", &token, json!({ "code": house.json()["code"] })).await;
        assert_eq!(visit.status.as_u16(), 201, "{} {}", house.text(), visit.text());
        let words = json!({ "rule": "telling-symptoms", "words": "my own words" });
        town.post("/api/v1/people/me/appeals", &token, words).await;
        town.get(&format!("/api/v1/people/{person}/colour"), &officer).await;
        town.get(&format!("/api/v1/people/{person}/export"), &officer).await;
        let sign_in = json!({ "name": "li-sign-in", "password": "three plain words", "code": "000000" });
        let mut refused = vec![town.api(Method::POST, "/api/v1/sessions/officer", None, Some(sign_in)).await];
        refused.push(
            town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["tea-house-77"] }))
                .await,
        );
        refused.push(town.post("/api/v1/people/me/proxies", &token, json!({ "proxy": "Zhuangzhou" })).await);
        refused.push(town.get(&format!("/api/v1/people/{person}/export"), &officer).await);
        refused.push(town.get(&format!("/api/v1/people/{person}x/colour"), &token).await);
        let page = Request::get("/me")
            .header("cookie", format!("session={token}"))
            .header("accept", "text/html")
            .header("x-forwarded-for", "203.0.113.9")
            .body(Body::empty())
            .unwrap();
        let page = town.ask(page).await;
        assert!(page.status.is_success(), "{}", page.text());
        // The session is in no page: only its cookie has it.
        assert!(!page.text().contains(token.as_str()));
        for answer in refused {
            assert!(answer.status.is_client_error(), "{}", answer.status);
            for secret in secrets {
                assert!(!answer.text().contains(secret), "{secret} in {}", answer.text());
            }
            assert!(answer.headers.get("location").is_none());
        }
        let logged = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        // Statements of the database at the finest level hold no values; every secret of every line is looked for.
        assert!(logged.contains("answered"), "requests are logged");
        for secret in secrets {
            assert!(!logged.contains(secret), "{secret} is in the log");
        }
    })
    .await;
}
