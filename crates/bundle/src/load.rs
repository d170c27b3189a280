//! Reads the tables of a bundle with every check, collects the bad rows and counts all rows.

use std::fmt;

use evidence::{About, Case, Person, Venue};

use crate::{
    bad::Reject,
    cells::Future,
    error::BundleError,
    folder::Bundle,
    known::Known,
    read::RowError,
    rejected::Rejects,
    row::{ForEveryTable, Row, for_every_table},
    table::Table,
};

/// How to read a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadOptions {
    /// Whether to go on with the good rows where some are bad.
    pub skip_bad_rows: bool,
    /// Whether evidence may lie after the instant the bundle is read for.
    pub future: Future,
    /// How many bad rows are kept, with all they say; the others are counted only.
    pub rejects_kept_max: usize,
}

/// How many bad rows are kept unless said otherwise.
pub const REJECTS_KEPT_MAX: usize = 10_000;

impl Default for LoadOptions {
    fn default() -> Self {
        LoadOptions { skip_bad_rows: false, future: Future::Allow, rejects_kept_max: REJECTS_KEPT_MAX }
    }
}

/// How far reading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The table being read.
    pub table: Table,
    /// Rows of it read so far.
    pub rows: u64,
    /// Bytes of its file read so far.
    pub bytes: u64,
    /// Size of its file in bytes.
    pub bytes_total: u64,
}

/// Rows between two reports of progress.
const PROGRESS_ROWS: u64 = 16_384;

/// What became of the rows of one table: `read = taken + rejected`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableCount {
    /// The table.
    pub table: Table,
    /// Its file, by its path inside the bundle.
    pub file: String,
    /// Rows read.
    pub read: u64,
    /// Good rows.
    pub taken: u64,
    /// Bad rows.
    pub rejected: u64,
}

/// What became of the rows of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The tables read, in the order of reading. A table that the bundle does not have is not among them.
    pub tables: Vec<TableCount>,
    pub(crate) rejects: Rejects,
}

impl Report {
    /// Rows read in all tables.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.tables.iter().map(|t| t.read).sum()
    }

    /// Good rows in all tables.
    #[must_use]
    pub fn taken(&self) -> u64 {
        self.tables.iter().map(|t| t.taken).sum()
    }

    /// Bad rows in all tables.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.tables.iter().map(|t| t.rejected).sum()
    }

    /// The bad rows that were kept: the first [`LoadOptions::rejects_kept_max`] of them.
    #[must_use]
    pub fn rejects(&self) -> &[Reject] {
        self.rejects.kept()
    }

    /// The bad rows, to be written to `rejected.csv`.
    #[must_use]
    pub fn all_rejects(&self) -> &Rejects {
        &self.rejects
    }
}

/// Reads the tables of a bundle, each as often as wanted, and counts each once.
///
/// Before a table that refers to people, cases or venues, those tables are read. A bad row is left out and remembered;
/// whether that stops the work is said by [`Loader::finish`], so that one run finds every bad row.
pub struct Loader<'b> {
    bundle: &'b Bundle,
    options: LoadOptions,
    known: Known,
    report: Report,
    progress: Box<dyn FnMut(Progress) + 'b>,
}

