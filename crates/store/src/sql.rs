//! The statements that SQLite and PostgreSQL both understand, written once. [`sql_transaction`](crate::sql_transaction) makes of
//! them the traits of a transaction for a database of crate `sqlx`.

#[doc(hidden)]
pub mod reexport {
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
            DayVisit, Keys, Log, Pseudonym, Record, RecordId, Records, Transaction, Version, VisitId, Visits,
            reexport::{Date, PersonId, Timestamp, VenueId, async_trait},
        };

        const RECORD: &str = "kind, id, person, state, lookup, due, keep_until, version, body";

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

        #[async_trait]
        impl Records for $name {
            async fn add(&mut self, record: &Record) -> Result<(), StoreError> {
                let done = sqlx::query(
                    "INSERT INTO records (kind, id, person, state, lookup, due, keep_until, version, body)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) ON CONFLICT DO NOTHING",
                )
                .bind(&record.kind)
                .bind(record.id.as_str())
                .bind(record.person.as_ref().map(|person| person.as_str().to_owned()))
                .bind(&record.state)
                .bind(&record.lookup)
                .bind(record.due.map(Timestamp::as_microsecond))
                .bind(record.keep_until.map(Timestamp::as_microsecond))
                .bind(&record.body)
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                if done.rows_affected() == 1 && record.version == 1 {
                    return Ok(());
                }
                Err(StoreError::Exists { kind: record.kind.clone(), id: record.id.as_str().to_owned() })
            }

            async fn replace(&mut self, record: &Record) -> Result<(), StoreError> {
                let done = sqlx::query(
                    "UPDATE records SET person = $3, state = $4, lookup = $5, due = $6, keep_until = $7, version = $8, body = $9
                     WHERE kind = $1 AND id = $2 AND version = $8 - 1",
                )
                .bind(&record.kind)
                .bind(record.id.as_str())
                .bind(record.person.as_ref().map(|person| person.as_str().to_owned()))
                .bind(&record.state)
                .bind(&record.lookup)
                .bind(record.due.map(Timestamp::as_microsecond))
                .bind(record.keep_until.map(Timestamp::as_microsecond))
                .bind(record.version)
                .bind(&record.body)
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Conflict) }
            }

            async fn get(&mut self, kind: &str, id: &RecordId) -> Result<Option<Record>, StoreError> {
                let row = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE kind = $1 AND id = $2"
                )))
                .bind(kind)
                .bind(id.as_str())
                .fetch_optional(&mut *self.inner)
                .await
                .map_err($failed)?;
                row.as_ref().map(record).transpose()
            }

            async fn about(&mut self, kind: &str, person: &PersonId) -> Result<Vec<Record>, StoreError> {
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE person = $1 AND kind = $2 ORDER BY id"
                )))
                .bind(person.as_str())
                .bind(kind)
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                records(rows)
            }

            async fn all_about(&mut self, person: &PersonId) -> Result<Vec<Record>, StoreError> {
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE person = $1 ORDER BY kind, id"
                )))
                .bind(person.as_str())
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                records(rows)
            }

            async fn found_by(&mut self, kind: &str, lookup: &[u8]) -> Result<Vec<Record>, StoreError> {
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE lookup = $1 AND kind = $2 ORDER BY id"
                )))
                .bind(lookup.to_vec())
                .bind(kind)
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                records(rows)
            }

            async fn in_state(
                &mut self,
                kind: &str,
                state: &str,
                after: Option<&RecordId>,
                limit: u32,
            ) -> Result<Vec<Record>, StoreError> {
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE kind = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4"
                )))
                .bind(kind)
                .bind(state)
                .bind(after.map_or("", RecordId::as_str))
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                records(rows)
            }

            async fn count(&mut self, kind: &str) -> Result<u64, StoreError> {
                let number: i64 = sqlx::query_scalar("SELECT count(*) FROM records WHERE kind = $1")
                    .bind(kind)
                    .fetch_one(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                count(number)
            }

            async fn due(&mut self, kind: &str, at: Timestamp, limit: u32) -> Result<Vec<Record>, StoreError> {
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE kind = $1 AND due <= $2 ORDER BY due, id LIMIT $3"
                )))
                .bind(kind)
                .bind(at.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                records(rows)
            }

            async fn remove(&mut self, kind: &str, id: &RecordId, version: Version) -> Result<(), StoreError> {
                let done = sqlx::query("DELETE FROM records WHERE kind = $1 AND id = $2 AND version = $3")
                    .bind(kind)
                    .bind(id.as_str())
                    .bind(version)
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Conflict) }
            }

            async fn forget_until(&mut self, at: Timestamp) -> Result<Vec<(String, u64)>, StoreError> {
                let counts: Vec<(String, i64)> = sqlx::query_as(
                    "SELECT kind, count(*) FROM records WHERE keep_until <= $1 GROUP BY kind ORDER BY kind",
                )
                .bind(at.as_microsecond())
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                sqlx::query("DELETE FROM records WHERE keep_until <= $1")
                    .bind(at.as_microsecond())
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                counts.into_iter().map(|(kind, number)| Ok((kind, count(number)?))).collect()
            }
        }

        #[async_trait]
        impl Keys for $name {
            async fn put_key(&mut self, name: &str, sealed: &[u8]) -> Result<(), StoreError> {
                sqlx::query(
                    "INSERT INTO sealed_keys (name, sealed) VALUES ($1, $2)
                     ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
                )
                .bind(name)
                .bind(sealed.to_vec())
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                Ok(())
            }

            async fn key(&mut self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
                sqlx::query_scalar("SELECT sealed FROM sealed_keys WHERE name = $1")
                    .bind(name)
                    .fetch_optional(&mut *self.inner)
                    .await
                    .map_err($failed)
            }

            async fn destroy_key(&mut self, name: &str) -> Result<bool, StoreError> {
                let done = sqlx::query("DELETE FROM sealed_keys WHERE name = $1")
                    .bind(name)
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                Ok(done.rows_affected() == 1)
            }

            async fn key_names(&mut self, prefix: &str, after: &str, limit: u32) -> Result<Vec<String>, StoreError> {
                // Names are ASCII: what begins with the prefix lies between it and the prefix before the last character there is.
                sqlx::query_scalar(
                    "SELECT name FROM sealed_keys WHERE name >= $1 AND name < $2 AND name > $3 ORDER BY name LIMIT $4",
                )
                .bind(prefix)
                .bind(format!("{prefix}\u{7f}"))
                .bind(after)
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)
            }
        }

        #[async_trait]
        impl Visits for $name {
            async fn add_visit(&mut self, visit: &DayVisit) -> Result<(), StoreError> {
                let done = sqlx::query(
                    "INSERT INTO visits (id, day, pseudonym, venue, entered, departed) VALUES ($1, $2, $3, $4, $5, $6)
                     ON CONFLICT DO NOTHING",
                )
                .bind(visit.id.as_str())
                .bind(visit.day.to_string())
                .bind(visit.pseudonym.0.to_vec())
                .bind(visit.venue.as_str())
                .bind(visit.entered.as_microsecond())
                .bind(visit.left.map(Timestamp::as_microsecond))
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                if done.rows_affected() == 1 {
                    return Ok(());
                }
                Err(StoreError::Exists { kind: "visit".to_owned(), id: visit.id.as_str().to_owned() })
            }

            async fn end_visit(&mut self, id: &VisitId, left: Timestamp) -> Result<bool, StoreError> {
                let done = sqlx::query("UPDATE visits SET departed = $2 WHERE id = $1 AND departed IS NULL")
                    .bind(id.as_str())
                    .bind(left.as_microsecond())
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                Ok(done.rows_affected() == 1)
            }

            async fn visit(&mut self, id: &VisitId) -> Result<Option<DayVisit>, StoreError> {
                let row = sqlx::query("SELECT id, day, pseudonym, venue, entered, departed FROM visits WHERE id = $1")
                    .bind(id.as_str())
                    .fetch_optional(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                row.as_ref().map(visit).transpose()
            }

            async fn visits_by(&mut self, day: Date, pseudonym: Pseudonym) -> Result<Vec<DayVisit>, StoreError> {
                let rows = sqlx::query(
                    "SELECT id, day, pseudonym, venue, entered, departed FROM visits
                     WHERE day = $1 AND pseudonym = $2 ORDER BY entered, id",
                )
                .bind(day.to_string())
                .bind(pseudonym.0.to_vec())
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                rows.iter().map(visit).collect()
            }

            async fn visits_at(&mut self, day: Date, venue: &VenueId) -> Result<Vec<DayVisit>, StoreError> {
                let rows = sqlx::query(
                    "SELECT id, day, pseudonym, venue, entered, departed FROM visits
                     WHERE day = $1 AND venue = $2 ORDER BY entered, id",
                )
                .bind(day.to_string())
                .bind(venue.as_str())
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                rows.iter().map(visit).collect()
            }

            async fn visits_of(&mut self, day: Date) -> Result<Vec<DayVisit>, StoreError> {
                let rows = sqlx::query(
                    "SELECT id, day, pseudonym, venue, entered, departed FROM visits WHERE day = $1 ORDER BY venue, entered, id",
                )
                .bind(day.to_string())
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                rows.iter().map(visit).collect()
            }

            async fn visit_days(&mut self) -> Result<Vec<Date>, StoreError> {
                let days: Vec<String> = sqlx::query_scalar("SELECT DISTINCT day FROM visits ORDER BY day")
                    .fetch_all(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                days.iter().map(|day| day.parse().map_err(corrupt)).collect()
            }

            async fn forget_visits_of(&mut self, day: Date) -> Result<u64, StoreError> {
                let done = sqlx::query("DELETE FROM visits WHERE day = $1")
                    .bind(day.to_string())
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                Ok(done.rows_affected())
            }
        }

        #[async_trait]
        impl Log for $name {
            async fn hand_in(&mut self, id: &RecordId, entry: &[u8]) -> Result<(), StoreError> {
                let done = sqlx::query("INSERT INTO log_handed_in (id, entry) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                    .bind(id.as_str())
                    .bind(entry.to_vec())
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                if done.rows_affected() == 1 {
                    return Ok(());
                }
                Err(StoreError::Exists { kind: "log entry".to_owned(), id: id.as_str().to_owned() })
            }

            async fn place_entries(&mut self, limit: u32) -> Result<u64, StoreError> {
                let waiting: Vec<(String, Vec<u8>)> =
                    sqlx::query_as("SELECT id, entry FROM log_handed_in ORDER BY id LIMIT $1")
                        .bind(i64::from(limit))
                        .fetch_all(&mut *self.inner)
                        .await
                        .map_err($failed)?;
                let mut next = place(self.log_size().await?)?;
                for (id, entry) in &waiting {
                    sqlx::query("INSERT INTO log_entries (place, id, entry) VALUES ($1, $2, $3)")
                        .bind(next)
                        .bind(id)
                        .bind(entry)
                        .execute(&mut *self.inner)
                        .await
                        .map_err($failed)?;
                    sqlx::query("DELETE FROM log_handed_in WHERE id = $1")
                        .bind(id)
                        .execute(&mut *self.inner)
                        .await
                        .map_err($failed)?;
                    next += 1;
                }
                Ok(waiting.len() as u64)
            }

            async fn log_size(&mut self) -> Result<u64, StoreError> {
                let size: i64 = sqlx::query_scalar("SELECT coalesce(max(place) + 1, 0) FROM log_entries")
                    .fetch_one(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                count(size)
            }

            async fn log_entries(&mut self, from: u64, limit: u32) -> Result<Vec<(RecordId, Vec<u8>)>, StoreError> {
                let rows: Vec<(String, Vec<u8>)> = sqlx::query_as(
                    "SELECT id, entry FROM log_entries WHERE place >= $1 ORDER BY place LIMIT $2",
                )
                .bind(place(from)?)
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                rows.into_iter().map(|(id, entry)| Ok((record_id(&id)?, entry))).collect()
            }

            async fn place_of(&mut self, id: &RecordId) -> Result<Option<u64>, StoreError> {
                let place: Option<i64> = sqlx::query_scalar("SELECT place FROM log_entries WHERE id = $1")
                    .bind(id.as_str())
                    .fetch_optional(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                place.map(count).transpose()
            }
        }

        #[async_trait]
        impl Transaction for $name {
            async fn commit(self: Box<Self>) -> Result<(), StoreError> {
                self.inner.commit().await.map_err($failed)
            }
        }
    };
}
