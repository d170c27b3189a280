//! The tests that every database must pass, on PostgreSQL. They need a server: `CLEANBILL_POSTGRES` names a database on it in which
//! others may be made, such as `postgres://postgres@localhost:5433/postgres`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use jiff::Timestamp;
use sqlx::{Connection, PgConnection};
use store::{Store, conformance};
use store_postgres::PostgresStore;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A new database beside the one that was named.
async fn empty(server: &str) -> Arc<dyn Store> {
    let name = format!("conformance_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(server).await.unwrap();
    for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.unwrap();
    }
    let (before, _) = server.rsplit_once('/').unwrap();
    Arc::new(PostgresStore::connect(&format!("{before}/{name}"), 8).await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_does_what_every_database_must() {
    let Ok(server) = std::env::var("CLEANBILL_POSTGRES") else {
        println!("skipped: CLEANBILL_POSTGRES does not name a PostgreSQL server to test on");
        return;
    };
    conformance::all(|| empty(&server)).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_to_be_unavailable() {
    let refused = PostgresStore::connect("postgres://nobody@127.0.0.1:1/none", 1).await;
    assert!(matches!(refused, Err(store_postgres::StoreError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn what_was_told_first_and_committed_last_is_heard_as_well() {
    let Ok(server) = std::env::var("CLEANBILL_POSTGRES") else {
        println!("skipped: CLEANBILL_POSTGRES does not name a PostgreSQL server to test on");
        return;
    };
    let store = empty(&server).await;
    let at = Timestamp::from_second(1_581_300_000).unwrap();
    let (mark, _) = store.told_since(None).await.unwrap();
    let mut first = store.begin().await.unwrap();
    first.tell(&["first".to_owned()], at).await.unwrap();
    let mut second = store.begin().await.unwrap();
    second.tell(&["second".to_owned()], at).await.unwrap();
    second.commit().await.unwrap();
    let (mark, heard) = store.told_since(Some(mark)).await.unwrap();
    assert!(heard.is_empty(), "the second waits for the first: {heard:?}");
    first.commit().await.unwrap();
    let (mut mark, mut heard) = (mark, Vec::new());
    // Whatever else runs on the same server may delay it.
    for _ in 0..400 {
        let (next, told) = store.told_since(Some(mark)).await.unwrap();
        mark = next;
        heard.extend(told);
        if heard.len() == 2 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    heard.sort();
    assert_eq!(heard, ["first", "second"]);
    assert!(store.told_since(Some(mark)).await.unwrap().1.is_empty());
}
