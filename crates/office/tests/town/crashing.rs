//! A database that dies at a chosen write.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use evidence::PersonId;
use jiff::{Timestamp, civil::Date};
use store::{
    Changes, DayVisit, Keys, Log, Mark, Objects, Pseudonym, Record, RecordId, Records, Store, StoreError,
    Transaction, VenueSpan, Version, VisitId, Visits, Whole, reexport::async_trait,
};

/// A store whose transactions die when so many writes have been made; below zero they live.
#[derive(Debug)]
pub struct Crashing {
    pub store: Arc<dyn Store>,
    pub writes_left: Arc<AtomicI64>,
}

/// Objects that die with the store.
#[derive(Debug)]
pub struct CrashingObjects {
    pub objects: Arc<dyn Objects>,
    pub writes_left: Arc<AtomicI64>,
}

struct Dying {
    inner: Box<dyn Transaction>,
    writes_left: Arc<AtomicI64>,
}

/// Makes one of the writes that are left.
fn write(writes_left: &AtomicI64) -> Result<(), StoreError> {
    match writes_left.fetch_sub(1, Ordering::SeqCst) {
        // Dead from here on, as a process is, until somebody starts it again.
        0 => {
            writes_left.store(0, Ordering::SeqCst);
            Err(StoreError::Unavailable("it died".to_owned()))
        }
        left if left < 0 => {
            writes_left.store(-1, Ordering::SeqCst);
            Ok(())
        }
        _ => Ok(()),
    }
}

impl Dying {
    fn write(&self) -> Result<(), StoreError> {
        write(&self.writes_left)
    }
}

#[async_trait]
impl Objects for CrashingObjects {
    async fn write(&self, name: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        // Whoever dies now has written the object, and tells nobody.
        self.objects.write(name, bytes).await?;
        write(&self.writes_left)
    }
    async fn read(&self, name: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
        self.objects.read(name, range).await
    }
    async fn names(&self) -> Result<Vec<String>, StoreError> {
        self.objects.names().await
    }
    async fn delete(&self, name: &str) -> Result<(), StoreError> {
        write(&self.writes_left)?;
        self.objects.delete(name).await
    }
}

#[async_trait]
impl Store for Crashing {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let inner = self.store.begin().await?;
        Ok(Box::new(Dying { inner, writes_left: Arc::clone(&self.writes_left) }))
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, StoreError> {
        self.store.begin_reading().await
    }

    async fn told_since(&self, mark: Option<Mark>) -> Result<(Mark, Vec<String>), StoreError> {
        self.store.told_since(mark).await
    }

    async fn forget_told(&self, before: Timestamp) -> Result<(), StoreError> {
        write(&self.writes_left)?;
        self.store.forget_told(before).await
    }
}

#[async_trait]
impl Transaction for Dying {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        self.write()?;
        self.inner.commit().await
    }
}

#[async_trait]
impl Changes for Dying {
    async fn tell(&mut self, what: &[String], at: Timestamp) -> Result<(), StoreError> {
        self.write()?;
        self.inner.tell(what, at).await
    }
}

#[async_trait]
impl Records for Dying {
    async fn add(&mut self, record: &Record) -> Result<(), StoreError> {
        self.write()?;
        self.inner.add(record).await
    }
    async fn replace(&mut self, record: &Record) -> Result<(), StoreError> {
        self.write()?;
        self.inner.replace(record).await
    }
    async fn get(&mut self, kind: &str, id: &RecordId) -> Result<Option<Record>, StoreError> {
        self.inner.get(kind, id).await
    }
    async fn count(&mut self, kind: &str) -> Result<u64, StoreError> {
        self.inner.count(kind).await
    }
    async fn about(&mut self, kind: &str, person: &PersonId) -> Result<Vec<Record>, StoreError> {
        self.inner.about(kind, person).await
    }
    async fn all_about(&mut self, person: &PersonId) -> Result<Vec<Record>, StoreError> {
        self.inner.all_about(person).await
    }
    async fn found_by(&mut self, kind: &str, lookup: &[u8]) -> Result<Vec<Record>, StoreError> {
        self.inner.found_by(kind, lookup).await
    }
    async fn in_state(
        &mut self,
        kind: &str,
        state: &str,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        self.inner.in_state(kind, state, after, limit).await
    }
    async fn due(&mut self, kind: &str, at: Timestamp, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.inner.due(kind, at, limit).await
    }
    async fn remove(&mut self, kind: &str, id: &RecordId, version: Version) -> Result<(), StoreError> {
        self.write()?;
        self.inner.remove(kind, id, version).await
    }
    async fn expired(&mut self, at: Timestamp, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.inner.expired(at, limit).await
    }
    async fn remove_all(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.remove_all(records).await
    }
    async fn add_all(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.add_all(records).await
    }
    async fn replace_all(&mut self, records: &[Record]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.replace_all(records).await
    }
    async fn about_all(&mut self, kinds: &[&str], persons: &[PersonId]) -> Result<Vec<Record>, StoreError> {
        self.inner.about_all(kinds, persons).await
    }
    async fn ids_in_state(&mut self, kind: &str, state: &str) -> Result<Vec<RecordId>, StoreError> {
        self.inner.ids_in_state(kind, state).await
    }
}

