//! Where the visits of days that are over lie.

use std::ops::Range;

use async_trait::async_trait;

use crate::error::StoreError;

/// Objects by name: a folder, an object store. An object is written once and never changed.
#[async_trait]
pub trait Objects: std::fmt::Debug + Send + Sync {
    /// Writes an object, as a whole or not at all: when this returns, it survives the death of every process and the loss of power.
    async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), StoreError>;

    /// Bytes of an object, fewer where it ends before; `None` where there is no such object.
    async fn read(&self, name: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, StoreError>;

    /// The names of all objects.
    async fn names(&self) -> Result<Vec<String>, StoreError>;

    /// Deletes an object, if it is there.
    async fn delete(&self, name: &str) -> Result<(), StoreError>;
}
