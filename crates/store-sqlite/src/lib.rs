//! The store of an office in one SQLite file, for a town to a city on one machine.
//!
//! Write-ahead log with full synchronisation: what is committed survives the loss of power. One transaction at a time
//! writes; each begins as a writer, so that none fails half-way because another was first.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sqlx::{
    Connection as _, Sqlite, SqliteConnection, SqlitePool,
    migrate::MigrateError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
pub use store::StoreError;
use store::{Mark, Store, sql_transaction, sql_whole};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// How long a transaction waits for the one before it.
const WAIT: Duration = Duration::from_secs(30);

/// Connections that are open at once: one writes, the others wait their turn.
const CONNECTIONS: u32 = 8;
/// Most pages that a file may have (https://www.sqlite.org/limits.html, 14).
const PAGES_MAX: u32 = 4_294_967_294;

/// Memory of a connection for pages. Confirming a case with 1,000 contacts changes some 7,000 pages of 4 KiB; what does not fit is written
/// out and read again before the transaction ends.
const CACHE_KIB: u32 = 32 * 1024;
/// Pages that gather in the write-ahead log before they are moved to their places: so many that few transactions wait for that.
const CHECKPOINT_PAGES: u32 = 8 * 1024;

/// A SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    /// How far the file may grow, in pages.
    pages_max: Arc<AtomicU32>,
    /// Whose turn it is to write. Those who wait are served in their order: SQLite itself lets whoever happens to ask when it is free.
    turn: Arc<Mutex<()>>,
}

/// A transaction in a SQLite file.
#[derive(Debug)]
pub struct SqliteTransaction {
    inner: sqlx::Transaction<'static, Sqlite>,
    /// Given on after the transaction is over: fields are dropped in their order.
    _turn: Option<OwnedMutexGuard<()>>,
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
            .pragma("cache_size", format!("-{CACHE_KIB}"))
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES.to_string())
            .busy_timeout(WAIT);
        let pages_max = Arc::new(AtomicU32::new(PAGES_MAX));
        let limit = Arc::clone(&pages_max);
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            .after_connect(move |connection, _| {
                let pages = limit.load(Ordering::Relaxed);
                Box::pin(async move { limit_to(connection, pages).await })
            })
            // A full disk ends a transaction inside SQLite (https://www.sqlite.org/lang_transaction.html, 2.3). A connection that takes it for
            // open would refuse every later one.
            .after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .connect_with(options)
            .await
            .map_err(failed)?;
        sqlx::migrate!()
            .run(&pool)
            .await
            .map_err(|error: MigrateError| StoreError::Corrupt(error.to_string()))?;
        Ok(SqliteStore { pool, pages_max, turn: Arc::default() })
    }

    /// Lets the file grow to so many pages and no further, or without a limit. SQLite answers at the limit as on a full disk, which is
    /// how tests make one.
    ///
    /// # Errors
    /// [`StoreError`] where a connection cannot be used.
    #[doc(hidden)]
    pub async fn limit_pages(&self, pages_max: Option<u32>) -> Result<(), StoreError> {
        let pages = pages_max.unwrap_or(PAGES_MAX);
        // A connection that meets the limit is closed; those that are opened instead have it as well.
        self.pages_max.store(pages, Ordering::Relaxed);
        let mut connections = Vec::new();
        for _ in 0..CONNECTIONS {
            connections.push(self.pool.acquire().await.map_err(failed)?);
        }
        for connection in &mut connections {
            limit_to(connection, pages).await.map_err(failed)?;
        }
        Ok(())
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let inner = self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        Ok(Box::new(SqliteTransaction { inner, _turn: Some(turn) }))
    }

    async fn begin_reading(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let mut inner = self.pool.begin_with("BEGIN DEFERRED").await.map_err(failed)?;
        // The moment it sees is that of its first read.
        sqlx::query("SELECT 1 FROM records LIMIT 1").execute(&mut *inner).await.map_err(failed)?;
        Ok(Box::new(SqliteTransaction { inner, _turn: None }))
    }

    async fn begin_looking(&self) -> Result<Box<dyn Transaction>, StoreError> {
        let inner = self.pool.begin_with("BEGIN DEFERRED").await.map_err(failed)?;
        Ok(Box::new(SqliteTransaction { inner, _turn: None }))
    }

    async fn told_since(&self, mark: Option<Mark>) -> Result<(Mark, Vec<String>), StoreError> {
        let Some(Mark(mark)) = mark else {
            let last = sqlx::query_scalar("SELECT coalesce(max(place), 0) FROM told");
            return Ok((Mark(last.fetch_one(&self.pool).await.map_err(failed)?), Vec::new()));
        };
        let told: Vec<(i64, String)> =
            sqlx::query_as("SELECT place, what FROM told WHERE place > $1 ORDER BY place")
                .bind(mark)
                .fetch_all(&self.pool)
                .await
                .map_err(failed)?;
        let next = told.last().map_or(mark, |(place, _)| *place);
        Ok((Mark(next), told.into_iter().map(|(_, what)| what).collect()))
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

async fn limit_to(connection: &mut SqliteConnection, pages: u32) -> Result<(), sqlx::Error> {
    let limit = format!("PRAGMA max_page_count = {pages}");
    sqlx::raw_sql(sqlx::AssertSqlSafe(limit)).execute(connection).await.map(drop)
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
