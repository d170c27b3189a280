//! Statements on the public log.

#[doc(hidden)]
#[macro_export]
macro_rules! sql_log {
    ($name:ident, $failed:path) => {
        #[async_trait]
        impl Log for $name {
            async fn hand_in(&mut self, id: &RecordId, entry: &[u8]) -> Result<(), StoreError> {
                let done = sqlx::query(
                    "INSERT INTO log_handed_in (id, entry) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                )
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
                let next = place(self.log_size().await?)?;
                let placed = sqlx::query(
                    "INSERT INTO log_entries (place, id, entry)
                     SELECT CAST($1 AS BIGINT) - 1 + row_number() OVER (ORDER BY id), id, entry
                     FROM (SELECT id, entry FROM log_handed_in ORDER BY id LIMIT $2) AS waiting",
                )
                .bind(next)
                .bind(i64::from(limit))
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                sqlx::query(
                    "DELETE FROM log_handed_in WHERE id IN (SELECT id FROM log_entries WHERE place >= $1)",
                )
                .bind(next)
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                Ok(placed.rows_affected())
            }

            async fn log_size(&mut self) -> Result<u64, StoreError> {
                let size: i64 = sqlx::query_scalar("SELECT coalesce(max(place) + 1, 0) FROM log_entries")
                    .fetch_one(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                count(size)
            }

            async fn log_entries(
                &mut self,
                from: u64,
                limit: u32,
            ) -> Result<Vec<(RecordId, Vec<u8>)>, StoreError> {
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
    };
}
