//! The database goes away and comes back, or is full: clear answers, nothing lost, recovery without a restart.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod town;

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use store_sqlite::SqliteStore;
use town::{Town, everywhere, settings};

#[tokio::test]
async fn postgresql_goes_away_and_comes_back_under_load() {
    everywhere(async |town: Town| {
        let Some(database) = town.database.clone() else { return };
        town.publish().await;
        let mut tokens = Vec::new();
        for number in 0..4 {
            tokens.push(town.resident(&format!("Ma{number}"), None).await.1);
        }
        let town = Arc::new(town);
        let load: Vec<_> = tokens
            .iter()
            .cloned()
            .map(|token| {
                let town = Arc::clone(&town);
                // Each says what was acknowledged and what was refused.
                tokio::spawn(async move {
                    let (mut acknowledged, mut refused) = (0_usize, 0_usize);
                    for _ in 0..60 {
                        let answer = town
                            .post("/api/v1/people/me/declarations", &token, json!({ "symptoms": [] }))
                            .await;
                        match answer.status {
                            StatusCode::CREATED => acknowledged += 1,
                            StatusCode::SERVICE_UNAVAILABLE => {
                                assert!(!answer.header("retry-after").is_empty());
                                refused += 1;
                                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                            }
                            other => panic!("{other}: {}", answer.text()),
                        }
                    }
                    (acknowledged, refused)
                })
            })
            .collect();
        let server = std::env::var("CLEANBILL_POSTGRES").unwrap();
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let gone = format!(
            "ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        );
        let back = format!("ALTER DATABASE {database} WITH ALLOW_CONNECTIONS true");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(gone))).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        connection.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(back))).await.unwrap();
        let mut all_refused = 0;
        for (task, token) in load.into_iter().zip(&tokens) {
            let (acknowledged, refused) = task.await.unwrap();
            all_refused += refused;
            let exported = town.get("/api/v1/people/me/export", token).await;
            assert_eq!(exported.status, StatusCode::OK, "{}", exported.text());
            let kept = exported.json()["evidence"].as_array().unwrap().len();
            // What was refused while its commit was on its way may have happened; what was acknowledged has.
            assert!(
                (acknowledged..=acknowledged + refused).contains(&kept),
                "{acknowledged} {refused} {kept}"
            );
        }
        assert!(all_refused > 0, "the database was away");
    })
    .await;
}

#[tokio::test]
async fn a_full_disk_refuses_writes_clearly_keeps_reading_and_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.sqlite");
    let store = SqliteStore::open(&file).await.unwrap();
    let town = Town::new(Arc::new(store.clone()), settings());
    town.publish().await;
    let (_, token) = town.resident("Ma", None).await;
    // No page more than there are: what SQLite says of a full disk.
    store.limit_pages(Some(1)).await.unwrap();
    let mut refused = 0;
    for number in 0..200 {
        let words = json!({ "contact": format!("somebody{number}@example.org") });
        let answer = town.api(axum::http::Method::POST, "/api/v1/codes", None, Some(words)).await;
        match answer.status {
            StatusCode::ACCEPTED => {}
            StatusCode::SERVICE_UNAVAILABLE => refused += 1,
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert!(refused > 0, "the disk is full");
    let read = town.get("/api/v1/people/me/colour", &token).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.text());
    store.limit_pages(None).await.unwrap();
    let declared =
        town.post("/api/v1/people/me/declarations", &token, json!({ "symptoms": ["fever"] })).await;
    assert_eq!(declared.status, StatusCode::CREATED, "{}", declared.text());
}
