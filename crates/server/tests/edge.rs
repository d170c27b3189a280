//! How often somebody may ask, who that is behind a proxy, and documents that are signed once for many.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, StatusCode},
};
use issuer::{Signer as _, SoftwareKey};
use office::Role;
use serde_json::json;
use server::{Limits, Settings};
use store_sqlite::SqliteStore;
use town::{Answer, Town, everywhere, settings};

async fn town(settings: Settings) -> (Town, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("office.sqlite")).await.unwrap();
    (Town::new(Arc::new(store), settings), folder)
}

/// Signs in wrongly, over a connection from an address.
async fn try_to_sign_in(town: &Town, connected: &str, forwarded: Option<&str>) -> Answer {
    let body = json!({ "contact": "ma@example.org", "code": "000000" });
    let mut request = Request::post("/api/v1/sessions/resident").header("content-type", "application/json");
    if let Some(forwarded) = forwarded {
        request = request.header("x-forwarded-for", forwarded);
    }
    let mut request = request.body(Body::from(body.to_string())).unwrap();
    let connected: SocketAddr = format!("{connected}:4711").parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(connected));
    town.ask(request).await
}

#[tokio::test]
async fn r18_an_address_has_a_few_tries_in_a_row_and_then_waits_also_by_the_lowest_rate() {
    // Three in an hour is the lowest that can be configured.
    for (an_hour, tries) in [(3.0, 3), (30.0, 5)] {
        let limits = Limits { sign_ins_per_minute: an_hour / 60.0, ..settings().limits };
        let (town, _folder) = town(Settings { limits, ..settings() }).await;
        for number in 0..tries {
            let answer = try_to_sign_in(&town, "198.51.100.7", None).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{an_hour}: {number} {}", answer.text());
        }
        let waits = try_to_sign_in(&town, "198.51.100.7", None).await;
        assert_eq!(waits.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(waits.header("retry-after").parse::<u64>().unwrap() > 60);
        let other = try_to_sign_in(&town, "198.51.100.8", None).await;
        assert_eq!(other.status, StatusCode::UNAUTHORIZED, "others do not wait");
    }
}

#[tokio::test]
async fn behind_a_proxy_people_are_told_apart_and_nobody_gets_out_of_waiting_by_a_made_up_address() {
    let limits = Limits { sign_ins_per_minute: 3.0 / 60.0, ..settings().limits };
    let proxies = vec!["10.0.0.1".parse().unwrap()];
    let (town, _folder) = town(Settings { limits, proxies, ..settings() }).await;
    for number in 0..6 {
        let made_up = format!("192.0.2.{number}, 203.0.113.9");
        let answer = try_to_sign_in(&town, "10.0.0.1", Some(&made_up)).await;
        let expected = if number < 3 { StatusCode::UNAUTHORIZED } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(answer.status, expected, "{number}");
    }
    let other = try_to_sign_in(&town, "10.0.0.1", Some("203.0.113.10")).await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED, "another person behind the same proxy");
    for number in 0..4 {
        // Not from the proxy: what they say of themselves counts for nothing.
        let answer = try_to_sign_in(&town, "198.51.100.7", Some(&format!("192.0.2.{number}"))).await;
        let expected = if number < 3 { StatusCode::UNAUTHORIZED } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!(answer.status, expected, "{number}");
    }
}

#[tokio::test]
async fn the_trust_list_is_signed_once_until_a_key_changes_or_an_hour_is_over() {
    everywhere(async |town: Town| {
        let list = async || town.api(Method::GET, "/api/v1/trust-list", None, None).await;
        let first = list().await;
        town.later(2);
        let same = list().await;
        assert_eq!((same.header("etag"), &same.body), (first.header("etag"), &first.body));
        let unchanged = Request::get("/api/v1/trust-list").header("if-none-match", first.header("etag"));
        let unchanged = town.ask(unchanged.body(Body::empty()).unwrap()).await;
        assert_eq!((unchanged.status, unchanged.body.len()), (StatusCode::NOT_MODIFIED, 0));
        town.later(57);
        assert_eq!(list().await.body, first.body, "59 minutes");
        town.later(1);
        let anew = list().await;
        assert_ne!(anew.body, first.body, "an hour");
        // A key of another authority is in the very next list, and out of it.
        let policy = town.officer("policy", Role::Policy, "health/commission").await;
        let watch = town.officer("watch", Role::Oversight, "parliament").await;
        let key = SoftwareKey::generate(&mut |bytes| bytes.fill(9));
        let given = json!({
            "name": "suzhou/cdc", "issuer": "SZ", "key": data_encoding::BASE64.encode(key.spki()),
            "not_after": "2020-05-01T00:00:00Z", "help": { "en": "https://suzhou.example.org" },
        });
        let proposed = town.post("/api/v1/issuers", &policy, given).await;
        assert_eq!(proposed.status, StatusCode::CREATED, "{}", proposed.text());
        let issuer = proposed.json()["issuer"].as_str().unwrap().to_owned();
        let post = async |what: &str, token: &str| {
            town.post(&format!("/api/v1/issuers/{issuer}/{what}"), token, json!({})).await.status
        };
        assert_eq!(post("agreement", &policy).await, StatusCode::FORBIDDEN);
        assert_eq!(list().await.body, anew.body);
        assert_eq!(post("agreement", &watch).await, StatusCode::OK);
        let with = list().await;
        assert!(with.body.len() > anew.body.len());
        let seen = town.api(Method::GET, "/api/v1/issuers", None, None).await.json();
        assert_eq!(
            (seen[0]["issuer"].as_str(), seen[0]["agreed"]["body"].as_str()),
            (Some("SZ"), Some("parliament"))
        );
        assert!(!seen.to_string().contains("watch"), "bodies, no officers");
        assert_eq!(post("revocation", &policy).await, StatusCode::OK);
        assert!(list().await.body.len() < with.body.len(), "R25: at once");
    })
    .await;
}

#[tokio::test]
async fn r12_doors_get_their_documents_while_the_database_is_away() {
    everywhere(async |town: Town| {
        let Some(database) = town.database.clone() else { return };
        let documents = ["/api/v1/trust-list", "/api/v1/revocation-filter"];
        for path in documents {
            assert_eq!(town.api(Method::GET, path, None, None).await.status, StatusCode::OK);
        }
        town::away(&database).await;
        town.later(2);
        for path in documents {
            let answer = town.api(Method::GET, path, None, None).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        }
    })
    .await;
}