impl fmt::Debug for Loader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loader")
            .field("bundle", &self.bundle)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<'b> Loader<'b> {
    pub(crate) fn new(bundle: &'b Bundle, options: LoadOptions) -> Self {
        let absent = Table::ALL.iter().copied().filter(|table| bundle.source(*table).is_none()).collect();
        let rejects = Rejects::new(options.rejects_kept_max);
        Loader {
            bundle,
            options,
            known: Known::new(absent),
            report: Report { tables: Vec::new(), rejects },
            progress: Box::new(|_| {}),
        }
    }

    /// Calls `report` now and then while reading.
    #[must_use]
    pub fn on_progress(mut self, report: impl FnMut(Progress) + 'b) -> Self {
        self.progress = Box::new(report);
        self
    }

    /// Hands every good row of a table to `take`, in the order of the file, without holding the table in memory.
    ///
    /// # Errors
    /// [`BundleError`] where a file cannot be read to its end. Bad rows are no such error: see [`Loader::finish`].
    pub fn each<R: Row>(&mut self, mut take: impl FnMut(R)) -> Result<(), BundleError> {
        self.try_each::<R, BundleError>(|row| {
            take(row);
            Ok(())
        })
    }

    /// As [`Loader::each`], with a `take` that can fail.
    ///
    /// # Errors
    /// Whatever `take` gives, or [`BundleError`] where a file cannot be read to its end.
    pub fn try_each<R: Row, E: From<BundleError>>(
        &mut self,
        take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_what_is_referred_to(R::TABLE)?;
        self.read(take)
    }

    /// Every good row of a table.
    ///
    /// # Errors
    /// [`BundleError`] where a file cannot be read to its end.
    pub fn all<R: Row>(&mut self) -> Result<Vec<R>, BundleError> {
        let mut rows = Vec::new();
        self.each(|row| rows.push(row))?;
        Ok(rows)
    }

    /// Reads every table that has not been read yet, to check it.
    ///
    /// # Errors
    /// [`BundleError`] where a file cannot be read to its end.
    pub fn check_all(&mut self) -> Result<(), BundleError> {
        for_every_table(&mut CheckTable(self))
    }

    /// Bad rows so far.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.report.rejected()
    }

    /// What became of the rows of every table read.
    ///
    /// # Errors
    /// [`BundleError::Rejected`] with the report, where a row was bad and bad rows are not to be skipped.
    pub fn finish(self) -> Result<Report, BundleError> {
        if self.report.rejected() > 0 && !self.options.skip_bad_rows {
            return Err(BundleError::Rejected(Box::new(self.report)));
        }
        Ok(self.report)
    }

    fn read_what_is_referred_to(&mut self, table: Table) -> Result<(), BundleError> {
        let has = |column: &str| table.columns().iter().any(|c| c.name == column);
        if has("person") && table != Table::People {
            self.check::<Person>()?;
        }
        if has("case") && table != Table::Cases {
            self.check::<About<Case>>()?;
        }
        if has("venue") && table != Table::Venues {
            self.check::<Venue>()?;
        }
        Ok(())
    }

    /// Reads a table for its counts and ids alone, unless that has been done.
    fn check<R: Row>(&mut self) -> Result<(), BundleError> {
        if self.report.tables.iter().any(|count| count.table == R::TABLE) {
            return Ok(());
        }
        self.each::<R>(drop)
    }

    fn read<R: Row, E: From<BundleError>>(
        &mut self,
        mut take: impl FnMut(R) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(source) = self.bundle.source(R::TABLE) else { return Ok(()) };
        let again = self.report.tables.iter().any(|count| count.table == R::TABLE);
        self.known.forget(R::TABLE);
        let mut count =
            TableCount { table: R::TABLE, file: source.file.clone(), read: 0, taken: 0, rejected: 0 };
        let mut rows = self.bundle.rows::<R>(self.options.future)?;
        while let Some(next) = rows.next() {
            count.read += 1;
            let checked = match next {
                Ok(numbered) => match self.known.check(&numbered.row) {
                    Ok(()) => Ok(numbered.row),
                    Err(bad) => Err(rows.reject(numbered.line, bad)),
                },
                Err(RowError::Bad(reject)) => Err(reject),
                Err(RowError::Stop(error)) => return Err(error.into()),
            };
            match checked {
                Ok(row) => {
                    self.known.remember(&row);
                    count.taken += 1;
                    take(row)?;
                }
                Err(reject) => {
                    count.rejected += 1;
                    if !again {
                        self.report.rejects.add(reject);
                    }
                }
            }
            if count.read.is_multiple_of(PROGRESS_ROWS) {
                (self.progress)(progress(&count, rows.bytes_read(), source.bytes));
            }
        }
        (self.progress)(progress(&count, source.bytes, source.bytes));
        if !again {
            self.report.tables.push(count);
        }
        Ok(())
    }
}

fn progress(count: &TableCount, bytes: u64, bytes_total: u64) -> Progress {
    Progress { table: count.table, rows: count.read, bytes: bytes.min(bytes_total), bytes_total }
}

struct CheckTable<'l, 'b>(&'l mut Loader<'b>);

impl ForEveryTable for CheckTable<'_, '_> {
    type Error = BundleError;

    fn table<R: Row>(&mut self) -> Result<(), BundleError> {
        self.0.read_what_is_referred_to(R::TABLE)?;
        self.0.check::<R>()
    }
}
