//! Statements on what processes tell one another.

#[doc(hidden)]
#[macro_export]
macro_rules! sql_changes {
    ($name:ident, $failed:path) => {
        #[async_trait]
        impl Changes for $name {
            async fn tell(&mut self, what: &[String], at: Timestamp) -> Result<(), StoreError> {
                if what.is_empty() {
                    return Ok(());
                }
                sqlx::query("INSERT INTO told (at, what) SELECT $2, value->>0 FROM json_each($1)")
                    .bind(text_rows(what))
                    .bind(at.as_microsecond())
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                Ok(())
            }
        }
    };
}
