//! Writes a bundle: each table streamed to a temporary file, all of them put in place at the end, the description last.

use std::{
    fs, io,
    marker::PhantomData,
    path::{Path, PathBuf},
};

use jiff::tz::TimeZone;
use tempfile::NamedTempFile;

use crate::{
    description_write::describe,
    error::BundleError,
    folder::{DESCRIPTION_FILE, Format},
    row::Row,
    table::Table,
    write_csv::CsvSink,
    write_parquet::ParquetSink,
};

/// How to write a bundle.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// The format of all tables.
    pub format: Format,
    /// The zone whose offset times carry in CSV. Parquet holds UTC.
    pub time_zone: TimeZone,
    /// The bundle's name in its description: small letters, digits, `-`, `_` and `.`.
    pub name: String,
}

impl Default for WriteOptions {
    fn default() -> Self {
        WriteOptions { format: Format::Csv, time_zone: TimeZone::UTC, name: "evidence-bundle".to_owned() }
    }
}

/// A bundle being written. Nothing is in its place before [`BundleWriter::finish`]: until then the folder holds
/// temporary files only, which go away with the writer. Files can be read by their owner alone, for they hold personal
/// data.
#[derive(Debug)]
pub struct BundleWriter {
    folder: PathBuf,
    options: WriteOptions,
    written: Vec<WrittenTable>,
}

#[derive(Debug)]
struct WrittenTable {
    table: Table,
    rows: u64,
    file: NamedTempFile,
}

impl BundleWriter {
    /// Starts a bundle in a folder, which is made where it is missing.
    ///
    /// # Errors
    /// [`BundleError`] where the folder cannot be made or already holds a bundle.
    pub fn create(folder: &Path, options: WriteOptions) -> Result<Self, BundleError> {
        fs::create_dir_all(folder).map_err(BundleError::unwritable(folder))?;
        for entry in fs::read_dir(folder).map_err(BundleError::unreadable(folder))? {
            let name =
                entry.map_err(BundleError::unreadable(folder))?.file_name().to_string_lossy().into_owned();
            let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
            if name == DESCRIPTION_FILE || stem.parse::<Table>().is_ok() {
                return Err(BundleError::Folder {
                    folder: folder.display().to_string(),
                    why: format!("already holds {name}"),
                    remedy: "choose a folder that is new or empty, so that no table of another bundle stays behind".to_owned(),
                });
            }
        }
        Ok(BundleWriter { folder: folder.to_owned(), options, written: Vec::new() })
    }

    /// Starts a table. Several may be open at once.
    ///
    /// # Errors
    /// [`BundleError::Unwritable`] where the folder takes no file.
    pub fn table<R: Row>(&self) -> Result<TableWriter<R>, BundleError> {
        let path = self.path(R::TABLE);
        let file = NamedTempFile::new_in(&self.folder).map_err(BundleError::unwritable(&path))?;
        let columns = R::TABLE.columns();
        let sink = match self.options.format {
            Format::Csv => CsvSink::create(file, columns, self.options.time_zone.clone())
                .map(|sink| FileSink::Csv(Box::new(sink))),
            Format::Parquet => {
                ParquetSink::create(file, columns).map(|sink| FileSink::Parquet(Box::new(sink)))
            }
        };
        let sink = sink.map_err(BundleError::unwritable(&path))?;
        Ok(TableWriter { sink, path, rows: 0, row: PhantomData })
    }

    /// Closes a table and makes it part of the bundle; gives the number of its rows.
    ///
    /// # Errors
    /// [`BundleError::Unwritable`] where the file cannot be completed, or where the bundle has the table already.
    pub fn add<R: Row>(&mut self, table: TableWriter<R>) -> Result<u64, BundleError> {
        let TableWriter { sink, path, rows, .. } = table;
        if self.written.iter().any(|written| written.table == R::TABLE) {
            let error = io::Error::new(io::ErrorKind::AlreadyExists, "this table was written already");
            return Err(BundleError::unwritable(&path)(error));
        }
        let file = sink.finish().map_err(BundleError::unwritable(&path))?;
        file.as_file().sync_all().map_err(BundleError::unwritable(&path))?;
        self.written.push(WrittenTable { table: R::TABLE, rows, file });
        Ok(rows)
    }

    /// Writes a whole table at once; gives the number of its rows.
    ///
    /// # Errors
    /// [`BundleError::Unwritable`] where the file cannot be written.
    pub fn write_all<'r, R: Row + 'r>(
        &mut self,
        rows: impl IntoIterator<Item = &'r R>,
    ) -> Result<u64, BundleError> {
        let mut table = self.table::<R>()?;
        for row in rows {
            table.write(row)?;
        }
        self.add(table)
    }

    /// Puts every table in its place, then writes `datapackage.json`; gives the tables with their rows.
    ///
    /// # Errors
    /// [`BundleError::Unwritable`] where the folder does not take a file.
    pub fn finish(self) -> Result<Vec<(Table, u64)>, BundleError> {
        let mut tables: Vec<(Table, u64)> = self.written.iter().map(|w| (w.table, w.rows)).collect();
        tables.sort();
        let description = self.folder.join(DESCRIPTION_FILE);
        let temporary = NamedTempFile::new_in(&self.folder).map_err(BundleError::unwritable(&description))?;
        let text = describe(&self.options.name, self.options.format, tables.iter().map(|(table, _)| *table));
        fs::write(temporary.path(), text).map_err(BundleError::unwritable(&description))?;
        temporary.as_file().sync_all().map_err(BundleError::unwritable(&description))?;
        let (format, folder) = (self.options.format, self.folder);
        for written in self.written {
            let path = table_path(&folder, format, written.table);
            written.file.persist_noclobber(&path).map_err(|e| BundleError::unwritable(&path)(e.error))?;
        }
        temporary
            .persist_noclobber(&description)
            .map_err(|e| BundleError::unwritable(&description)(e.error))?;
        Ok(tables)
    }

    fn path(&self, table: Table) -> PathBuf {
        table_path(&self.folder, self.options.format, table)
    }
}

fn table_path(folder: &Path, format: Format, table: Table) -> PathBuf {
    folder.join(format!("{table}.{}", format.extension()))
}

/// A table being written.
#[derive(Debug)]
pub struct TableWriter<R> {
    sink: FileSink,
    path: PathBuf,
    rows: u64,
    row: PhantomData<R>,
}

#[derive(Debug)]
enum FileSink {
    Csv(Box<CsvSink>),
    Parquet(Box<ParquetSink>),
}

impl FileSink {
    fn finish(self) -> io::Result<NamedTempFile> {
        match self {
            FileSink::Csv(sink) => sink.finish(),
            FileSink::Parquet(sink) => sink.finish(),
        }
    }
}

impl<R: Row> TableWriter<R> {
    /// How many rows have been written.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes a row.
    ///
    /// # Errors
    /// [`BundleError::Unwritable`] where the file takes no more.
    pub fn write(&mut self, row: &R) -> Result<(), BundleError> {
        let written = match &mut self.sink {
            FileSink::Csv(sink) => {
                row.write(sink.as_mut());
                sink.end_row()
            }
            FileSink::Parquet(sink) => {
                row.write(sink.as_mut());
                sink.end_row()
            }
        };
        self.rows += 1;
        written.map_err(BundleError::unwritable(&self.path))
    }
}
