//! Statements on sealed keys.

#[doc(hidden)]
#[macro_export]
macro_rules! sql_keys {
    ($name:ident, $failed:path) => {
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

            async fn put_keys(&mut self, keys: &[(String, Vec<u8>)]) -> Result<(), StoreError> {
                if keys.is_empty() {
                    return Ok(());
                }
                sqlx::query(
                    "INSERT INTO sealed_keys (name, sealed) SELECT value->>0, unhex(value->>1) FROM json_each($1) WHERE true
                     ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
                )
                .bind(key_rows(keys))
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                Ok(())
            }

            async fn keys(&mut self, names: &[String]) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
                if names.is_empty() {
                    return Ok(Vec::new());
                }
                sqlx::query_as(
                    "SELECT name, sealed FROM sealed_keys WHERE name IN (SELECT value->>0 FROM json_each($1)) ORDER BY name",
                )
                .bind(text_rows(names))
                .fetch_all(&mut *self.inner)
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
    };
}
