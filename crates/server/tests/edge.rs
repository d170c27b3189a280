//! How often somebody may ask, and who that is behind a proxy.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use serde_json::json;
use server::{Limits, Settings};
use store_sqlite::SqliteStore;
use town::{Answer, Town, settings};

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
