//! The tests that every database must pass, on SQLite.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use store::{Store, conformance};
use store_sqlite::SqliteStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_does_what_every_database_must() {
    let folder = tempfile::tempdir().unwrap();
    let next = AtomicU32::new(0);
    conformance::all(|| {
        let file = folder.path().join(format!("{}.sqlite", next.fetch_add(1, Ordering::Relaxed)));
        async move { Arc::new(SqliteStore::open(&file).await.unwrap()) as Arc<dyn Store> }
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.sqlite");
    std::fs::write(&file, "not a database, but long enough to be mistaken for one by its size ".repeat(100))
        .unwrap();
    assert!(SqliteStore::open(&file).await.is_err());
    assert!(SqliteStore::open(&folder.path().join("no/such/folder/x.sqlite")).await.is_err());
}
