//! A table in Parquet: checks its schema and hands over rows, a batch at a time.

use std::{
    any::Any,
    fmt,
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use jiff::Timestamp;
use parquet::{
    arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder},
    errors::ParquetError,
    file::metadata::{ColumnChunkMetaData, ParquetMetaData},
};

use crate::{
    arrow_column::{ArrowColumn, refuse_type},
    cells::{CellSource, Fault},
    error::BundleError,
    header,
    read::Step,
    table::Table,
};

/// Rows decoded at once.
const BATCH_ROWS: usize = 8_192;

/// A Parquet table being read.
pub(crate) struct ParquetTable {
    reader: ParquetRecordBatchReader,
    file: String,
    table: Table,
    /// For each of the table's columns, where it stands in the file.
    places: Vec<Option<usize>>,
    columns: Vec<ArrowColumn>,
    row: usize,
    batch_rows: usize,
    rows_before: u64,
    rows_total: u64,
    bytes: u64,
}

impl fmt::Debug for ParquetTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetTable").field("file", &self.file).finish_non_exhaustive()
    }
}

impl ParquetTable {
    /// Opens a file and checks its schema.
    ///
    /// # Errors
    /// [`BundleError`] where the file is no Parquet or does not fit the table.
    pub(crate) fn open(path: &Path, table: Table) -> Result<Self, BundleError> {
        let file = path.display().to_string();
        let handle = File::open(path).map_err(BundleError::unreadable(path))?;
        let bytes = handle.metadata().map_err(BundleError::unreadable(path))?.len();
        let builder = guarded(&file, || ParquetRecordBatchReaderBuilder::try_new(handle))?;
        refuse_impossible_chunks(&file, builder.metadata(), bytes)?;
        let names: Vec<String> = builder.schema().fields().iter().map(|f| f.name().clone()).collect();
        let places = header::bind(&file, table, &names).map_err(|error| match error {
            BundleError::Header { file, why, remedy } => BundleError::Parquet { file, why, remedy },
            other => other,
        })?;
        for (column, place) in table.columns().iter().zip(&places) {
            if let Some(field) = place.and_then(|place| builder.schema().fields().get(place)) {
                refuse_type(&file, column, field.data_type())?;
            }
        }
        let rows_total = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        let reader = guarded(&file, || builder.with_batch_size(BATCH_ROWS).build())?;
        let columns = Vec::new();
        Ok(ParquetTable {
            reader,
            file,
            table,
            places,
            columns,
            row: 0,
            batch_rows: 0,
            rows_before: 0,
            rows_total,
            bytes,
        })
    }

    /// The share of the rows read so far, times the file's size.
    pub(crate) fn bytes_read(&self) -> u64 {
        let rows = u128::from(self.rows_before) + self.row as u128;
        let share = (u128::from(self.bytes) * rows).checked_div(u128::from(self.rows_total));
        share.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(self.bytes).min(self.bytes)
    }

    /// Goes to the next row.
    pub(crate) fn advance(&mut self) -> Result<Step, BundleError> {
        while self.row >= self.batch_rows {
            self.rows_before += self.batch_rows as u64;
            (self.row, self.batch_rows) = (0, 0);
            let next = guarded(&self.file, || self.reader.next().transpose())?;
            let Some(batch) = next else {
                return self.refuse_missing_rows().map(|()| Step::End);
            };
            self.batch_rows = batch.num_rows();
            self.columns = self
                .table
                .columns()
                .iter()
                .zip(&self.places)
                .map(|(column, place)| match place {
                    Some(place) => {
                        guarded(&self.file, || ArrowColumn::new(column.holds, batch.column(*place)))
                    }
                    None => Ok(ArrowColumn::Absent),
                })
                .collect::<Result<_, _>>()?;
        }
        self.row += 1;
        Ok(Step::Row(self.rows_before + self.row as u64))
    }

    /// Count in equals count out: a file that gives fewer rows than it states is damaged.
    fn refuse_missing_rows(&self) -> Result<(), BundleError> {
        if self.rows_before == self.rows_total {
            return Ok(());
        }
        Err(damaged(
            &self.file,
            &format!("it states {} rows and holds {}", self.rows_total, self.rows_before),
        ))
    }

    fn column(&self, column: usize) -> &ArrowColumn {
        self.columns.get(column).unwrap_or(&ArrowColumn::Absent)
    }
}

impl CellSource for ParquetTable {
    fn text(&self, column: usize) -> Result<Option<&str>, Fault> {
        Ok(self.column(column).text(self.row.wrapping_sub(1)))
    }

    fn instant(&self, column: usize) -> Result<Option<Timestamp>, Fault> {
        self.column(column).instant(self.row.wrapping_sub(1))
    }

    fn integer(&self, column: usize) -> Result<Option<i64>, Fault> {
        self.column(column).integer(self.row.wrapping_sub(1))
    }

    fn decimal(&self, column: usize) -> Result<Option<f64>, Fault> {
        self.column(column).decimal(self.row.wrapping_sub(1))
    }
}

/// Refuses column chunks that lie outside the file: the decoder takes their places on trust.
fn refuse_impossible_chunks(file: &str, metadata: &ParquetMetaData, bytes: u64) -> Result<(), BundleError> {
    let inside = |chunk: &ColumnChunkMetaData| {
        let start = chunk.dictionary_page_offset().unwrap_or_else(|| chunk.data_page_offset());
        let end = start.checked_add(chunk.compressed_size()).and_then(|end| u64::try_from(end).ok());
        start >= 0
            && chunk.data_page_offset() >= 0
            && chunk.compressed_size() >= 0
            && end.is_some_and(|end| end <= bytes)
    };
    match metadata.row_groups().iter().all(|group| group.columns().iter().all(inside)) {
        true => Ok(()),
        false => Err(damaged(file, "a column lies outside the file")),
    }
}

/// Runs a step of the decoder. Hostile bytes make the decoder panic in places; that ends in an error, not in a crash.
fn guarded<T, E: Into<ParquetError>>(
    file: &str,
    step: impl FnOnce() -> Result<T, E>,
) -> Result<T, BundleError> {
    match catch_unwind(AssertUnwindSafe(step)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(unreadable(file, &error.into())),
        Err(panic) => Err(damaged(file, panic_message(panic.as_ref()))),
    }
}

fn unreadable(file: &str, error: &ParquetError) -> BundleError {
    let text = error.to_string();
    if text.contains("Disabled feature") || text.contains("not compiled") {
        return BundleError::Parquet {
            file: file.to_owned(),
            why: format!("uses a compression that is not read here ({text})"),
            remedy: "write it with zstd, snappy or no compression".to_owned(),
        };
    }
    damaged(file, &text)
}

fn damaged(file: &str, why: &str) -> BundleError {
    BundleError::Parquet {
        file: file.to_owned(),
        why: format!("is no Parquet file, or a damaged one ({why})"),
        remedy: "copy or export it again".to_owned(),
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("the decoder failed")
}
