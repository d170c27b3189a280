//! Statements on records.

#[doc(hidden)]
#[macro_export]
macro_rules! sql_records {
    ($name:ident, $failed:path) => {
        #[async_trait]
        impl Records for $name {
            async fn add(&mut self, record: &Record) -> Result<(), StoreError> {
                if record.version == 1 {
                    return $crate::Whole::put_back(self, record).await;
                }
                Err(StoreError::Exists { kind: record.kind.clone(), id: record.id.as_str().to_owned() })
            }

            async fn add_all(&mut self, records: &[Record]) -> Result<(), StoreError> {
                if records.is_empty() {
                    return Ok(());
                }
                let (rows, bodies) = record_rows(records);
                let added: Vec<(String, String)> = sqlx::query_as(
                    "INSERT INTO records (kind, id, person, state, lookup, due, keep_until, filed, version, body)
                     SELECT value->>0, value->>1, value->>2, value->>3, unhex(value->>4), CAST(value->>5 AS BIGINT),
                         CAST(value->>6 AS BIGINT), CAST(value->>7 AS BIGINT), CAST(value->>8 AS BIGINT),
                         substr($2, CAST(value->>9 AS INTEGER), CAST(value->>10 AS INTEGER))
                     FROM json_each($1) WHERE CAST(value->>8 AS BIGINT) = 1
                     ON CONFLICT DO NOTHING RETURNING kind, id",
                )
                .bind(rows)
                .bind(bodies)
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                if added.len() == records.len() {
                    return Ok(());
                }
                let added: std::collections::BTreeSet<_> =
                    added.iter().map(|(kind, id)| (kind.as_str(), id.as_str())).collect();
                let exists = |record: &&Record| !added.contains(&(record.kind.as_str(), record.id.as_str()));
                let Some(record) = records.iter().find(exists) else { return Err(StoreError::Conflict) };
                Err(StoreError::Exists { kind: record.kind.clone(), id: record.id.as_str().to_owned() })
            }

            async fn replace_all(&mut self, records: &[Record]) -> Result<(), StoreError> {
                if records.is_empty() {
                    return Ok(());
                }
                let (rows, bodies) = record_rows(records);
                let done = sqlx::query(
                    "UPDATE records SET person = later.person, state = later.state, lookup = later.lookup, due = later.due,
                         keep_until = later.keep_until, version = later.version, body = later.body
                     FROM (SELECT value->>0 AS kind, value->>1 AS id, value->>2 AS person, value->>3 AS state,
                         unhex(value->>4) AS lookup, CAST(value->>5 AS BIGINT) AS due, CAST(value->>6 AS BIGINT) AS keep_until,
                         CAST(value->>8 AS BIGINT) AS version,
                         substr($2, CAST(value->>9 AS INTEGER), CAST(value->>10 AS INTEGER)) AS body FROM json_each($1)) AS later
                     WHERE records.kind = later.kind AND records.id = later.id AND records.version = later.version - 1",
                )
                .bind(rows)
                .bind(bodies)
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                if done.rows_affected() == records.len() as u64 { Ok(()) } else { Err(StoreError::Conflict) }
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

            async fn about_all(&mut self, kinds: &[&str], persons: &[PersonId]) -> Result<Vec<Record>, StoreError> {
                if kinds.is_empty() || persons.is_empty() {
                    return Ok(Vec::new());
                }
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE person IN (SELECT value->>0 FROM json_each($1))
                     AND kind IN (SELECT value->>0 FROM json_each($2)) ORDER BY person, kind, id"
                )))
                .bind(text_rows(persons))
                .bind(text_rows(kinds))
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

            async fn ids_in_state(&mut self, kind: &str, state: &str) -> Result<Vec<RecordId>, StoreError> {
                let ids: Vec<String> =
                    sqlx::query_scalar("SELECT id FROM records WHERE kind = $1 AND state = $2 ORDER BY id")
                        .bind(kind)
                        .bind(state)
                        .fetch_all(&mut *self.inner)
                        .await
                        .map_err($failed)?;
                ids.iter().map(|id| record_id(id)).collect()
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

            async fn expired(&mut self, at: Timestamp, limit: u32) -> Result<Vec<Record>, StoreError> {
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
                    "SELECT {RECORD} FROM records WHERE keep_until <= $1 ORDER BY keep_until, kind, id LIMIT $2"
                )))
                .bind(at.as_microsecond())
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                records(rows)
            }

            async fn remove_all(&mut self, records: &[Record]) -> Result<(), StoreError> {
                if records.is_empty() {
                    return Ok(());
                }
                let done = sqlx::query(
                    "DELETE FROM records WHERE (kind, id, version) IN
                     (SELECT value->>0, value->>1, CAST(value->>2 AS BIGINT) FROM json_each($1))",
                )
                .bind(removal_rows(records))
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                if done.rows_affected() == records.len() as u64 { Ok(()) } else { Err(StoreError::Conflict) }
            }
        }
    };
}