#[async_trait]
impl Keys for Dying {
    async fn put_key(&mut self, name: &str, sealed: &[u8]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.put_key(name, sealed).await
    }
    async fn key(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.key(name).await
    }
    async fn put_keys(&mut self, keys: &[(String, Vec<u8>)]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.put_keys(keys).await
    }
    async fn keys(&mut self, names: &[String]) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.inner.keys(names).await
    }
    async fn destroy_key(&mut self, name: &str) -> Result<bool, StoreError> {
        self.write()?;
        self.inner.destroy_key(name).await
    }
    async fn key_names(&mut self, prefix: &str, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        self.inner.key_names(prefix, after, limit).await
    }
}

#[async_trait]
impl Visits for Dying {
    async fn add_visit(&mut self, visit: &DayVisit) -> Result<(), StoreError> {
        self.write()?;
        self.inner.add_visit(visit).await
    }
    async fn end_visit(&mut self, id: &VisitId, left: Timestamp) -> Result<bool, StoreError> {
        self.write()?;
        self.inner.end_visit(id, left).await
    }
    async fn visit(&mut self, id: &VisitId) -> Result<Option<DayVisit>, StoreError> {
        self.inner.visit(id).await
    }
    async fn visits_by(&mut self, day: Date, pseudonym: Pseudonym) -> Result<Vec<DayVisit>, StoreError> {
        self.inner.visits_by(day, pseudonym).await
    }
    async fn visits_by_any(&mut self, visitors: &[(Date, Pseudonym)]) -> Result<Vec<DayVisit>, StoreError> {
        self.inner.visits_by_any(visitors).await
    }
    async fn visits_near(&mut self, spans: &[VenueSpan]) -> Result<Vec<DayVisit>, StoreError> {
        self.inner.visits_near(spans).await
    }
    async fn visits_of(&mut self, day: Date, limit: u32) -> Result<Vec<DayVisit>, StoreError> {
        self.inner.visits_of(day, limit).await
    }
    async fn add_visits(&mut self, visits: &[DayVisit]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.add_visits(visits).await
    }
    async fn visit_days(&mut self) -> Result<Vec<Date>, StoreError> {
        self.inner.visit_days().await
    }
    async fn count_visits_to(&mut self, last: &DayVisit) -> Result<(u64, u64), StoreError> {
        self.inner.count_visits_to(last).await
    }
    async fn forget_visits_to(&mut self, last: &DayVisit) -> Result<u64, StoreError> {
        self.write()?;
        self.inner.forget_visits_to(last).await
    }
}

#[async_trait]
impl Log for Dying {
    async fn hand_in(&mut self, id: &RecordId, entry: &[u8]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.hand_in(id, entry).await
    }
    async fn place_entries(&mut self, limit: u32) -> Result<u64, StoreError> {
        self.write()?;
        self.inner.place_entries(limit).await
    }
    async fn log_size(&mut self) -> Result<u64, StoreError> {
        self.inner.log_size().await
    }
    async fn log_entries(&mut self, from: u64, limit: u32) -> Result<Vec<(RecordId, Vec<u8>)>, StoreError> {
        self.inner.log_entries(from, limit).await
    }
    async fn place_of(&mut self, id: &RecordId) -> Result<Option<u64>, StoreError> {
        self.inner.place_of(id).await
    }
}

#[async_trait]
impl Whole for Dying {
    async fn is_empty(&mut self) -> Result<bool, StoreError> {
        self.inner.is_empty().await
    }
    async fn records_after(
        &mut self,
        after: Option<(&str, &RecordId)>,
        limit: u32,
    ) -> Result<Vec<Record>, StoreError> {
        self.inner.records_after(after, limit).await
    }
    async fn keys_after(&mut self, after: &str, limit: u32) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        self.inner.keys_after(after, limit).await
    }
    async fn visits_after(
        &mut self,
        after: Option<&VisitId>,
        limit: u32,
    ) -> Result<Vec<DayVisit>, StoreError> {
        self.inner.visits_after(after, limit).await
    }
    async fn handed_in_after(
        &mut self,
        after: Option<&RecordId>,
        limit: u32,
    ) -> Result<Vec<(RecordId, Vec<u8>)>, StoreError> {
        self.inner.handed_in_after(after, limit).await
    }
    async fn put_back(&mut self, record: &Record) -> Result<(), StoreError> {
        self.write()?;
        self.inner.put_back(record).await
    }
    async fn put_back_entry(&mut self, place: u64, id: &RecordId, entry: &[u8]) -> Result<(), StoreError> {
        self.write()?;
        self.inner.put_back_entry(place, id, entry).await
    }
}
