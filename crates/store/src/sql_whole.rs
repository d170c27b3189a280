//! The statements behind [`Whole`](crate::Whole), for a transaction made by [`sql_transaction`](crate::sql_transaction), which comes
//! first.

/// Implements [`Whole`](crate::Whole).
#[macro_export]
macro_rules! sql_whole {
    ($name:ident, $failed:path) => {
        #[async_trait]
        impl $crate::Whole for $name {
            async fn is_empty(&mut self) -> Result<bool, StoreError> {
                let rows: i64 = sqlx::query_scalar(
                    "SELECT (SELECT count(*) FROM (SELECT 1 FROM records LIMIT 1) AS a)
                          + (SELECT count(*) FROM (SELECT 1 FROM sealed_keys LIMIT 1) AS b)
                          + (SELECT count(*) FROM (SELECT 1 FROM visits LIMIT 1) AS c)
                          + (SELECT count(*) FROM (SELECT 1 FROM log_handed_in LIMIT 1) AS d)
                          + (SELECT count(*) FROM (SELECT 1 FROM log_entries LIMIT 1) AS e)",
                )
                .fetch_one(&mut *self.inner)
                .await
                .map_err($failed)?;
                Ok(rows == 0)
            }

            async fn records_after(
                &mut self,
                after: Option<(&str, &RecordId)>,
                limit: u32,
            ) -> Result<Vec<Record>, StoreError> {
                let (kind, id) = after.map_or(("", ""), |(kind, id)| (kind, id.as_str()));
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE (kind, id) > ($1, $2) ORDER BY kind, id LIMIT $3"
                )))
                .bind(kind)
                .bind(id)
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                records(rows)
            }

            async fn keys_after(
                &mut self,
                after: &str,
                limit: u32,
            ) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
                sqlx::query_as("SELECT name, sealed FROM sealed_keys WHERE name > $1 ORDER BY name LIMIT $2")
                    .bind(after)
                    .bind(i64::from(limit))
                    .fetch_all(&mut *self.inner)
                    .await
                    .map_err($failed)
            }

            async fn visits_after(
                &mut self,
                after: Option<&VisitId>,
                limit: u32,
            ) -> Result<Vec<DayVisit>, StoreError> {
                let rows = sqlx::query(
                    "SELECT id, day, pseudonym, venue, entered, departed FROM visits WHERE id > $1 ORDER BY id LIMIT $2",
                )
                .bind(after.map_or("", RecordId::as_str))
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                rows.iter().map(visit).collect()
            }

            async fn handed_in_after(
                &mut self,
                after: Option<&RecordId>,
                limit: u32,
            ) -> Result<Vec<(RecordId, Vec<u8>)>, StoreError> {
                let rows: Vec<(String, Vec<u8>)> =
                    sqlx::query_as("SELECT id, entry FROM log_handed_in WHERE id > $1 ORDER BY id LIMIT $2")
                        .bind(after.map_or("", RecordId::as_str))
                        .bind(i64::from(limit))
                        .fetch_all(&mut *self.inner)
                        .await
                        .map_err($failed)?;
                rows.into_iter().map(|(id, entry)| Ok((record_id(&id)?, entry))).collect()
            }

            async fn put_back(&mut self, record: &Record) -> Result<(), StoreError> {
                let done = sqlx::query(
                    "INSERT INTO records (kind, id, person, state, lookup, due, keep_until, version, body)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
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
                if done.rows_affected() == 1 {
                    return Ok(());
                }
                Err(StoreError::Exists { kind: record.kind.clone(), id: record.id.as_str().to_owned() })
            }

            async fn put_back_entry(
                &mut self,
                at: u64,
                id: &RecordId,
                entry: &[u8],
            ) -> Result<(), StoreError> {
                sqlx::query("DELETE FROM log_handed_in WHERE id = $1")
                    .bind(id.as_str())
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                let done = sqlx::query(
                    "INSERT INTO log_entries (place, id, entry) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                )
                .bind(place(at)?)
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
        }
    };
}
