//! The statements that SQLite and PostgreSQL both understand, written once. [`sql_transaction`](crate::sql_transaction) makes of
//! them the traits of a transaction for a database of crate `sqlx`.
//!
//! A statement about many rows gets them as one JSON text, a list of lists ([`rows`]): SQLite has `json_each` and `unhex` for
//! that, and the migrations of PostgreSQL define them.

mod changes;
mod keys;
mod log;
mod records;
mod rows;
mod visits;

#[doc(hidden)]
pub mod reexport {
    pub use super::rows::{
        key_rows, record_rows, removal_rows, span_rows, text_rows, visit_rows, visitor_rows,
    };
    pub use async_trait::async_trait;
    pub use evidence::{PersonId, VenueId};
    pub use jiff::{Timestamp, civil::Date};
}

/// Implements [`Transaction`](crate::Transaction) for `struct $name { inner: sqlx::Transaction<'static, $database>, … }` with a
/// function `$failed: fn(sqlx::Error) -> StoreError`.
#[macro_export]
macro_rules! sql_transaction {
    ($name:ident, $row:ty, $failed:path) => {
        use $crate::{
            Changes, DayVisit, Keys, Log, Pseudonym, Record, RecordId, Records, Transaction, VenueSpan,
            Version, VisitId, Visits,
            reexport::{
                Date, PersonId, Timestamp, VenueId, async_trait, key_rows, record_rows, removal_rows,
                span_rows, text_rows, visit_rows, visitor_rows,
            },
        };

        const RECORD: &str = "kind, id, person, state, lookup, due, keep_until, filed, version, body";

        fn corrupt(what: impl ToString) -> StoreError {
            StoreError::Corrupt(what.to_string())
        }

        fn instant(micros: i64) -> Result<Timestamp, StoreError> {
            Timestamp::from_microsecond(micros).map_err(corrupt)
        }

        fn record(row: &$row) -> Result<Record, StoreError> {
            use sqlx::Row as _;
            let person: Option<String> = row.try_get("person").map_err(corrupt)?;
            let id: String = row.try_get("id").map_err(corrupt)?;
            let due: Option<i64> = row.try_get("due").map_err(corrupt)?;
            let keep_until: Option<i64> = row.try_get("keep_until").map_err(corrupt)?;
            Ok(Record {
                kind: row.try_get("kind").map_err(corrupt)?,
                id: record_id(&id)?,
                person: person.map(|person| PersonId::new(&person)).transpose().map_err(corrupt)?,
                state: row.try_get("state").map_err(corrupt)?,
                lookup: row.try_get("lookup").map_err(corrupt)?,
                due: due.map(instant).transpose()?,
                keep_until: keep_until.map(instant).transpose()?,
                filed: instant(row.try_get("filed").map_err(corrupt)?)?,
                version: row.try_get("version").map_err(corrupt)?,
                body: row.try_get("body").map_err(corrupt)?,
            })
        }

        fn record_id(text: &str) -> Result<RecordId, StoreError> {
            RecordId::parse(text).ok_or_else(|| corrupt(format!("{text} is no id")))
        }

        fn records(rows: Vec<$row>) -> Result<Vec<Record>, StoreError> {
            rows.iter().map(record).collect()
        }

        fn visit(row: &$row) -> Result<DayVisit, StoreError> {
            use sqlx::Row as _;
            let (id, day): (String, String) =
                (row.try_get("id").map_err(corrupt)?, row.try_get("day").map_err(corrupt)?);
            let (pseudonym, venue): (Vec<u8>, String) =
                (row.try_get("pseudonym").map_err(corrupt)?, row.try_get("venue").map_err(corrupt)?);
            let left: Option<i64> = row.try_get("departed").map_err(corrupt)?;
            Ok(DayVisit {
                id: record_id(&id)?,
                day: day.parse().map_err(corrupt)?,
                pseudonym: Pseudonym(pseudonym.try_into().map_err(|_| corrupt("a pseudonym has 16 bytes"))?),
                venue: VenueId::new(&venue).map_err(corrupt)?,
                entered: instant(row.try_get("entered").map_err(corrupt)?)?,
                left: left.map(instant).transpose()?,
            })
        }

        fn count(number: i64) -> Result<u64, StoreError> {
            u64::try_from(number).map_err(corrupt)
        }

        fn place(number: u64) -> Result<i64, StoreError> {
            i64::try_from(number).map_err(corrupt)
        }

        $crate::sql_records!($name, $failed);
        $crate::sql_keys!($name, $failed);
        $crate::sql_visits!($name, $failed);
        $crate::sql_log!($name, $failed);
        $crate::sql_changes!($name, $failed);

        #[async_trait]
        impl Transaction for $name {
            async fn commit(self: Box<Self>) -> Result<(), StoreError> {
                self.inner.commit().await.map_err($failed)
            }
        }
    };
}
