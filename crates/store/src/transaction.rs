//! The traits a database implements.

use async_trait::async_trait;
use evidence::PersonId;
use jiff::{Timestamp, civil::Date};

use crate::{
    day_key::Pseudonym,
    error::StoreError,
    record::{Record, RecordId, Version},
    visit::{DayVisit, VenueSpan, VisitId},
    whole::Whole,
};

/// A database.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync {
    /// Begins a transaction. What it reads does not change while it lasts; of two that cannot both have happened one after
    /// the other, one ends in [`StoreError::Conflict`].
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// Begins a transaction that reads only. It sees one moment, is in nobody's way, and nobody is in its way.
    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, StoreError>;

    /// Begins a transaction that looks something up: it waits for no writer, and sees what was committed when it first reads. Nothing may
    /// be written in it.
    ///
    /// # Errors
    /// As [`Store::begin`].
    async fn begin_looking(&self) -> Result<Box<dyn Transaction>, StoreError> {
        self.begin().await
    }

    /// What was told by [`Changes::tell`] since a mark, and the mark to go on from: everything once, from the moment on in which a mark was
    /// taken with `None`. Waits for nobody, and is in nobody's way.
    async fn told_since(&self, mark: Option<Mark>) -> Result<(Mark, Vec<String>), StoreError>;

    /// Forgets what was told before an instant. Whoever has an older mark learns nothing of it.
    async fn forget_told(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// How far somebody has read what was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark(pub i64);

/// Reads and writes that happen together or not at all. Dropped without [`Transaction::commit`], nothing has happened.
#[async_trait]
pub trait Transaction: Records + Keys + Visits + Log + Changes + Whole + Send {
    /// Makes it last: when this returns, it survives the death of every process and the loss of power.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;
}

/// Records of every kind.
#[async_trait]
pub trait Records {
    /// Adds a record; its version must be 1.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is one of this kind and id.
    async fn add(&mut self, record: &Record) -> Result<(), StoreError>;

    /// Adds many records at once, as [`Records::add`] does one: all, or in the end none.
    ///
    /// # Errors
    /// [`StoreError::Exists`] naming one that is there already, or whose version is not 1.
    async fn add_all(&mut self, records: &[Record]) -> Result<(), StoreError>;

    /// Replaces the record of the same kind and id if its version is one less.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is not, or there is none.
    async fn replace(&mut self, record: &Record) -> Result<(), StoreError>;

    /// Replaces many records at once, as [`Records::replace`] does one. Each stands in `records` once.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where any of them cannot be replaced.
    async fn replace_all(&mut self, records: &[Record]) -> Result<(), StoreError>;

    /// A record.
    async fn get(&mut self, kind: &str, id: &RecordId) -> Result<Option<Record>, StoreError>;

    /// A person's records of a kind, in the order of ids.
    async fn about(&mut self, kind: &str, person: &PersonId) -> Result<Vec<Record>, StoreError>;

    /// The records of some kinds about many persons, in the order of persons, kinds and ids.
    async fn about_all(&mut self, kinds: &[&str], persons: &[PersonId]) -> Result<Vec<Record>, StoreError>;

    /// All of a person's records, in the order of kinds and ids.
    async fn all_about(&mut self, person: &PersonId) -> Result<Vec<Record>, StoreError>;

    /// Records of a kind that are found by a keyed hash, in the order of ids.
    async fn found_by(&mut self, kind: &str, lookup: &[u8]) -> Result<Vec<Record>, StoreError>;

    /// Up to `limit` records of a kind in a state, in the order of ids, from the first after `after` on.
    async fn in_state(
        &mut self,
        kind: &str,
        state: &str,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError>;

    /// The ids of all records of a kind in a state, in their order: for what there is little of.
    async fn ids_in_state(&mut self, kind: &str, state: &str) -> Result<Vec<RecordId>, StoreError>;

    /// Up to `limit` records of a kind with something due at an instant or before, earliest first.
    async fn due(&mut self, kind: &str, at: Timestamp, limit: u32) -> Result<Vec<Record>, StoreError>;

    /// How many records of a kind there are. Reads an index and no record.
    async fn count(&mut self, kind: &str) -> Result<u64, StoreError>;

    /// Forgets a record of a version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is none of that version.
    async fn remove(&mut self, kind: &str, id: &RecordId, version: Version) -> Result<(), StoreError>;

    /// Up to `limit` records that were to be kept until an instant or before, those first whose time ended first.
    async fn expired(&mut self, at: Timestamp, limit: u32) -> Result<Vec<Record>, StoreError>;

    /// Forgets many records, each of the version that is given.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where there is none of that version of any of them.
    async fn remove_all(&mut self, records: &[Record]) -> Result<(), StoreError>;
}

/// Sealed keys, by name.
#[async_trait]
pub trait Keys {
    /// Puts a sealed key in the place of what was there.
    async fn put_key(&mut self, name: &str, sealed: &[u8]) -> Result<(), StoreError>;

    /// A sealed key.
    async fn key(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Puts many sealed keys, as [`Keys::put_key`] does one. Each name stands in `keys` once.
    async fn put_keys(&mut self, keys: &[(String, Vec<u8>)]) -> Result<(), StoreError>;

    /// Those sealed keys of many names that there are, in the order of names.
    async fn keys(&mut self, names: &[String]) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Destroys a key; says whether it was there.
    async fn destroy_key(&mut self, name: &str) -> Result<bool, StoreError>;

    /// Up to `limit` names that begin with a prefix, in their order, from the first after `after` on.
    async fn key_names(&mut self, prefix: &str, after: &str, limit: u32) -> Result<Vec<String>, StoreError>;
}

/// Visits of days whose keys exist.
#[async_trait]
pub trait Visits {
    /// Adds a visit.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is one with this id.
    async fn add_visit(&mut self, visit: &DayVisit) -> Result<(), StoreError>;

    /// Adds many visits at once.
    ///
    /// # Errors
    /// [`StoreError::Exists`] naming one whose id is there already.
    async fn add_visits(&mut self, visits: &[DayVisit]) -> Result<(), StoreError>;

    /// Records the end of a visit that has none; says whether there was such a visit.
    async fn end_visit(&mut self, id: &VisitId, left: Timestamp) -> Result<bool, StoreError>;

    /// A visit.
    async fn visit(&mut self, id: &VisitId) -> Result<Option<DayVisit>, StoreError>;

    /// A person's visits of a day, in the order of entry and id.
    async fn visits_by(&mut self, day: Date, pseudonym: Pseudonym) -> Result<Vec<DayVisit>, StoreError>;

    /// The visits of many persons, each on a day, in the order of day, entry and id.
    async fn visits_by_any(&mut self, visitors: &[(Date, Pseudonym)]) -> Result<Vec<DayVisit>, StoreError>;

    /// The visits that can overlap any of many stretches of time at venues, in the order of day, venue, entry and id.
    async fn visits_near(&mut self, spans: &[VenueSpan]) -> Result<Vec<DayVisit>, StoreError>;

    /// The first `limit` visits of a day, in the order of venue, entry and id.
    async fn visits_of(&mut self, day: Date, limit: u32) -> Result<Vec<DayVisit>, StoreError>;

    /// Days of which there are visits, in order.
    async fn visit_days(&mut self) -> Result<Vec<Date>, StoreError>;

    /// How many visits of a day there are up to one, that one included, in the order of venue, entry and id; and how many of
    /// them have ended.
    async fn count_visits_to(&mut self, last: &DayVisit) -> Result<(u64, u64), StoreError>;

    /// Forgets the visits of a day up to one, that one included, in the order of venue, entry and id; gives how many.
    async fn forget_visits_to(&mut self, last: &DayVisit) -> Result<u64, StoreError>;
}

/// The public log: entries that are never changed. A use case hands in entries; they get their places afterwards, one after
/// the other, so that use cases need not wait for each other.
#[async_trait]
pub trait Log {
    /// Hands in an entry under a random id. It is in the log for good once the transaction is.
    async fn hand_in(&mut self, id: &RecordId, entry: &[u8]) -> Result<(), StoreError>;

    /// Gives up to `limit` entries that were handed in the next places; gives how many. Places have no gaps.
    async fn place_entries(&mut self, limit: u32) -> Result<u64, StoreError>;

    /// How many entries have places.
    async fn log_size(&mut self) -> Result<u64, StoreError>;

    /// Up to `limit` entries with places, from a place on, each with the id under which it was handed in.
    async fn log_entries(&mut self, from: u64, limit: u32) -> Result<Vec<(RecordId, Vec<u8>)>, StoreError>;

    /// The place of the entry that was handed in under an id, if it has one.
    async fn place_of(&mut self, id: &RecordId) -> Result<Option<u64>, StoreError>;
}

/// What processes on the same database tell one another: that something they may have in memory is another now.
#[async_trait]
pub trait Changes {
    /// Tells it to whoever asks by [`Store::told_since`] once this transaction is committed.
    async fn tell(&mut self, what: &[String], at: Timestamp) -> Result<(), StoreError>;
}
