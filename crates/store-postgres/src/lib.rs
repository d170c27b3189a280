//! The store of an office on PostgreSQL 15 or newer, for an authority with many servers.
//!
//! Transactions are serialisable: of two that cannot both have happened one after the other, one ends in
//! [`StoreError::Conflict`] and may be tried again.

use std::time::Duration;

use sqlx::{
    PgPool, Postgres,
    migrate::MigrateError,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
};
pub use store::StoreError;
use store::{Mark, Store, sql_transaction, sql_whole};

/// How long a transaction waits for a connection.
const WAIT: Duration = Duration::from_secs(10);

/// A PostgreSQL database.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: PgPool,
}

/// A transaction in a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresTransaction {
    inner: sqlx::Transaction<'static, Postgres>,
}

impl PostgresStore {
    /// Connects to a database, such as `postgres://cleanbill@localhost/cleanbill`, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be reached, or was written by a later version of this program.
    pub async fn connect(url: &str, connections: u32) -> Result<Self, StoreError> {
        // Every statement finds its rows by an index. While tables are small, or grew since they were last analysed, the planner would
        // read them whole instead, and whoever read a whole table is in the way of everybody who writes to it.
        let to: PgConnectOptions = url.parse().map_err(failed)?;
        let to = to.options([("enable_seqscan", "off")]);
        let options = PgPoolOptions::new().max_connections(connections).acquire_timeout(WAIT);
        let pool = options.connect_with(to).await.map_err(failed)?;
        sqlx::migrate!()
            .run(&pool)
            .await
            .map_err(|error: MigrateError| StoreError::Corrupt(error.to_string()))?;
        Ok(PostgresStore { pool })
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
        let inner = self.pool.begin_with(begin).await.map_err(failed)?;
        Ok(Box::new(PostgresTransaction { inner }))
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, StoreError> {
        // Waits for a moment that is serialisable, and is then in nobody's way.
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE";
        let inner = self.pool.begin_with(begin).await.map_err(failed)?;
        Ok(Box::new(PostgresTransaction { inner }))
    }

    async fn told_since(&self, mark: Option<Mark>) -> Result<(Mark, Vec<String>), StoreError> {
        // Before the oldest transaction that still runs everything is committed or never will be
        // (https://www.postgresql.org/docs/15/functions-info.html, table 9.76).
        let told: Vec<(i64, Option<String>)> = sqlx::query_as(
            "WITH running AS (SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) AS oldest)
             SELECT oldest, what FROM running LEFT JOIN told ON transaction >= $1 AND transaction < oldest ORDER BY transaction",
        )
        .bind(mark.map_or(i64::MAX, |Mark(mark)| mark))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let next = told.first().map_or(0, |(oldest, _)| *oldest);
        Ok((Mark(next), told.into_iter().filter_map(|(_, what)| what).collect()))
    }

    async fn forget_told(&self, before: Timestamp) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM told WHERE at < $1")
            .bind(before.as_microsecond())
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(())
    }
}

fn failed(error: sqlx::Error) -> StoreError {
    // https://www.postgresql.org/docs/15/errcodes-appendix.html
    let code = error.as_database_error().and_then(|error| error.code());
    match code.as_deref() {
        // serialization_failure, deadlock_detected, and a key that another transaction took first
        Some("40001" | "40P01" | "23505") => StoreError::Conflict,
        Some(code) if code.starts_with("XX") => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

sql_transaction!(PostgresTransaction, PgRow, failed);
sql_whole!(PostgresTransaction, failed);
