//! Visits of days that are over, as objects in a folder or in any store of crate `object_store`.

use std::{ops::Range, path::Path, sync::Arc};

use futures_util::TryStreamExt as _;
use object_store::{
    Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path as Name,
};
use store::{Objects, StoreError, reexport::async_trait};

/// Objects in a store of crate `object_store`.
#[derive(Debug, Clone)]
pub struct StoredObjects {
    store: Arc<dyn ObjectStore>,
}

impl StoredObjects {
    /// Objects in a folder, which is made where it is missing. What is written is on the disk when it is said to be.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the folder cannot be made or read.
    pub fn in_folder(folder: &Path) -> Result<Self, StoreError> {
        let unusable = |error: &dyn std::fmt::Display| {
            StoreError::Unavailable(format!("the folder {} cannot be used: {error}", folder.display()))
        };
        std::fs::create_dir_all(folder).map_err(|error| unusable(&error))?;
        let store = LocalFileSystem::new_with_prefix(folder).map_err(|error| unusable(&error))?;
        Ok(StoredObjects::new(Arc::new(store.with_fsync(true))))
    }

    /// Objects in any store, with its own prefix if it is shared with others: what lies there and no office knows of is deleted.
    #[must_use]
    pub fn new(store: Arc<dyn ObjectStore>) -> Self {
        StoredObjects { store }
    }
}

fn failed(error: &Error) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

#[async_trait]
impl Objects for StoredObjects {
    async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.store.put(&Name::from(name), bytes.into()).await.map_err(|error| failed(&error))?;
        Ok(())
    }

    async fn read(&self, name: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let got = match self.store.get_opts(&Name::from(name), options).await {
            Err(Error::NotFound { .. }) => return Ok(None),
            got => got.map_err(|error| failed(&error))?,
        };
        Ok(Some(got.bytes().await.map_err(|error| failed(&error))?.to_vec()))
    }

    async fn names(&self) -> Result<Vec<String>, StoreError> {
        let all: Vec<_> = self.store.list(None).try_collect().await.map_err(|error| failed(&error))?;
        Ok(all.into_iter().map(|object| object.location.to_string()).collect())
    }

    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        match self.store.delete(&Name::from(name)).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(failed(&error)),
        }
    }
}
