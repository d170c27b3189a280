//! The store of an office in one SQLite file, for a town to a city on one machine.
//!
//! Write-ahead log with full synchronisation: what is committed survives the loss of power. One transaction at a time
//! writes; each begins as a writer, so that none fails half-way because another was first.

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
pub use store::StoreError;
use store::{Store, sql_transaction, sql_whole};

/// How long a transaction waits for the one before it.
const WAIT: Duration = Duration::from_secs(30);

/// A SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
}

/// A transaction in a SQLite file.
#[derive(Debug)]
pub struct SqliteTransaction {
    inner: sqlx::Transaction<'static, Sqlite>,
}

impl SqliteStore {
    /// Opens a file, which is made where it is missing, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be opened, is no database, or was written by a later version of this program.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(WAIT);
        let pool = SqlitePoolOptions::new().max_connections(8).connect_with(options).await.map_err(failed)?;
        sqlx::migrate!()
            .run(&pool)
            .await
            .map_err(|error: MigrateError| StoreError::Corrupt(error.to_string()))?;
        Ok(SqliteStore { pool })
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let inner = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        Ok(Box::new(SqliteTransaction { inner }))
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let mut inner = self.pool.begin_with("BEGIN DEFERRED").await.map_err(failed)?;
        // The moment it sees is that of its first read.
        sqlx::query("SELECT 1 FROM records LIMIT 1").execute(&mut *inner).await.map_err(failed)?;
        Ok(Box::new(SqliteTransaction { inner }))
    }
}

fn failed(error: sqlx::Error) -> StoreError {
    // Result codes: https://www.sqlite.org/rescode.html. The lower byte of an extended code is its primary code.
    let code =
        error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<i64>().ok());
    match code.map(|code| code & 0xFF) {
        Some(5 | 6) => StoreError::Conflict,
        Some(11 | 26) => StoreError::Corrupt(error.to_string()),
        _ => StoreError::Unavailable(error.to_string()),
    }
}

sql_transaction!(SqliteTransaction, SqliteRow, failed);
sql_whole!(SqliteTransaction, failed);
