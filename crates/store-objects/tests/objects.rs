//! Objects in a folder and in memory behave alike.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use object_store::memory::InMemory;
use store::Objects;
use store_objects::StoredObjects;

async fn behaves(objects: &dyn Objects) {
    assert!(objects.names().await.unwrap().is_empty());
    assert_eq!(objects.read("a.visits", 0..4).await.unwrap(), None);
    objects.write("a.visits", vec![1, 2, 3, 4, 5]).await.unwrap();
    objects.write("b.visits", vec![9]).await.unwrap();
    let mut names = objects.names().await.unwrap();
    names.sort();
    assert_eq!(names, ["a.visits", "b.visits"]);
    assert_eq!(objects.read("a.visits", 1..3).await.unwrap(), Some(vec![2, 3]));
    assert_eq!(objects.read("a.visits", 3..99).await.unwrap(), Some(vec![4, 5]), "as far as it goes");
    objects.delete("a.visits").await.unwrap();
    objects.delete("a.visits").await.unwrap();
    assert_eq!(objects.read("a.visits", 0..4).await.unwrap(), None);
    assert_eq!(objects.names().await.unwrap(), ["b.visits"]);
}

#[tokio::test]
async fn objects_are_written_read_by_range_listed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    behaves(&StoredObjects::in_folder(&folder.path().join("visits")).unwrap()).await;
    behaves(&StoredObjects::new(Arc::new(InMemory::new()))).await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(StoredObjects::in_folder(&file.join("visits")).is_err());
}
