//! A store as a whole: every row in an order, for a backup, and the way back.

use async_trait::async_trait;

use crate::{
    error::StoreError,
    record::{Record, RecordId},
    visit::{DayVisit, VisitId},
};

/// Everything there is, in order, so much at a time; and putting it back as it was.
#[async_trait]
pub trait Whole {
    /// Whether nothing is kept at all.
    async fn is_empty(&mut self) -> Result<bool, StoreError>;

    /// Up to `limit` records in the order of kinds and ids, from the first after `after` on.
    async fn records_after(
        &mut self,
        after: Option<(&str, &RecordId)>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError>;

    /// Up to `limit` sealed keys in the order of names, from the first after `after` on.
    async fn keys_after(&mut self, after: &str, limit: u32) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Up to `limit` visits in the order of ids, from the first after `after` on.
    async fn visits_after(
        &mut self,
        after: Option<&VisitId>,
        limit: u32,
    ) -> Result<Vec<DayVisit>, StoreError>;

    /// Up to `limit` log entries that wait for their places, in the order of ids, from the first after `after` on.
    async fn handed_in_after(
        &mut self,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<(RecordId, Vec<u8>)>, StoreError>;

    /// Puts a record back as it was, whatever its version.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is one of this kind and id.
    async fn put_back(&mut self, record: &Record) -> Result<(), StoreError>;

    /// Puts a log entry back into its place; if it waited for one, it does no longer.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where the place is taken, or there is an entry with this id.
    async fn put_back_entry(&mut self, place: u64, id: &RecordId, entry: &[u8]) -> Result<(), StoreError>;
}
