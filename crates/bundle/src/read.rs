//! Streams the rows of one table, whatever its file's format, with bounded memory.

use std::{fmt, io::Read, marker::PhantomData};

use crate::{
    bad::{BadCell, Reject},
    cells::{CellSource, Cells, Future},
    csv_table::{CsvForm, CsvTable},
    error::BundleError,
    parquet_table::ParquetTable,
    row::Row,
};

/// What came of going to the next row.
#[derive(Debug)]
pub(crate) enum Step {
    /// A row, by its line.
    Row(u64),
    /// A row that cannot be split into cells.
    BadRow(u64, BadCell),
    /// There is no more.
    End,
}

/// A file being read.
#[derive(Debug)]
pub(crate) enum TableReader<'r> {
    /// CSV.
    Csv(Box<CsvTable<'r>>),
    /// Parquet.
    Parquet(Box<ParquetTable>),
}

impl TableReader<'_> {
    fn advance(&mut self) -> Result<Step, BundleError> {
        match self {
            TableReader::Csv(table) => table.advance(),
            TableReader::Parquet(table) => table.advance(),
        }
    }

    fn source(&self) -> &dyn CellSource {
        match self {
            TableReader::Csv(table) => table.as_ref(),
            TableReader::Parquet(table) => table.as_ref(),
        }
    }

    fn bytes_read(&self) -> u64 {
        match self {
            TableReader::Csv(table) => table.bytes_read(),
            TableReader::Parquet(table) => table.bytes_read(),
        }
    }
}

/// A row together with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered<R> {
    /// The line the row begins on, counted from 1 with the header; in Parquet the number of the row.
    pub line: u64,
    /// The row.
    pub row: R,
}

/// Why there is no row.
#[derive(Debug)]
pub enum RowError {
    /// This row is bad; the next may be good.
    Bad(Reject),
    /// The file cannot be read any further.
    Stop(BundleError),
}

/// The rows of a table, one after the other. Each is checked by itself; references to other tables and ids given twice
/// are the business of [`crate::Loader`].
pub struct Rows<'r, R> {
    reader: TableReader<'r>,
    file: String,
    future: Future,
    stopped: bool,
    row: PhantomData<R>,
}

impl<R> fmt::Debug for Rows<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("file", &self.file).finish_non_exhaustive()
    }
}

impl<'r, R: Row> Rows<'r, R> {
    /// Reads a table from CSV, in the bundle's own form. `file` is what messages call the input.
    ///
    /// # Errors
    /// [`BundleError`] where the input cannot be read or its header does not fit the table.
    pub fn from_csv(input: impl Read + 'r, file: &str, future: Future) -> Result<Self, BundleError> {
        let table = CsvTable::open(Box::new(input), file, R::TABLE, CsvForm::plain(R::TABLE))?;
        Ok(Rows::new(TableReader::Csv(Box::new(table)), file, future))
    }

    pub(crate) fn new(reader: TableReader<'r>, file: &str, future: Future) -> Self {
        Rows { reader, file: file.to_owned(), future, stopped: false, row: PhantomData }
    }

    /// How many bytes of the file have been read; in Parquet the share of its rows times its size.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.reader.bytes_read()
    }

    /// A fault of a row, with its place.
    pub(crate) fn reject(&self, line: u64, bad: BadCell) -> Reject {
        Reject {
            table: R::TABLE.name().to_owned(),
            file: self.file.clone(),
            line,
            column: bad.column.to_owned(),
            value: bad.value,
            why: bad.why,
        }
    }
}

impl<R: Row> Iterator for Rows<'_, R> {
    type Item = Result<Numbered<R>, RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.stopped {
            return None;
        }
        match self.reader.advance() {
            Ok(Step::Row(line)) => {
                let cells = Cells::new(self.reader.source(), R::TABLE, self.future);
                match R::parse(&cells) {
                    Ok(row) => Some(Ok(Numbered { line, row })),
                    Err(bad) => Some(Err(RowError::Bad(self.reject(line, bad)))),
                }
            }
            Ok(Step::BadRow(line, bad)) => Some(Err(RowError::Bad(self.reject(line, bad)))),
            Ok(Step::End) => {
                self.stopped = true;
                None
            }
            Err(error) => {
                self.stopped = true;
                Some(Err(RowError::Stop(error)))
            }
        }
    }
}
