//! Writes the rows of a table as CSV: UTF-8, RFC 4180, times with an offset.

use std::{
    fmt::{self, Write},
    io,
};

use jiff::{
    Timestamp,
    tz::{Offset, TimeZone},
};
use tempfile::NamedTempFile;

use crate::{row::Sink, table::Column};

/// A CSV file being written.
pub(crate) struct CsvSink {
    csv: csv::Writer<NamedTempFile>,
    zone: TimeZone,
    cell: String,
    failed: Option<csv::Error>,
}

impl fmt::Debug for CsvSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvSink").finish_non_exhaustive()
    }
}

impl CsvSink {
    /// Starts a file with its header.
    pub(crate) fn create(file: NamedTempFile, columns: &[Column], zone: TimeZone) -> io::Result<Self> {
        let mut csv = csv::WriterBuilder::new().buffer_capacity(1 << 18).from_writer(file);
        csv.write_record(columns.iter().map(|c| c.name))?;
        Ok(CsvSink { csv, zone, cell: String::new(), failed: None })
    }

    /// Ends a row, and gives what went wrong in it.
    pub(crate) fn end_row(&mut self) -> io::Result<()> {
        if let Some(error) = self.failed.take() {
            return Err(error.into());
        }
        Ok(self.csv.write_record(None::<&[u8]>)?)
    }

    /// Completes the file.
    pub(crate) fn finish(self) -> io::Result<NamedTempFile> {
        self.csv.into_inner().map_err(|e| e.into_error())
    }

    fn cell(&mut self, text: &str) {
        if let Err(error) = self.csv.write_field(text) {
            self.failed = Some(error);
        }
    }

    fn shown(&mut self, value: impl fmt::Display) {
        let mut cell = std::mem::take(&mut self.cell);
        cell.clear();
        if write!(cell, "{value}").is_err() {
            self.failed = Some(io::Error::other("a value could not be printed").into());
        }
        self.cell(&cell);
        self.cell = cell;
    }
}

impl Sink for CsvSink {
    fn text(&mut self, text: &str) {
        self.cell(text);
    }

    fn instant(&mut self, instant: Timestamp) {
        let offset = self.zone.to_offset(instant);
        // Local mean times of the past have offsets with seconds, which RFC 3339 cannot write.
        let offset = if offset.seconds() % 60 == 0 { offset } else { Offset::UTC };
        self.shown(instant.display_with_offset(offset));
    }

    fn integer(&mut self, number: i64) {
        self.shown(number);
    }

    fn decimal(&mut self, number: f64) {
        self.shown(number);
    }

    fn empty(&mut self) {
        self.cell("");
    }
}
